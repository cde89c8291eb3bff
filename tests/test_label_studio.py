"""Label Studio: offsets in code points, answers on regions, and its several forms of file."""

import io
import json
import xml.etree.ElementTree as ET
from zipfile import ZipFile

import pytest
from hypothesis import HealthCheck, given, settings

from annotations.interchange.formats import recognise
from annotations.interchange.label_studio import read, write
from annotations.interchange.records import AnnotationRecord, ArticleRecord, Unit
from tests.hard_cases import (
    ARTICLE,
    BARE,
    TAGS,
    TEXT,
    bent,
    damaged,
    reasons,
    records,
    settled,
    survives,
    written,
)

ZIP = written(write)


def member(name):
    return ZipFile(io.BytesIO(ZIP)).read(name)


TASKS = member("tasks.json")
START = TEXT.index("council")  # an emoji stands before it


def task(*results, **said):
    return {"id": 1, "data": {"text": TEXT}, "annotations": [{"result": list(results)}]} | said


def region(start, end, label="loaded", **value):
    return {
        "id": "Dx_aB9",
        "from_name": "tag",
        "to_name": "text",
        "type": "labels",
        "value": {"start": start, "end": end, "labels": [label]} | value,
    }


@pytest.mark.parametrize("data", [ZIP, TASKS], ids=["zip", "json"])
def test_tags_and_articles_come_back_as_they_were(data):
    found = records(read, data)
    assert settled(found) == TAGS
    articles = [record for record in found if isinstance(record, ArticleRecord)]
    assert [(article.text, article.headline) for article in articles] == [
        (TEXT, ARTICLE.headline),
        (BARE.article.text, ARTICLE.headline),
    ]


def test_regions_count_code_points_as_the_pages_of_label_studio_do():
    regions = [
        result
        for annotation in json.loads(TASKS)[0]["annotations"]
        for result in annotation["result"]
        if result["type"] == "labels"
    ]
    assert len(regions) == len(TAGS)
    for result in regions:
        value = result["value"]
        assert TEXT[value["start"] : value["end"]] == value["text"]
    family = next(r["value"] for r in regions if r["value"]["text"] == "👨‍👩‍👧")
    assert family["end"] - family["start"] == 5


def test_each_reviewer_has_an_annotation_and_nobody_is_named_by_number():
    annotations = json.loads(TASKS)[0]["annotations"]
    assert len(annotations) == len({tag.annotator for tag in TAGS})
    assert b"completed_by" not in TASKS


def test_every_result_is_answered_by_a_tag_of_the_configuration():
    view = ET.fromstring(member("labelling-config.xml"))
    controls = {tag.get("name"): tag.tag.lower() for tag in view}
    labels = {tag.get("value") for tag in view.iter("Label")}
    for annotation in json.loads(TASKS)[0]["annotations"]:
        for result in annotation["result"]:
            assert controls[result["from_name"]] == result["type"]
            assert controls[result["to_name"]] == "text"
            assert set(result["value"].get("labels", ())) <= labels
    assert view.find("Labels/Label[@value='metaphor']").get("hint").startswith('War, "g')


def test_answers_changed_in_label_studio_win_over_what_was_kept():
    result = region(START, START + 7) | {
        "meta": {"parallax": {"voice": "outlet", "annotator": "anna"}}
    }
    answers = [
        {"id": "Dx_aB9", "from_name": "voice", "value": {"choices": ["attributed"]}},
        {"id": "Dx_aB9", "from_name": "note", "value": {"text": ["new"]}},
        {"id": "another", "from_name": "note", "value": {"text": ["of another"]}},
    ]
    found = records(read, [task(result, *answers)])[1]
    assert (found.voice, found.note, found.annotator) == ("attributed", "new", "anna")
    assert (found.exact, found.unit, found.id) == ("council", Unit.CODE_POINTS, "Dx_aB9")


def test_offset_without_words_counts_code_points():
    (found,) = settled(records(read, [task(region(START, START + 7))]))
    assert (found.start, found.exact) == (START, "council")


