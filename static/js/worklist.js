/* The work list by keyboard.

   Contract with the server: `#worklist` holds `.worklist-item[id=item-…]`, whose buttons carry
   `data-key`, the key that works them; the button of #worklist that undoes has `u`. Each answer
   swaps #worklist; the tag that came after the one that was dealt with then takes the focus. */

import { notify } from "page";

const FIELDS = "input:not([type=checkbox], [type=radio]), select, textarea";
let at = 0; // the place of the tag that was worked on

const items = () => [...document.querySelectorAll("#worklist .worklist-item")];
const current = () => document.activeElement?.closest(".worklist-item");

function focusItem(item) {
  item?.focus({ preventScroll: true });
  item?.scrollIntoView({ block: "nearest" });
}

function move(step) {
  const all = items();
  const now = all.indexOf(current());
  focusItem(all[now < 0 ? (step > 0 ? 0 : all.length - 1) : now + step]);
}

function press(key) {
  if (key === "j" || key === "ArrowDown") return move(1), true;
  if (key === "k" || key === "ArrowUp") return move(-1), true;
  if (key === "u") {
    const undo = document.querySelector('#worklist [data-key="u"]');
    return undo ? (undo.click(), true) : false;
  }
  const item = current();
  if (!item) return false;
  if (key === "x") return item.querySelector('[name="tag"]').click(), true;
  const button = item.querySelector(`[data-key="${CSS.escape(key)}"]`);
  return button ? (button.click(), true) : false;
}

document.addEventListener("keydown", (event) => {
  if (event.ctrlKey || event.metaKey || event.altKey || event.isComposing) return;
  if (event.target.closest(FIELDS)) return;
  if (event.key.startsWith("Arrow") && !current()) return;
  if (press(event.key)) event.preventDefault();
});

document.addEventListener("click", (event) => {
  const item = event.target.closest?.(".worklist-item");
  if (item) at = items().indexOf(item);
}, true);

document.addEventListener("change", (event) => {
  if (event.target.name !== "tag") return;
  const count = document.querySelectorAll('#worklist [name="tag"]:checked').length;
  document.getElementById("ticked-count").textContent = count ? `The ${count} ticked` : "The ticked";
  document.querySelector('#worklist [name="scope"][value="ticked"]').checked = true;
});

document.addEventListener("htmx:afterSettle", (event) => {
  if (event.detail.requestConfig?.verb !== "post") return;
  const all = items();
  focusItem(all[Math.min(Math.max(at, 0), all.length - 1)]);
});

for (const name of ["htmx:responseError", "htmx:sendError"]) {
  document.addEventListener(name, () => notify("Nothing was changed. Reload the page and try again.", "error"));
}

focusItem(items()[0]);
