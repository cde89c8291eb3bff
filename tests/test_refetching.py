"""Articles are fetched again; what comes of it is a revision, a held draft, or a note."""

import time
from datetime import timedelta

import pytest
from django.utils import timezone

from sources import courtesy
from sources.models import Draft, Original, Refetch, Site, Watch, Way
from sources.refetching import (
    BACK_OFF,
    PAUSED_AFTER,
    due,
    is_paused,
    refetch,
    start_watch,
    stop_watch,
)
from tests.conftest import GAZETTE, HARBOUR, make_revision
from tests.newspaper import let_in

pytestmark = pytest.mark.django_db
CHANGED = HARBOUR.replace("on Monday", "late on Monday, in rain")
Outcome = Refetch.Outcome


@pytest.fixture
def paper(paper):
    paper.publish(HARBOUR)
    return paper


@pytest.fixture
def article(story, paper):
    return make_revision(story, url=paper.address()).article


def numbers(article):
    return [revision.number for revision in article.revisions.all()]


def test_same_text_makes_no_revision_and_keeps_no_copy(article, paper):
    row = refetch(article)
    assert (row.outcome, row.failures, numbers(article)) == (Outcome.UNCHANGED, 0, [1])
    assert Original.objects.count() == 1
    assert timezone.now() - row.fetched_at < timedelta(minutes=1)


def test_changed_text_is_a_revision_that_says_how_it_came(article, paper, cast):
    paper.publish(CHANGED)
    row = refetch(article, made_by=cast.moderator, way=Way.WATCH)
    newest = article.revisions.first()
    assert (row.outcome, row.said) == (Outcome.REVISED, "Revision 2 is new.")
    assert (newest.number, newest.way, newest.created_by) == (2, Way.WATCH, cast.moderator)
    assert "late on Monday, in rain" in newest.text


def test_text_that_was_put_back_is_a_revision_again(article, paper):
    for text in (CHANGED, HARBOUR):
        paper.publish(text)
        refetch(article)
    assert numbers(article) == [3, 2, 1]


def test_page_is_asked_for_only_if_it_has_changed(article, paper):
    date = "Mon, 02 Nov 2026 10:00:00 GMT"
    paper.publish(HARBOUR, ETag='"one"', Last_Modified=date)
    assert refetch(article).etag == '"one"'
    row = refetch(article)
    asked = paper.asked[-1][1]
    assert (asked["If-None-Match"], asked["If-Modified-Since"]) == ('"one"', date)
    assert (row.outcome, row.etag, numbers(article)) == (Outcome.UNCHANGED, '"one"', [1])


def test_other_address_is_not_asked_by_the_validators_of_the_old_one(article, paper):
    paper.publish(HARBOUR, ETag='"one"')
    refetch(article)
    article.url = paper.address("/moved")
    article.save()
    paper.publish(CHANGED, "/moved", ETag='"one"')
    assert refetch(article).outcome == Outcome.REVISED
    assert "If-None-Match" not in paper.asked[-1][1]


@pytest.mark.parametrize("status", [404, 410])
def test_page_that_is_gone_is_noted_and_nothing_is_deleted(article, paper, status):
    paper.say("/accord", status=status)
    row = refetch(article)
    assert (row.outcome, row.failures, numbers(article)) == (Outcome.FAILED, 1, [1])
    assert row.said.startswith(f"Gone from its address: the site answered {status}.")


def test_site_that_is_busy_is_left_alone_for_as_long_as_it_says(article, paper, story):
    start_watch(story, every_hours=6, until=None, started_by=None)
    paper.say("/accord", status=429, Retry_After="7200")
    row = refetch(article)
    assert row.due_at - timezone.now() > timedelta(hours=1.9)
    with pytest.raises(courtesy.NotYet, match="left alone until"):
        refetch(article)
    assert paper.paths().count("/accord") == 1
    assert Refetch.objects.get().failures == 1


def test_lost_text_is_held_for_anybody_to_confirm(article, paper):
    paper.publish("Harbour deal divides the strait\n\nSubscribe to read the rest of this article.")
    row = refetch(article, way=Way.WATCH)
    draft = Draft.objects.get()
    assert (row.outcome, row.said) == (Outcome.HELD, draft.held_because)
    assert (draft.article, draft.created_by, draft.way) == (article, None, Way.WATCH)
    assert (numbers(article), Original.objects.count()) == ([1], 2)


