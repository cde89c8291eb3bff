"""Suggestions on the pages: who may ask, what is shown, and what one press of a button does."""

import datetime

import pytest
from django.db import connection
from django.urls import reverse

from annotations.facts.stating import set_report, state_fact
from annotations.finding import suggestions
from annotations.finding.suggesting import suggest
from annotations.models import Report, Suggestion
from sources.models import Story
from tests.conftest import make_revision
from tests.test_facts_views import HTMX, placed, posted
from tests.workers import empty_queue

pytestmark = pytest.mark.django_db

SIGNED = "The ministers signed the harbour accord on Monday."


@pytest.fixture
def fact(study, story, revision, gazette, cast):
    return state_fact(study, story, "Two ministers signed the accord.", author=cast.reviewer)


@pytest.fixture
def reviewer(client_of, cast):
    return client_of(cast.reviewer)


@pytest.fixture
def urls(study, story, fact, revision):
    """The addresses of the matrix, its suggestions, one cell, and the cell's suggestions."""
    cell = [study.key, fact.pk, revision.article.pk]
    return {
        "facts": reverse("facts", args=[study.key, story.pk]),
        "suggestions": reverse("suggestions", args=[study.key, story.pk]),
        "report": reverse("report", args=cell),
        "cell": reverse("cell_suggestions", args=cell),
    }


@pytest.fixture
def suggested(study, story, fact):
    suggest(study, story)
    return Suggestion.objects.all()


def page_of(answer):
    return " ".join(answer.content.decode().split())


def test_anonymous_is_sent_to_the_login_and_an_outsider_sees_nothing(client, client_of, cast, urls):
    for name in ("suggestions", "cell"):
        assert "login" in client.post(urls[name]).url
        assert client_of(cast.outsider).post(urls[name]).status_code == 404
    assert not Suggestion.objects.exists()


def test_cell_of_another_storys_article_has_no_suggestions(reviewer, study, fact):
    other = Story.objects.create(title="Another")
    study.stories.add(other)
    stranger = make_revision(other, outlet="Elsewhere").article
    url = reverse("cell_suggestions", args=[study.key, fact.pk, stranger.pk])
    assert reviewer.post(url).status_code == 404


def test_matrix_asks_for_what_is_missing_by_itself_and_writes_nothing(reviewer, urls):
    page = page_of(reviewer.get(urls["facts"]))
    assert 'hx-trigger="submit, suggestions-stale from:body, load"' in page
    assert "Look for suggestions in 2 cells" in page
    assert not Suggestion.objects.exists()


def test_htmx_gets_what_each_cell_offers_and_asks_no_more(reviewer, urls, fact, revision):
    page = page_of(reviewer.post(urls["suggestions"], headers=HTMX))
    place = f'id="offer-{fact.pk}-{revision.article.pk}" class="offer" hx-swap-oob="true"'
    assert f"<span {place}>1 suggestion</span>" in page
    assert "hx-trigger" not in page
    assert "from:body, load" not in page_of(reviewer.get(urls["facts"]))


def test_without_script_the_button_leads_back_to_the_matrix(reviewer, urls):
    assert reviewer.post(urls["suggestions"]).url == urls["facts"]
    assert Suggestion.objects.count() == 2
    assert reviewer.get(urls["suggestions"]).url == urls["facts"]


def test_panel_lists_sentences_with_what_matched_and_the_way_to_the_desk(
    reviewer, urls, suggested, revision
):
    page = page_of(reviewer.get(urls["report"], headers=HTMX))
    start = revision.text.index(SIGNED)
    assert f'data-start="{start}" data-end="{start + len(SIGNED)}"' in page
    assert '<mark class="shared">' in page
    assert f"#span-{revision.pk}-{start}-{start + len(SIGNED)}" in page
    assert "None of these" in page


def test_accepted_sentence_is_the_quote_and_the_panel_offers_undo(
    reviewer, urls, suggested, revision
):
    given = posted(placed(revision, SIGNED), stay="1")
    page = page_of(reviewer.post(urls["report"], given, headers=HTMX))
    report = Report.objects.get()
    assert (report.status, report.quotes.get().span.exact) == ("reported", SIGNED)
    assert "Saved: <strong>Reported</strong>" in page
    assert 'data-accept="u"' in page
    assert f">{SIGNED}</textarea>" in page
    undo = posted(status="", version="1", stay="1")
    page = page_of(reviewer.post(urls["report"], undo, headers=HTMX))
    assert not Report.objects.exists()
    assert 'class="candidates"' in page


def test_accepting_without_script_stays_at_the_cell_with_undo(reviewer, urls, suggested, revision):
    answer = reviewer.post(urls["report"], posted(placed(revision, SIGNED), stay="1"))
    assert answer.url == f"{urls['report']}?&stays=1"
    assert "Saved: <strong>Reported</strong>" in page_of(reviewer.get(answer.url))


def test_cell_that_somebody_set_meanwhile_is_a_conflict_with_the_sentence_kept(
    reviewer, urls, suggested, fact, revision, cast
):
    set_report(fact, revision.article, status="omitted", version=None, reviewer=cast.colleague)
    given = posted(placed(revision, SIGNED), stay="1")
    answer = reviewer.post(urls["report"], given, headers=HTMX)
    assert answer.status_code == 409
    assert f">{SIGNED}</textarea>" in page_of(answer)
    assert Report.objects.get().status == "omitted"


