/* From a mark to its entry in the side list, and from an entry to its words.

   Contract with the server: mark[data-a] names the annotations over it, the longest
   first; li.entry#a-{id} has data-at="start-end" and the link .entry-quote, and stands in
   section[data-revision]. Addresses that end in #span-{revision}-{start}-{end} lead to words. */

import { announce } from "page";
import { paint } from "desk/highlights";
import { rangeOf, textOf } from "desk/offsets";
import { openPanel } from "desk/panel";
import { select, selected, where } from "desk/selection";

const FLASH = 1600; // ms

let shown = ""; // the annotation whose entry is marked
let reached = null; // the entry whose words the caret was put on by a key

const entryOf = (id) => document.getElementById(`a-${id}`);
function spanOf(entry) {
  const [start, end] = entry.dataset.at.split("-").map(Number);
  return { revision: entry.closest("[data-revision]").dataset.revision, start, end };
}

/* Entries take the focus only from here, so their markup does without a tabindex. */
export function focusEntry(entry) {
  if (!entry) return;
  entry.tabIndex = -1;
  entry.focus({ preventScroll: true });
  entry.scrollIntoView({ block: "nearest" });
}

/* Mark the entry of one of these annotations; of the next one when asked again. */
export function showEntry(ids, { focus = false } = {}) {
  const here = ids.filter(entryOf);
  if (!here.length) {
    announce("The filters hide this tag in the list.");
    return;
  }
  shown = here[(here.indexOf(shown) + 1) % here.length];
  openPanel();
  for (const old of document.querySelectorAll(".entry.current")) old.classList.remove("current");
  const entry = entryOf(shown);
  entry.classList.add("current");
  entry.scrollIntoView({ block: "center" });
  if (focus) focusEntry(entry);
  const more = here.length > 1 ? `, ${here.indexOf(shown) + 1} of ${here.length} tags here` : "";
  announce(`${entry.querySelector(".code-chip").textContent.trim()}${more}`);
}

/* Bring words into view, let them light up, and put the selection on them. */
export function goTo({ revision, start, end }) {
  const text = textOf(revision);
  if (!text) return false;
  const range = rangeOf(text, start, end);
  const column = text.closest(".column");
  column.scrollIntoView({ block: "nearest", inline: "nearest" });
  range.startContainer.parentElement.closest(".passage").scrollIntoView({ block: "nearest" });
  const place = range.getBoundingClientRect();
  const pane = column.getBoundingClientRect();
  column.scrollBy(0, place.top - pane.top - pane.height / 3);
  text.focus({ preventScroll: true });
  select(text, start, end);
  paint("parallax-flash", [range]);
  setTimeout(() => paint("parallax-flash", []), FLASH);
  return true;
}

/* Put the caret on the next or previous tag of the text that holds it. */
export function toTag(text, step) {
  const at = where();
  const from = at?.text === text ? Math.min(at.base, at.extent) : -1;
  const list = document.querySelectorAll(`[data-revision="${text.dataset.revision}"] .entry`);
  const entries = [...list];
  let index = entries.indexOf(reached && entryOf(reached)) + step;
  if (!isReached()) {
    index = step > 0
      ? entries.findIndex((entry) => spanOf(entry).start >= from)
      : entries.findLastIndex((entry) => spanOf(entry).start < from);
  }
  const entry = entries[index];
  if (!entry) {
    announce(step > 0 ? "No more tags." : "No tag before this.");
    return;
  }
  reached = entry.id.slice(2);
  goTo(spanOf(entry));
  const [code, quote, meta] = [".code-chip", ".entry-quote", "small"].map((each) =>
    entry.querySelector(each).textContent.trim(),
  );
  announce(`${code}: ${quote}, ${meta}. ${index + 1} of ${entries.length}.`);
}

/* Whether the selection is still what toTag() selected; then Enter opens its entry. */
export function isReached() {
  const entry = reached && entryOf(reached);
  const span = entry && selected();
  return Boolean(span) && Object.entries(spanOf(entry)).every(([name, value]) => span[name] === value);
}

export function showReached() {
  showEntry([reached], { focus: true });
}

function arrive() {
  const named = location.hash.match(/^#span-(\d+)-(\d+)-(\d+)$/);
  if (named) goTo({ revision: named[1], start: Number(named[2]), end: Number(named[3]) });
}
addEventListener("hashchange", arrive);
arrive();

document.addEventListener("click", (event) => {
  const quote = event.target.closest(".entry .entry-quote"); // of a tag adrift it is a link
  if (quote && goTo(spanOf(quote.closest(".entry")))) event.preventDefault();
  const mark = event.target.closest(".text mark[data-a]");
  if (mark && getSelection().isCollapsed) showEntry(mark.dataset.a.split(" ").reverse());
  const count = event.target.closest("[id^=tag-count-]");
  if (count) {
    event.preventDefault();
    openPanel();
    const revision = count.closest(".column").dataset.revision;
    document.querySelector(`.annotation-panel section[data-revision="${revision}"]`)?.scrollIntoView();
  }
});

document.addEventListener("keydown", (event) => {
  const entry = event.target.closest?.(".entry");
  if (!entry || event.target !== entry) return;
  const all = [...document.querySelectorAll(".entry")];
  const step = { ArrowDown: 1, ArrowUp: -1 }[event.key];
  if (step) focusEntry(all[all.indexOf(entry) + step]);
  else if (event.key === "Enter" || event.key === "Escape") goTo(spanOf(entry));
  else return;
  event.preventDefault();
});
