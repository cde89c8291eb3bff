"""Compare two wordings word by word.

White space, punctuation, and the style of quotes, dashes and apostrophes are
not words, so they never count as change. Wraps diff-match-patch, which is slow
on long texts: there, words that each wording has once are matched first, in
their common order (patience diff, Bram Cohen), and it sees only what lies between.
"""

import time
from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from enum import StrEnum
from itertools import groupby, pairwise

from diff_match_patch import diff_match_patch

from annotations.texts.chaining import heaviest_chain
from annotations.texts.wording import Words, weight_of

TIMEOUT = 0.5  # seconds; after it the rest is reported as replaced
ENOUGH = 2.0  # content words that a run needs to stay equal among changes, or to have moved
SCRAPS = 200  # parts; a stretch that is equal so often and never for long was written anew
LONG = 400  # words of both sides; a shorter pair is left to diff-match-patch as a whole
SEEDS = 16  # places of a word pair that are tried; commoner pairs say little
BETWEEN_QUOTES = "\0"  # which no stored text holds

# The alphabet into which words are coded for diff-match-patch: the private planes first, so that
# its clean-up takes no word for a line end; surrogates, which UTF-8 refuses, are left out.
_ALPHABET = [*range(0xF0000, 0x110000), *range(0xE000, 0xF0000)]


class Op(StrEnum):
    EQUAL = "equal"
    INSERT = "insert"
    DELETE = "delete"
    MOVE_FROM = "move_from"
    MOVE_TO = "move_to"


OF_BASELINE = (Op.DELETE, Op.MOVE_FROM)  # the words that only the baseline has there


@dataclass(frozen=True, slots=True)
class Piece:
    """Some words and what became of them.

    `text` is as the other wording has it, or the baseline for what is deleted
    or moved away. `before` is how the baseline writes an equal piece. `move`
    numbers from 1 what has moved; both of its ends have the same number.
    """

    op: Op
    text: str
    before: str = ""
    move: int = 0


@dataclass(slots=True)
class _Run:
    """Neighbouring words [start, end) of one side (of both, if equal) that share their fate."""

    op: Op
    start: int
    end: int
    hunk: tuple[int, int]  # the pair, and its stretch without an equal word in which the run lies
    other_start: int = 0  # where an equal run starts in the other wording
    move: int = 0


def compare(baseline: str, other: str) -> list[Piece]:
    """Return the pieces that turn `baseline` into `other`, in reading order.

    Equal, inserted and moved-to texts add up to `other`; `before` of the equal
    and the texts of deleted and moved-from pieces add up to `baseline`. A run
    with two content words that is deleted here and inserted there has moved.
    Wordings that differ in no word are one equal piece.
    """
    return compare_pairs([(baseline, other)])[0]


def compare_pairs(pairs: Sequence[tuple[str, str]]) -> list[list[Piece]]:
    """Return the pieces of each pair of baseline and other, as `compare` does.

    Words that one pair lost may have moved to any other. All pairs share the TIMEOUT.
    """
    deadline = time.time() + TIMEOUT
    sides: list[tuple[Words, Words]] = []
    old_keys: list[str] = []
    new_keys: list[str] = []
    runs: list[_Run] = []
    for baseline, other in pairs:
        old, new = Words(baseline, len(old_keys)), Words(other, len(new_keys))
        runs += _diff(old, new, len(sides), deadline)
        sides.append((old, new))
        old_keys += old.keys
        new_keys += new.keys
    runs_of: list[list[_Run]] = [[] for _ in pairs]
    for run in _with_moves(runs, old_keys, new_keys):
        runs_of[run.hunk[0]].append(run)
    return [list(_pieces(runs, old, new)) for runs, (old, new) in zip(runs_of, sides, strict=True)]


def compare_quotes(baseline: Sequence[str], quotes: Sequence[str]) -> list[list[Piece]]:
    """Return the pieces of each of `quotes`, compared with all of the baseline's quotes at once.

    What is missing from all of them stands in the quote before which it would be.
    """
    found: list[list[Piece]] = [[]]
    for piece in compare(BETWEEN_QUOTES.join(baseline), BETWEEN_QUOTES.join(quotes)):
        if piece.op in OF_BASELINE:
            found[-1].append(replace(piece, text=piece.text.replace(BETWEEN_QUOTES, " … ")))
            continue
        for number, text in enumerate(piece.text.split(BETWEEN_QUOTES)):
            if number:
                found.append([])
            if text:
                found[-1].append(replace(piece, text=text))
    return found


