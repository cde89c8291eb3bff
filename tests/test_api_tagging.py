"""The API, writing: a tag made by a program, with the checks of the desk."""

import uuid

import pytest
from django.utils import timezone

from annotations.models import Annotation, Assignment, Change, Membership
from annotations.tags.tagging import remove_annotation
from tests.conftest import make_revision, revise
from tests.programs import Program

pytestmark = pytest.mark.django_db
ID = uuid.UUID(int=5)
WIDE = "A 🚢 in the harbour: “naïve” words.\n\nDigne, 東京, end."


@pytest.fixture
def program(cast, study):
    return Program(cast.reviewer, may_write=True)


def asked(revision, exact="accord", **more):
    """Return what to send to tag the first place of some words."""
    start = revision.text.index(exact)
    place = {"revision": revision.pk, "start": start, "end": start + len(exact)}
    return {"id": str(ID), "code": "loaded", "exact": exact} | place | more


def test_tag_is_made_once(program, revision):
    given = asked(revision, note="a\r\nnote", voice="attributed", speaker="one")
    made, again = program.tag("press", **given), program.tag("press", **given)
    assert (made.status_code, again.status_code) == (201, 200)
    assert made.json() == again.json()
    tag = Annotation.objects.get()
    assert (tag.pk, tag.annotator.username, tag.span.exact) == (ID, "reviewer", "accord")
    assert (tag.note, tag.speaker, tag.code.key) == ("a\nnote", "one", "loaded")
    assert Change.objects.get().number == 1


def test_token_that_may_only_read_tags_nothing(cast, study, revision):
    refused = Program(cast.reviewer).tag("press", **asked(revision))
    assert refused.status_code == 403
    assert "may only read" in refused.json()["detail"]
    assert not Annotation.objects.exists()


def test_outsider_finds_no_study_to_tag_in(cast, study, revision):
    answer = Program(cast.outsider, may_write=True).tag("press", **asked(revision))
    assert answer.status_code == 404


@pytest.mark.parametrize(
    ("change", "said"),
    [
        ({"exact": "accorD"}, "not “accorD”"),
        ({"end": 9000, "exact": "x" * 9}, "does not lie within the text"),
        ({"start": 0, "end": 0}, "end: Input should be greater"),
        ({"code": "nonsense"}, "There is no code “nonsense”"),
        ({"code": "threat"}, "asks whom it is about"),
        ({"speaker": "one"}, "A speaker goes with words that are attributed"),
        ({"polarity": "sideways"}, "polarity"),
        ({"id": "5"}, "id"),
        ({"exact": "a\x00b"}, "NUL"),
        ({"note": "\ud800"}, "note"),
        ({"target": "x" * 201}, "at most 200 characters"),
        ({"notes": "x"}, "notes"),
        ({"revision": None}, "Say which text"),
        ({"article": 1}, "not both"),
        ({"revision": 2**63}, "revision"),
        ({"unit": "words"}, "unit"),
        ({"unit": "UTF-16 units", "start": 2**31 - 2, "end": 2**31 - 1}, "in UTF-16 units"),
    ],
)
def test_what_the_desk_refuses_is_refused(program, revision, change, said):
    refused = program.tag("press", **(asked(revision) | change))
    assert refused.status_code == 422
    assert said in refused.json()["detail"]
    assert not Annotation.objects.exists()


@pytest.mark.parametrize(
    "body", ["", "{", "[]", "null", '"x"', "\udcff".encode("utf-8", "surrogatepass")]
)
def test_body_that_is_no_tag_is_refused(program, study, body):
    headers = {"Authorization": f"Bearer {program.token}"}
    answer = program.generic(
        "POST", "/api/v1/studies/press/annotations", body, "application/json", headers=headers
    )
    assert answer.status_code in (400, 422)
    assert answer["Content-Type"] == "application/problem+json"


def test_body_that_is_too_large_is_refused(program, revision, settings):
    settings.DATA_UPLOAD_MAX_MEMORY_SIZE = 1_000
    assert program.tag("press", **asked(revision, note="x" * 2_000)).status_code == 413


