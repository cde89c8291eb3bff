/* The queue by keyboard.

   Contract with the server: a card is `.ruling-card[id=card-…][data-status]`; its buttons and
   summaries carry `data-key`, the letter that works them while no field has the focus. A
   ruling swaps the card for its new state, and then the next pending card takes the focus.
   `#queue-undo form[data-card]` undoes the last ruling; where its card is not on this page,
   it is posted without htmx. `.queue-bulk` rules on the ticked cards. */

import { notify } from "page";

const FIELDS = "input:not([type=checkbox], [type=radio]), select, textarea";

const cards = () => [...document.querySelectorAll("#queue .ruling-card")];
const currentCard = () => document.activeElement?.closest(".ruling-card");

function focusCard(card) {
  card.focus({ preventScroll: true });
  card.scrollIntoView({ block: "nearest" });
}

function move(step) {
  const all = cards();
  const at = all.indexOf(currentCard());
  const next = at < 0 ? all[step > 0 ? 0 : all.length - 1] : all[at + step];
  if (next) focusCard(next);
  else if (step > 0) document.getElementById("queue-more")?.focus();
}

function focusNextPending(card) {
  const all = cards();
  const later = all.slice(all.indexOf(card) + 1);
  const next = later.find((other) => other.dataset.status === "pending");
  if (next) focusCard(next);
  else (document.getElementById("queue-more") ?? card).focus();
}

function work(control) {
  if (control.localName !== "summary") {
    control.click(); // requestSubmit() would not tell htmx which button it was
    return;
  }
  const details = control.parentElement;
  details.open = true;
  details.querySelector("select, input:not([type=hidden])").focus();
}

function press(key) {
  if (key === "j" || key === "ArrowDown") return move(1), true;
  if (key === "k" || key === "ArrowUp") return move(-1), true;
  const undo = key === "u" && document.querySelector('#queue-undo [data-key="u"]');
  if (undo) return work(undo), true;
  const card = currentCard();
  if (!card) return false;
  const box = key === "x" && card.querySelector('[name="chosen"]');
  if (box) return box.click(), true;
  const control = card.querySelector(`[data-key="${CSS.escape(key)}"]`);
  return control ? (work(control), true) : false;
}

document.addEventListener("keydown", (event) => {
  if (event.ctrlKey || event.metaKey || event.altKey || event.isComposing) return;
  const field = event.target.closest(FIELDS);
  if (event.key === "Escape") {
    const ask = event.target.closest(".ruling-ask");
    const card = currentCard();
    if (ask) ask.open = false;
    if (card) focusCard(card);
    return;
  }
  if (field) return;
  // The arrows scroll the page until a card is chosen.
  if (event.key.startsWith("Arrow") && !currentCard()) return;
  if (press(event.key)) event.preventDefault();
});

// One ruling is asked at a time, and the field is where the eye is.
document.addEventListener("toggle", (event) => {
  if (!event.target.matches?.(".ruling-ask") || !event.target.open) return;
  event.target.querySelector("select, input:not([type=hidden])").focus();
}, true);

document.addEventListener("change", (event) => {
  if (event.target.name !== "chosen") return;
  const count = document.querySelectorAll('[name="chosen"]:checked').length;
  document.getElementById("chosen-count").textContent = count ? `The ${count} selected` : "The selected";
  document.querySelector('.queue-bulk [value="chosen"]').checked = true;
});

// Before htmx hears of it: an undo whose card is not here goes to the page that has it.
document.addEventListener("submit", (event) => {
  const card = event.target.dataset.card;
  if (card && !document.getElementById(card)) event.stopImmediatePropagation();
}, true);

document.addEventListener("htmx:afterSettle", (event) => {
  const { xhr, requestConfig, target } = event.detail;
  if (!target?.matches(".ruling-card") || requestConfig?.verb !== "post") return;
  const card = document.getElementById(target.id);
  if (!card) return;
  const stay = xhr.status !== 200 || card.dataset.status === "pending";
  if (stay) focusCard(card);
  else focusNextPending(card);
});

document.addEventListener("htmx:responseError", sayLost);
document.addEventListener("htmx:sendError", sayLost);

function sayLost(event) {
  if (!event.detail.target?.matches(".ruling-card")) return;
  notify("The ruling was not saved. Reload the page and rule again.", "error");
}

const arrived = document.querySelector(".ruling-card:target") ?? document.querySelector("#queue .ruling-card");
if (arrived && document.activeElement === document.body) {
  arrived.focus({ preventScroll: !location.hash });
}
