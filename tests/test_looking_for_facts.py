"""Looking for facts to propose: at once, by a worker, again; and what an empty page says."""

import pytest
from django.db import connection
from django.urls import reverse
from procrastinate.contrib.django.models import ProcrastinateJob

from annotations.facts.stating import set_report, state_fact
from annotations.finding import proposals
from annotations.finding.proposing import propose
from annotations.models import Proposal
from tests.conftest import make_revision, revise
from tests.proposals import EVENING, MORNING, make_ferries
from tests.test_proposals_views import HTMX, page_of
from tests.test_stating import quoted
from tests.workers import empty_queue

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def queue(db):
    """An empty queue, whatever a test with committed jobs has left."""
    empty_queue()


@pytest.fixture
def reviewer(client_of, cast):
    return client_of(cast.reviewer)


@pytest.fixture
def url(study, story):
    return reverse("proposals", args=[study.key, story.pk])


@pytest.fixture
def find_url(study, story):
    return reverse("proposals_find", args=[study.key, story.pk])


@pytest.fixture
def ferries(story):
    """Two articles that share two facts."""
    return make_ferries(story)


@pytest.fixture
def worker():
    """A worker that has just given a sign of life."""
    with connection.cursor() as cursor:
        cursor.execute("INSERT INTO procrastinate_workers DEFAULT VALUES")


@pytest.mark.parametrize(
    ("texts", "said"),
    [
        ([], "no articles yet"),
        ([MORNING], "One article only"),
        ([MORNING, EVENING], "Nothing is proposed yet"),
    ],
)
def test_empty_page_says_why(reviewer, url, story, texts, said):
    for number, text in enumerate(texts):
        make_revision(story, outlet=f"Outlet {number}", text=text)
    assert said in page_of(reviewer, url)


def test_looking_for_facts_of_a_small_story_brings_them_at_once(
    reviewer,
    url,
    find_url,
    ferries,
):
    assert 'hx-trigger="load, submit"' in page_of(reviewer, url)
    page = reviewer.post(find_url, headers=HTMX).content.decode()
    assert page.lstrip().startswith('<section id="proposals"')
    assert "ended the strike" in page.replace('<mark class="shared">', "").replace("</mark>", "")
    assert "Look for facts" not in page
    assert reviewer.post(find_url).url == url


def test_nothing_alike_is_said(reviewer, url, find_url, story):
    make_revision(story, text=MORNING)
    make_revision(story, outlet="Other", text="Quite another matter.")
    reviewer.post(find_url)
    assert "No two articles have sentences" in page_of(reviewer, url)


def test_larger_story_shows_the_worker_s_progress(
    reviewer,
    url,
    find_url,
    ferries,
    monkeypatch,
    worker,
):
    monkeypatch.setattr(proposals, "WORDS_AT_ONCE", 20)
    page = reviewer.post(find_url, headers=HTMX).content.decode()
    assert 'hx-trigger="every 2s"' in page
    assert "Reading 2 articles" in page
    assert ProcrastinateJob.objects.filter(task_name="propose").count() == 1


def test_missing_worker_is_said_and_can_be_done_without(
    reviewer,
    url,
    find_url,
    ferries,
    monkeypatch,
):
    monkeypatch.setattr(proposals, "WORDS_AT_ONCE", 20)
    reviewer.post(find_url)
    page = page_of(reviewer, url)
    assert "No worker is running" in page
    assert "every 2s" not in page
    reviewer.post(find_url, {"now": "1"})
    assert Proposal.objects.exists()


def test_proposals_of_older_texts_stay_and_say_so(reviewer, url, study, story, ferries):
    propose(study, story)
    revise(ferries[0], MORNING + "\n\nCorrected.")
    page = page_of(reviewer, url)
    assert "Texts changed since these were proposed" in page
    assert "older text" in page
    assert f"{ferries[0].article_id}@1#span-" in page


def test_several_languages_are_said_to_be_compared_by_words_only(reviewer, url, ferries):
    for revision, language in zip(ferries, ("en-GB", "de"), strict=True):
        revision.article.language = language
        revision.article.save()
    assert "several languages (de, en)" in page_of(reviewer, url)


def test_looking_again_takes_away_what_was_stated_meanwhile(
    reviewer, url, find_url, ferries, study, story, cast
):
    propose(study, story)
    assert "Look again" in page_of(reviewer, url)
    fact = state_fact(study, story, "The strike ended.", author=cast.reviewer)
    for revision in ferries:
        line = next(line for line in revision.text.split("\n") if "strike" in line)
        given = {"status": "reported", "version": None, "reviewer": cast.reviewer}
        set_report(fact, revision.article, quotes=[quoted(revision, line)], **given)
    before = Proposal.objects.count()
    reviewer.post(find_url)
    assert Proposal.objects.count() == before - 1
