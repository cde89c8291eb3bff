/* Which words are selected, in code points. The browser's own selection is the only state.

   Tells the others with `parallax:selected` on document, detail {revision, start,
   end, exact}, once a selection by mouse, pen or touch has come to rest, and with
   `parallax:unselected` when a touch has put it away.
   A passage that the server sends anew takes the selection with it: it is put back. */

import { offsetOf, quoteOf, rangeOf, textOf } from "desk/offsets";

const REST = 350; // ms without a change until a selection by touch counts as made

/* {text, base, extent}: where the selection began and where it ends; null outside the texts. */
export function where() {
  const selection = getSelection();
  const { anchorNode, focusNode } = selection;
  const text = selection.rangeCount ? (textAround(anchorNode) ?? textAround(focusNode)) : null;
  if (!text || !text.querySelector(".passage")) return null;
  return {
    text,
    base: offsetOf(text, anchorNode, selection.anchorOffset),
    extent: offsetOf(text, focusNode, selection.focusOffset),
  };
}

/* The span under the selection, within the text it began in; null if it holds no words. */
export function selected() {
  const at = where();
  if (!at || at.base === at.extent) return null;
  return quoteOf(at.text, Math.min(at.base, at.extent), Math.max(at.base, at.extent));
}

export function select(text, base, extent) {
  const { startContainer, startOffset, endContainer, endOffset } = rangeOf(
    text,
    Math.min(base, extent),
    Math.max(base, extent),
  );
  if (base <= extent) {
    getSelection().setBaseAndExtent(startContainer, startOffset, endContainer, endOffset);
  } else {
    getSelection().setBaseAndExtent(endContainer, endOffset, startContainer, startOffset);
  }
}

export function selectSpan({ revision, start, end }) {
  const text = textOf(revision);
  if (text) select(text, start, end);
}

export function reportSelection() {
  const span = selected();
  if (span) document.dispatchEvent(new CustomEvent("parallax:selected", { detail: span }));
}

function textAround(node) {
  const element = node?.nodeType === Node.TEXT_NODE ? node.parentElement : node;
  return element?.closest?.(".text") ?? null;
}

let pointer = "";
let resting = 0;

document.addEventListener("pointerdown", (event) => {
  pointer = event.pointerType;
  // A press on selected words would drag them; here it begins a new selection.
  const selects = pointer === "mouse" && event.button === 0 && !event.shiftKey;
  if (selects && textAround(event.target)) getSelection().removeAllRanges();
});

document.addEventListener("pointerup", (event) => {
  if (event.pointerType === "touch" || event.button !== 0) return;
  if (event.target.closest?.("#tag-form, dialog")) return;
  setTimeout(reportSelection); // a click that clears the selection does so after this event
});

function rest() {
  if (selected()) reportSelection();
  else if (where()) document.dispatchEvent(new CustomEvent("parallax:unselected"));
}

document.addEventListener("selectionchange", () => {
  clearTimeout(resting);
  if (pointer === "touch") resting = setTimeout(rest, REST);
});

let kept = null;

document.addEventListener("htmx:oobBeforeSwap", (event) => {
  kept = event.target.matches(".passage") ? where() : null;
});

document.addEventListener("htmx:oobAfterSwap", () => {
  if (kept?.text.isConnected) select(kept.text, kept.base, kept.extent);
  kept = null;
});
