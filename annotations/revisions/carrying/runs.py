"""Runs of characters that two wordings share, and the gaps between them."""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from itertools import pairwise

from annotations.revisions.carrying.wording import LINE, Wording, weight_of

REACH = 32  # characters from what is to be placed to the sure runs, as far as an anchor's context
CROSSES = 2  # what crosses at least a half, one by CROSSES, of its own weight has moved
BORDER = 100  # characters that an end of a paragraph weighs: about a sentence
CHANCE = 0.1  # how often words may stand by chance where we found them


@dataclass(frozen=True, slots=True)
class Run:
    """The same `length` characters from `old` and from `new` on.

    It is sure if it, or its neighbourhood, tells that it is the same passage;
    else it is a guess that only helps to propose a place.
    """

    old: int
    new: int
    length: int
    sure: bool = True
    moved: bool = False

    @property
    def old_end(self) -> int:
        return self.old + self.length

    @property
    def new_end(self) -> int:
        return self.new + self.length

    def swapped(self) -> "Run":
        return replace(self, old=self.new, new=self.old)

    def part(self, start: int, end: int) -> "Run":
        """Return what of the run lies in [start, end) of the old wording."""
        start, end = max(start, self.old), min(end, self.old_end)
        return replace(self, old=start, new=self.new + start - self.old, length=end - start)

    def new_part(self, start: int, end: int) -> "Run":
        """Return what of the run lies in [start, end) of the new wording."""
        return self.swapped().part(start, end).swapped()


@dataclass(frozen=True, slots=True)
class Gap:
    """What stands between two sure runs: old[old:old_end] and new[new:new_end].

    It is open if the runs are neighbours in one of the wordings only.
    """

    old: int
    old_end: int
    new: int
    new_end: int
    moved: bool = False
    open: bool = False

    def swapped(self) -> "Gap":
        return replace(self, old=self.new, old_end=self.new_end, new=self.old, new_end=self.old_end)


def gaps_between(runs: Sequence[Run], old: Wording, new: Wording) -> Iterator[Gap]:
    """Yield the gaps around sure runs, which come in the old order.

    The beginnings and the ends of the wordings count as runs. Where the runs are
    no neighbours in the new wording, there are two gaps: with what follows the
    first there, and with what precedes the second.
    """
    bounds = [Run(0, 0, 0), *runs, Run(len(old.plain), len(new.plain), 0)]
    inner = sorted(range(1, len(bounds) - 1), key=lambda number: bounds[number].new)
    order = [0, *inner, len(bounds) - 1]
    following = dict(pairwise(order))
    preceding = dict(pairwise(reversed(order)))
    for number, (left, right) in enumerate(pairwise(bounds)):
        span, moved = (left.old_end, right.old), left.moved or right.moved
        after, before = bounds[following[number]], bounds[preceding[number + 1]]
        if after is right:
            yield Gap(*span, left.new_end, right.new, moved)
        else:
            yield Gap(*span, left.new_end, after.new, moved, open=True)
            yield Gap(*span, before.new_end, right.new, moved, open=True)


def with_moves(runs: Sequence[Run], old: Wording, new: Wording) -> list[Run]:
    """Return the runs, which come in the old order, with those marked that have moved.

    Neighbours in both wordings go together. What crosses half as much text as it
    holds has moved: a sentence that leaves its paragraph, but not the paragraphs
    that it passes; of two that change places the lighter, or both if they are
    about alike. So what has not moved stands in the same order in both wordings.
    What begins or ends its paragraph as before is the heavier for it.
    """
    order = sorted(range(len(runs)), key=lambda number: runs[number].new)
    rank = {number: place for place, number in enumerate(order)}
    groups: list[list[int]] = []
    for number in range(len(runs)):
        if groups and rank[number] == rank[number - 1] + 1:
            groups[-1].append(number)
        else:
            groups.append([number])
    sizes = [
        sum(runs[number].length for number in group)
        + BORDER * _borders(runs[group[0]], runs[group[-1]], old, new)
        for group in groups
    ]
    crossed = [0] * len(groups)
    for later, group in enumerate(groups):
        for earlier in range(later):
            if rank[groups[earlier][0]] > rank[group[0]]:
                crossed[later] += sizes[earlier]
                crossed[earlier] += sizes[later]
    moved = {
        number
        for group, size, crossing in zip(groups, sizes, crossed, strict=True)
        for number in group
        if CROSSES * crossing >= size
    }
    return [replace(run, moved=number in moved) for number, run in enumerate(runs)]


def _borders(first: Run, last: Run, old: Wording, new: Wording) -> int:
    """Return how many ends of a group of runs, 0 to 2, are ends of a line in both wordings."""
    begins = min(old.cut_at(first.old), new.cut_at(first.new))
    ends = min(old.cut_at(last.old_end), new.cut_at(last.new_end))
    return (begins == LINE) + (ends == LINE)


def is_certain(run: Run, gap: Gap, old: Wording, new: Wording) -> bool:
    """Return whether the words of `run` can only be the same ones, given the gap they stand in.

    They are if each side of the gap holds them once, near to both sure runs or
    at one end of the wordings, and if they hardly stand by chance as near to
    their old place: judged by how often they stand elsewhere, and for words that
    do not, by two bits a letter.
    """
    before, after = run.old - gap.old, gap.old_end - run.old_end
    new_before, new_after = run.new - gap.new, gap.new_end - run.new_end
    near = max(before, after, new_before, new_after) <= REACH
    touching = before == new_before == 0 or after == new_after == 0
    if gap.open or not (near or touching):
        return False
    words = old.plain[run.old : run.old_end]
    if not _stands_once(words, old.plain, gap.old, gap.old_end):
        return False
    if not _stands_once(words, new.plain, gap.new, gap.new_end):
        return False
    elsewhere = old.plain.count(words) + new.plain.count(words) - 2
    size = len(old.plain) + len(new.plain)
    rate = elsewhere / size + min(1 / size, 4.0 ** -weight_of(words))
    drift = min(abs(before - new_before), abs(after - new_after))
    return rate * (2 * drift + 1) <= CHANCE


def _stands_once(words: str, plain: str, start: int, end: int) -> bool:
    first = plain.find(words, start, end)
    return first >= 0 and plain.find(words, first + 1, end) < 0


def occurrences(words: str, plain: str, start: int, end: int) -> list[int]:
    """Return the places in plain[start:end] where `words` stand; they may overlap."""
    found = []
    while (start := plain.find(words, start, end)) >= 0:
        found.append(start)
        start += 1
    return found


def lies_in(start: int, end: int, ranges: Iterable[tuple[int, int]]) -> bool:
    return any(first <= start and end <= last for first, last in ranges)
