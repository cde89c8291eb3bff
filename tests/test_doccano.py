"""doccano: a line per text and reviewer, in the forms that its versions have had."""

import io
import json
import zipfile

import pytest
from hypothesis import HealthCheck, given, settings

from annotations.interchange.doccano import read, write
from annotations.interchange.formats import recognise
from annotations.interchange.records import AnnotationRecord, ArticleRecord, Unit
from tests.hard_cases import TAGS, TEXT, bent, damaged, reasons, records, settled, survives, written

VALID = written(write)
START = TEXT.encode("utf-16-le").index("council".encode("utf-16-le")) // 2
FORMS = {
    "labels of lists": {"labels": [[START, START + 7, "loaded"]]},
    "label of lists": {"label": [[START, START + 7, "loaded"]], "Comments": []},
    "entities": {
        "entities": [{"id": 5, "label": "loaded", "start_offset": START, "end_offset": START + 7}],
        "relations": [],
    },
}


@pytest.mark.parametrize("form", FORMS.values(), ids=FORMS)
def test_each_form_is_read_and_an_emoji_counts_two(form):
    article, tag = records(read, {"id": 3, "text": TEXT} | form)
    assert article.text == TEXT
    assert (tag.code, tag.unit, tag.exact) == ("loaded", Unit.UTF16, "council")
    assert settled([tag])[0].start == START - 1


def test_tags_come_back_as_they_were_and_each_article_once():
    found = records(read, VALID)
    assert settled(found) == TAGS
    assert [r.ref.id for r in found if isinstance(r, ArticleRecord)] == [7, 8]


def test_label_that_was_changed_in_doccano_is_another_tag():
    line = next(line for line in map(json.loads, VALID.splitlines()) if len(line["label"]) > 4)
    line["label"][0][2] = "other"
    tags = [r for r in records(read, line) if isinstance(r, AnnotationRecord)]
    assert (tags[0].code, tags[0].id, tags[0].note) == ("other", "", "")
    assert tags[0].annotator == tags[1].annotator == "anna"
    assert tags[1].id


def test_archive_names_each_file_after_its_reviewer():
    file = io.BytesIO()
    with zipfile.ZipFile(file, "w") as archive:
        for name in ("anna.jsonl", "unknown.jsonl"):
            archive.writestr(name, json.dumps({"text": TEXT, "label": [[0, 3, "loaded"]]}))
    tags = [r for r in records(read, file.getvalue()) if isinstance(r, AnnotationRecord)]
    assert [tag.annotator for tag in tags] == ["anna", ""]
    assert tags[0].place == "anna.jsonl, the file"


def test_label_of_another_user_is_not_the_tag_that_was_imported():
    ours = next(line for line in map(json.loads, VALID.splitlines()) if line["label"])
    count = len(ours["label"])
    theirs = ours | {"label": [ours["label"][0], [0, 3, "loaded"]]}
    file = io.BytesIO()
    with zipfile.ZipFile(file, "w") as archive:
        archive.writestr("admin.jsonl", json.dumps(ours))
        archive.writestr("carol.jsonl", json.dumps(theirs))
    tags = [r for r in records(read, file.getvalue()) if isinstance(r, AnnotationRecord)]
    assert all(tag.id and tag.annotator == ours["annotator"] for tag in tags[:count])
    assert [(tag.id, tag.annotator) for tag in tags[count:]] == [("", "carol")] * 2


def test_old_export_has_numbers_for_labels():
    label = {"label": 4, "start_offset": 0, "end_offset": 3, "user": 1}
    _, tag = records(read, {"text": TEXT, "annotations": [label]})
    assert (tag.code, tag.exact) == ("4", "The")


@pytest.mark.parametrize(
    ("said", "reason"),
    [
        ({"label": ["sport"]}, "whole text"),
        ({"label": [[0, "3", "loaded"]]}, "whole number"),
        ({"label": [[0]]}, "no offsets"),
        ({"label": [[0, 3, ["loaded"]]]}, "no string"),
        ({"label": "sport"}, "no list"),
        ({"text": ["a"]}, "no string"),
        ({"text": "\ud83d"}, "surrogate"),
        ({"relations": [{"from_id": 1, "to_id": 2, "type": "x"}]}, "relations are left out"),
        ({"Comments": ["why"]}, "comments are left out"),
    ],
)
def test_what_cannot_be_used_is_refused_with_its_reason(said, reason):
    found = records(read, [{"text": TEXT} | said, {"text": TEXT, "label": [[0, 3, "loaded"]]}])
    assert reason in reasons(found)[0]
    assert isinstance(found[-1], AnnotationRecord)


def test_offsets_that_cut_an_emoji_in_two_have_no_words():
    half = TEXT.encode("utf-16-le").index("😀".encode("utf-16-le")) // 2 + 1
    _, tag = records(read, {"text": TEXT, "label": [[half, half + 3, "loaded"]]})
    assert tag.exact == ""


@pytest.mark.parametrize("data", [VALID, *({"text": TEXT} | form for form in FORMS.values())])
def test_each_form_is_recognised(data):
    data = data if isinstance(data, bytes) else json.dumps(data).encode()
    assert recognise(io.BytesIO(data)).key == "doccano"


@settings(max_examples=120, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(damaged(VALID.replace(b"x" * 9_900, b"")))
def test_reader_survives_damage(data):
    survives(read, data)


@settings(max_examples=40, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(bent(VALID.splitlines()[0]))
def test_reader_survives_what_is_json_but_not_as_it_should_be(data):
    survives(read, data)
