"""The pages on which an owner imports annotations."""

import io

import pytest
from django.urls import reverse

from annotations.intake import intakes
from annotations.models import Annotation, Assignment, Intake, Role
from annotations.tasks import import_annotations
from sources.models import Article
from tests.conftest import HARBOUR, make_study

pytestmark = pytest.mark.django_db
URL = "https://harbour.example/deal"


def a_file(*rows, name="tags.csv"):
    """Return an upload with rows of (exact, code, annotator)."""
    lines = ["url,start,end,exact,code,annotator"]
    for exact, code, annotator in rows:
        start = HARBOUR.index(exact)
        lines.append(f"{URL},{start},{start + len(exact)},{exact},{code},{annotator}")
    file = io.BytesIO("\n".join(lines).encode())
    file.name = name
    return file


TAGS = [("accord", "Loaded-Language", "Anna"), ("Critics", "loaded", "reviewer"), ("one", "?", "")]


@pytest.fixture
def owner(client_of, cast, revision):
    Article.objects.update(url=URL)
    return client_of(cast.owner)


@pytest.fixture
def upload(owner):
    """Upload rows; return the intake."""

    def upload(*rows, **given):
        response = owner.post("/studies/press/intakes/", {"file": a_file(*rows, **given)})
        assert response.status_code == 303
        intake = Intake.objects.latest("created_at")
        assert response.url == reverse("intake", args=["press", intake.pk])
        return intake

    return upload


def send(client, intake, **given):
    return client.post(reverse("intake", args=["press", intake.pk]), given)


def test_file_is_looked_at_and_nothing_is_written(owner, upload):
    intake = upload(*TAGS)
    assert not Annotation.objects.exists()
    page = owner.get(reverse("intake", args=["press", intake.pk])).content.decode()
    assert "What it would bring" in page
    assert "Loaded-Language" in page
    assert (intake.found["imported"], intake.found["rejected"], intake.total) == (1, 2, 3)
    assert intake.filename in owner.get("/studies/press/intakes/").content.decode()


def test_names_are_decided_on_and_the_file_is_imported(owner, upload, cast, codes):
    intake = upload(*TAGS)
    form = owner.get(reverse("intake", args=["press", intake.pk])).context["form"]
    named = [(field.label, field.initial) for field in [*form.codes, *form.annotators]]
    assert named == [
        ("?", ""), ("Loaded-Language", "loaded"), ("nobody is named", ""), ("Anna", "")
    ]  # fmt: skip
    looked = send(owner, intake, step="look", **{"code-0": "damage", "code-1": "loaded"})
    assert looked.status_code == 303
    intake.refresh_from_db()
    assert "as decided" in intake.rejects
    chosen = {"code-0": "damage", "code-1": "loaded", "annotator-0": "colleague"}
    send(owner, intake, step="import", **chosen, **{"annotator-1": "+"})
    made = Annotation.objects.order_by("span__start")
    assert list(made.values_list("code__key", "annotator__username")) == [
        ("loaded", "Anna"), ("loaded", "reviewer"), ("damage", "colleague")
    ]  # fmt: skip
    intake.refresh_from_db()
    assert (intake.state, intake.found["rejected"]) == ("done", 0)


def test_import_is_taken_back_and_can_be_imported_again(owner, upload):
    intake = upload(TAGS[1])
    send(owner, intake, step="import")
    assert Annotation.objects.standing().count() == 1
    owner.post(reverse("intake_undo", args=["press", intake.pk]))
    assert not Annotation.objects.standing().exists()
    send(owner, intake, step="look")
    intake.refresh_from_db()
    assert (intake.state, intake.found["imported"]) == ("looked at", 1)
    send(owner, intake, step="import")
    assert Annotation.objects.standing().count() == Annotation.objects.count() == 1


