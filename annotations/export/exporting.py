"""Exporting: a study's tables as CSV, every row checked against its text as it passes.

PostgreSQL writes the rows (COPY); nothing here grows with their number. Beside its cells each row
brings its range and its quote, and the first row of a revision also the revision's text, so that
every text is loaded once and compared here, in code points, as when the words were tagged. Where
the words were carried to a newer text, that place is checked in the same way.
"""

import csv
import io
from collections.abc import Callable, Collection, Iterator, Mapping
from typing import BinaryIO

from django.db import connection
from django.db.backends.postgresql.psycopg_any import mogrify
from django.db.models import QuerySet

from annotations.export.columns import ELSEWHERE, cell
from annotations.export.tables import ANNOTATION_TABLE, FACT_TABLE, GOLD_TABLE, RULING_TABLE, Table
from annotations.models import Annotation, CardRuling, Fact, GoldTag

CHUNK_BYTES = 64 * 1024
BOM = "\ufeff".encode()
NOTHING: Mapping[str, str] = {}
LEAD = 11  # fields before the cells: the scope; id, text, start, end and exact in two revisions


class ExportMismatch(Exception):
    """A stored quote or carry is not what its text says; the message names the row."""


def export_annotations(
    annotations: QuerySet[Annotation],
    file: BinaryIO,
    *,
    lossless: bool = False,
    progress: Callable[[int], None] | None = None,
    closed: Collection[int] = (),
    gold_in: Collection[int] | None = None,
) -> int:
    """Write a row per annotation, in reading order, and return their number. One query.

    `progress` is told the rows so far, once per 64 KB. Nothing is said of the rulings in the
    stories of `closed`, and of the gold layer only in those of `gold_in` (None: in all). Raises
    ExportMismatch at the first row whose quote is not in its text; what is in `file` by then is
    not to be used.
    """
    told = _told(closed, gold_in)
    return write_table(ANNOTATION_TABLE, annotations, file, lossless, progress, told)


def stream_annotations(
    annotations: QuerySet[Annotation],
    *,
    lossless: bool = False,
    closed: Collection[int] = (),
    gold_in: Collection[int] | None = None,
) -> Iterator[bytes]:
    """Yield what `export_annotations` writes, 64 KB at a time, and the header before any query.

    Rows are checked as they pass: ExportMismatch comes after those that were right, and whoever
    took them must not be left to think that they are all. To close it ends the query.
    """
    for _, piece in _pieces(ANNOTATION_TABLE, annotations, lossless, _told(closed, gold_in)):
        yield piece


def _told(closed: Collection[int], gold_in: Collection[int] | None) -> dict[str, str]:
    """Return the conditions that the table of annotations leaves open, for `export_annotations`."""
    told = {"closed": _listed(closed), "gold_in": "true"}
    if gold_in is not None:
        told["gold_in"] = f"y.id = ANY('{{{_listed(gold_in)}}}'::bigint[])"
    return told


def export_gold(
    gold: QuerySet[GoldTag],
    file: BinaryIO,
    *,
    lossless: bool = False,
    progress: Callable[[int], None] | None = None,
) -> int:
    """Write a row per gold tag, as `export_annotations`."""
    return write_table(GOLD_TABLE, gold, file, lossless, progress)


def export_rulings(
    rulings: QuerySet[CardRuling],
    file: BinaryIO,
    *,
    lossless: bool = False,
    progress: Callable[[int], None] | None = None,
) -> int:
    """Write a row per ruling and annotation on its card, as `export_annotations`."""
    return write_table(RULING_TABLE, rulings, file, lossless, progress)


def export_facts(
    facts: QuerySet[Fact],
    file: BinaryIO,
    *,
    lossless: bool = False,
    progress: Callable[[int], None] | None = None,
) -> int:
    """Write a row per span of each cell, and one for a cell without, as `export_annotations`.

    The cells are all articles of the fact's story, so the matrix is complete.
    """
    return write_table(FACT_TABLE, facts, file, lossless, progress)


def header(table: Table, *, lossless: bool) -> bytes:
    """Return the first line; the name of its first column says which form the cells have."""
    line = io.StringIO()
    form = "row_lossless" if lossless else "row_safe"
    csv.writer(line).writerow([form, *(column.name for column in table.columns)])
    return (b"" if lossless else BOM) + line.getvalue().encode()


