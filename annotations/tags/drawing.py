"""The parts of the desk that a tag changes, as HTML: passages, entries, counts, buttons.

The page draws them through `templatetags/marks.py`, and the answer to a tag by
`draw_touched`. The text of a passage's HTML is the passage to the letter. Each
part is escaped where it is put in, and the whole declared safe once: these are
the hottest lines of the desk, and through the template engine they cost ten
times as much. There may be thousands, so attributes go without quotes where
HTML lets them.
"""

from collections.abc import Iterable, Sequence
from functools import lru_cache
from html import escape
from uuid import UUID

from django.contrib.auth.models import User
from django.urls import reverse
from django.utils.safestring import SafeString

from annotations.models import Status, Study, Voice
from annotations.tags.desk import MarkedPassage, Touched
from annotations.tags.marks import Mark
from annotations.tags.undoing import Step
from annotations.texts.anchoring import shortened
from annotations.texts.segmenting import Segment
from sources.models import Revision

QUOTE_SHOWN = 120  # code points of a quote in the side list
NO_ID = UUID(int=0)
REJECTED, PENDING, ATTRIBUTED = Status.REJECTED.value, Status.PENDING.value, Voice.ATTRIBUTED.value
OOB = ' hx-swap-oob="true"'
# What a reader is told of how a tag came from an older revision.
CARRIED = {
    "kept": "kept",
    "moved": "moved",
    "accepted": "accepted",
    "placed": "placed by hand",
    "review": "to review",
    "gone": "gone",
    "pending": "not carried yet",
}


def draw_touched(
    every: Iterable[Touched], *, undo: str, redo: str, said: str, reader: User, study: Study
) -> str:
    """Return what a change of annotations makes the desk draw again, all out of band.

    `every` is what each of them touched on the page that asks; `said` goes to the
    live region; `undo` and `redo` say what the buttons would take back.
    """
    parts = [_button("undo", undo, OOB), _button("redo", redo, OOB)]
    parts.append(f'<div id="announcement" hx-swap-oob="innerHTML">{escape(said)}</div>')
    for touched in every:
        parts.append(draw_count(touched.revision.pk, touched.tag_count, OOB))
        for passage in touched.passages:
            parts.append(draw_passage(passage, OOB))
            parts.append(draw_entries(passage, reader, study, OOB))
        if touched.adrift is not None:
            revision = touched.revision
            parts.append(draw_adrift(revision, touched.adrift, reader, study, OOB))
    # Of several changes around one passage, each tells the same of it.
    return "".join(dict.fromkeys(parts))


def draw_passage(passage: MarkedPassage, oob: str = "") -> str:
    """Return the passage's segments, those under marks as <mark>."""
    place, start = f"{passage.revision.pk}-{passage.passage.index}", passage.passage.start
    text = "".join(_segment(segment) for segment in passage.segments)
    return SafeString(f'<p class="passage" id="p-{place}" data-start="{start}"{oob}>{text}</p>')


def draw_entries(passage: MarkedPassage, reader: User, study: Study, oob: str = "") -> str:
    """Return the passage's part of the side list; a code's name leads to the annotation."""
    place = f"{passage.revision.pk}-{passage.passage.index}"
    address = _annotations_of(study.key)
    entries = "".join(_entry(mark, f"#p-{place}", address, reader) for mark in passage.entries)
    return SafeString(f'<ol id="g-{place}" class="entries"{oob}>{entries}</ol>')


def draw_adrift(
    revision: Revision, marks: Sequence[Mark], reader: User, study: Study, oob: str = ""
) -> str:
    """Return the tags of older revisions that have no certain place on this one, as a list.

    The words lead to the revision on which they were tagged.
    """
    entries = ""
    address = _annotations_of(study.key)
    for mark in marks:
        there = f"?articles={revision.article_id}@{mark.tagged_on}"
        there += f"#span-{mark.revision_id}-{mark.start}-{mark.end}"
        entries += _entry(mark, f'"{there}" hx-boost=false', address, reader, "adrift")
    return SafeString(f'<ol id="adrift-{revision.pk}" class="entries"{oob}>{entries}</ol>')


