"""Read pasted, uploaded and fetched files into the texts of articles."""

import csv
import io
import json
import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field, replace
from datetime import datetime
from pathlib import PurePosixPath
from typing import Any
from urllib.parse import urlsplit

from sources.archives import BadArchive, members
from sources.dates import parse_date
from sources.normalising import UndecodableText, decode, normalise
from sources.webpages import page_text

MAX_FILE_BYTES = 16 * 1024 * 1024
COLUMNS = ("story", "outlet", "title", "url", "byline", "published_at", "language", "text")

_DECLARED = re.compile(
    rb"<(?:meta|\?xml)[^>]{0,200}?(?:charset|encoding)\s*=\s*[\"']?([\w:.-]{2,40})", re.IGNORECASE
)
_LANGUAGE = re.compile(r"[A-Za-z]{2,8}(?:[-_][A-Za-z0-9]{1,8}){0,4}")
_MOST_PROBLEMS = 50  # named one by one; a file with more is broken as a whole


class UnreadableUpload(Exception):
    """Nothing of the upload can be used; the message says why and what to do."""


@dataclass(frozen=True, slots=True)
class Details:
    """What is said about an article beside its text; "" or None where nothing is said."""

    story: str = ""
    outlet: str = ""
    headline: str = ""
    url: str = ""
    byline: str = ""
    published_at: datetime | None = None
    language: str = ""


@dataclass(frozen=True, slots=True)
class Reading:
    """One article as it came. `text` is normalised; rows of one CSV share `original`.

    `markup` is the page's HTML where there is one, for `describe`.
    """

    original: bytes
    filename: str
    media_type: str
    charset: str
    text: str
    details: Details = field(default_factory=Details)
    markup: str = ""


@dataclass(frozen=True, slots=True)
class Upload:
    """What could be read, and in one sentence each what could not and was left out."""

    readings: list[Reading]
    problems: list[str]


def read_upload(filename: str, data: bytes, *, limit: int = MAX_FILE_BYTES) -> Upload:
    """Read a .txt, .html, .csv or .jsonl file, or a .zip of them.

    One bad row or one bad member of an archive is a problem and leaves the others alone.
    Raises UnreadableUpload when nothing at all can be used.
    """
    filename = filename.replace("\\", "/").rsplit("/", 1)[-1]
    if len(data) > limit:
        raise UnreadableUpload(
            f"{filename} has {_megabytes(len(data))}; the limit is {_megabytes(limit)} a file. "
            "Split it, or use the import_articles command."
        )
    if _suffix(filename) == ".zip":
        return _read_archive(filename, data, limit)
    return _read_file(filename, data)


def read_paste(text: str) -> Reading:
    """Read a text that was pasted into a form. Raises UnreadableUpload if it is blank."""
    tidy = normalise(text)
    if not tidy.strip():
        raise UnreadableUpload("There is no text. Paste the article, headline included.")
    original = text.encode("utf-8", errors="replace")
    return Reading(original, "", "text/plain", "utf-8", tidy)


def read_page(url: str, data: bytes, *, media_type: str, charset: str = "") -> Reading:
    """Read a page that was fetched; its details hold `url`. Raises UnreadableUpload."""
    kind = "text/plain" if media_type == "text/plain" else "text/html"
    reading = _read_one(PurePosixPath(urlsplit(url).path).name, data, kind, declared=charset)
    return replace(reading, details=Details(url=url))


def _read_file(filename: str, data: bytes) -> Upload:
    if not data:
        raise UnreadableUpload(f"{filename} is empty.")
    suffix = _suffix(filename)
    try:
        if suffix in _TABLES:
            media_type, rows_of = _TABLES[suffix]
            return _read_table(filename, data, media_type, rows_of)
        if suffix in TEXTS:
            return Upload([_read_one(filename, data, TEXTS[suffix])], [])
    except UndecodableText as error:
        raise UnreadableUpload(f"{filename}: {error}") from None
    raise UnreadableUpload(
        f"{filename} is of a type that we do not read. "
        "Use .txt, .html, .csv, .jsonl, or a .zip of them."
    )


