/* Carries by keyboard, and placing words by hand.

   Contract with the server: `data-key` is the letter that works a button, link or summary
   while no field has the focus. A ruling swaps #carry-card for the next one. #carry-place is a
   form with start, end (code points, empty until words are selected), exact and occurrence; its
   .text holds the new text, and data-near is the index of the passage to show first. Words
   that are typed have no place until the server finds it. */

import "desk/caret";
import { announce, notify } from "page";
import { paint } from "desk/highlights";
import { passagesOf, rangeOf } from "desk/offsets";
import { reportSelection, where } from "desk/selection";

const FIELDS = "input:not([type=checkbox], [type=radio]), select, textarea";

const place = () => document.getElementById("carry-place");
const card = () => document.getElementById("carry-card");

/* The text's box shows the passage where the words may be; the page stays where it is. */
function showNear(form) {
  const text = form.querySelector(".text");
  const box = text.parentElement;
  const near = passagesOf(text)[Number(text.dataset.near)];
  if (near) box.scrollTop = near.offsetTop - box.offsetTop - box.clientHeight / 3;
}

function showChosen() {
  const form = place();
  const chosen = form && form.elements.start.value !== "";
  const text = form?.querySelector(".text");
  const ends = chosen ? [form.elements.start.value, form.elements.end.value].map(Number) : [];
  paint("parallax-place", chosen ? [rangeOf(text, ...ends)] : []);
}

function work(control) {
  if (control.localName !== "summary") {
    control.click(); // requestSubmit() would not tell htmx which button it was
    return;
  }
  control.parentElement.open = true;
  place().querySelector(".text").focus({ preventScroll: true });
}

document.addEventListener("parallax:selected", ({ detail: { revision, start, end, exact } }) => {
  const form = place();
  if (!form || revision !== form.querySelector(".text").dataset.revision) return;
  Object.assign(form.elements.start, { value: start });
  Object.assign(form.elements.end, { value: end });
  form.elements.exact.value = exact;
  form.elements.occurrence.value = "";
  showChosen();
  announce(`Chosen: ${exact}`);
});

document.addEventListener("input", (event) => {
  if (!event.target.matches("#carry-place [name=exact], #carry-place [name=occurrence]")) return;
  place().elements.start.value = place().elements.end.value = "";
  showChosen();
});

/* The keyboard's caret starts where the words may be. */
document.addEventListener("focusin", (event) => {
  const text = event.target.closest("#carry-place .text");
  if (!text || where()?.text === text) return;
  const near = passagesOf(text)[Number(text.dataset.near)] ?? text.firstElementChild;
  if (near) getSelection().collapse(near, 0);
});

document.addEventListener("keydown", (event) => {
  if (event.ctrlKey || event.metaKey || event.altKey || event.isComposing) return;
  if (event.key === "Escape" && event.target.closest(".carry-actions, #carry-card")) {
    const ask = card().querySelector(".ruling-ask");
    if (ask) ask.open = false;
    card().focus({ preventScroll: true });
  } else if (event.key === "Enter" && event.target.matches("#carry-place .text")) {
    event.preventDefault();
    reportSelection();
    if (place().elements.start.value !== "") place().querySelector('[value="placed"]').focus();
  } else if (!event.target.closest(FIELDS)) {
    const control = document.querySelector(`[data-key="${CSS.escape(event.key)}"]`);
    if (!control) return;
    event.preventDefault();
    work(control);
  }
});

document.addEventListener("toggle", (event) => {
  if (event.target.matches?.(".carry-actions .ruling-ask") && event.target.open) showNear(place());
}, true);

// Without a card on the page, as on the list, an undo is a plain post to the page that has it.
document.addEventListener("submit", (event) => {
  if (!card()) event.stopImmediatePropagation();
}, true);

document.addEventListener("htmx:afterSettle", (event) => {
  if (event.detail.target?.id !== "carry-card" && event.target.id !== "carry-card") return;
  showChosen();
  card().focus({ preventScroll: true });
  card().scrollIntoView({ block: "nearest" });
});

document.addEventListener("htmx:responseError", sayLost);
document.addEventListener("htmx:sendError", sayLost);

function sayLost(event) {
  if (event.detail.target?.id !== "carry-card") return;
  notify("The ruling was not saved. Reload the page and rule again.", "error");
}

if (card() && document.activeElement === document.body) card().focus({ preventScroll: true });
