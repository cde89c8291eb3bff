"""Passages with marks, as HTML whose text is the passage to the letter."""

from django import template
from django.urls import reverse
from django.utils.html import format_html, format_html_join

from annotations.desk import effective_code
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
    classes = "".join(_class(placed.annotation, lane, reader) for placed, lane in segment.covering)
    ids = " ".join(str(placed.annotation.id) for placed, _ in segment.covering)
    ending = "".join(_letter(placed.annotation) for placed in segment.ending)
    label = format_html(' data-k="{}"', ending) if ending else ""
    return format_html(MARK, classes, ids, label, segment.text)


def _class(annotation, lane, reader) -> str:
    code = effective_code(annotation)
    name = f" k{code.pk}l{lane}"
    if annotation.annotator_id == reader.pk:
        name += " mine"
    if annotation.status == Status.REJECTED:
        name += " rejected"
    if not code.counts_as_bias:
        name += " damage"
    return name


def _letter(annotation) -> str:
    code = effective_code(annotation)
    return code.hotkey or code.key[:2]


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
def entry(annotation, passage, reader, study_key):
    """Return one entry of the side list; its annotator gets the tools to edit and remove."""
    code, span = effective_code(annotation), annotation.span
    quote = span.exact if len(span.exact) <= QUOTE_SHOWN else span.exact[:QUOTE_SHOWN] + "…"
    note = format_html('<p class="note">{}</p>', annotation.note) if annotation.note else ""
    tools = ""
    if annotation.annotator_id == reader.pk:
        tools = format_html(TOOLS, reverse("annotation", args=[study_key, annotation.id]))
    return format_html(
        ENTRY,
        "" if annotation.status != Status.REJECTED else " rejected",
        annotation.id,
        span.revision_id,
        span.start,
        span.end,
        code.pk,
        code.name,
        span.revision_id,
        passage.passage.index,
        quote,
        _meta(annotation),
        note,
        tools,
    )


def _meta(annotation) -> str:
    said = [annotation.annotator.username]
    if annotation.target:
        said.append(f"{annotation.target} ({annotation.polarity})")
    if annotation.voice == Voice.ATTRIBUTED:
        said.append(f"voice: {annotation.speaker or 'attributed'}")
    said.append(annotation.get_status_display())
    if annotation.ruled_code:
        said.append(f"was {annotation.code.name}")
    return " · ".join(said)
