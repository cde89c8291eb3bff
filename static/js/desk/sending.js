/* Posts forms to the desk's addresses, one after the other, and shows what comes back.

   Contract with the server: a POST with HX-Request gets out-of-band fragments (200,
   422), or 401 when the session has ended. What the desk shows travels along: the
   fields of #desk-state and #filters, and data-count of the column's #tag-count-{revision}. */

let last = Promise.resolve();

/* {status, message}; status 0: not reached, 401: log in first. Never rejects.
   Requests go out in the order of the calls, so that undo comes after the tag. */
export function post(url, fields) {
  const sent = last.then(() => send(url, fields));
  last = sent;
  return sent;
}

async function send(url, fields) {
  let response;
  let body = "";
  try {
    response = await fetch(url, {
      method: "POST",
      body: new URLSearchParams([...fields, ...shown(), ...counted(fields)]),
      headers: { "HX-Request": "true", "X-CSRFToken": token() },
      redirect: "manual", // to the login page: that is a 401 too
      signal: AbortSignal.timeout(20_000),
    });
    body = await response.text();
  } catch {
    return { status: 0, message: "" };
  }
  if (response.type === "opaqueredirect") return { status: 401, message: "" };
  if (response.ok || response.status === 422) {
    htmx.swap(document.body, body, { swapStyle: "none", swapDelay: 0, settleDelay: 0 });
  }
  const message = decodeURIComponent(response.headers.get("Parallax-Error") ?? "");
  return { status: response.status, message };
}

function shown() {
  const forms = ["#desk-state", "#filters"].map((id) => document.querySelectorAll(`${id} [name]`));
  return forms.flatMap((fields) => [...fields].map((field) => [field.name, field.value]));
}

/* How many tags the column of a new tag shows, so that the server need not count them. */
function counted(fields) {
  const revision = new Map(fields).get("revision");
  const shown = document.getElementById(`tag-count-${revision}`);
  return shown ? [["tag_count", shown.dataset.count]] : [];
}

/* The cookie is newer than the form after a login in another tab. */
function token() {
  const cookie = document.cookie.match(/(?:^|; )csrftoken=([^;]+)/);
  return cookie?.[1] ?? document.querySelector("[name=csrfmiddlewaretoken]")?.value ?? "";
}
