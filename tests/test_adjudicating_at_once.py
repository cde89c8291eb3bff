"""Several moderators at once: each is on a card of their own, and of two rulings one is told."""

import threading
from contextlib import closing

import pytest
from django.db import connection
from django.utils import timezone

from annotations.models import Card, CardRuling
from annotations.rulings.adjudicating import close_adjudication, open_adjudication, rule_card
from annotations.rulings.claiming import CLAIM, claim_card, claim_next
from annotations.rulings.laying import lay_cards
from annotations.rulings.recording import CardConflict, CardRefused

pytestmark = pytest.mark.django_db(transaction=True)

WORDS = ("Critics", "Monday", "accord", "ministers", "mentality", "strait", "said", "deal")


@pytest.fixture
def opened(tag, revision, study, story, cast):
    for words in WORDS:
        tag(revision, words)
    return open_adjudication(study, story, moderator=cast.moderator)


def at_once(*works):
    """Run the functions in threads of their own, begun together; return what they raised."""
    ready, raised = threading.Barrier(len(works)), []

    def run(work):
        with closing(connection):
            ready.wait()
            try:
                work()
            except CardRefused as refusal:
                raised.append(refusal)

    threads = [threading.Thread(target=run, args=[work]) for work in works]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    return raised


def test_two_who_ask_for_the_next_card_get_two(opened, cast):
    for _ in range(5):
        Card.objects.update(claimed_by=None, claimed_until=None)
        got = []
        works = [
            lambda who=who, got=got: got.append(claim_next(opened, moderator=who).pk)
            for who in (cast.moderator, cast.owner, cast.administrator)
        ]
        assert at_once(*works) == []
        assert len(set(got)) == 3


def test_of_two_who_claim_one_card_one_is_told(opened, cast):
    card = opened.cards.first()
    works = [
        lambda who=who: claim_card(card, moderator=who) for who in (cast.moderator, cast.owner)
    ]
    (told,) = at_once(*works)
    assert isinstance(told, CardConflict)
    card.refresh_from_db()
    assert told.current.claimed_by == card.claimed_by


def test_of_two_rulings_at_once_one_stands(opened, cast):
    for number, card in enumerate(opened.cards.all(), start=1):
        works = [
            lambda who=who, kind=kind, card=card: rule_card(
                card, kind, version=1, reason="No.", moderator=who
            )
            for who, kind in ((cast.moderator, "nobody"), (cast.owner, "discuss"))
        ]
        (told,) = at_once(*works)
        assert isinstance(told, CardConflict)
        assert CardRuling.objects.count() == number


def test_story_is_not_closed_over_a_ruling_that_reopens(opened, cast):
    *others, last = opened.cards.all()
    for card in (*others, last):
        rule_card(card, "nobody", version=1, reason="No.", moderator=cast.moderator)
    works = (
        lambda: close_adjudication(opened, moderator=cast.owner),
        lambda: rule_card(last, "reopen", version=2, moderator=cast.moderator),
    )
    assert len(at_once(*works)) == 1
    opened.refresh_from_db()
    last.refresh_from_db()
    assert bool(opened.ruled_at) == (last.state == Card.State.RULED)


def test_laying_while_others_claim_and_rule_waits_for_nobody(opened, cast, tag, revision):
    tag(revision, "harbour", annotator=cast.colleague)
    works = [lambda: lay_cards(opened, moderator=cast.administrator) for _ in range(2)]
    works += [
        lambda who=who: claim_next(opened, moderator=who) for who in (cast.moderator, cast.owner)
    ]
    assert at_once(*works) == []
    assert opened.cards.count() == len(WORDS) + 1


def test_two_who_open_a_story_lay_its_cards_once(tag, revision, study, story, cast):
    for words in WORDS:
        tag(revision, words)
    works = [
        lambda who=who: open_adjudication(study, story, moderator=who)
        for who in (cast.moderator, cast.owner)
    ]
    assert at_once(*works) == []
    assert Card.objects.count() == len(WORDS)


def test_claim_ends_after_five_minutes_and_then_another_takes_over(opened, cast):
    card = claim_card(opened.cards.first(), moderator=cast.moderator)
    with pytest.raises(CardConflict, match="Another moderator is on this card until"):
        claim_card(card, moderator=cast.owner)
    lapsed = timezone.now()
    Card.objects.filter(pk=card.pk).update(claimed_until=lapsed)
    claimed = claim_card(card, moderator=cast.owner)
    assert (claimed.claimed_by, claimed.claimed_until > lapsed + CLAIM / 2) == (cast.owner, True)


def test_who_claims_a_card_leaves_the_one_before(opened, cast):
    first = claim_next(opened, moderator=cast.moderator)
    second = claim_next(opened, after=first, moderator=cast.moderator)
    assert second.pk != first.pk
    assert [card.pk for card in Card.objects.filter(claimed_by=cast.moderator)] == [second.pk]
