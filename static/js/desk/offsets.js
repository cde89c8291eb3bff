/* Places in the DOM as code points of the revision's text, and back.

   Contract with the server: #text-{revision} holds its .passage elements in
   reading order. A passage's textContent is the text from data-start on, exactly;
   between two passages the text holds newlines only, and the DOM nothing.
   JavaScript counts UTF-16 units: this file is the border. It changes nothing. */

const PAIRS = /[\ud800-\udbff][\udc00-\udfff]/g;

export function pointsIn(string) {
  return string.length - (string.match(PAIRS)?.length ?? 0);
}

/* The UTF-16 index of a code point; past the end, the string's length. */
export function unitAt(string, point) {
  let unit = 0;
  for (let seen = 0; seen < point && unit < string.length; seen += 1) {
    unit += string.codePointAt(unit) > 0xffff ? 2 : 1;
  }
  return unit;
}

export function textOf(revision) {
  return document.getElementById(`text-${revision}`);
}

export function passagesOf(text) {
  return text.getElementsByClassName("passage");
}

export function startOf(passage) {
  return Number(passage.dataset.start);
}

export function endOf(passage) {
  return startOf(passage) + pointsIn(passage.textContent);
}

/* The index of the passage that holds `offset`, or of the last one before it. */
export function passageAt(text, offset) {
  const passages = passagesOf(text);
  return Math.max(0, firstIndex(passages.length, (i) => startOf(passages[i]) > offset) - 1);
}

/* The offset of a DOM point. Outside the passages: the next passage's start, or the text's end. */
export function offsetOf(text, node, index) {
  const element = node.nodeType === Node.TEXT_NODE ? node.parentElement : node;
  const passage = element.closest(".passage");
  const point = document.createRange();
  if (passage && text.contains(passage)) {
    point.setStart(passage, 0);
    point.setEnd(node, index);
    return startOf(passage) + pointsIn(point.toString());
  }
  point.setStart(node, index);
  point.collapse(true);
  const passages = passagesOf(text);
  const next = firstIndex(passages.length, (i) => point.comparePoint(passages[i], 0) >= 0);
  return next < passages.length ? startOf(passages[next]) : endOf(passages[next - 1]);
}

/* The words of [start, end), less white space at both ends; null if there are none. */
export function quoteOf(text, start, end) {
  const passages = passagesOf(text);
  let exact = "";
  let at = start;
  for (let i = passageAt(text, start); i < passages.length; i += 1) {
    const begin = startOf(passages[i]);
    if (begin >= end) break;
    const string = passages[i].textContent;
    exact += "\n".repeat(Math.max(0, begin - at));
    at = Math.max(at, begin);
    const piece = string.slice(unitAt(string, at - begin), unitAt(string, end - begin));
    exact += piece;
    at += pointsIn(piece);
  }
  const blank = exact.length - exact.trimStart().length; // white space is one unit a point
  exact = exact.trim();
  if (!exact) return null;
  const from = start + blank;
  return { revision: text.dataset.revision, start: from, end: from + pointsIn(exact), exact };
}

/* The DOM range of [start, end), its ends inside the innermost marks. */
export function rangeOf(text, start, end) {
  const range = document.createRange();
  const [first, from] = pointOf(text, start, false);
  const [last, to] = pointOf(text, end, true);
  range.setStart(first, from);
  range.setEnd(last, to);
  return range;
}

function pointOf(text, offset, isEnd) {
  const passages = passagesOf(text);
  const passage = passages[passageAt(text, isEnd ? offset - 1 : offset)];
  const walker = document.createTreeWalker(passage, NodeFilter.SHOW_TEXT);
  let left = offset - startOf(passage);
  let last = null;
  while (walker.nextNode()) {
    last = walker.currentNode;
    const points = pointsIn(last.data);
    if (left < points || (isEnd && left === points)) return [last, unitAt(last.data, left)];
    left -= points;
  }
  return last ? [last, last.data.length] : [passage, 0];
}

/* The first index from 0 whose `holds(index)` is true, all later ones being true; else `length`. */
function firstIndex(length, holds) {
  let low = 0;
  let high = length;
  while (low < high) {
    const middle = (low + high) >> 1;
    if (holds(middle)) high = middle;
    else low = middle + 1;
  }
  return low;
}
