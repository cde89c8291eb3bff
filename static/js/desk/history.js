/* Undo and redo, by button and by key, after the tags that are still on their way.

   Contract with the server: #history holds a form each, its button [data-key=undo]
   or [data-key=redo]; the answer brings new buttons out of band. */

import { announce, notify } from "page";
import { flush } from "desk/outbox";
import { post } from "desk/sending";

document.addEventListener(
  "submit",
  (event) => {
    const form = event.target.closest("#history form");
    if (!form) return;
    event.preventDefault();
    event.stopPropagation(); // htmx would send it at once, ahead of a tag made just before
    step(form.querySelector("[data-key]").dataset.key);
  },
  true,
);

export async function step(key) {
  if (!(await flush())) {
    notify("Undo and redo follow once the waiting tags are saved.", "warning");
    return;
  }
  const button = document.querySelector(`#history [data-key="${key}"]`);
  if (!button || button.disabled) {
    announce(`Nothing to ${key}.`);
    return;
  }
  const held = document.activeElement === button;
  const { status } = await post(button.form.action, new FormData(button.form));
  if (status === 401) notify("You are logged out. Load the page again to log in.", "error");
  else if (status !== 200 && status !== 422) {
    notify(`Could not ${key}: the server cannot be reached. Nothing was changed.`, "error");
  }
  if (held) refocus(key);
}

/* The new button, or its sister when it has nothing left to do. */
function refocus(key) {
  const ordered = [`[data-key="${key}"]`, "[data-key]"].map((each) => `#history ${each}:enabled`);
  const next = ordered.map((each) => document.querySelector(each)).find(Boolean);
  (next ?? document.querySelector(".text"))?.focus({ preventScroll: true });
}
