/* Tags on their way: kept in localStorage until the server has them.

   Contract with the server: #desk[data-outbox] names the place, which holds study
   and user; #tag-form's address takes the fields, and the same id twice is one tag.
   Unreached or failing servers are tried again; 401 waits for a login; anything
   else the server refuses is handed back as `parallax:refused`. */

import { notify } from "page";
import { paint } from "desk/highlights";
import { rangeOf, textOf } from "desk/offsets";
import { post } from "desk/sending";

const LONGEST_PAUSE = 30_000;

let unstored = []; // where the browser gives no storage: lost with the page, so it warns
let flushing = null;
let failures = 0;
let timer = 0;

function place() {
  return document.getElementById("desk").dataset.outbox;
}

export function waiting() {
  try {
    return [...JSON.parse(localStorage.getItem(place()) ?? "[]"), ...unstored];
  } catch {
    return unstored;
  }
}

function keep(entries) {
  try {
    localStorage.setItem(place(), JSON.stringify(entries));
    unstored = [];
  } catch {
    unstored = entries;
  }
}

/* Take a tag, {url, fields: {id, revision, start, …}}: shown at once, sent as soon as can be. */
export function put(entry) {
  keep([...waiting(), entry]);
  showWaiting();
  flush();
}

/* Send what waits, oldest first. Resolves to true when nothing waits any more. */
export function flush() {
  clearTimeout(timer);
  flushing ??= sendAll().finally(() => {
    flushing = null;
  });
  return flushing;
}

async function sendAll() {
  for (let entry = waiting()[0]; entry; entry = waiting()[0]) {
    const { status, message } = await post(entry.url, Object.entries(entry.fields));
    if (status === 401 || status === 403) return stop(status);
    if (status === 0 || status === 408 || status === 429 || status >= 500) return tryLater();
    keep(waiting().filter((each) => each.fields.id !== entry.fields.id));
    showWaiting();
    if (status >= 400) {
      document.dispatchEvent(new CustomEvent("parallax:refused", { detail: { entry, status, message } }));
    }
  }
  failures = 0;
  document.getElementById("outbox-notice")?.remove();
  return true;
}

function tryLater() {
  timer = setTimeout(flush, Math.min(LONGEST_PAUSE, 1000 * 2 ** failures));
  failures += 1;
  const notice = tell("Not saved yet", "The server cannot be reached. Parallax tries again by itself.");
  const button = document.createElement("button");
  button.type = "button";
  button.textContent = "Try now";
  button.addEventListener("click", flush);
  notice.append(" ", button);
  return false;
}

function stop(status) {
  const ended = status === 401;
  const notice = tell("Not saved yet", ended ? "You are logged out." : "The server asks who you are.");
  const link = document.createElement("a");
  link.href = location.href; // the desk leads to the login page and back
  link.textContent = ended ? "Log in" : "Load the page again";
  notice.append(" ", link, " and it is saved.");
  return false;
}

function tell(title, why) {
  const count = waiting().length;
  const text = `${title}: ${count} ${count === 1 ? "tag" : "tags"}. ${why}`;
  const shown = document.getElementById("outbox-notice");
  if (shown?.firstChild.data === text) {
    while (shown.childNodes.length > 1) shown.lastChild.remove();
    return shown;
  }
  shown?.remove();
  const notice = notify(text, "warning stays");
  notice.id = "outbox-notice";
  return notice;
}

/* Mark the words of waiting tags on this page. */
export function showWaiting() {
  const ranges = [];
  for (const { fields } of waiting()) {
    const text = textOf(fields.revision);
    if (text) ranges.push(rangeOf(text, Number(fields.start), Number(fields.end)));
  }
  paint("parallax-pending", ranges);
}

addEventListener("online", flush);
addEventListener("focus", () => {
  if (waiting().length) flush();
});
addEventListener("storage", (event) => {
  if (event.key === place()) showWaiting();
});
addEventListener("beforeunload", (event) => {
  if (unstored.length) event.preventDefault();
});
document.addEventListener("htmx:oobAfterSwap", (event) => {
  if (event.target.matches?.(".passage")) showWaiting();
});
