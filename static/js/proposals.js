/* Proposed facts by keyboard.

   Contract with the server: a card is `.proposal[id=proposal-…][data-state]`; what carries
   `data-key` in it is worked by that letter while no text field has the focus: a field takes
   the focus, anything else is clicked. `[name=spans]` are the ticks of its sentences, and
   `.proposal-entry` is one article with its `[name=partial]`. An action swaps the card for what
   came of it, and then the next open card takes the focus; an undo swaps #proposals, in which
   the cards that are open again have `data-reopened`. */

import { notify } from "page";

const FIELDS = "input:not([type=checkbox]), select, textarea";

const cards = () => [...document.querySelectorAll("#proposals .proposal")];
const currentCard = () => document.activeElement?.closest(".proposal");
const ticks = (card) => [...card.querySelectorAll('[name="spans"]')];

let swapped = -1; // where the card stood that is being swapped

function focusCard(card) {
  card.focus({ preventScroll: true });
  card.scrollIntoView({ block: "nearest" });
}

function move(step) {
  const all = cards();
  const at = all.indexOf(currentCard());
  const next = at < 0 ? all[step > 0 ? 0 : all.length - 1] : all[at + step];
  if (next) focusCard(next);
  else if (step > 0) document.querySelector('.pages [rel="next"]')?.focus();
}

/* Up and down the sentences of a card; above the first is the card itself. */
function moveWithin(card, step) {
  const boxes = ticks(card);
  const at = boxes.indexOf(document.activeElement) + step;
  if (at < 0) focusCard(card);
  else boxes[Math.min(at, boxes.length - 1)]?.focus();
}

function focusFrom(at) {
  const later = cards().slice(at);
  const next = later.find((card) => card.dataset.state === "open") ?? later[0] ?? cards().at(-1);
  if (next) focusCard(next);
}

function work(control) {
  if (!control.matches(FIELDS)) return control.click(); // tells htmx which button it was
  control.focus();
  if (control.localName === "textarea") control.setSelectionRange(control.value.length, control.value.length);
}

function press(key) {
  if (key === "j") return move(1), true;
  if (key === "k") return move(-1), true;
  const undo = key === "u" && document.querySelector('#proposals-undo [data-key="u"]');
  if (undo) return work(undo), true;
  const card = currentCard();
  if (!card) return false;
  if (key === "ArrowDown" || key === "ArrowUp") return moveWithin(card, key === "ArrowDown" ? 1 : -1), true;
  if (/^[1-9]$/.test(key)) return ticks(card)[Number(key) - 1]?.click(), true;
  const entry = document.activeElement.closest(".proposal-entry") ?? card;
  const control = key === "p"
    ? entry.querySelector('[name="partial"]')
    : card.querySelector(`[data-key="${CSS.escape(key)}"]`);
  return control ? (work(control), true) : false;
}

document.addEventListener("keydown", (event) => {
  if (event.isComposing || event.altKey) return;
  const field = event.target.closest(FIELDS);
  if (event.key === "Escape" && currentCard()) return focusCard(currentCard());
  if (event.key === "Enter" && (event.ctrlKey || event.metaKey) && event.target.name === "statement") {
    event.preventDefault();
    return currentCard().querySelector('[value="accept"]').click();
  }
  if (field || event.ctrlKey || event.metaKey) return;
  if (press(event.key)) event.preventDefault();
});

document.addEventListener("htmx:beforeSwap", (event) => {
  const { target } = event.detail;
  swapped = target.matches(".proposal") ? cards().indexOf(target) : -1;
});

document.addEventListener("htmx:afterSettle", (event) => {
  const { target, requestConfig } = event.detail;
  if (target.matches(".proposal-others")) return target.querySelector("input")?.focus();
  if (requestConfig?.verb !== "post") return;
  if (target.matches(".proposal") && swapped >= 0) return focusFrom(swapped);
  const reopened = document.querySelector("#proposals [data-reopened]");
  if (reopened) focusCard(reopened);
  else if (document.activeElement === document.body) focusFrom(0);
});

document.addEventListener("htmx:responseError", sayLost);
document.addEventListener("htmx:sendError", sayLost);

function sayLost(event) {
  if (event.detail.requestConfig?.verb !== "post") return;
  notify("Nothing was saved. Reload the page and say it again.", "error");
}

const arrived = document.querySelector(".proposal:target") ?? document.querySelector("#proposals .proposal");
if (arrived && document.activeElement === document.body) arrived.focus({ preventScroll: !location.hash });
