"""Documents with all that is hard for a file format, for the tests of those that hold spans."""

import io
import zipfile
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from uuid import UUID

from hypothesis import strategies as st

from annotations.interchange.archives import Archive
from annotations.interchange.records import (
    AnnotationRecord,
    ArticleRecord,
    ArticleRef,
    CodeRecord,
    Dataset,
    Document,
)

# Lines, an emoji of two UTF-16 units and one of several code points, right to left, Han, combining
# marks, a C1 control, and the two characters of a text that XML has no place for.
TEXT = (
    "\n Officials “slammed” 😀 the plan.  Nobody 👩‍👩‍👧 asked. "
    "U.S.-led talks, e.g. a_b [x]|y\\z * _.\n"
    "\n\tوقال المتحدث إن الخطة خطيرة. 東京で会談が行われた。 नमस्ते दुनिया।\n"
    "Q\u0303uot\u0302e \x80 \ufffe\uffff end; 1,000 -> 2\n\n\nLast *line*"
)
NOTE = (
    "tabs\tnewlines\n\nquotes \" ' pipes | brackets [1] ]| backslash \\ \\n \\t * _ ; -> ->1-2 "
    "=SUM(A1) <b>&amp; \r\n\x0b\x0c\x1c\x01\u2028\u0085 😀 \ufffe {json} " * 80
)[:10_000]
DATASET = Dataset(
    "press",
    "Press & power",
    codes=[
        CodeRecord("loaded", "Loaded words", colour="#aa0000", definition="a, b | c", hotkey="l"),
        CodeRecord("war", "War frame", parent="loaded", colour="#00aa00"),
        CodeRecord("fear", "Fear", colour="#0000aa"),
    ],
)


def tag(words, number, **said):
    """Return a record on the first occurrence of `words`; its id is made of `number`."""
    start = TEXT.index(words)
    end = start + len(words)
    made = datetime(2026, 1, 31, 9, 30, 0, 123_456, tzinfo=UTC) + timedelta(minutes=number)
    given = AnnotationRecord(
        ArticleRef(id=7, revision=9, url="https://example.org/a?b=1&c=2"),
        start,
        end,
        words,
        "loaded",
        id=str(UUID(int=number, version=4)),
        annotator="anna",
        voice="outlet",
        status="pending",
        codebook_revision=3,
        created_at=made,
        updated_at=made + timedelta(days=1),
        prefix=TEXT[max(0, start - 32) : start],
        suffix=TEXT[end : end + 32],
    )
    return replace(given, **said)


def records():
    """Return tags that overlap, nest, coincide, and begin or end where tokens do not."""
    return [
        tag("Officials", 1, note=NOTE),
        tag("Officials “slammed” 😀 the plan.", 2, code="war", annotator="Bob@x.org"),
        tag("“slammed” 😀", 3, voice="attributed", speaker="A. \x07 Nonymous", polarity="negative"),
        tag("slam", 4, target="the plan", status="accepted", ruled_code="fear"),
        tag("slam", 5, code="fear", note="  \n "),
        tag("slam", 6, code="loaded", annotator="bob@x.org"),
        tag("med” 😀 the pl", 7),
        tag("plan.  Nobody 👩‍👩‍👧 asked", 8, note="\\"),
        tag(" [x]|y\\z * _.\n\n\tوقال المتحدث", 9, note="]"),
        tag("الخطة", 10, note="_", target="*"),
        tag("京で会", 11, note="x[3]", speaker="", polarity="mixed"),
        tag("स्ते दु", 12),
        tag("\u0303uot", 13, note="a->1-2"),
        tag(
            "\ufffe\uffff end; 1,000 -> 2\n\n\nLast *line*", 14, annotator="جمال", status="rejected"
        ),
        tag("Last *line*", 15, created_at=None, updated_at=None, codebook_revision=None),
        tag("\n\tوقال", 16, code="old/code ü"),
    ]


def article(**said):
    ref = ArticleRef(id=7, revision=9, url="https://example.org/a?b=1&c=2", external_id="x-1")
    given = ArticleRecord(
        ref,
        TEXT,
        story="A story",
        outlet="The <Outlet>",
        headline="Head\tline",
        published_at=datetime(2026, 1, 30, tzinfo=UTC),
        language="en",
    )
    return replace(given, **said)


def documents():
    bare = article(ref=ArticleRef(id=8, revision=10), text="Nothing is tagged here.", headline="")
    return [Document(article(), records()), Document(bare, [])]


def told(record):
    """Return the record without what a reader adds: where it stood, and which document it is of."""
    return replace(record, place="", ref=ArticleRef(), unit=None)


def tags_in(found):
    """Return the annotations among records, by their ids, as `told` tells them."""
    tags = [told(record) for record in found if isinstance(record, AnnotationRecord)]
    return sorted(tags, key=lambda record: record.id)


def written(module):
    """Return the archive that a format's module writes of `documents`."""
    file = io.BytesIO()
    module.write(documents(), file, DATASET)
    return file


def packed(**contents):
    """Return an archive of members; a double underscore in a name stands for a slash."""
    file = io.BytesIO()
    with Archive(file) as archive:
        for name, content in contents.items():
            path = name.replace("__", "/").replace("_dot_", ".")
            archive.add(path, content if isinstance(content, bytes) else content.encode())
    return file


def members_of(file):
    with zipfile.ZipFile(file) as archive:
        return {name: archive.read(name) for name in archive.namelist()}


@st.composite
def damaged(draw, content):
    """Draw what is left of a file that was cut, overwritten here and there, or glued together."""
    kind = draw(st.sampled_from(["cut", "overwritten", "inserted", "recoded"]))
    at = draw(st.integers(0, len(content)))
    if kind == "cut":
        return content[:at]
    if kind == "recoded":
        charset = draw(st.sampled_from(["utf-16", "latin-1", "cp1251", "utf-8-sig"]))
        return content.decode("utf-8", "replace").encode(charset, "replace")
    junk = draw(st.one_of(st.binary(min_size=1, max_size=8), st.sampled_from(JUNK)))
    after = at + len(junk) if kind == "overwritten" else at
    return content[:at] + junk + content[after:]


JUNK = [b"\t", b"\n\n", b"[", b"]|", b"\\", b"999999999", b"-1", b"\0", b"&x;", b"<", b"{", b'"']
