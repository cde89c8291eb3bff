"""Claiming cards, so that several moderators share a story without meeting.

A claim lasts five minutes from its holder's last step, and a person holds one in a story.
"""

from datetime import timedelta

from django.contrib.auth.models import User
from django.db import transaction
from django.db.models import Q, QuerySet
from django.utils import timezone

from annotations.models import Adjudication, Card
from annotations.rulings.cards import following, in_order
from annotations.rulings.recording import check_free, check_may_rule, locked_card

CLAIM = timedelta(minutes=5)


def claim_card(card: Card, *, moderator: User) -> Card:
    """Claim a card, or renew the claim. Raises CardConflict while another holds it."""
    _release_others(card.adjudication_id, card.pk, moderator)
    with transaction.atomic():
        current = locked_card(card, moderator)
        check_free(current, moderator)
        return _claim(current, moderator)


def claim_next(
    adjudication: Adjudication,
    *,
    state: str = Card.State.OPEN,
    after: Card | None = None,
    moderator: User,
) -> Card | None:
    """Claim the next card of a state that no other holds; None if there is none.

    It follows `after`, or is the story's first when none follows. Of two at once, each gets a
    card of their own.
    """
    check_may_rule(adjudication, moderator)
    free = in_order(adjudication.cards.filter(_free_for(moderator), state=state))
    with transaction.atomic():
        # Before the lock of the next one: laying waits for all the cards, one after the other.
        _release_others(adjudication.pk, 0, moderator)
        card = None
        if after is not None:
            card = _first(following(free, after))
            free = free.exclude(pk=after.pk)
        card = card or _first(free)
        return _claim(card, moderator) if card else None


def release_card(card: Card, *, moderator: User) -> None:
    """Give up one's own claim."""
    Card.objects.filter(pk=card.pk, claimed_by=moderator).update(
        claimed_by=None, claimed_until=None
    )


def _free_for(moderator: User) -> Q:
    return Q(claimed_by=None) | Q(claimed_by=moderator) | Q(claimed_until__lte=timezone.now())


def _first(cards: QuerySet[Card]) -> Card | None:
    return cards.select_for_update(of=("self",), skip_locked=True).first()


def _claim(card: Card, moderator: User) -> Card:
    card.claimed_by, card.claimed_until = moderator, timezone.now() + CLAIM
    card.save(update_fields=["claimed_by", "claimed_until"])
    return card


def _release_others(adjudication_id: int, kept: int, moderator: User) -> None:
    mine = Card.objects.filter(adjudication=adjudication_id, claimed_by=moderator)
    mine.exclude(pk=kept).update(claimed_by=None, claimed_until=None)
