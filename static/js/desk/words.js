/* Words and sentences of a string, as half-open ranges of code points. Knows no page.

   Intl.Segmenter knows the languages that write no spaces; where the browser has
   none, runs of letters and digits are words, and . ! ? … end sentences. */

import { pointsIn } from "desk/offsets";

const WORD = /[\p{L}\p{N}\p{M}]+(?:['’‑-][\p{L}\p{N}\p{M}]+)*/gu;
const SENTENCE = /[^.!?…。！？]+(?:[.!?…。！？]+["”’»)\]]*|$)/gu;
const segmenters = new Map();

/* Never empty for a string with something to see: a row of asterisks is one word. */
export function wordsIn(string, lang) {
  const segmenter = segmenterFor(lang, "word");
  const found = segmenter
    ? [...segmenter.segment(string)].filter((piece) => piece.isWordLike)
    : [...string.matchAll(WORD)].map((match) => ({ segment: match[0], index: match.index }));
  return found.length ? ranges(string, found) : wholeOf(string);
}

export function sentencesIn(string, lang) {
  const segmenter = segmenterFor(lang, "sentence");
  const found = segmenter
    ? [...segmenter.segment(string)]
    : [...string.matchAll(SENTENCE)].map((match) => ({ segment: match[0], index: match.index }));
  return ranges(string, found);
}

/* The string without the white space at its ends, as the only range. */
export function wholeOf(string) {
  return ranges(string, [{ segment: string, index: 0 }]);
}

function ranges(string, pieces) {
  const found = [];
  let unit = 0;
  let point = 0;
  for (const { segment, index } of pieces) {
    const words = segment.trim();
    if (!words) continue;
    const begin = index + segment.indexOf(words);
    point += pointsIn(string.slice(unit, begin));
    const end = point + pointsIn(words);
    found.push([point, end]);
    unit = begin + words.length;
    point = end;
  }
  return found;
}

function segmenterFor(lang, granularity) {
  if (!Intl.Segmenter) return null;
  const key = `${granularity} ${lang}`;
  if (!segmenters.has(key)) {
    let segmenter;
    try {
      segmenter = new Intl.Segmenter(lang || undefined, { granularity });
    } catch {
      segmenter = new Intl.Segmenter(undefined, { granularity }); // not a language tag
    }
    segmenters.set(key, segmenter);
  }
  return segmenters.get(key);
}
