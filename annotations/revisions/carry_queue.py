"""What the carries' queue shows: rows, and cards with the old and the new context.

Questions only; nothing here writes.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, fields
from urllib.parse import urlencode

from django.contrib.auth.models import User
from django.db.models import (
    Count,
    Exists,
    F,
    OuterRef,
    Prefetch,
    Q,
    QuerySet,
)
from django.db.models.functions import Substr

from annotations.models import (
    Annotation,
    Carry,
    CarryDecision,
    CarryRuling,
    GoldTag,
    ReportSpan,
    Span,
    Study,
)
from annotations.revisions.carries import rulings_in_force
from annotations.revisions.carrying import Outcome
from annotations.revisions.facing import Side, alone, face, likest
from annotations.rulings.cards import gold_seen_in
from annotations.team.blinding import without_ruling
from annotations.texts.excerpts import Excerpt, excerpt
from sources.models import Revision
from sources.passages import Passage, passages, touched

ROWS = 50  # on a page
REACH = 1200  # code points of context on either side: most passages are shorter
LOOK_BACK = 20  # own rulings among which the last one that stands is sought
UNRULED, RULED, ANY = "unruled", "ruled", "any"


@dataclass(frozen=True, slots=True)
class CarryFilters:
    """What the queue is narrowed to; without any it holds what waits for a person."""

    story: str = ""
    article: str = ""
    outcome: str = Outcome.REVIEW.value
    ruling: str = UNRULED

    @property
    def query(self) -> str:
        """The filters as the query of an address; only those that differ from the defaults."""
        defaults = CarryFilters()
        said = {field.name: getattr(self, field.name) for field in fields(self)}
        return urlencode({k: v for k, v in said.items() if v != getattr(defaults, k)})


@dataclass(frozen=True, slots=True)
class CarryCard:
    """A carry with all that a ruling on it asks for."""

    carry: Carry
    said: str
    origin: Revision  # the text that the words were carried from
    newest: int  # number of the article's newest revision
    old: Side
    new: Side | None  # None: nothing in the new text is like the old passage
    passages: list[tuple[Passage, str]]  # of the whole new text
    near: int  # index of the passage where the words are, or may have been
    annotations: list[Annotation]
    quotes: list[ReportSpan]
    gold: list[GoldTag]
    decisions: list[CarryDecision]  # newest first


@dataclass(frozen=True, slots=True)
class CarryProgress:
    waiting: int
    total: int

    @property
    def ruled(self) -> int:
        return self.total - self.waiting


@dataclass(frozen=True, slots=True)
class SpanCarries:
    """Where the words of a span stand in the later texts, for one study."""

    revision: Revision  # on which they were tagged
    newest: int  # number of the article's newest revision
    carries: list[Carry]  # newest first, with their `decisions`

    @property
    def is_waiting(self) -> bool:
        """Whether the newest text has not been looked at yet."""
        numbers = {carry.revision.number for carry in self.carries}
        return self.newest > self.revision.number and self.newest not in numbers


def standing(study: Study) -> QuerySet[Carry]:
    """Return the study's carries to the newest texts, of words that still bear something."""
    return Carry.objects.filter(bears_something(study), study=study).to_newest()


def matching(study: Study, filters: CarryFilters) -> QuerySet[Carry]:
    """Return the standing carries that the filters keep, in the queue's order."""
    found = standing(study)
    if filters.story:
        found = found.filter(revision__article__story=filters.story)
    if filters.article:
        found = found.filter(revision__article=filters.article)
    if filters.outcome:
        found = found.filter(outcome=filters.outcome)
    if filters.ruling == UNRULED:
        found = found.filter(ruling=CarryRuling.NONE)
    elif filters.ruling == RULED:
        found = found.exclude(ruling=CarryRuling.NONE)
    return found.order_by(
        "revision__article__story_id", "revision__article_id", "span__start", "-span__end", "pk"
    )


def with_rows(found: QuerySet[Carry], ids: Iterable[int], study: Study) -> list[Carry]:
    """Return those of the carries with what a row of the list shows, and the `proposed` words.

    Three queries. Only of a few: PostgreSQL would cut the words out of every text
    that it sorts, and they are long.
    """
    tags = Annotation.objects.seen_in(study).with_card().in_reading_order()
    quotes = ReportSpan.objects.filter(report__fact__study=study).select_related("report__fact")
    length = F("proposed_end") - F("proposed_start")
    rows = (
        found.filter(pk__in=list(ids))
        .annotate(proposed=Substr("revision__text", F("proposed_start") + 1, length))
        .select_related("span__revision", "revision__article__outlet", "revision__article__story")
        .defer("span__revision__text", "revision__text")
        .prefetch_related(
            Prefetch("span__annotations", tags, to_attr="tags"),
            Prefetch("span__quotes", quotes, to_attr="reported"),
        )
    )
    for row in rows:
        for tag in row.span.tags:
            without_ruling(study, row.revision.article.story_id, tag)
    return list(rows)


def next_after(found: QuerySet[Carry], carry: Carry) -> Carry | None:
    """Return the carry that follows in the queue, or its first; None if there is no other."""
    span, article = carry.span, carry.revision.article
    steps = [
        ("revision__article__story_id", "gt", article.story_id),
        ("revision__article_id", "gt", article.pk),
        ("span__start", "gt", span.start),
        ("span__end", "lt", span.end),
        ("pk", "gt", carry.pk),
    ]
    later = Q(pk__in=[])
    for name, beyond, value in reversed(steps):
        later = Q(**{f"{name}__{beyond}": value}) | (Q(**{name: value}) & later)
    others = found.exclude(pk=carry.pk)
    return others.filter(later).first() or others.first()


