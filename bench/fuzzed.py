"""What `fuzz.py` feeds: each of our parsers, as what takes any bytes, and a few good files of it.

A parser that holds what it promises ends, raises nothing but its own refusals, and returns text
that a file can hold. The good files are what our own writers make of a small study.
"""

import io
import sys
from collections.abc import Callable, Iterable
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

ROOT = Path(__file__).parent.parent
sys.path.insert(0, str(ROOT))

from annotations.interchange import formats
from annotations.interchange.archives import Archive
from annotations.interchange.placing import Ground, Unplaceable
from annotations.interchange.records import (
    AnnotationRecord,
    ArticleRecord,
    ArticleRef,
    CodeRecord,
    Dataset,
    Document,
    Unreadable,
)
from sources.cleaning import cleaned_text, propose_cleaning
from sources.describing import describe
from sources.feeds import feed_links, read_feed
from sources.listing import NotAListing, markup_of, read_typed, root_of
from sources.reading import UnreadableUpload, read_upload
from sources.sitemaps import read_sitemap, unpacked

URL = "https://press.example/a?b=1"
TEXT = "Officials “slammed” 😀 the plan.\n\nقال المتحدث إن الخطة خطيرة. Q\u0303ue? Q\u0303ue?"
REF = ArticleRef(id=7, revision=9, url=URL, external_id="x-1")
DATASET = Dataset("press", "Press", codes=[CodeRecord("loaded", "Loaded"), CodeRecord("war", "W")])
MODULES = {
    **{key: key for key in ("jsonl", "webannotation", "brat", "doccano")},
    "csv": "csv_rows",
    "xmi": "cas_xmi",
    "webanno-tsv": "webanno_tsv",
    "label-studio": "label_studio",
}
KEYS = tuple(MODULES)
PAGE = (
    '<!DOCTYPE html><html lang="en"><head><meta charset="utf-8"><title>A plan</title><link '
    'rel="alternate" type="application/rss+xml" href="/feed"></head><body><article><h1>A plan</h1>'
    "<p>By Ada Example</p><p>10 May 2023</p><p>Officials slammed the plan on Monday, and nobody "
    "asked why it had been made.</p><ul><li>Share</li></ul></article></body></html>"
)
FEED = (
    '<?xml version="1.0"?><rss version="2.0"><channel><title>A</title><item><title>B &amp;amp; C'
    f"</title><link>{URL}</link><pubDate>Wed, 10 May 2023 09:00:00 GMT</pubDate></item></channel>"
    "</rss>"
)
ATOM = (
    f'<feed xmlns="http://www.w3.org/2005/Atom"><title>A</title><entry><link href="{URL}"/><title '
    'type="html">B</title><updated>2023-05-10T09:00:00Z</updated></entry></feed>'
)
SITEMAP = (
    '<urlset xmlns="http://www.sitemaps.org/schemas/sitemap/0.9" xmlns:n="http://www.google.com/'
    f'schemas/sitemap-news/0.9"><url><loc>{URL}</loc><lastmod>2023-05-10</lastmod><n:news><n:title>'
    "B</n:title></n:news></url></urlset>"
)
ROWS = f"story,outlet,title,url,published_at,text\nS,O,T,{URL},2023-05-10,{PAGE[-60:-30]}\n"
TABLE = f"url;start;end;exact;code;annotator;created\n{URL};0;9;Officials;war;a;2023-05-10\n"


def _document() -> Document:
    made = datetime(2026, 1, 31, 9, 30, tzinfo=UTC)
    tags = [
        AnnotationRecord(
            *(REF, TEXT.index(words), TEXT.index(words) + len(words), words, code),
            id=f"00000000-0000-4000-8000-00000000000{number}",
            annotator=annotator,
            voice="attributed",
            note="a\tb | [c] \\",
            created_at=made,
        )
        for number, (words, code, annotator) in enumerate(
            [("“slammed” 😀", "loaded", "ann"), ("slam", "war", "ann"), ("الخطة", "war", "bob")]
        )
    ]
    return Document(ArticleRecord(REF, TEXT, story="S", outlet="O", language="en"), tags)


