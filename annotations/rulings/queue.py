"""What the moderators' queue shows: cards of annotations, each with its context.

Questions only; nothing here writes.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Any
from urllib.parse import urlencode

from django.contrib.auth.models import User
from django.db.models import Count, Q

from annotations.models import Annotation, Decision, Ruling, Status, Study
from annotations.models.annotation import AnnotationQuerySet, Coding
from annotations.rulings.ruling import STATUS_AFTER
from annotations.team.blinding import STORY, closed_in
from annotations.texts.excerpts import Excerpt, excerpt
from sources.models import Revision

CARDS = 25  # on a page
COUNTED = 10_000  # tags that filters keep are counted as far as this
REASONS = 12  # that are offered
LOOK_BACK = 20  # own rulings among which the last one that stands is sought
FIELDS = ("code", "target", "polarity", "voice", "speaker", "note")


@dataclass(frozen=True, slots=True)
class Filters:
    """What the queue is narrowed to; empty values keep all."""

    story: str = ""
    outlet: str = ""
    code: str = ""
    reviewer: str = ""
    status: str = Status.PENDING
    voice: str = ""
    q: str = ""

    @property
    def query(self) -> str:
        """The filters as the query of an address; only those that differ from the defaults."""
        defaults = Filters()
        said = {name: getattr(self, name) for name in self.__dataclass_fields__}
        return urlencode({k: v for k, v in said.items() if v != getattr(defaults, k)})

    @property
    def narrowed(self) -> bool:
        """Whether anything but the status narrows the queue."""
        return self != Filters(status=self.status)


@dataclass(frozen=True, slots=True)
class Card:
    """An annotation with all that a ruling on it asks for."""

    annotation: Annotation
    excerpt: Excerpt
    neighbours: list[Annotation]  # other tags on some of the same words
    decisions: list[Decision]  # newest first

    @property
    def after(self) -> int:
        """The newest decision's pk, or 0: what a ruling says it has seen."""
        return self.decisions[0].pk if self.decisions else 0

    @property
    def removed(self) -> bool:
        return self.annotation.removed_at is not None


@dataclass(frozen=True, slots=True)
class Progress:
    pending: int
    total: int

    @property
    def ruled(self) -> int:
        return self.total - self.pending


def to_rule_on(study: Study) -> AnnotationQuerySet:
    """Return the study's standing annotations that its reader may rule on.

    Not those of stories that the reader has to code first: a ruling would say what others tagged.
    """
    return Annotation.objects.seen_in(study).exclude(closed_in(study))


def matching(study: Study, filters: Filters) -> AnnotationQuerySet:
    """Return the study's annotations to rule on that the filters keep, in the queue's order."""
    found = to_rule_on(study)
    if filters.story:
        found = found.filter(span__revision__article__story=filters.story)
    if filters.outlet:
        found = found.filter(span__revision__article__outlet=filters.outlet)
    if filters.code:
        found = found.in_force(filters.code)
    if filters.reviewer:
        found = found.filter(annotator__username=filters.reviewer)
    if filters.status != "any":
        found = found.filter(status=filters.status)
    if filters.voice:
        found = found.filter(voice=filters.voice)
    for word in filters.q.split():
        found = found.filter(
            Q(span__exact__icontains=word)
            | Q(note__icontains=word)
            | Q(target__icontains=word)
            | Q(speaker__icontains=word)
        )
    return found.in_queue_order()


def counted(found: AnnotationQuerySet, filters: Filters) -> tuple[AnnotationQuerySet, int | None]:
    """Return the annotations that match, and how many they are, or None for more than COUNTED.

    Words are looked for in every tag, so that is done once: a few tags are then known by name.
    """
    if not filters.q:
        number = found.order_by()[: COUNTED + 1].count()
        return found, number if number <= COUNTED else None
    pks = list(found.order_by().values_list("pk", flat=True)[: COUNTED + 1])
    if len(pks) > COUNTED:
        return found, None
    return Annotation.objects.filter(pk__in=pks).in_queue_order(), len(pks)


