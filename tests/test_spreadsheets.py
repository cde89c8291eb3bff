"""An Excel workbook of a CSV: words stay words, and Excel's limits are kept."""

import csv
import io
import re
import zipfile

import openpyxl
import pytest
from openpyxl.utils.escape import unescape

from annotations.interchange import spreadsheets
from annotations.interchange.spreadsheets import CUT, write_table
from tests.hard_cases import NOTES, TEXT

NAMES = ["row_lossless", "annotation_id", "counts_as_bias", "carry_score", "exact", "note"]
NAMES += ["created_at"]
TIME = "2026-02-01T12:00:00.000250Z"
ODD = [
    *NOTES[1:],
    TEXT,
    "https://herald.example/a",
    "mailto:a@a.example",
    "0012",
    "1e5",
    "true",
    "_x0041_ and \x0b",
    " leading and trailing ",
]


def lines(rows, names=NAMES):
    text = io.StringIO(newline="")
    csv.writer(text).writerows([names, *rows])
    return io.BytesIO(text.getvalue().encode())


def row(number, note):
    return [number, "0d4b", "true" if number % 2 else "", "0.5", "words", note, TIME]


def book(rows, **how):
    file = io.BytesIO()
    write_table(lines(rows), file, **how)
    return file.getvalue()


def sheets(data):
    return openpyxl.load_workbook(io.BytesIO(data)).worksheets


def test_cells_come_back_with_their_kinds():
    (sheet,) = sheets(book([row(number, note) for number, note in enumerate(ODD, 1)]))
    header, *rows = sheet.iter_rows()
    assert [cell.value for cell in header] == ["row", *NAMES[1:]]
    # Excel takes _x0041_ for A, so it is written with its first character escaped.
    assert [unescape(row[5].value) for row in rows] == ODD
    assert {row[5].data_type for row in rows} == {"s"}
    assert [(cell.value, cell.data_type) for cell in rows[0][:4]] == [
        (1, "n"),
        ("0d4b", "s"),
        (True, "b"),
        (0.5, "n"),
    ]
    assert rows[1][2].value is None
    assert rows[0][6].value == TIME


def test_no_cell_is_a_formula_or_a_link():
    data = book([row(number, note) for number, note in enumerate(ODD, 1)])
    with zipfile.ZipFile(io.BytesIO(data)) as archive:
        sheet = archive.read("xl/worksheets/sheet1.xml")
        assert not [name for name in archive.namelist() if "rels" in name and "sheet" in name]
    assert b"<f>" not in sheet
    assert b"<hyperlink" not in sheet


def test_header_stays_in_sight_and_can_be_filtered():
    (sheet,) = sheets(book([row(1, ""), row(2, "")]))
    assert sheet.freeze_panes == "A2"
    assert sheet.auto_filter.ref == "A1:G3"
    assert sheet.title == "annotations"


@pytest.mark.parametrize("mark", ["x", "😀"])
def test_cell_longer_than_excel_takes_is_cut_and_says_so(mark):
    note = mark * 32_767
    (sheet,) = sheets(book([row(1, note), row(2, "x" * 32_767)]))
    found = sheet["F2"].value
    if mark == "x":
        assert found == note
    else:
        assert found.endswith(CUT)
        assert note.startswith(found.removesuffix(CUT))
        assert len(found.encode("utf-16-le")) // 2 == 32_767 - (32_767 - len(CUT)) % 2
    assert sheet["F3"].value == "x" * 32_767


def test_rows_beyond_a_sheet_go_on_in_the_next(monkeypatch):
    monkeypatch.setattr(spreadsheets, "MAX_ROWS", 4)
    found = sheets(book([row(number, "") for number in range(1, 8)], title="facts"))
    assert [sheet.title for sheet in found] == ["facts", "facts 2", "facts 3"]
    assert [[cell.value for cell in sheet["A"]] for sheet in found] == [
        ["row", 1, 2, 3],
        ["row", 4, 5, 6],
        ["row", 7],
    ]


def test_same_rows_make_the_same_bytes_whenever_it_is():
    data = book([row(1, NOTES[1])])
    assert book([row(1, NOTES[1])]) == data
    with zipfile.ZipFile(io.BytesIO(data)) as archive:
        assert {entry.date_time for entry in archive.infolist()} == {(1980, 1, 31, 0, 0, 0)}
        core = archive.read("docProps/core.xml").decode()
    assert set(re.findall(r"\d{4}-\d\d-\d\dT[\d:]+Z", core)) == {"1980-01-01T00:00:00Z"}


def test_character_that_xml_cannot_hold_is_replaced():
    (sheet,) = sheets(book([row(1, "a\ufffeb\uffffc")]))
    assert sheet["F2"].value == "a\ufffdb\ufffdc"
