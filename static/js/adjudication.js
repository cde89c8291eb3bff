/* The desk of cards by keyboard, and the words of a merged tag.

   Contract with the server: `data-key` is the letter or number that works a button, link, box or
   summary while no field has the focus. A ruling swaps #card for the next one. A `.tag-row` says
   in data-from and data-to (code points) where its tag stands in .text, and in data-code … what it
   says. #card-merge is a form with start and end, empty where words are typed: the server finds
   them. A `data-wants-reason` button waits for the reason. #claim is posted while one works, so
   that no other moderator gets the card. */

import "desk/caret";
import { announce, notify } from "page";
import { paint } from "desk/highlights";
import { rangeOf } from "desk/offsets";
import { reportSelection, selectSpan } from "desk/selection";

const FIELDS = "input:not([type=checkbox], [type=radio]), select, textarea";
const RENEW = 60_000; // ms between two claims of a card that one works on
const SAID = ["code", "target", "polarity", "voice", "speaker"];

const card = () => document.getElementById("card");
const text = () => card().querySelector(".text");
const merge = () => document.getElementById("card-merge");
const reason = () => document.getElementById("reason");

let wanted = null; // the button that waits for a reason
let claimed = Date.now();

function chosenRow() {
  return card().querySelector(".tag-row:has([name=chosen]:checked)") ?? card().querySelector(".tag-row");
}

/* The text's box shows the first tagged words; the page stays where it is. */
function showWords() {
  const box = text().parentElement;
  const mark = text().querySelector("mark");
  if (mark) box.scrollTop = mark.offsetTop - box.offsetTop - box.clientHeight / 3;
}

/* Fill the merged tag's form from the chosen row, and select its words in the text. */
function openMerge() {
  const { from, to, ...said } = chosenRow().dataset;
  const words = merge().elements;
  Object.assign(words.start, { value: from });
  Object.assign(words.end, { value: to });
  for (const name of SAID) words[name].value = said[name];
  words.reason.value ||= reason().value;
  words.guideline.checked ||= document.getElementById("guideline").checked;
  merge().parentElement.open = true;
  text().focus({ preventScroll: true });
  selectSpan({ revision: text().dataset.revision, start: Number(from), end: Number(to) });
  reportSelection();
}

function work(control) {
  if (control.localName === "summary" && control.parentElement.contains(merge())) return openMerge();
  if (control.matches("[data-wants-reason]") && !reason().value.trim()) {
    wanted = control;
    reason().focus();
    return announce("Write the reason, then press Enter.");
  }
  return control.click(); // requestSubmit() would not tell htmx which button it was
}

function press(event) {
  if (event.key === "r") return reason()?.focus(), true;
  if (event.key === "Enter") {
    const control = event.target === card() && card().querySelector('[data-key="s"]');
    return control ? (work(control), true) : false;
  }
  const control = document.querySelector(`#main [data-key="${CSS.escape(event.key)}"]`);
  return control ? (work(control), true) : false;
}

document.addEventListener("keydown", (event) => {
  if (!card() || event.ctrlKey || event.metaKey || event.altKey || event.isComposing) return;
  if (event.key === "Escape" && event.target.closest("#card")) {
    if (merge()) merge().parentElement.open = false;
    card().focus({ preventScroll: true });
  } else if (event.target === reason() && event.key === "Enter" && wanted && !event.shiftKey) {
    event.preventDefault();
    if (reason().value.trim()) wanted.click();
  } else if (event.key === "Enter" && event.target.matches("#card .text") && merge()?.parentElement.open) {
    event.preventDefault();
    reportSelection();
    merge().elements.code.focus();
  } else if (!event.target.closest(FIELDS) && press(event)) event.preventDefault();
});

document.addEventListener("parallax:selected", ({ detail: { start, end, exact } }) => {
  if (!merge()?.parentElement.open) return;
  merge().elements.start.value = start;
  merge().elements.end.value = end;
  merge().elements.exact.value = exact;
  announce(`Words: ${exact}`);
});

document.addEventListener("input", (event) => {
  if (!event.target.matches("#card-merge [name=exact]")) return;
  merge().elements.start.value = merge().elements.end.value = "";
});

// What a row is about stands out in the text.
for (const [kind, shows] of Object.entries({ mouseover: true, focusin: true, mouseout: false, focusout: false })) {
  document.addEventListener(kind, (event) => {
    const row = event.target.closest?.(".tag-row");
    if (!row) return;
    const ends = [row.dataset.from, row.dataset.to].map(Number);
    paint("parallax-target", shows ? [rangeOf(text(), ...ends)] : []);
  });
}

// A click on the summary fills the form as its key does.
document.addEventListener("click", (event) => {
  if (event.target.closest("summary")?.parentElement !== merge()?.parentElement) return;
  if (!event.target.closest("summary") || merge().parentElement.open) return;
  event.preventDefault();
  openMerge();
});

for (const kind of ["keydown", "pointerdown", "input"]) {
  document.addEventListener(kind, () => {
    const form = document.getElementById("claim");
    if (!form || Date.now() - claimed < RENEW) return;
    claimed = Date.now();
    form.requestSubmit();
  }, { passive: true });
}

document.addEventListener("htmx:afterSettle", (event) => {
  if (event.detail.target?.id !== "card") return;
  wanted = null;
  claimed = Date.now();
  paint("parallax-target", []);
  showWords();
  card().focus({ preventScroll: true });
  window.scrollTo({ top: 0 });
});

document.addEventListener("htmx:responseError", sayLost);
document.addEventListener("htmx:sendError", sayLost);

function sayLost(event) {
  if (event.detail.target?.id !== "card") return;
  notify("The ruling was not saved. Reload the page and rule again.", "error");
}

if (card()) showWords();
if (card() && document.activeElement === document.body) card().focus({ preventScroll: true });
