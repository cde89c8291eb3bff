"""One side of a comparison, as HTML without white space of its own."""

from collections.abc import Iterable

from django import template
from django.utils.html import format_html, format_html_join
from django.utils.safestring import SafeString

from annotations.revisions.facing import Bit, Side
from annotations.templatetags.pieces import CHANGED

register = template.Library()


@register.simple_tag
def side(shown: Side) -> SafeString:
    """Return the words, those of the span as <mark>, and what differs as <ins> or <del>."""
    words = _words(shown.span)
    return format_html(
        "{}{}{}{}{}",
        _cut("… ") if shown.cut_before else "",
        _words(shown.before),
        format_html('<mark class="carried">{}</mark>', words) if words else "",
        _words(shown.after),
        _cut(" …") if shown.cut_after else "",
    )


def _cut(dots: str) -> SafeString:
    return format_html('<span class="soft">{}</span>', dots)


def _words(bits: Iterable[Bit]) -> SafeString:
    return format_html_join("", "{}", ((_bit(bit),) for bit in bits))


def _bit(bit: Bit) -> str:
    if bit.op not in CHANGED:
        return bit.text
    element, kind, said = CHANGED[bit.op]
    return format_html(
        '<span class="visually-hidden">[{}: </span><{} class="{}">{}</{}>'
        '<span class="visually-hidden">]</span>',
        *(said, element, kind, bit.text, element),
    )