def test_rejects_are_a_file(owner, upload):
    intake = upload(*TAGS)
    response = owner.get(reverse("intake_rejects", args=["press", intake.pk]))
    assert response["Content-Disposition"] == 'attachment; filename="press-rejects.csv"'
    lines = response.content.decode("utf-8-sig").splitlines()
    assert lines[0] == "place,reason,row"
    assert len(lines) == 3


def test_discarded_file_is_gone_and_an_imported_one_stays(owner, upload):
    looked, imported = upload(TAGS[1]), upload(TAGS[1])
    send(owner, imported, step="import")
    for one in (looked, imported):
        owner.post(reverse("intake_discard", args=["press", one.pk]))
    assert list(Intake.objects.all()) == [imported]


def test_what_is_no_file_of_annotations_is_refused_with_the_reason(owner):
    for content in (b"", b"\x7fELF\x01\x02", b"<!DOCTYPE html><p>no</p>"):
        file = io.BytesIO(content)
        file.name = "x"
        response = owner.post("/studies/press/intakes/", {"file": file})
        assert response.status_code == 422
    assert "We read CSV" in response.content.decode()
    assert not Intake.objects.exists()


def test_large_file_waits_for_a_worker_or_is_imported_here(owner, upload, monkeypatch):
    monkeypatch.setattr(intakes, "AT_ONCE", 0)
    intake = upload(TAGS[1])
    send(owner, intake, step="import")
    assert not Annotation.objects.exists()
    page = owner.get(reverse("intake", args=["press", intake.pk])).content.decode()
    assert "No worker is running" in page
    import_annotations(str(intake.pk))
    assert Annotation.objects.count() == 1
    import_annotations(str(intake.pk))
    intake.refresh_from_db()
    assert (intake.state, intake.found["imported"], intake.done) == ("done", 1, 1)


def test_broken_off_import_counts_what_it_had_brought(owner, upload, cast):
    intake = upload(TAGS[1], ("accord", "loaded", "reviewer"))
    with intakes.running(intake):
        intakes.import_records(
            list(intakes.records_of(intake))[:1],
            study=intake.study,
            made_by=cast.owner,
            id=intake.pk,
        )
    Intake.objects.filter(pk=intake.pk).update(state="running")
    send(owner, intake, step="now")
    intake.refresh_from_db()
    assert (intake.state, intake.found["imported"], intake.found["already_there"]) == ("done", 2, 0)


def test_only_owners_import_and_outsiders_see_nothing(client_of, cast, upload, client):
    intake = upload(TAGS[1])
    pages = ["/studies/press/intakes/", reverse("intake", args=["press", intake.pk])]
    for person, status in (
        (cast.moderator, 403), (cast.reviewer, 403), (cast.outsider, 404), (cast.administrator, 200)
    ):  # fmt: skip
        assert [client_of(person).get(page).status_code for page in pages] == [status, status]
    assert [client.get(page).status_code for page in pages] == [302, 302]


def test_owner_who_codes_blind_imports_nothing(owner, study, story, cast):
    Assignment.objects.create(study=study, story=story, coder=cast.owner, assigned_by=cast.owner)
    study.blind = True
    study.save(update_fields=["blind"])
    response = owner.get("/studies/press/intakes/")
    assert response.status_code == 403
    assert "Finish your own parts" in response.content.decode()


def test_intake_of_another_study_is_not_found(owner, upload, cast, client_of):
    intake = upload(TAGS[1])
    make_study("other", "Other", [(cast.owner, Role.OWNER)])
    assert owner.get(reverse("intake", args=["other", intake.pk])).status_code == 404


def test_pages_take_as_many_queries_for_many_files_as_for_one(
    owner, upload, django_assert_max_num_queries
):
    intake = upload(*TAGS)
    for _ in range(4):
        upload(TAGS[1])
    with django_assert_max_num_queries(7):
        owner.get("/studies/press/intakes/")
    with django_assert_max_num_queries(13):
        owner.get(reverse("intake", args=["press", intake.pk]))
