"""Cut a text into passages: the unit of rendering and of htmx swaps."""

from bisect import bisect_left, bisect_right
from collections.abc import Sequence
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Passage:
    """A paragraph: the half-open range of code points of one line, without its `\\n`."""

    index: int
    start: int
    end: int


def passages(text: str) -> list[Passage]:
    """Return one passage per line that holds something other than white space.

    `index` counts from 0 in reading order. Only `\\n` ends a line: `text` is normalised.
    """
    found: list[Passage] = []
    start = 0
    for line in text.split("\n"):
        if line and not line.isspace():
            found.append(Passage(len(found), start, start + len(line)))
        start += len(line) + 1
    return found


def touched(passages: Sequence[Passage], start: int, end: int) -> list[Passage]:
    """Return those of `passages`, which are in reading order, that overlap [start, end).

    An empty range touches nothing. Takes logarithmic time, as it runs on every tag saved.
    """
    if start >= end:
        return []
    first = bisect_right(passages, start, key=lambda passage: passage.end)
    last = bisect_left(passages, end, key=lambda passage: passage.start)
    return list(passages[first:last])
