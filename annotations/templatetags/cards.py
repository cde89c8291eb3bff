"""A card's passages with the spans of its tags, as HTML without white space of its own."""

from collections.abc import Sequence

from django import template
from django.utils.html import format_html, format_html_join
from django.utils.safestring import SafeString

from annotations.models import Status
from annotations.rulings.card_page import Marked, Row
from annotations.texts.segmenting import Segment

register = template.Library()


@register.simple_tag
def card_passage(marked: Marked) -> SafeString:
    """Return the passage, whose text is the revision's to the letter.

    Each mark names the numbers of its rows, and shows them where they end.
    """
    words = format_html_join("", "{}", ((_segment(one),) for one in marked.segments))
    return format_html('<p class="passage" data-start="{}">{}</p>', marked.passage.start, words)


@register.simple_tag
def is_chosen(row: Row, chosen: Sequence[str]) -> bool:
    """Return whether a row is ticked: chosen before a refusal, or right by the ruling in force."""
    return str(row.number) in chosen or (row.is_gold and not chosen)


def _segment(segment: Segment[Row]) -> str:
    if not segment.covering:
        return segment.text
    classes = [f"k{row.code.pk}l{lane}{_off(row, lane)}" for row, lane in segment.covering]
    numbers = " ".join(str(row.number) for row, _ in segment.covering)
    ending = "·".join(str(row.number) for row in segment.ending)
    label = format_html(' data-k="{}"', ending) if ending else ""
    return format_html(
        '<mark class="s {}" data-rows="{}"{}>{}</mark>',
        *(" ".join(classes), numbers, label, segment.text),
    )


def _off(row: Row, lane: int) -> str:
    return f" r{lane}" if row.status == Status.REJECTED else ""
