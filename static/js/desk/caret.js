/* Reading with the keyboard: a caret that stands on a word, in the text that has the focus.

   Left and Right go by word, with Ctrl or Alt by sentence, Up and Down by passage,
   Home and End within the passage (with Ctrl within the text); Shift extends. The
   caret is the browser's selection, so copying and a second reader's eyes follow it. */

import { announce } from "page";
import { endOf, passageAt, passagesOf, quoteOf, rangeOf, startOf } from "desk/offsets";
import { reportSelection, select, where } from "desk/selection";
import { sentencesIn, wholeOf, wordsIn } from "desk/words";

const CUT = { word: wordsIn, sentence: sentencesIn, passage: wholeOf };
const known = new WeakMap(); // passage → its units, by kind; a swapped passage is a new one
const SPOKEN = 160; // characters of a long selection that are read out

export function unitsOf(passage, kind) {
  if (!known.has(passage)) known.set(passage, {});
  const units = known.get(passage);
  if (!units[kind]) {
    const start = startOf(passage);
    const lang = passage.closest("[lang]")?.lang;
    units[kind] = CUT[kind](passage.textContent, lang).map(([a, b]) => [start + a, start + b]);
  }
  return units[kind];
}

/* The word at `offset`, or the next in its passage, or the passage's last. */
export function wordAt(text, offset) {
  const words = unitsOf(passagesOf(text)[passageAt(text, offset)], "word");
  return words.find(([, end]) => end > offset) ?? words.at(-1);
}

/* The nearest unit from `from` on, in `step`'s direction, for which `holds`. */
function unitFrom(text, from, kind, step, holds) {
  const passages = passagesOf(text);
  for (let i = passageAt(text, from); passages[i]; i += step) {
    const units = unitsOf(passages[i], kind);
    const unit = step > 0 ? units.find(holds) : units.findLast(holds);
    if (unit) return unit;
  }
  return null;
}

function move(text, { base, extent }, kind, step) {
  const [start] = wordAt(text, extent > base ? extent - 1 : extent);
  const unit = unitFrom(text, start, kind, step, ([from]) => (step > 0 ? from > start : from < start));
  if (unit) select(text, ...wordAt(text, unit[0]));
}

function extend(text, { base, extent }, kind, step) {
  const backward = extent < base;
  const anchor = wordAt(text, backward ? base - 1 : base);
  const isWord = Math.min(base, extent) === anchor[0] && Math.max(base, extent) === anchor[1];
  if (step > 0 && (!backward || isWord)) {
    const unit = unitFrom(text, extent, kind, 1, ([, end]) => end > Math.max(base, extent));
    if (unit) select(text, backward ? anchor[0] : base, unit[1]);
  } else if (step < 0 && (backward || isWord)) {
    const unit = unitFrom(text, extent, kind, -1, ([start]) => start < Math.min(base, extent));
    if (unit) select(text, backward ? base : anchor[1], unit[0]);
  } else if (step < 0) {
    const unit = unitFrom(text, extent, kind, -1, ([, end]) => end < extent);
    if (unit && unit[1] > anchor[1]) select(text, base, unit[1]);
    else select(text, ...anchor);
  } else {
    const unit = unitFrom(text, extent, kind, 1, ([start]) => start > extent);
    if (unit && unit[0] < anchor[0]) select(text, base, unit[0]);
    else select(text, ...anchor);
  }
}

function toEdge(text, { base, extent }, step, whole, extending) {
  const passages = passagesOf(text);
  const index = passageAt(text, Math.max(0, extent > base ? extent - 1 : extent));
  const passage = whole ? passages[step > 0 ? passages.length - 1 : 0] : passages[index];
  const edge = step > 0 ? endOf(passage) : startOf(passage);
  if (!extending) select(text, ...wordAt(text, edge));
  else select(text, step > 0 ? Math.min(base, extent) : Math.max(base, extent), edge);
}

/* Put the caret on a word of `text` if the selection is elsewhere. True if it was. */
function arrive(text) {
  const at = where();
  if (at?.text === text && at.base !== at.extent) return false;
  const top = text.closest(".column").getBoundingClientRect().top;
  const seen = [...passagesOf(text)].find((each) => each.getBoundingClientRect().bottom > top + 80);
  if (!seen) return false;
  select(text, ...wordAt(text, at?.text === text ? at.extent : startOf(seen)));
  return true;
}

/* Scroll the caret's end into its column, and say where it stands. */
export function follow(text) {
  const { base, extent } = where();
  const edge = extent > base ? extent - 1 : extent;
  const range = rangeOf(text, edge, edge + 1);
  const place = range.getBoundingClientRect();
  const column = text.closest(".column");
  const pane = column.getBoundingClientRect();
  if (place.top < pane.top + 90) column.scrollBy(0, place.top - pane.top - 140);
  else if (place.bottom > pane.bottom - 40) column.scrollBy(0, place.bottom - pane.bottom + 140);
  const { exact } = quoteOf(text, Math.min(base, extent), Math.max(base, extent));
  const words = exact.length > SPOKEN ? `${exact.slice(0, 60)} … ${exact.slice(-60)}` : exact;
  const names = namesAt(range.startContainer.parentElement);
  announce(names ? `${words}, tagged ${names}` : words);
}

function namesAt(element) {
  const mark = element.closest("mark[data-a]");
  const ids = mark?.dataset.a.split(" ") ?? [];
  const chips = ids.map((id) => document.querySelector(`#a-${CSS.escape(id)} .code-chip`));
  return chips.map((chip) => chip?.textContent.trim()).filter(Boolean).join(", ");
}

const ARROWS = { ArrowLeft: -1, ArrowRight: 1, ArrowUp: -1, ArrowDown: 1 };

document.addEventListener("keydown", (event) => {
  const text = event.target.closest?.(".text");
  if (!text || event.defaultPrevented || event.metaKey) return;
  const edge = { Home: -1, End: 1 }[event.key];
  if (!ARROWS[event.key] && !edge) return;
  event.preventDefault();
  if (!arrive(text) || edge) go(text, event, edge);
  follow(text);
  if (event.shiftKey) reportSelection();
});

function go(text, event, edge) {
  const at = where();
  const large = event.ctrlKey || event.altKey;
  if (edge) return toEdge(text, at, edge, large, event.shiftKey);
  const sideways = event.key === "ArrowLeft" || event.key === "ArrowRight";
  const mirrored = sideways && getComputedStyle(text).direction === "rtl";
  const step = mirrored ? -ARROWS[event.key] : ARROWS[event.key];
  const kind = sideways ? (large ? "sentence" : "word") : "passage";
  return event.shiftKey ? extend(text, at, kind, step) : move(text, at, kind, step);
}
