"""Files that a worker makes for a person: who may have which, how far they are, and their end."""

import io
import re
from datetime import timedelta

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from annotations import tasks
from annotations.export import keeping, preparing
from annotations.export.choosing import Choice
from annotations.export.documents import export_as
from annotations.export.prepared import COSTS, MANY, Extent, extent_of, outdated
from annotations.interchange.formats import PURPOSES
from annotations.models import (
    Adjudication,
    Annotation,
    Assignment,
    Membership,
    PreparedChunk,
    PreparedExport,
    Role,
    Study,
)
from annotations.rulings.ruling import rule
from sources.models import Revision
from tests.workers import empty_queue, let_workers_look_dead, work_off

pytestmark = pytest.mark.django_db
PAGE = "/studies/press/export/"
XLSX = f"{PAGE}as/xlsx/prepare/"
FRAGMENT = {"HX-Request": "true", "HX-Target": "prepared"}


@pytest.fixture(autouse=True)
def large(monkeypatch):
    """Let every file take too long for a download."""
    monkeypatch.setattr("annotations.export.prepared.LONGEST_DOWNLOAD", 0)


@pytest.fixture
def tagged(study, revision, gazette, tag, cast):
    tag(revision, "accord")
    tag(gazette, "stranglehold", annotator=cast.colleague)
    return Annotation.objects.order_by("created_at")


@pytest.fixture
def reviewer(client_of, cast, tagged):
    return client_of(cast.reviewer)


@pytest.fixture
def made(reviewer):
    """A workbook of all tags, which the reviewer asked for."""
    reviewer.post(XLSX, {"now": "1"})
    return PreparedExport.objects.get()


def test_bound_is_what_a_download_can_wait_for(monkeypatch, tagged):
    monkeypatch.undo()
    assert extent_of(tagged).tags == 2
    assert extent_of(tagged).words == sum(one.word_count for one in Revision.objects.all())
    assert [Extent(tags).is_long("xlsx") for tags in (11_300, 11_400)] == [False, True]
    assert [Extent(10, words).is_long("xmi") for words in (111_000, 112_000)] == [False, True]
    assert not Extent(10_000_000).is_long("jsonl")
    assert all(Extent(MANY + 1).is_long(key) for key, (_, word) in COSTS.items() if word)
    assert {"jsonl", *COSTS} == set(PURPOSES)


def test_what_takes_long_is_prepared_and_the_rest_downloaded(reviewer):
    page = reviewer.get(PAGE).text
    assert f'formaction="{XLSX}"' in page
    assert f'formaction="{PAGE}as/jsonl"' in page
    assert "Prepared files" not in page
    asked = reviewer.get(f"{PAGE}as/xlsx?layer=colleague")
    assert asked.status_code == 409
    assert '<input type="hidden" name="layer" value="colleague">' in asked.text
    assert "Prepare Excel workbook" in asked.text
    for download in ("as/jsonl", "annotations.csv"):
        assert b"stranglehold" in b"".join(reviewer.get(PAGE + download))


def test_progress_of_a_table_never_falls_and_ends_with_all(tagged, study):
    told = []
    export_as("xlsx", study, tagged, io.BytesIO(), progress=told.append)
    assert told == sorted(told)
    assert told[-1] == 2


def test_short_file_is_sent_at_once_as_it_was_chosen(reviewer, monkeypatch):
    monkeypatch.undo()
    answer = reviewer.post(XLSX, {"layer": "colleague", "form": "safe"})
    address = f"{PAGE}as/xlsx?story=&status=&layer=colleague&form=safe"
    assert (answer.status_code, answer.headers["Location"]) == (303, address)
    assert b"".join(reviewer.get(address)).startswith(b"PK")
    assert not PreparedExport.objects.exists()