def test_none_of_these_is_said_kept_and_undone_and_sets_nothing(
    reviewer, urls, suggested, revision
):
    given = {"action": "refuse", "basis": suggested.get(revision=revision).basis}
    page = page_of(reviewer.post(urls["cell"], given, headers=HTMX))
    assert "None of 1 suggestion fits, says reviewer." in page
    assert "none of 1 fits" in page
    assert "none of 1 fits" in page_of(reviewer.get(urls["facts"]))
    assert not Report.objects.exists()
    page = page_of(reviewer.post(urls["cell"], {"action": "again"}, headers=HTMX))
    assert 'class="candidates"' in page


@pytest.mark.parametrize("headers", [{}, HTMX])
def test_refusal_of_other_sentences_than_stand_shows_those_that_do(
    reviewer, urls, suggested, headers
):
    given = {"action": "refuse", "basis": "older"}
    answer = reviewer.post(urls["cell"], given, headers=headers, follow=True)
    assert answer.status_code == (409 if headers else 200)
    assert "have changed since you opened this cell" in page_of(answer)
    assert not suggested.exclude(refused_at=None).exists()


def test_cell_or_fact_can_be_looked_through_at_once(reviewer, urls):
    assert "Nobody has looked for sentences" in page_of(reviewer.get(urls["report"]))
    assert reviewer.post(urls["cell"], {"action": "look"}).url == urls["report"]
    assert Suggestion.objects.count() == 1
    page = page_of(reviewer.post(urls["cell"], {"action": "fact"}, headers=HTMX))
    assert Suggestion.objects.count() == 2
    assert page.count('class="offer" hx-swap-oob="true"') == 2


def test_large_story_waits_for_the_worker_and_says_when_there_is_none(reviewer, urls, monkeypatch):
    empty_queue()
    monkeypatch.setattr(suggestions, "AT_ONCE", 1)
    page = page_of(reviewer.post(urls["suggestions"], headers=HTMX))
    assert "No worker is running,</strong> so 2 cells wait for suggestions" in page
    assert "hx-trigger" not in page
    assert not Suggestion.objects.exists()


def test_older_article_is_not_applicable_by_one_button_with_the_dates(
    reviewer, urls, fact, revision
):
    revision.article.published_at = datetime.datetime(2026, 5, 3, tzinfo=datetime.UTC)
    revision.article.save(update_fields=["published_at"])
    fact.happened_on = datetime.date(2026, 5, 5)
    fact.save(update_fields=["happened_on"])
    reason = "Published 3 May 2026; the fact is of 5 May 2026."
    assert "older than the fact" in page_of(reviewer.get(urls["facts"]))
    page = page_of(reviewer.get(urls["report"], headers=HTMX))
    assert f'name="note" value="{reason}"' in page
    reviewer.post(urls["report"], posted(status="not_applicable", stay="1") | {"note": reason})
    assert (Report.objects.get().status, Report.objects.get().note) == ("not_applicable", reason)


def test_pages_take_as_many_queries_for_many_cells(
    reviewer, urls, study, story, cast, suggested, django_assert_max_num_queries
):
    for number in range(8):
        make_revision(story, outlet=f"Outlet {number}")
        state_fact(study, story, f"Fact {number} of the accord.", author=cast.reviewer)
    suggest(study, story)
    with django_assert_max_num_queries(12):
        assert "1 suggestion" in page_of(reviewer.get(urls["facts"]))
    with django_assert_max_num_queries(16):
        reviewer.get(urls["report"], headers=HTMX)


def test_what_makes_suggestions_stale_has_the_page_ask_anew(reviewer, urls, suggested, revision):
    given = posted(placed(revision, SIGNED), stay="1")
    answer = reviewer.post(urls["report"], given, headers=HTMX)
    assert "suggestions-stale" in answer["HX-Trigger"]
    answer = reviewer.post(urls["facts"], {"statement": "Critics spoke."}, headers=HTMX)
    assert "suggestions-stale" in answer["HX-Trigger"]
    reviewer.post(urls["suggestions"], headers=HTMX)
    given = posted(placed(revision, SIGNED), stay="1", version="1")
    assert "HX-Trigger" not in reviewer.post(urls["report"], given, headers=HTMX)


def test_page_follows_the_worker_until_it_is_done(reviewer, urls, study, story, fact, monkeypatch):
    empty_queue()
    monkeypatch.setattr(suggestions, "AT_ONCE", 1)
    with connection.cursor() as cursor:
        cursor.execute("INSERT INTO procrastinate_workers DEFAULT VALUES")
    page = page_of(reviewer.post(urls["suggestions"], headers=HTMX))
    assert "The worker will look for suggestions in 2 cells" in page
    assert 'hx-trigger="every 2s"' in page
    suggest(study, story)
    page = page_of(reviewer.get(urls["suggestions"], headers=HTMX))
    assert "every 2s" not in page
    assert page.count('hx-swap-oob="true"') == 2
    empty_queue()
