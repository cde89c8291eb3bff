"""Compare two wordings word by word.

White space, punctuation, and the style of quotes, dashes and apostrophes are
not words, so they never count as change. Wraps diff-match-patch.
"""

import re
import unicodedata
from collections import defaultdict
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from enum import StrEnum
from functools import lru_cache
from itertools import groupby, pairwise

from diff_match_patch import diff_match_patch

TIMEOUT = 0.5  # seconds; after it the rest is reported as replaced
ENOUGH = 2.0  # content words that a run needs to stay equal among changes, or to have moved
SEEDS = 16  # places of a word pair that are tried; commoner pairs say little
BETWEEN_QUOTES = "\0"  # which no stored text holds

# Classes of characters, each written as one letter, so that a regular expression finds the words:
# w letter, d digit, m mark, i ideograph or another script without spaces, s symbol,
# j joins letters and digits, p joins digits, o the rest.
_WORD = re.compile("[is]m*|[wd][wdm]*(?:(?:j+|(?<=d)p(?=d))[wd][wdm]*)*")
_APOSTROPHES = "'’‘ʼ`´＇"
_HYPHENS = "-‐‑"
_PLAIN = str.maketrans(dict.fromkeys(_APOSTROPHES, "'") | dict.fromkeys(_HYPHENS, "-"))
_NOT_SPACED = (
    *((0x0E00, 0x0FFF), (0x1000, 0x109F), (0x1780, 0x17FF)),  # Thai to Tibetan, Myanmar, Khmer
    *((0x2E80, 0xA4CF), (0xF900, 0xFAFF), (0xFF66, 0xFF9D), (0x20000, 0x3FFFF)),  # Han, kana, Yi
)
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
    or moved away. `before` is how the baseline writes an equal piece.
    """

    op: Op
    text: str
    before: str = ""


@dataclass(slots=True)
class _Run:
    """Neighbouring words [start, end) of one side (of both, if equal) that share their fate."""

    op: Op
    start: int
    end: int
    other_start: int = 0  # where an equal run starts in the other wording
    hunk: int = 0  # the stretch without an equal word in which the run lies


class _Words:
    """A wording cut into words: where they stand, and what they are compared by."""

    def __init__(self, text: str) -> None:
        self.text = text
        classes = text.translate({ord(char): _class_of(char) for char in set(text)})
        self.places = [match.span() for match in _WORD.finditer(classes)]
        self.keys = [_key(text[start:end]) for start, end in self.places]

    def slice(self, start: int, end: int, *, gap: bool = True) -> str:
        """Return the words [start, end), of which there is one, with the gap behind them."""
        return self.text[self.start_of(start) : self.start_of(end) if gap else self._end_of(end)]

    def start_of(self, number: int) -> int:
        return self.places[number][0] if number < len(self.places) else len(self.text)

    def gap_before(self, number: int) -> str:
        return self.text[self._end_of(number) : self.start_of(number)]

    def _end_of(self, number: int) -> int:
        return self.places[number - 1][1] if number else 0


def compare(baseline: str, other: str) -> list[Piece]:
    """Return the pieces that turn `baseline` into `other`, in reading order.

    Equal, inserted and moved-to texts add up to `other`; `before` of the equal
    and the texts of deleted and moved-from pieces add up to `baseline`. A run
    with two content words that is deleted here and inserted there has moved.
    Wordings that differ in no word are one equal piece.
    """
    old, new = _Words(baseline), _Words(other)
    runs = _with_moves(_diff(old.keys, new.keys), old.keys, new.keys)
    return list(_pieces(runs, old, new))


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


def _class_of(char: str) -> str:
    if char in _APOSTROPHES or char in _HYPHENS:
        return "j"
    if char in ".,":
        return "p"
    category = unicodedata.category(char)
    if category[0] == "M" or category == "Cf" or "\U0001f3fb" <= char <= "\U0001f3ff":
        return "m"  # format characters (joiners, bidi marks) and skin tones stay with their word
    if category[0] in "LN":
        code = ord(char)
        if any(first <= code <= last for first, last in _NOT_SPACED):
            return "i"
        return "d" if category == "Nd" else "w"
    return "s" if category in ("Sc", "So") or char in "%‰+=<>&@#§" else "o"


@lru_cache(maxsize=20_000)
def _key(word: str) -> str:
    """Return what the word is compared by: case counts, invisible characters do not."""
    if word.isascii():
        return word
    seen = "".join(char for char in word if unicodedata.category(char) != "Cf")
    return unicodedata.normalize("NFC", seen).translate(_PLAIN)


def _diff(old: Sequence[str], new: Sequence[str]) -> list[_Run]:
    """Return the runs of equal, deleted and inserted words. Raises ValueError beyond a million
    different words, which the alphabet cannot hold."""
    numbers = {word: number for number, word in enumerate(dict.fromkeys([*old, *new]))}
    if len(numbers) > len(_ALPHABET):
        raise ValueError(f"{len(numbers)} different words are too many to compare.")
    coded = ["".join(chr(_ALPHABET[numbers[word]]) for word in words) for words in (old, new)]
    differ = diff_match_patch()
    differ.Diff_Timeout = TIMEOUT
    words_of = {chr(_ALPHABET[number]): word for word, number in numbers.items()}
    diffs = _readable(differ, differ.diff_main(*coded, False), words_of)
    runs, at_old, at_new, hunk = [], 0, 0, 0
    for change, words in diffs:
        length = len(words)
        if change == differ.DIFF_EQUAL:
            hunk += 1
            runs.append(_Run(Op.EQUAL, at_old, at_old + length, at_new, hunk))
        elif change == differ.DIFF_DELETE:
            runs.append(_Run(Op.DELETE, at_old, at_old + length, hunk=hunk))
        else:
            runs.append(_Run(Op.INSERT, at_new, at_new + length, hunk=hunk))
        at_old += length if change != differ.DIFF_INSERT else 0
        at_new += length if change != differ.DIFF_DELETE else 0
    return runs


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
        says_much = _weight_of(words_of[char] for char in coded) >= ENOUGH
        if change != differ.DIFF_EQUAL or (coded and not says_much):
            stretch.append((change, coded))
            continue
        differ.diff_cleanupSemantic(stretch)
        found += [*stretch, (change, coded)]
        stretch = []
    return found[:-1]


def _with_moves(runs: list[_Run], old: Sequence[str], new: Sequence[str]) -> list[_Run]:
    """Cut out of deleted and inserted runs what has moved, the longest first."""
    gone: dict[int, int] = {}  # word -> its hunk
    come: dict[int, int] = {}
    for run in runs:
        if run.op != Op.EQUAL:
            side = gone if run.op == Op.DELETE else come
            side.update(dict.fromkeys(range(run.start, run.end), run.hunk))
    moved_from: set[int] = set()
    moved_to: set[int] = set()
    for length, start, to in sorted(_shared(gone, come, old, new), reverse=True):
        leaving, arriving = range(start, start + length), range(to, to + length)
        if moved_from.isdisjoint(leaving) and moved_to.isdisjoint(arriving):
            moved_from.update(leaving)
            moved_to.update(arriving)
    return [part for run in runs for part in _cut(run, moved_from, moved_to)]


def _shared(
    gone: dict[int, int], come: dict[int, int], old: Sequence[str], new: Sequence[str]
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
            if _weight_of(old[start : start + length]) >= ENOUGH:
                yield length, start, to


def _weight_of(words: Iterable[str]) -> float:
    """Return how many content words there are: short words are mostly grammar."""
    return sum(
        0.5  # an ideograph
        if _class_of(word[0]) == "i"
        else len(word) > 3 or word[0].isdigit() or (len(word) > 1 and word.isupper())
        for word in words
    )


def _cut(run: _Run, moved_from: set[int], moved_to: set[int]) -> Iterator[_Run]:
    """Yield the run in parts that moved and parts that did not."""
    if run.op == Op.EQUAL:
        yield run
        return
    moved, op = (moved_from, Op.MOVE_FROM) if run.op == Op.DELETE else (moved_to, Op.MOVE_TO)
    words = range(run.start, run.end)
    borders = [word for word in words[1:] if (word in moved) != (word - 1 in moved)]
    for start, end in pairwise([run.start, *borders, run.end]):
        yield replace(run, op=op if start in moved else run.op, start=start, end=end)


def _pieces(runs: list[_Run], old: _Words, new: _Words) -> Iterator[Piece]:
    """Yield the pieces, so that every character between words has its place too.

    What stands between an equal word and a changed one goes to the equal side;
    between two changed runs of one wording, to the first.
    """
    text, before = new.text[: new.start_of(0)], old.text[: old.start_of(0)]
    for equal, group in groupby(runs, key=lambda run: run.op == Op.EQUAL):
        hunk = list(group)
        if equal:
            for run in hunk:
                text += new.slice(run.other_start, run.other_start + run.end - run.start)
                before += old.slice(run.start, run.end)
            continue
        if text or before:
            yield Piece(Op.EQUAL, text, before)
        left = {run.op in OF_BASELINE: run.end for run in hunk}  # where each side leaves off
        for run in hunk:
            words, last = (old, left[True]) if run.op in OF_BASELINE else (new, left[False])
            yield Piece(run.op, words.slice(run.start, run.end, gap=run.end < last))
        text = new.gap_before(left[False]) if False in left else ""
        before = old.gap_before(left[True]) if True in left else ""
    if text or before:
        yield Piece(Op.EQUAL, text, before)
