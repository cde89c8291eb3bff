"""What the pages of the codebook ask of codes, whether models or rows of a file."""

from collections.abc import Mapping

from django import template
from django.utils.safestring import SafeString

from annotations.codebook.codebook_plan import FieldChange
from annotations.models import Code
from annotations.templatetags.prose import one_wording
from annotations.texts.comparing import Op, Piece

register = template.Library()


@register.filter("of")
def value_of(given: Mapping, key: object) -> object:
    """Return what the mapping has under the key, or None."""
    return given.get(key)


@register.filter
def asks(code: Code | Mapping[str, str], rule: str) -> bool:
    """Return whether a rule of a code says yes."""
    return code[rule] == "yes" if isinstance(code, Mapping) else getattr(code, rule)


@register.simple_tag
def whole_wording(field: FieldChange) -> SafeString:
    """Return what a field said as <del>, and what it says now as <ins>."""
    both = (Piece(Op.DELETE, field.before), Piece(Op.INSERT, field.after))
    return one_wording(piece for piece in both if piece.text)