def _read_one(filename: str, data: bytes, media_type: str, *, declared: str = "") -> Reading:
    name = filename or "The page"
    markup = ""
    try:
        if media_type == "text/html":
            match = _DECLARED.search(data[:4096])
            decoded = decode(data, declared=declared or (match[1].decode() if match else ""))
            markup = normalise(decoded.text)
            text = normalise(page_text(markup))
        else:
            decoded = decode(data, declared=declared)
            text = normalise(decoded.text)
    except UndecodableText as error:
        raise UnreadableUpload(f"{name}: {error}") from None
    if not text.strip():
        what = "no text in its page" if markup.strip() else "nothing but white space"
        raise UnreadableUpload(f"{name} holds {what}. Paste the article's text instead.")
    return Reading(data, filename, media_type, decoded.charset, text, markup=markup)


def _read_archive(filename: str, data: bytes, limit: int) -> Upload:
    readings: list[Reading] = []
    problems: list[str] = []
    try:
        for name, content in members(data, limit=limit):
            if isinstance(content, str):
                problems.append(f"{filename}: {name}: {content}")
                continue
            try:
                upload = _read_file(name, content)
            except UnreadableUpload as error:
                problems.append(f"{filename}: {error}")
                continue
            readings += upload.readings
            problems += (f"{filename}: {problem}" for problem in upload.problems)
    except BadArchive as error:
        raise UnreadableUpload(f"{filename}: {error}") from None
    if not readings:
        raise UnreadableUpload(" ".join(problems[:5]) or f"{filename} holds no file.")
    return Upload(readings, problems)


@dataclass(slots=True)
class _Row:
    """A row of a table: its place, for messages, and its cells by lower-case name."""

    place: str
    cells: dict[str, Any]


Rows = Callable[[str, str, list[str]], Iterator[_Row]]


def _read_table(filename: str, data: bytes, media_type: str, rows_of: Rows) -> Upload:
    decoded = decode(data)
    content = decoded.text.lstrip("\ufeff")
    if not content.strip():
        raise UnreadableUpload(f"{filename} holds nothing but white space.")
    readings: list[Reading] = []
    problems: list[str] = []
    for row in rows_of(filename, content, problems):
        text = row.cells.get("text")
        text = normalise(text) if isinstance(text, str) else ""
        if not text.strip():
            problems.append(f"{filename}, {row.place}: no text; left out.")
            continue
        details = _details(row, f"{filename}, {row.place}", problems)
        readings.append(Reading(data, filename, media_type, decoded.charset, text, details))
    if not readings:
        raise UnreadableUpload(" ".join(problems[:5]) or f"{filename} has no row below its header.")
    if len(problems) > _MOST_PROBLEMS:
        more = len(problems) - _MOST_PROBLEMS
        problems = [*problems[:_MOST_PROBLEMS], f"{filename}: and {more} problems more."]
    return Upload(readings, problems)


def _csv_rows(filename: str, content: str, problems: list[str]) -> Iterator[_Row]:
    header = content.split("\n", 1)[0]
    delimiter = max(",;\t|", key=header.count)
    csv.field_size_limit(MAX_FILE_BYTES)
    reader = csv.reader(io.StringIO(content, newline=""), delimiter=delimiter, strict=True)
    try:
        names = [_name(cell) for cell in next(reader, [])]
        _check_columns(filename, names, problems)
        for cells in reader:
            if not any(cell.strip() for cell in cells):
                continue
            place = f"line {reader.line_num}"
            if len(cells) > len(names):
                problems.append(
                    f"{filename}, {place}: {len(cells)} cells under {len(names)} columns; "
                    "left out. Put double quotes around texts."
                )
                continue
            yield _Row(place, dict(zip(names, cells, strict=False)))
    except csv.Error as error:
        problems.append(
            f"{filename}, line {reader.line_num}: not CSV ({error}); the rows from here on are "
            "left out. Put double quotes around texts, and double the quotes inside them."
        )


