"""Jobs: deferred with their transaction, run by real workers, finished once after a kill."""

import threading
import time
from contextlib import suppress

import pytest
from django.db import connection, transaction
from django.utils import timezone
from procrastinate.contrib.django.models import ProcrastinateJob
from procrastinate.exceptions import AlreadyEnqueued

from annotations import tasks
from annotations.models import Carry
from annotations.tasks import (
    carry_later,
    refetch_article,
    refetch_due,
    refetch_later,
    take_up_stalled,
)
from sources.models import Refetch, Site, Way
from sources.refetching import start_watch
from tests.conftest import GAZETTE, HARBOUR, make_revision, revise
from tests.workers import empty_queue, let_workers_look_dead, start_worker, work_off

CHANGED = HARBOUR.replace("on Monday", "late on Monday, in rain")


@pytest.fixture
def paper(paper):
    paper.publish(HARBOUR)
    return paper


@pytest.fixture
def article(story, paper):
    return make_revision(story, url=paper.address()).article


@pytest.fixture
def queue(transactional_db):
    """The queue of Procrastinate, committed and empty."""
    empty_queue()
    yield ProcrastinateJob.objects.exclude(task_name="take_up_stalled")
    empty_queue()


@pytest.fixture(autouse=True)
def emptied(db):
    """No jobs that another test with committed ones has left."""
    empty_queue()


def jobs(task):
    return ProcrastinateJob.objects.filter(task_name=task, status="todo").order_by("id")


def test_job_is_deferred_with_its_transaction_or_not_at_all(queue, article):
    with transaction.atomic():
        refetch_later([article])
        carry_later(1)
        transaction.set_rollback(True)
    assert not queue.exists()
    with transaction.atomic():
        refetch_later([article])
    assert queue.count() == 1


@pytest.mark.django_db
def test_article_that_waits_is_not_deferred_again(article, cast):
    assert refetch_later([article], way=Way.URL, made_by=cast.moderator) == 1
    assert refetch_later([article]) == 0
    assert jobs("refetch_article").get().args["made_by"] == cast.moderator.pk
    carry_later(7)
    carry_later(7)
    assert jobs("carry").count() == 1


@pytest.mark.django_db
def test_due_articles_are_spread_by_site(story, settings, cast):
    settings.REFETCH_PAUSE = 5
    Site.objects.create(origin="https://slow.example", robots="User-agent: *\nCrawl-delay: 60")
    for number in range(3):
        for site in ("slow", "quick"):
            url = f"https://{site}.example/{number}"
            make_revision(story, outlet=site, text=f"{GAZETTE} {number}{site}", url=url)
    start_watch(story, every_hours=6, until=None, started_by=cast.moderator)
    refetch_due(0)
    begins = {}
    for job in jobs("refetch_article"):
        begins.setdefault(job.lock, []).append(job.scheduled_at)
    apart = {
        lock: [round((at - times[0]).total_seconds()) for at in times]
        for lock, times in begins.items()
    }
    expected = {"site https://slow.example": [0, 60, 120], "site https://quick.example": [0, 5, 10]}
    assert apart == expected


@pytest.mark.django_db
def test_job_that_runs_twice_asks_the_site_once(article, paper):
    since = time.time()
    refetch_article(article.pk, since=since)
    refetch_article(article.pk, since=since)
    assert paper.paths().count("/accord") == 1
    refetch_article(article.pk, since=time.time())
    assert paper.paths().count("/accord") == 2


@pytest.mark.django_db
def test_job_of_an_article_that_is_gone_does_nothing(article):
    refetch_article(article.pk + 1, since=0)
    tasks.carry(999_999)
    assert not Refetch.objects.exists()


@pytest.mark.django_db
def test_site_that_wants_a_long_rest_is_noted_and_the_job_is_done(article, paper, story):
    start_watch(story, every_hours=6, until=None, started_by=None)
    paper.say("/accord", status=503, Retry_After="7200")
    refetch_article(article.pk, since=time.time())
    Refetch.objects.update(due_at=timezone.now())
    refetch_article(article.pk, since=time.time())
    row = Refetch.objects.get()
    assert row.said.startswith("The site wants to be left alone until")
    assert (row.due_at - timezone.now()).total_seconds() > 7000
    assert row.failures == 1


def test_worker_fetches_revises_and_carries(queue, article, paper, tag, cast):
    annotation = tag(article.revisions.get(), "military suffocation")
    paper.publish(CHANGED)
    refetch_later([article], way=Way.URL, made_by=cast.moderator)
    work_off()
    revision = article.revisions.first()
    assert (revision.number, revision.way, revision.created_by) == (2, Way.URL, cast.moderator)
    carry = Carry.objects.get()
    assert (carry.span, carry.revision) == (annotation.span, revision)
    assert revision.text[carry.start : carry.end] == "military suffocation"
    assert not jobs("carry").exists()


