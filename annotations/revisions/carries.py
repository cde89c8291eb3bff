"""Carries: where the spans of older revisions stand in a newer one, made and ruled on.

A carry is made once, and the machine's part of it never changes. A person's
ruling stands beside it; every ruling, and every undoing of one, adds a CarryDecision.
"""

import time
from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass

from django.contrib.auth.models import User
from django.db import transaction
from django.db.models import Exists, F, OuterRef, QuerySet
from django.db.models.functions import Substr

from annotations.models import Annotation, Carry, CarryDecision, CarryRuling, ReportSpan, Span
from annotations.revisions.carrying import Carried, Outcome, carry
from annotations.revisions.carrying.wording import Wording
from annotations.rulings.cards import gold_tags_in_force
from annotations.rulings.ruling import studies_moderated_by
from annotations.texts.anchoring import QuoteMismatch, quote_at, shortened
from sources.models import Revision

BATCH = 500  # carries that are written together: a killed worker loses no more than these
# What a request may spend on carrying. An article of 1,000 words with 200 spans takes 0.06 seconds,
# one of 5,000 with 1,000 spans 0.19; of longer ones, reading them into words alone takes too long.
# More than a batch takes too long to store.
AT_ONCE = 0.3  # seconds
LONGEST_AT_ONCE = 50_000  # code points
CERTAIN = (Outcome.KEPT, Outcome.MOVED)


class CarryRefused(ValueError):
    """The ruling cannot stand as asked; the message says what to do."""


class CarryConflict(CarryRefused):
    """The carry is not as the moderator saw it. `current` is what stands now."""

    def __init__(self, current: Carry, message: str) -> None:
        super().__init__(message)
        self.current = current


@dataclass(frozen=True, slots=True)
class Place:
    """Where a span certainly stands: in its own revision, or in one it was carried to."""

    revision_id: int
    number: int
    sha256: str
    start: int
    end: int


@dataclass(frozen=True, slots=True)
class Wanted:
    """A carry that is missing, and the place to carry from."""

    study_id: int
    span_id: int
    place: Place


def carry_to(revision: Revision, *, seconds: float = 1.0) -> int:
    """Make the carries to `revision` that are missing; return how many were.

    There is one for each study and each span of an older revision of the article
    on which the study has a standing annotation, a gold tag or a report's quote. What is there
    already stays; two at once make each carry once, and what a killed one left
    undone the next one makes. `seconds` bound the comparison with each older text.
    """
    return sum(_store(_carried(revision, wanted, seconds)) for wanted in _missing(revision))


def revised(revision: Revision) -> None:
    """Have the tags follow to a new revision, once it is committed.

    The worker is told first, so that nothing is lost if this process dies. What
    can be carried in 0.3 seconds is carried at once, so that the next page shows it.
    """
    # The revision stands whatever becomes of this: a task looks for missing carries now and then.
    transaction.on_commit(lambda: _follow(revision), robust=True)


def carries_missing() -> QuerySet[Revision]:
    """Return the newest revisions of their articles which lack carries. One query."""
    newer = Revision.objects.filter(article=OuterRef("article"), number__gt=OuterRef("number"))
    tagged = Annotation.objects.standing().filter(
        ~_has_carry("study", "span"),
        span__revision__article=OuterRef("article"),
        span__revision__number__lt=OuterRef("number"),
    )
    quoted = ReportSpan.objects.filter(
        ~_has_carry("report__fact__study", "span"),
        span__revision__article=OuterRef("article"),
        span__revision__number__lt=OuterRef("number"),
    )
    golden = gold_tags_in_force().filter(
        ~_has_carry("ruling__card__adjudication__study", "span"),
        span__revision__article=OuterRef("article"),
        span__revision__number__lt=OuterRef("number"),
    )
    newest = Revision.objects.filter(~Exists(newer), number__gt=1).defer("text")
    return newest.filter(Exists(tagged) | Exists(quoted) | Exists(golden))