def _diff(old: Words, new: Words, pair: int, deadline: float) -> list[_Run]:
    """Return the runs of equal, deleted and inserted words. Raises ValueError beyond a million
    different words, which the alphabet cannot hold."""
    words = list(dict.fromkeys([*old.keys, *new.keys]))
    if len(words) > len(_ALPHABET):
        raise ValueError(f"{len(words)} different words are too many to compare.")
    char_of = {word: chr(code) for word, code in zip(words, _ALPHABET, strict=False)}
    word_of = {char: word for word, char in char_of.items()}
    old_code, new_code = ("".join(map(char_of.__getitem__, side.keys)) for side in (old, new))
    differ = diff_match_patch()
    differ.Diff_Timeout = TIMEOUT
    runs, at_old, at_new, hunk = [], old.first, new.first, 0
    diffs = _around_anchors(differ, old_code, new_code, deadline)
    for change, chars in _readable(differ, diffs, word_of):
        length = len(chars)
        if change == differ.DIFF_EQUAL:
            hunk += 1
            runs.append(_Run(Op.EQUAL, at_old, at_old + length, (pair, hunk), at_new))
        elif change == differ.DIFF_DELETE:
            runs.append(_Run(Op.DELETE, at_old, at_old + length, (pair, hunk)))
        else:
            runs.append(_Run(Op.INSERT, at_new, at_new + length, (pair, hunk)))
        at_old += length if change != differ.DIFF_INSERT else 0
        at_new += length if change != differ.DIFF_DELETE else 0
    return runs


def _around_anchors(
    differ: diff_match_patch, old: str, new: str, deadline: float
) -> list[tuple[int, str]]:
    """Return the diff of two coded wordings; what is not done in time is reported as replaced."""
    diffs: list[tuple[int, str]] = []
    equal, at_old, at_new = "", 0, 0
    anchors = _anchors(old, new) if len(old) + len(new) > LONG else []
    for to_old, to_new in [*anchors, (len(old), len(new))]:
        left, right = old[at_old:to_old], new[at_new:to_new]
        anchor = old[to_old : to_old + 1]
        at_old, at_new = to_old + 1, to_new + 1
        if left == right:
            equal += left + anchor
            continue
        for change, coded in differ.diff_main(left, right, False, deadline):
            if change == differ.DIFF_EQUAL:
                equal += coded
                continue
            if equal:
                diffs.append((differ.DIFF_EQUAL, equal))
                equal = ""
            diffs.append((change, coded))
        equal += anchor
    return [*diffs, (differ.DIFF_EQUAL, equal)] if equal else diffs


def _anchors(old: str, new: str) -> list[tuple[int, int]]:
    """Return the places in `old` and `new` of what each holds once, in one order."""
    place_in_new = {char: place for place, char in enumerate(new)}
    often = {char for side in (old, new) for char, count in Counter(side).items() if count > 1}
    return heaviest_chain(
        (place, place_in_new[char], 1)
        for place, char in enumerate(old)
        if char in place_in_new and char not in often
    )


def _readable(
    differ: diff_match_patch, diffs: list[tuple[int, str]], words_of: dict[str, str]
) -> list[tuple[int, str]]:
    """Return the diff without equal scraps between changes.

    diff-match-patch's own clean-up knows only lengths: alone it would drop
    "two cargo ships" between longer changes, so it runs between such runs.
    """
    found: list[tuple[int, str]] = []
    stretch: list[tuple[int, str]] = []
    for change, coded in [*diffs, (differ.DIFF_EQUAL, "")]:
        is_equal = change == differ.DIFF_EQUAL
        if not is_equal or (coded and not _says_much(map(words_of.__getitem__, coded))):
            stretch.append((change, coded))
            continue
        if len(stretch) > SCRAPS:  # over which the clean-up would take quadratic time
            gone, come = differ.diff_text1(stretch), differ.diff_text2(stretch)
            stretch = [(differ.DIFF_DELETE, gone), (differ.DIFF_INSERT, come)]
        differ.diff_cleanupSemantic(stretch)
        found += [*stretch, (change, coded)]
        stretch = []
    return found[:-1]


def _with_moves(runs: list[_Run], old: Sequence[str], new: Sequence[str]) -> list[_Run]:
    """Cut out of deleted and inserted runs what has moved, the longest first."""
    gone: dict[int, tuple[int, int]] = {}  # word -> its hunk
    come: dict[int, tuple[int, int]] = {}
    for run in runs:
        if run.op != Op.EQUAL:
            side = gone if run.op == Op.DELETE else come
            side.update(dict.fromkeys(range(run.start, run.end), run.hunk))
    moved_from: dict[int, int] = {}  # word -> the number of its move
    moved_to: dict[int, int] = {}
    number = 0
    for length, start, to in sorted(_shared(gone, come, old, new), reverse=True):
        leaving, arriving = range(start, start + length), range(to, to + length)
        if moved_from.keys().isdisjoint(leaving) and moved_to.keys().isdisjoint(arriving):
            number += 1
            moved_from.update(dict.fromkeys(leaving, number))
            moved_to.update(dict.fromkeys(arriving, number))
    return [part for run in runs for part in _cut(run, moved_from, moved_to)]