def test_job_whose_site_wants_a_pause_goes_back_to_the_queue(queue, article, paper, monkeypatch):
    monkeypatch.setattr(tasks.fetching, "PATIENCE", 0.1)
    paper.say("/robots.txt", "User-agent: *\nCrawl-delay: 60")
    refetch_later([article])
    work_off()
    waiting = jobs("refetch_article").get()
    assert 0 < (waiting.scheduled_at - timezone.now()).total_seconds() <= 60
    assert waiting.lock == f"site {article.url.removesuffix('/accord')}"


def test_job_with_an_error_of_ours_is_tried_again_later(queue, article, monkeypatch):
    monkeypatch.setattr("sources.refetching.read_page", lambda *args, **options: 1 / 0)
    refetch_later([article])
    work_off()
    waiting = jobs("refetch_article").get()
    assert 30 < (waiting.scheduled_at - timezone.now()).total_seconds() <= 60
    assert waiting.lock == f"retry {waiting.pk}"


def test_job_of_a_killed_worker_is_finished_once(queue, article, paper):
    reached, killed = threading.Event(), threading.Event()

    def meanwhile():
        reached.set()
        killed.wait(30)
        paper.pages["/accord"].meanwhile = None

    paper.publish(CHANGED)
    paper.pages["/accord"].meanwhile = meanwhile
    worker = start_worker(paper.port)
    refetch_later([article])
    assert reached.wait(60)
    worker.kill()
    worker.wait()
    killed.set()
    assert queue.get(task_name="refetch_article").status == "doing"
    let_workers_look_dead()
    with suppress(AlreadyEnqueued):  # the killed worker may have come to this each minute's job
        take_up_stalled.defer(timestamp=0)
    work_off()
    assert [revision.number for revision in article.revisions.all()] == [2, 1]
    assert not queue.filter(task_name="refetch_article").exists()
    assert paper.paths().count("/accord") == 2


def test_worker_killed_in_the_middle_of_carrying_leaves_each_carry_made_once(queue, revision, tag):
    for words in ("accord", "military suffocation", "Critics"):
        tag(revision, words)
    newest = revise(revision, CHANGED)
    carry_later(newest.pk)
    with transaction.atomic():
        with connection.cursor() as cursor:
            cursor.execute("LOCK TABLE annotations_carry IN SHARE ROW EXCLUSIVE MODE")
        worker = start_worker(0)
        await_writer_of_carries()
        worker.kill()
        worker.wait()
    assert queue.filter(task_name="carry", status="doing").exists()
    let_workers_look_dead()
    with suppress(AlreadyEnqueued):
        take_up_stalled.defer(timestamp=0)
    work_off()
    assert not queue.filter(task_name="carry").exists()
    carried = Carry.objects.filter(revision=newest).values_list("span__exact", flat=True)
    assert sorted(carried) == ["Critics", "accord", "military suffocation"]


def await_writer_of_carries():
    """Wait until somebody wants to write carries, whom a lock of ours holds up."""
    waiting = (
        "SELECT EXISTS (SELECT FROM pg_locks"
        " WHERE relation = 'annotations_carry'::regclass AND NOT granted)"
    )
    deadline = time.monotonic() + 60
    while time.monotonic() < deadline:
        with connection.cursor() as cursor:
            cursor.execute(waiting)
            if cursor.fetchone()[0]:
                return
        time.sleep(0.05)
    raise AssertionError("no worker came to write carries")


def test_periodic_job_of_a_killed_worker_gives_way_to_the_next(queue):
    refetch_due.defer(timestamp=0)
    with connection.cursor() as cursor:
        cursor.execute("UPDATE procrastinate_jobs SET status = 'doing', worker_id = NULL")
    refetch_due.configure(schedule_in={"hours": 1}).defer(timestamp=1)
    take_up_stalled.defer(timestamp=0)
    work_off()
    assert [job.args["timestamp"] for job in queue.filter(task_name="refetch_due")] == [1]
    assert not ProcrastinateJob.objects.filter(status="failed").exists()


def test_worker_ends_at_once_when_it_is_told_to(queue, paper):
    worker = start_worker(paper.port)
    deadline = time.monotonic() + 60
    while not tasks.workers_alive() and time.monotonic() < deadline:
        time.sleep(0.1)
    assert tasks.workers_alive()
    worker.terminate()
    assert worker.wait(timeout=30) == 0
    assert not tasks.workers_alive()