def test_two_presses_make_one_job_which_waits_for_a_worker_or_is_made_now(reviewer, study):
    for _ in range(2):
        answer = reviewer.post(XLSX)
        assert (answer.status_code, answer.headers["Location"]) == (303, f"{PAGE}#prepared")
    row = PreparedExport.objects.get()
    assert tasks.exports_queued() == {row.pk: False}
    page = reviewer.get(PAGE).text
    assert "No worker is running," in page
    assert "Make it now" in page
    reviewer.post(XLSX, {"now": "1"})
    sent = reviewer.get(f"{PAGE}prepared/{row.pk}/")
    content = b"".join(sent.streaming_content)
    again = io.BytesIO()
    export_as("xlsx", study, Annotation.objects.in_study(study), again)
    assert content == again.getvalue()
    assert sent.headers["Content-Length"] == str(len(content))
    name = f"press-annotations-{timezone.now():%Y-%m-%d}.xlsx"
    assert sent.headers["Content-Disposition"] == f'attachment; filename="{name}"'
    assert sent.headers["Cache-Control"] == "no-store"


def test_choices_are_kept_with_the_job(reviewer, study, story, tagged):
    given = {"story": story.pk, "status": "pending", "layer": "colleague", "now": "1"}
    reviewer.post(f"{PAGE}as/doccano/prepare/", given)
    row = PreparedExport.objects.get()
    assert (row.story, row.status, row.layer, row.total, row.done) == (
        story, "pending", "colleague", 1, 1,
    )  # fmt: skip
    content = b"".join(reviewer.get(f"{PAGE}prepared/{row.pk}/").streaming_content)
    assert b"stranglehold" in content
    assert b"reviewer" not in content
    page = reviewer.get(PAGE).text
    assert "colleague’s tags" in page
    assert f'name="story" value="{story.pk}"' in page
    assert reviewer.post(XLSX, {"story": "0"}).status_code == 422
    assert reviewer.post(f"{PAGE}as/csv/prepare/").status_code == 404


def test_file_is_for_whoever_asked_alone(made, cast, client_of, client):
    told = {"reviewer": 200, "colleague": 404, "owner": 404, "administrator": 404, "outsider": 404}
    for who, status in told.items():
        visitor = client_of(getattr(cast, who))
        assert visitor.get(f"{PAGE}prepared/{made.pk}/").status_code == status
        if status == 404:
            assert visitor.post(f"{PAGE}prepared/{made.pk}/remove/").status_code == 404
            assert "Prepared files" not in visitor.get(PAGE).text
    assert client.get(f"{PAGE}prepared/{made.pk}/").headers["Location"].startswith("/login/")
    assert PreparedExport.objects.exists()


def test_file_is_withheld_from_a_person_who_sees_less_now(made, reviewer, study, story, cast):
    address = f"{PAGE}prepared/{made.pk}/"
    Study.objects.update(blind=True)
    assert reviewer.get(address).status_code == 403
    page = reviewer.get(PAGE).text
    assert "You may see less of the study" in page
    assert f'href="{address}"' not in page
    ruled = {"ruled_at": timezone.now(), "opened_by": cast.owner}
    Adjudication.objects.create(study=study, story=story, **ruled)
    assert reviewer.get(address).status_code == 200
    Study.objects.update(outlets_hidden=True)
    assert reviewer.get(address).status_code == 403
    assert "You may see less of the study" in reviewer.get(PAGE).text


def test_file_that_speaks_of_gold_is_withheld_once_the_gold_is(
    reviewer, study, story, cast, tagged
):
    ruled = {"ruled_at": timezone.now(), "opened_by": cast.owner}
    adjudication = Adjudication.objects.create(study=study, story=story, **ruled)
    reviewer.post(XLSX, {"now": "1"})
    reviewer.post(XLSX, {"now": "1"})
    row = PreparedExport.objects.get()
    assert (row.told, row.gold_in) == ([story.pk], [story.pk])
    assert reviewer.get(f"{PAGE}prepared/{row.pk}/").status_code == 200
    Adjudication.objects.filter(pk=adjudication.pk).update(ruled_at=None)
    assert reviewer.get(f"{PAGE}prepared/{row.pk}/").status_code == 403
    Membership.objects.filter(user=cast.reviewer).delete()
    assert reviewer.get(f"{PAGE}prepared/{row.pk}/").status_code == 404


