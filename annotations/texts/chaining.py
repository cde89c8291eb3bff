"""Choose, of pairs of places in two texts, those that stand in one order and weigh most."""

from bisect import bisect_left
from collections.abc import Iterable
from typing import Any


def heaviest_chain(pairs: Iterable[tuple[int, int, float]]) -> list[tuple[int, int]]:
    """Return the places (left, right) that increase on both sides and weigh most together.

    `pairs` are (left, right, weight), each weight above 0. With equal weights it is the longest
    increasing subsequence, by patience sorting. Takes n log n.
    """
    rights: list[int] = []  # where the chains end that are still worth adding to, increasing
    totals: list[float] = []  # what they weigh, increasing too
    ends: list[Any] = []  # their last links: (left, right, the link before)
    for left, right, weight in sorted(pairs, key=lambda pair: (pair[0], -pair[1])):
        at = bisect_left(rights, right)
        total = weight + (totals[at - 1] if at else 0)
        if at < len(rights) and rights[at] == right and totals[at] >= total:
            continue
        outdone = at
        while outdone < len(rights) and totals[outdone] <= total:
            outdone += 1
        link = (left, right, ends[at - 1] if at else None)
        rights[at:outdone], totals[at:outdone], ends[at:outdone] = [right], [total], [link]
    found: list[tuple[int, int]] = []
    at_end: Any = ends[-1] if ends else None
    while at_end:
        left, right, at_end = at_end
        found.append((left, right))
    return found[::-1]
