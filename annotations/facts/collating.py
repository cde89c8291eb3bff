"""Set several wordings under a baseline, word under word, as the parts of a score.

Each wording is compared with the baseline by itself; the baseline is cut wherever one of them
begins or ceases to differ, and what a wording adds has a column between the baseline's words.
"""

from collections import defaultdict
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field, replace
from enum import StrEnum
from itertools import accumulate, zip_longest

from annotations.texts.chaining import heaviest_chain
from annotations.texts.comparing import BETWEEN_QUOTES, ENOUGH, OF_BASELINE, Op, Piece, compare
from annotations.texts.wording import Words, weight_of

WIDEST = 30  # characters of a column; longer words of a cell are set in several lines
NARROWEST = 4
ALIKE = 1 / 3  # share of the content words of the shorter side, at least, that a stretch has kept
GRAMMAR = 0.1  # what a short word weighs against a content word
TRIED = 8  # places of a word; a commoner one says little
MARGIN = 3  # characters between two columns


class Kind(StrEnum):
    SAME = "same"
    CHANGED = "changed"  # other words in place of the baseline's
    ADDED = "added"
    LEFT_OUT = "left_out"
    MOVED = "moved"  # words that stand elsewhere in the baseline, or in the wording
    EMPTY = "empty"  # another wording adds something here


@dataclass(frozen=True, slots=True)
class Cell:
    """What a wording has under `span` columns. `goes_on` if the next system has the rest of it."""

    kind: Kind
    pieces: tuple[Piece, ...] = ()
    span: int = 1
    goes_on: bool = False

    @property
    def is_blank(self) -> bool:
        return not any(piece.text.strip() for piece in self.pieces)


@dataclass(frozen=True, slots=True)
class System:
    """As many columns as a line holds: the baseline's words, "" for additions, and each wording."""

    columns: list[str]
    rows: list[list[Cell]]


@dataclass(slots=True)
class _Run:
    """What stands in place of the baseline's words [start, end): the same, or a hunk."""

    start: int
    end: int
    pieces: list[Piece] = field(default_factory=list)
    same: bool = False


def collate(baseline: Sequence[str], wordings: Sequence[Sequence[str]]) -> System:
    """Return the wordings, a row each, in columns under the baseline. Each consists of quotes.

    The columns add up to the baseline, and the texts of a row's pieces to its wording. Where a
    wording differs it may span several columns.
    """
    words = Words(_joined(baseline))
    count = len(words.places)
    compared = [aligned(compare(words.text, _joined(quotes))) for quotes in wordings]
    runs = [list(_runs(pieces)) for pieces in compared]
    hunks = [run for mine in runs for run in mine if not run.same]
    additions = {run.start for run in hunks if run.start == run.end}
    cuts = sorted({0, count, *(run.start for run in hunks), *(run.end for run in hunks)})
    borders: list[tuple[int, int]] = []  # of the columns, in words of the baseline
    for start, end in zip_longest(cuts, cuts[1:], fillvalue=count):
        if start in additions or not count:
            borders.append((start, start))
        if start < end:
            borders.append((start, end))
    columns = [_between(words, start, end) for start, end in borders]
    return System(columns, [_row(mine, borders) for mine in runs])


def aligned(pieces: Iterable[Piece]) -> list[Piece]:
    """Return the pieces, with words that a replaced stretch has kept as equal ones.

    `compare` drops what is equal for a word or two between longer changes, for the sake of the
    reader of a long text; wordings of one fact are short, and to be aligned. They add up to the
    same two wordings. A stretch that keeps hardly anything stays as it is.
    """
    found: list[Piece] = []
    for piece in pieces:
        pair = [found[-1], piece] if found else []
        sides = {one.op: one.text for one in pair}
        if sides.keys() == {Op.DELETE, Op.INSERT}:
            found[-1:] = _replaced(sides[Op.DELETE], sides[Op.INSERT]) or pair
        else:
            found.append(piece)
    return found