def test_moderator_who_is_a_reviewer_again_gets_nothing_of_blind_stories(
    tagged, study, cast, client_of
):
    Study.objects.update(blind=True)
    moderator = client_of(cast.moderator)
    moderator.post(XLSX, {"now": "1"})
    address = f"{PAGE}prepared/{PreparedExport.objects.get().pk}/"
    assert moderator.get(address).status_code == 200
    part = Assignment.objects.create(study=study, story=study.stories.get(), coder=cast.moderator)
    assert moderator.get(address).status_code == 403
    part.delete()
    Membership.objects.filter(user=cast.moderator).update(role=Role.REVIEWER)
    assert moderator.get(address).status_code == 403


def test_own_tags_of_a_blind_study_stay_ones_own(tagged, cast, client_of):
    Study.objects.update(blind=True)
    reviewer = client_of(cast.reviewer)
    reviewer.post(XLSX, {"now": "1"})
    row = PreparedExport.objects.get()
    assert (row.total, row.told) == (1, [])
    assert reviewer.get(f"{PAGE}prepared/{row.pk}/").status_code == 200


def test_page_says_whether_what_one_sees_changed_since(made, reviewer, tag, gazette, cast, tagged):
    says = [lambda: reviewer.get(f"{PAGE}?compare=1").text]
    says.append(lambda: reviewer.get(PAGE, headers=FRAGMENT).text)
    assert "Find out whether the data changed" in reviewer.get(PAGE).text
    assert all("Nothing of it changed since" in say() for say in says)
    rule(tagged[1], "accept", version=1, moderator=cast.owner)
    assert all("changed since then.</strong>" in say() for say in says)
    reviewer.post(XLSX, {"now": "1"})
    assert "Nothing of it changed since" in says[0]()
    tag(gazette, "opposition", annotator=cast.colleague)
    assert "changed since then.</strong>" in says[0]()
    assert "Prepare again" in says[0]()


def test_blind_reader_does_not_learn_from_it_that_others_tag(tagged, cast, client_of, tag, gazette):
    Study.objects.update(blind=True)
    reviewer = client_of(cast.reviewer)
    for format in ("xlsx", "xmi"):
        reviewer.post(f"{PAGE}as/{format}/prepare/", {"now": "1"})
    page = reviewer.get(PAGE, headers=FRAGMENT).text
    assert page.count("Nothing of it changed since") == 2
    tag(gazette, "opposition", annotator=cast.colleague)
    own = Annotation.objects.get(annotator=cast.reviewer)
    rule(own, "reject", version=1, reason="No.", moderator=cast.owner)
    plain = re.compile(r'value="\w{64}"')
    after = reviewer.get(PAGE, headers=FRAGMENT).text
    assert plain.sub("", after) == plain.sub("", page)
    tag(gazette, "stranglehold")
    assert "changed since then.</strong>" in reviewer.get(PAGE, headers=FRAGMENT).text


def test_file_is_removed_when_it_is_old(made, reviewer, settings):
    address = f"{PAGE}prepared/{made.pk}/"
    settings.EXPORT_DAYS = 3
    PreparedExport.objects.update(finished_at=timezone.now() - timedelta(days=2, hours=23))
    tasks.forget_old_exports(timestamp=0)
    assert reviewer.get(address).status_code == 200
    PreparedExport.objects.update(finished_at=timezone.now() - timedelta(days=3, minutes=1))
    assert reviewer.get(address).status_code == 404
    assert "Prepared files" not in reviewer.get(PAGE).text
    tasks.forget_old_exports(timestamp=0)
    assert not PreparedChunk.objects.exists()
    waits = PreparedExport.objects.create(
        study=made.study, made_by=made.made_by, format="xlsx",
        started_at=timezone.now() - timedelta(days=4),
    )  # fmt: skip
    assert list(outdated()) == [waits]


def test_file_is_removed_and_making_cancelled_by_a_press(made, reviewer):
    answer = reviewer.post(f"{PAGE}prepared/{made.pk}/remove/", follow=True)
    assert "The file was removed." in answer.text
    assert not PreparedChunk.objects.exists()
    reviewer.post(XLSX)
    waits = PreparedExport.objects.get()
    assert "Cancel<span" in reviewer.get(PAGE).text
    reviewer.post(f"{PAGE}prepared/{waits.pk}/remove/")
    preparing.carry_out(waits.pk, 0)
    assert not PreparedExport.objects.exists()