def card_of(carry: Carry) -> CarryCard:
    """Return the card of a carry that comes with its span, revision and article. Seven queries."""
    origin, old = _old_context(carry)
    story = carry.revision.article.story_id
    new_text, every = carry.revision.text, passages(carry.revision.text)
    new, near = _new_context(carry, old, every)
    sides = face(old, new) if new else (alone(old), None)
    tags = Annotation.objects.seen_in(carry.study).filter(span=carry.span_id)
    quotes = ReportSpan.objects.filter(span=carry.span_id, report__fact__study=carry.study_id)
    return CarryCard(
        carry=carry,
        said=_said(carry, old),
        origin=origin,
        newest=_newest(carry.revision.article_id),
        old=sides[0],
        new=sides[1],
        passages=[(one, new_text[one.start : one.end]) for one in every],
        near=near,
        annotations=[without_ruling(carry.study, story, tag) for tag in tags.with_card()],
        quotes=list(quotes.select_related("report__fact")),
        gold=list(gold_seen_in(carry.study).filter(span=carry.span_id)),
        decisions=list(carry.decisions.select_related("moderator").order_by("-number")),
    )


def progress(study: Study) -> CarryProgress:
    """Count what waits for a person and what did, whatever the filters."""
    counts = (
        standing(study)
        .filter(outcome=Outcome.REVIEW)
        .aggregate(waiting=Count("pk", filter=Q(ruling=CarryRuling.NONE)), total=Count("pk"))
    )
    return CarryProgress(**counts)


def last_carry_ruling(study: Study, moderator: User) -> CarryDecision | None:
    """Return the newest of the moderator's own rulings that is in force, or None."""
    newest = Carry.objects.to_newest().filter(study=study)
    undone = CarryDecision.objects.filter(carry=OuterRef("carry"), undoes=OuterRef("number"))
    own = CarryDecision.objects.filter(
        ~Exists(undone), moderator=moderator, undoes=None, carry__in=newest
    )
    some = own.select_related("carry__span").prefetch_related("carry__decisions")[:LOOK_BACK]
    return next((row for row in some if rulings_in_force(row.carry)[:1] == [row]), None)


def carries_of(study: Study, span: Span) -> SpanCarries:
    """Return where the study's span, which comes with its revision, stands in later texts."""
    log = CarryDecision.objects.select_related("moderator").order_by("-number")
    carries = (
        Carry.objects.filter(study=study, span=span)
        .select_related("revision")
        .defer("revision__text")
        .prefetch_related(Prefetch("decisions", log))
        .order_by("-revision__number")
    )
    return SpanCarries(span.revision, _newest(span.revision.article_id), list(carries))


def _newest(article_id: int) -> int:
    numbers = Revision.objects.filter(article=article_id).order_by("-number")
    return numbers.values_list("number", flat=True)[0]


def bears_something(study: Study) -> Q:
    """Keep carries of words with a tag or gold that its reader sees, or quoted for a fact."""
    tags = Annotation.objects.seen_in(study).filter(span=OuterRef("span"))
    quotes = ReportSpan.objects.filter(span=OuterRef("span"), report__fact__study=study)
    gold = gold_seen_in(study).filter(span=OuterRef("span"))
    return Q(Exists(tags) | Exists(quotes) | Exists(gold))


def _old_context(carry: Carry) -> tuple[Revision, Excerpt]:
    """Return the text that the span was carried from, and its words there."""
    at_origin = Carry.objects.filter(
        study=carry.study_id, span=carry.span_id, revision=carry.origin_id, start__isnull=False
    ).select_related("revision")
    found = at_origin.first() or carry.span
    return found.revision, excerpt(found.revision.text, found.start, found.end, REACH)


def _new_context(
    carry: Carry, old: Excerpt, every: Sequence[Passage]
) -> tuple[Excerpt | None, int]:
    """Return the words of the new text to face the old ones, and the passage they are in."""
    text = carry.revision.text
    start, end = carry.start, carry.end
    if start is None or end is None:
        start, end = carry.proposed_start, carry.proposed_end
    if start is not None and end is not None:
        home = touched(every, start, end)
        return excerpt(text, start, end, REACH), home[0].index if home else 0
    like = likest(old.before + old.exact + old.after, [text[one.start : one.end] for one in every])
    if like is None:
        return None, 0
    passage = every[like]
    # No words are marked: an empty range at the passage's start.
    return excerpt(text, passage.start, passage.start, REACH), like


def _said(carry: Carry, old: Excerpt) -> str:
    """Return in words what the machine found."""
    if carry.outcome == Outcome.KEPT:
        return "the same words in the same context"
    if carry.outcome == Outcome.MOVED:
        return "the same words, elsewhere"
    if carry.outcome == Outcome.GONE:
        return "the words are not in the new text"
    if carry.proposed_start is None:
        return "the place is uncertain: none is proposed"
    found = carry.revision.text[carry.proposed_start : carry.proposed_end]
    return "the place is uncertain" if found == old.exact else "the words changed"
