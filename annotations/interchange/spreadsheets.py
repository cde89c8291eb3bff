"""A CSV of ours as an Excel workbook (.xlsx), for those who would open the CSV by a double click.

Words are cells of words, never formulas or links, whatever they begin with. Numbers and yes or no
are typed. Times stay words in ISO 8601, UTC: Excel's own have no zone, show as the reader's country
writes them, and lose what is under a millisecond. Excel's limits are kept: a table goes on in a
further sheet, and a cell with more characters than Excel takes is cut and says so.
"""

import re
from datetime import datetime
from typing import Any, BinaryIO

import xlsxwriter

from annotations.interchange.cells import Kind, kind_of, rows, value

MAX_ROWS = 1_048_576  # of a sheet, its header included
MAX_CELL = 32_767  # UTF-16 units of a cell
CUT = " […] cut here: Excel takes no more; the CSV has all"
WIDTHS = {Kind.INTEGER: 10, Kind.NUMBER: 10, Kind.TRUTH: 10, Kind.TIME: 28, Kind.DAY: 12}
WIDE = {"exact", "current_exact", "note", "headline", "reason", "fact", "prefix", "suffix"}
# A workbook says when it was made; ours always the same, so that the same rows make the same file.
MADE = datetime(1980, 1, 1)  # noqa: DTZ001 - xlsxwriter wants a time without zone, and means UTC
OPTIONS = {
    "constant_memory": True,
    "strings_to_formulas": False,
    "strings_to_urls": False,
    "strings_to_numbers": False,
}
# XML holds these in no form; control characters are escaped by xlsxwriter.
_NOT_XML = re.compile("[\ufffe\uffff]")
_TYPED = {Kind.INTEGER, Kind.NUMBER, Kind.TRUTH}


def write_table(lines: BinaryIO, file: BinaryIO, *, title: str = "annotations") -> None:
    """Write the rows of a lossless CSV as sheets called `title`, `title 2` and so on.

    Memory does not grow with the rows; the sheets wait on disk until all are there.
    """
    with xlsxwriter.Workbook(file, OPTIONS) as book:
        book.set_properties({"title": title, "created": MADE})
        table = rows(lines)
        names = next(table)
        kinds = [kind_of(name) for name in names]
        sheet, at, number = _sheet(book, names, title), 1, 1
        for row in table:
            if at == MAX_ROWS:
                sheet.autofilter(0, 0, at - 1, len(names) - 1)
                number += 1
                sheet, at = _sheet(book, names, f"{title} {number}"), 1
            for column, (cell, kind) in enumerate(zip(row, kinds, strict=True)):
                if cell:
                    _write(sheet, at, column, cell, kind)
            at += 1
        sheet.autofilter(0, 0, at - 1, len(names) - 1)


def _sheet(book: Any, names: list[str], title: str) -> Any:
    """Return a new sheet with its header, which stays in sight."""
    sheet = book.add_worksheet(title)
    bold = book.add_format({"bold": True})
    sheet.freeze_panes(1, 0)
    for column, name in enumerate(names):
        width = 50 if name in WIDE else WIDTHS.get(kind_of(name), 18)
        sheet.set_column(column, column, width)
        sheet.write_string(0, column, name, bold)
    return sheet


def _write(sheet: Any, at: int, column: int, cell: str, kind: Kind) -> None:
    if kind in _TYPED:
        try:
            typed = value(cell, kind)
        except ValueError:
            typed = None
        if isinstance(typed, bool):
            sheet.write_boolean(at, column, typed)
            return
        if typed is not None:
            sheet.write_number(at, column, typed)
            return
    sheet.write_string(at, column, _fitting(cell))


def _fitting(cell: str) -> str:
    """Return the words as a cell can hold them."""
    cell = _NOT_XML.sub("\ufffd", cell)
    if 2 * len(cell) <= MAX_CELL or len(cell.encode("utf-16-le")) <= 2 * MAX_CELL:
        return cell
    room = 2 * (MAX_CELL - len(CUT))
    return cell.encode("utf-16-le")[:room].decode("utf-16-le", errors="ignore") + CUT
