"""The watch card of a story: who may start, stop and fetch, and what it says."""

from datetime import timedelta

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from django.utils import timezone
from procrastinate.contrib.django.models import ProcrastinateJob

from sources.models import Draft, Refetch, Watch, Way
from sources.refetching import PAUSED_AFTER, start_watch
from tests.conftest import GAZETTE, make_revision
from tests.workers import empty_queue

pytestmark = pytest.mark.django_db
START = {"action": "start", "every_hours": "12", "until": ""}


@pytest.fixture(autouse=True)
def queue(db):
    """An empty queue, whatever a test with committed jobs has left."""
    empty_queue()


@pytest.fixture
def article(story):
    return make_revision(story, url="https://times.example/accord").article


@pytest.fixture
def url(story):
    return reverse("watch", args=["press", story.pk])


@pytest.fixture
def now_url(story):
    return reverse("refetch_now", args=["press", story.pk])


@pytest.fixture
def moderator(client_of, cast):
    return client_of(cast.moderator)


@pytest.fixture
def worker():
    """A worker that has just given a sign of life."""
    with connection.cursor() as cursor:
        cursor.execute("INSERT INTO procrastinate_workers DEFAULT VALUES")


def page_of(client, story):
    return client.get(reverse("story", args=["press", story.pk])).content.decode()


def jobs():
    return [job.args for job in ProcrastinateJob.objects.filter(task_name="refetch_article")]


def test_start_watches_and_fetches_at_once(moderator, url, story, article, cast):
    day = timezone.now().date() + timedelta(days=7)
    response = moderator.post(url, START | {"until": day.isoformat()})
    assert (response.status_code, response.url) == (
        303,
        reverse("story", args=["press", story.pk]) + "#watch",
    )
    watch = Watch.objects.get()
    assert (watch.every_hours, watch.started_by) == (12, cast.moderator)
    assert (watch.until - timedelta(seconds=1)).date() == day
    assert [(job["article_id"], job["way"]) for job in jobs()] == [(article.pk, Way.WATCH)]


def test_htmx_gets_the_card_that_says_what_was_done(moderator, url, article):
    response = moderator.post(url, START, headers={"HX-Request": "true"})
    page = response.content.decode()
    assert response.status_code == 200
    assert page.lstrip().startswith('<section class="card watch')
    assert "The watch is on." in page
    assert "every 12 hours" in page


@pytest.mark.parametrize(
    "sent",
    [
        START | {"every_hours": "1"},
        START | {"every_hours": ""},
        START | {"until": "2020-01-01"},
        START | {"until": "9999-12-31"},
        START | {"until": "soon"},
        {"action": "dance"},
        {},
    ],
)
@pytest.mark.parametrize("headers", [{}, {"HX-Request": "true"}])
def test_terms_that_make_no_sense_start_nothing(moderator, url, article, sent, headers):
    response = moderator.post(url, sent, headers=headers)
    assert response.status_code == 422
    assert not Watch.objects.exists()
    assert jobs() == []


def test_new_terms_replace_the_old_ones(moderator, url, article):
    moderator.post(url, START)
    moderator.post(url, START | {"every_hours": "72"})
    assert Watch.objects.get().every_hours == 72


def test_stop_ends_the_watch_and_stopping_twice_changes_nothing(moderator, url, story, article):
    start_watch(story, every_hours=6, until=None, started_by=None)
    for _ in range(2):
        assert moderator.post(url, {"action": "stop"}).status_code == 303
    assert not Watch.objects.exists()
    assert Refetch.objects.get().due_at is None


def test_fetch_all_now_asks_a_worker_and_does_not_wait(moderator, now_url, story, article, cast):
    make_revision(story, outlet="Gazette", text=GAZETTE, url="https://gazette.example/1")
    make_revision(story, outlet="Wire", text=f"{GAZETTE} No address.")
    assert moderator.post(now_url).status_code == 303
    assert len(jobs()) == 2
    assert {(job["way"], job["made_by"]) for job in jobs()} == {(Way.URL, cast.moderator.pk)}
    page = moderator.post(now_url, headers={"HX-Request": "true"}).content.decode()
    assert "All are being fetched." in page
    assert len(jobs()) == 2