def test_offset_of_a_version_that_counts_utf16_units_is_found_by_its_words():
    (found,) = settled(records(read, [task(region(START + 1, START + 8, text="council"))]))
    assert (found.start, found.exact) == (START, "council")


SHORT = {
    "id": 3,
    "text": TEXT,
    "code": [{"start": 0, "end": 3, "text": "The", "labels": ["loaded", "metaphor"]}],
    "annotator": 5,
    "annotation_id": 9,
    "created_at": "2026-02-01T10:00:00Z",
    "lead_time": 8.4,
}


def test_short_form_is_read_with_a_tag_for_each_label():
    found = [r for r in records(read, [SHORT]) if isinstance(r, AnnotationRecord)]
    assert [(tag.code, tag.annotator, tag.exact) for tag in found] == [
        ("loaded", "5", "The"),
        ("metaphor", "5", "The"),
    ]


@pytest.mark.parametrize(
    ("who", "annotator"),
    [(5, "5"), ({"id": 5, "email": "a@a.example"}, "a@a.example"), (None, "")],
)
def test_annotator_is_named_as_label_studio_does(who, annotator):
    done = {"completed_by": who, "result": [region(0, 3)]}
    assert records(read, [task(annotations=[done])])[1].annotator == annotator


def test_marked_up_text_is_placed_by_its_words():
    value = {"start": "/div[1]/text()[1]", "end": "/p", "globalOffsets": {"start": 4, "end": 9}}
    result = {
        "type": "hypertextlabels",
        "value": value | {"text": "noon", "hypertextlabels": ["x"]},
    }
    article, tag = records(read, [task(result, data={"html": "<p>noon</p>"})])
    assert article.text is None
    assert (tag.start, tag.end, tag.exact, tag.code) == (4, 9, "noon", "x")


@pytest.mark.parametrize(
    ("said", "reason"),
    [
        ({"data": 5}, "no object"),
        ({"annotations": 5}, "no list"),
        ({"annotations": [{"result": [region("a", 4)]}]}, "whole number"),
        ({"annotations": [{"result": [region(None, 4)]}]}, "no offsets"),
        ({"annotations": [{"result": [region(0, 4, label=5)]}]}, "no string"),
        ({"annotations": [], "predictions": [{"result": [region(0, 3)]}]}, "machine"),
        ({"data": {"text": "\udc00"}}, "surrogate"),
    ],
)
def test_what_cannot_be_used_is_refused_with_its_reason(said, reason):
    found = records(read, [task(region(0, 3)) | said])
    assert reason in reasons(found)[0]
    assert not [record for record in found if isinstance(record, AnnotationRecord)]


def test_predictions_may_be_listed_by_their_numbers():
    found = records(read, [task(region(0, 3), predictions=[1, 2])])
    assert len([record for record in found if isinstance(record, AnnotationRecord)]) == 1
    assert reasons(found) == ["2 predictions of a machine are left out."]


def test_cancelled_annotation_is_no_answer():
    cancelled = {"was_cancelled": True, "result": [region(0, 3)]}
    assert len(records(read, [task(annotations=[cancelled])])) == 1


@pytest.mark.parametrize("data", [ZIP, TASKS, SHORT, [SHORT], task()])
def test_each_form_is_recognised(data):
    data = data if isinstance(data, bytes) else json.dumps(data).encode()
    assert recognise(io.BytesIO(data)).key == "label-studio"


@settings(max_examples=40, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(damaged(TASKS.replace(b"x" * 9_900, b"")))
def test_reader_survives_damage(data):
    survives(read, data)


@settings(max_examples=40, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(bent(TASKS.replace(b"x" * 9_900, b"")))
def test_reader_survives_what_is_json_but_not_as_it_should_be(data):
    survives(read, data)


@settings(max_examples=40, deadline=None)
@given(damaged(ZIP))
def test_reader_survives_a_damaged_archive(data):
    survives(read, data)
