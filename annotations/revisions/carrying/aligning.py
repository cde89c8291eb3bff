"""Which runs of two wordings are the same passages.

First the runs that hold something each wording has once: some words in a row,
or a whole sentence, wherever it stands. Then, by diff-match-patch, what the gaps
between them share. Aligning B with A gives what aligning A with B gives, with the
sides changed.
"""

import time
from bisect import bisect_right
from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from itertools import accumulate, pairwise

from diff_match_patch import diff_match_patch

from annotations.revisions.carrying.runs import (
    Gap,
    Run,
    gaps_between,
    is_certain,
    lies_in,
    with_moves,
)
from annotations.revisions.carrying.wording import SENTENCE, Wording, weight_of

SEED = 6  # tokens, blanks included: three words, which a text of some pages seldom holds twice
SURE = 30  # weight: six or seven words in a row that each text holds once are the same passage
SENTENCE_SURE = 6  # weight of a whole sentence that each text holds once
GROWS = 8  # weight from which a guess between two sure runs can become sure
CHARACTERS = 400  # a changed stretch up to this length is compared character by character
CODED = 0x10000  # tokens are coded from this code point on: no surrogates, and a million of them


@dataclass(frozen=True, slots=True)
class Alignment:
    """Runs in the old order, which never overlap; the gaps between the sure ones that are
    neighbours in both wordings; and the doubts, runs of what fits two places."""

    runs: list[Run]
    gaps: list[Gap]
    doubts: list[Run]

    def swapped(self) -> "Alignment":
        return Alignment(
            sorted((run.swapped() for run in self.runs), key=_old),
            sorted((gap.swapped() for gap in self.gaps), key=_old),
            [doubt.swapped() for doubt in self.doubts],
        )


def align(old: Wording, new: Wording, seconds: float) -> Alignment:
    """Return what the wordings share; what takes longer than `seconds` is left out."""
    if (len(new.text), new.text) < (len(old.text), old.text):
        return align(new, old, seconds).swapped()
    deadline = time.monotonic() + seconds
    runs, doubts = _without_overlaps(_passages(old, new), old, new)
    runs = sorted([*runs, *_left_over(runs, old, new)], key=_old)
    guesses = [
        guess
        for gap in _paired(list(gaps_between(runs, old, new)), old, new)
        for guess in _guesses(gap, old, new, deadline)
    ]
    runs, guesses = _grown(runs, guesses, old, new)
    runs = with_moves(runs, old, new)
    gaps = [gap for gap in gaps_between(runs, old, new) if not gap.open]
    return Alignment(sorted([*runs, *guesses], key=_old), gaps, doubts)


def _old(place: Run | Gap) -> int:
    return place.old


def _passages(old: Wording, new: Wording) -> list[Run]:
    """Return the longest runs around whatever each wording has once; they may overlap."""
    everything = Gap(0, len(old.plain), 0, len(new.plain))
    found: dict[int, list[Run]] = {}  # by how far the run has shifted
    for cut, sure in ((_sentences, SENTENCE_SURE), (_word_rows, SURE)):
        there = cut(new)
        for words, start in cut(old).items():
            to = there.get(words)
            if start is None or to is None:
                continue
            same_shift = found.setdefault(to - start, [])
            if not any(run.old <= start < run.old_end for run in same_shift):
                run = _extended(Run(start, to, len(words)), old.plain, new.plain, everything)
                if weight_of(old.plain[run.old : run.old_end]) >= sure:
                    same_shift.append(run)
    return [run for runs in found.values() for run in runs]


def _sentences(wording: Wording) -> dict[str, int | None]:
    """Return where each sentence stands, or None for what stands in several places."""
    return _once((wording.plain[start:end], start) for start, end in wording.sentences())


def _word_rows(wording: Wording) -> dict[str, int | None]:
    """Return where each row of SEED tokens stands, or None for what stands in several places."""
    starts = [0, *accumulate(map(len, wording.tokens()))]
    return _once(
        (wording.plain[start:end], start) for start, end in zip(starts, starts[SEED:], strict=False)
    )


