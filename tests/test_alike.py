"""Cards whose tags say the same: what a rule settles, and how that is taken back."""

import pytest

from annotations.models import Card, CardRuling, Status
from annotations.rulings.adjudicating import open_adjudication, rule_card
from annotations.rulings.alike import Rule, alike_in, digest_of, rule_alike, take_back_batch
from annotations.rulings.cards import gold_in_force
from annotations.rulings.claiming import claim_card
from annotations.rulings.recording import CardRefused

pytestmark = pytest.mark.django_db

TWO = Rule(2)


@pytest.fixture
def opened(tag, revision, study, story, cast):
    """Cards: two who agree; two who differ in the voice; two who differ in the words; one alone."""
    for who in (cast.reviewer, cast.colleague):
        tag(revision, "Critics", annotator=who)
    tag(revision, "Monday")
    tag(revision, "Monday", annotator=cast.colleague, voice="attributed")
    tag(revision, "Cold War")
    tag(revision, "Cold War mentality", annotator=cast.colleague)
    tag(revision, "suffocation")
    return open_adjudication(study, story, moderator=cast.moderator)


def words(found, revision):
    return [revision.text[one.card.start : one.card.end] for one in found]


def apply(adjudication, rule, moderator):
    seen = digest_of(alike_in(adjudication, rule, moderator))
    return rule_alike(adjudication, rule, seen=seen, moderator=moderator)


def test_rule_finds_the_cards_on_which_nothing_differs(opened, cast, revision):
    assert words(alike_in(opened, TWO, cast.moderator), revision) == ["Critics"]


def test_rule_asks_for_as_many_reviewers(opened, cast):
    assert alike_in(opened, Rule(3), cast.moderator) == []


def test_one_reviewer_twice_is_one(opened, cast, tag, revision, study, story):
    for _ in range(2):
        tag(revision, "suffocation")
    open_adjudication(study, story, moderator=cast.moderator)
    assert "suffocation" not in words(alike_in(opened, TWO, cast.moderator), revision)


def test_without_the_whole_coding_the_majority_becomes_gold(
    opened, cast, revision, tag, study, story
):
    loose = Rule(2, whole=False)
    assert "Monday" not in words(alike_in(opened, loose, cast.moderator), revision)
    tag(revision, "Monday", annotator=cast.owner, voice="attributed")
    open_adjudication(study, story, moderator=cast.moderator)
    apply(opened, loose, cast.moderator)
    gold = gold_in_force(study).filter(span__exact="Monday").get()
    assert (gold.voice, gold.ruling.automatic) == ("attributed", True)


def test_applied_rule_accepts_the_tags_as_one_batch(opened, cast, study):
    (ruling,) = apply(opened, TWO, cast.moderator)
    assert (ruling.kind, ruling.automatic) == ("one", True)
    assert ruling.batch
    tags = [tag.annotation for tag in ruling.card.tags.all()]
    assert [tag.status for tag in tags] == [Status.ACCEPTED] * 2
    assert [gold.span.exact for gold in gold_in_force(study)] == ["Critics"]


def test_rule_is_not_applied_to_other_cards_than_were_seen(
    opened, cast, study, story, tag, revision
):
    seen = digest_of(alike_in(opened, TWO, cast.moderator))
    tag(revision, "Critics spoke", annotator=cast.owner)
    open_adjudication(study, story, moderator=cast.moderator)
    with pytest.raises(CardRefused, match="Look at it again"):
        rule_alike(opened, TWO, seen=seen, moderator=cast.moderator)
    assert not CardRuling.objects.exists()


def test_rule_leaves_a_claimed_card_and_a_changed_tag_alone(opened, cast, codes):
    card = alike_in(opened, TWO, cast.moderator)[0].card
    claim_card(card, moderator=cast.owner)
    assert alike_in(opened, TWO, cast.moderator) == []
    assert len(alike_in(opened, TWO, cast.owner)) == 1


def test_batch_is_taken_back_as_one(opened, cast, study):
    (ruling,) = apply(opened, TWO, cast.moderator)
    assert take_back_batch(opened, ruling.batch, moderator=cast.moderator).count == 1
    ruling.card.refresh_from_db()
    assert ruling.card.state == Card.State.OPEN
    assert not gold_in_force(study).exists()
    assert {tag.annotation.status for tag in ruling.card.tags.all()} == {Status.PENDING}
    with pytest.raises(CardRefused, match="nothing to take back"):
        take_back_batch(opened, ruling.batch, moderator=cast.moderator)


def test_batch_leaves_what_was_ruled_on_since(opened, cast, tag, revision, study, story):
    tag(revision, "suffocation", annotator=cast.colleague)
    open_adjudication(study, story, moderator=cast.moderator)
    first, _ = apply(opened, TWO, cast.moderator)
    card = Card.objects.get(pk=first.card_id)
    rule_card(card, "nobody", version=card.version, reason="No.", moderator=cast.owner)
    undone = take_back_batch(opened, first.batch, moderator=cast.moderator)
    assert (undone.count, undone.left) == (1, 1)
    card.refresh_from_db()
    assert card.state == Card.State.RULED


def test_somebody_elses_batch_is_not_taken_back(opened, cast):
    (ruling,) = apply(opened, TWO, cast.moderator)
    with pytest.raises(CardRefused, match="somebody else"):
        take_back_batch(opened, ruling.batch, moderator=cast.owner)


def test_page_shows_the_list_and_applies_it(opened, cast, client_of, story):
    page, desk = client_of(cast.moderator), f"/studies/press/stories/{story.pk}/adjudication/"
    shown = page.get(f"{desk}alike/")
    assert shown.context["count"] == 1
    data = {"coders": 2, "whole": "on", "seen": shown.context["seen"]}
    assert page.post(f"{desk}alike/", data | {"seen": "other"}).status_code == 422
    assert page.post(f"{desk}alike/", data | {"coders": 1}).status_code == 422
    assert page.post(f"{desk}alike/", data).status_code == 303
    batch = CardRuling.objects.get().batch
    assert "Undo the rule" in page.get(desk).content.decode()
    assert page.post(f"{desk}alike/{batch}/undo/").status_code == 303
    assert not Card.objects.filter(state="ruled").exists()
