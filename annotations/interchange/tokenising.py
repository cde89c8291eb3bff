"""Cut a text into sentences and tokens, as formats that count in tokens need it, in any script.

Every character but white space belongs to one token, and none of them stands in two.
"""

import re
import unicodedata
from bisect import bisect_left, bisect_right
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cache

from sources.sentences import sentences_of

_IDEOGRAPHS = "\u3041-\u30ff\u3400-\u4dbf\u4e00-\u9fff\uf900-\ufaff\U00020000-\U0003ffff"
_JOINERS = "\u200c\u200d"
_FLAGS = "\U0001f1e6-\U0001f1ff"  # two of them make one
_SKIN = "\U0001f3fb-\U0001f3ff"
# Marks stand in few blocks; beyond these there are only the variation selectors of plane 14.
_MARKS_BELOW = 0x1F000


@dataclass(frozen=True, slots=True)
class Sentence:
    """A sentence without white space at its ends, and its tokens, as half-open code points."""

    start: int
    end: int
    tokens: tuple[tuple[int, int], ...]


def tokenised(text: str, language: str = "") -> list[Sentence]:
    """Return the sentences of `text` with their tokens; no sentence is without one."""
    return [
        Sentence(start, end, tuple(match.span() for match in _token().finditer(text, start, end)))
        for start, end in sentences_of(text, language)
    ]


class Tokens:
    """The tokens of a text in their order, asked for by place."""

    def __init__(self, sentences: Sequence[Sentence]) -> None:
        self.places = [token for sentence in sentences for token in sentence.tokens]
        self._starts = [start for start, _ in self.places]
        self._ends = [end for _, end in self.places]

    def touched(self, start: int, end: int) -> range:
        """Return the numbers of the tokens that have a character in [start, end)."""
        return range(bisect_right(self._ends, start), bisect_left(self._starts, end))


@cache
def _token() -> re.Pattern[str]:
    """Return what a token is. A mark belongs to the letter or the sign before it."""
    marks = f"[{_marks()}{_JOINERS}{_SKIN}\U000e0100-\U000e01ef]*"
    letter = rf"[^\W{_IDEOGRAPHS}]{marks}"
    sign = rf"[^\w\s]{marks}"
    return re.compile(
        rf"[{_IDEOGRAPHS}]{marks}"
        # "U.S.-led" and "1,000" are one token.
        rf"|(?:{letter})+(?:['’.,\u2010\u2011-](?:{letter})+)*"
        rf"|[{_FLAGS}]{{2}}"
        rf"|{sign}(?:(?<=\u200d){sign})*"
    )


def _marks() -> str:
    """Return the combining marks as ranges of a character class: `re` knows no categories."""
    runs: list[list[int]] = []
    for number in range(0x300, _MARKS_BELOW):
        if unicodedata.category(chr(number))[0] != "M":
            continue
        if runs and runs[-1][1] == number - 1:
            runs[-1][1] = number
        else:
            runs.append([number, number])
    return "".join(f"{chr(first)}-{chr(last)}" for first, last in runs)
