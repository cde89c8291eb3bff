"""Tables: ours, other programs', and broken ones."""

import contextlib
import csv
import io
from datetime import UTC, datetime

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from annotations.export.columns import ANNOTATIONS
from annotations.interchange import lines
from annotations.interchange.csv_rows import is_table, read
from annotations.interchange.records import (
    AnnotationRecord,
    ArticleRecord,
    ArticleRef,
    Reject,
    Unit,
    Unreadable,
)

HEADER = "url,start,end,exact,code,annotator,note,created\r\n"
ROW = "https://a.example/1,3,9,“a b”,loaded,ann,,2026-01-31T09:30:00\r\n"


def records(text, encoding="utf-8"):
    data = text if isinstance(text, bytes) else text.encode(encoding)
    return list(read(io.BytesIO(data)))


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "utf-16"])
@pytest.mark.parametrize("mark", [",", ";", "\t", "|"])
@pytest.mark.parametrize("end", ["\r\n", "\n"])
def test_tables_of_other_programs_are_read(encoding, mark, end):
    row = ["https://a.example/1", "3", "9", "“a, b”", "loaded", "ann", "two\nlines;", "2026-01-31"]
    out = io.StringIO()
    writer = csv.writer(out, delimiter=mark, lineterminator=end)
    writer.writerows([HEADER.strip().split(","), row])
    [record] = records(out.getvalue(), encoding)
    assert record == AnnotationRecord(
        ArticleRef(url="https://a.example/1"),
        *(3, 9, "“a, b”", "loaded", "line 2"),
        annotator="ann",
        note="two\nlines;",
        created_at=datetime(2026, 1, 31, tzinfo=UTC),
    )


@pytest.mark.parametrize(
    ("header", "field"),
    [
        ("Document ID;Label;Quote", ("external_id", "7")),
        ("article_id;tag;words", ("id", 7)),
        ("sep=;\r\nDOC;Code;span_text", ("external_id", "7")),
        ("link;code;text", ("url", "7")),
    ],
)
def test_columns_go_by_several_names(header, field):
    start = ";1;2" if header.startswith("link") else ""
    head = header + (";start;end" if start else "")
    [record] = records(f"{head}\r\n7;loaded;words{start}\r\n")
    assert getattr(record.ref, field[0]) == field[1]
    assert (record.code, record.exact) == ("loaded", "words")


def test_an_article_number_that_is_none_is_another_corpus_own_name():
    [record] = records("article_id,code,exact\r\nA-7,loaded,words\r\n")
    assert record.ref == ArticleRef(external_id="A-7")


def test_rows_with_a_text_and_no_code_are_articles():
    [article] = records(
        'id,text,title,date,outlet\nn1,"One.\n\nTwo ",A title,31 Jan 2026,Gazette\n'
    )
    assert article == ArticleRecord(
        ArticleRef(external_id="n1"),
        *("One.\n\nTwo ", "line 2", "", "Gazette", "A title"),
        published_at=datetime(2026, 1, 31, tzinfo=UTC),
    )


@pytest.mark.parametrize("form", ["row_safe", "row_lossless"])
def test_our_own_forms_are_told_by_their_first_column(form):
    names = [form, *(column.name for column in ANNOTATIONS)]
    mark = "'" if form == "row_safe" else ""
    cells = dict.fromkeys(names, "") | {
        "article_id": "4",
        "revision_id": "9",
        "revision_sha256": "ab" * 32,
        "start": "1",
        "end": "3",
        "exact": f"{mark}=1",
        "code": "loaded",
        "note": f"{mark}'s",
        "current_start": "no number",
    }
    out = io.StringIO()
    csv.writer(out).writerows([names, cells.values()])
    [record] = records(out.getvalue(), "utf-8-sig" if mark else "utf-8")
    assert (record.exact, record.note, record.unit) == ("=1", "'s", Unit.CODE_POINTS)
    assert record.ref == ArticleRef(id=4, revision=9, sha256="ab" * 32)


