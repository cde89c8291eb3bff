"""Tell changes of style from changes of words: white space, quotation marks, punctuation."""

import re
import unicodedata
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, replace
from enum import StrEnum

from annotations.texts.comparing import OF_BASELINE, Op, Piece
from annotations.texts.wording import Words

_QUOTES = str.maketrans(dict.fromkeys("“”„‟«»‹›‘’‚‛'`´＂＇ʼ「」『』〝〞〟", '"'))
_SPACED_GUILLEMETS = re.compile(r"([«‹])\s+([^«»‹›]*?)\s+([»›])")


class Style(StrEnum):
    """The only thing that changed."""

    WHITE_SPACE = "white space"
    QUOTES = "the style of quotation marks"
    SPACE_AND_QUOTES = "white space and the style of quotation marks"
    PUNCTUATION = "punctuation"


@dataclass(slots=True)
class Styles:
    """At how many places something else than words changed."""

    white_space: int = 0
    quotes: int = 0
    punctuation: int = 0


def only_style(old: str, new: str) -> Style | None:
    """Return what alone changed between two texts; None if they are the same or words changed.

    Invisible characters, such as soft hyphens, are white space here.
    """
    if old == new:
        return None
    if _squeezed(old) == _squeezed(new):
        return Style.WHITE_SPACE
    plain_old, plain_new = _plain(old), _plain(new)
    if plain_old == plain_new:
        return Style.QUOTES
    if _squeezed(plain_old) == _squeezed(plain_new):
        return Style.SPACE_AND_QUOTES
    return Style.PUNCTUATION if Words(old).keys == Words(new).keys else None


def with_styles(pieces: Iterable[Piece]) -> tuple[list[Piece], Styles]:
    """Return the pieces with changed punctuation as pieces of its own, and what was counted.

    They add up to the same wordings. White space beside a changed word is no change of its own.
    """
    styles = Styles()
    found: list[Piece] = []
    given = list(pieces)
    for number, piece in enumerate(given):
        if piece.op != Op.EQUAL or piece.text == piece.before:
            found.append(piece)
            continue
        is_last = number == len(given) - 1
        found += _styled(piece, given[number - 1] if number else None, is_last, styles)
    return _joined(found), styles


def of_one_side(pieces: Iterable[Piece]) -> list[Piece]:
    """Return the pieces of a wording that has no other: what is between words goes with them."""
    given = list(pieces)
    is_old = any(piece.before or piece.op in OF_BASELINE for piece in given)
    rest = Op.DELETE if is_old else Op.INSERT
    found: list[Piece] = []
    for piece in given:
        if piece.op != Op.EQUAL:
            found.append(piece)
        elif found:
            found[-1] = replace(found[-1], text=found[-1].text + piece.text + piece.before)
        else:
            found.append(Piece(rest, piece.text + piece.before))
    return _joined(found)


def _styled(piece: Piece, previous: Piece | None, is_last: bool, styles: Styles) -> Iterator[Piece]:
    """Yield the piece gap by gap and word by word, and count in `styles` what changed."""
    old_parts, new_parts = Words(piece.before).cut(), Words(piece.text).cut()
    last = len(new_parts) - 1
    for number, (old, new) in enumerate(zip(old_parts, new_parts, strict=True)):
        beside_change = (number == 0 and previous) or (number == last and not is_last)
        if old == new or (beside_change and old.strip() == new.strip()):
            yield Piece(Op.EQUAL, new, old)
        elif number == 0 and previous and _is_its_end(previous, old, new):
            yield replace(previous, text=old or new)
        elif _squeezed(old) == _squeezed(new):
            styles.white_space += 1
            yield Piece(Op.EQUAL, new, old)
        elif _unspaced(old) == _unspaced(new):
            styles.quotes += 1
            yield Piece(Op.EQUAL, new, old)
        elif number % 2:  # a word with other hyphens
            styles.punctuation += 1
            yield Piece(Op.EQUAL, new, old)
        else:
            styles.punctuation += 1
            yield from _changed(old, new)


def _is_its_end(piece: Piece, old: str, new: str) -> bool:
    """Tell whether a gap is on that side alone on which the piece before it is, as the full stop
    of a sentence that came or went."""
    return not (old and new) and (piece.op in OF_BASELINE) == bool(old)


def _changed(old: str, new: str) -> Iterator[Piece]:
    """Yield the gap in its pieces; what both have at its ends stays as it is."""
    start = _same(old, new)
    end = _same(old[start:][::-1], new[start:][::-1])
    yield Piece(Op.EQUAL, new[:start], old[:start])
    yield Piece(Op.DELETE, old[start : len(old) - end])
    yield Piece(Op.INSERT, new[start : len(new) - end])
    yield Piece(Op.EQUAL, new[len(new) - end :], old[len(old) - end :])


def _same(old: str, new: str) -> int:
    """Return how many characters are the same from the start on."""
    pairs = enumerate(zip(old, new, strict=False))
    return next((at for at, (one, other) in pairs if one != other), min(len(old), len(new)))


def _joined(pieces: Iterable[Piece]) -> list[Piece]:
    """Return the pieces without empty ones, and neighbours that share their fate as one."""
    found: list[Piece] = []
    for piece in pieces:
        if found and (found[-1].op, found[-1].move) == (piece.op, piece.move):
            text, before = found[-1].text + piece.text, found[-1].before + piece.before
            found[-1] = replace(found[-1], text=text, before=before)
        elif piece.text or piece.before:
            found.append(piece)
    return found


def _plain(text: str) -> str:
    return _SPACED_GUILLEMETS.sub(r"\1\2\3", text).translate(_QUOTES)


def _squeezed(text: str) -> str:
    return " ".join(_visible(text).split())


def _unspaced(gap: str) -> str:
    """Return a gap with plain quotes; guillemets bring their own spaces, so none at all count."""
    return "".join(_plain(_visible(gap)).split())


def _visible(text: str) -> str:
    if text.isascii():
        return text
    return "".join(char for char in text if unicodedata.category(char) != "Cf")
