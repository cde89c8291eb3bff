"""The page of a story's gold layer."""

import re

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from annotations.models import Annotation, Assignment, Study, TrainingStory
from annotations.revisions.carries import carry_to
from tests.adjudicated import Kind, cards_of, close, rule_on
from tests.conftest import CORRECTED, revise

pytestmark = pytest.mark.django_db


@pytest.fixture
def path(study, story):
    return f"/studies/press/stories/{story.pk}/gold/"


@pytest.fixture
def cards(study, story, revision, gazette, tag, cast):
    """Two cards of one tag each; `accord` is found right, `military suffocation` too."""
    tag(revision, "accord", note="secret")
    tag(revision, "military suffocation")
    cards = cards_of(study, story, cast.moderator)
    for card in cards:
        chosen = card.tags.get().annotation
        rule_on(card, Kind.ONE, chosen, moderator=cast.moderator, reason="Charged <b>words</b>.")
    return cards


def marked(response):
    return re.findall(r"<mark[^>]*>([^<]*)</mark>", response.content.decode())


def test_page_shows_gold_marks_only_with_the_reason(path, cards, revision, tag, cast, client_of):
    tag(revision, "Critics")
    response = client_of(cast.moderator).get(path)
    assert marked(response) == ["accord", "military suffocation"]
    page = response.content.decode()
    assert "Charged &lt;b&gt;words&lt;/b&gt;." in page
    assert "Adjudication is under way" in page
    assert "Nothing in this article was found right." in page  # the Gazette's


def test_passages_are_the_text_to_the_letter(path, cards, revision, cast, client_of):
    page = client_of(cast.moderator).get(path).content.decode()
    passages = re.findall(rf'id="p-{revision.pk}-\d+" data-start="(\d+)">(.*?)</p>', page)
    for start, inner in passages:
        text = re.sub(r"<[^>]+>", "", inner)
        assert revision.text[int(start) :].startswith(text)


def test_reviewer_reads_gold_once_the_story_is_ruled(path, cards, cast, client_of):
    client = client_of(cast.reviewer)
    assert "not adjudicated yet" in client.get(path).content.decode()
    assert marked(client.get(path)) == []
    close(cards[0], cast.moderator)
    assert marked(client.get(path)) == ["accord", "military suffocation"]


def test_closed_story_shows_no_gold(study, story, path, cards, cast, client_of):
    Study.objects.update(blind=True)
    response = client_of(cast.reviewer).get(path)
    assert response.status_code == 403
    assert "You code this story blind" in response.content.decode()
    Assignment.objects.create(study=study, story=story, coder=cast.moderator)
    response = client_of(cast.moderator).get(path)
    assert response.status_code == 403
    assert "Finish it first" in response.content.decode()
    assert marked(response) == []


def test_gold_of_a_training_story_is_kept_from_reviewers(
    study, story, path, cards, cast, client_of
):
    close(cards[0], cast.moderator)
    TrainingStory.objects.create(study=study, story=story)
    assert client_of(cast.reviewer).get(path).status_code == 403
    assert client_of(cast.moderator).get(path).status_code == 200


def test_gold_tag_of_an_older_text_says_where_it_was_made(path, cards, revision, cast, client_of):
    newest = revise(revision, CORRECTED)
    carry_to(newest)
    response = client_of(cast.moderator).get(path)
    assert marked(response) == ["accord"]
    page = " ".join(response.content.decode().split())
    assert page.count("Tagged on revision 1") == 2
    assert "to review, so it has no certain place on revision 2" in page
    assert f"#p-{newest.pk}-" in page


def test_story_without_adjudication_leads_moderators_to_it(path, cast, revision, client_of):
    page = client_of(cast.moderator).get(path).content.decode()
    assert "not adjudicated yet" in page
    assert "Adjudicate it" in page
    assert "Adjudicate it" not in client_of(cast.reviewer).get(path).content.decode()


def test_rulings_that_found_nothing_right_are_said(path, cards, cast, client_of):
    for card in cards:
        rule_on(card, Kind.NOBODY, moderator=cast.owner, reason="No.")
    assert "found no tag of this story right" in client_of(cast.owner).get(path).content.decode()


def test_outsider_and_anonymous_are_told_nothing(path, cards, cast, client, client_of):
    assert client_of(cast.outsider).get(path).status_code == 404
    assert client.get(path).headers["Location"].startswith("/login/")
    assert client_of(cast.owner).post(path).status_code == 405


def test_queries_do_not_grow_with_the_gold(
    path, cards, study, story, tag, gazette, cast, client_of
):
    client = client_of(cast.owner)

    def count_queries():
        with CaptureQueriesContext(connection) as queries:
            client.get(path)
        return len(queries)

    few = count_queries()
    for words in ("Monday", "stranglehold", "opposition"):
        tag(gazette, words)
    for card in cards_of(study, story, cast.moderator)[2:]:
        chosen = Annotation.objects.get(card_tags__card=card)
        rule_on(card, Kind.ONE, chosen, moderator=cast.moderator)
    assert count_queries() == few
