"""A text and tags that file formats get wrong, as writers get them, and what to do with readers."""

import copy
import hashlib
import io
import json
import uuid
from dataclasses import replace
from datetime import UTC, datetime

from hypothesis import strategies as st

from annotations.interchange.placing import Ground
from annotations.interchange.records import (
    AnnotationRecord,
    ArticleRecord,
    ArticleRef,
    CodeRecord,
    Dataset,
    Document,
    Reject,
    Unreadable,
)

TEXT = (
    "The 😀 council “met” at noon.\nA stone-walled 🇩🇪 hall, é and é, "
    "市议会否认了。 المجلس نفى ذلك\n=SUM(A1) said the 👨‍👩‍👧 mayor; <b>no & yes</b>.\n"
)
SHA256 = hashlib.sha256(TEXT.encode()).hexdigest()
REF = ArticleRef(
    id=7, revision=11, sha256=SHA256, url="https://herald.example/a?b=1&c=ü", external_id="H-7"
)
ARTICLE = ArticleRecord(
    REF,
    TEXT,
    story="The “bridge”, part; 2",
    outlet="Herald",
    headline="=1+1 is a headline",
    byline="A. Writer",
    published_at=datetime(2026, 1, 31, 9, 30, tzinfo=UTC),
    language="en",
)
CODES = (
    CodeRecord("loaded", "Loaded words"),
    CodeRecord("metaphor", "Metaphor", "loaded", "#aa3300", 'War, "game" & <illness>', "m"),
)
DATASET = Dataset("press", "Press & “power”", "CC BY 4.0", CODES)
NOTES = (
    "",
    "two\nlines; a \"quote\", a 'comma', <b>&amp;</b>",
    "=cmd|' /C calc'!A0",
    "'apostrophe first",
    "x" * 10_000,
    "emoji 😀, é, \u202eright to left\u202c and a\ttab",
)


def tag(number, words, code="metaphor", annotator="anna", **said):
    start = TEXT.index(words)
    made = datetime(2026, 2, 1, 12, 0, number, 250, tzinfo=UTC)
    said = {"created_at": made, "updated_at": made, "note": NOTES[number % len(NOTES)]} | said
    return AnnotationRecord(
        REF,
        start,
        start + len(words),
        words,
        code,
        id=str(uuid.UUID(int=number, version=4)),
        annotator=annotator,
        prefix=TEXT[max(start - 32, 0) : start],
        suffix=TEXT[start + len(words) :][:32],
        **{"voice": "outlet", "status": "pending", "codebook_revision": 3, **said},
    )


TAGS = (
    tag(1, "The 😀 council “met”"),
    tag(2, "😀 council"),  # nested
    tag(3, "😀 council", code="loaded", voice="attributed", speaker="Mayor; “Poll”"),  # same words
    tag(4, "😀 council", annotator="boris", polarity="negative", target="the 市 council"),
    tag(
        5, "council “met” at noon.\nA stone-walled 🇩🇪", annotator="boris"
    ),  # overlaps, two passages
    tag(6, "é and é, 市议会否认了。", status="accepted", ruled_code="loaded"),
    tag(7, "المجلس نفى", status="rejected"),
    tag(8, "=SUM(A1)", annotator="Zoë\u200d"),
    tag(9, "👨‍👩‍👧", code="loaded"),
    tag(10, "<b>no & yes</b>.\n"),
)
DOCUMENT = Document(ARTICLE, TAGS)
BARE = Document(
    replace(ARTICLE, ref=ArticleRef(id=8, revision=12, sha256="0" * 64), text="No tags here."), ()
)


def written(write, documents=(DOCUMENT, BARE), dataset=DATASET):
    file = io.BytesIO()
    write(iter(documents), file, dataset)
    return file.getvalue()


def records(read, data):
    """Return what a reader makes of bytes, of text, or of a value for JSON."""
    if not isinstance(data, bytes | str):
        data = json.dumps(data)
    return list(read(io.BytesIO(data if isinstance(data, bytes) else data.encode())))


def settled(found):
    """Return the tags among records as they would be stored, in the order of TAGS."""
    ground = Ground(TEXT)
    tags = []
    for record in found:
        if isinstance(record, AnnotationRecord):
            quote = ground.place(record).quote
            ref = replace(record.ref, name="")
            place = {"start": quote.start, "end": quote.end, "exact": quote.exact}
            context = {"prefix": quote.prefix, "suffix": quote.suffix}
            tags.append(replace(record, ref=ref, unit=None, place="", **place, **context))
    return tuple(sorted(tags, key=lambda tag: tag.id))


def reasons(found):
    return [record.reason for record in found if isinstance(record, Reject)]


@st.composite
def damaged(draw, valid):
    """A file that was cut, changed in some bytes, or saved in another encoding."""
    kind = draw(st.sampled_from(["cut", "changed", "encoded", "repeated"]))
    at = draw(st.integers(0, len(valid)))
    if kind == "cut":
        return valid[:at]
    if kind == "encoded":
        charset = draw(st.sampled_from(["utf-16", "utf-16-le", "utf-32", "utf-7", "cp1252"]))
        return valid.decode(errors="replace").encode(charset, errors="replace")
    if kind == "repeated":
        return valid[:at] + valid[at // 2 :]
    pieces = st.one_of(st.binary(max_size=4), st.sampled_from(PIECES))
    return valid[:at] + draw(pieces) + valid[at + draw(st.integers(0, 6)) :]


ODD = [None, True, -1, 1.5, 1e999, 2**70, "", "x", "\ud800", "2026", [], {}, [[]], [None], {"a": 1}]


@st.composite
def bent(draw, valid):
    """A value for JSON in which one to four parts are something else. `valid`: its JSON."""
    value = json.loads(valid)
    for _ in range(draw(st.integers(1, 4))):
        holder, key = draw(st.sampled_from(list(_parts(value)) or [([0], 0)]))
        holder[key] = copy.deepcopy(draw(st.sampled_from(ODD)))
    return json.dumps(value).encode()


def _parts(value):
    keys = (
        value if isinstance(value, dict) else range(len(value)) if isinstance(value, list) else ()
    )
    for key in keys:
        yield value, key
        yield from _parts(value[key])


PIECES = [b"null", b"NaN", b'"\\ud800"', b"-1", b"1e999", b"[]", b"{}", b'"', b"9" * 5000, b"true"]


def survives(read, data):
    """Read to the end; only what a reader may say comes out, and all of it can be stored."""
    try:
        for record in read(io.BytesIO(data)):
            assert isinstance(record, AnnotationRecord | ArticleRecord | Reject)
            repr(record).encode()
    except Unreadable:
        return
