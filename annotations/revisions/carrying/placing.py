"""Where one span of the old wording stands in the new one.

All places are of the plain forms, where a span has the same words if its
characters are the same.
"""

import unicodedata
from bisect import bisect_left, bisect_right
from dataclasses import dataclass, replace
from difflib import SequenceMatcher
from enum import StrEnum
from itertools import takewhile

from annotations.revisions.carrying.aligning import Alignment
from annotations.revisions.carrying.runs import REACH, Run, is_certain, occurrences
from annotations.revisions.carrying.wording import Wording
from annotations.texts.anchoring import CONTEXT

WEIGHTS = 0.6, 0.15, 0.15, 0.1  # of quote, prefix, suffix and position in the score
ALIKE = 0.4  # likeness of quotes from which changed words are proposed
GLUED = 12  # characters beside added letters that show that the neighbourhood is the old one
STRETCH = 3  # times its own length that a replaced span's proposal may have


class Outcome(StrEnum):
    """What became of a span."""

    KEPT = "kept"
    MOVED = "moved"
    REVIEW = "review"
    GONE = "gone"


@dataclass(frozen=True, slots=True)
class Place:
    outcome: Outcome
    start: int = 0
    end: int = 0
    score: float = 0.0


class Placing:
    """Places spans of `old` in `new`, given what the two share."""

    def __init__(self, old: Wording, new: Wording, alignment: Alignment) -> None:
        self.old, self.new = old, new
        self.runs, self.gaps = alignment.runs, alignment.gaps
        self.doubts = alignment.doubts
        self._starts = [run.old for run in self.runs]
        self._ends = [run.old_end for run in self.runs]
        self._gap_ends = [gap.old_end for gap in self.gaps]
        self._gap_starts = [gap.old for gap in self.gaps]
        self._by_new = sorted(self.runs, key=lambda run: run.new)
        self._new_starts = [run.new for run in self._by_new]

    def place(self, start: int, end: int) -> Place:
        """Return where old[start:end] stands."""
        same = (
            self._within_run(start, end)
            or self._within_doubt(start, end)
            or self._between_runs(start, end)
        )
        if not same:
            return self._around_pieces(start, end) or self._replaced(start, end)
        before, after = self._letters_added(same)
        outcome = Outcome.MOVED if same.moved else Outcome.KEPT
        if not same.sure or self._is_doubtful(same) or (before, after) != (None, None):
            outcome = Outcome.REVIEW
        to = same.new - (before or 0), same.new_end + (after or 0)
        likeness = 2 * (end - start) / (end - start + to[1] - to[0])
        return self._placed(outcome, (start, end), to, likeness)

    def _within_run(self, start: int, end: int) -> Run | None:
        """Return the part of the sure run that holds all of the span."""
        number = bisect_right(self._starts, start) - 1
        if number >= 0 and self.runs[number].sure and end <= self.runs[number].old_end:
            return self.runs[number].part(start, end)
        return None

    def _within_doubt(self, start: int, end: int) -> Run | None:
        """Return the place, unsure, of what may as well have been deleted as its twin beside it."""
        return next(
            (
                replace(doubt, sure=False).part(start, end)
                for doubt in self.doubts
                if doubt.old <= start and end <= doubt.old_end
            ),
            None,
        )

    def _is_doubtful(self, run: Run) -> bool:
        return any(
            (doubt.old <= run.old and run.old_end <= doubt.old_end)
            or (doubt.new <= run.new and run.new_end <= doubt.new_end)
            for doubt in self.doubts
        )

    def _between_runs(self, start: int, end: int) -> Run | None:
        """Return the same words in the gap that holds all of the span; the nearest, unsure, if
        they are not certain to be the same ones."""
        number = bisect_right(self._gap_starts, start) - 1
        if number < 0 or end > self.gaps[number].old_end:
            return None
        gap, words = self.gaps[number], self.old.plain[start:end]
        before, after = start - gap.old, gap.old_end - end
        found: dict[int, int] = {}  # how far a place has drifted from one side of the gap
        for expected in (gap.new + before, gap.new_end - after - len(words)):
            first, last = (
                max(gap.new, expected - REACH),
                min(gap.new_end, expected + REACH + len(words)),
            )
            for place in occurrences(words, self.new.plain, first, last):
                found[place] = min(abs(place - expected), found.get(place, REACH))
        if not found:
            return None
        run = Run(start, min(found, key=found.__getitem__), len(words), moved=gap.moved)
        return replace(run, sure=is_certain(run, gap, self.old, self.new))

    def _letters_added(self, run: Run) -> tuple[int | None, int | None]:
        """Return how many letters were put to the span's first and last word; 0 if some were
        taken from it, None if it is the same word still."""
        old, new = self.old.plain, self.new.plain
        before = _before(old, run.old), _before(new, run.new)
        after = _after(old, run.old_end), _after(new, run.new_end)
        return (
            None if old[run.old] == " " else _added(*before),
            None if old[run.old_end - 1] == " " else _added(*after),
        )

    def _around_pieces(self, start: int, end: int) -> Place | None:
        """Return the place around what is left of the span, if that is like enough.

        That is the heaviest piece, and those beside it that stand there as before.
        """
        pieces = [
            run.part(start, end)
            for run in self.runs[bisect_right(self._ends, start) : bisect_left(self._starts, end)]
        ]
        if not pieces:
            return None
        heaviest = max(range(len(pieces)), key=lambda number: pieces[number].length)
        first = last = heaviest
        while first and _follows(pieces[first - 1], pieces[first]):
            first -= 1
        while last + 1 < len(pieces) and _follows(pieces[last], pieces[last + 1]):
            last += 1
        to = pieces[first].new - self._room_before(pieces[first], start)
        to_end = pieces[last].new_end + self._room_after(pieces[last], end)
        shared = sum(piece.length for piece in pieces[first : last + 1])
        likeness = 2 * shared / (end - start + to_end - to)
        if likeness < ALIKE:
            return None
        return self._placed(Outcome.REVIEW, (start, end), (to, to_end), likeness)

    def _room_before(self, piece: Run, start: int) -> int:
        """Return how many new characters before the piece replace the span's before it."""
        if piece.old == start:
            return 0
        number = bisect_right(self._starts, piece.old) - 1
        rank = bisect_right(self._new_starts, piece.new) - 1
        left_old = self.runs[number - 1].old_end if number else 0
        left_new = self._by_new[rank - 1].new_end if rank else 0
        lacking, room = piece.old - start, piece.new - left_new
        most = STRETCH * lacking + REACH if left_old >= start else lacking
        away = self.new.plain[left_new : piece.new][::-1]
        return room if room <= most else _whole_words(away, most)

    def _room_after(self, piece: Run, end: int) -> int:
        """Return how many new characters behind the piece replace the span's behind it."""
        if piece.old_end == end:
            return 0
        number = bisect_right(self._starts, piece.old)
        rank = bisect_right(self._new_starts, piece.new)
        right_old = self.runs[number].old if number < len(self.runs) else len(self.old.plain)
        right_new = self._by_new[rank].new if rank < len(self.runs) else len(self.new.plain)
        lacking, room = end - piece.old_end, right_new - piece.new_end
        most = STRETCH * lacking + REACH if right_old <= end else lacking
        away = self.new.plain[piece.new_end : right_new]
        return room if room <= most else _whole_words(away, most)

    def _replaced(self, start: int, end: int) -> Place:
        """Return what stands between the span's old neighbours now, if the span was most of what
        stood there."""
        number = bisect_left(self._gap_ends, end)
        near = self.gaps[max(0, number - 1) : number + 1]
        for gap in near:
            inside = min(end, gap.old_end) - max(start, gap.old)
            if 2 * inside < max(end - start, gap.old_end - gap.old) or gap.new == gap.new_end:
                continue
            to = gap.new - max(0, gap.old - start)
            to_end = gap.new_end + max(0, end - gap.old_end)
            if to >= 0 and to_end - to <= STRETCH * (end - start) + REACH:
                likeness = 2 * (end - start - inside) / (end - start + to_end - to)
                return self._placed(Outcome.REVIEW, (start, end), (to, to_end), likeness)
        return Place(Outcome.GONE)

    def _placed(
        self, outcome: Outcome, span: tuple[int, int], to: tuple[int, int], likeness: float
    ) -> Place:
        """Return the place with its score."""
        old, new = self.old.plain, self.new.plain
        parts = (
            likeness,
            _likeness(_before(old, span[0]), _before(new, to[0])),
            _likeness(_after(old, span[1]), _after(new, to[1])),
            1 - abs(span[0] / len(old) - to[0] / len(new)),
        )
        score = sum(weight * part for weight, part in zip(WEIGHTS, parts, strict=True))
        return Place(outcome, *to, round(min(score, 1.0), 3))


