"""Overlapping marks cut into segments that do not overlap.

A passage with marks becomes a run of segments; each knows which marks cover
it. Joined, the segments' texts are the passage. Marks may overlap, nest, and
share the identical range.
"""

from collections.abc import Sequence
from itertools import pairwise
from typing import Generic, NamedTuple, Protocol, TypeVar

LANES = 4  # lines that can be told apart under the text; further marks share the last


class Mark(Protocol):
    """What is cut: anything with a half-open range of code points."""

    @property
    def start(self) -> int: ...

    @property
    def end(self) -> int: ...


M = TypeVar("M", bound=Mark)


class Segment(NamedTuple, Generic[M]):
    """A stretch of text under the same marks, outermost first, each with its lane.

    `ending` are those of the marks whose last character stands here.
    """

    text: str
    covering: tuple[tuple[M, int], ...] = ()
    ending: tuple[M, ...] = ()


def segments(text: str, start: int, end: int, marks: Sequence[M]) -> list[Segment[M]]:
    """Return [start, end) of `text` cut where any of the marks starts or ends.

    Marks may reach beyond the range, or lie outside it and are ignored then.
    Takes O(n log n + covered) for n marks; an empty range has no segments.
    """
    here = [mark for mark in marks if mark.start < end and mark.end > start]
    if not here:
        return [Segment(text[start:end])] if start < end else []
    here.sort(key=lambda mark: (mark.start, -mark.end))
    laned = list(zip(here, _lanes(here), strict=True))
    cuts = {start, end}
    for mark in here:
        cuts.add(max(mark.start, start))
        cuts.add(min(mark.end, end))
    edges = sorted(cuts)
    cut: list[Segment[M]] = []
    open_marks: list[tuple[M, int]] = []
    upcoming = 0
    for left, right in pairwise(edges):
        open_marks = [pair for pair in open_marks if pair[0].end > left]
        while upcoming < len(laned) and laned[upcoming][0].start <= left:
            open_marks.append(laned[upcoming])
            upcoming += 1
        ending = tuple(mark for mark, _ in open_marks if mark.end == right)
        cut.append(Segment(text[left:right], tuple(open_marks), ending))
    return cut


def _lanes(marks: Sequence[M]) -> list[int]:
    """Give each mark, in order of start, the lowest lane that is free where it starts."""
    free_from = [0] * LANES
    lanes = []
    for mark in marks:
        free = (lane for lane in range(LANES) if free_from[lane] <= mark.start)
        lane = next(free, LANES - 1)
        free_from[lane] = max(free_from[lane], mark.end)
        lanes.append(lane)
    return lanes
