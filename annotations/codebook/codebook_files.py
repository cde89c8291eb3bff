"""Codebooks as files, CSV and JSON: what is read in and written out again is the same bytes.

A cell that a spreadsheet would run as a formula gets an apostrophe in front, as in the other
files; reading takes it away, so that nothing is lost.
"""

import csv
import io
import json
import re
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass

from annotations.export.columns import UNSAFE

COLUMNS = (
    "key", "parent", "name", "definition", "include", "exclude", "examples", "sources", "colour",
    "hotkey", "asks_target", "marks_spans", "counts_as_bias", "retired_at", "merged_into",
    "split_from",
)  # fmt: skip
TEXTS = ("definition", "include", "exclude", "examples", "sources")
NEEDED = ("key", "name", "definition")
YES_OR_NO = ("asks_target", "marks_spans", "counts_as_bias")
YES, NO = {"yes", "true", "1"}, {"no", "false", "0"}
MOST_BYTES = 1_000_000
MOST_CODES = 1_000
BOM = b"\xef\xbb\xbf"
_UNSAFE = re.compile(UNSAFE)


class BadFile(ValueError):
    """The file cannot be read as a codebook; the message says where and why."""


@dataclass(frozen=True, slots=True)
class Row:
    """A code as a file has it. `cells` holds the columns that the file has, yes-or-no ones as
    `yes` or `no`, and times and keys as text; `place` is where it stands."""

    place: str
    cells: dict[str, str]


def read_file(data: bytes) -> list[Row]:
    """Return the codes of a file, which is JSON if it begins like it, and CSV otherwise.

    Commas, semicolons and tabs are taken. Raises BadFile.
    """
    if len(data) > MOST_BYTES:
        raise BadFile(f"The file is longer than {MOST_BYTES // 1_000_000} MB: no codebook is.")
    text = _decoded(data).replace("\r\n", "\n").replace("\r", "\n")
    if "\0" in text:
        raise BadFile("The file is not a text: it holds the character NUL.")
    if not text.strip():
        raise BadFile("The file is empty.")
    is_json = text.lstrip()[0] in "{["
    rows = list(_read_json(text) if is_json else _read_csv(text))
    if not rows:
        raise BadFile("The file has no codes.")
    if len(rows) > MOST_CODES:
        raise BadFile(f"The file has {len(rows)} codes; {MOST_CODES} is the most.")
    return rows


def as_csv(rows: Iterable[Mapping[str, str]]) -> bytes:
    """Return the codes, with all COLUMNS each, as CSV (RFC 4180, UTF-8 with a BOM)."""
    lines = io.StringIO()
    writer = csv.writer(lines)
    writer.writerow(COLUMNS)
    writer.writerows([_guarded(row[column]) for column in COLUMNS] for row in rows)
    return BOM + lines.getvalue().encode()


def as_json(name: str, rows: Iterable[Mapping[str, str]]) -> bytes:
    """Return the codes as JSON: examples as a list, yes and no as booleans."""
    whole = {"codebook": name, "codes": [_typed(row) for row in rows]}
    return (json.dumps(whole, ensure_ascii=False, indent=2) + "\n").encode()


def as_read(rows: Iterable[Row]) -> str:
    """Return what was read, no more and no less, as a text that `read_file` takes again."""
    return json.dumps([row.cells for row in rows], ensure_ascii=False)


def _typed(row: Mapping[str, str]) -> dict[str, object]:
    typed: dict[str, object] = {column: row[column] for column in COLUMNS}
    typed |= {column: row[column] == "yes" for column in YES_OR_NO}
    typed["examples"] = row["examples"].split("\n") if row["examples"] else []
    return typed


def _decoded(data: bytes) -> str:
    is_wide = data.startswith((b"\xff\xfe", b"\xfe\xff"))  # as Excel's "Unicode text" begins
    encoding = "utf-16" if is_wide else "utf-8-sig"
    try:
        return data.decode(encoding)
    except UnicodeDecodeError as error:
        line = data[: error.start].count(b"\n") + 1
        raise BadFile(
            f"Line {line} is not UTF-8. Save the file as “CSV UTF-8”, and upload it again."
        ) from error