def test_what_a_person_discarded_is_not_held_again(article, paper):
    paper.publish("Please enable the cookies of this site to go on reading.")
    assert refetch(article).outcome == refetch(article).outcome == Outcome.HELD
    Draft.objects.get().delete()
    row = refetch(article)
    assert (row.outcome, Draft.objects.count()) == (Outcome.UNCHANGED, 0)
    assert "discarded" in row.said


def test_unchanged_page_stays_held_while_its_draft_waits(article, paper):
    paper.publish("Please enable the cookies of this site to go on reading.", ETag='"wall"')
    refetch(article)
    assert refetch(article).outcome == Outcome.HELD
    Draft.objects.all().delete()
    assert refetch(article).outcome == Outcome.UNCHANGED


def test_redirect_to_another_article_is_held(article, paper):
    paper.say("/accord", status=301, Location="/")
    paper.publish(f"{GAZETTE}\n\nWeather, sports, and letters to the editor of this paper.", "/")
    assert refetch(article).outcome == Outcome.HELD
    assert numbers(article) == [1]


@pytest.mark.parametrize(
    ("answer", "said"),
    [
        ({"status": 500}, "500"),
        ({"body": "<p> </p>"}, "holds"),
        ({"Content_Type": "image/png"}, "image/png"),
        ({"Content_Encoding": "br"}, "packs"),
        ({"Content_Length": "99999"}, "connection broke"),
    ],
)
def test_fault_of_the_site_is_noted_and_never_raised(article, paper, answer, said):
    paper.say("/accord", **answer)
    row = refetch(article)
    assert (row.outcome, row.failures, numbers(article)) == (Outcome.FAILED, 1, [1])
    assert said in row.said


def test_page_that_takes_too_long_is_noted(article, paper, monkeypatch):
    let_in(paper.port, monkeypatch.setattr, max_seconds=0.3)
    refetch(article)  # robots.txt is known from here on
    paper.say("/accord", meanwhile=lambda: time.sleep(1))
    assert "too long" in refetch(article).said


def test_own_machine_is_refused_as_for_anybody(story):
    row = refetch(make_revision(story, url="http://127.0.0.1/page").article)
    assert "not on the public internet" in row.said


def test_failures_come_later_each_time_until_the_watch_pauses(article, paper, story):
    start_watch(story, every_hours=6, until=None, started_by=None)
    paper.say("/accord", status=500)
    for rest in BACK_OFF:
        row = refetch(article)
        assert abs(row.due_at - timezone.now() - rest) < timedelta(minutes=1)
        assert not is_paused(row)
    row = refetch(article)
    assert (row.failures, row.due_at, is_paused(row)) == (PAUSED_AFTER, None, True)
    paper.publish(HARBOUR)
    assert not is_paused(refetch(article))


def test_watch_makes_its_articles_due_and_stopping_it_none(article, story):
    pasted = make_revision(story, outlet="Gazette", text=GAZETTE).article
    assert list(due(timezone.now())) == []
    start_watch(story, every_hours=12, until=None, started_by=None)
    assert list(due(timezone.now())) == [article]
    refetch(article)
    assert list(due(timezone.now())) == []
    assert list(due(timezone.now() + timedelta(hours=13))) == [article]
    stop_watch(story)
    assert not due(timezone.now() + timedelta(days=99)).exists()
    assert (Watch.objects.count(), pasted.revisions.count()) == (0, 1)


def test_article_that_joins_a_watched_story_is_due_after_one_round(story, paper):
    start_watch(story, every_hours=12, until=None, started_by=None)
    article = make_revision(story, url=paper.address()).article
    now = timezone.now()
    assert not due(now + timedelta(hours=11)).exists()
    assert list(due(now + timedelta(hours=13))) == [article]


def test_watch_that_has_run_out_asks_for_nothing_more(article, story):
    now = timezone.now()
    start_watch(story, every_hours=6, until=now + timedelta(days=2), started_by=None)
    assert due(now + timedelta(days=1)).exists()
    assert not due(now + timedelta(days=3)).exists()
    Watch.objects.update(until=now - timedelta(days=1))
    assert refetch(article).due_at is None


def test_error_of_ours_does_not_make_an_article_due_at_once(article, story, monkeypatch):
    start_watch(story, every_hours=6, until=None, started_by=None)
    monkeypatch.setattr("sources.refetching.read_page", lambda *args, **options: 1 / 0)
    with pytest.raises(ZeroDivisionError):
        refetch(article)
    assert not due(timezone.now() + timedelta(hours=5)).exists()


def test_sites_are_asked_by_their_own_rules(article):
    refetch(article)
    assert Site.objects.get().origin == article.url.removesuffix("/accord")
