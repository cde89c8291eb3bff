"""A text as carrying compares it, and the way back to its own code points.

White space is one blank, whatever and however much of it there is, and quotation
marks are the straight ones, double or single: curly, low, angled and corner marks
are styles of them. That is all that texts with "the same words" may differ in: a
letter, its case, an accent's composition, a hyphen, a comma or an invisible joiner
more or less are other words.
"""

import re
from bisect import bisect_right
from itertools import pairwise

_SINGLE = "’‘‚‛‹›ʼ´`＇『』"
_DOUBLE = "“”„‟«»＂「」"
_PLAIN = str.maketrans(dict.fromkeys(_SINGLE, "'") | dict.fromkeys(_DOUBLE, '"'))
_SPACES = re.compile(r"\s+")
# A word, or a single sign. Scripts that put no spaces between words are cut into characters.
_NOT_SPACED = (
    "\u0e00-\u0fff\u1000-\u109f\u1780-\u17ff\u2e80-\ua4cf\uf900-\ufaff\uff66-\uff9d"
    "\U00020000-\U0003ffff"
)
_TOKEN = re.compile(rf"[^\W{_NOT_SPACED}]+|.", re.DOTALL)
_DENSE = re.compile(f"[{_NOT_SPACED}]")
_SENTENCE = re.compile(r"""[.!?…।؟۔]["')\]]*\s|[。！？]["')]*\s?""")

LINE, SENTENCE, CLAUSE, WORD, INSIDE = 4, 3, 2, 1, 0  # how natural it is to cut there


class Wording:
    """A text and its plain form. All places are code points of the plain form, unless "raw"."""

    def __init__(self, text: str) -> None:
        self.text = text
        self.plain = _SPACES.sub(" ", text).translate(_PLAIN)
        self._raw: list[int] = []  # where each plain character starts in the text
        self._lines = {0, len(self.plain)}  # the places behind line breaks
        at = 0
        for spaces in _SPACES.finditer(text):
            self._raw += range(at, spaces.start() + 1)
            at = spaces.end()
            if "\n" in spaces[0]:
                self._lines.add(len(self._raw))
        self._raw += range(at, len(text) + 1)

    def raw(self, place: int) -> int:
        """Return where the plain character at `place` starts in the text."""
        return self._raw[place]

    def holding(self, start: int, end: int) -> tuple[int, int]:
        """Return the plain range that holds the raw one, which may cut into white space."""
        return bisect_right(self._raw, start) - 1, bisect_right(self._raw, end - 1)

    def cut_at(self, place: int) -> int:
        """Return how natural a cut before `place` is: LINE, SENTENCE, CLAUSE, WORD or INSIDE."""
        if place in self._lines:
            return LINE
        before = self.plain[max(0, place - 8) : place]
        if any(found.end() == len(before) for found in _SENTENCE.finditer(before)):
            return SENTENCE
        if before[-1] != " ":
            return INSIDE
        return CLAUSE if before[-2:-1] in (",", ";", ":", "–", "—") else WORD

    def tokens(self, start: int = 0, end: int | None = None) -> list[str]:
        return _TOKEN.findall(self.plain, start, len(self.plain) if end is None else end)

    def sentences(self) -> list[tuple[int, int]]:
        """Return the ranges between natural cuts, without the blank at their end."""
        ends = (found.end() for found in _SENTENCE.finditer(self.plain))
        cuts = sorted(self._lines.union(ends))
        ranges = pairwise(cuts)
        return [
            (start, start + len(self.plain[start:end].rstrip()))
            for start, end in ranges
            if self.plain[start:end].strip()
        ]


def weight_of(plain: str) -> int:
    """Return how much the words say, in letters of a spaced script; an ideograph weighs three."""
    return sum(map(str.isalnum, plain)) + 2 * len(_DENSE.findall(plain))