def _whole_words(text: str, most: int) -> int:
    """Return `most`, or less where that would cut a word of `text` which begins within it."""
    cut = len(list(takewhile(_joins, text[:most][::-1]))) if _joins(text[most]) else 0
    return most - cut if cut < most else most


def _follows(left: Run, right: Run) -> bool:
    """Return whether two pieces of a span stand in the new wording about as they stood."""
    return 0 <= right.new - left.new_end <= STRETCH * (right.old - left.old_end) + REACH


def _before(plain: str, start: int) -> str:
    """Return the prefix, read away from the span."""
    return plain[max(0, start - CONTEXT) : start][::-1]


def _after(plain: str, end: int) -> str:
    return plain[end : end + CONTEXT]


def _added(old: str, new: str) -> int | None:
    """Return how many letters `new` has more beside the span, 0 if less, where one of the sides
    has none and they go on alike; else None. Both are read away from the span."""
    letters = [len(list(takewhile(_joins, side))) for side in (old, new)]
    if min(letters) or not max(letters):
        return None
    rests = [side[count : count + GLUED] for side, count in zip((old, new), letters, strict=True)]
    return letters[1] if rests[0] == rests[1] else None


def _joins(char: str) -> bool:
    """Return whether the character belongs to the word or sign beside it: letters, digits,
    combining marks, and joiners and the like."""
    return char.isalnum() or unicodedata.category(char) in ("Mn", "Mc", "Me", "Cf")


def _likeness(old: str, new: str) -> float:
    """Return how alike two prefixes or suffixes are, 0 to 1, as far as both texts have them."""
    length = min(len(old), len(new))
    if old[:length] == new[:length]:
        return 1.0
    return SequenceMatcher(None, old, new, autojunk=False).ratio()