def write_table(
    table: Table,
    chosen: QuerySet,
    file: BinaryIO,
    lossless: bool = False,
    progress: Callable[[int], None] | None = None,
    told: Mapping[str, str] = NOTHING,
) -> int:
    """Write a row for each row of the table that `chosen` asks for, as `export_annotations`.

    `told` fills what its source leaves open.
    """
    number = 0
    for number, piece in _pieces(table, chosen, lossless, told):
        file.write(piece)
        if number and progress:
            progress(number)
    return number


def _pieces(
    table: Table, chosen: QuerySet, lossless: bool, told: Mapping[str, str]
) -> Iterator[tuple[int, bytes]]:
    """Yield the header, before anything is asked, then about 64 KB at a time of checked rows.

    Each with the number of rows so far.
    """
    yield 0, header(table, lossless=lossless)
    lines: list[bytes] = []
    size = number = 0
    for number, cells in enumerate(_checked_rows(table, chosen, lossless, told), start=1):
        # COPY ends a row with \n, and writes each row as one message; RFC 4180 wants \r\n.
        line = b"%d,%b\r\n" % (number, cells[:-1])
        lines.append(line)
        size += len(line)
        if size >= CHUNK_BYTES:
            yield number, b"".join(lines)
            lines.clear()
            size = 0
    if lines:
        yield number, b"".join(lines)


def _checked_rows(
    table: Table, chosen: QuerySet, lossless: bool, told: Mapping[str, str]
) -> Iterator[bytes]:
    """Yield the cells of each row once its quote was found in its text, and in the newest."""
    scope = b""
    texts: dict[bytes, str] = {}
    statement = _statement(table, chosen, lossless, told)
    with connection.cursor() as cursor, cursor.copy(statement) as rows:
        for row in rows:
            fields = bytes(row).split(b",", LEAD)
            around, cells = fields[0], fields[-1]
            if around != scope:
                scope = around
                texts.clear()
            if not _is_there(texts, *fields[1:6]):
                raise ExportMismatch(f"The text does not hold the stored {_words(table, cells)}")
            if not _is_there(texts, *fields[6:LEAD]):
                where = "The newest text does not hold the carried"
                raise ExportMismatch(f"{where} {_words(table, cells)}")
            yield cells


def _is_there(
    texts: dict[bytes, str], revision: bytes, text: bytes, start: bytes, end: bytes, exact: bytes
) -> bool:
    """Keep the text, if it was sent; return whether it holds the words, if there are any."""
    if text:
        texts[revision] = _unhex(text)
    return not start or texts[revision][int(start) : int(end)] == _unhex(exact)


def _hex(value: str) -> str:
    """Return the expression of a text in a form that holds no comma and no quote."""
    return f"encode(convert_to({value}, 'UTF8'), 'hex')"


def _unhex(field: bytes) -> str:
    return bytes.fromhex(field.decode("ascii")).decode()


def _listed(pks: Collection[int]) -> str:
    """Return pks as the inside of an array."""
    return ",".join(str(int(pk)) for pk in sorted(pks))


def _statement(table: Table, chosen: QuerySet, lossless: bool, told: Mapping[str, str]) -> str:
    """Return the COPY of what `chosen` asks for: the fields of the check, then the cells."""
    newest = "SELECT text FROM sources_revision WHERE id = n.id"
    check = (
        table.scope,
        "r.id",
        f"CASE WHEN {table.brings_text} THEN {_hex('r.text')} END",
        "s.start",
        's."end"',
        _hex("s.exact"),
        "n.id",
        f"CASE WHEN {ELSEWHERE} AND {table.brings_text} THEN {_hex(f'({newest})')} END",
        "k.start",
        'k."end"',
        _hex("k.exact"),
    )
    cells = ", ".join([*check, *(cell(column, lossless=lossless) for column in table.columns)])
    asked, parameters = chosen.order_by().values("pk").query.sql_with_params()
    select = table.source.format(
        chosen=mogrify(asked, parameters, connection), cells=cells, order=table.order, **told
    )
    return f"COPY ({select}) TO STDOUT WITH (FORMAT csv, ENCODING 'UTF8')"


def _words(table: Table, cells: bytes) -> str:
    """Return the end of a complaint: whose words they are."""
    ids = [text.decode() for text in cells.split(b",", table.ids)[: table.ids]]
    names = [column.name for column in table.columns[: table.ids]]
    row = ", ".join(f"{name} {id}" for name, id in zip(names, ids, strict=True))
    return f"words of {row}."