def rule_carry(
    carry: Carry,
    *,
    ruling: str,
    start: int | None = None,
    end: int | None = None,
    exact: str | None = None,
    version: int,
    moderator: User,
) -> Carry:
    """Rule on a carry; ruled the same before, nothing is written.

    ACCEPTED takes the proposed place. PLACED needs `start` and `end`, and checks
    `exact` if it is given; at the proposed place it is an acceptance. `version` is
    the carry's as the moderator saw it. Raises CarryConflict if another stands,
    AnchorError for words that are not there, CarryRefused for what no retry can mend.
    """
    ruling = CarryRuling(ruling)
    with transaction.atomic():
        current = _locked(carry, moderator)
        place = _ruled_place(current, ruling, start, end, exact)
        if ruling == CarryRuling.PLACED and place == _proposed(current):
            ruling = CarryRuling.ACCEPTED
        if (current.ruling, _place_of(current)) == (ruling, place):
            return current
        if current.version != version:
            raise CarryConflict(current, _what_happened(current))
        return _record(current, ruling, place, moderator)


def acceptable(found: QuerySet[Carry], at_least: float) -> QuerySet[Carry]:
    """Keep what nobody ruled on yet and has a proposed place that scores `at_least`."""
    return found.filter(ruling=CarryRuling.NONE, score__gte=at_least, proposed_start__isnull=False)


def accept_carries(found: QuerySet[Carry], *, at_least: float, moderator: User) -> int:
    """Accept the proposed places that score `at_least`; return how many, all or nothing.

    Only those of `found` that nobody ruled on yet, that are to the newest text, and
    of studies that the moderator moderates. Each can be undone for itself.
    """
    length = F("proposed_end") - F("proposed_start")
    words = Substr("revision__text", F("proposed_start") + 1, length)
    with transaction.atomic():
        meant = Carry.objects.filter(pk__in=found.order_by().values("pk"))
        wanted = acceptable(meant.to_newest(), at_least).annotate(words=words)
        # In the order of the key, so that two bulk rulings cannot wait for each other.
        rows = list(wanted.select_for_update(of=("self",)).order_by("pk"))
        moderated = studies_moderated_by(moderator, {row.study_id for row in rows})
        rows = [row for row in rows if row.study_id in moderated]
        for row in rows:
            row.version += 1
            row.ruling = CarryRuling.ACCEPTED
            row.start, row.end, row.exact = row.proposed_start, row.proposed_end, row.words
        changed = ["version", "ruling", "start", "end", "exact"]
        Carry.objects.bulk_update(rows, changed, batch_size=BATCH)
        log = (_logged(row, moderator) for row in rows)
        CarryDecision.objects.bulk_create(log, batch_size=BATCH)
    return len(rows)


def undo_carry_ruling(decision: CarryDecision, *, moderator: User) -> Carry:
    """Take back one's own ruling: what stood before it stands again.

    Raises CarryConflict unless the ruling is the one in force, and CarryRefused
    for somebody else's.
    """
    if decision.moderator_id != moderator.pk:
        raise CarryRefused("This is somebody else's ruling. Rule anew if you see it otherwise.")
    with transaction.atomic():
        current = _locked(decision.carry, moderator)
        standing = rulings_in_force(current)
        if not standing or standing[0].pk != decision.pk:
            raise CarryConflict(
                current, "This ruling no longer stands, so there is nothing to take back."
            )
        before = standing[1] if len(standing) > 1 else None
        ruling = CarryRuling(before.ruling) if before else CarryRuling.NONE
        place: tuple[int, int] | None = None
        if before and before.start is not None and before.end is not None:
            place = (before.start, before.end)
        elif not before and current.outcome in CERTAIN:
            place = _proposed(current)
        return _record(current, ruling, place, moderator, undoes=decision.number)


def rulings_in_force(carry: Carry) -> list[CarryDecision]:
    """Return the rulings on a carry that were not taken back, the one in force first."""
    log = sorted(carry.decisions.all(), key=lambda decision: -decision.number)
    undone = {decision.undoes for decision in log}
    return [row for row in log if row.undoes is None and row.number not in undone]


