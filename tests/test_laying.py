"""Cards follow the tags and the texts: they are laid anew after what changed since."""

import pytest

from annotations.models import Card, Status
from annotations.revisions.carries import carry_to
from annotations.rulings.adjudicating import open_adjudication
from annotations.rulings.cards import gold_in_force
from annotations.rulings.laying import lay_cards, plan_of
from annotations.tags.tagging import edit_annotation, remove_annotation
from tests.adjudicated import merged, rule_on, statuses, words_in_force
from tests.conftest import HARBOUR, revise

pytestmark = pytest.mark.django_db


@pytest.fixture
def tags(tag, revision, cast):
    """Two that overlap, by two people, and one apart from them."""
    return [
        tag(revision, "military suffocation"),
        tag(revision, "a military suffocation of", annotator=cast.colleague),
        tag(revision, "Cold War", annotator=cast.colleague),
    ]


@pytest.fixture
def opened(study, story, cast, tags):
    return open_adjudication(study, story, moderator=cast.moderator)


@pytest.fixture
def card(opened):
    """The card of the two tags that overlap."""
    return opened.cards.order_by("start").first()


def test_changed_tag_opens_its_card_again(card, tags, cast, opened, codes, study):
    rule_on(card, "several", tags[0], tags[1], moderator=cast.moderator)
    coding = {"target": "", "polarity": "", "voice": "attributed", "speaker": "", "note": ""}
    edit_annotation(tags[0], version=1, coding=coding, code=codes["loaded"], actor=cast.reviewer)
    assert plan_of(opened).touched == {tags[0].pk}
    lay_cards(opened, moderator=cast.moderator)
    card.refresh_from_db()
    assert (card.state, words_in_force(study)) == (Card.State.OPEN, [])
    assert statuses(tags[:2]) == [Status.PENDING, Status.PENDING]
    assert [ruling.kind for ruling in card.rulings.all()] == ["reopen", "several"]
    assert not plan_of(opened).touched


def test_ruled_card_stays_when_its_tags_are_the_same(card, tags, opened, tag, cast):
    rule_on(card, "one", tags[0], moderator=cast.moderator)
    tag(card.revision, "Critics")
    assert len(lay_cards(opened, moderator=cast.moderator).new) == 1
    card.refresh_from_db()
    assert (card.state, card.version) == (Card.State.RULED, 2)


def test_tag_that_joins_two_cards_makes_them_one(opened, tags, tag, cast, study):
    first, second = opened.cards.order_by("start")
    rule_on(second, "one", tags[2], moderator=cast.moderator)
    joining = tag(first.revision, "suffocation of the strait; “a Cold", annotator=cast.owner)
    lay_cards(opened, moderator=cast.moderator)
    assert first.tags.count() == 4
    second.refresh_from_db()
    assert (second.tags.count(), second.rulings.first().kind) == (0, "nobody")
    assert statuses([*tags, joining]) == [Status.PENDING] * 4
    assert words_in_force(study) == []


def test_card_without_tags_goes_away_unless_it_was_ruled(opened, tags, cast):
    first = opened.cards.order_by("start")[0]
    rule_on(first, "one", tags[0], moderator=cast.moderator)
    for one, who in zip(tags, (cast.reviewer, cast.colleague, cast.colleague), strict=True):
        remove_annotation(one, actor=who)
    lay_cards(opened, moderator=cast.moderator)
    assert list(opened.cards.all()) == [first]
    first.refresh_from_db()
    assert first.state == Card.State.RULED


def test_cards_move_to_the_newest_revision_until_they_are_ruled(opened, tags, cast, revision):
    first, second = opened.cards.order_by("start")
    rule_on(first, "one", tags[0], moderator=cast.moderator)
    newer = revise(revision, f"Noted. {HARBOUR}")
    carry_to(newer)
    assert plan_of(opened).touched == {tags[2].pk}
    lay_cards(opened, moderator=cast.moderator)
    first.refresh_from_db()
    second.refresh_from_db()
    assert (first.revision, second.revision) == (revision, newer)
    assert newer.text[second.start : second.end] == "Cold War"


def test_gold_of_a_carried_tag_stands_on_the_text_of_its_card(opened, tags, cast, revision, study):
    newer = revise(revision, f"Noted. {HARBOUR}")
    carry_to(newer)
    lay_cards(opened, moderator=cast.moderator)
    rule_on(opened.cards.order_by("start").last(), "one", tags[2], moderator=cast.moderator)
    span = gold_in_force(study).get().span
    assert (span.revision, span.exact) == (newer, "Cold War")


def test_tag_without_a_place_in_the_new_text_is_ruled_on_in_its_own(opened, tags, cast, revision):
    newer = revise(revision, HARBOUR.replace("a military suffocation of", "harm to"))
    carry_to(newer)
    lay_cards(opened, moderator=cast.moderator)
    assert [card.revision for card in opened.cards.order_by("start")] == [revision, newer]


def test_gold_spans_are_carried_to_new_texts(card, study, codes, revision, cast):
    words = merged(card, "suffocation of the", codes["loaded"])
    rule_on(card, "merged", merged=words, moderator=cast.moderator)
    newer = revise(revision, f"Noted. {HARBOUR}")
    carry_to(newer)
    carry = gold_in_force(study).get().span.carries.get()
    assert newer.text[carry.start : carry.end] == "suffocation of the"


def test_carried_gold_is_told_to_nobody_to_whom_the_story_is_closed(
    card, study, codes, revision, client_of, cast
):
    words = merged(card, "suffocation of the", codes["loaded"])
    rule_on(card, "merged", merged=words, moderator=cast.moderator)
    carry_to(revise(revision, f"Noted. {HARBOUR}"))
    carry = gold_in_force(study).get().span.carries.get()
    everything = "/studies/press/carries/?outcome=&ruling=any"
    study.blind = True
    study.save(update_fields=["blind"])
    seen = client_of(cast.moderator).get(f"/studies/press/carries/{carry.pk}/")
    assert "gold tag" in seen.content.decode()
    for one in (everything, f"/studies/press/carries/{carry.pk}/"):
        answer = client_of(cast.reviewer).get(one)
        assert "suffocation of the" not in answer.content.decode() or answer.status_code == 404