def test_nobody_keeps_more_than_so_many_files(made, reviewer, monkeypatch):
    monkeypatch.setattr(preparing, "MOST_KEPT", 1)
    answer = reviewer.post(f"{PAGE}as/xmi/prepare/")
    assert (answer.status_code, "Remove one first" in answer.text) == (409, True)
    assert PreparedExport.objects.count() == 1


def test_what_went_wrong_is_said_with_what_to_do(reviewer, tagged, cast, study):
    Revision.objects.filter(pk=tagged[0].span.revision_id).update(text="Other words.")
    reviewer.post(XLSX, {"now": "1"})
    page = reviewer.get(PAGE).text
    assert "does not hold the stored words of annotation_id" in page
    assert "from a backup" in page
    assert "Prepare again" in page
    row = PreparedExport.objects.get()
    assert reviewer.get(f"{PAGE}prepared/{row.pk}/").status_code == 404
    Membership.objects.filter(user=cast.reviewer).delete()
    preparing.make_export(row)
    row.refresh_from_db()
    assert row.said == preparing.SHUT
    preparing.order_export(study, "xlsx", Choice(), made_by=cast.reviewer)
    assert PreparedExport.objects.get().failed_at is None


def test_file_that_nobody_goes_on_with_is_not_under_way_for_ever(reviewer, study, cast):
    row = PreparedExport.objects.create(study=study, made_by=cast.reviewer, format="xlsx", total=2)
    assert 'hx-trigger="every 2s"' in reviewer.get(PAGE).text
    assert "0 of 2 tags" in reviewer.get(PAGE, headers=FRAGMENT).text
    PreparedExport.objects.update(started_at=timezone.now() - timedelta(minutes=11))
    page = reviewer.get(PAGE).text
    assert "was stopped before it was done" in page
    assert "every 2s" not in page
    reviewer.post(XLSX, {"now": "1"})
    assert PreparedExport.objects.get().pk > row.pk


def test_page_takes_the_same_queries_for_any_number_of_files(made, reviewer):
    def queries():
        with CaptureQueriesContext(connection) as asked:
            assert "Prepared files" in reviewer.get(PAGE).text
        return len(asked)

    before = queries()
    for format in ("xmi", "brat", "doccano"):
        reviewer.post(f"{PAGE}as/{format}/prepare/", {"now": "1"})
    assert queries() == before


@pytest.fixture
def queue(transactional_db):
    empty_queue()
    yield
    empty_queue()


def test_worker_makes_the_file_and_gives_up_if_it_is_stopped_each_time(queue, reviewer):
    reviewer.post(XLSX)
    work_off()
    page = reviewer.get(PAGE).text
    assert "Made on" in page
    reviewer.post(f"{PAGE}as/xmi/prepare/")
    assert "Waits for a worker." in reviewer.get(PAGE, headers=FRAGMENT).text
    with connection.cursor() as cursor:
        cursor.execute("UPDATE procrastinate_jobs SET attempts = %s", [preparing.MOST_STARTS])
    work_off()
    let_workers_look_dead()
    stopped = PreparedExport.objects.get(format="xmi")
    assert (stopped.finished_at, "several times" in stopped.said) == (None, True)


@pytest.fixture
def aside():
    """A connection of its own, as that of another page."""
    aside = connection.copy()
    with aside.cursor() as cursor:
        yield cursor
    aside.close()


def test_progress_is_told_meanwhile_and_whoever_makes_a_removed_file_stops(
    transactional_db, reviewer, study, cast, monkeypatch, aside
):
    monkeypatch.setattr(keeping, "NOTE_EVERY", 0.0)
    seen = []

    def watch(*given, progress, **more):
        def told(tags):
            progress(tags)
            seen.extend(aside.execute("SELECT done FROM annotations_preparedexport").fetchone())
            if removes:
                aside.execute("DELETE FROM annotations_preparedexport")

        return export_as(*given, progress=told, **more)

    monkeypatch.setattr(preparing, "export_as", watch)
    wanted = {"study": study, "made_by": cast.reviewer, "format": "xmi"}
    for removes in (False, True):
        preparing.make_export(PreparedExport.objects.create(**wanted))
        assert PreparedExport.objects.filter(finished_at__isnull=False).exists() != removes
        PreparedExport.objects.all().delete()
    assert seen == [1, 2, 1]
