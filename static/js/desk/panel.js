/* The side panel: open or closed, its editor, and the focus when a list is drawn anew.

   Contract with the server: #annotation-panel with #editor for the form that edits
   a tag (its .cancel-edit link leads back to the desk), #toggle-list[aria-expanded]. */

import { notify } from "page";

const KEPT = "parallax-panel";
const WIDE = "(min-width: 64rem)"; // where the panel takes no room from the text

const panel = () => document.getElementById("annotation-panel");

export function openPanel() {
  if (panel()?.hidden) show(true);
}

function show(open) {
  panel().hidden = !open;
  panel().classList.toggle("opened", open);
  document.getElementById("toggle-list").setAttribute("aria-expanded", String(open));
  if (open && !matchMedia(WIDE).matches) showColumn();
}

/* Where one column fills the screen, begin with its tags. */
function showColumn() {
  const { left, width } = document.getElementById("columns").getBoundingClientRect();
  const y = panel().getBoundingClientRect().top - 20;
  const column = document.elementFromPoint(left + width / 2, y)?.closest(".column");
  const list = `section[data-revision="${column?.dataset.revision}"]`;
  panel().querySelector(list)?.scrollIntoView({ block: "start" });
}

function kept() {
  try {
    return localStorage.getItem(KEPT);
  } catch {
    return null;
  }
}
if (panel()) show(matchMedia(WIDE).matches && kept() !== "closed");

document.addEventListener("click", (event) => {
  if (event.target.closest("#toggle-list")) {
    show(panel().hidden);
    try {
      localStorage.setItem(KEPT, panel().hidden ? "closed" : "open");
    } catch {
      // Without storage the panel only forgets.
    }
  }
  if (event.target.closest("#editor .cancel-edit")) {
    event.preventDefault();
    clearEditor();
  }
});

document.addEventListener("keydown", (event) => {
  if (event.key === "Escape" && event.target.closest?.("#editor")) clearEditor();
});

let edited = []; // the ids of the entry whose tag is being edited, and of the one beside it

/* The entry and, for when it is gone, the one after it or before it. */
function withNeighbour(entry) {
  const all = [...document.querySelectorAll(".entry")];
  const beside = all[all.indexOf(entry) + 1] ?? all[all.indexOf(entry) - 1];
  return [entry.id, beside?.id];
}

function focusFirst(ids) {
  const there = ids.map((id) => document.getElementById(id)).find(Boolean);
  if (there) there.tabIndex = -1;
  (there ?? document.getElementById("toggle-list")).focus({ preventScroll: true });
}

function clearEditor() {
  document.getElementById("editor").replaceChildren();
  focusFirst(edited);
}

document.addEventListener("htmx:beforeRequest", (event) => {
  const entry = event.target.closest?.(".entry");
  if (entry) edited = withNeighbour(entry);
});

document.addEventListener("htmx:afterSwap", (event) => {
  if (event.detail.target?.id !== "editor") return;
  const form = document.querySelector("#editor form");
  if (!form) {
    focusFirst(edited);
    return;
  }
  form.scrollIntoView({ block: "nearest" });
  form.querySelector("[aria-invalid=true], select")?.focus({ preventScroll: true });
});

// A list that is drawn anew takes the focus with it: give it to the entry, or the one after it.
let lost = null;

document.addEventListener("htmx:oobBeforeSwap", (event) => {
  const entry = document.activeElement.closest(".entry");
  if (!entry || !event.target.contains(entry)) return;
  lost = withNeighbour(entry);
});

document.addEventListener("htmx:oobAfterSwap", () => {
  if (!lost || document.activeElement !== document.body) return;
  focusFirst(lost);
  lost = null;
});

// What htmx itself sends: filters, the editor, removals.
for (const name of ["htmx:sendError", "htmx:timeout", "htmx:responseError"]) {
  document.addEventListener(name, (event) => {
    const { status } = event.detail.xhr;
    const why = {
      0: "The server cannot be reached.",
      401: "You are logged out. Load the page again to log in.",
      404: "It is not there any more. Load the page again.",
    };
    notify(`Nothing was changed. ${why[status] ?? `The server answered ${status}.`}`, "error");
  });
}
