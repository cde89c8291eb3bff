"""What changed in the database since a release was made: it is made once more, and compared.

Where a file is another one its rows are compared by their ids; of each only a digest is kept.
"""

import hashlib
import tempfile
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import BinaryIO

from annotations.export.manifest import Manifest
from annotations.export.release_files import write_release
from annotations.export.verifying import Row, rows_of
from annotations.models import Study

# By which columns the rows of a file are told from each other.
IDS = {
    "codebook.csv": ("key",),
    "codebook_revisions.csv": ("codebook_revision", "code_number"),
    "articles.csv": ("revision_id",),
    "annotations.csv": ("annotation_id",),
    "decisions.csv": ("decision_id",),
    "gold.csv": ("gold_id",),
    "rulings.csv": ("ruling_id", "annotation_id"),
    "facts.csv": ("fact_id", "article_id", "span_id"),
    "agreement.csv": ("part", "of", "measure"),
}
NUMBER = "row_safe"


@dataclass(slots=True)
class Difference:
    """In which rows a file of the release and the database differ, by their ids."""

    name: str
    gone: list[str] = field(default_factory=list)  # in the release alone
    new: list[str] = field(default_factory=list)  # in the database alone
    changed: list[str] = field(default_factory=list)

    def lines(self) -> Iterator[str]:
        """Yield what differs, a line for each row."""
        for said, ids in (
            ("is not in the database any more", self.gone),
            ("is new in the database", self.new),
            ("says something else in the database", self.changed),
        ):
            yield from (f"{self.name}: the row of {id} {said}." for id in ids)
        if not (self.gone or self.new or self.changed):
            yield f"{self.name} is another one now."


def differences(file: BinaryIO, manifest: Manifest, study: Study) -> list[Difference]:
    """Return how the release differs from one of the study made now, file by file.

    Nothing is said of the files that follow from others that differ.
    """
    with tempfile.TemporaryFile() as fresh:
        now = write_release(study, fresh, with_texts=manifest.texts, pseudonyms=manifest.pseudonyms)
        names = [name for name, fact in now.files.items() if manifest.files.get(name) != fact]
        tables = [_difference(name, file, fresh) for name in names if name in IDS]
    return tables or [Difference(name) for name in names]


def _difference(name: str, file: BinaryIO, fresh: BinaryIO) -> Difference:
    found = Difference(name)
    before = {_id(name, row): _digest(row) for row in rows_of(file, name)}
    for row in rows_of(fresh, name):
        id = _id(name, row)
        was = before.pop(id, None)
        if was is None:
            found.new.append(id)
        elif was != _digest(row):
            found.changed.append(id)
    found.gone = list(before)
    return found


def _id(name: str, row: Row) -> str:
    return " ".join(f"{column} {row[column]}" for column in IDS[name] if row[column])


def _digest(row: Row) -> bytes:
    said = repr([item for item in row.items() if item[0] != NUMBER])
    return hashlib.blake2b(said.encode(), digest_size=12).digest()
