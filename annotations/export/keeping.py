"""Keeping a file that took long: in the database, in pieces, with a note of how far it is."""

import hashlib
import io
from collections.abc import Iterator
from contextlib import contextmanager
from time import monotonic
from typing import Any, BinaryIO

from django.db import connection, transaction
from django.db.models import Manager

from annotations.models import PreparedExport, Release

NOTE_EVERY = 1.0  # seconds between two notes
NOTES = {
    Release: """
        UPDATE annotations_release SET done = %s, said = %s WHERE id = %s AND failed_at IS NULL
    """,
    PreparedExport: """
        UPDATE annotations_preparedexport SET done = %s, said = %s
        WHERE id = %s AND failed_at IS NULL
    """,
}


@contextmanager
def one_moment() -> Iterator[None]:
    """See one moment of the database, and change nothing; within a transaction, its own."""
    is_first = not connection.in_atomic_block
    with transaction.atomic():
        if is_first:
            with connection.cursor() as cursor:
                cursor.execute("SET TRANSACTION ISOLATION LEVEL REPEATABLE READ, READ ONLY")
        yield


def keep(file: BinaryIO, chunks: Manager[Any], chunk_bytes: int) -> tuple[int, str]:
    """Put the file's pieces among the `chunks` of its row; return its size and its SHA-256."""
    digest = hashlib.sha256()
    size = file.seek(0, io.SEEK_END)
    file.seek(0)
    for number in range(-(-size // chunk_bytes)):
        piece = file.read(chunk_bytes)
        digest.update(piece)
        chunks.create(number=number, data=piece)
    return size, digest.hexdigest()


class Note:
    """Notes how far a file is, beside the transaction that it is written in.

    That transaction sees one moment and shows nothing of itself, so this has a connection of its
    own. `is_wanted` turns false when the row was found removed, or given up.
    """

    def __init__(self, row: Release | PreparedExport) -> None:
        self._pk, self._total = row.pk, row.total
        self._statement = NOTES[type(row)]
        self._aside = connection.copy()
        self._noted = monotonic()
        self.is_wanted = True

    def __call__(self, rows: int, said: str = "") -> None:
        """Note it, at most once a second."""
        if monotonic() - self._noted < NOTE_EVERY:
            return
        self._noted = monotonic()
        with self._aside.cursor() as cursor:
            cursor.execute(self._statement, [min(rows, self._total), said, self._pk])
            self.is_wanted = cursor.rowcount > 0

    def close(self) -> None:
        self._aside.close()
