"""A quote with what differs from the baseline, as HTML without white space of its own."""

from collections.abc import Iterable

from django import template
from django.utils.html import format_html, format_html_join
from django.utils.safestring import SafeString

from annotations.texts.comparing import OF_BASELINE, Op, Piece

register = template.Library()

LONG = 9  # words; what is left out stands in full in the baseline's own cell

CHANGED = {  # element with its class, and what is read out before it
    Op.INSERT: ("ins", "", "added"),
    Op.DELETE: ("del", "", "left out"),
    Op.MOVE_TO: ("ins", "moved", "moved here"),
    Op.MOVE_FROM: ("del", "moved", "moved away"),
}


@register.simple_tag
def differences(pieces: Iterable[Piece]) -> SafeString:
    """Return the pieces, changed ones as <ins> and <del> that say so to a screen reader too."""
    return format_html_join("", "{}", ((_piece(piece),) for piece in pieces))


def _piece(piece: Piece) -> str:
    if piece.op not in CHANGED:
        return piece.text
    element, kind, said = CHANGED[piece.op]
    text = _short(piece.text) if piece.op in OF_BASELINE else piece.text
    return format_html(
        '<span class="visually-hidden">[{}: </span><{} class="{}">{}</{}>'
        '<span class="visually-hidden">]</span>',
        *(said, element, kind, text, element),
    )


def _short(text: str) -> str:
    words = text.split()
    return " ".join([*words[:4], "…", *words[-3:]]) if len(words) > LONG else text
