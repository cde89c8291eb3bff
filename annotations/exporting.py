"""Exporting: annotations and facts as CSV, every row checked against its text as it is written.

PostgreSQL writes the rows (COPY); nothing here grows with their number. Beside its cells each row
brings its range and its quote, and the first row of a revision also the revision's text, so that
every text is loaded once and compared here, in code points, as when the words were tagged. Where
the words were carried to a newer text, that place is checked in the same way.
"""

import csv
import io
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import BinaryIO

from django.db import connection
from django.db.backends.postgresql.psycopg_any import mogrify
from django.db.models import QuerySet

from annotations.columns import ANNOTATIONS, ELSEWHERE, FACTS, Column, cell
from annotations.models import Annotation, Fact
from annotations.ruling import STATUS_AFTER

CHUNK_BYTES = 64 * 1024
BOM = "\ufeff".encode()
LEAD = 11  # fields before the cells: the scope; id, text, start, end and exact in two revisions


class ExportMismatch(Exception):
    """A stored quote or carry is not what its text says; the message names the row."""


@dataclass(frozen=True, slots=True)
class Table:
    """What a file is made from.

    Within a `scope` texts are remembered; a text is sent where `brings_text`, and with an older
    one the newest. The first `ids` columns name a row.
    """

    columns: tuple[Column, ...]
    ids: int
    source: str
    order: str
    scope: str
    brings_text: str


# The status that the ruling led to still stands: an edit or an undo since then takes it back.
IN_FORCE = " ".join(f"WHEN '{ruling}' THEN '{status}'" for ruling, status in STATUS_AFTER.items())

REVISIONS = r"""
    SELECT id, article_id, number, sha256, text, CASE WHEN text ~ '[\U00010000-\U0010FFFF]' THEN
        ARRAY(SELECT place FROM string_to_table(text, NULL) WITH ORDINALITY AS mark(sign, place)
              WHERE octet_length(sign) = 4)
        END AS wide
    FROM sources_revision
"""

NEWEST = """
    SELECT DISTINCT ON (article_id) id, article_id, number FROM sources_revision
    WHERE article_id IN ({articles}) ORDER BY article_id, number DESC
"""

CARRIED = """
    SELECT carry.*, origin.number AS origin_number FROM annotations_carry carry
    JOIN newest ON newest.id = carry.revision_id
    JOIN sources_revision origin ON origin.id = carry.origin_id
"""

# Whom the study recorded under the spelling of a tag or a report.
SPEAKER = """
    LEFT JOIN annotations_speakerspelling spelt
        ON spelt.study_id = st.id AND spelt.spelling = {spelling}
    LEFT JOIN annotations_speaker w ON w.id = spelt.speaker_id
"""

ANNOTATION_TABLE = Table(
    columns=ANNOTATIONS,
    ids=1,
    source=f"""
        WITH chosen AS MATERIALIZED (SELECT id FROM ({{chosen}}) AS chosen (id)),
        r AS MATERIALIZED ({REVISIONS} WHERE id IN (
            SELECT revision_id FROM annotations_span WHERE id IN (
                SELECT span_id FROM annotations_annotation WHERE id IN (SELECT id FROM chosen)))),
        newest AS MATERIALIZED ({NEWEST.format(articles="SELECT article_id FROM r")}),
        carried AS ({CARRIED}),
        code AS (
            SELECT c.id, c.key, c.name, c.counts_as_bias, concat_ws('/', above.key, c.key) AS path
            FROM annotations_code c LEFT JOIN annotations_code above ON above.id = c.parent_id),
        decision AS (
            SELECT DISTINCT ON (annotation_id) * FROM annotations_decision
            WHERE annotation_id IN (SELECT id FROM chosen)
            ORDER BY annotation_id, id DESC)
        SELECT {{cells}}
        FROM chosen
        JOIN annotations_annotation a ON a.id = chosen.id
        JOIN annotations_study st ON st.id = a.study_id
        JOIN annotations_span s ON s.id = a.span_id
        JOIN r ON r.id = s.revision_id
        JOIN newest n ON n.article_id = r.article_id
        LEFT JOIN carried k ON k.study_id = a.study_id AND k.span_id = s.id
            AND k.revision_id = n.id
        JOIN sources_article ar ON ar.id = r.article_id
        JOIN sources_outlet o ON o.id = ar.outlet_id
        JOIN sources_story y ON y.id = ar.story_id
        JOIN code c ON c.id = a.code_id
        LEFT JOIN code rc ON rc.id = a.ruled_code_id
        JOIN auth_user annotator ON annotator.id = a.annotator_id
        LEFT JOIN decision d ON d.annotation_id = a.id AND d.version = a.version
            AND a.status = CASE d.ruling {IN_FORCE} END
        LEFT JOIN auth_user moderator ON moderator.id = d.moderator_id
        {SPEAKER.format(spelling="a.speaker")}
        WINDOW reading AS (ORDER BY {{order}})
        ORDER BY {{order}}""",  # noqa: S608 - constants of ours
    order='y.id, ar.published_at, ar.id, r.id, s.start, s."end" DESC, a.created_at, a.id',
    scope="r.id",
    brings_text="lag(r.id) OVER reading IS DISTINCT FROM r.id",
)

