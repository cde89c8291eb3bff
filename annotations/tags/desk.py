"""What the desk shows: columns of passages, cut at the marks that cover them.

Questions only; nothing here writes. A passage carries both its text and the
entries of the side list that start in it, because a tag changes the two together.
"""

from bisect import bisect_right
from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from typing import NamedTuple

from django.db.models import OuterRef, Q, Subquery

from annotations.models import Annotation, Carry, Span, Study
from annotations.tags.marks import Mark, count_marks, marks_adrift, marks_near, marks_on
from annotations.texts.segmenting import Segment, segments
from sources.models import Article, Revision, Story
from sources.passages import Passage, passages, touched

DEFAULT_COLUMNS = 3


@dataclass(slots=True)
class MarkedPassage:
    revision: Revision
    passage: Passage
    segments: list[Segment[Mark]]
    entries: list[Mark] = field(default_factory=list)


@dataclass(slots=True)
class Column:
    """An article at one of its revisions.

    `was` is the last headline before this one, and `adrift` are the tags of older
    revisions that have no certain place on this one.
    """

    opened: "Opened"
    revision: Revision
    passages: list[MarkedPassage]
    marks: list[Mark]
    adrift: list[Mark]
    shown_adrift: list[Mark]  # those that the filters keep

    @property
    def article(self) -> Article:
        return self.opened.article

    @property
    def is_newest(self) -> bool:
        return self.revision.pk == self.article.newest_revision

    @property
    def was(self) -> str:
        return self.revision.was or ""

    @property
    def previous_number(self) -> int:
        return self.revision.number - 1

    @property
    def carries(self) -> dict[str, int]:
        """How many tags of older revisions came to what: those on the text first."""
        counted = Counter(mark.carried for mark in self.marks if mark.tagged_on)
        # A plain dictionary: a template takes `.items` of a Counter for the count of "items".
        return dict(counted + Counter(mark.carried for mark in self.adrift))


class Opened(NamedTuple):
    """An article that the desk has open; `number` is a revision's, or None for the newest."""

    article: Article
    number: int | None = None

    def __str__(self) -> str:
        """Return it as it stands in the address: 5, or 5@1 for revision 1."""
        return f"{self.article.pk}@{self.number}" if self.number else str(self.article.pk)


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
            (not self.code or mark.code_key == self.code)
            and (not self.reviewer or mark.annotator == self.reviewer)
            and (not self.voice or mark.voice == self.voice)
            and (not self.status or mark.status == self.status)
        )


def articles_of(story: Story) -> list[Article]:
    """Return the story's articles with outlet, and pk and number of the newest revision.

    One query.
    """
    newest = Revision.objects.filter(article=OuterRef("pk")).order_by("-number")
    return list(
        story.articles.select_related("outlet")
        .annotate(
            newest_revision=Subquery(newest.values("pk")[:1]),
            newest_number=Subquery(newest.values("number")[:1]),
        )
        .filter(newest_revision__isnull=False)
    )


def chosen(articles: Sequence[Article], wanted: Iterable[str]) -> list[Opened]:
    """Return what `wanted` names as an address does, in that order; else the first few articles.

    What names none of the articles is passed over, and so is the second naming of one.
    """
    by_pk = {str(article.pk): article for article in articles}
    named: dict[str, Opened] = {}
    for pk, number in map(_parsed, wanted):
        if pk in by_pk and pk not in named:
            newest = number is None or number >= by_pk[pk].newest_number
            named[pk] = Opened(by_pk[pk], None if newest else number)
    return list(named.values()) or [Opened(article) for article in articles[:DEFAULT_COLUMNS]]


def _parsed(address: str) -> tuple[str, int | None]:
    """Return the article's pk and the revision's number of an address such as 5 or 5@1."""
    pk, _, number = address.partition("@")
    return pk, int(number) if number.isdecimal() and len(number) < 9 and int(number) else None


