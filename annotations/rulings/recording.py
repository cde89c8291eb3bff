"""Putting rulings on cards in force: each with its gold tags and the decisions that follow.

Many are written with as few queries as one. The caller holds the locks on cards and annotations.
"""

import dataclasses
import uuid
from collections import defaultdict
from collections.abc import Iterable, Sequence

from django.contrib.auth.models import User
from django.db.models import F, Max
from django.utils import timezone

from annotations.models import (
    Adjudication,
    Annotation,
    Card,
    CardRuling,
    CardTag,
    Decision,
    GoldTag,
    Ruling,
    Status,
    Study,
)
from annotations.rulings.cards import codes_story
from annotations.rulings.ruling import record, studies_moderated_by
from sources.models import Story

Kind = CardRuling.Kind
STATE_AFTER = {
    Kind.ONE: Card.State.RULED,
    Kind.MERGED: Card.State.RULED,
    Kind.SEVERAL: Card.State.RULED,
    Kind.NOBODY: Card.State.RULED,
    Kind.DISCUSS: Card.State.DISCUSSED,
    Kind.REOPEN: Card.State.OPEN,
}
SOME = 500  # rows that are written together


class CardRefused(ValueError):
    """The step cannot stand as asked; the message says what to do."""


class CardConflict(CardRefused):
    """The card is not as the moderator saw it. `current` is what stands now."""

    def __init__(self, current: Card, message: str) -> None:
        super().__init__(message)
        self.current = current


@dataclasses.dataclass(frozen=True, slots=True)
class Verdict:
    """A ruling to come. Gold and decisions are not stored yet, and name no ruling."""

    card: Card
    kind: CardRuling.Kind
    reason: str = ""
    guideline: bool = False
    automatic: bool = False
    batch: uuid.UUID | None = None
    takes_back: CardRuling | None = None
    gold: Sequence[GoldTag] = ()
    decisions: Sequence[Decision] = ()


def record_verdicts(verdicts: Sequence[Verdict], *, moderator: User) -> list[CardRuling]:
    """Add a ruling for each verdict and put it in force: state, gold, statuses of the tags.

    At most one on each card. The cards' versions grow by one, and their claims end.
    """
    cards = [verdict.card.pk for verdict in verdicts]
    last = CardRuling.objects.filter(card__in=cards).order_by().values("card")
    numbers = dict(last.annotate(last=Max("number")).values_list("card", "last"))
    rulings = CardRuling.objects.bulk_create(
        (
            CardRuling(
                card=verdict.card,
                number=numbers.get(verdict.card.pk, 0) + 1,
                kind=verdict.kind,
                reason=verdict.reason,
                guideline=verdict.guideline,
                automatic=verdict.automatic,
                batch=verdict.batch,
                takes_back=verdict.takes_back,
                moderator=moderator,
            )
            for verdict in verdicts
        ),
        batch_size=SOME,
    )
    gold, decisions = [], []
    for verdict, ruling in zip(verdicts, rulings, strict=True):
        for tag in verdict.gold:
            tag.ruling = ruling
            gold.append(tag)
        for decision in verdict.decisions:
            decision.card_ruling, decision.moderator = ruling, moderator
            decisions.append(decision)
    GoldTag.objects.bulk_create(gold, batch_size=SOME)
    record(decisions)
    _settle(verdicts)
    return rulings


def _settle(verdicts: Sequence[Verdict]) -> None:
    """Give the cards the state that follows, in the database and in memory."""
    alike: dict[Card.State, list[int]] = defaultdict(list)
    for verdict in verdicts:
        card, state = verdict.card, STATE_AFTER[verdict.kind]
        alike[state].append(card.pk)
        card.state, card.version = state, card.version + 1
        card.claimed_by = card.claimed_until = None
    for state, pks in alike.items():
        Card.objects.filter(pk__in=pks).update(
            state=state, version=F("version") + 1, claimed_by=None, claimed_until=None
        )


def locked_tags(cards: Iterable[Card]) -> dict[int, list[CardTag]]:
    """Return the tags on each card, with their annotations locked. Two queries."""
    pks = [card.pk for card in cards]
    tags = CardTag.objects.filter(card__in=pks).order_by("card_id", "start", "-end", "pk")
    wanted = Annotation.objects.filter(pk__in=tags.order_by().values("annotation"))
    # In the order of the key, so that two who rule cannot wait for each other.
    rows = wanted.select_for_update(of=("self",)).select_related("span", "code").order_by("pk")
    annotations = {row.pk: row for row in rows}
    found: dict[int, list[CardTag]] = {pk: [] for pk in pks}
    for tag in tags:
        tag.annotation = annotations[tag.annotation_id]
        found[tag.card_id].append(tag)
    return found


def withdrawn(tags: Iterable[CardTag]) -> dict[uuid.UUID, Decision]:
    """Return the decisions that put tags back to pending, of those that a ruled card decided.

    By the annotation's id. One query.
    """
    rows = [tag.annotation for tag in tags]
    rows = [row for row in rows if row.status != Status.PENDING and row.removed_at is None]
    newest = Decision.objects.newest_of(rows)
    return {
        row.pk: Decision(annotation=row, version=row.version, ruling=Ruling.REOPEN)
        for row in rows
        if row.pk in newest and newest[row.pk].card_ruling_id is not None
    }


def locked_card(card: Card, moderator: User) -> Card:
    """Return the card, locked, with its story and revision, if the moderator may rule on it.

    Raises CardRefused once the story is adjudicated, and for who codes it, unless the study
    allows that.
    """
    current = Card.objects.select_for_update(of=("self",)).get(pk=card.pk)
    # Read after the lock: closing the story takes that of all its cards.
    stories = Adjudication.objects.select_related("study__codebook", "story")
    current.adjudication = stories.get(pk=current.adjudication_id)
    check_may_rule(current.adjudication, moderator)
    return current


def check_may_rule(adjudication: Adjudication, moderator: User) -> None:
    """Raise CardRefused unless the person may rule on the story's cards now."""
    check_moderates(adjudication.study_id, moderator)
    if adjudication.ruled_at:
        raise CardRefused("This story is adjudicated. Reopen its adjudication first.")
    check_codes_not(adjudication.study, adjudication.story, moderator)


def check_codes_not(study: Study, story: Story, moderator: User) -> None:
    """Raise CardRefused for a moderator who codes the story, unless the study allows that."""
    if not study.coders_may_rule and codes_story(study, story, moderator.pk):
        raise CardRefused(
            "You code this story yourself, so another moderator rules on its cards. The owner of "
            "the study can allow it in its settings."
        )


def check_moderates(study_id: int, moderator: User) -> None:
    """Raise CardRefused unless the person may rule in the study."""
    if not studies_moderated_by(moderator, [study_id]):
        raise CardRefused("Only moderators of the study rule on its cards.")


def check_free(card: Card, moderator: User) -> None:
    """Raise CardConflict while another moderator is on the card."""
    if card.claimed_by_id in (None, moderator.pk) or card.claimed_until is None:
        return
    if card.claimed_until > timezone.now():
        until = f"{card.claimed_until:%H:%M}"
        raise CardConflict(card, f"Another moderator is on this card until {until} UTC.")
