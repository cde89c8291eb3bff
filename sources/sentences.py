"""Cut a text into sentences, in any language: the unit in which facts are looked for.

What ends a sentence, and which abbreviations do not, is `sentencex`'s to know.
"""

import re
from collections.abc import Iterator

from sentencex import get_sentence_boundaries

from sources.words import word_places

LONGEST = 120  # words; what is longer is a list, or a text without full stops
_LINE = re.compile(r"[^\n]+")
_CLAUSE_END = re.compile(r"[;:,，；：、،؛—–]")


def sentences_of(text: str, language: str = "") -> list[tuple[int, int]]:
    """Return the sentences of `text` as half-open code points, without white space at their ends.

    None crosses a line break. One of more than `LONGEST` words is cut at the end
    of a clause or, failing that, where it gets too long. `language` is BCP 47;
    without one, or with one that is not known, English rules apply.
    """
    known = language.split("-")[0].lower() or "en"
    return [
        place
        for line in _LINE.finditer(text)
        for sentence in get_sentence_boundaries(known, line.group())
        for start, end in _workable(sentence["text"])
        if (place := _trimmed(text, line.start() + sentence["start_index"], start, end))
    ]


def _workable(sentence: str) -> Iterator[tuple[int, int]]:
    """Yield the whole sentence, or the parts that a too long one is cut into."""
    words = word_places(sentence)
    begin = first = 0
    while len(words) - first > LONGEST:
        last = first + LONGEST
        for number in range(last, first + LONGEST // 2, -1):
            if _CLAUSE_END.search(sentence, words[number - 1][1], words[number][0]):
                last = number
                break
        yield begin, words[last][0]
        begin, first = words[last][0], last
    yield begin, len(sentence)


def _trimmed(text: str, offset: int, start: int, end: int) -> tuple[int, int] | None:
    part = text[offset + start : offset + end]
    stripped = part.strip()
    if not stripped:
        return None
    begin = offset + start + part.index(stripped)
    return begin, begin + len(stripped)
