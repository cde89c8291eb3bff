"""What became of one's own tags, and the answers on a ruling."""

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from annotations.models import Annotation, CardReply, Role, Study, TrainingStory
from annotations.rulings.adjudicating import reopen_adjudication
from annotations.rulings.gilding import Merged
from annotations.rulings.outcomes import Outcome, counts_of, tags_of, told
from annotations.rulings.replying import ReplyRefused, reply_to
from annotations.tags.tagging import remove_annotation
from annotations.team.staffing import remove_member
from tests.adjudicated import Kind, cards_of, close, rule_on

pytestmark = pytest.mark.django_db
OUTCOMES = "/studies/press/outcomes/"
REPLIES = f"{OUTCOMES}replies/"


@pytest.fixture
def card(study, story, revision, tag, cast):
    """A card: `military suffocation`, with `suffocation` by the colleague as something else."""
    tag(revision, "military suffocation")
    tag(revision, "suffocation", annotator=cast.colleague, code="damage", note="hush")
    [card] = cards_of(study, story, cast.moderator)
    return card


@pytest.fixture
def ruled(card, cast):
    """The card in a ruled story: the colleague's tag was found right."""
    rule_on(card, Kind.ONE, tag_of(cast.colleague), moderator=cast.moderator, reason="Narrower.")
    close(card, cast.moderator)
    return card


def tag_of(person):
    return Annotation.objects.get(annotator=person)


def outcomes_of(study, person):
    study.sight = None
    return counts_of(tags_of(told(study, Role.REVIEWER), person)).tags


def merged(revision, words, code):
    start = revision.text.index(words)
    return Merged(start, start + len(words), words, code)


def test_tag_that_was_found_right_is_kept_and_the_other_is_not(study, ruled, cast):
    assert outcomes_of(study, cast.colleague) == {Outcome.KEPT: 1}
    assert outcomes_of(study, cast.reviewer) == {Outcome.NOT_KEPT: 1}


@pytest.mark.parametrize(
    ("words", "code", "expected"),
    [
        ("military suffocation", "loaded", Outcome.KEPT),
        ("military suffocation", "damage", Outcome.RECODED),
        ("a military suffocation of", "loaded", Outcome.MERGED),
        ("a military suffocation of", "damage", Outcome.NOT_KEPT),
    ],
)
def test_outcome_of_a_merged_ruling(study, card, revision, codes, cast, words, code, expected):
    given = merged(revision, words, codes[code])
    rule_on(card, Kind.MERGED, moderator=cast.moderator, merged=given)
    close(card, cast.moderator)
    assert outcomes_of(study, cast.reviewer) == {expected: 1}


def test_same_tag_as_the_one_found_right_is_kept(study, story, revision, tag, cast):
    one, _ = (tag(revision, "Monday", annotator=who) for who in (cast.reviewer, cast.colleague))
    [card] = cards_of(study, story, cast.moderator)
    rule_on(card, Kind.ONE, one, moderator=cast.moderator)
    close(card, cast.moderator)
    assert outcomes_of(study, cast.colleague) == {Outcome.KEPT: 1}


@pytest.mark.parametrize(
    ("kind", "expected"), [(Kind.NOBODY, Outcome.NOT_KEPT), (Kind.DISCUSS, Outcome.DISCUSSED)]
)
def test_outcome_where_no_tag_was_chosen(study, card, cast, kind, expected):
    rule_on(card, kind, moderator=cast.moderator, reason="Why?")
    close(card, cast.moderator)
    assert outcomes_of(study, cast.reviewer) == {expected: 1}


def test_nothing_is_told_before_the_story_is_ruled(study, card, cast, client_of):
    rule_on(card, Kind.ONE, tag_of(cast.colleague), moderator=cast.moderator, reason="Narrower.")
    client = client_of(cast.reviewer)
    page = client.get(OUTCOMES).content.decode()
    assert "No story in which you tagged is ruled yet" in page
    assert "Narrower" not in page
    assert client.get(f"{OUTCOMES}{card.pk}/").status_code == 404
    for person in (cast.reviewer, cast.moderator):
        own = client_of(person).get(f"/studies/press/annotations/{tag_of(cast.reviewer).pk}/")
        assert b'id="outcome-head"' not in own.content


def test_reopened_story_tells_nothing_again(study, ruled, cast, client_of):
    client = client_of(cast.reviewer)
    assert "Narrower." in client.get(OUTCOMES).content.decode()
    reopen_adjudication(ruled.adjudication, moderator=cast.moderator)
    assert "Narrower." not in client.get(OUTCOMES).content.decode()


def test_training_story_tells_its_trainees_nothing(study, story, ruled, cast, client_of):
    TrainingStory.objects.create(study=study, story=story)
    page = client_of(cast.reviewer).get(OUTCOMES).content.decode()
    assert "No story in which you tagged is ruled yet" in page


@pytest.mark.parametrize("blind", [True, False])
def test_coder_sees_ruling_reason_and_gold_but_no_coder_s_name(
    study, ruled, cast, client_of, blind
):
    Study.objects.update(blind=blind)
    reply_to(ruled, "I disagree", author=cast.colleague)
    page = client_of(cast.reviewer).get(OUTCOMES).content.decode()
    for words in ("Narrower.", "“suffocation”", "not kept", "Another coder", "I disagree"):
        assert words in page
    assert "colleague" not in page
    assert "hush" not in page
    assert str(tag_of(cast.colleague).pk) not in page