def _replaced(old_text: str, new_text: str) -> list[Piece]:
    """Return what became of the old words; nothing if the two have too little in common."""
    old, new = Words(old_text), Words(new_text)
    places: dict[str, list[int]] = defaultdict(list)
    for at, key in enumerate(new.keys):
        places[key].append(at)
    chain = heaviest_chain(
        (i, j, weight_of(key) or GRAMMAR)
        for i, key in enumerate(old.keys)
        for j in places[key][:TRIED]
    )
    kept = list(_saying(chain, old))
    weights = [sum(map(weight_of, side.keys)) for side in (old, new)]
    common = sum(weight_of(key) for i, _, count in kept for key in old.keys[i : i + count])
    if not common or common < ALIKE * min(weights):
        return []
    found: list[Piece] = []
    at_old = at_new = 0
    for i, j, count in [*kept, (len(old.places), len(new.places), 0)]:
        if at_old < i:
            found.append(Piece(Op.DELETE, _between(old, at_old, i)))
        if at_new < j:
            found.append(Piece(Op.INSERT, _between(new, at_new, j)))
        at_old, at_new = i + count, j + count
        if count:
            found.append(Piece(Op.EQUAL, _between(new, j, at_new), _between(old, i, at_old)))
    return found


def _saying(chain: Iterable[tuple[int, int]], old: Words) -> Iterator[tuple[int, int, int]]:
    """Yield the runs of words that both sides keep, as places and length, if they say something."""
    runs: list[tuple[int, int, int]] = []
    for i, j in chain:
        start, to, count = runs[-1] if runs else (0, 0, 0)
        if count and (i, j) == (start + count, to + count):
            runs[-1] = (start, to, count + 1)
        else:
            runs.append((i, j, 1))
    return (run for run in runs if any(map(weight_of, old.keys[run[0] : run[0] + run[2]])))


def lines_up(pieces: Iterable[Piece]) -> bool:
    """Tell whether a wording and its baseline have words in common that say something.

    If not, its pieces say only that all is different.
    """
    common = (piece.text for piece in pieces if piece.op in (Op.EQUAL, Op.MOVE_TO))
    return sum(weight_of(word) for text in common for word in Words(text).keys) >= ENOUGH


def systems(score: System, width: int) -> list[System]:
    """Return the score in lines of about `width` characters.

    Words that belong to no single column are shared out where a line ends.
    """
    found: list[System] = []
    widths = _widths(score)
    start = used = 0
    rest = score.rows
    for end, needed in enumerate(widths):
        if used and used + needed > width:
            rows = [_divided(row, widths[start:], end - start) for row in rest]
            found.append(System(score.columns[start:end], [left for left, _ in rows]))
            rest = [right for _, right in rows]
            start, used = end, 0
        used += needed
    return [*found, System(score.columns[start:], rest)] if score.columns else []


def _joined(quotes: Sequence[str]) -> str:
    return BETWEEN_QUOTES.join(quotes)


def _between(words: Words, start: int, end: int) -> str:
    """Return the words [start, end) with the gaps behind them; the first with the one before it."""
    if not words.places:
        return words.text
    begin = words.start_of(start) if start else 0
    return words.text[begin : words.start_of(end)] if start < end else ""


def _runs(pieces: Iterable[Piece]) -> Iterator[_Run]:
    """Yield what the pieces make of the baseline's words, from the first to the last."""
    at = 0
    hunk: _Run | None = None
    for piece in pieces:
        old = piece.text if piece.op in OF_BASELINE else piece.before
        count = len(Words(old).places)
        if piece.op == Op.EQUAL and count:
            if hunk:
                yield hunk
                hunk = None
            yield _Run(at, at + count, [piece], same=True)
        else:
            hunk = hunk or _Run(at, at)
            hunk.end += count
            hunk.pieces.append(piece)
        at += count
    if hunk:
        yield hunk