def columns(study: Study, opened: Sequence[Opened], filters: Filters) -> list[Column]:
    """Return a column per article. Two queries, and a third if one has an older revision."""
    if not opened:
        return []
    revisions, story = _revisions_of(opened), opened[0].article.story_id
    marks: dict[int, list[Mark]] = {revision.pk: [] for revision in revisions}
    for mark in marks_on(study, story, marks):
        marks[mark.revision_id].append(mark)
    revised = [revision.pk for revision in revisions if revision.number > 1]
    adrift = marks_adrift(study, story, revised) if revised else {}
    built = []
    for each, revision in zip(opened, revisions, strict=True):
        here, lost = marks[revision.pk], adrift.get(revision.pk, [])
        laid = lay_out(revision, passages(revision.text), here, filters)
        kept = [mark for mark in lost if filters.keep(mark)]
        built.append(Column(each, revision, laid, here, lost, kept))
    return built


def _revisions_of(opened: Sequence[Opened]) -> list[Revision]:
    """Return the revision of each, with the headline before its own as `was`. One query."""
    earlier = Revision.objects.filter(article=OuterRef("article"), number__lt=OuterRef("number"))
    other = earlier.exclude(headline=OuterRef("headline")).order_by("-number")
    wanted = Q(pk__in=[each.article.newest_revision for each in opened])
    for each in opened:
        if each.number:
            wanted |= Q(article=each.article, number=each.number)
    found = Revision.objects.filter(wanted).annotate(was=Subquery(other.values("headline")[:1]))
    newest = {revision.pk: revision for revision in found}
    numbered = {(revision.article_id, revision.number): revision for revision in found}
    return [
        numbered.get((each.article.pk, each.number)) or newest[each.article.newest_revision]
        for each in opened
    ]


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


def opened_at(article_id: int, addresses: str) -> tuple[bool, int | None]:
    """Return whether a page that shows `addresses` has the article open, and at which revision.

    A page that does not say what it shows is taken to show it.
    """
    numbers = dict(map(_parsed, addresses.split(",")))
    return not addresses or str(article_id) in numbers, numbers.get(str(article_id))


@dataclass(frozen=True, slots=True)
class Touched:
    """What a change of one annotation makes the page draw again.

    `adrift` is None unless the annotation was made on an older revision than is shown.
    """

    revision: Revision
    passages: list[MarkedPassage]
    tag_count: int
    adrift: list[Mark] | None = None


def near_new(study: Study, revision: Revision, mark: Mark) -> list[Mark]:
    """Return the marks on the passages that a new tag touches, without that one. One query."""
    story = revision.article.story_id
    changed = touched(passages(revision.text), mark.start, mark.end)
    near = marks_near(study, story, revision, changed[0].start, changed[-1].end)
    return [one for one in near if one.id != mark.id]


def around_new(
    revision: Revision, near: list[Mark], mark: Mark, tag_count: int, filters: Filters
) -> Touched:
    """Return the passages that a new tag touches, which `near` had marks on. No query.

    `tag_count` is how many tags the revision has with this one.
    """
    place = bisect_right(near, (mark.start, -mark.end), key=lambda m: (m.start, -m.end))
    marks = [*near[:place], mark, *near[place:]]
    every = passages(revision.text)
    changed = touched(every, mark.start, mark.end)
    return Touched(revision, lay_out(revision, every, marks, filters, changed), tag_count)


def around(
    study: Study, annotation: Annotation, addresses: str, filters: Filters
) -> Touched | None:
    """Return what a change of `annotation` touches on a page that shows `addresses`, as it stands.

    None if the page shows other articles only. At most five queries.
    """
    home = annotation.span.revision
    story = home.article.story_id
    is_open, number = opened_at(home.article_id, addresses)
    if not is_open:
        return None
    shown = Revision.objects.filter(article=home.article_id, number__lte=number or 2**31 - 1)
    revision = shown.order_by("-number").first()
    span: Span | Carry | None = annotation.span
    adrift = None
    if revision.pk != home.pk:
        span = annotation.span.carries.filter(study=study, revision=revision).first()
        adrift = marks_adrift(study, story, [revision.pk])[revision.pk]
    count = count_marks(study, story, revision)
    if span is None or span.start is None:
        return Touched(revision, [], count, adrift)
    every = passages(revision.text)
    changed = touched(every, span.start, span.end)
    near = marks_near(study, story, revision, changed[0].start, changed[-1].end)
    return Touched(revision, lay_out(revision, every, near, filters, changed), count, adrift)
