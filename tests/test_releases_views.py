"""The page of releases: who may have what, and how far a release is."""

import hashlib
import io
from datetime import timedelta

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from annotations import tasks
from annotations.export import keeping, releasing
from annotations.export.releasing import MOST_STARTS, order_release
from annotations.export.verifying import verify
from annotations.models import Assignment, Membership, Release, ReleaseChunk, Role, Study
from annotations.team.arranging import digest_of, settings_of
from sources.models import Revision
from tests.conftest import make_study
from tests.released import released
from tests.workers import empty_queue, let_workers_look_dead, work_off

pytestmark = pytest.mark.django_db
PAGE = "/studies/press/releases/"
GIVEN = {"people": "pseudonyms"}


@pytest.fixture
def owner(client_of, cast, study):
    return client_of(cast.owner)


@pytest.fixture
def release(study, revision, tag, cast):
    tag(revision, "Monday")
    return order_release(study, pseudonyms=True, made_by=cast.owner)


@pytest.fixture
def large(monkeypatch):
    """Make every release too long for a request, if a worker runs or not."""
    for name in ("QUICK", "SMALL"):
        monkeypatch.setattr(f"annotations.export.releasing.{name}", -1)


def test_release_is_for_owners(cast, client_of, release):
    told = {"outsider": 404, "reviewer": 403, "moderator": 403, "owner": 200, "administrator": 200}
    for who, status in told.items():
        for path in ("", f"{release.pk}/", f"{release.pk}/delete/"):
            assert client_of(getattr(cast, who)).get(PAGE + path).status_code == status


def test_settings_say_what_releases_hold(owner, study):
    now = settings_of(study) | {"seen": digest_of(study)}
    sent = {name: value for name, value in now.items() if value not in (False, "")}
    owner.post("/studies/press/settings/", sent | {"licence": "CC0", "texts_released": "on"})
    study.refresh_from_db()
    assert (study.licence, study.texts_released) == ("CC0", True)


def test_anonymous_is_asked_to_log_in(study, client):
    assert client.get(PAGE).headers["Location"].startswith("/login/")


def test_small_release_is_made_at_once_and_sent_with_its_length(owner, study, revision, tag):
    tag(revision, "Monday")
    response = owner.post(PAGE, GIVEN)
    assert (response.status_code, response.headers["Location"]) == (303, PAGE)
    release = Release.objects.get()
    assert release.finished_at
    assert release.sha256 in owner.get(PAGE).text
    sent = owner.get(f"{PAGE}{release.pk}/")
    content = b"".join(sent.streaming_content)
    assert sent.headers["Content-Length"] == str(len(content)) == str(release.size)
    assert hashlib.sha256(content).hexdigest() == release.sha256
    assert sent.headers["Content-Disposition"] == (
        f'attachment; filename="press-release-{release.sha256[:8]}.zip"'
    )
    assert content == released(study, with_texts=False)
    assert verify(io.BytesIO(content)).is_sound


