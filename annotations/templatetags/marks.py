"""Passages with marks, and entries of the side list, as HTML.

The text of a passage's HTML is the passage to the letter. Each part is escaped
where it is put in, and the whole declared safe once: these are the hottest
lines of the desk, and a part through the template engine costs ten times as much.
"""

from html import escape

from django import template
from django.urls import reverse
from django.utils.safestring import SafeString

from annotations.models import Status, Voice

register = template.Library()

QUOTE_SHOWN = 120  # code points of a quote in the side list


@register.simple_tag
def marked(passage, reader):
    """Return the passage's segments, those under marks as <mark>; `reader` sees their own."""
    return SafeString("".join(_segment(segment, reader) for segment in passage.segments))


def _segment(segment, reader) -> str:
    text = escape(segment.text)
    if not segment.covering:
        return text
    classes = "".join(_class(mark, lane, reader) for mark, lane in segment.covering)
    # Of the segment as a whole, so only if nothing else stands there.
    if all(mark.status == Status.REJECTED for mark, _ in segment.covering):
        classes += " rejected"
    if not any(mark.code.counts_as_bias for mark, _ in segment.covering):
        classes += " damage"
    ids = " ".join(str(mark.id) for mark, _ in segment.covering)
    ending = "".join(mark.code.hotkey or mark.code.key[:2] for mark in segment.ending)
    label = f' data-k="{escape(ending)}"' if ending else ""
    return f'<mark class="s{classes}" data-a="{ids}"{label}>{text}</mark>'


def _class(mark, lane, reader) -> str:
    name = f" k{mark.code.pk}l{lane}"
    if mark.annotator_id == reader.pk:
        name += " mine"
    if mark.status == Status.REJECTED:
        name += f" r{lane}"
    return name


@register.simple_tag
def entries(passage, reader, study):
    """Return the passage's entries of the side list. The code's name leads to the annotation."""
    if not passage.entries:
        return ""
    one = reverse("annotation", args=[study.key, passage.entries[0].id])
    place = f"p-{passage.revision.pk}-{passage.passage.index}"
    address = one.removesuffix(f"{passage.entries[0].id}/")
    return SafeString("".join(_entry(mark, place, address, reader) for mark in passage.entries))


def _entry(mark, place, address, reader) -> str:
    quote = mark.exact if len(mark.exact) <= QUOTE_SHOWN else mark.exact[:QUOTE_SHOWN] + "…"
    mine = " mine" if mark.annotator_id == reader.pk else ""
    rejected = " rejected" if mark.status == Status.REJECTED else ""
    note = f'<p class="note">{escape(mark.note)}</p>' if mark.note else ""
    return (
        f'<li class="entry{mine}{rejected}" id="a-{mark.id}" data-at="{mark.start}-{mark.end}"'
        f' tabindex="-1"><a class="code-chip k{mark.code.pk}" href="{address}{mark.id}/">'
        f'{escape(mark.code.name)}</a> <a class="entry-quote" href="#{place}">“{escape(quote)}”</a>'
        f' <span class="meta">{escape(_meta(mark))}</span>{note}</li>'
    )


def _meta(mark) -> str:
    said = [mark.annotator]
    if mark.target:
        said.append(f"{mark.target} ({mark.polarity})")
    if mark.voice == Voice.ATTRIBUTED:
        said.append(f"voice: {mark.speaker or 'attributed'}")
    said.append(mark.get_status_display())
    if mark.own_code.pk != mark.code.pk:
        said.append(f"was {mark.own_code.name}")
    return " · ".join(said)
