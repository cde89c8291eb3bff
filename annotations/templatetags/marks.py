"""Passages with marks, as HTML whose text is the passage to the letter."""

from django import template
from django.urls import reverse
from django.utils.html import format_html, format_html_join

from annotations.models import Status, Voice

register = template.Library()

MARK = '<mark class="s{}" data-a="{}"{}>{}</mark>'


@register.simple_tag
def marked(passage, reader):
    """Return the passage's segments, those under marks as <mark>; `reader` sees their own.

    A template loop would do; this is the hottest path of the desk, and a
    segment here costs a third of one there.
    """
    return format_html_join("", "{}", ((_segment(s, reader),) for s in passage.segments))


def _segment(segment, reader):
    if not segment.covering:
        return segment.text
    classes = "".join(_class(mark, lane, reader) for mark, lane in segment.covering)
    # Of the segment as a whole, so only if nothing else stands there.
    if all(mark.status == Status.REJECTED for mark, _ in segment.covering):
        classes += " rejected"
    if not any(mark.code.counts_as_bias for mark, _ in segment.covering):
        classes += " damage"
    ids = " ".join(str(mark.id) for mark, _ in segment.covering)
    ending = "".join(mark.code.hotkey or mark.code.key[:2] for mark in segment.ending)
    label = format_html(' data-k="{}"', ending) if ending else ""
    return format_html(MARK, classes, ids, label, segment.text)


def _class(mark, lane, reader) -> str:
    name = f" k{mark.code.pk}l{lane}"
    if mark.annotator_id == reader.pk:
        name += " mine"
    if mark.status == Status.REJECTED:
        name += f" r{lane}"
    return name


ENTRY = (
    '<li class="entry{}" id="a-{}" data-revision="{}" data-start="{}" data-end="{}" tabindex="-1">'
    '<span class="code-chip k{}">{}</span> '
    '<a class="entry-quote" href="#p-{}-{}">“{}”</a> <span class="meta">{}</span>{}{}</li>'
)
TOOLS = (
    ' <span class="entry-tools">'
    '<a href="{0}" hx-get="{0}" hx-target="#editor" hx-swap="innerHTML">Edit</a> '
    '<button class="link" form="entry-actions" formaction="{0}remove/" hx-post="{0}remove/">'
    "Remove</button></span>"
)
QUOTE_SHOWN = 120  # code points of a quote in the side list


@register.simple_tag
def entry(mark, passage, reader, study_key):
    """Return one entry of the side list; its annotator gets the tools to edit and remove."""
    quote = mark.exact if len(mark.exact) <= QUOTE_SHOWN else mark.exact[:QUOTE_SHOWN] + "…"
    tools = ""
    if mark.annotator_id == reader.pk:
        tools = format_html(TOOLS, reverse("annotation", args=[study_key, mark.id]))
    return format_html(
        ENTRY,
        "" if mark.status != Status.REJECTED else " rejected",
        mark.id,
        mark.revision_id,
        mark.start,
        mark.end,
        mark.code.pk,
        mark.code.name,
        mark.revision_id,
        passage.passage.index,
        quote,
        _meta(mark),
        format_html('<p class="note">{}</p>', mark.note) if mark.note else "",
        tools,
    )


def _meta(mark) -> str:
    said = [mark.annotator]
    if mark.target:
        said.append(f"{mark.target} ({mark.polarity})")
    if mark.voice == Voice.ATTRIBUTED:
        said.append(f"voice: {mark.speaker or 'attributed'}")
    said.append(mark.get_status_display())
    if mark.own_code is not mark.code:
        said.append(f"was {mark.own_code.name}")
    return " · ".join(said)