@pytest.mark.parametrize(
    ("row", "reason"),
    [
        (b"x,1,2\r\n", "3 cells"),
        (b"x,1,2,w,loaded,a,n,c,too,many\r\n", "10 cells"),
        (b"x,1,2,w,,a,n,\r\n", "code is missing"),
        (b",1,2,w,loaded,a,n,\r\n", "No article is named"),
        (b"x,one,2,w,loaded,a,n,\r\n", "start is 'one'"),
        (b"x,1.5,2,w,loaded,a,n,\r\n", "start is '1.5'"),
        (b"x,-1,2,w,loaded,a,n,\r\n", "start is '-1'"),
        (b"x,1,99999999999999999999,w,loaded,a,n,\r\n", "no whole number"),
        (b"x,1,2,w,loaded,a,n,yesterday\r\n", "created_at is 'yesterday'"),
        (b"x,1,2,\xe9,loaded,a,n,\r\n", "half a character"),
        (b"x,1,2,w,loaded,a,\0,\r\n", "note holds a NUL"),
        (b'x,1,2,"w"x,loaded,a,n,\r\n', "no CSV"),
    ],
)
def test_a_bad_row_is_rejected_with_its_line_and_the_others_are_read(row, reason):
    found = records((HEADER + ROW).encode() + row + ROW.encode())
    assert [type(record) for record in found] == [AnnotationRecord, Reject, AnnotationRecord]
    assert found[1].place == "line 3"
    assert reason in found[1].reason
    assert found[1].row
    assert found[2].place == "line 4"


def test_numbers_of_a_data_frame_and_blank_lines_are_understood():
    [record] = records(HEADER + "\r\nx,3.0,9.0,w,loaded,,,\r\n\r\n")
    assert (record.start, record.end, record.place) == (3, 9, "line 3")


def test_a_quote_that_is_never_closed_costs_its_row_alone(monkeypatch):
    monkeypatch.setattr("annotations.interchange.csv_rows.MAX_LINE", 200)
    found = records(HEADER + 'x,1,2,"open,loaded,a,n,\r\n' + ROW * 9)
    assert isinstance(found[0], Reject)
    assert any(isinstance(record, AnnotationRecord) for record in found)


def test_a_line_that_is_too_long_is_rejected_and_not_kept(monkeypatch):
    monkeypatch.setattr(lines, "MAX_LINE", 200)
    found = records(HEADER + "x,1,2," + "w" * 1000 + ",loaded,a,n,\r\n" + ROW)
    assert "longer than" in found[0].reason
    assert found[1].exact == "“a b”"


def test_a_long_line_of_sixteen_bit_characters_costs_itself_alone(monkeypatch):
    monkeypatch.setattr(lines, "MAX_LINE", 200)
    found = records(HEADER + "x,1,2," + "w" * 1000 + ",loaded,a,n,\r\n" + ROW, "utf-16")
    assert [type(record) for record in found] == [Reject, AnnotationRecord]
    assert found[1].place == "line 3"


def test_a_row_of_endless_short_cells_is_cut(monkeypatch):
    monkeypatch.setattr("annotations.interchange.csv_rows.MAX_LINE", 200)
    found = records("\n" * 300 + HEADER + '"\n",' * 200 + "\n" + ROW * 9)
    assert "longer than" in found[0].reason
    assert any(isinstance(record, AnnotationRecord) for record in found)


def test_a_first_line_without_end_is_no_empty_file(monkeypatch):
    monkeypatch.setattr(lines, "MAX_LINE", 200)
    with pytest.raises(Unreadable, match="first line is longer"):
        records("\0" * 1000)


@pytest.mark.parametrize(
    "text", ["", "\ufeff", "one,two\r\n1,2\r\n", "url,start\r\n", "code,exact\r\n"]
)
def test_a_table_without_the_columns_needed_is_unreadable(text):
    with pytest.raises(Unreadable):
        records(text)


def test_a_table_is_told_by_its_first_line():
    assert is_table(HEADER)
    assert is_table("sep=;\nurl;code")
    assert not is_table("Dear reader, this is the text.")
    assert not is_table("")


@settings(max_examples=80)
@given(st.binary(max_size=200) | st.text(max_size=100).map(str.encode))
def test_any_bytes_are_read_or_refused(data):
    for whole in (data, HEADER.encode() + data):
        with contextlib.suppress(Unreadable):
            assert all(record.place for record in read(io.BytesIO(whole)))


@settings(max_examples=60)
@given(
    st.lists(st.text(st.characters(exclude_categories=["Cs"], exclude_characters="\0"), min_size=1))
)
def test_any_words_and_notes_come_back(words):
    out = io.StringIO()
    writer = csv.writer(out, lineterminator="\r\n")
    writer.writerows([["row_lossless", "article_id", "code", "exact", "note"]])
    writer.writerows([[1, 7, "loaded", word, word] for word in words])
    found = records(out.getvalue())
    assert [(record.exact, record.note) for record in found] == [(word, word) for word in words]
