"""Cells of a score: the words of a wording under those of the baseline."""

from dataclasses import replace

from django import template
from django.utils.safestring import SafeString

from annotations.facts.collating import Cell
from annotations.templatetags.pieces import differences
from annotations.texts.comparing import BETWEEN_QUOTES

register = template.Library()


@register.filter
def quoted_apart(words: str) -> str:
    """Return words of several quotes as they can be read: with "…" between the quotes."""
    return words.replace(BETWEEN_QUOTES, " … ")


@register.simple_tag
def score_cell(cell: Cell) -> SafeString:
    """Return what a wording has there; what it adds or puts elsewhere as <ins>."""
    return differences(replace(piece, text=quoted_apart(piece.text)) for piece in cell.pieces)
