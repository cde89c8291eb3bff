"""Drift of a large study: who computes it, who is shown what of it, and when it is stale."""

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.utils import timezone
from procrastinate.contrib.django.models import ProcrastinateJob

from annotations.measuring import drift_runs
from annotations.measuring.drift import PERIODS, figures_of
from annotations.measuring.drift_runs import (
    carry_out,
    figures_in,
    is_large,
    prepare,
    standing_of,
)
from annotations.models import Assignment, DriftRun
from annotations.team.seeing import Sight
from sources.models import Story
from tests.conftest import make_revision
from tests.workers import empty_queue, work_off

pytestmark = pytest.mark.django_db
DRIFT = "/studies/press/drift/"
COMPUTE = f"{DRIFT}compute/"
PART = {"HX-Request": "true", "HX-Target": "drift-standing"}


@pytest.fixture(autouse=True)
def emptied(db):
    empty_queue()


@pytest.fixture
def large(study, revision, tag, cast, monkeypatch):
    """A study of three tags where that is many."""
    monkeypatch.setattr(drift_runs, "AT_ONCE", 2)
    tag(revision, "accord")
    tag(revision, "Monday", code="damage")
    tag(revision, "accord", annotator=cast.colleague)
    return study


@pytest.fixture
def moderator(client_of, cast):
    return client_of(cast.moderator)


def part_of(client, **asked):
    return client.get(DRIFT, asked, headers=PART).content.decode()


def start_worker():
    """Let there be the sign of life of a worker that takes no job."""
    with connection.cursor() as cursor:
        cursor.execute("INSERT INTO procrastinate_workers (last_heartbeat) VALUES (now())")


def test_small_study_is_computed_while_the_page_waits(large, moderator, monkeypatch):
    monkeypatch.setattr(drift_runs, "AT_ONCE", 3)
    assert not is_large(large)
    page = moderator.get(DRIFT).content.decode()
    assert "Numbers of reviewer" in page
    assert "drift-standing" not in page
    assert moderator.post(COMPUTE).status_code == 303
    assert not DriftRun.objects.exists()
    assert moderator.get(DRIFT, headers=PART).headers["HX-Refresh"] == "true"


def test_large_study_shows_nothing_before_it_was_computed(large, moderator):
    page = moderator.get(DRIFT).content.decode()
    assert "Compute drift" in page
    assert "Numbers of" not in page
    assert "Nobody has tagged" not in page
    assert "hx-trigger" not in page


def test_what_is_asked_for_waits_for_a_worker_and_is_asked_for_once(large, moderator):
    for _ in range(2):
        response = moderator.post(f"{COMPUTE}?weeks=2")
        assert (response.status_code, response.headers["Location"]) == (303, f"{DRIFT}?weeks=2")
    assert ProcrastinateJob.objects.filter(task_name="compute_drift").count() == 1
    page = part_of(moderator)
    assert "No worker is running" in page
    assert "hx-trigger" not in page
    start_worker()
    page = part_of(moderator, shown="")
    assert "The worker will compute this" in page
    assert 'hx-trigger="every 2s"' in page
    DriftRun.objects.update(started_at=timezone.now())
    assert "A worker is computing this" in part_of(moderator)


def test_stored_figures_are_those_of_a_small_study(large, moderator, monkeypatch):
    prepare(large, now=True)
    run = standing_of(large).run
    for weeks in PERIODS:
        assert figures_in(run, weeks) == figures_of(large, weeks)
    stored = moderator.get(DRIFT).content.decode()
    monkeypatch.setattr(drift_runs, "AT_ONCE", 3)
    fresh = moderator.get(DRIFT).content.decode()
    assert stored[stored.index("drift-period") :] == fresh[fresh.index("drift-period") :]