def page_of(
    found: AnnotationQuerySet, after: Annotation | None = None
) -> tuple[list[Annotation], bool]:
    """Return up to CARDS annotations that follow `after`, and whether more follow.

    The place is kept by the annotation, not by a number: what is ruled leaves
    the queue, and a page by number would then skip as many.
    """
    if after is not None:
        found = found.following(after)
    rows = list(found.with_place()[: CARDS + 1])
    return rows[:CARDS], len(rows) > CARDS


def cards(study: Study, annotations: Sequence[Annotation]) -> list[Card]:
    """Return a card for each of the annotations, which come `with_place`. Three queries."""
    texts = dict(
        Revision.objects.filter(pk__in={row.span.revision_id for row in annotations})
        .order_by()
        .values_list("pk", "text")
    )
    beside = _overlapping(study, annotations)
    decided: dict[Any, list[Decision]] = {row.pk: [] for row in annotations}
    log = Decision.objects.filter(annotation__in=decided).select_related("moderator", "code")
    for decision in log:
        decided[decision.annotation_id].append(decision)
    return [
        Card(
            row,
            excerpt(texts[row.span.revision_id], row.span.start, row.span.end),
            [other for other in beside if other.pk != row.pk and _overlap(row, other)],
            decided[row.pk],
        )
        for row in annotations
    ]


def card_of(study: Study, annotation: Annotation) -> Card:
    """Return the card of the study's annotation as it stands in the database now."""
    return cards(study, [Annotation.objects.with_place().get(pk=annotation.pk)])[0]


def progress(study: Study) -> Progress:
    """Count what waits and what there is, whatever the filters."""
    counted = to_rule_on(study).order_by().values_list("status").annotate(n=Count("*"))
    counts = dict(counted)
    return Progress(pending=counts.get(Status.PENDING, 0), total=sum(counts.values()))


def recent_reasons(study: Study) -> list[str]:
    """Return the reasons given of late in the study, newest first, each once."""
    closed = closed_in(study, f"annotation__{STORY}")
    given = Decision.objects.filter(annotation__study=study).exclude(closed).exclude(reason="")
    return list(dict.fromkeys(given.values_list("reason", flat=True)[:200]))[:REASONS]


def last_ruling(study: Study, moderator: User, before: int | None = None) -> Decision | None:
    """Return the newest of the moderator's own rulings that still stands, or None.

    `before` leaves out the decision of that pk and all later ones.
    """
    own = Decision.objects.filter(
        annotation__study=study, annotation__removed_at=None, moderator=moderator
    ).select_related("annotation__span", "code")
    if before is not None:
        own = own.filter(pk__lt=before)
    return next((decision for decision in own[:LOOK_BACK] if _stands(decision)), None)


def what_changed(annotation: Annotation, version: int) -> list[tuple[str, str, str]]:
    """Return (label, was, is) for what the annotator changed since `version`."""
    seen = annotation.changes.filter(number=version).select_related("code").first()
    if seen is None:
        return []
    pairs = ((name, _shown(seen, name), _shown(annotation, name)) for name in FIELDS)
    return [(name.capitalize(), was, now) for name, was, now in pairs if was != now]


def _shown(coding: Coding, name: str) -> str:
    display = getattr(coding, f"get_{name}_display", None)
    return str(display() if display else getattr(coding, name))


def _stands(decision: Decision) -> bool:
    annotation = decision.annotation
    left = (decision.version, STATUS_AFTER[Ruling(decision.ruling)], decision.code_id)
    return (annotation.version, annotation.status, annotation.ruled_code_id) == left


def _overlapping(study: Study, annotations: Iterable[Annotation]) -> list[Annotation]:
    """Return the study's standing annotations on any of the same words. One query."""
    ranges = Q(pk__in=[])
    for row in annotations:
        span = row.span
        ranges |= Q(
            span__revision=span.revision_id, span__start__lt=span.end, span__end__gt=span.start
        )
    found = Annotation.objects.seen_in(study).filter(ranges)
    return list(found.with_card().in_reading_order())


def _overlap(one: Annotation, other: Annotation) -> bool:
    return (
        one.span.revision_id == other.span.revision_id
        and one.span.start < other.span.end
        and other.span.start < one.span.end
    )
