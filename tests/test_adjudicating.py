"""Cards: laid for what overlaps, ruled on, taken back; and the gold layer they make."""

import pytest
from django.utils import timezone

from annotations.models import Assignment, Card, CardRuling, Status
from annotations.revisions.carries import carry_to
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
from annotations.rulings.laying import lay_cards, plan_of
from annotations.rulings.recording import CardConflict, CardRefused
from annotations.tags.tagging import TagRefused, edit_annotation, remove_annotation
from annotations.texts.anchoring import AnchorError
from tests.conftest import HARBOUR, revise

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


def statuses(tags):
    for tag in tags:
        tag.refresh_from_db()
    return [tag.status for tag in tags]


def merged(card, exact, code, **said):
    start = card.revision.text.index(exact)
    return Merged(start, start + len(exact), exact, code, **said)


def words_in_force(study):
    return [gold.span.exact for gold in gold_in_force(study).order_by("pk")]


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


def test_changed_tag_opens_its_card_again(card, rule, tags, cast, opened, codes, study):
    rule(card, "several", chosen=[tags[0].pk, tags[1].pk])
    coding = {"target": "", "polarity": "", "voice": "attributed", "speaker": "", "note": ""}
    edit_annotation(tags[0], version=1, coding=coding, code=codes["loaded"], actor=cast.reviewer)
    assert plan_of(opened).touched == {tags[0].pk}
    lay_cards(opened, moderator=cast.moderator)
    card.refresh_from_db()
    assert (card.state, words_in_force(study)) == (Card.State.OPEN, [])
    assert statuses(tags[:2]) == [Status.PENDING, Status.PENDING]
    assert [ruling.kind for ruling in card.rulings.all()] == ["reopen", "several"]
    assert not plan_of(opened).touched


def test_ruled_card_stays_when_its_tags_are_the_same(card, rule, tags, opened, tag, cast):
    rule(card, "one", chosen=[tags[0].pk])
    tag(card.revision, "Critics")
    assert len(lay_cards(opened, moderator=cast.moderator).new) == 1
    card.refresh_from_db()
    assert (card.state, card.version) == (Card.State.RULED, 2)


def test_tag_that_joins_two_cards_makes_them_one(opened, rule, tags, tag, cast, study):
    first, second = opened.cards.order_by("start")
    rule(second, "one", chosen=[tags[2].pk])
    joining = tag(first.revision, "suffocation of the strait; “a Cold", annotator=cast.owner)
    lay_cards(opened, moderator=cast.moderator)
    assert first.tags.count() == 4
    second.refresh_from_db()
    assert (second.tags.count(), second.rulings.first().kind) == (0, "nobody")
    assert statuses([*tags, joining]) == [Status.PENDING] * 4
    assert words_in_force(study) == []


def test_card_without_tags_goes_away_unless_it_was_ruled(opened, rule, tags, cast):
    first = opened.cards.order_by("start")[0]
    rule(first, "one", chosen=[tags[0].pk])
    for one, who in zip(tags, (cast.reviewer, cast.colleague, cast.colleague), strict=True):
        remove_annotation(one, actor=who)
    lay_cards(opened, moderator=cast.moderator)
    assert list(opened.cards.all()) == [first]
    first.refresh_from_db()
    assert first.state == Card.State.RULED


def test_cards_move_to_the_newest_revision_until_they_are_ruled(opened, rule, tags, cast, revision):
    first, second = opened.cards.order_by("start")
    rule(first, "one", chosen=[tags[0].pk])
    newer = revise(revision, f"Noted. {HARBOUR}")
    carry_to(newer)
    assert plan_of(opened).touched == {tags[2].pk}
    lay_cards(opened, moderator=cast.moderator)
    first.refresh_from_db()
    second.refresh_from_db()
    assert (first.revision, second.revision) == (revision, newer)
    assert newer.text[second.start : second.end] == "Cold War"


def test_gold_of_a_carried_tag_stands_on_the_text_of_its_card(
    opened, rule, tags, cast, revision, study
):
    newer = revise(revision, f"Noted. {HARBOUR}")
    carry_to(newer)
    lay_cards(opened, moderator=cast.moderator)
    rule(opened.cards.order_by("start").last(), "one", chosen=[tags[2].pk])
    span = gold_in_force(study).get().span
    assert (span.revision, span.exact) == (newer, "Cold War")


def test_tag_without_a_place_in_the_new_text_is_ruled_on_in_its_own(opened, tags, cast, revision):
    newer = revise(revision, HARBOUR.replace("a military suffocation of", "harm to"))
    carry_to(newer)
    lay_cards(opened, moderator=cast.moderator)
    assert [card.revision for card in opened.cards.order_by("start")] == [revision, newer]


def test_gold_spans_are_carried_to_new_texts(card, rule, study, codes, revision):
    rule(card, "merged", merged=merged(card, "suffocation of the", codes["loaded"]))
    newer = revise(revision, f"Noted. {HARBOUR}")
    carry_to(newer)
    carry = gold_in_force(study).get().span.carries.get()
    assert newer.text[carry.start : carry.end] == "suffocation of the"


def test_carried_gold_is_told_to_nobody_to_whom_the_story_is_closed(
    card, rule, study, codes, revision, client_of, cast
):
    rule(card, "merged", merged=merged(card, "suffocation of the", codes["loaded"]))
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