def _follow(revision: Revision) -> None:
    # The tasks call `carry_to`: imported here, since the two modules need each other.
    from annotations.tasks import carry_later

    carry_later(revision.pk)
    groups = _missing(revision)
    if len(revision.text) > LONGEST_AT_ONCE or sum(map(len, groups)) > BATCH:
        return
    deadline = time.monotonic() + AT_ONCE
    for wanted in groups:
        left = deadline - time.monotonic()
        rows = _carried(revision, wanted, left) if left > 0 else []
        if time.monotonic() >= deadline:
            return  # it may have been cut short, and what is stored stays: the worker's
        _store(rows)


def _carried(revision: Revision, wanted: Sequence[Wanted], seconds: float) -> list[Carry]:
    """Return the carries of spans that all come from one text, not stored yet."""
    origin = Revision.objects.only("text").get(pk=wanted[0].place.revision_id)
    ranges = sorted({(one.place.start, one.place.end) for one in wanted})
    found = carry(origin.text, revision.text, ranges, seconds=seconds)
    places = dict(zip(ranges, found, strict=True))
    made = []
    for one in wanted:
        start, end = one.place.start, one.place.end
        made.append(_unsaved(revision, one, origin.text[start:end], places[start, end]))
    return made


def _missing(revision: Revision) -> list[list[Wanted]]:
    """Return what has no carry yet, in groups that are carried from the same text.

    That is the newest older one in which the span's place is certain; but where
    an earlier text was put back, that text.
    """
    older = {"revision__article": revision.article_id, "revision__number__lt": revision.number}
    on_older = {f"span__{name}": value for name, value in older.items()}
    tagged = Annotation.objects.standing().filter(**on_older).order_by()
    quoted = ReportSpan.objects.filter(**on_older).order_by()
    wanted = set(tagged.values_list("study_id", "span_id").distinct())
    wanted |= set(quoted.values_list("report__fact__study_id", "span_id").distinct())
    golden = gold_tags_in_force().filter(**on_older).order_by()
    wanted |= set(golden.values_list("ruling__card__adjudication__study_id", "span_id").distinct())
    wanted -= set(Carry.objects.filter(revision=revision).values_list("study_id", "span_id"))
    if not wanted:
        return []
    fields = ("revision_id", "revision__number", "revision__sha256", "start", "end")
    spans = Span.objects.filter(**older).values_list("pk", *fields)
    own = {pk: Place(*place) for pk, *place in spans}
    later: dict[tuple[int, int], list[Place]] = defaultdict(list)
    certain = Carry.objects.filter(**older, start__isnull=False)
    for study_id, span_id, *place in certain.values_list("study_id", "span_id", *fields):
        later[study_id, span_id].append(Place(*place))
    groups: dict[int, list[Wanted]] = defaultdict(list)
    for study_id, span_id in sorted(wanted):
        places = [own[span_id], *later[study_id, span_id]]
        place = max(places, key=lambda one: (one.sha256 == revision.sha256, one.number))
        groups[place.revision_id].append(Wanted(study_id, span_id, place))
    return list(groups.values())


def _unsaved(revision: Revision, wanted: Wanted, words: str, found: Carried) -> Carry:
    """Return the carry of `words` as it will be stored.

    Raises AnchorError if other words stand at a place that counts as certain: to
    store it would move the tags silently.
    """
    made = Carry(
        study_id=wanted.study_id,
        span_id=wanted.span_id,
        revision=revision,
        origin_id=wanted.place.revision_id,
        outcome=found.outcome,
        score=found.score,
    )
    if found.start is None or found.end is None or not _words_at(revision, found).strip():
        return made
    made.proposed_start, made.proposed_end = found.start, found.end
    if found.outcome in CERTAIN:
        quote = quote_at(revision.text, found.start, found.end)
        if Wording(quote.exact).plain != Wording(words).plain:
            raise QuoteMismatch(
                f"“{shortened(words)}” was carried to other words: “{shortened(quote.exact)}”."
            )
        made.start, made.end, made.exact = quote.start, quote.end, quote.exact
    return made