def _left_over(runs: list[Run], old: Wording, new: Wording) -> Iterator[Run]:
    """Yield the sentences that stand once in what the runs leave of each wording: one that each
    wording holds twice, too, can move."""
    gaps = list(gaps_between(runs, old, new))
    sides = (
        (old, {(gap.old, gap.old_end) for gap in gaps}),
        (new, {(gap.new, gap.new_end) for gap in gaps}),
    )
    left, there = (
        _once(
            (wording.plain[start:end], start)
            for start, end in wording.sentences()
            if weight_of(wording.plain[start:end]) >= SURE and lies_in(start, end, ranges)
        )
        for wording, ranges in sides
    )
    for words, start in left.items():
        to = there.get(words)
        if start is not None and to is not None:
            yield Run(start, to, len(words))


def _once(places: Iterable[tuple[str, int]]) -> dict[str, int | None]:
    found: dict[str, int | None] = {}
    for words, start in places:
        found[words] = None if words in found else start
    return found


def _extended(run: Run, old: str, new: str, gap: Gap) -> Run:
    """Return the run with all equal characters before and behind it in the gap; it is sure."""
    start, end, shift = run.old, run.old_end, run.new - run.old
    first = max(gap.old, gap.new - shift)
    last = min(gap.old_end, gap.new_end - shift)
    while start > first and old[start - 1] == new[start + shift - 1]:
        start -= 1
    while end < last and old[end] == new[end + shift]:
        end += 1
    return Run(start, start + shift, end - start)


def _overlap(one: Run, other: Run) -> bool:
    return (one.old < other.old_end and other.old < one.old_end) or (
        one.new < other.new_end and other.new < one.new_end
    )


def _without_overlaps(runs: list[Run], old: Wording, new: Wording) -> tuple[list[Run], list[Run]]:
    """Return the runs in the old order, cut apart where they overlap; and the doubts that leaves.

    What two runs claim in one wording stands once there and twice in the other,
    so one of the two was deleted or inserted: the one that makes whole lines,
    sentences or words, by the more natural cut.
    """
    runs, doubts = _cut_apart(runs, old, new)
    swapped, swapped_doubts = _cut_apart([run.swapped() for run in runs], new, old)
    runs = sorted((run.swapped() for run in swapped), key=_old)
    return runs, [*doubts, *(doubt.swapped() for doubt in swapped_doubts)]


def _cut_apart(runs: list[Run], old: Wording, new: Wording) -> tuple[list[Run], list[Run]]:
    """Return the runs without overlaps in the new wording, and the doubts of cuts that decide
    nothing."""
    apart: list[Run] = []
    doubts: list[Run] = []
    for run in sorted(runs, key=lambda run: (run.new, -run.length)):
        right = run
        while apart and right.length and apart[-1].new_end > right.new:
            left = apart.pop()
            zone = right.new, min(left.new_end, right.new_end)
            cut, decides = _best_cut(left, right, zone, old, new)
            if not decides:
                doubts += [left.new_part(*zone), right.new_part(*zone)]
            left = left.new_part(left.new, cut)
            right = right.new_part(cut, right.new_end)
            if left.length:
                apart.append(left)
                break
        if right.length:
            apart.append(right)
    return apart, doubts


def _best_cut(
    left: Run, right: Run, zone: tuple[int, int], old: Wording, new: Wording
) -> tuple[int, bool]:
    """Return where in the new wording `left` ends and `right` begins, and whether that is
    a sentence's or a line's border that no other place in the zone equals."""
    ranked = []
    for cut in range(zone[0], zone[1] + 1):
        ends = old.cut_at(left.old + cut - left.new), old.cut_at(right.old + cut - right.new)
        ranked.append((min(ends), max(ends), new.cut_at(cut), -cut))
    ranked.sort(reverse=True)
    best, runner_up = ranked[0], ranked[1]
    return -best[-1], best[0] >= SENTENCE and best[0] > runner_up[0]