def _of_format(key: str) -> list[bytes]:
    """Return good files of a format: where we write archives, the files in them."""
    if key == "csv":
        return [TABLE.encode(), ROWS.encode()]
    file = io.BytesIO()
    writer = formats.FORMATS[key].write
    assert writer, key
    writer([_document()], file, DATASET)
    if not formats.is_archive(file):
        return [file.getvalue()]
    parts = {name: member.read() for name, member in formats.members(file)}
    if key == "brat":
        return [
            parts[f"{name[:-4]}.txt"] + b"\0" + ann
            for name, ann in parts.items()
            if name.endswith(".ann")
        ]
    suffixes = (".xmi", ".tsv", "tasks.json")
    return [content for name, content in parts.items() if name.endswith(suffixes)]


def _archives() -> list[bytes]:
    made = []
    for key in ("brat", "webanno-tsv", "xmi"):
        file = io.BytesIO()
        writer = formats.FORMATS[key].write
        assert writer, key
        writer([_document()], file, DATASET)
        made.append(file.getvalue())
    return made


def _consume(records: Iterable[Any]) -> None:
    """Read to the end, and place each tag on the text that came before it."""
    ground = Ground(TEXT)
    for record in records:
        str(record).encode()  # a lone surrogate, which no file and no database holds, fails here
        if isinstance(record, ArticleRecord) and record.text is not None:
            ground = Ground(record.text)
        elif isinstance(record, AnnotationRecord):
            ground.settle_unit([record])
            try:
                placed = ground.place(record)
            except Unplaceable:
                continue
            assert ground.text[placed.quote.start : placed.quote.end] == placed.quote.exact


def _reader(key: str) -> Callable[[bytes], None]:
    def feed(data: bytes) -> None:
        file = io.BytesIO(data)
        if key == "brat" and not formats.is_archive(file):
            text, _, tags = data.partition(b"\0")
            file = io.BytesIO()
            with Archive(file) as archive:
                archive.add("a.txt", text)
                archive.add("a.ann", tags)
        read = formats.FORMATS[key].read
        assert read, key
        _consume(read(file))

    return feed


def _recognised(data: bytes) -> None:
    kind = formats.recognise(io.BytesIO(data), "a.csv")
    if kind.read:
        _consume(kind.read(io.BytesIO(data)))


def _article(name: str) -> Callable[[bytes], None]:
    def feed(data: bytes) -> None:
        for one in read_upload(name, data).readings:
            lines = propose_cleaning(one.text, headline=one.details.headline)
            cleaned_text(lines, {line.number for line in lines if line.verdict == "drop"}).encode()
            str(describe(one.text, html=one.markup or None)).encode()

    return feed


def _list(data: bytes) -> None:
    markup = markup_of(unpacked(data))
    root_of(markup)
    for link in feed_links(markup, url=URL):
        link.encode()
    try:
        str(read_feed(markup, url=URL)).encode()
    except NotAListing:
        str(read_sitemap(markup, url=URL)).encode()


def _typed(data: bytes) -> None:
    str(read_typed(data.decode(errors="replace"))).encode()


REFUSALS = (Unreadable, UnreadableUpload, NotAListing)
# A parser by its name: what takes bytes, and good files.
PARSERS: dict[str, tuple[Callable[[bytes], None], Callable[[], list[bytes]]]] = {
    **{key: (_reader(key), lambda key=key: _of_format(key)) for key in KEYS},
    "archives": (_recognised, _archives),
    "recognise": (_recognised, lambda: [file for key in KEYS for file in _of_format(key)]),
    "html": (_article("a.html"), lambda: [PAGE.encode()]),
    "txt": (_article("a.txt"), lambda: [TEXT.encode(), TEXT.encode("utf-16")]),
    "articles-csv": (_article("a.csv"), lambda: [ROWS.encode()]),
    "articles-jsonl": (_article("a.jsonl"), lambda: [b'{"text": "A", "url": "https://a.example"}']),
    "lists": (_list, lambda: [each.encode() for each in (FEED, ATOM, SITEMAP, PAGE)]),
    "addresses": (_typed, lambda: [f"# mine\n{URL}\nhttp://b.example/x?utm_a=1\n".encode()]),
}