def test_page_narrows_to_an_outcome_and_a_story(study, story, ruled, cast, client_of):
    client = client_of(cast.reviewer)
    page = client.get(OUTCOMES, {"outcome": "not kept"})
    assert "ruled-card card" in page.content.decode()
    assert page.context["page"].paginator.count == len(page.context["cards"]) == 1
    kept = client.get(OUTCOMES, {"outcome": "kept", "story": story.pk}).content.decode()
    assert "None of your tags in ruled stories matches" in kept
    assert "<b>1</b> not kept" in kept
    odd = client.get(OUTCOMES, {"outcome": "odd"}).content.decode()
    assert "ruled-card card" not in odd


def test_annotation_s_own_page_has_the_outcome_for_annotator_and_moderator(
    study, ruled, cast, client_of
):
    path = f"/studies/press/annotations/{tag_of(cast.reviewer).pk}/"
    shows = {
        who: b'id="outcome-head"' in client_of(getattr(cast, who)).get(path).content
        for who in ("reviewer", "moderator", "colleague")
    }
    assert shows == {"reviewer": True, "moderator": True, "colleague": False}


def test_removed_tag_has_no_outcome(study, ruled, cast):
    remove_annotation(tag_of(cast.reviewer), actor=cast.reviewer)
    assert outcomes_of(study, cast.reviewer) == {}


def test_coder_answers_once(study, ruled, cast, client_of):
    client, path = client_of(cast.reviewer), f"{OUTCOMES}{ruled.pk}/"
    sent = client.post(path, {"text": "Both words are loaded.", "list": "outcomes"})
    assert (sent.status_code, sent["Location"]) == (303, f"{OUTCOMES}?#card-{ruled.pk}")
    assert client.post(path, {"text": "Both words are loaded."}).status_code == 303
    second = client.post(path, {"text": "And another thing."})
    assert second.status_code == 422
    assert "You have answered on this card already" in second.content.decode()
    assert [reply.text for reply in CardReply.objects.all()] == ["Both words are loaded."]


@pytest.mark.parametrize("text", ["", "  \r\n ", "x" * 2001])
def test_empty_and_too_long_answers_are_refused_and_kept_in_the_form(
    study, ruled, cast, client_of, text
):
    response = client_of(cast.reviewer).post(f"{OUTCOMES}{ruled.pk}/", {"text": text})
    assert response.status_code == 422
    assert not CardReply.objects.exists()
    assert text.strip() in response.content.decode()


def test_answer_comes_after_the_ruling(study, card, cast):
    with pytest.raises(ReplyRefused, match="not ruled yet"):
        reply_to(card, "First!", author=cast.reviewer)


def test_only_coders_of_the_card_and_moderators_answer(study, ruled, cast, client_of):
    with pytest.raises(ReplyRefused, match="Only who tagged"):
        reply_to(ruled, "Hello", author=cast.outsider)
    reply_to(ruled, "Thank you", author=cast.owner)
    remove_member(study.memberships.get(user=cast.reviewer))
    with pytest.raises(ReplyRefused, match="Only who tagged"):
        reply_to(ruled, "Hello", author=cast.reviewer)
    assert client_of(cast.outsider).post(f"{OUTCOMES}{ruled.pk}/").status_code == 404


def test_colleague_without_a_tag_on_the_card_gets_404(study, ruled, cast, client_of):
    Annotation.objects.filter(annotator=cast.colleague).update(annotator=cast.owner)
    assert client_of(cast.colleague).get(f"{OUTCOMES}{ruled.pk}/").status_code == 404


def test_moderators_read_all_answers_and_reply_once(study, ruled, cast, client_of):
    reply_to(ruled, "Both words are loaded.", author=cast.reviewer)
    client = client_of(cast.moderator)
    page = client.get(REPLIES).content.decode()
    assert "Both words are loaded." in page
    assert "Another coder" in page
    sent = client.post(f"{OUTCOMES}{ruled.pk}/", {"text": "Noted.", "list": "replies"})
    assert sent["Location"] == f"{REPLIES}?#card-{ruled.pk}"
    page = client_of(cast.reviewer).get(OUTCOMES).content.decode()
    assert "moderator, moderator" in page
    assert "Noted." in page


def test_discussed_card_asks_its_coders(study, card, cast, client_of):
    rule_on(card, Kind.DISCUSS, moderator=cast.moderator, reason="Which words?")
    close(card, cast.moderator)
    page = client_of(cast.reviewer).get(OUTCOMES).content.decode()
    assert "would like to hear from those who tagged" in page


@pytest.mark.parametrize("path", [OUTCOMES, REPLIES])
def test_outsiders_and_the_anonymous_are_told_nothing(study, ruled, cast, client, client_of, path):
    assert client_of(cast.outsider).get(path).status_code == 404
    assert client.get(path).headers["Location"].startswith("/login/")


def test_reviewers_do_not_read_the_moderators_list(study, ruled, cast, client_of):
    assert client_of(cast.reviewer).get(REPLIES).status_code == 403


@pytest.mark.parametrize(("path", "who"), [(OUTCOMES, "reviewer"), (REPLIES, "moderator")])
def test_queries_do_not_grow_with_the_cards(
    study, story, revision, tag, cast, client_of, path, who
):
    words = ["Monday", "strait", "Critics", "Cold War"]
    tags = [tag(revision, each) for each in words]
    cards = cards_of(study, story, cast.moderator)
    for card in cards:
        rule_on(card, Kind.NOBODY, moderator=cast.moderator, reason="no")
    close(cards[0], cast.moderator)
    reply_to(cards[0], "Oh", author=cast.reviewer)
    client = client_of(getattr(cast, who))

    def count_queries():
        with CaptureQueriesContext(connection) as queries:
            client.get(path)
        return len(queries)

    Annotation.objects.filter(pk__in=[one.pk for one in tags[1:]]).update(annotator=cast.owner)
    few = count_queries()
    Annotation.objects.update(annotator=cast.reviewer)
    for card in cards[1:]:
        reply_to(card, "Oh", author=cast.reviewer)
    assert count_queries() == few
