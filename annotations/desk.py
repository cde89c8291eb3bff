"""What the desk shows: columns of passages, cut at the marks that cover them.

Questions only; nothing here writes. A passage carries both its text and the
entries of the side list that start in it, because a tag changes the two together.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from typing import NamedTuple

from django.db import connection
from django.db.models import OuterRef, Subquery

from annotations.models import Study
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

    id: str
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
    """Return what stands on the revisions, in reading order. One query.

    `Annotation.objects.on(…).in_study(…).standing().in_reading_order()` as plain
    values, since a page may hold thousands.
    """
    with connection.cursor() as cursor:
        cursor.execute(MARKS_ON, {"study": study.pk, "revisions": list(revisions)})
        return [_mark(row) for row in cursor.fetchall()]


def marks_near(study: Study, revision: Revision, start: int, end: int) -> tuple[list[Mark], int]:
    """Return what stands on [start, end) of the revision, and how many stand on all of it.

    One query, and in plain SQL: it runs with every tag, where the ORM takes
    longer to compile it than PostgreSQL to answer.
    """
    given = {"study": study.pk, "revision": revision.pk, "start": start, "end": end}
    with connection.cursor() as cursor:
        cursor.execute(MARKS_NEAR, given)
        rows = cursor.fetchall()
    # Where nothing stands, one row of nulls brings the count.
    return [_mark(row[1:-1]) for row in rows if row[1] is not None], rows[0][0]


def _mark(row: tuple) -> Mark:
    own = MarkCode(*row[5:10])
    return Mark(*row[:5], own, own if row[10] is None else MarkCode(*row[10:15]), *row[15:])


STANDING = """
FROM annotations_span span
JOIN annotations_annotation annotation ON annotation.span_id = span.id
    AND annotation.study_id = %(study)s AND annotation.removed_at IS NULL
"""
COLUMNS = """
       annotation.id::text, span.revision_id, span.start, span."end", span.exact,
       own.id, own.key, own.name, own.hotkey, own.counts_as_bias,
       ruled.id, ruled.key, ruled.name, ruled.hotkey, ruled.counts_as_bias,
       annotation.target, annotation.polarity, annotation.voice, annotation.speaker,
       annotation.note, annotation.status, annotator.id, annotator.username
"""
PEOPLE_AND_CODES = """
JOIN annotations_code own ON own.id = annotation.code_id
LEFT JOIN annotations_code ruled ON ruled.id = annotation.ruled_code_id
JOIN auth_user annotator ON annotator.id = annotation.annotator_id
"""
READING_ORDER = """
ORDER BY span.revision_id, span.start, span."end" DESC, annotation.created_at, annotation.id
"""
MARKS_ON = f"""
SELECT {COLUMNS} {STANDING} {PEOPLE_AND_CODES}
WHERE span.revision_id = ANY(%(revisions)s) {READING_ORDER}
"""
MARKS_NEAR = f"""
SELECT (SELECT count(*) {STANDING} WHERE span.revision_id = %(revision)s), near.*
FROM (SELECT) always
LEFT JOIN (
    SELECT {COLUMNS}, row_number() OVER ({READING_ORDER}) AS place
    {STANDING} {PEOPLE_AND_CODES}
    WHERE span.revision_id = %(revision)s
        AND span.start < %(end)s AND span."end" > %(start)s
) near ON true
ORDER BY near.place
"""  # noqa: S608 - constants of ours


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
    near, count = marks_near(study, revision, changed[0].start, changed[-1].end)
    return Touched(revision, lay_out(revision, every, near, filters, changed), count)
