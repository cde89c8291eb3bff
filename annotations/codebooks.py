"""Codebooks from files: one row per code, upper codes before their own."""

import csv
from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import Any

from django.db import transaction

from annotations.codifying import add_code
from annotations.models import Code, Codebook

DEFAULT = Path(__file__).with_name("default_codebook.csv")
DEFAULT_NAME = "Framing codes"

TEXTS = ("key", "name", "definition", "include", "exclude", "examples", "sources")
LOOKS = ("colour", "hotkey")
RULES = ("asks_target", "marks_spans", "counts_as_bias")


def default_codebook() -> Codebook:
    """Return the codebook that ships with Parallax, stored at first use."""
    known = Codebook.objects.filter(name=DEFAULT_NAME).first()
    return known or load_codebook(read_codebook(DEFAULT), name=DEFAULT_NAME)


def read_codebook(path: Path) -> list[dict[str, str]]:
    """Return the rows of a codebook's CSV file by column."""
    with path.open(encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file))


@transaction.atomic
def load_codebook(rows: Iterable[Mapping[str, str]], *, name: str) -> Codebook:
    """Store a codebook of these codes, all or nothing.

    Yes-or-no columns hold `yes` or `no`; `parent` holds the key of a row above.
    Raises CodeRefused for a code that cannot be, KeyError for a missing column.
    """
    codebook = Codebook.objects.create(name=name)
    codes: dict[str, Code] = {}
    for row in rows:
        words: dict[str, Any] = {field: row[field] for field in (*TEXTS, *LOOKS)}
        words |= {field: row[field] == "yes" for field in RULES}
        parent = codes[row["parent"]] if row["parent"] else None
        codes[row["key"]] = add_code(codebook, parent=parent, **words)
    return codebook