@pytest.mark.parametrize(
    ("unit", "measure"),
    [
        ("code points", len),
        ("UTF-16 units", lambda text: len(text.encode("utf-16-le")) // 2),
        ("UTF-8 bytes", lambda text: len(text.encode())),
    ],
)
@pytest.mark.parametrize("exact", ["🚢", "naïve", "東京, end"])
def test_offsets_in_other_units_are_converted(program, story, unit, measure, exact):
    revision = make_revision(story, text=WIDE)
    start = WIDE.index(exact)
    place = {"start": measure(WIDE[:start]), "end": measure(WIDE[: start + len(exact)])}
    made = program.tag("press", **asked(revision, exact, unit=unit, **place))
    assert (made.status_code, made.json()["start"]) == (201, start)
    assert Annotation.objects.get().span.exact == exact


def test_words_that_stand_elsewhere_are_not_looked_for(program, story):
    revision = make_revision(story, text=WIDE)
    for unit in ("code points", "UTF-16 units", "UTF-8 bytes"):
        refused = program.tag("press", **asked(revision, "end", unit=unit, start=0, end=3))
        assert refused.status_code == 422
    assert not Annotation.objects.exists()


def test_text_is_named_by_article_and_number_too(program, revision):
    revise(revision, revision.text + " More.")
    given = asked(revision) | {"revision": None, "article": revision.article_id}
    assert program.tag("press", **given, revision_number=3).status_code == 404
    made = program.tag("press", **given, revision_number=1)
    assert (made.status_code, made.json()["revision"]) == (201, revision.pk)


def test_id_of_another_tag_is_a_conflict(program, cast, revision, tag):
    tag(revision, "strait", id=ID, annotator=cast.colleague)
    taken = program.tag("press", **asked(revision))
    assert taken.status_code == 409
    assert "Make a new one" in taken.json()["detail"]
    assert Annotation.objects.count() == 1


def test_tag_that_was_removed_stays_removed(program, cast, revision):
    program.tag("press", **asked(revision))
    remove_annotation(Annotation.objects.get(), actor=cast.reviewer)
    assert program.tag("press", **asked(revision)).status_code == 409
    assert Annotation.objects.get().removed_at


def test_retired_code_takes_no_tag(program, revision, codes):
    codes["loaded"].retired_at = timezone.now()
    codes["loaded"].save(update_fields=["retired_at"])
    refused = program.tag("press", **asked(revision))
    assert "retired" in refused.json()["detail"]


def test_part_that_is_done_is_locked(program, cast, study, story, revision):
    Assignment.objects.create(
        study=study, story=story, coder=cast.reviewer, state="done", done_at=timezone.now()
    )
    assert program.tag("press", **asked(revision)).status_code == 422
    assert not Annotation.objects.exists()


def test_blind_coder_tags_and_sees_their_own(program, study, revision, tag, cast):
    study.blind = True
    study.save(update_fields=["blind"])
    tag(revision, "accord", annotator=cast.colleague)
    made = program.tag("press", **asked(revision)).json()
    assert (made["annotator"], made["status"]) == ("reviewer", "pending")
    assert len(program.ask("/studies/press/annotations").json()["items"]) == 1


def test_tag_on_an_older_text_follows_to_the_newest(
    program, revision, django_capture_on_commit_callbacks
):
    newest = revise(revision, "New. " + revision.text)
    with django_capture_on_commit_callbacks(execute=True):
        assert program.tag("press", **asked(revision)).status_code == 201
    assert newest.carries.get().exact == "accord"


@pytest.fixture
def veiled(study):
    study.outlets_hidden = study.mastheads_masked = True
    study.save(update_fields=["outlets_hidden", "mastheads_masked"])
    return study


@pytest.mark.parametrize("unit", ["code points", "UTF-8 bytes"])
def test_words_are_sent_as_they_were_read_masked(program, veiled, story, unit):
    text = "The Harbour Times & co. says it: the Gazette lies."
    revision = make_revision(story, text=text)
    seen = program.ask(f"/studies/press/revisions/{revision.pk}").json()
    assert "Times" not in str(seen)
    assert (len(seen["text"]), seen["sha256"]) == (len(text), None)
    exact = seen["text"][:23]
    assert exact == "███ ███████ █████ & co."
    end = 23 if unit == "code points" else len(exact.encode())
    given = asked(revision, "lies") | {"start": 0, "end": end, "exact": exact, "unit": unit}
    made = program.tag("press", **given)
    assert (made.status_code, made.json()["exact"]) == (201, exact)
    assert Annotation.objects.get().span.exact == text[:23]
    refused = program.tag("press", **(given | {"exact": exact + "?", "id": str(uuid.uuid4())}))
    assert "Times" not in refused.text


def test_hidden_outlets_are_letters(program, veiled, revision, cast):
    (article,) = program.ask("/studies/press/articles").json()["items"]
    assert article["outlet"].startswith("Outlet ")
    assert (article["url"], article["byline"], article["external_id"]) == (None, None, None)
    Membership.objects.filter(user=cast.reviewer).update(role=2)
    (article,) = program.ask("/studies/press/articles").json()["items"]
    assert article["outlet"] == "The Harbour Times"