def _words_at(revision: Revision, found: Carried) -> str:
    return revision.text[found.start : found.end]


def _store(rows: list[Carry]) -> int:
    """Store the carries, a batch at a time; those that somebody made meanwhile stay."""
    for at in range(0, len(rows), BATCH):
        Carry.objects.bulk_create(rows[at : at + BATCH], ignore_conflicts=True)
    return len(rows)


def _has_carry(study: str, span: str) -> Exists:
    """Whether a row has a carry to the revision of the query outside it."""
    to = OuterRef(OuterRef("pk"))
    return Exists(Carry.objects.filter(revision=to, study=OuterRef(study), span=OuterRef(span)))


def _locked(carry: Carry, moderator: User) -> Carry:
    """Return the carry, locked, if the moderator may rule on it now."""
    locked = Carry.objects.select_for_update(of=("self",)).select_related("revision")
    current = locked.get(pk=carry.pk)
    if not studies_moderated_by(moderator, [current.study_id]):
        raise CarryRefused("Only moderators of the study rule on its carries.")
    numbers = Revision.objects.filter(article=current.revision.article_id)
    newest = numbers.order_by("-number").values_list("number", flat=True)[0]
    if newest != current.revision.number:
        raise CarryRefused(
            f"Revision {newest} of this article has come since. Rule on the words' place in it."
        )
    return current


def _ruled_place(
    current: Carry, ruling: CarryRuling, start: int | None, end: int | None, exact: str | None
) -> tuple[int, int] | None:
    """Return the place that a ruling gives the span. Raises CarryRefused or AnchorError."""
    if ruling == CarryRuling.NONE:
        raise CarryRefused("Say whether the place is right, where else it is, or that it is gone.")
    if ruling == CarryRuling.GONE:
        return None
    if ruling == CarryRuling.ACCEPTED:
        if (proposed := _proposed(current)) is None:
            raise CarryRefused("No place is proposed. Place the words by hand, or rule them gone.")
        return proposed
    if start is None or end is None:
        raise CarryRefused("Select the words in the new text, or quote them.")
    quote = quote_at(current.revision.text, start, end, exact)
    return quote.start, quote.end


def _proposed(carry: Carry) -> tuple[int, int] | None:
    if carry.proposed_start is None or carry.proposed_end is None:
        return None
    return carry.proposed_start, carry.proposed_end


def _place_of(carry: Carry) -> tuple[int, int] | None:
    return None if carry.start is None or carry.end is None else (carry.start, carry.end)


def _what_happened(current: Carry) -> str:
    last = current.decisions.select_related("moderator").order_by("-number").first()
    if last is None:
        return "This carry is not as you saw it. Read it again and rule on what stands now."
    did = "took a ruling back" if last.undoes is not None else last.get_ruling_display().lower()
    return (
        f"{last.moderator} ruled on this carry since you opened it: {did}. "
        "Rule again if you see it otherwise."
    )


def _record(
    current: Carry,
    ruling: CarryRuling,
    place: tuple[int, int] | None,
    moderator: User,
    undoes: int | None = None,
) -> Carry:
    """Put a ruling on the locked carry in force, and add it to the log."""
    current.version += 1
    current.ruling = ruling
    current.start, current.end = place or (None, None)
    current.exact = current.revision.text[slice(*place)] if place else ""
    current.save(update_fields=["version", "ruling", "start", "end", "exact"])
    _logged(current, moderator, undoes).save(force_insert=True)
    return current


def _logged(carry: Carry, moderator: User, undoes: int | None = None) -> CarryDecision:
    """Return the log's entry of the ruling that the carry stands under now, not stored yet."""
    return CarryDecision(
        carry=carry,
        number=carry.version,
        ruling=carry.ruling,
        start=carry.start,
        end=carry.end,
        undoes=undoes,
        moderator=moderator,
    )
