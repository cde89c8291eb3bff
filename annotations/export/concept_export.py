"""Exporting word choice: a row for each concept, outlet and name, also where the count is 0."""

import csv
import io
import re
from collections.abc import Iterator
from typing import BinaryIO

from annotations.export.columns import UNSAFE, Column, text
from annotations.export.exporting import BOM
from annotations.language.word_choice import Table, rate

_UNSAFE = re.compile(UNSAFE)
CONCEPTS = (
    text("study", "study", "key of the study"),
    text("story", "story", "title of the story that was counted; empty for all of the study"),
    text("concept", "concept", "the concept, by its neutral name"),
    Column("kind", "kind", "actor, event, action or other"),
    text("outlet", "outlet", "who published"),
    text("name", "name", "the wording; empty if the concept has none yet"),
    Column("count", "count", "how often the outlet's newest texts hold it"),
    Column("words", "words", "words of these texts"),
    Column("articles", "articles", "articles that were counted"),
    Column("per_1000", "per_1000", "count per 1,000 words"),
)


def export_word_choice(
    table: Table, file: BinaryIO, *, study: str, story: str = "", lossless: bool = False
) -> int:
    """Write the table as CSV and return the number of rows.

    Cells and first column are as those of the other files: see docs/export.md.
    """
    lines = io.StringIO()
    writer = csv.writer(lines)
    form = "row_lossless" if lossless else "row_safe"
    writer.writerow([form, *(column.name for column in CONCEPTS)])
    number = 0
    for number, row in enumerate(_rows(table), start=1):
        cells = {"study": study, "story": story, **row}
        kept = (cells[column.value] for column in CONCEPTS)
        safe = (
            _safe(str(cell)) if column.is_text and not lossless else cell
            for column, cell in zip(CONCEPTS, kept, strict=True)
        )
        writer.writerow([number, *safe])
    file.write((b"" if lossless else BOM) + lines.getvalue().encode())
    return number


def _rows(table: Table) -> Iterator[dict[str, str | int]]:
    for row in table.rows:
        for cell in row.cells:
            counts = {use.name.pk: use.count for use in cell.uses}
            names = [(name.wording, counts.get(name.pk, 0)) for name in row.concept.names.all()]
            for wording, count in names or [("", 0)]:
                yield {
                    "concept": row.concept.name,
                    "kind": row.concept.kind,
                    "outlet": cell.column.name,
                    "name": wording,
                    "count": count,
                    "words": cell.column.words,
                    "articles": cell.column.articles,
                    "per_1000": f"{rate(count, cell.column.words):.3f}",
                }


def _safe(cell: str) -> str:
    return f"'{cell}" if _UNSAFE.match(cell) else cell
