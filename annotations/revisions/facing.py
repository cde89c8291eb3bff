"""Two wordings facing each other: what differs, and the words of a span marked in either."""

import re
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass

from annotations.texts.comparing import OF_BASELINE, Op, Piece, compare
from annotations.texts.excerpts import Excerpt

GRAM = 3  # letters that are compared together: works without knowing where words end
ALIKE = 0.3  # share of an old passage's letter groups that its successor has at least


@dataclass(frozen=True, slots=True)
class Bit:
    """Some words of one side, and what became of them: equal, or of this side only."""

    text: str
    op: Op = Op.EQUAL


@dataclass(frozen=True, slots=True)
class Side:
    """An excerpt in bits: what stands before the span, the span, and what follows."""

    before: list[Bit]
    span: list[Bit]
    after: list[Bit]
    cut_before: bool = False
    cut_after: bool = False


def face(old: Excerpt, new: Excerpt) -> tuple[Side, Side]:
    """Return both excerpts in bits, word by word."""
    pieces = compare(old.before + old.exact + old.after, new.before + new.exact + new.after)
    return _side(old, _old_bits(pieces)), _side(new, _new_bits(pieces))


def alone(excerpt: Excerpt) -> Side:
    """Return an excerpt that has nothing to be compared with."""
    return _side(excerpt, [Bit(excerpt.before + excerpt.exact + excerpt.after)])


def likest(passage: str, candidates: Sequence[str]) -> int | None:
    """Return the index of the candidate that holds most of the passage; None if none holds 30 %.

    A guess, for showing where words that are gone may have been.
    """
    wanted = _grams(passage)
    shares = [len(wanted & _grams(candidate)) for candidate in candidates]
    if not shares or max(shares) < ALIKE * len(wanted):
        return None
    return shares.index(max(shares))


def _grams(text: str) -> set[str]:
    letters = " ".join(re.findall(r"\w+", text.casefold()))
    return {letters[at : at + GRAM] for at in range(max(1, len(letters) - GRAM + 1))}


def _old_bits(pieces: Iterable[Piece]) -> Iterator[Bit]:
    for piece in pieces:
        if piece.op == Op.EQUAL:
            yield Bit(piece.before)
        elif piece.op in OF_BASELINE:
            yield Bit(piece.text, piece.op)


def _new_bits(pieces: Iterable[Piece]) -> Iterator[Bit]:
    return (Bit(piece.text, piece.op) for piece in pieces if piece.op not in OF_BASELINE)


def _side(excerpt: Excerpt, bits: Iterable[Bit]) -> Side:
    """Cut the bits where the span begins and ends."""
    start, end = len(excerpt.before), len(excerpt.before) + len(excerpt.exact)
    parts: tuple[list[Bit], list[Bit], list[Bit]] = ([], [], [])
    at = 0
    for bit in bits:
        stop = at + len(bit.text)
        for part, (left, right) in zip(parts, ((0, start), (start, end), (end, stop)), strict=True):
            if cut := bit.text[max(left - at, 0) : max(right - at, 0)]:
                part.append(Bit(cut, bit.op))
        at = stop
    return Side(*parts, excerpt.cut_before, excerpt.cut_after)
