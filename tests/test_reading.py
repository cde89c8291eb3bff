"""Files are read into articles; what cannot be read is named, and the rest is kept."""

import json
from datetime import UTC, datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from sources.reading import (
    Details,
    UnreadableUpload,
    is_web_address,
    read_page,
    read_paste,
    read_upload,
)
from tests.test_archives import packed
from tests.test_cleaning import LEAD
from tests.test_webpages import LINES, PAGE

ROW = {
    "story": "Harbour talks",
    "outlet": "The Harbour Times",
    "title": "No deal",
    "url": "https://times.example/1",
    "byline": "Ann Lee",
    "published_at": "2023-05-10T18:36:00+02:00",
    "language": "en",
    "text": f"No deal\n\n{LEAD}",
}
DETAILS = Details(
    story="Harbour talks",
    outlet="The Harbour Times",
    headline="No deal",
    url="https://times.example/1",
    byline="Ann Lee",
    published_at=datetime(2023, 5, 10, 16, 36, tzinfo=UTC),
    language="en",
)


def test_text_file_is_one_reading_with_its_bytes():
    data = "Caf\u0065\u0301\r\nzu\r\n".encode("cp1252", errors="ignore") + "“é”".encode("cp1252")
    [reading] = read_upload("a/b\\note.TXT", data).readings
    assert reading.original == data
    assert (reading.filename, reading.media_type, reading.charset) == (
        "note.TXT",
        "text/plain",
        "cp1252",
    )
    assert reading.text == "Cafe\nzu\n“é”"


def test_page_is_read_as_its_article_and_keeps_its_markup():
    [reading] = read_upload("page.html", PAGE.encode()).readings
    assert reading.text.split("\n\n") == LINES
    assert reading.media_type == "text/html"
    assert "<h1>" in reading.markup


def test_charset_that_a_page_declares_is_heeded():
    page = (
        '<html><head><meta charset="windows-1250"></head><body><p>žluťoučký kůň</p></body></html>'
    )
    [reading] = read_upload("p.htm", page.encode("cp1250")).readings
    assert reading.text == "žluťoučký kůň"


@pytest.mark.parametrize("delimiter", [",", ";", "\t"])
@pytest.mark.parametrize("charset", ["utf-8", "utf-8-sig", "utf-16"])
def test_row_of_a_table_is_an_article(delimiter, charset):
    quoted = ['"' + value.replace('"', '""') + '"' for value in ROW.values()]
    content = f"{delimiter.join(ROW).upper()}\r\n{delimiter.join(quoted)}\r\n\r\n"
    upload = read_upload("rows.csv", content.encode(charset))
    [reading] = upload.readings
    assert (reading.text, reading.details, upload.problems) == (ROW["text"], DETAILS, [])


def test_line_of_json_is_an_article():
    data = (json.dumps(ROW) + "\n\n" + json.dumps({"text": "Only\u2028text"})).encode()
    first, second = read_upload("rows.jsonl", data).readings
    assert (first.text, first.details) == (ROW["text"], DETAILS)
    assert (second.text, second.details) == ("Only\ntext", Details())
    assert first.original is second.original


def test_table_without_text_names_what_it_has_and_what_it_needs():
    with pytest.raises(
        UnreadableUpload, match=r"no column named text\. Columns found: titel, body"
    ):
        read_upload("rows.csv", b"Titel;Body\r\nx;y\r\n")
    with pytest.raises(UnreadableUpload, match="Columns found: titel, body"):
        read_upload("rows.jsonl", b'{"titel": "x", "body": "y"}')


@pytest.mark.parametrize(
    ("content", "problem"),
    [
        ("text,mood\na,b\n", "not read: mood"),
        ("text,title\na,b\n ,c\n", "line 3: no text"),
        ("text,title\na,b\na,b,c\n", "line 3: 3 cells under 2 columns"),
        ('text,title\na,b\n"a"x,b\n', "line 3: not CSV"),
        ("text,published_at\na,3/5/2023\n", "line 2: the date '3/5/2023' is not clear"),
        ("text,url\na,javascript:alert(1)\n", "'javascript:alert(1)' is not a url"),
        ("text,language\na,English!\n", "'English!' is not a language"),
    ],
)
def test_problem_of_a_row_is_told_with_its_line_and_loses_no_other(content, problem):
    upload = read_upload("rows.csv", content.encode())
    [reading] = upload.readings
    assert reading.text == "a"
    assert reading.details.url == reading.details.language == ""
    assert problem in " ".join(upload.problems)


