"""What the desk shows: columns of passages, cut at the marks that cover them.

Questions only; nothing here writes. A passage carries both its text and the
entries of the side list that start in it, because a tag changes the two together.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field

from django.db.models import OuterRef, Subquery

from annotations.models import Annotation, Study
from annotations.segmenting import Segment, segments
from sources.models import Article, Revision, Story
from sources.passages import Passage, passages, touched

DEFAULT_COLUMNS = 3


@dataclass(frozen=True, slots=True)
class Placed:
    """An annotation with its range at hand, as `segments` wants it."""

    annotation: Annotation
    start: int
    end: int


@dataclass(slots=True)
class MarkedPassage:
    revision: Revision
    passage: Passage
    segments: list[Segment[Placed]]
    entries: list[Annotation] = field(default_factory=list)


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

    def keep(self, annotation: Annotation) -> bool:
        return (
            (not self.code or effective_code(annotation).key == self.code)
            and (not self.reviewer or annotation.annotator.username == self.reviewer)
            and (not self.voice or annotation.voice == self.voice)
            and (not self.status or annotation.status == self.status)
        )


def effective_code(annotation: Annotation):
    """Return the code in force: a moderator's replacement, or the reviewer's own."""
    return annotation.ruled_code or annotation.code


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
    study: Study, articles: Sequence[Article], user, filters: Filters
) -> tuple[list[Column], list[Annotation]]:
    """Return a column per article, and all annotations on them. Two queries."""
    revisions = Revision.objects.in_bulk([article.newest_revision for article in articles])
    annotations = annotations_on(study, revisions, user)
    by_revision: dict[int, list[Annotation]] = {pk: [] for pk in revisions}
    for annotation in annotations:
        by_revision[annotation.span.revision_id].append(annotation)
    built = []
    for article in articles:
        revision = revisions[article.newest_revision]
        here = by_revision[revision.pk]
        built.append(
            Column(
                article,
                revision,
                lay_out(revision, passages(revision.text), here, filters),
                len(here),
            )
        )
    return built, annotations


def annotations_on(study: Study, revisions: Iterable[int], user) -> list[Annotation]:
    """Return what stands on the revisions and `user` may see, in reading order."""
    return list(
        Annotation.objects.on(revisions)
        .filter(study=study)
        .standing()
        .visible_to(user)
        .with_card()
        .in_reading_order()
    )


def lay_out(
    revision: Revision,
    every: Sequence[Passage],
    annotations: Sequence[Annotation],
    filters: Filters,
    shown: Sequence[Passage] | None = None,
) -> list[MarkedPassage]:
    """Cut passages at the annotations; give each the entries that start in it.

    `every` is all passages of the revision, `shown` the ones wanted (all by
    default); `annotations` are in reading order.
    """
    laid: dict[int, MarkedPassage] = {}
    placed = [Placed(a, a.span.start, a.span.end) for a in annotations]
    upcoming = 0
    covering: list[Placed] = []
    for passage in every if shown is None else shown:
        covering = [mark for mark in covering if mark.end > passage.start]
        while upcoming < len(placed) and placed[upcoming].start < passage.end:
            covering.append(placed[upcoming])
            upcoming += 1
        cut = segments(revision.text, passage.start, passage.end, covering)
        laid[passage.index] = MarkedPassage(revision, passage, cut)
    for annotation in annotations:
        home = touched(every, annotation.span.start, annotation.span.end)[0].index
        if home in laid and filters.keep(annotation):
            laid[home].entries.append(annotation)
    return list(laid.values())


@dataclass(frozen=True, slots=True)
class Touched:
    """The passages that a change of one annotation makes the page draw again."""

    revision: Revision
    passages: list[MarkedPassage]
    tag_count: int


def around(
    study: Study, revision: Revision, start: int, end: int, user, filters: Filters
) -> Touched:
    """Return the passages that [start, end) touches, as they stand now. Two queries."""
    every = passages(revision.text)
    changed = touched(every, start, end)
    standing = Annotation.objects.on(revision).filter(study=study).standing().visible_to(user)
    here = (
        standing.filter(span__start__lt=changed[-1].end, span__end__gt=changed[0].start)
        .with_card()
        .in_reading_order()
    )
    return Touched(
        revision, lay_out(revision, every, list(here), filters, changed), standing.count()
    )
