"""The words of a prose diff as HTML: both wordings in one, or the old and the new by themselves."""

from collections.abc import Iterable, Iterator

from django import template
from django.utils.html import format_html, format_html_join
from django.utils.safestring import SafeString

from annotations.texts.comparing import OF_BASELINE, Op, Piece
from annotations.texts.prose import Prose

register = template.Library()

CHANGED = {  # element with its class, what is read out before it, and about a link to its other end
    Op.INSERT: ("ins", "", "added", ""),
    Op.DELETE: ("del", "", "removed", ""),
    Op.MOVE_TO: ("ins", "moved", "moved here", "Where it was before"),
    Op.MOVE_FROM: ("del", "moved", "moved away", "Where it is now"),
}


@register.simple_tag
def one_wording(pieces: Iterable[Piece], prose: Prose | None = None) -> SafeString:
    """Return old and new words in one, as <ins> and <del>."""
    return _drawn(((piece, _apart(piece)) for piece in pieces), prose)


@register.simple_tag
def old_wording(pieces: Iterable[Piece], prose: Prose | None = None) -> SafeString:
    """Return the old words; what went is <del>."""
    old = (piece for piece in pieces if piece.op in OF_BASELINE or piece.before)
    return _drawn(((piece, piece.before or piece.text) for piece in old), prose)


@register.simple_tag
def new_wording(pieces: Iterable[Piece], prose: Prose | None = None) -> SafeString:
    """Return the new words; what came is <ins>."""
    new = (piece for piece in pieces if piece.op not in OF_BASELINE)
    return _drawn(((piece, piece.text) for piece in new), prose)


def _drawn(pieces: Iterable[tuple[Piece, str]], prose: Prose | None) -> SafeString:
    parts = (part for piece, text in pieces for part in _parts(piece, text, prose))
    return format_html_join("", "{}", ((part,) for part in parts))


def _apart(piece: Piece) -> str:
    """Return the new words, with a space at those ends where only the old words have one."""
    ends = ((piece.before[:1], piece.text[:1]), (piece.before[-1:], piece.text[-1:]))
    left, right = (" " if old.isspace() and not new.isspace() else "" for old, new in ends)
    return f"{left}{piece.text}{right}"


def _parts(piece: Piece, text: str, prose: Prose | None) -> Iterator[str]:
    if piece.op not in CHANGED or text.isspace():
        yield text
        return
    element, kind, said, about = CHANGED[piece.op]
    words = text.rstrip()
    yield format_html(
        '<{} class="{}"><span class="visually-hidden">[{}: </span>{}'
        '<span class="visually-hidden">]</span></{}>',
        *(element, kind, said, words, element),
    )
    if prose and piece.move in prose.moves:
        row = prose.moves[piece.move][piece.op == Op.MOVE_FROM]
        link = '<a class="move-end" href="#row-{}" title="{}" aria-label="{}">⇄</a>'
        yield format_html(link, row, about, about)
    yield text[len(words) :]
