"""JSON lines: what is written comes back, and a bad line costs itself alone."""

import contextlib
import io
import json
from datetime import UTC, datetime

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from annotations.interchange.jsonl import read, write
from annotations.interchange.records import (
    AnnotationRecord,
    ArticleRecord,
    ArticleRef,
    Dataset,
    Document,
    Reject,
    Unit,
    Unreadable,
)

REF = ArticleRef(id=4, revision=9, sha256="ab" * 32, url="https://a.example/1", external_id="n1")
ARTICLE = ArticleRecord(
    REF,
    "One “text”.\u2028\n\n😀",
    *("", "A story", "Gazette", "A headline", "By A"),
    published_at=datetime(2026, 1, 31, tzinfo=UTC),
    language="pt-BR",
)
ANNOTATION = AnnotationRecord(
    REF,
    *(4, 10, "“text”", "loaded"),
    unit=Unit.CODE_POINTS,
    id="00000000-0000-0000-0000-000000000001",
    annotator="ann",
    prefix="One ",
    suffix=".",
    target=" the port",
    polarity="mixed",
    voice="attributed",
    speaker="A; B",
    note="=1\r\n\u0085'",
    status="accepted",
    ruled_code="threat",
    codebook_revision=3,
    created_at=datetime(2026, 2, 1, 9, 30, 0, 120, tzinfo=UTC),
    updated_at=datetime(2026, 2, 2, tzinfo=UTC),
)


def written(*documents):
    file = io.BytesIO()
    write(documents, file, Dataset("press", "Press"))
    return file.getvalue()


def records(text):
    return list(read(io.BytesIO(text if isinstance(text, bytes) else text.encode())))


def unplaced(record):
    values = {name: getattr(record, name) for name in record.__slots__}
    return values | {"place": ""}


def test_everything_comes_back():
    data = written(Document(ARTICLE, [ANNOTATION, ANNOTATION]))
    assert len(data.decode().splitlines()) == 3
    found = records(data)
    assert [unplaced(record) for record in found] == [
        unplaced(record) for record in (ARTICLE, ANNOTATION, ANNOTATION)
    ]


def test_an_article_without_its_text_is_no_reject():
    without = ArticleRecord(REF, None, headline="A headline")
    [article, annotation] = records(written(Document(without, [ANNOTATION])))
    assert (article.text, article.headline) == (None, "A headline")
    assert annotation.exact == "“text”"


def test_an_article_may_list_its_annotations():
    line = {
        "id": 7,
        "text": "One two.",
        "spans": [{"start": 4, "end": 7, "label": "loaded"}, {"start": 1}, 5],
    }
    article, annotation, *rejects = records("\ufeff" + json.dumps(line))
    assert (article.ref.external_id, annotation.ref) == ("7", article.ref)
    assert (annotation.start, annotation.code) == (4, "loaded")
    assert [reject.place for reject in rejects] == [
        "line 1, annotation 2",
        "line 1, annotation 3",
    ]


@pytest.mark.parametrize(
    ("line", "reason"),
    [
        ("{", "no JSON"),
        ("[" * 100_000, "no JSON"),
        ("[1]", "has to be an object"),
        ('{"url": "x"}', "code is missing"),
        ('{"url": "x", "code": ["a"]}', "code is"),
        ('{"url": "x", "code": "a", "start": true}', "start is True"),
        ('{"url": "x", "code": "a", "start": 1e999}', "no whole number"),
        ('{"url": "x", "code": "a", "end": -3}', "end is -3"),
        ('{"url": "x", "code": "a", "exact": "\\u0000"}', "NUL"),
        ('{"url": "x", "code": "a", "exact": "\\ud800"}', "half a character"),
        ('{"url": "x", "code": "a", "unit": "pages"}', "unit is 'pages'"),
        ('{"sha256": "beef", "code": "a"}', "no SHA-256"),
        ('{"type": "article", "text": ""}', "text"),
    ],
)
def test_a_bad_line_is_rejected_and_the_others_are_read(line, reason):
    good = '{"url": "x", "code": "a", "exact": "w"}'
    found = records(f"{good}\n\n{line}\n{good}")
    assert [type(record) for record in found] == [AnnotationRecord, Reject, AnnotationRecord]
    assert (found[1].place, reason in found[1].reason) == ("line 3", True), found[1]


def test_an_empty_file_is_unreadable():
    with pytest.raises(Unreadable, match="empty"):
        records("")


@settings(max_examples=80)
@given(st.binary(max_size=100) | st.text(max_size=60).map(str.encode))
def test_any_bytes_are_read_or_refused(data):
    for whole in (data, b'{"url": "x", "code": "a", "exact": "' + data + b'"}'):
        with contextlib.suppress(Unreadable):
            assert all(record.place for record in read(io.BytesIO(whole)))
