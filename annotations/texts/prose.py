"""Show how a text became another: paragraph by paragraph, word by word, to be read.

Paragraphs are paired first (`annotations.texts.pairing`), so that a moved one is a move even when
it was edited too; then the words of each pair are compared, and words that left one paragraph for
another have moved as well.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from enum import StrEnum
from itertools import groupby

from annotations.texts.comparing import OF_BASELINE, Op, Piece, compare_pairs
from annotations.texts.pairing import Pair, pair_up
from annotations.texts.styling import Style, Styles, of_one_side, only_style, with_styles
from sources.likeness import words_changed
from sources.passages import passages

CONTEXT = 1  # unchanged rows shown on each side of a change
FOLDED = 2  # unchanged rows that are worth a fold
STYLES = {
    "quotes": "the style of quotation marks",
    "punctuation": "punctuation",
    "white_space": "white space",
}


class Fate(StrEnum):
    SAME = "same"
    CHANGED = "changed"
    ADDED = "added"
    REMOVED = "removed"
    MOVED_FROM = "moved_from"
    MOVED_TO = "moved_to"


SAID = {
    Fate.SAME: "Unchanged",
    Fate.CHANGED: "Changed",
    Fate.ADDED: "Added",
    Fate.REMOVED: "Removed",
    Fate.MOVED_FROM: "Moved away",
    Fate.MOVED_TO: "Moved here",
}


@dataclass(slots=True)
class Row:
    """Paragraphs that belong together, and what became of them.

    `old` and `new` are the code points [start, end) that the row covers in its text; None where
    that side has nothing here. `pieces` turn the one into the other. A row that moved as a whole
    has an `other` at its other end, with the same pieces.
    """

    number: int
    fate: Fate
    old: tuple[int, int] | None
    new: tuple[int, int] | None
    before: str = ""
    after: str = ""
    pieces: list[Piece] = field(default_factory=list)
    style: Style | None = None  # what alone changed
    styles: Styles = field(default_factory=Styles)
    paragraphs: tuple[int, int] = (1, 1)  # how many the row has in the old text and in the new
    other: int | None = None  # the number of the row

    @property
    def changed(self) -> bool:
        return self.fate != Fate.SAME

    @property
    def said(self) -> str:
        """Return in words what became of the row."""
        if self.style:
            moved = "Moved here; o" if self.fate == Fate.MOVED_TO else "O"
            what = f"{moved}nly {self.style} changed"
        elif self.fate == Fate.MOVED_TO and self.before != self.after and self.old:
            what = "Moved here and edited"
        else:
            what = SAID[self.fate]
        olds, news = self.paragraphs
        if self.old and self.new and olds != news:
            split, joined = f"split into {news}", f"{olds} paragraphs joined"
            what += f", {split if olds == 1 else joined if news == 1 else f'{olds} became {news}'}"
        return what


@dataclass(frozen=True, slots=True)
class Prose:
    """All rows in reading order, and what they come to.

    `moves` has the rows from and to which the words of a move went, by its number; `added` and
    `removed` count words, and what only moved is neither. `style` is what alone changed.
    """

    rows: list[Row]
    moves: dict[int, tuple[int, int]]
    added: int
    removed: int
    style: Style | None

    @property
    def change_count(self) -> int:
        return sum(row.changed for row in self.rows)

    def summary(self) -> str:
        """Return in one sentence what changed."""
        places = {name: sum(getattr(row.styles, name) for row in self.rows) for name in STYLES}
        if self.style == Style.QUOTES:
            return (
                f"Only the style of quotation marks changed, at {_many(places['quotes'], 'place')}."
            )
        if self.style:
            return f"Only {self.style} changed."
        if not self.change_count:
            return "Both texts are the same."
        moved = sum(row.paragraphs[1] for row in self.rows if row.fate == Fate.MOVED_TO and row.old)
        said = [f"{_many(self.added, 'word')} added", f"{self.removed} removed"]
        said += [f"{_many(moved, 'paragraph')} moved"] if moved else []
        said += [f"{_many(len(self.moves), 'shorter stretch', 'es')} moved"] if self.moves else []
        styles = [
            f"{name} at {_many(places[key], 'place')}"
            for key, name in STYLES.items()
            if places[key]
        ]
        also = f"; changed too: {', '.join(styles)}" if styles else ""
        return f"{', '.join(said)}{also}."


def prose_diff(old: str, new: str) -> Prose:
    """Return the rows that lead from `old` to `new`.

    Every passage of either text stands in one row, in its text's order, but for what moved: its
    new row has the old words too, to show how it was edited. What a time limit cuts short is
    shown as removed and added.
    """
    left, right = _Side(old), _Side(new)
    rows = list(_rows(pair_up(left.paragraphs, right.paragraphs), left, right))
    for number, row in enumerate(rows):
        row.number = number
    arrived = {row.old: row for row in rows if row.fate == Fate.MOVED_TO}
    left_behind = [row for row in rows if row.fate == Fate.MOVED_FROM]
    _compare([row for row in rows if row.fate not in (Fate.SAME, Fate.MOVED_FROM)])
    for row in left_behind:
        there = arrived[row.old]
        row.other, there.other, row.pieces = there.number, row.number, there.pieces
    return Prose(rows, _moves(rows), *words_changed(old, new), only_style(old, new))


def _compare(rows: Sequence[Row]) -> None:
    """Find the pieces of the rows, all at once, as words move between them."""
    found = compare_pairs([(row.before, row.after) for row in rows])
    for row, pieces in zip(rows, found, strict=True):
        if row.old and row.new:
            row.pieces, row.styles = with_styles(pieces)
            row.style = only_style(row.before, row.after)
            continue
        row.pieces = of_one_side(pieces)
        ops = {piece.op for piece in pieces} - {Op.EQUAL}
        if ops in ({Op.MOVE_FROM}, {Op.MOVE_TO}):
            row.fate = Fate.MOVED_FROM if row.old else Fate.MOVED_TO


def _many(count: int, noun: str, plural: str = "s") -> str:
    return f"{count} {noun}{'' if count == 1 else plural}"


def _moves(rows: Sequence[Row]) -> dict[int, tuple[int, int]]:
    ends: dict[bool, dict[int, int]] = {True: {}, False: {}}
    for row in rows:
        for piece in row.pieces:
            if piece.move:
                ends[piece.op in OF_BASELINE][piece.move] = row.number
    return {move: (ends[True][move], ends[False][move]) for move in sorted(ends[True])}


def folded(rows: Sequence[Row]) -> list[list[Row]]:
    """Return the rows in parts: each to be shown by itself, but FOLDED unchanged ones or more as
    one part where they are not within CONTEXT of a change.
    """
    changed = [row.number for row in rows if row.changed]
    near = {number for at in changed for number in range(at - CONTEXT, at + CONTEXT + 1)}
    parts: list[list[Row]] = []
    for is_near, group in groupby(rows, key=lambda row: row.number in near):
        stretch = list(group)
        if is_near or len(stretch) < FOLDED:
            parts += [[row] for row in stretch]
        else:
            parts.append(stretch)
    return parts


class _Side:
    """A text and its paragraphs."""

    def __init__(self, text: str) -> None:
        self.text = text
        self.passages = passages(text)
        self.paragraphs = [text[one.start : one.end] for one in self.passages]

    def place(self, numbers: range) -> tuple[int, int] | None:
        """Return the code points from the first to the last of the paragraphs."""
        if not numbers:
            return None
        return self.passages[numbers[0]].start, self.passages[numbers[-1]].end


def _rows(pairs: Sequence[Pair], left: _Side, right: _Side) -> Iterator[Row]:
    """Yield the rows in reading order: between two pairs first what went, then what came."""
    left_for = {pair.old.start: pair for pair in pairs if pair.moved}
    came_from = {pair.new.start: pair for pair in pairs if pair.moved}
    end = Pair(range(len(left.passages), 0), range(len(right.passages), 0), moved=False)
    at_old = at_new = 0
    for pair in [*(pair for pair in pairs if not pair.moved), end]:
        while at_old < pair.old.start:
            moved = left_for.get(at_old)
            gone = moved.old if moved else range(at_old, at_old + 1)
            yield _row(Fate.MOVED_FROM if moved else Fate.REMOVED, left, gone, right, range(0))
            at_old = gone.stop
        while at_new < pair.new.start:
            moved = came_from.get(at_new)
            olds, news = (moved.old, moved.new) if moved else (range(0), range(at_new, at_new + 1))
            yield _row(Fate.MOVED_TO if moved else Fate.ADDED, left, olds, right, news)
            at_new = news.stop
        if pair is not end:
            yield _row(Fate.CHANGED, left, pair.old, right, pair.new)
        at_old, at_new = pair.old.stop, pair.new.stop


def _row(fate: Fate, left: _Side, olds: range, right: _Side, news: range) -> Row:
    old, new = left.place(olds), right.place(news)
    before = left.text[slice(*old)] if old else ""
    after = right.text[slice(*new)] if new else ""
    if fate == Fate.CHANGED and before == after:
        fate = Fate.SAME
    return Row(0, fate, old, new, before, after, paragraphs=(len(olds), len(news)))
