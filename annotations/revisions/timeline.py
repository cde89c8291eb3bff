"""How an article came to read as it does: its revisions, and what each did to words and tags."""

from bisect import bisect_right
from collections import Counter, defaultdict
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field

from django.db.models import Count

from annotations.models import Annotation, Carry, CarryRuling, Study
from annotations.revisions.carry_queue import bears_something
from annotations.revisions.carrying import Outcome
from annotations.texts.prose import Fate, Prose, Row, folded
from sources.likeness import words_changed
from sources.models import Article, Revision

BY_HAND = "placed by hand"
STANDS = {  # what a ruling makes of a carry, whatever its outcome was
    CarryRuling.ACCEPTED: BY_HAND,
    CarryRuling.PLACED: BY_HAND,
    CarryRuling.GONE: Outcome.GONE.value,
}
STATES = {  # in the order of reading: how a carry stands, and what the page calls it
    Outcome.KEPT.value: "kept",
    Outcome.MOVED.value: "moved",
    BY_HAND: BY_HAND,
    Outcome.REVIEW.value: "to review",
    Outcome.GONE.value: "gone",
}


@dataclass(slots=True)
class Event:
    """A revision, against the one before it."""

    revision: Revision
    before: Revision | None
    added: int = 0
    removed: int = 0
    tag_count: int = 0
    carried: list[tuple[int, str]] = field(default_factory=list)  # how many, and how they stand
    put_back: int | None = None  # the number of the first revision with the same text

    @property
    def headline_was(self) -> str:
        """Return the headline that this revision replaced, if it did."""
        if self.before is None or self.before.headline == self.revision.headline:
            return ""
        return self.before.headline


@dataclass(frozen=True, slots=True)
class Tagged:
    """How many tags stand in a row of a diff, in one of its revisions; where the first is."""

    revision: Revision
    count: int
    start: int
    end: int


@dataclass(frozen=True, slots=True)
class Part:
    """A row of a diff with its tags, or unchanged rows that may be folded away."""

    rows: list[tuple[Row, list[Tagged]]]

    @property
    def folded(self) -> bool:
        return len(self.rows) > 1

    @property
    def tag_count(self) -> int:
        return sum(tagged.count for _, found in self.rows for tagged in found)


def timeline(study: Study, article: Article, revisions: Sequence[Revision]) -> list[Event]:
    """Return what happened with each of `revisions`, which follow one another, newest first.

    Four queries, whatever their number. Takes some 5 ms for each, as their words are counted.
    """
    last = revisions[-1].number if revisions else 0
    older = article.revisions.filter(number__lt=last).first()
    befores = [*revisions[1:], older]
    tags = _tag_counts(study, revisions)
    carried = _carried(study, revisions)
    first_with: dict[str, int] = {}
    for sha256, number in article.revisions.order_by("number").values_list("sha256", "number"):
        first_with.setdefault(sha256, number)
    events = []
    for revision, before in zip(revisions, befores, strict=False):
        event = Event(revision, before, tag_count=tags[revision.pk], carried=carried[revision.pk])
        if before:
            event.added, event.removed = words_changed(before.text, revision.text)
        if first_with[revision.sha256] != revision.number:
            event.put_back = first_with[revision.sha256]
        events.append(event)
    return events


def parts_of(study: Study, prose: Prose, old: Revision, new: Revision) -> list[Part]:
    """Return the rows as they are to be read, with the study's tags. One query.

    A tag counts in each row that it reaches into; in what moved, where its revision has it.
    """
    seen = Annotation.objects.seen_in(study).on([old.pk, new.pk])
    places: dict[int, list[tuple[int, int]]] = defaultdict(list)
    for pk, *place in seen.values_list("span__revision", "span__start", "span__end"):
        places[pk].append(tuple(place))
    found: dict[int, list[Tagged]] = defaultdict(list)
    olds = [(row.old, row) for row in prose.rows if row.old and row.fate != Fate.MOVED_TO]
    news = [(row.new, row) for row in prose.rows if row.new]
    for revision, rows in ((old, olds), (new, news)):
        for row, spans in _by_row(rows, sorted(places[revision.pk])):
            found[row.number].append(Tagged(revision, len(spans), *spans[0]))
    return [Part([(row, found[row.number]) for row in rows]) for rows in folded(prose.rows)]


def _by_row(
    rows: list[tuple[tuple[int, int], Row]], spans: list[tuple[int, int]]
) -> Iterator[tuple[Row, list[tuple[int, int]]]]:
    """Yield the rows, which are in the text's order, with the spans that reach into each."""
    reached: dict[int, list[tuple[int, int]]] = defaultdict(list)
    ends = [end for (_, end), _ in rows]
    for span in spans:
        at = bisect_right(ends, span[0])
        while at < len(rows) and rows[at][0][0] < span[1]:
            reached[at].append(span)
            at += 1
    for at, found in reached.items():
        yield rows[at][1], found


def _tag_counts(study: Study, revisions: Sequence[Revision]) -> Counter[int]:
    tags = Annotation.objects.seen_in(study).on([one.pk for one in revisions])
    counted = tags.order_by().values_list("span__revision").annotate(Count("pk"))
    return Counter(dict(counted))


def _carried(study: Study, revisions: Sequence[Revision]) -> dict[int, list[tuple[int, str]]]:
    """Return for each revision how the places that were carried to it stand now."""
    carries = Carry.objects.filter(study=study, revision__in=revisions).order_by()
    if study.sight and study.sight.closed:
        carries = carries.filter(bears_something(study))
    counts: dict[int, Counter[str]] = defaultdict(Counter)
    for revision, outcome, ruling, count in carries.values_list(
        "revision", "outcome", "ruling"
    ).annotate(Count("pk")):
        counts[revision][STANDS.get(ruling, outcome)] += count
    return defaultdict(
        list,
        {
            revision: [(states[key], said) for key, said in STATES.items() if states[key]]
            for revision, states in counts.items()
        },
    )