def _shared(
    gone: dict[int, tuple[int, int]],
    come: dict[int, tuple[int, int]],
    old: Sequence[str],
    new: Sequence[str],
) -> Iterator[tuple[int, int, int]]:
    """Yield (length, place in old, place in new) of the runs that both sides share.

    Each is as long as it can be. Runs in one hunk are not moved: they were
    replaced together with their neighbours.
    """
    seeds: dict[tuple[str, str], list[int]] = defaultdict(list)
    for place in come:
        if come.get(place + 1) == come[place]:
            seeds[new[place], new[place + 1]].append(place)

    def same(start: int, to: int, step: int) -> bool:
        return (
            gone.get(start + step) == gone[start]
            and come.get(to + step) == come[to]
            and old[start + step] == new[to + step]
        )

    for start in gone:
        if gone.get(start + 1) != gone[start]:
            continue
        for to in seeds[old[start], old[start + 1]][:SEEDS]:
            if gone[start] == come[to] or same(start, to, -1):
                continue
            length = 1
            while same(start + length - 1, to + length - 1, 1):
                length += 1
            if _says_much(old[start : start + length]):
                yield length, start, to


def _says_much(words: Iterable[str]) -> bool:
    """Tell whether there are ENOUGH content words. Stops at the last that it needs."""
    weight = 0.0
    return any((weight := weight + weight_of(word)) >= ENOUGH for word in words)


def _cut(run: _Run, moved_from: dict[int, int], moved_to: dict[int, int]) -> Iterator[_Run]:
    """Yield the run in parts that moved, each by itself, and parts that did not."""
    if run.op == Op.EQUAL:
        yield run
        return
    moved, op = (moved_from, Op.MOVE_FROM) if run.op == Op.DELETE else (moved_to, Op.MOVE_TO)
    words = range(run.start, run.end)
    borders = [word for word in words[1:] if moved.get(word) != moved.get(word - 1)]
    for start, end in pairwise([run.start, *borders, run.end]):
        move = moved.get(start, 0)
        yield replace(run, op=op if move else run.op, start=start, end=end, move=move)


def _pieces(runs: list[_Run], old: Words, new: Words) -> Iterator[Piece]:
    """Yield the pieces, so that every character between words has its place too.

    What stands between an equal word and a changed one goes to the equal side;
    between two changed runs of one wording, to the first. Where one wording
    has no words at all, its gap goes before the other's, unless it is the gap behind them.
    """
    text, before = new.gap_before(new.first), old.gap_before(old.first)
    at_old, at_new = old.first, new.first
    for equal, group in groupby(runs, key=lambda run: run.op == Op.EQUAL):
        hunk = list(group)
        if equal:
            for run in hunk:
                at_old, at_new = run.end, run.other_start + run.end - run.start
                text += new.slice(run.other_start, at_new)
                before += old.slice(run.start, at_old)
            continue
        left = {run.op in OF_BASELINE: run.end for run in hunk}  # where each side leaves off
        gap_old, gap_new = old.gap_before(at_old), new.gap_before(at_new)
        late_old = late_new = ""
        if True not in left and _is_behind(gap_old, gap_new, new.gap_before(left[False])):
            late_old, before = gap_old, before.removesuffix(gap_old)
        elif False not in left and _is_behind(gap_new, gap_old, old.gap_before(left[True])):
            late_new, text = gap_new, text.removesuffix(gap_new)
        if text or before:
            yield Piece(Op.EQUAL, text, before)
        for run in hunk:
            words, last = (old, left[True]) if run.op in OF_BASELINE else (new, left[False])
            gap = run.end < last
            yield Piece(run.op, words.slice(run.start, run.end, gap=gap), move=run.move)
        text = new.gap_before(left[False]) if False in left else late_new
        before = old.gap_before(left[True]) if True in left else late_old
    if text or before:
        yield Piece(Op.EQUAL, text, before)


def _is_behind(gap: str, before: str, behind: str) -> bool:
    """Tell whether the gap of one wording is the other's behind some words, not the one before."""
    return gap.strip() == behind.strip() != before.strip()
