"""What the desk shows: columns of passages, cut at the marks that cover them.

Questions only; nothing here writes. A passage carries both its text and the
entries of the side list that start in it, because a tag changes the two together.
"""

import uuid
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from typing import NamedTuple

from django.db.models import OuterRef, Subquery

from annotations.models import Annotation, Status, Study
from annotations.segmenting import Segment, segments
from sources.models import Article, Revision, Story
from sources.passages import Passage, passages, touched

DEFAULT_COLUMNS = 3


class MarkCode(NamedTuple):
    """What drawing a mark needs of its code."""

    pk: int
    key: str
    name: str
    hotkey: str
    counts_as_bias: bool


@dataclass(frozen=True, slots=True)
class Mark:
    """An annotation as the desk draws it: plain values, since a page may hold thousands.

    `code` is the one in force: a moderator's replacement, or the reviewer's own.
    """

    id: uuid.UUID
    revision_id: int
    start: int
    end: int
    exact: str
    own_code: MarkCode
    code: MarkCode
    target: str
    polarity: str
    voice: str
    speaker: str
    note: str
    status: str
    annotator_id: int
    annotator: str

    def get_status_display(self) -> str:
        return Status(self.status).label


@dataclass(slots=True)
class MarkedPassage:
    revision: Revision
    passage: Passage
    segments: list[Segment[Mark]]
    entries: list[Mark] = field(default_factory=list)


@dataclass(slots=True)
class Column:
    article: Article
    revision: Revision
    passages: list[MarkedPassage]
    tag_count: int


@dataclass(frozen=True, slots=True)
class Filters:
    """What the side list is narrowed to; empty values keep all."""

    code: str = ""
    reviewer: str = ""
    voice: str = ""
    status: str = ""

    @classmethod
    def of(cls, data) -> "Filters":
        """Read the filters from a QueryDict, ignoring what else it holds."""
        return cls(**{name: data.get(f"by_{name}", "") for name in cls.__dataclass_fields__})

    def keep(self, mark: Mark) -> bool:
        return (
            (not self.code or mark.code.key == self.code)
            and (not self.reviewer or mark.annotator == self.reviewer)
            and (not self.voice or mark.voice == self.voice)
            and (not self.status or mark.status == self.status)
        )


def articles_of(story: Story) -> list[Article]:
    """Return the story's articles with outlets and newest revision's pk. One query."""
    newest = Revision.objects.filter(article=OuterRef("pk")).order_by("-number").values("pk")[:1]
    return list(
        story.articles.select_related("outlet")
        .annotate(newest_revision=Subquery(newest))
        .filter(newest_revision__isnull=False)
    )


def chosen(articles: Sequence[Article], wanted: Iterable[str]) -> list[Article]:
    """Return the articles that `wanted` names by pk, in that order; else the first few.

    What is not a pk of one of the articles is passed over.
    """
    by_pk = {str(article.pk): article for article in articles}
    named = [by_pk[pk] for pk in dict.fromkeys(wanted) if pk in by_pk]
    return named or list(articles[:DEFAULT_COLUMNS])


def columns(
    study: Study,
    articles: Sequence[Article],
    filters: Filters,
) -> tuple[list[Column], list[Mark]]:
    """Return a column per article, and all marks on them. Two queries."""
    revisions = Revision.objects.in_bulk([article.newest_revision for article in articles])
    marks = marks_on(study, revisions)
    by_revision: dict[int, list[Mark]] = {pk: [] for pk in revisions}
    for mark in marks:
        by_revision[mark.revision_id].append(mark)
    built = []
    for article in articles:
        revision = revisions[article.newest_revision]
        here = by_revision[revision.pk]
        laid = lay_out(revision, passages(revision.text), here, filters)
        built.append(Column(article, revision, laid, len(here)))
    return built, marks


def marks_on(study: Study, revisions: Iterable[int]) -> list[Mark]:
    """Return what stands on the revisions in the study, in reading order. One query."""
    found = Annotation.objects.on(revisions).in_study(study).standing().in_reading_order()
    return [
        Mark(
            *row[:5],
            own := MarkCode(*row[5:10]),
            own if row[10] is None else MarkCode(*row[10:15]),
            *row[15:],
        )
        for row in found.values_list(*MARK_COLUMNS)
    ]


MARK_COLUMNS = (
    *("id", "span__revision_id", "span__start", "span__end", "span__exact"),
    *("code_id", *(f"code__{name}" for name in MarkCode._fields[1:])),
    *("ruled_code_id", *(f"ruled_code__{name}" for name in MarkCode._fields[1:])),
    *("target", "polarity", "voice", "speaker", "note", "status"),
    *("annotator_id", "annotator__username"),
)


def lay_out(
    revision: Revision,
    every: Sequence[Passage],
    marks: Sequence[Mark],
    filters: Filters,
    shown: Sequence[Passage] | None = None,
) -> list[MarkedPassage]:
    """Cut passages at the marks; give each the entries that start in it.

    `every` is all passages of the revision, `shown` the ones wanted (all by
    default); `marks` are in reading order.
    """
    laid: dict[int, MarkedPassage] = {}
    upcoming = 0
    covering: list[Mark] = []
    for passage in every if shown is None else shown:
        covering = [mark for mark in covering if mark.end > passage.start]
        while upcoming < len(marks) and marks[upcoming].start < passage.end:
            covering.append(marks[upcoming])
            upcoming += 1
        cut = segments(revision.text, passage.start, passage.end, covering)
        laid[passage.index] = MarkedPassage(revision, passage, cut)
    for mark in marks:
        home = touched(every, mark.start, mark.end)[0].index
        if home in laid and filters.keep(mark):
            laid[home].entries.append(mark)
    return list(laid.values())


@dataclass(frozen=True, slots=True)
class Touched:
    """The passages that a change of one annotation makes the page draw again."""

    revision: Revision
    passages: list[MarkedPassage]
    tag_count: int


def around(
    study: Study,
    revision: Revision,
    span: tuple[int, int],
    filters: Filters,
) -> Touched:
    """Return the passages that the span touches, as they stand now. One query."""
    every = passages(revision.text)
    changed = touched(every, *span)
    marks = marks_on(study, [revision.pk])
    near = [m for m in marks if m.start < changed[-1].end and m.end > changed[0].start]
    return Touched(revision, lay_out(revision, every, near, filters, changed), len(marks))