@pytest.mark.parametrize("place", ["url", "now_url"])
def test_only_moderators_and_owners_change_a_watch(client_of, cast, request, place, article):
    address = request.getfixturevalue(place)
    for user, status in [(cast.reviewer, 403), (cast.outsider, 404), (cast.owner, 303)]:
        assert client_of(user).post(address, START).status_code == status
    assert client_of(cast.administrator).post(address, START).status_code == 303


def test_reviewers_see_the_state_and_outsiders_nothing(client_of, cast, url, story, article):
    start_watch(story, every_hours=6, until=None, started_by=cast.owner)
    page = client_of(cast.reviewer).get(url).content.decode()
    assert "every 6 hours" in page
    assert "<form" not in page.split('id="watch"')[1].split("</section>")[0]
    assert client_of(cast.outsider).get(url).status_code == 404


def test_anonymous_is_sent_to_the_login(client, url):
    assert "/login/" in client.get(url).url


def test_card_says_that_no_worker_is_running_until_one_is(moderator, story, article, worker):
    assert "No worker is running" not in page_of(moderator, story)
    with connection.cursor() as cursor:
        cursor.execute("UPDATE procrastinate_workers SET last_heartbeat = now() - interval '1 min'")
    page = page_of(moderator, story)
    assert "No worker is running" in page
    assert "python manage.py procrastinate worker" in page


def test_card_renews_itself_only_while_articles_are_fetched(
    moderator, url, now_url, article, worker
):
    assert "every 3s" not in moderator.get(url).content.decode()
    moderator.post(now_url)
    assert "every 3s" in moderator.get(url).content.decode()


@pytest.mark.parametrize(
    ("outcome", "said", "shown"),
    [
        ("unchanged", "", "unchanged"),
        ("revised", "Revision 2 is new.", "Revision 2 is new."),
        ("failed", "The site answered 500.", "The site answered 500."),
    ],
)
def test_card_says_how_each_article_fared(moderator, url, article, outcome, said, shown):
    Refetch.objects.create(
        article=article, outcome=outcome, said=said, fetched_at=timezone.now(), failures=1
    )
    page = moderator.get(url).content.decode()
    assert shown in page
    assert "paused" not in page


def test_card_says_what_is_held_and_where_to_look_at_it(moderator, url, story, article):
    draft = Draft.objects.create(
        batch="6c1f6c1e-58b4-4d0c-9d5c-0f8a3a1f7a52",
        story=story,
        article=article,
        original=article.revisions.get().original,
        text="Subscribe to read on.",
        held_because="Most words are gone.",
    )
    page = moderator.get(url).content.decode()
    assert "Most words are gone." in page
    assert reverse("draft", args=["press", draft.batch, draft.pk]) in page


def test_card_says_that_a_watch_has_given_an_article_up(moderator, url, story, article):
    start_watch(story, every_hours=6, until=None, started_by=None)
    Refetch.objects.update(
        outcome="failed", failures=PAUSED_AFTER, due_at=None, fetched_at=timezone.now()
    )
    page = moderator.get(url).content.decode()
    assert "paused" in page
    assert f"After {PAUSED_AFTER} failures in a row" in page


def test_watch_that_has_run_out_says_so(moderator, url, story, article):
    ended = timezone.now() - timedelta(days=1)
    start_watch(story, every_hours=6, until=ended, started_by=None)
    assert "The watch ran until" in moderator.get(url).content.decode()


def test_card_takes_the_same_queries_for_one_article_as_for_many(moderator, url, story, article):
    with CaptureQueriesContext(
        connection,
    ) as few:
        moderator.get(url)
    for number in range(12):
        text = f"{GAZETTE} {number}"
        make_revision(
            story, outlet=f"Outlet {number}", text=text, url=f"https://o.example/{number}"
        )
    start_watch(story, every_hours=6, until=None, started_by=None)
    Refetch.objects.update(fetched_at=timezone.now(), outcome="unchanged")
    with CaptureQueriesContext(connection) as many:
        moderator.get(url)
    assert len(many) == len(few)