def test_figures_that_are_there_say_how_old_they_are(large, moderator, revision, tag):
    moderator.post(COMPUTE, {"now": "1"})
    page = moderator.get(DRIFT).content.decode()
    assert 'hx-trigger="load"' in page
    assert "Compute anew" in page  # for those without a script
    page = part_of(moderator)
    assert "from all that was tagged up to now" in page
    assert "hx-trigger" not in page
    tag(revision, "strait")
    page = part_of(moderator)
    assert "changed since then" in page
    assert "Compute anew" in page


def test_page_is_told_of_new_figures(large, moderator):
    moderator.post(COMPUTE, {"now": "1"})
    assert "New figures are there" in part_of(moderator, shown="")
    shown = standing_of(large).shown_at
    assert "New figures are there" not in part_of(moderator, shown=shown)


def test_job_of_what_was_computed_meanwhile_is_no_more_waited_for(large):
    prepare(large)
    assert standing_of(large).is_queued
    prepare(large, now=True)
    standing = standing_of(large)
    assert not standing.is_queued
    carry_out(standing.run.pk)
    assert standing_of(large).shown_at == standing.shown_at
    carry_out(0)  # forgotten meanwhile


def test_figures_never_count_stories_that_are_closed_to_the_reader(large, story, cast, moderator):
    large.blind = True
    large.save(update_fields=["blind"])
    prepare(large, now=True)
    assert standing_of(large).is_there
    part = Assignment.objects.create(study=large, story=story, coder=cast.moderator)
    page = moderator.get(DRIFT).content.decode()
    assert "Compute drift" in page
    assert "Numbers of" not in page
    moderator.post(COMPUTE, {"now": "1"})
    page = moderator.get(DRIFT).content.decode()
    assert "Computed on" in page
    assert "Numbers of" not in page
    part.delete()
    assert "Numbers of reviewer" in moderator.get(DRIFT).content.decode()


def test_few_sets_of_closed_stories_are_kept(large, cast, monkeypatch):
    monkeypatch.setattr(drift_runs, "MOST_KEPT", 2)
    for closed in ([], [7], [8], [9]):
        large.sight = Sight(cast.moderator.pk, frozenset(closed))
        prepare(large, now=True)
    kept = DriftRun.objects.order_by("pk").values_list("closed", flat=True)
    assert list(kept) == [[], [8], [9]]


def test_failure_is_told_and_leaves_the_old_figures(large, moderator, monkeypatch):
    prepare(large, now=True)
    before = standing_of(large).run.figures
    monkeypatch.setattr(drift_runs, "PERIODS", {0: "never"})
    with pytest.raises(ZeroDivisionError):
        prepare(large, now=True)
    assert standing_of(large).run.figures == before
    assert "The last time it could not be computed: ZeroDivisionError" in part_of(moderator)


@pytest.mark.parametrize(("person", "status"), [("reviewer", 403), ("outsider", 404)])
def test_drift_is_computed_for_moderators(large, cast, client_of, person, status):
    client = client_of(getattr(cast, person))
    assert client.post(COMPUTE, {"now": "1"}).status_code == status
    assert client.get(COMPUTE).status_code == 405
    assert not DriftRun.objects.exists()


def test_queries_of_stored_figures_do_not_grow(large, cast, tag, moderator):
    def count_queries():
        prepare(large, now=True)
        with CaptureQueriesContext(connection) as queries:
            moderator.get(DRIFT)
        return len(queries)

    few = count_queries()
    other = Story.objects.create(title="Another")
    large.stories.add(other)
    text = make_revision(other, outlet="Third")
    for person in (cast.reviewer, cast.colleague, cast.owner):
        tag(text, "Monday", annotator=person, code="threat", target="it", polarity="negative")
    assert count_queries() == few


@pytest.mark.django_db(transaction=True)
def test_worker_computes_drift(large):
    prepare(large)
    work_off()
    standing = standing_of(large)
    assert standing.is_there
    assert not standing.is_queued
    assert figures_in(standing.run, 1) == figures_of(large, 1)
    empty_queue()
