"""A sentence with what other outlets have too, as HTML without white space of its own."""

from collections.abc import Iterable

from django import template
from django.utils.html import format_html, format_html_join
from django.utils.safestring import SafeString

register = template.Library()


@register.simple_tag
def shared(pieces: Iterable[tuple[str, bool]]) -> SafeString:
    """Return the pieces, those that are shared as <mark>."""
    return format_html_join("", "{}", ((_piece(*piece),) for piece in pieces))


def _piece(words: str, is_shared: bool) -> str:
    return format_html('<mark class="shared">{}</mark>', words) if is_shared else words