def _read_csv(text: str) -> Iterator[Row]:
    first = text.partition("\n")[0]
    delimiter = max(",;\t", key=first.count)
    reader = csv.reader(io.StringIO(text, newline=""), delimiter=delimiter, strict=True)
    try:
        columns = [cell.strip().lower() for cell in next(reader)]
        _check_columns(columns)
        begin = reader.line_num + 1
        for cells in reader:
            place, begin = f"line {begin}", reader.line_num + 1
            if not any(cells):
                continue
            if len(cells) != len(columns):
                raise BadFile(
                    f"{place.capitalize()} has {len(cells)} cells, the first line {len(columns)}. "
                    "A quotation mark or a separator is missing or too many."
                )
            given = zip(columns, map(_unguarded, cells), strict=True)
            yield _row(place, {name: cell for name, cell in given if name in COLUMNS})
    except csv.Error as error:
        raise BadFile(f"Line {reader.line_num} cannot be read as CSV: {error}.") from error


def _check_columns(columns: list[str]) -> None:
    if missing := [name for name in NEEDED if name not in columns]:
        raise BadFile(
            f"The first line has to name the columns, and {_listed(missing)} is not among them. "
            f"It names {_listed(columns)[:200]}."
        )
    if twice := sorted({name for name in columns if name and columns.count(name) > 1}):
        raise BadFile(f"The first line names {_listed(twice)} twice.")


def _listed(names: Iterable[str]) -> str:
    return ", ".join(f"“{name}”" for name in names)


def _read_json(text: str) -> Iterator[Row]:
    try:
        whole = json.loads(text)
    except (json.JSONDecodeError, RecursionError) as error:
        where = f"Line {error.lineno}" if isinstance(error, json.JSONDecodeError) else "The file"
        raise BadFile(f"{where} is not JSON: {error}.") from error
    codes = whole.get("codes") if isinstance(whole, dict) else whole
    if not isinstance(codes, list):
        raise BadFile("The file has no list of “codes”.")
    for number, code in enumerate(codes, start=1):
        place = f"code {number}"
        if not isinstance(code, dict):
            raise BadFile(f"{place.capitalize()} is not an object.")
        if missing := [name for name in NEEDED if name not in code]:
            raise BadFile(f"{place.capitalize()} has no {_listed(missing)}.")
        given = {name: code[name] for name in COLUMNS if name in code}
        yield _row(place, {name: _text_of(place, name, value) for name, value in given.items()})


def _text_of(place: str, name: str, value: object) -> str:
    """Return what JSON says as the cell of a CSV file would."""
    if value is None:
        return ""
    if isinstance(value, str):
        return value
    if isinstance(value, bool) and name in YES_OR_NO:
        return "yes" if value else "no"
    if isinstance(value, list) and name == "examples" and all(isinstance(e, str) for e in value):
        return "\n".join(value)
    raise BadFile(f"{place.capitalize()}: “{name}” is neither a text nor what it has to be.")


def _row(place: str, cells: dict[str, str]) -> Row:
    """Return the row with yes-or-no in one spelling, or without it if empty. Raises BadFile."""
    cells = {name: cell if name in TEXTS else cell.strip() for name, cell in cells.items()}
    for name in YES_OR_NO:
        if not (said := cells.get(name, "").lower()):
            cells.pop(name, None)
            continue
        if said not in YES | NO:
            raise BadFile(f"{place.capitalize()}: “{name}” has to be yes or no, not “{said}”.")
        cells[name] = "yes" if said in YES else "no"
    return Row(place, cells)


def _guarded(cell: str) -> str:
    return f"'{cell}" if _UNSAFE.match(cell) else cell


def _unguarded(cell: str) -> str:
    return cell[1:] if cell.startswith("'") and _UNSAFE.match(cell[1:]) else cell
