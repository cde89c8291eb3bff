"""A flat row of named values, of a table or of a JSON object, as a record."""

import dataclasses
import re
from collections.abc import Iterable, Mapping, Sequence
from datetime import UTC, datetime
from typing import Any

from annotations.interchange.records import (
    AnnotationRecord,
    ArticleRecord,
    ArticleRef,
    Reject,
    Unit,
)
from sources.dates import parse_date

# What a field is called, in the order in which names are preferred. The first is ours.
NAMES: Mapping[str, Sequence[str]] = {
    "article_id": ("article_id",),
    "revision_id": ("revision_id",),
    "revision_sha256": ("revision_sha256", "sha256"),
    "url": ("url", "article_url", "uri", "link"),
    "external_id": ("external_id", "document_id", "doc_id", "document", "doc"),
    "start": ("start", "begin", "start_offset", "start_char", "offset_start"),
    "end": ("end", "stop", "end_offset", "end_char", "offset_end"),
    "unit": ("unit",),
    "exact": ("exact", "quote", "words", "span_text", "span", "phrase"),
    "prefix": ("prefix",),
    "suffix": ("suffix",),
    "code": ("code", "label", "tag", "code_path", "category"),
    "id": ("annotation_id", "id", "uuid"),
    "annotator": ("annotator", "coder", "reviewer", "annotator_id", "username", "user"),
    "target": ("target",),
    "polarity": ("polarity",),
    "voice": ("voice",),
    "speaker": ("speaker",),
    "note": ("note", "notes", "comment"),
    "status": ("status",),
    "ruled_code": ("ruled_code",),
    "codebook_revision": ("codebook_revision",),
    "created_at": ("created_at", "created", "timestamp", "date_created"),
    "updated_at": ("updated_at", "updated", "modified"),
    "text": ("text", "article_text", "body"),
    "story": ("story", "event"),
    "outlet": ("outlet", "publisher", "source", "newspaper"),
    "headline": ("headline", "title"),
    "byline": ("byline", "author"),
    "published_at": ("published_at", "published", "date"),
    "language": ("language", "lang"),
}
REFERENCES = ("article_id", "revision_id", "revision_sha256", "url", "external_id")
WHOLE = {"article_id", "revision_id", "start", "end", "codebook_revision"}
# White space around what these hold is theirs.
WORDS = set("exact prefix suffix text note target speaker story outlet headline byline".split())
FIELDS = {
    kind: {field.name for field in dataclasses.fields(kind)}
    for kind in (ArticleRecord, AnnotationRecord)
}
UNITS = {unit.value.lower(): unit for unit in Unit} | {
    "utf-16": Unit.UTF16,
    "utf16": Unit.UTF16,
    "bytes": Unit.BYTES,
    "characters": Unit.CODE_POINTS,
}
LARGEST = 2**63 - 1  # what a database can hold as a number
SHOWN = 300  # code points of a rejected row
NUMBER = re.compile(r"(\d{1,19})(?:\.0+)?", re.ASCII)
SURROGATE = re.compile("[\ud800-\udfff]")
HEXADECIMAL = re.compile(r"[0-9a-f]{64}")


class BadRow(ValueError):
    """The row cannot be used; the message says why."""


def fields_of(names: Iterable[str]) -> dict[str, str]:
    """Return what each field is called among `names`; upper case and blanks do not count."""
    given = {re.sub(r"[\s-]+", "_", name.strip().lower()): name for name in names}
    found = {}
    for field, known in NAMES.items():
        name = next((name for name in known if name in given), None)
        if name is not None:
            found[field] = given[name]
    if "text" in found and "code" in found and "exact" not in found and "start" in found:
        found["exact"] = found.pop("text")  # the words tagged; an article's text has no code
    return found


def is_of_articles(fields: Iterable[str]) -> bool:
    """Tell whether rows with these fields are articles."""
    return "text" in fields and "code" not in fields