@lru_cache
def _annotations_of(key: str) -> str:
    """Return the address under which a study's annotations are, each by its id."""
    return reverse("annotation", args=[key, NO_ID]).removesuffix(f"{NO_ID}/")


def draw_count(revision_id: int, count: int, oob: str = "") -> str:
    """Return how many tags stand on a revision, as the link that opens their list."""
    words = f"{count} tag" if count == 1 else f"{count} tags"
    return SafeString(
        f'<a href="#annotation-panel" id="tag-count-{revision_id}" data-count="{count}"{oob}>'
        f"{words}</a>"
    )


def draw_button(key: str, step: Step | None) -> str:
    """Return the button that undoes or redoes `step`; without one it is disabled."""
    return _button(key, step_of(step))


def step_of(step: Step | None) -> str:
    """Return what a step is called on the button that takes it back; "" if there is none."""
    if step is None:
        return ""
    code = step.change.code.name
    if step.count > 1:
        return f"{step.count} tags: {code}"
    return named_step(code, step.change.annotation.span.exact)


def named_step(code: str, exact: str) -> str:
    """Return what the step of putting a code on some words is called."""
    return f"{code} on “{shortened(exact, 40)}”"


def _button(key: str, about: str, oob: str = "") -> str:
    said = f' title="{key.title()}: {escape(about)}"' if about else " disabled"
    return SafeString(f'<button id="{key}" data-key="{key}"{said}{oob}>{key.title()}</button>')


def _segment(segment: Segment[Mark]) -> str:
    text = _text(segment.text)
    if not segment.covering:
        return text
    classes, ids, rejected, counts_as_bias = "", [], True, False
    for mark, lane in segment.covering:
        off = mark.status == REJECTED
        classes += f" k{mark.code_id}l{lane} r{lane}" if off else f" k{mark.code_id}l{lane}"
        ids.append(mark.id)
        rejected = rejected and off
        counts_as_bias = counts_as_bias or mark.counts_as_bias
    # Of the segment as a whole, so only if nothing else stands there.
    classes += (" rejected" if rejected else "") + ("" if counts_as_bias else " damage")
    named = ids[0] if len(ids) == 1 else f'"{" ".join(ids)}"'
    ending = "".join([mark.hotkey or mark.code_key[:2] for mark in segment.ending])
    label = f" data-k={escape(ending)}" if ending else ""
    return f'<mark class="s{classes}" data-a={named}{label}>{text}</mark>'


def _text(words: str) -> str:
    return escape(words, quote=False)


def _entry(mark: Mark, link: str, address: str, reader: User, kind: str = "entry") -> str:
    quote = shortened(mark.exact, QUOTE_SHOWN)
    mine = " mine" if mark.annotator_id == reader.pk else ""
    rejected = " rejected" if mark.status == REJECTED else ""
    note = f'<p class="note">{_text(mark.note)}</p>' if mark.note else ""
    return (
        f'<li class="{kind}{mine}{rejected}" id=a-{mark.id} data-at={mark.start}-{mark.end}>'
        f'<a class="code-chip k{mark.code_id}" href={address}{mark.id}/>'
        f"{_text(mark.code_name)}</a> "
        f"<a class=entry-quote href={link}>“{_text(quote)}”</a> "
        f"<small>{_text(meta_of(mark))}</small>{note}</li>"
    )


def meta_of(mark: Mark) -> str:
    """Return in words who tagged, and what the code's name does not say."""
    said = [mark.annotator]
    if mark.target:
        said.append(f"{mark.target} ({mark.polarity})")
    if mark.voice == ATTRIBUTED:
        said.append(f"voice: {mark.speaker or 'attributed'}")
    if mark.tagged_on:
        said.append(f"from revision {mark.tagged_on}: {CARRIED[mark.carried]}")
    if mark.status != PENDING:
        said.append(Status(mark.status).label)
    if mark.own_code:
        said.append(f"was {mark.own_code}")
    return " · ".join(said)