def test_long_file_lies_in_pieces_and_comes_back_whole(owner, study, cast, revision, monkeypatch):
    for module in ("releases", "releasing"):
        monkeypatch.setattr(f"annotations.export.{module}.CHUNK_BYTES", 1000)
    release = order_release(study, pseudonyms=False, made_by=cast.owner)
    assert ReleaseChunk.objects.count() == -(-release.size // 1000) > 3
    content = b"".join(owner.get(f"{PAGE}{release.pk}/").streaming_content)
    assert content == released(study, with_texts=False, pseudonyms=False)


def test_texts_are_in_it_if_the_settings_say_so(owner, study, revision):
    Study.objects.update(texts_released=True, licence="CC BY 4.0")
    page = owner.get(PAGE).text
    assert "CC BY 4.0" in page
    assert "the articles’ texts are in it" in page
    owner.post(PAGE, {"people": "usernames"})
    release = Release.objects.get()
    assert (release.with_texts, release.pseudonyms) == (True, False)


def test_what_is_not_offered_is_refused(owner):
    assert owner.post(PAGE, {"people": "nobody"}).status_code == 422
    assert not Release.objects.exists()


def test_nothing_is_released_while_a_story_is_closed_to_the_owner(
    owner, study, story, cast, release
):
    Study.objects.update(blind=True)
    part = Assignment.objects.create(study=study, story=story, coder=cast.owner)
    for path in ("", f"{release.pk}/", f"{release.pk}/delete/"):
        answer = owner.get(PAGE + path)
        assert (answer.status_code, "a story is closed to you" in answer.text) == (403, True)
        assert release.sha256 not in answer.text
    assert owner.post(PAGE, GIVEN).status_code == 403
    part.state = Assignment.State.DONE
    part.done_at = timezone.now()
    part.save()
    assert owner.get(f"{PAGE}{release.pk}/").status_code == 200


def test_nothing_is_released_while_outlets_are_hidden_from_the_owner(owner, study, story, cast):
    Study.objects.update(outlets_hidden=True)
    assert owner.get(PAGE).status_code == 200
    Assignment.objects.create(study=study, story=story, coder=cast.owner)
    answer = owner.post(PAGE, GIVEN)
    assert (answer.status_code, "who published what" in answer.text) == (403, True)


def test_large_release_waits_for_a_worker_once(owner, study, large):
    for _ in range(2):
        owner.post(PAGE, GIVEN)
    release = Release.objects.get()
    assert tasks.releases_queued() == {release.pk: False}
    page = owner.get(PAGE).text
    assert "No worker is running." in page
    owner.post(PAGE, GIVEN | {"now": "1"})
    release.refresh_from_db()
    assert release.finished_at


def test_release_of_another_study_is_not_there(owner, cast):
    other = make_study(key="other", name="Other", users=[(cast.owner, Role.OWNER)])
    release = order_release(other, pseudonyms=True, made_by=cast.owner)
    assert owner.get(f"{PAGE}{release.pk}/").status_code == 404
    assert owner.post(f"{PAGE}{release.pk}/delete/").status_code == 404


def test_release_is_deleted_with_its_file_after_a_question(owner, release):
    assert release.sha256 in owner.get(f"{PAGE}{release.pk}/delete/").text
    assert ReleaseChunk.objects.exists()
    assert owner.post(f"{PAGE}{release.pk}/delete/").status_code == 303
    assert not Release.objects.exists()
    assert not ReleaseChunk.objects.exists()


def test_what_went_wrong_is_said_on_the_page(owner, study, revision, tag):
    tag(revision, "Monday")
    Revision.objects.filter(pk=revision.pk).update(text="Other words.")
    owner.post(PAGE, GIVEN)
    assert Release.objects.get().failed_at
    page = owner.get(PAGE).text
    assert "does not hold the stored words of annotation_id" in page
    assert "from a backup" in page
    assert not ReleaseChunk.objects.exists()


def test_release_that_nobody_goes_on_with_is_not_under_way_for_ever(owner, study, cast):
    begun = Release.objects.create(study=study, with_texts=False, made_by=cast.owner)
    assert "<progress" in owner.get(PAGE).text
    long_ago = timezone.now() - timedelta(minutes=11)
    Release.objects.filter(pk=begun.pk).update(started_at=long_ago)
    page = owner.get(PAGE).text
    assert "was stopped before it was done" in page
    assert "<progress" not in page
    owner.post(PAGE, GIVEN)
    assert Release.objects.filter(finished_at__isnull=False).exists()


def test_list_takes_the_same_queries_for_any_number_of_releases(owner, study, release, cast):
    with CaptureQueriesContext(
        connection,
    ) as first:
        owner.get(PAGE)
    for _ in range(3):
        person = Membership.objects.filter(study=study).first().user
        order_release(study, pseudonyms=True, made_by=person)
    with CaptureQueriesContext(connection) as second:
        assert owner.get(PAGE).text.count("SHA-256") == 4
    assert len(first) == len(second)


def test_htmx_gets_the_list_alone(owner, release):
    headers = {"HX-Request": "true", "HX-Target": "releases-made"}
    text = owner.get(PAGE, headers=headers).text.strip()
    assert text.startswith('<section id="releases-made"')


@pytest.fixture
def queue(transactional_db):
    empty_queue()
    yield
    empty_queue()


def test_worker_makes_the_release_and_gives_up_if_it_is_stopped_each_time(
    queue, study, cast, revision, tag, large
):
    tag(revision, "Monday")
    made = order_release(study, pseudonyms=True, made_by=cast.owner)
    work_off()
    let_workers_look_dead()
    made.refresh_from_db()
    assert (made.finished_at is None, made.done) == (False, made.total)
    stopped = order_release(study, pseudonyms=True, made_by=cast.owner)
    with connection.cursor() as cursor:
        cursor.execute("UPDATE procrastinate_jobs SET attempts = %s", [MOST_STARTS])
    work_off()
    stopped.refresh_from_db()
    assert (stopped.finished_at, "several times" in stopped.said) == (None, True)


def test_progress_is_told_beside_the_transaction_that_writes(
    transactional_db, study, cast, revision, tag, monkeypatch
):
    tag(revision, "Monday")
    monkeypatch.setattr(keeping, "NOTE_EVERY", 0.0)
    release = Release.objects.create(study=study, with_texts=False, made_by=cast.owner)
    seen = []

    def look(done):
        seen.append(Release.objects.values_list("done", "total", "said").get())
        return done

    write = releasing.write_release
    monkeypatch.setattr(releasing, "write_release", lambda *a, **more: look(write(*a, **more)))
    releasing.make_release(release)
    assert seen == [(3, 4, "writing README.md")]


def test_release_that_was_deleted_while_it_was_made_leaves_nothing(study, cast, monkeypatch):
    release = Release.objects.create(study=study, with_texts=False, made_by=cast.owner)

    def delete_meanwhile(*given, **more):
        Release.objects.all().delete()
        return write(*given, **more)

    write = releasing.write_release
    monkeypatch.setattr(releasing, "write_release", delete_meanwhile)
    releasing.make_release(release)
    assert not Release.objects.exists()
    assert not ReleaseChunk.objects.exists()