def record_of(
    values: Mapping[str, Any], place: str, unit: Unit | None = None
) -> ArticleRecord | AnnotationRecord:
    """Return the record of a row, by field. `unit` is of rows that do not name one.

    Raises BadRow.
    """
    read = {}
    for field, value in values.items():
        if value is not None and value != "" and (kept := _value(field, value)) != "":
            read[field] = kept
    _name_apart(read)
    ref = ArticleRef(
        id=read.get("article_id"),
        revision=read.get("revision_id"),
        sha256=read.get("revision_sha256", ""),
        url=read.get("url", ""),
        external_id=read.get("external_id", ""),
    )
    if is_of_articles(read):
        return ArticleRecord(ref, place=place, **_kept(read, ArticleRecord))
    if "code" not in read:
        raise BadRow(f"The {'text' if is_of_articles(values) else 'code'} is missing.")
    if ref == ArticleRef():
        raise BadRow(f"No article is named. We look for {', '.join(REFERENCES)}.")
    kept = _kept(read, AnnotationRecord)
    given = {"start": None, "end": None, "exact": "", "unit": unit} | kept
    return AnnotationRecord(ref, place=place, **given)


def _name_apart(read: dict[str, Any]) -> None:
    """Put another corpus's own name of an article where ours would not fit."""
    own = "id" if is_of_articles(read) else "article_id"
    if isinstance(read.get(own), str):
        name = read.pop(own)
        read.setdefault("external_id", name)


def reject(place: str, reason: str, row: str) -> Reject:
    """Return a reject that shows the beginning of the row, without what no file can hold."""
    shown = row[:SHOWN].replace("\0", "\ufffd")
    return Reject(place, reason, shown.encode(errors="replace").decode())


def _kept(read: Mapping[str, Any], kind: type[ArticleRecord | AnnotationRecord]) -> dict[str, Any]:
    names = FIELDS[kind]
    return {field: value for field, value in read.items() if field in names}


def _value(field: str, value: Any) -> Any:
    """Return what a cell or a JSON value says. Raises BadRow."""
    if field in WHOLE:
        return _whole(field, value)
    if not isinstance(value, str):
        if isinstance(value, bool | list | dict | float):
            raise BadRow(f"{field} is {_shown(value)}, which is no text.")
        value = str(value)
    if "\0" in value:
        raise BadRow(f"{field} holds a NUL, which no text has.")
    if not value.isascii() and SURROGATE.search(value):
        raise BadRow(f"{field} holds half a character (a surrogate, or what is not UTF-8).")
    if field in WORDS:
        return value
    value = value.strip()
    return _READ[field](field, value) if value and field in _READ else value


def _whole(field: str, value: Any) -> int | str:
    """Return a whole number, also one that a data frame turned into 12.0."""
    text = str(value).strip() if not isinstance(value, bool) else ""
    match = NUMBER.fullmatch(text)
    if match and int(match[1]) <= LARGEST:
        return int(match[1])
    if field == "article_id" and isinstance(value, str) and not NUMBER.fullmatch(text):
        return _value("external_id", value)  # a name: see _name_apart
    raise BadRow(f"{field} is {_shown(value)}, which is no whole number.")


def _moment(field: str, value: str) -> datetime:
    """Return a time in ISO 8601; without a zone it is in UTC."""
    try:
        found = datetime.fromisoformat(value)
        return (found if found.tzinfo else found.replace(tzinfo=UTC)).astimezone(UTC)
    except (ValueError, OverflowError):
        raise BadRow(
            f"{field} is {_shown(value)}; write a time as in 2026-01-31T09:30:00Z."
        ) from None


def _day(field: str, value: str) -> datetime:
    found = parse_date(value)
    if found is None:
        raise BadRow(f"{field} is {_shown(value)}, which we cannot read as a date.")
    return found


def _unit(field: str, value: str) -> Unit:
    unit = UNITS.get(value.lower())
    if unit is None:
        known = ", ".join(unit.value for unit in Unit)
        raise BadRow(f"{field} is {_shown(value)}. We know: {known}.")
    return unit


def _hash(field: str, value: str) -> str:
    if not HEXADECIMAL.fullmatch(value.lower()):
        raise BadRow(f"{field} is {_shown(value)}, which is no SHA-256.")
    return value.lower()


def _shown(value: Any) -> str:
    return repr(value)[:60]


_READ = {
    "created_at": _moment,
    "updated_at": _moment,
    "published_at": _day,
    "unit": _unit,
    "revision_sha256": _hash,
}
