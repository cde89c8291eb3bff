/* What a person changed on a draft and did not import yet outlives leaving the page.

   Contract with the server: #draft is the form, at an address of the draft's own. A
   form that comes back with errors (.errorlist) holds what was sent, which is newer.
   Kept in the tab's session storage; where the browser gives none, nothing is kept. */

import { notify } from "page";

const form = document.getElementById("draft");
const place = `parallax-draft-${location.pathname}`;

/* The fields as [name, value], without the token, which is another one on each page. */
function entries() {
  return [...new FormData(form)].filter(([name]) => name !== "csrfmiddlewaretoken");
}

function keep() {
  try {
    sessionStorage.setItem(place, JSON.stringify(entries()));
  } catch {
    // Full, or not allowed: the page is as it would be without this file.
  }
}

function kept() {
  try {
    return JSON.parse(sessionStorage.getItem(place));
  } catch {
    return null;
  }
}

function forget() {
  sessionStorage.removeItem(place);
}

/* Put the fields back as they were left; a change event lets the page count anew. */
function restore(fields) {
  for (const field of form.elements) {
    const values = fields.filter(([name]) => name === field.name).map(([, value]) => value);
    if (field.matches("[type=checkbox], [type=radio]")) field.checked = values.includes(field.value);
    else if (values.length && field.type !== "hidden") [field.value] = values;
  }
  form.querySelector("[name=keep]")?.dispatchEvent(new Event("change", { bubbles: true }));
}

if (form) {
  const asProposed = entries();
  const fields = form.querySelector(".errorlist") ? null : kept();
  if (fields && JSON.stringify(fields) !== JSON.stringify(asProposed)) {
    restore(fields);
    const notice = notify("Your changes from before are here again. ", "stays");
    const button = document.createElement("button");
    button.type = "button";
    button.textContent = "Begin anew";
    button.addEventListener("click", () => {
      restore(asProposed);
      forget();
    });
    notice.append(button);
  }
  for (const kind of ["change", "input"]) form.addEventListener(kind, keep);
  form.addEventListener("submit", forget);
  // Ticking many at once raises no change event.
  form.addEventListener("click", (event) => {
    if (event.target.closest("[data-bulk]")) setTimeout(keep);
  });
}