CHOSEN_ARTICLES = """
    SELECT article.id FROM chosen JOIN annotations_fact fact ON fact.id = chosen.id
    JOIN sources_article article ON article.story_id = fact.story_id
"""

FACT_TABLE = Table(
    columns=FACTS,
    ids=3,
    source=f"""
        WITH chosen AS MATERIALIZED (SELECT id FROM ({{chosen}}) AS chosen (id)),
        r AS MATERIALIZED ({REVISIONS} WHERE id IN (
            SELECT s.revision_id FROM annotations_report p
            JOIN annotations_reportspan q ON q.report_id = p.id
            JOIN annotations_span s ON s.id = q.span_id
            WHERE p.fact_id IN (SELECT id FROM chosen))),
        newest AS MATERIALIZED ({NEWEST.format(articles=CHOSEN_ARTICLES)}),
        carried AS ({CARRIED})
        SELECT {{cells}}
        FROM chosen
        JOIN annotations_fact f ON f.id = chosen.id
        JOIN annotations_study st ON st.id = f.study_id
        JOIN sources_story y ON y.id = f.story_id
        JOIN sources_article ar ON ar.story_id = y.id
        JOIN sources_outlet o ON o.id = ar.outlet_id
        LEFT JOIN annotations_report p ON p.fact_id = f.id AND p.article_id = ar.id
        LEFT JOIN auth_user setter ON setter.id = p.set_by_id
        LEFT JOIN annotations_reportspan q ON q.report_id = p.id
        LEFT JOIN annotations_span s ON s.id = q.span_id
        LEFT JOIN r ON r.id = s.revision_id
        LEFT JOIN newest n ON n.article_id = ar.id
        LEFT JOIN carried k ON k.study_id = f.study_id AND k.span_id = s.id
            AND k.revision_id = n.id
        {SPEAKER.format(spelling="q.speaker")}
        WINDOW reading AS (PARTITION BY r.id ORDER BY {{order}})
        ORDER BY {{order}}""",  # noqa: S608 - constants of ours
    order="y.id, f.position, f.id, ar.published_at, ar.id, r.id, s.start, q.id",
    scope="y.id",
    brings_text="row_number() OVER reading = 1",
)


def export_annotations(
    annotations: QuerySet[Annotation],
    file: BinaryIO,
    *,
    lossless: bool = False,
    progress: Callable[[int], None] | None = None,
) -> int:
    """Write a row per annotation, in reading order, and return their number. One query.

    `progress` is told the rows so far, once per 64 KB. Raises ExportMismatch at the first row
    whose quote is not in its text; what is in `file` by then is not to be used.
    """
    return _write(ANNOTATION_TABLE, annotations, file, lossless, progress)


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
    return _write(FACT_TABLE, facts, file, lossless, progress)


def header(table: Table, *, lossless: bool) -> bytes:
    """Return the first line; the name of its first column says which form the cells have."""
    line = io.StringIO()
    form = "row_lossless" if lossless else "row_safe"
    csv.writer(line).writerow([form, *(column.name for column in table.columns)])
    return (b"" if lossless else BOM) + line.getvalue().encode()


def _write(
    table: Table,
    chosen: QuerySet,
    file: BinaryIO,
    lossless: bool,
    progress: Callable[[int], None] | None,
) -> int:
    file.write(header(table, lossless=lossless))
    lines: list[bytes] = []
    size = number = 0
    for number, cells in enumerate(_checked_rows(table, chosen, lossless), start=1):
        # COPY ends a row with \n, and writes each row as one message; RFC 4180 wants \r\n.
        line = b"%d,%b\r\n" % (number, cells[:-1])
        lines.append(line)
        size += len(line)
        if size >= CHUNK_BYTES:
            file.write(b"".join(lines))
            lines.clear()
            size = 0
            if progress:
                progress(number)
    file.write(b"".join(lines))
    return number


def _checked_rows(table: Table, chosen: QuerySet, lossless: bool) -> Iterator[bytes]:
    """Yield the cells of each row once its quote was found in its text, and in the newest."""
    scope = b""
    texts: dict[bytes, str] = {}
    with connection.cursor() as cursor, cursor.copy(_statement(table, chosen, lossless)) as rows:
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


def _statement(table: Table, chosen: QuerySet, lossless: bool) -> str:
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
        chosen=mogrify(asked, parameters, connection), cells=cells, order=table.order
    )
    return f"COPY ({select}) TO STDOUT WITH (FORMAT csv, ENCODING 'UTF8')"


def _words(table: Table, cells: bytes) -> str:
    """Return the end of a complaint: whose words they are."""
    ids = [text.decode() for text in cells.split(b",", table.ids)[: table.ids]]
    names = [column.name for column in table.columns[: table.ids]]
    row = ", ".join(f"{name} {id}" for name, id in zip(names, ids, strict=True))
    return f"words of {row}. Nothing was exported."
