"""W3C Web Annotation: what is written is valid by the model, and what others write is read."""

import io
import json
import re
from dataclasses import replace
from datetime import UTC, datetime
from functools import partial

import pytest
from hypothesis import HealthCheck, given, settings

from annotations.interchange.formats import recognise
from annotations.interchange.records import AnnotationRecord, ArticleRef, Dataset, Unit
from annotations.interchange.webannotation import read, write
from tests.hard_cases import (
    DOCUMENT,
    REF,
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

# https://www.w3.org/TR/annotation-model/, the MUSTs of sections 3.1, 3.2.4, 3.3, 4.2 and 5.
IRI = re.compile(r"[A-Za-z][A-Za-z0-9+.-]*:[^\s<>\"{}|\\^`]+")
TIME = re.compile(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(\.\d+)?Z")
MOTIVATIONS = set(
    """assessing bookmarking classifying commenting describing editing highlighting identifying
    linking moderating questioning replying tagging""".split()
)
# The terms of http://www.w3.org/ns/anno.jsonld that we use. What is none is lost to JSON-LD.
TERMS = set(
    """@context id type label rights first last total partOf startIndex items motivation creator
    nickname created modified generated generator name body purpose format value target source state
    cached selector start end exact prefix suffix""".split()
)
VALID = written(write)


def check_collection(made):
    assert made["@context"][0] == "http://www.w3.org/ns/anno.jsonld"
    assert made["type"] == "AnnotationCollection"
    page = made["first"]
    assert page["type"] == "AnnotationPage"
    assert page["partOf"] == made["id"]
    assert page["startIndex"] == 0
    assert made["last"] == page["id"]
    assert made["total"] == len(page["items"])
    assert all(IRI.fullmatch(id) for id in (made["id"], page["id"]))
    ids = [item["id"] for item in page["items"]]
    assert len(set(ids)) == len(ids)
    for item in page["items"]:
        check_annotation(item)


def check_annotation(made):
    assert IRI.fullmatch(made["id"])
    assert made["type"] == "Annotation"
    assert made["motivation"] in MOTIVATIONS
    assert all(TIME.fullmatch(made[name]) for name in ("created", "modified"))
    assert made["creator"]["type"] == "Person"
    assert made["generator"]["type"] == "Software"
    assert IRI.fullmatch(made["generator"]["id"])
    for body in made["body"]:
        assert body["type"] == "TextualBody"
        assert isinstance(body["value"], str)
        assert body["purpose"] in MOTIVATIONS
    check_target(made["target"])


def check_target(made):
    assert made["type"] == "SpecificResource"
    assert IRI.fullmatch(made["source"])
    assert made["state"]["type"] == "TimeState"
    assert IRI.fullmatch(made["state"]["cached"])
    position, quote = made["selector"]
    assert position["type"] == "TextPositionSelector"
    assert 0 <= position["start"] < position["end"]
    assert quote["type"] == "TextQuoteSelector"
    assert TEXT[position["start"] : position["end"]] == quote["exact"]


def test_collection_is_valid_by_the_model():
    check_collection(json.loads(VALID))
    check_collection(json.loads(written(write, documents=())))


def keys_of(value):
    for item in value.values() if isinstance(value, dict) else value:
        if isinstance(item, dict | list):
            yield from keys_of(item)
    yield from value if isinstance(value, dict) else ()


def test_every_key_is_a_term_of_a_context():
    made = json.loads(VALID)
    (own,) = made.pop("@context")[1]
    assert {key for key in keys_of(made) if not key.startswith(f"{own}:")} <= TERMS


def test_tags_come_back_as_they_were():
    assert settled(records(read, VALID)) == TAGS


def test_same_tags_make_the_same_bytes_and_a_time_only_if_given():
    assert written(write) == VALID
    assert b'"generated"' not in VALID
    then = written(partial(write, generated=datetime(2026, 3, 1, tzinfo=UTC)))
    assert then.count(b'"generated": "2026-03-01T00:00:00.000000Z"') == len(TAGS)


def test_article_without_an_address_is_named_by_the_digest_of_its_text():
    ref = replace(REF, url="")
    article = replace(DOCUMENT.article, ref=ref, text=None)
    data = written(write, documents=[replace(DOCUMENT, article=article)])
    assert json.loads(data)["first"]["items"][0]["target"]["source"].startswith("ni:///sha-256;")
    assert {record.ref for record in records(read, data)} == {ref}


@pytest.mark.parametrize("url", ["https://a.example/x y", "/relative", "javascript:alert(“1”)"])
def test_address_that_is_no_iri_is_kept_beside_one(url):
    ref = replace(REF, url=url)
    article = replace(DOCUMENT.article, ref=ref)
    made = json.loads(written(write, documents=[replace(DOCUMENT, article=article)]))
    check_collection(made)
    found = ArticleRef(url=url) if url.startswith("java") else ref
    record = records(read, made)[0]
    assert found.url in {record.ref.url, record.ref.name}


def test_licence_is_a_right_only_if_it_is_an_iri():
    made = [
        json.loads(written(write, dataset=Dataset("k", "n", licence)))
        for licence in ("CC BY 4.0", "https://creativecommons.org/licenses/by/4.0/")
    ]
    assert "rights" not in made[0]
    assert made[0]["parallax:licence"] == "CC BY 4.0"
    assert made[1]["rights"].startswith("https:")


HYPOTHESIS = {
    "id": "Xy_12",
    "created": "2026-02-01T10:00:00.5+00:00",
    "updated": "2026-02-02T10:00:00+01:00",
    "user": "acct:anna@hypothes.is",
    "uri": "https://herald.example/a",
    "text": "why",
    "tags": ["loaded", "metaphor"],
    "target": [
        {
            "source": "https://herald.example/a",
            "selector": [
                {"type": "RangeSelector", "startContainer": "/p[1]", "startOffset": 4},
                {"type": "TextPositionSelector", "start": 6, "end": 13},
                {"type": "TextQuoteSelector", "exact": "council", "prefix": "😀 "},
            ],
        }
    ],
}
RECOGITO = {
    "@context": "http://www.w3.org/ns/anno.jsonld",
    "id": "#0d4b2b3f-0000-4000-8000-000000000001",
    "type": "Annotation",
    "body": [
        {"type": "TextualBody", "purpose": "tagging", "value": "loaded", "creator": {"id": "x"}},
        {"type": "TextualBody", "purpose": "commenting", "value": "why"},
    ],
    "creator": {"id": "https://x.example/anna", "name": "anna"},
    "target": {"selector": [{"type": "TextQuoteSelector", "exact": "council"}]},
}


def test_hypothesis_gives_a_tag_for_each_of_its_words_and_its_position_is_checked():
    found = records(read, {"total": 1, "rows": [HYPOTHESIS]})
    assert [tag.code for tag in found] == ["loaded", "metaphor"]
    assert [tag.id for tag in found] == ["Xy_12", ""]
    assert {tag.annotator for tag in found} == {"anna"}
    assert found[0].created_at == datetime(2026, 2, 1, 10, 0, 0, 500_000, tzinfo=UTC)
    assert (found[0].unit, found[0].ref.url) == (None, "https://herald.example/a")
    assert [(tag.start, tag.exact) for tag in settled(found)] == [(6, "council")] * 2


def test_recogito_is_read_without_a_source_and_without_a_position():
    (tag,) = records(read, [RECOGITO])
    assert tag.id == "0d4b2b3f-0000-4000-8000-000000000001"
    assert (tag.start, tag.exact, tag.code, tag.note) == (None, "council", "loaded", "why")
    assert tag.annotator == "anna"


@pytest.mark.parametrize(
    "form",
    ["X", "[X]", "X\nX", '{"items": [X]}', '{"@graph": [X]}', '{"first": {"items": [X]}}\n' * 2],
)
def test_single_annotations_lists_pages_graphs_and_lines_are_read(form):
    found = records(read, form.replace("X", json.dumps(RECOGITO)))
    assert [tag.code for tag in found] == ["loaded"] * form.count("X")


@pytest.mark.parametrize(
    ("body", "codes", "notes"),
    [
        ({"type": "TextualBody", "value": "loaded", "purpose": "oa:tagging"}, ["loaded"], ""),
        ({"type": "SpecificResource", "source": "urn:x:loaded"}, ["urn:x:loaded"], ""),
        ({"type": "Choice", "items": [{"type": "TextualBody", "value": "a"}]}, ["a"], ""),
        ("loaded", ["loaded"], ""),
    ],
)
def test_body_without_a_purpose_has_that_of_its_annotation(body, codes, notes):
    found = records(read, [RECOGITO | {"body": body, "motivation": "tagging"}])
    assert ([tag.code for tag in found], found[0].note) == (codes, notes)


TARGET = "its target is"
REFUSED = [
    ({"body": []}, "no tag"),
    ({"body": "words", "motivation": "commenting"}, "no tag"),
    ({"target": "https://herald.example/a"}, "whole page"),
    ({"target": {"selector": {"type": "CssSelector", "value": "p"}}}, "no selector"),
    ({"target": {"selector": {"type": "TextPositionSelector", "start": 5, "end": 5}}}, "no range"),
    ({"target": {"selector": {"type": "TextPositionSelector", "start": True, "end": 5}}}, "whole"),
    ({"target": {"selector": {"type": "TextQuoteSelector", "exact": "\ud800"}}}, "surrogate"),
    ({"created": "yesterday"}, "ISO 8601"),
    ({"target": []}, "no target"),
]


@pytest.mark.parametrize(("change", "reason"), REFUSED)
def test_annotation_that_cannot_be_a_tag_is_refused_alone(change, reason):
    found = records(read, [RECOGITO | change, RECOGITO])
    assert reason in reasons(found)[0]
    assert isinstance(found[1], AnnotationRecord)


def test_position_within_another_selector_does_not_count_from_the_beginning():
    inner = {"type": "TextPositionSelector", "start": 1, "end": 2}
    outer = {"type": "XPathSelector", "value": "/p", "refinedBy": inner}
    quote = {"type": "TextQuoteSelector", "exact": "noon"}
    (tag,) = records(read, [RECOGITO | {"target": {"selector": [outer, quote]}}])
    assert (tag.start, tag.exact) == (None, "noon")


def test_position_in_bytes_says_its_unit():
    selector = {"type": "DataPositionSelector", "start": 1, "end": 2}
    (tag,) = records(read, [RECOGITO | {"target": {"selector": selector}}])
    assert tag.unit == Unit.BYTES


def test_collection_whose_pages_are_elsewhere_is_refused():
    found = records(read, {"type": "AnnotationCollection", "first": "https://a.example/p1"})
    assert "not in this file" in reasons(found)[0]


@pytest.mark.parametrize(
    "data", [VALID, RECOGITO, [RECOGITO], {"rows": [HYPOTHESIS]}, HYPOTHESIS, {"items": [RECOGITO]}]
)
def test_each_form_is_recognised(data):
    data = data if isinstance(data, bytes) else json.dumps(data).encode()
    assert recognise(io.BytesIO(data)).key == "webannotation"


@settings(max_examples=120, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(damaged(VALID.replace(b"x" * 9_900, b"")))
def test_reader_survives_damage(data):
    survives(read, data)


@settings(max_examples=40, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(bent(VALID.replace(b"x" * 9_900, b"")))
def test_reader_survives_what_is_json_but_not_as_it_should_be(data):
    survives(read, data)


def test_writer_takes_documents_one_by_one():
    seen = []

    def documents():
        for number in range(3):
            seen.append((number, file.tell()))
            yield DOCUMENT

    file = io.BytesIO()
    write(documents(), file, Dataset("k", "n"))
    assert [number for number, _ in seen] == [0, 1, 2]
    assert 0 < seen[0][1] < seen[1][1] < seen[2][1], "it writes each before it takes the next"
