"""Cards: laid for what overlaps, ruled on, taken back; and the gold layer they make."""

import pytest
from django.utils import timezone

from annotations.models import Assignment, Card, CardRuling, Status
from annotations.rulings.adjudicating import (
    close_adjudication,
    open_adjudication,
    reopen_adjudication,
    reopen_card,
    rule_card,
    take_back,
)
from annotations.rulings.cards import gold_in_force
from annotations.rulings.gilding import Merged
from annotations.rulings.laying import lay_cards
from annotations.rulings.recording import CardConflict, CardRefused
from annotations.tags.tagging import TagRefused, remove_annotation
from annotations.texts.anchoring import AnchorError
from tests.adjudicated import merged, statuses, words_in_force
from tests.conftest import HARBOUR

pytestmark = pytest.mark.django_db

WORDS = "military suffocation"


@pytest.fixture
def tags(tag, revision, cast):
    """Two that overlap, by two people, and one apart from them."""
    return [
        tag(revision, WORDS),
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


@pytest.fixture
def rule(cast):
    """Rule on a card as it stands: rule(card, "nobody", reason="…")."""

    def rule(card, kind, **given):
        card.refresh_from_db()
        given = {"version": card.version, "moderator": cast.moderator} | given
        return rule_card(card, kind, **given)

    return rule


def test_overlapping_tags_of_all_coders_make_one_card(opened, tags):
    first, second = opened.cards.order_by("start")
    assert {tag.annotation_id for tag in first.tags.all()} == {tags[0].pk, tags[1].pk}
    assert HARBOUR[first.start : first.end] == "a military suffocation of"
    assert [tag.annotation_id for tag in second.tags.all()] == [tags[2].pk]


def test_opening_twice_lays_nothing_twice(study, story, cast, opened):
    before = list(opened.cards.values_list("pk", "version"))
    open_adjudication(study, story, moderator=cast.owner)
    assert list(opened.cards.values_list("pk", "version")) == before
    assert opened.opened_by == cast.moderator


def test_reviewer_opens_no_adjudication(study, story, cast, tags):
    with pytest.raises(CardRefused, match="Only moderators"):
        open_adjudication(study, story, moderator=cast.reviewer)
    assert not Card.objects.exists()


def test_this_one_accepts_a_tag_and_rejects_the_others(card, rule, tags, study):
    rule(card, "one", chosen=[tags[0].pk])
    assert statuses(tags) == [Status.ACCEPTED, Status.REJECTED, Status.PENDING]
    assert words_in_force(study) == [WORDS]
    assert gold_in_force(study).get().annotation == tags[0]
    assert tags[1].decisions.get().reason == "Another tag on these words was found right."


def test_decisions_name_the_ruling_and_carry_its_reason(card, rule, tags):
    ruling = rule(card, "one", chosen=[tags[0].pk], reason=" The shorter one. ", guideline=True)
    decisions = [tag.decisions.get() for tag in tags[:2]]
    assert {decision.card_ruling for decision in decisions} == {ruling}
    assert {decision.reason for decision in decisions} == {"The shorter one."}
    assert (ruling.number, ruling.guideline, ruling.automatic) == (1, True, False)


def test_tag_that_says_the_same_is_accepted_with_the_chosen_one(tag, revision, cast, study, story):
    same = [tag(revision, WORDS, annotator=who) for who in (cast.reviewer, cast.colleague)]
    other = tag(revision, WORDS, annotator=cast.owner, voice="attributed")
    card = open_adjudication(study, story, moderator=cast.moderator).cards.get()
    rule_card(card, "one", version=1, chosen=[same[1].pk], moderator=cast.moderator)
    assert statuses([*same, other]) == [Status.ACCEPTED, Status.ACCEPTED, Status.REJECTED]
    assert gold_in_force(study).get().annotation == same[1]


def test_several_are_right_makes_a_gold_tag_of_each(card, rule, tags, study):
    rule(card, "several", chosen=[tags[0].pk, tags[1].pk])
    assert statuses(tags[:2]) == [Status.ACCEPTED, Status.ACCEPTED]
    assert sorted(words_in_force(study)) == ["a military suffocation of", WORDS]


def test_merged_tag_takes_the_place_of_all(card, rule, tags, study, codes):
    said = {"target": "the strait", "polarity": "negative", "note": "Both."}
    rule(card, "merged", merged=merged(card, WORDS, codes["threat"], **said))
    gold = gold_in_force(study).get()
    assert (gold.span.exact, gold.code, gold.target) == (WORDS, codes["threat"], "the strait")
    assert gold.annotation is None
    assert statuses(tags[:2]) == [Status.ACCEPTED, Status.REJECTED]
    assert tags[0].ruled_code == codes["threat"]


def test_merged_tag_is_checked_as_every_tag(card, rule, codes, study, tags):
    with pytest.raises(TagRefused, match="asks whom it is about"):
        rule(card, "merged", merged=merged(card, WORDS, codes["threat"]))
    with pytest.raises(AnchorError, match="reads"):
        rule(card, "merged", merged=Merged(card.start, card.end, "other words", codes["loaded"]))
    with pytest.raises(CardRefused, match="outside the card"):
        rule(card, "merged", merged=merged(card, "Cold War", codes["loaded"]))
    assert statuses(tags[:2]) == [Status.PENDING, Status.PENDING]
    assert not CardRuling.objects.exists()


@pytest.mark.parametrize("kind", ["nobody", "discuss"])
def test_nobody_and_discuss_need_a_reason(card, rule, kind):
    with pytest.raises(CardRefused, match="Say w"):
        rule(card, kind, reason="  ")
    assert not CardRuling.objects.exists()


def test_nobody_is_right_rejects_all(card, rule, tags, study):
    rule(card, "nobody", reason="It is a quotation.")
    assert statuses(tags[:2]) == [Status.REJECTED, Status.REJECTED]
    assert words_in_force(study) == []


def test_discuss_leaves_the_tags_pending(card, rule, tags):
    rule(card, "one", chosen=[tags[0].pk])
    rule(card, "discuss", reason="Is it loaded?")
    assert statuses(tags[:2]) == [Status.PENDING, Status.PENDING]
    card.refresh_from_db()
    assert card.state == Card.State.DISCUSSED


def test_ruling_without_a_choice_is_refused(card, rule, tags):
    with pytest.raises(CardRefused, match="Choose the tag"):
        rule(card, "one")
    with pytest.raises(CardRefused, match="Choose one tag"):
        rule(card, "one", chosen=[tags[0].pk, tags[1].pk])
    with pytest.raises(CardRefused, match="among the tags"):
        rule(card, "one", chosen=[tags[2].pk])


def test_stale_ruling_is_told_what_stands(card, rule, tags, cast):
    rule(card, "one", chosen=[tags[0].pk], moderator=cast.owner)
    with pytest.raises(CardConflict, match="owner ruled on this card since") as told:
        rule(card, "nobody", reason="No.", version=1)
    assert told.value.current.state == Card.State.RULED
    assert CardRuling.objects.count() == 1


def test_choice_that_is_gone_is_told_as_a_change(card, rule, tags, cast, opened):
    remove_annotation(tags[0], actor=cast.reviewer)
    lay_cards(opened, moderator=cast.moderator)
    with pytest.raises(CardConflict, match="The tags on this card changed"):
        rule(card, "one", chosen=[tags[0].pk], version=1)


def test_ruling_sent_twice_is_one(card, rule, tags):
    first = rule(card, "one", chosen=[tags[0].pk])
    assert rule(card, "one", chosen=[tags[0].pk], version=1) == first
    assert CardRuling.objects.count() == 1


def test_ruling_on_a_tag_that_changed_is_refused(card, rule, tags, cast):
    remove_annotation(tags[1], actor=cast.colleague)
    with pytest.raises(CardConflict, match="Lay the cards anew"):
        rule(card, "one", chosen=[tags[0].pk])


def test_taking_back_reinstates_what_stood_before(card, rule, tags, study, cast):
    rule(card, "one", chosen=[tags[0].pk])
    second = rule(card, "one", chosen=[tags[1].pk], reason="Longer.")
    back = take_back(second, moderator=cast.moderator)
    assert statuses(tags[:2]) == [Status.ACCEPTED, Status.REJECTED]
    assert words_in_force(study) == [WORDS]
    assert (back.kind, back.takes_back, back.number) == ("one", second, 3)
    take_back(CardRuling.objects.get(number=1), moderator=cast.moderator)
    assert statuses(tags[:2]) == [Status.PENDING, Status.PENDING]
    card.refresh_from_db()
    assert (card.state, words_in_force(study)) == (Card.State.OPEN, [])


def test_only_ones_own_newest_ruling_is_taken_back(card, rule, tags, cast):
    first = rule(card, "one", chosen=[tags[0].pk])
    with pytest.raises(CardRefused, match="somebody else"):
        take_back(first, moderator=cast.owner)
    rule(card, "one", chosen=[tags[1].pk])
    with pytest.raises(CardConflict, match="no longer stands"):
        take_back(first, moderator=cast.moderator)


def test_reopened_card_keeps_its_rulings_and_loses_its_gold(card, rule, tags, study, cast):
    rule(card, "one", chosen=[tags[0].pk])
    card.refresh_from_db()
    reopen_card(card, version=card.version, reason="Once more.", moderator=cast.owner)
    assert [ruling.kind for ruling in card.rulings.all()] == ["reopen", "one"]
    assert statuses(tags[:2]) == [Status.PENDING, Status.PENDING]
    assert words_in_force(study) == []


def test_moderator_who_codes_the_story_does_not_rule(study, story, cast, card, rule, tags, tag):
    Assignment.objects.create(study=study, story=story, coder=cast.owner)
    with pytest.raises(CardRefused, match="code this story yourself"):
        rule(card, "one", chosen=[tags[0].pk], moderator=cast.owner)
    tag(card.revision, "Critics", annotator=cast.moderator)
    with pytest.raises(CardRefused, match="code this story yourself"):
        rule(card, "one", chosen=[tags[0].pk])


def test_moderator_who_codes_the_story_rules_where_the_study_allows_it(
    study, card, rule, tags, tag, cast
):
    tag(card.revision, "Critics", annotator=cast.moderator)
    study.coders_may_rule = True
    study.save(update_fields=["coders_may_rule"])
    assert rule(card, "one", chosen=[tags[0].pk])


def test_merged_code_counts_as_the_one_in_its_place(card, rule, tags, codes, study):
    codes["loaded"].merged_into, codes["loaded"].retired_at = codes["damage"], timezone.now()
    codes["loaded"].save(update_fields=["merged_into", "retired_at"])
    rule(card, "one", chosen=[tags[0].pk])
    assert gold_in_force(study).get().code == codes["damage"]
    assert statuses(tags[:2]) == [Status.ACCEPTED, Status.REJECTED]


def test_tag_under_a_retired_code_is_not_found_right(card, rule, tags, codes):
    codes["loaded"].retired_at = timezone.now()
    codes["loaded"].save(update_fields=["retired_at"])
    with pytest.raises(TagRefused, match="is retired"):
        rule(card, "one", chosen=[tags[0].pk])
    with pytest.raises(TagRefused, match="is retired"):
        rule(card, "merged", merged=merged(card, WORDS, codes["loaded"]))
    assert rule(card, "merged", merged=merged(card, WORDS, codes["damage"]))


def test_same_span_twice_by_one_coder_is_one_card_with_both(tag, revision, study, story, cast):
    twice = [tag(revision, WORDS), tag(revision, WORDS, code="damage")]
    card = open_adjudication(study, story, moderator=cast.moderator).cards.get()
    rule_card(card, "one", version=1, chosen=[twice[1].pk], moderator=cast.moderator)
    assert statuses(twice) == [Status.REJECTED, Status.ACCEPTED]


def test_blind_story_opens_to_its_reviewers_once_it_is_adjudicated(
    opened, rule, study, story, cast, client_of, tags
):
    study.blind = True
    study.save(update_fields=["blind"])
    desk = f"/studies/press/stories/{story.pk}/desk/"
    assert str(tags[1].pk) not in client_of(cast.reviewer).get(desk).content.decode()
    for one in opened.cards.all():
        rule(one, "several", chosen=[tag.annotation_id for tag in one.tags.all()])
    close_adjudication(opened, moderator=cast.moderator)
    assert str(tags[1].pk) in client_of(cast.reviewer).get(desk).content.decode()


def test_story_is_closed_once_no_card_is_open(opened, rule, tags, cast):
    first, second = opened.cards.order_by("start")
    rule(first, "one", chosen=[tags[0].pk])
    with pytest.raises(CardRefused, match="1 card is still open"):
        close_adjudication(opened, moderator=cast.moderator)
    rule(second, "discuss", reason="Who says it?")
    closed = close_adjudication(opened, moderator=cast.moderator)
    assert closed.ruled_at
    assert close_adjudication(opened, moderator=cast.owner).ruled_by == cast.moderator


def test_story_is_not_closed_while_tags_are_not_as_laid(opened, rule, tags, cast, tag, revision):
    for card in opened.cards.all():
        rule(card, "nobody", reason="No.")
    tag(revision, "Critics")
    with pytest.raises(CardRefused, match="1 tag is not as when the cards were laid"):
        close_adjudication(opened, moderator=cast.moderator)


def test_closed_story_is_ruled_on_after_reopening_only(opened, rule, tags, cast, card, study):
    for one in opened.cards.all():
        rule(one, "several", chosen=[tag.annotation_id for tag in one.tags.all()])
    close_adjudication(opened, moderator=cast.moderator)
    with pytest.raises(CardRefused, match="is adjudicated"):
        rule(card, "nobody", reason="No.")
    reopen_adjudication(opened, moderator=cast.owner)
    assert len(words_in_force(study)) == 3
    assert rule(card, "nobody", reason="No.")
