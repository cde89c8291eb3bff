"""Read a dataset release of ours: its texts, if it has them, and its annotations."""

from collections.abc import Iterator
from typing import BinaryIO

from annotations.interchange import csv_rows, jsonl
from annotations.interchange.archives import members
from annotations.interchange.records import AnnotationRecord, ArticleRecord, Record, Unreadable

ANNOTATIONS, ARTICLES = "annotations.jsonl", "articles.csv"


def read(file: BinaryIO) -> Iterator[Record]:
    """Yield each text with its annotations after it, then the texts that have none.

    Raises Unreadable. That the release is as it was made, verify_release checks.
    """
    there = False
    seen: set[int | None] = set()
    for _, member in members(file, wanted=lambda name: name == ANNOTATIONS):
        there = True
        for record in jsonl.read(member):
            if isinstance(record, ArticleRecord):
                seen.add(record.ref.revision)
            yield record
    if not there:
        raise Unreadable(f"The archive has no {ANNOTATIONS}: it is no release of ours.")
    for _, member in members(file, wanted=lambda name: name == ARTICLES):
        if not _has_texts(member):
            return
        for record in csv_rows.read(member):
            if isinstance(record, AnnotationRecord):
                continue
            if not isinstance(record, ArticleRecord) or record.ref.revision not in seen:
                yield record


def _has_texts(table: BinaryIO) -> bool:
    head = table.readline().rstrip(b"\r\n").split(b",")
    table.seek(0)
    return b"text" in head
