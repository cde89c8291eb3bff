"""How near one person's tags come to a gold standard: tag by tag, and in percent.

The score is F1 with partial credit. Tags are matched one to one; a matched pair earns the part of
its words that both have in common (their intersection over their union), and half of that under
another code. Twice what is earned over the number of tags on both sides is the score.
"""

import enum
import math
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

import numpy

from annotations.agreement.codings import Codings
from annotations.agreement.matching import matched_pairs

OTHER_CODE = 0.5  # credit for the right words under another code


class Verdict(enum.StrEnum):
    """How one's own tag and the one of the gold standard differ."""

    RIGHT = "right"
    CODE = "right words, other code"
    BOUNDARY = "boundary differs"
    BOTH = "boundary and code differ"
    MISSED = "missed"
    EXTRA = "not in the gold standard"


@dataclass(frozen=True, slots=True)
class Placed:
    """A tag on [start, end) of a text; `id` is what it is known by elsewhere."""

    id: object
    text: int
    start: int
    end: int
    code: int

    @property
    def place(self) -> tuple[int, int, int, int]:
        return self.text, self.start, self.end, self.code


@dataclass(frozen=True, slots=True)
class Compared:
    """One's own tag beside that of the gold standard; one of them is None if it has no partner."""

    own: Placed | None
    gold: Placed | None
    overlap: float = 0.0

    @property
    def verdict(self) -> Verdict:
        if self.own is None:
            return Verdict.MISSED
        if self.gold is None:
            return Verdict.EXTRA
        same_code, same_words = self.own.code == self.gold.code, self.overlap == 1
        if same_words:
            return Verdict.RIGHT if same_code else Verdict.CODE
        return Verdict.BOUNDARY if same_code else Verdict.BOTH

    @property
    def credit(self) -> float:
        if self.own is None or self.gold is None:
            return 0.0
        return self.overlap * (1 if self.own.code == self.gold.code else OTHER_CODE)

    @property
    def place(self) -> tuple[int, int, int]:
        """Return where it stands, so that it sorts in reading order."""
        return min((tag.text, tag.start, -tag.end) for tag in (self.own, self.gold) if tag)


def compare(own: Iterable[Placed], gold: Iterable[Placed]) -> list[Compared]:
    """Return every tag of both sides once, matched or alone, in reading order.

    The same words under the same code twice on one side are one. Matched are first the tags of
    equal code, or first those with the most words in common, whichever scores more.
    """
    mine, theirs = _once(own), _once(gold)
    codings = _codings(mine, theirs)
    ways = [_matched(mine, theirs, codings, same_code) for same_code in (False, True)]
    return sorted(max(ways, key=_earned), key=lambda one: one.place)


def score(compared: Sequence[Compared]) -> int:
    """Return the score in percent, rounded down. Nothing tagged where nothing is to be is 100."""
    tags = sum((one.own is not None) + (one.gold is not None) for one in compared)
    if not tags:
        return 100
    return math.floor(200 * _earned(compared) / tags + 1e-9)


def _earned(compared: Iterable[Compared]) -> float:
    return math.fsum(one.credit for one in compared)


def _matched(
    mine: list[Placed], theirs: list[Placed], codings: Codings, same_code_first: bool
) -> list[Compared]:
    tags = [*mine, *theirs]
    free = numpy.ones(len(tags), bool)
    compared = []
    for same_code in (True, False) if same_code_first else (False,):
        numbers = numpy.flatnonzero(free)
        pairs = matched_pairs(codings.select(spans=free), same_code=same_code)
        for first, second, overlap in zip(pairs.first, pairs.second, pairs.overlap, strict=True):
            one, other = numbers[first], numbers[second]
            compared.append(Compared(tags[one], tags[other], float(overlap)))
            free[[one, other]] = False
    for number in numpy.flatnonzero(free):
        alone = tags[number]
        compared.append(Compared(alone, None) if number < len(mine) else Compared(None, alone))
    return compared


def _codings(mine: list[Placed], theirs: list[Placed]) -> Codings:
    """Return the tags of both as coders 0 and 1, in this order."""
    tags = [*mine, *theirs]
    texts = {text: number for number, text in enumerate(sorted({tag.text for tag in tags}))}
    codes = {code: number for number, code in enumerate(sorted({tag.code for tag in tags}))}
    ends = numpy.zeros(len(texts), numpy.int64)
    for tag in tags:
        ends[texts[tag.text]] = max(ends[texts[tag.text]], tag.end)
    return Codings(
        lengths=ends,
        stories=numpy.zeros(len(texts), numpy.int64),
        coded=numpy.ones((len(texts), 2), bool),
        text=_array(texts[tag.text] for tag in tags),
        coder=_array(number >= len(mine) for number in range(len(tags))),
        start=_array(tag.start for tag in tags),
        end=_array(tag.end for tag in tags),
        code=_array(codes[tag.code] for tag in tags),
        codes=len(codes),
        parents=(-1,) * len(codes),
        units=tuple(numpy.array([[0, end]]) for end in ends),
    )


def _array(values: Iterable[int]) -> numpy.ndarray:
    return numpy.fromiter(values, numpy.int64)


def _once(tags: Iterable[Placed]) -> list[Placed]:
    return list({tag.place: tag for tag in tags}.values())
