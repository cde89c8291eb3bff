"""JSON lines: one article or one annotation a line. Nothing of an annotation is lost in it."""

import json
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import replace
from datetime import datetime
from functools import lru_cache
from typing import Any, BinaryIO

from annotations.interchange.lines import MAX_LINE, lines
from annotations.interchange.records import (
    AnnotationRecord,
    ArticleRecord,
    ArticleRef,
    Dataset,
    Document,
    Record,
    Unit,
    Unreadable,
)
from annotations.interchange.rows import BadRow, fields_of, record_of, reject

LISTS = ("annotations", "spans", "entities")  # of annotations within the object of an article
REFERENCE = {
    "article_id": "id",
    "revision_id": "revision",
    "revision_sha256": "sha256",
    "url": "url",
    "external_id": "external_id",
}
# Some programs take these for the end of a line.
LINE_ENDS = str.maketrans({mark: f"\\u{ord(mark):04x}" for mark in "\x85\u2028\u2029"})


def write(documents: Iterable[Document], file: BinaryIO, dataset: Dataset) -> None:  # noqa: ARG001 - a Writer
    """Write each article, with its text if it is there, and after it its annotations."""
    for document in documents:
        file.write(article_line(document.article))
        file.writelines(annotation_line(annotation) for annotation in document.annotations)


def article_line(article: ArticleRecord) -> bytes:
    """Return the article as a line; a field without a value is null."""
    names = ("story", "outlet", "headline", "byline", "published_at", "language", "text")
    return _line({"type": "article"} | _reference(article.ref) | _values(article, names))


def annotation_line(annotation: AnnotationRecord) -> bytes:
    """Return the annotation as a line; a field without a value is null."""
    place = ("start", "end", "unit", "exact", "prefix", "suffix")
    coding = ("code", "target", "polarity", "voice", "speaker", "note", "annotator")
    state = ("status", "ruled_code", "codebook_revision", "created_at", "updated_at")
    first = {"type": "annotation", "annotation_id": annotation.id or None}
    values = first | _reference(annotation.ref) | _values(annotation, place + coding + state)
    values["unit"] = annotation.unit or Unit.CODE_POINTS
    return _line(values)


def read(file: BinaryIO) -> Iterator[Record]:
    """Yield the article or the annotation of each line; an article's own list of them too.

    Fields are called as in a table. Raises Unreadable if there is no line.
    """
    number = 0
    for number, line in enumerate(lines(file), start=1):
        place = f"line {number}"
        if line is None:
            yield reject(place, f"The line is longer than {MAX_LINE // 1024**2} MB.", "")
        elif line.strip():
            yield from _records(line, place)
    if not number:
        raise Unreadable("The file is empty.")


def _records(line: str, place: str) -> Iterator[Record]:
    try:
        found = json.loads(line)
    except (ValueError, RecursionError) as problem:
        yield reject(place, f"This is no JSON ({problem}).", line)
        return
    if not isinstance(found, dict):
        yield reject(place, "A line has to be an object: { … }.", line)
        return
    try:
        record = _record(found, place)
    except BadRow as problem:
        yield reject(place, str(problem), line)
        return
    yield record
    if isinstance(record, ArticleRecord):
        yield from _within(found, record, place)


def _record(found: Mapping[str, Any], place: str) -> ArticleRecord | AnnotationRecord:
    values = {field: found[name] for field, name in _fields(tuple(found)).items()}
    if found.get("type") != "article" or values.get("text") is not None:
        return record_of(values, place)
    article = record_of(values | {"text": " "}, place)  # a release may leave the texts out
    return replace(article, text=None) if isinstance(article, ArticleRecord) else article


@lru_cache(maxsize=64)
def _fields(names: tuple[str, ...]) -> Mapping[str, str]:
    """Return what each field is called: nearly all lines of a file have the same names."""
    return fields_of(names)


def _within(found: Mapping[str, Any], article: ArticleRecord, place: str) -> Iterator[Record]:
    """Yield the annotations that an article's own object lists."""
    listed: list[Any] = next(
        (found[name] for name in LISTS if isinstance(found.get(name), list)), []
    )
    for number, each in enumerate(listed, start=1):
        where = f"{place}, annotation {number}"
        try:
            if not isinstance(each, dict):
                raise BadRow("An annotation has to be an object: { … }.")
            yield _record(_reference(article.ref) | each, where)
        except BadRow as problem:
            yield reject(where, str(problem), json.dumps(each))


def _reference(ref: ArticleRef) -> dict[str, Any]:
    return {name: getattr(ref, field) or None for name, field in REFERENCE.items()}


def _values(record: Record, names: tuple[str, ...]) -> dict[str, Any]:
    return {name: _plain(getattr(record, name)) for name in names}


def _plain(value: Any) -> Any:
    if isinstance(value, datetime):
        return moment(value)
    return None if value == "" else value


def moment(value: datetime) -> str:
    """Return a time as our files write it: UTC, ISO 8601, with a fraction only if it has one."""
    return value.isoformat().replace("+00:00", "Z")


def _line(values: Mapping[str, Any]) -> bytes:
    return json.dumps(values, ensure_ascii=False).translate(LINE_ENDS).encode() + b"\n"