def _json_rows(filename: str, content: str, problems: list[str]) -> Iterator[_Row]:
    names: list[str] = []
    # Only \n ends a line: str.splitlines also cuts at characters that JSON strings may hold.
    for number, line in enumerate(content.split("\n"), start=1):
        if not line.strip():
            continue
        try:
            value = json.loads(line)
        except (json.JSONDecodeError, RecursionError) as error:
            reason = getattr(error, "msg", "nested too deeply")
            problems.append(f"{filename}, line {number}: not JSON ({reason}); left out.")
            continue
        if not isinstance(value, dict):
            problems.append(f"{filename}, line {number}: not a JSON object; left out.")
            continue
        cells = {_name(key): cell for key, cell in value.items()}
        names += [name for name in cells if name not in names]
        yield _Row(f"line {number}", cells)
    if names:
        _check_columns(filename, names, problems)


def _name(cell: str) -> str:
    return normalise(cell).strip().casefold()


def _check_columns(filename: str, names: list[str], problems: list[str]) -> None:
    found = ", ".join(name for name in names if name) or "none"
    if "text" not in names:
        raise UnreadableUpload(
            f"{filename} has no column named text. Columns found: {found}. "
            f"Columns that we read: {', '.join(COLUMNS)}; only text is needed."
        )
    if extra := [name for name in names if name and name not in (*COLUMNS, "headline")]:
        problems.append(f"{filename}: these columns are not read: {', '.join(extra)}.")


def _details(row: _Row, place: str, problems: list[str]) -> Details:
    """Return the details of a row; what cannot be stored is left empty and is a problem."""
    cells = {
        name: " ".join(normalise(str(value)).split())
        for name, value in row.cells.items()
        if name in (*COLUMNS, "headline") and name != "text" and value is not None
    }
    published_at = parse_date(cells.get("published_at", ""))
    if cells.get("published_at") and published_at is None:
        problems.append(
            f"{place}: the date {cells['published_at'][:40]!r} is not clear; left empty. "
            "Write it as 2023-05-10."
        )
    for name, fits in (("url", is_web_address), ("language", _LANGUAGE.fullmatch)):
        if cells.get(name) and not fits(cells[name]):
            problems.append(f"{place}: {cells.pop(name)[:80]!r} is not a {name}; left empty.")
    return Details(
        headline=cells.get("title") or cells.get("headline", ""),
        published_at=published_at,
        language=cells.get("language", "").replace("_", "-"),
        **{name: cells.get(name, "") for name in ("story", "outlet", "url", "byline")},
    )


def is_web_address(url: str) -> bool:
    """Tell whether `url` is an http(s) address: what may stand behind a link on a page."""
    try:
        parts = urlsplit(url)
        return parts.scheme in {"http", "https"} and bool(parts.hostname) and " " not in url
    except ValueError:
        return False


def _suffix(filename: str) -> str:
    return PurePosixPath(filename.lower()).suffix


def _megabytes(size: int) -> str:
    return f"{size / 1024 / 1024:.1f} MB"


TEXTS = {  # files that hold one article
    ".txt": "text/plain",
    ".text": "text/plain",
    ".md": "text/plain",
    ".html": "text/html",
    ".htm": "text/html",
    ".xhtml": "text/html",
}
_TABLES: dict[str, tuple[str, Rows]] = {
    ".csv": ("text/csv", _csv_rows),
    ".tsv": ("text/csv", _csv_rows),
    ".jsonl": ("application/jsonl", _json_rows),
    ".ndjson": ("application/jsonl", _json_rows),
}
SUFFIXES = frozenset({*TEXTS, *_TABLES, ".zip"})