def _paired(gaps: list[Gap], old: Wording, new: Wording) -> Iterator[Gap]:
    """Yield the gaps that hold words on both sides, each stretch once: where there is a choice,
    the pair that shares more words."""

    def shared(gap: Gap) -> int:
        both = Counter(old.tokens(gap.old, gap.old_end))
        both &= Counter(new.tokens(gap.new, gap.new_end))
        return sum(weight_of(token) * times for token, times in both.items())

    taken_old: set[int] = set()
    taken_new: set[int] = set()
    gaps = [gap for gap in gaps if gap.old < gap.old_end and gap.new < gap.new_end]
    closed = [gap for gap in gaps if not gap.open]
    for gap in [*closed, *sorted((gap for gap in gaps if gap.open), key=shared, reverse=True)]:
        if gap.old not in taken_old and gap.new not in taken_new:
            taken_old.add(gap.old)
            taken_new.add(gap.new)
            yield gap


def _guesses(gap: Gap, old: Wording, new: Wording, deadline: float) -> Iterator[Run]:
    """Yield what the sides of a gap share, compared by words and then by characters."""
    words = _equal(
        old.tokens(gap.old, gap.old_end), new.tokens(gap.new, gap.new_end), gap, deadline
    )
    bounds = [Run(gap.old, gap.new, 0), *words, Run(gap.old_end, gap.new_end, 0)]
    for left, right in pairwise(bounds):
        if weight_of(old.plain[left.old : left.old_end]):
            yield left
        between = Gap(left.old_end, right.old, left.new_end, right.new)
        changed = old.plain[left.old_end : right.old], new.plain[left.new_end : right.new]
        if all(changed) and max(map(len, changed)) <= CHARACTERS:
            yield from _equal(*changed, between, deadline)


def _equal(old: Sequence[str], new: Sequence[str], gap: Gap, deadline: float) -> Iterator[Run]:
    """Yield the runs of equal tokens, or of equal characters if `old` and `new` are strings."""
    left = deadline - time.monotonic()
    codes = {token: chr(CODED + n) for n, token in enumerate(dict.fromkeys([*old, *new]))}
    if left <= 0:
        return
    differ = diff_match_patch()
    differ.Diff_Timeout = left / 2
    coded = ["".join(codes[token] for token in tokens) for tokens in (old, new)]
    diffs = differ.diff_main(*coded, False)
    differ.diff_cleanupSemantic(diffs)
    at_old, at_new, place_old, place_new = 0, 0, gap.old, gap.new
    for change, tokens in diffs:
        size_old = size_new = 0
        if change != differ.DIFF_INSERT:
            size_old = sum(map(len, old[at_old : at_old + len(tokens)]))
            at_old += len(tokens)
        if change != differ.DIFF_DELETE:
            size_new = sum(map(len, new[at_new : at_new + len(tokens)]))
            at_new += len(tokens)
        if change == differ.DIFF_EQUAL:
            yield Run(place_old, place_new, size_old, sure=False)
        place_old, place_new = place_old + size_old, place_new + size_new


def _grown(
    runs: list[Run], guesses: list[Run], old: Wording, new: Wording
) -> tuple[list[Run], list[Run]]:
    """Return the runs with the guesses that became sure between them, and the other guesses."""
    while True:
        gaps = {gap.old: gap for gap in gaps_between(runs, old, new)}
        starts = list(gaps)
        grown: list[Run] = []
        for guess in guesses:
            if weight_of(old.plain[guess.old : guess.old_end]) < GROWS:
                continue
            gap = gaps[starts[bisect_right(starts, guess.old) - 1]]
            whole = _extended(guess, old.plain, new.plain, gap)
            if is_certain(whole, gap, old, new) and not (grown and _overlap(grown[-1], whole)):
                grown.append(whole)
        if not grown:
            return runs, guesses
        runs = sorted([*runs, *grown], key=_old)
        guesses = [guess for guess in guesses if not any(_overlap(guess, run) for run in grown)]