def _row(runs: Sequence[_Run], borders: Sequence[tuple[int, int]]) -> list[Cell]:
    """Return the cells of a wording, which together span all columns."""
    cells: list[Cell] = []
    waiting = list(runs)
    at = 0
    while at < len(borders):
        start, end = borders[at]
        run = waiting[0] if waiting else None
        if run is None or run.start > start or (start == end and run.start < run.end):
            cells.append(Cell(Kind.EMPTY))
            at += 1
            continue
        if run.same:
            cells.append(_same_cell(run, start, end))
            at += 1
        else:
            span = sum(run.start <= left and right <= run.end for left, right in borders[at:])
            if run.start < run.end:
                span -= (run.end, run.end) in borders[at:]
            cells.append(_hunk_cell(run, span))
            at += span
        if at == len(borders) or borders[at][0] >= run.end:
            waiting.pop(0)
    return cells


def _same_cell(run: _Run, start: int, end: int) -> Cell:
    """Return the words [start, end) of the baseline as the wording has them."""
    [piece] = run.pieces
    now, then = Words(piece.text), Words(piece.before)
    first, last = start - run.start, end - run.start
    cut = replace(piece, text=_between(now, first, last), before=_between(then, first, last))
    return Cell(Kind.SAME, (cut,))


def _hunk_cell(run: _Run, span: int) -> Cell:
    new = tuple(piece for piece in run.pieces if piece.op not in OF_BASELINE)
    ops = {piece.op for piece in run.pieces} - {Op.EQUAL}
    if not ops:
        return Cell(Kind.EMPTY, new, span)
    if ops <= {Op.MOVE_FROM} or ops <= {Op.MOVE_TO}:
        return Cell(Kind.MOVED, new, span)
    if not ops - set(OF_BASELINE):
        return Cell(Kind.LEFT_OUT, new, span)
    return Cell(Kind.CHANGED if run.start < run.end else Kind.ADDED, new, span)


def _widths(score: System) -> list[int]:
    """Return how many characters each column needs."""
    widths = [max(NARROWEST, min(len(words), WIDEST)) for words in score.columns]
    for row in score.rows:
        at = 0
        for cell in row:
            length = sum(len(piece.text) for piece in cell.pieces) // cell.span
            for column in range(at, at + cell.span):
                widths[column] = max(widths[column], min(length, WIDEST))
            at += cell.span
    return [width + MARGIN for width in widths]


def _divided(
    row: Sequence[Cell], widths: Sequence[int], columns: int
) -> tuple[list[Cell], list[Cell]]:
    """Return the cells of the first `columns` columns, and the others."""
    ends = list(accumulate(cell.span for cell in row))
    for number, (cell, end) in enumerate(zip(row, ends, strict=True)):
        if end == columns:
            return list(row[: number + 1]), list(row[number + 1 :])
        if end > columns:
            start = end - cell.span
            share = sum(widths[start:columns]) / sum(widths[start:end])
            left, right = _shared_out(cell.pieces, share)
            first = replace(cell, pieces=left, span=columns - start, goes_on=True)
            second = replace(cell, pieces=right, span=end - columns)
            return [*row[:number], first], [second, *row[number + 1 :]]
    return list(row), []


def _shared_out(
    pieces: Sequence[Piece], share: float
) -> tuple[tuple[Piece, ...], tuple[Piece, ...]]:
    """Return the pieces up to a share of their words, and the rest."""
    counts = [len(Words(piece.text).places) for piece in pieces]
    wanted = round(sum(counts) * share)
    left: list[Piece] = []
    right: list[Piece] = []
    for piece, count in zip(pieces, counts, strict=True):
        words = Words(piece.text)
        cut = words.start_of(wanted) if 0 < wanted < count else len(piece.text) * (wanted > 0)
        if cut:
            left.append(replace(piece, text=piece.text[:cut]))
        if cut < len(piece.text):
            right.append(replace(piece, text=piece.text[cut:]))
        wanted = max(0, wanted - count)
    return tuple(left), tuple(right)