def test_faulty_json_is_told_with_its_line():
    upload = read_upload("r.jsonl", b'{"text": "a"}\n{"text": \n[1]\n{"text": 5}\n' + b"[" * 9999)
    assert [reading.text for reading in upload.readings] == ["a"]
    assert [problem.split(":")[0] for problem in upload.problems] == [
        "r.jsonl, line 2",
        "r.jsonl, line 3",
        "r.jsonl, line 4",
        "r.jsonl, line 5",
    ]


def test_problems_of_a_broken_table_are_cut_short():
    upload = read_upload("r.jsonl", b'{"text": "a"}\n' + b"x\n" * 500)
    assert len(upload.problems) == 51
    assert "450 problems more" in upload.problems[-1]


def test_archive_gives_its_good_files_and_names_the_bad_ones():
    files = [("a.txt", b"one"), ("b.txt", b" "), ("c.exe", b"x"), ("d.csv", b"text\ntwo\n")]
    upload = read_upload("all.zip", packed([*files, ("e.zip", b"x")]))
    assert [reading.text for reading in upload.readings] == ["one", "two"]
    assert [problem.split(" ")[1] for problem in upload.problems] == ["b.txt", "c.exe", "e.zip:"]


@pytest.mark.parametrize(
    ("filename", "data", "message"),
    [
        ("a.txt", b"", "is empty"),
        ("a.txt", b" \r\n\t", "nothing but white space"),
        ("a.csv", b"\n", "nothing but white space"),
        ("a.csv", b"text,title\n", "no row below its header"),
        ("a.docx", b"PK\x03\x04", "type that we do not read"),
        ("a", b"text", "type that we do not read"),
        ("a.txt", b"%PDF-1.4", "a PDF"),
        ("a.html", b"<script>x</script>", "no text in its page"),
        ("a.txt", b"x" * 2000, "the limit is"),
        ("a.zip", b"x", "not a zip archive"),
        ("a.zip", packed([]), "holds no file"),
        ("a.zip", packed([("a.exe", b"x")]), "type that we do not read"),
        ("a.zip", packed([("a.txt", b"0" * 9_000_000)]), "unpacks to far more"),
        ("a.jsonl", b"x", "line 1: not JSON"),
    ],
)
def test_upload_of_which_nothing_can_be_used_is_refused(filename, data, message):
    limit = 1000 if filename == "a.txt" else 10_000_000
    with pytest.raises(UnreadableUpload, match=message):
        read_upload(filename, data, limit=limit)


def test_paste_is_read_as_plain_text():
    reading = read_paste("a\r\nb\ud800")
    assert (reading.text, reading.media_type, reading.original) == (
        "a\nb",
        "text/plain",
        b"a\r\nb?",
    )
    with pytest.raises(UnreadableUpload, match="no text"):
        read_paste(" \n")


def test_fetched_page_remembers_its_url():
    url = "https://times.example/talks.html?page=1"
    reading = read_page(url, PAGE.encode(), media_type="application/xhtml+xml")
    assert reading.details == Details(url=url)
    assert (reading.filename, reading.media_type) == ("talks.html", "text/html")


@pytest.mark.parametrize(
    ("url", "fits"),
    [
        ("https://times.example/a", True),
        ("http://[2001:db8::1]/", True),
        ("javascript:alert(1)", False),
        ("ftp://times.example", False),
        ("https://", False),
        ("http://[broken", False),
        ("https://a b", False),
    ],
)
def test_web_address_is_one_that_a_link_may_lead_to(url, fits):
    assert is_web_address(url) is fits


@given(st.sampled_from(["a.txt", "a.csv", "a.jsonl", "a.html", "a.zip"]), st.binary(max_size=300))
def test_any_bytes_are_read_or_refused(filename, data):
    try:
        upload = read_upload(filename, data)
    except UnreadableUpload:
        return
    assert all(reading.text.strip() for reading in upload.readings)
