"""The cells of our own CSV files as values: which columns hold numbers, times, yes or no, or words.

A CSV says nothing of kinds. They go by the columns' names, which docs/export.md lists; a test knows
that none is missing. What does not fit its column's kind stays words.
"""

import csv
import io
import re
from collections.abc import Iterator
from datetime import UTC, date, datetime
from enum import StrEnum
from typing import BinaryIO

MAX_CELL = 16 * 1024 * 1024  # characters; Python's own limit for a cell is 131,072


class Kind(StrEnum):
    WORDS = "words"
    INTEGER = "whole number"
    NUMBER = "number"
    TRUTH = "true or false"
    TIME = "time"
    DAY = "day"


Value = str | int | float | bool | datetime | date | None

_INTEGERS = set(
    """row span_id story_id article_id revision_id revision start end start_utf16 end_utf16
    newest_revision carried_from current_start current_end codebook_revision fact_id position
    version gold_id card_id card_coders same_coders ruling_number ruling_id card_revision
    card_start card_end takes_back""".split()
)
_TRUTHS = set("counts_as_bias in_gold guideline automatic chosen in_force".split())
_NUMBERS = {"carry_score"}
_TIMES = set(
    "published_at created_at updated_at ruled_at set_at story_ruled_at taken_back_at".split()
)
_DAYS = {"happened_on"}
_WHOLE = re.compile(r"-?[0-9]{1,15}")  # what a spreadsheet holds exactly


def kind_of(column: str) -> Kind:
    """Return what a column of our files holds."""
    for kind, names in (
        (Kind.INTEGER, _INTEGERS),
        (Kind.TRUTH, _TRUTHS),
        (Kind.NUMBER, _NUMBERS),
        (Kind.TIME, _TIMES),
        (Kind.DAY, _DAYS),
    ):
        if column in names:
            return kind
    return Kind.WORDS


def value(cell: str, kind: Kind) -> Value:
    """Return what the cell says; None if it is empty. Raises ValueError for another kind."""
    if cell == "":
        return None
    if kind == Kind.INTEGER:
        if not _WHOLE.fullmatch(cell):
            raise ValueError(f"{cell[:40]!r} is no whole number")
        return int(cell)
    if kind == Kind.NUMBER:
        return float(cell)
    if kind == Kind.TRUTH:
        if cell not in {"true", "false"}:
            raise ValueError(f"{cell[:40]!r} is neither true nor false")
        return cell == "true"
    if kind == Kind.TIME:
        return datetime.fromisoformat(cell).astimezone(UTC)
    return date.fromisoformat(cell) if kind == Kind.DAY else cell


def rows(file: BinaryIO) -> Iterator[list[str]]:
    """Yield the rows of a lossless CSV of ours, the names of its columns first.

    The first column, which numbers the rows and tells the form, is called `row`: in a table whose
    cells have kinds there is only one form.
    """
    csv.field_size_limit(max(csv.field_size_limit(), MAX_CELL))
    lines = io.TextIOWrapper(file, encoding="utf-8", newline="")
    try:
        reader = csv.reader(lines, strict=True)
        names = next(reader)
        yield ["row" if name == "row_lossless" else name for name in names]
        yield from reader
    finally:
        lines.detach()
