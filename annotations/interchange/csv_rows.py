"""Annotations and articles from tables: our own CSV files, and what other programs write.

Commas, semicolons, tabs or bars; with or without a byte order mark. Read row by row, so the length
of a file does not matter.
"""

import csv
from collections.abc import Iterator, Sequence
from typing import BinaryIO

from annotations.interchange.lines import MAX_LINE, lines
from annotations.interchange.records import Record, Unit, Unreadable
from annotations.interchange.rows import (
    NAMES,
    REFERENCES,
    SHOWN,
    BadRow,
    fields_of,
    is_of_articles,
    record_of,
    reject,
)

DELIMITERS = ",;\t|"
SAFE = "row_safe"  # the first column of our own files: see docs/export.md
LOSSLESS = "row_lossless"


def is_table(head: str) -> bool:
    """Tell whether a file that begins with `head` is a table that we could read."""
    first, *_ = [line for line in head.splitlines() if not _is_hint(line)] or [""]
    return len(fields_of(_cells(first, _delimiter(first)))) > 1


def read(file: BinaryIO) -> Iterator[Record]:
    """Yield a record per row: an article where a row has a text and no code, else an annotation.

    Offsets of our own files count code points; others may say it in a column `unit`. Raises
    Unreadable if the first line does not name what is needed.
    """
    table = _Lines(file)
    header = table.header()
    delimiter = _delimiter(header)
    names = _cells(header, delimiter)
    fields = _checked(fields_of(names))
    is_safe = names[0].strip().lower() == SAFE
    unit = Unit.CODE_POINTS if is_safe or names[0].strip().lower() == LOSSLESS else None
    columns = [(field, names.index(name)) for field, name in fields.items()]
    for place, cells in _rows(table, delimiter):
        if isinstance(cells, str):
            yield reject(place, cells, table.shown)
        elif len(cells) != len(names):
            counts = f"The row has {len(cells)} cells, and the first line names {len(names)}."
            yield reject(place, counts, table.shown)
        else:
            values = {field: cells[at] for field, at in columns}
            if is_safe:
                values = {field: value.removeprefix("'") for field, value in values.items()}
            yield _record(values, place, unit, table.shown)


def _record(values: dict[str, str], place: str, unit: Unit | None, shown: str) -> Record:
    try:
        return record_of(values, place, unit)
    except BadRow as problem:
        return reject(place, str(problem), shown)


class _Lines:
    """The lines of the file as csv reads them, with those of the row at hand."""

    def __init__(self, file: BinaryIO) -> None:
        self._lines = lines(file)
        self.number = 0  # of the last line that was read
        self.shown = ""
        self.is_cut = False
        self._length = 0  # of the row at hand

    def header(self) -> str:
        for line in self:
            if not _is_hint(line):
                return line
            if self.is_cut:
                raise Unreadable(
                    f"The first line is longer than {MAX_LINE // 1024**2} MB: this is no table."
                )
            self.begin_row()
        raise Unreadable("The file is empty.")

    def begin_row(self) -> int:
        """Return the number of the line with which the next row begins."""
        self.shown, self.is_cut, self._length = "", False, 0
        return self.number + 1

    def __iter__(self) -> Iterator[str]:
        return self

    def __next__(self) -> str:
        line = next(self._lines)
        self.number += 1
        if line is None:
            self.is_cut = True
            return "\n"
        if len(self.shown) < SHOWN:
            self.shown += line
        self._length += len(line)
        if self._length > MAX_LINE:  # cells that are quoted go on and on, none of them too long
            raise csv.Error(f"it is longer than {MAX_LINE // 1024**2} MB")
        return line


def _rows(table: _Lines, delimiter: str) -> Iterator[tuple[str, list[str] | str]]:
    """Yield where each row is, with its cells, or with what is wrong. Blank lines are no rows."""
    csv.field_size_limit(MAX_LINE)
    rows = csv.reader(table, delimiter=delimiter, strict=True)
    while True:
        number = table.begin_row()
        try:
            cells: list[str] | str = next(rows)
        except StopIteration:
            return
        except csv.Error as error:
            cells = f"The row is no CSV ({error})."
        if table.is_cut:
            cells = f"The line is longer than {MAX_LINE // 1024**2} MB."
        if cells:
            yield f"line {number}", cells


def _cells(line: str, delimiter: str) -> list[str]:
    try:
        return next(csv.reader([line], delimiter=delimiter), [])
    except csv.Error:
        return []


def _is_hint(line: str) -> bool:
    """Tell a blank line, and what tells Excel the separator."""
    return not line.strip() or line.lower().startswith("sep=")


def _delimiter(header: str) -> str:
    return max(
        DELIMITERS, key=lambda mark: (len(fields_of(_cells(header, mark))), -DELIMITERS.index(mark))
    )


def _checked(fields: dict[str, str]) -> dict[str, str]:
    """Return the fields, which are enough for articles or for annotations. Raises Unreadable."""
    if is_of_articles(fields):
        return fields
    lacking: list[Sequence[str]] = []
    if "code" not in fields:
        lacking.append(NAMES["code"])
    if not set(REFERENCES) & set(fields):
        lacking.append(REFERENCES)
    if "exact" not in fields and not {"start", "end"} <= set(fields):
        lacking.append(("exact", "start and end"))
    if lacking:
        wanted = "; and ".join(" or ".join(names) for names in lacking)
        raise Unreadable(f"The first line has to name the columns. We do not find: {wanted}.")
    return fields
