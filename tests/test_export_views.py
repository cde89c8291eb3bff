import csv
import io
import re

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from annotations.facts.stating import state_fact
from annotations.rulings.ruling import rule
from annotations.team.founding import add_story
from tests.conftest import make_revision, make_study

pytestmark = pytest.mark.django_db

PAGE = "/studies/press/export/"
ANNOTATIONS = f"{PAGE}annotations.csv"
FACTS = f"{PAGE}facts.csv"
GOLD = f"{PAGE}gold.csv"
RULINGS = f"{PAGE}rulings.csv"
EVERY = pytest.mark.parametrize("path", [PAGE, ANNOTATIONS, GOLD, RULINGS, FACTS])


def rows_of(response) -> list[dict[str, str]]:
    content = b"".join(response.streaming_content).decode("utf-8-sig")
    return list(csv.DictReader(io.StringIO(content, newline="")))


@EVERY
@pytest.mark.parametrize("who", ["reviewer", "moderator", "owner", "administrator"])
def test_every_member_takes_the_study_away(study, cast, client_of, path, who):
    response = client_of(getattr(cast, who)).get(path)
    assert response.status_code == 200
    b"".join(response)


@EVERY
def test_outsider_is_told_nothing(study, cast, client_of, path):
    response = client_of(cast.outsider).get(path)
    assert response.status_code == 404
    assert b"Press study" not in response.content


@EVERY
def test_anonymous_is_asked_to_log_in(study, client, path):
    assert client.get(path).headers["Location"].startswith("/login/")


@EVERY
def test_export_changes_nothing_and_takes_no_post(study, cast, client_of, path):
    assert client_of(cast.owner).post(path).status_code == 405


def test_file_says_its_name_type_and_length(study, cast, client_of, tag, revision):
    tag(revision, "Monday")
    response = client_of(cast.reviewer).get(ANNOTATIONS)
    day = f"{timezone.now():%Y-%m-%d}"
    assert response.headers["Content-Disposition"] == (
        f'attachment; filename="press-annotations-{day}.csv"'
    )
    assert response.headers["Content-Type"] == "text/csv; charset=utf-8"
    body = b"".join(response.streaming_content)
    assert int(response.headers["Content-Length"]) == len(body)
    assert body.startswith("\ufeffrow_safe,".encode())


def test_lossless_form_is_chosen_by_the_address(study, cast, client_of, tag, revision):
    tag(revision, "Monday", note="=1")
    [row] = rows_of(client_of(cast.reviewer).get(ANNOTATIONS, {"form": "lossless"}))
    assert (row["row_lossless"], row["note"]) == ("1", "=1")


def test_other_studies_annotations_and_facts_are_absent(
    cast, client_of, study, tag, revision, story
):
    tag(revision, "Monday")
    state_fact(study, story, "An accord was signed", author=cast.owner)
    other = make_study("other", "Other", users=[(cast.reviewer, 1)])
    other.stories.add(story)
    client = client_of(cast.reviewer)
    assert rows_of(client.get("/studies/other/export/annotations.csv")) == []
    assert rows_of(client.get("/studies/other/export/facts.csv")) == []


def test_export_is_narrowed_to_a_story(study, cast, client_of, tag, revision, story):
    tag(revision, "Monday")
    state_fact(study, story, "An accord was signed", author=cast.owner)
    other = add_story(study, "Another")
    tag(make_revision(other, outlet="Gazette"), "strait")
    client = client_of(cast.reviewer)
    assert [row["exact"] for row in rows_of(client.get(ANNOTATIONS, {"story": other.pk}))] == [
        "strait"
    ]
    assert rows_of(client.get(FACTS, {"story": other.pk})) == []
    assert len(rows_of(client.get(FACTS, {"story": story.pk}))) == 1


def test_export_is_narrowed_to_a_status(study, cast, client_of, tag, revision):
    tag(revision, "Monday")
    annotation = tag(revision, "strait")
    rule(annotation, "accept", version=1, moderator=cast.moderator)
    rows = rows_of(client_of(cast.reviewer).get(ANNOTATIONS, {"status": "accepted"}))
    assert [row["exact"] for row in rows] == ["strait"]


@pytest.mark.parametrize("path", [ANNOTATIONS, FACTS])
@pytest.mark.parametrize(
    "query", [{"form": "xml"}, {"status": "odd"}, {"story": "x"}, {"story": 0}]
)
def test_unknown_choice_is_answered_with_the_form(study, cast, client_of, path, query):
    response = client_of(cast.reviewer).get(path, query)
    assert response.status_code == 422
    assert "annotations/export.html" in [template.name for template in response.templates]


def test_story_of_another_study_cannot_be_asked_for(study, cast, client_of, story):
    make_study("other", "Other", users=[(cast.reviewer, 1)])
    response = client_of(cast.reviewer).get("/studies/other/export/facts.csv", {"story": story.pk})
    assert response.status_code == 422
    assert b"The harbour accord" not in response.content


def test_changed_text_is_answered_with_a_page_that_names_the_row(
    study, cast, client_of, tag, revision
):
    annotation = tag(revision, "Monday")
    with connection.cursor() as cursor:
        cursor.execute("UPDATE sources_revision SET text = replace(text, 'Monday', 'Friday')")
    response = client_of(cast.reviewer).get(ANNOTATIONS)
    assert response.status_code == 500
    assert str(annotation.pk) in response.content.decode()
    assert "Content-Disposition" not in response.headers


def test_page_says_how_much_there_is(study, cast, client_of, tag, revision, story):
    tag(revision, "Monday")
    tag(revision, "strait")
    state_fact(study, story, "An accord was signed", author=cast.owner)
    page = " ".join(client_of(cast.reviewer).get(PAGE).content.decode().split())
    assert re.search(r"Annotations</dt> <dd>2 in all", page)
    assert re.search(r"Facts</dt> <dd>1 in all", page)


def test_page_of_an_empty_study_says_what_to_do(study, cast, client_of):
    page = client_of(cast.reviewer).get(PAGE).content.decode()
    assert "There is nothing to take away yet" in page
    assert '<form method="get"' not in page


@pytest.mark.parametrize("path", [PAGE, ANNOTATIONS, FACTS])
def test_queries_do_not_grow_with_the_rows(study, cast, client_of, tag, revision, story, path):
    client = client_of(cast.reviewer)

    def count_queries():
        with CaptureQueriesContext(connection) as queries:
            b"".join(client.get(path))
        return len(queries)

    tag(revision, "Monday")
    state_fact(study, story, "An accord was signed", author=cast.owner)
    few = count_queries()
    for words in ("strait", "the", "of", "Critics"):
        tag(revision, words)
        state_fact(study, story, words, author=cast.owner)
    assert count_queries() == few
