"""Every format in which annotations come and go, and how to tell what a file is.

A format's module is imported when it is used: some wrap heavy or optional libraries.
"""

import importlib
import importlib.util
import json
import re
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import replace
from pathlib import PurePosixPath
from typing import Any, BinaryIO, Protocol

from annotations.interchange.archives import is_archive, members, names_in
from annotations.interchange.records import (
    AnnotationRecord,
    ArticleRecord,
    Dataset,
    Document,
    Format,
    Reader,
    Record,
    Unreadable,
    Writer,
)

HEAD = 256 * 1024  # bytes by which a file is recognised
READ = (
    "We read CSV, JSON lines, our own releases, W3C Web Annotation, UIMA CAS XMI, WebAnno TSV, "
    "brat, Label Studio and doccano (docs/formats.md)."
)


class TableWriter(Protocol):
    """Writes the rows of an annotations.csv, in its lossless form, as another kind of table."""

    def __call__(self, rows: BinaryIO, file: BinaryIO) -> None: ...


def _module(name: str) -> Any:
    return importlib.import_module(f"annotations.interchange.{name}")


def _writer(module: str) -> Writer:
    def write(documents: Iterable[Document], file: BinaryIO, dataset: Dataset) -> None:
        _module(module).write(documents, file, dataset)

    return write


def _reader(module: str) -> Reader:
    def read(file: BinaryIO) -> Iterator[Record]:
        yield from _module(module).read(file)

    return read


def _zipped_or_not(module: str) -> Reader:
    """Return a reader of one file, or of each file in a zip: what some tools export."""

    def read(file: BinaryIO) -> Iterator[Record]:
        if not is_archive(file):
            yield from _module(module).read(file)
            return
        for name, member in members(file):
            for record in _module(module).read(member):
                record = replace(record, place=f"{name}, {record.place}")  # noqa: PLW2901 - the same, elsewhere
                yield _within(record, name)

    return read


def _within(record: Record, member: str) -> Record:
    """Return the record with what its file calls an article: numbers are of one member only."""
    if isinstance(record, AnnotationRecord | ArticleRecord) and record.ref.name:
        return replace(record, ref=replace(record.ref, name=f"{member}, {record.ref.name}"))
    return record


FORMATS: Mapping[str, Format] = {
    kind.key: kind
    for kind in (
        Format("csv", "CSV", ".csv", "text/csv; charset=utf-8", read=_zipped_or_not("csv_rows")),
        Format(
            "jsonl",
            "JSON lines",
            ".jsonl",
            "application/jsonl; charset=utf-8",
            write=_writer("jsonl"),
            read=_zipped_or_not("jsonl"),
        ),
        Format(
            "webannotation",
            "W3C Web Annotation (JSON-LD)",
            ".jsonld",
            "application/ld+json",
            write=_writer("webannotation"),
            read=_zipped_or_not("webannotation"),
        ),
        Format(
            "xmi",
            "UIMA CAS XMI",
            "-xmi.zip",
            "application/zip",
            write=_writer("cas_xmi"),
            read=_reader("cas_xmi"),
        ),
        Format(
            "webanno-tsv",
            "WebAnno TSV 3.3",
            "-webanno.zip",
            "application/zip",
            write=_writer("webanno_tsv"),
            read=_reader("webanno_tsv"),
        ),
        Format(
            "brat",
            "brat standoff",
            "-brat.zip",
            "application/zip",
            write=_writer("brat"),
            read=_reader("brat"),
        ),
        Format("bio", "CoNLL, BIO tags", "-bio.zip", "application/zip", write=_writer("conll_bio")),
        Format(
            "label-studio",
            "Label Studio",
            "-label-studio.zip",
            "application/zip",
            write=_writer("label_studio"),
            read=_reader("label_studio"),
        ),
        Format(
            "doccano",
            "doccano",
            "-doccano.jsonl",
            "application/jsonl; charset=utf-8",
            write=_writer("doccano"),
            read=_reader("doccano"),  # a member of its zips is named after its annotator
        ),
        Format(
            "xlsx",
            "Excel workbook",
            ".xlsx",
            "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
        ),
        Format("parquet", "Parquet", ".parquet", "application/vnd.apache.parquet"),
        Format("release", "Parallax release", ".zip", "application/zip", read=_reader("release")),
    )
}
# Whom a format is for, in a sentence.
PURPOSES = {
    "jsonl": "For programs of your own: an article or a tag a line, with everything in it.",
    "webannotation": "For linked data and annotation servers, as the W3C recommends it.",
    "xmi": "For INCEpTION and UIMA: import each file as “UIMA CAS XMI”.",
    "webanno-tsv": "For INCEpTION and WebAnno, when you want to read the file yourself.",
    "brat": "For brat and what reads its standoff: a text and a table of tags for each coder.",
    "bio": "For training a tagger: a word a line, and B, I or O for each code.",
    "label-studio": "For Label Studio: tasks to import, and the labelling interface for them.",
    "doccano": "For doccano: a text a line with its labels. The rest goes along as meta data.",
    "xlsx": "For Excel: the table of annotations as a workbook that opens on a double click.",
    "parquet": "For DuckDB, Arrow and data frames: the table of annotations, typed.",
}
LIBRARIES = {"parquet": "pyarrow"}  # of formats that are an extra
TABLES = {"xlsx": "spreadsheets", "parquet": "parquet"}  # made from the rows of annotations.csv


def outgoing() -> list[Format]:
    """Return the formats that annotations can be written in here, beside our own CSV."""
    return [
        FORMATS[key]
        for key in PURPOSES
        if key not in LIBRARIES or importlib.util.find_spec(LIBRARIES[key])
    ]


def table_writer(key: str) -> TableWriter:
    """Return what makes a table of another kind. Raises ModuleNotFoundError without its extra."""
    writer: TableWriter = _module(TABLES[key]).write_table
    return writer


def recognise(file: BinaryIO, name: str = "") -> Format:
    """Return the format of a file, by what is in it, and by its name where that leaves a doubt.

    Raises Unreadable, saying what we do read.
    """
    if is_archive(file):
        return FORMATS[_kind_of_archive(file)]
    file.seek(0)
    head = file.read(HEAD)
    file.seek(0)
    return FORMATS[_kind_of(head, name)]


def _kind_of_archive(file: BinaryIO) -> str:
    names = names_in(file)
    if {"manifest.json", "annotations.jsonl"} <= set(names):
        return "release"
    if "labelling-config.xml" in names:
        return "label-studio"
    if "xl/workbook.xml" in names:
        raise Unreadable("This is a spreadsheet. Save it as CSV (UTF-8) and import that.")
    suffixes = {PurePosixPath(name).suffix.lower() for name in names}
    # A project of INCEpTION has each reader's annotations in a zip of their own.
    for suffix, key in (
        (".xmi", "xmi"),
        (".ann", "brat"),
        (".tsv", "webanno-tsv"),
        (".zip", "xmi"),
    ):
        if suffix in suffixes:
            if key == "webanno-tsv" and not _starts_like_webanno(file):
                continue
            return key
    kinds = set()
    for name, member in members(file):
        kinds.add(_kind_of(member.read(HEAD), name))
    if len(kinds) == 1:
        return kinds.pop()
    raise Unreadable(f"The archive holds {_listed(kinds) or 'no files'}, not one format. {READ}")


def _starts_like_webanno(file: BinaryIO) -> bool:
    tables = members(file, wanted=lambda name: name.lower().endswith(".tsv"))
    return any(member.read(8) == b"#FORMAT=" for _, member in tables)


def _kind_of(head: bytes, name: str) -> str:
    """Return the key of the format that begins with `head`. Raises Unreadable."""
    text = _text(head)
    start = text.lstrip()
    if start.startswith("#FORMAT="):
        return "webanno-tsv"
    if start.startswith("<"):
        if re.search(r"<(?:\w+:)?XMI\b", start):
            return "xmi"
        raise Unreadable(f"This is XML, but not a UIMA CAS. {READ}")
    if start.startswith(("{", "[")):
        return _kind_of_json(start)
    if re.match(r"T\d+\t\S+ \d+ \d+", start):
        raise Unreadable("This is a brat .ann file. Put it in a zip with its .txt, and send that.")
    if _module("csv_rows").is_table(text) or name.lower().endswith((".csv", ".tsv")):
        return "csv"
    raise Unreadable(f"We cannot tell what {name or 'this file'} is. {READ}")


def _text(head: bytes) -> str:
    if head.startswith((b"\xff\xfe", b"\xfe\xff")):
        return head.decode("utf-16", errors="replace").removeprefix("\ufeff")
    return head.decode(errors="replace").removeprefix("\ufeff")


def _kind_of_json(start: str) -> str:
    keys = _first_keys(start)
    if "@context" in keys or {"target", "body"} <= keys or {"target", "uri"} <= keys:
        return "webannotation"
    if keys & {"rows", "items", "first"} and '"target"' in start:
        return "webannotation"
    tasks = "data" in keys and keys & {"annotations", "completions", "predictions"}
    if tasks or "lead_time" in keys:  # the second: the short form of Label Studio's
        return "label-studio"
    if keys & {"text", "data"} and keys & {"label", "labels", "entities"}:
        return "doccano"
    if not start.startswith("["):
        return "jsonl"
    raise Unreadable(f"This is a list in JSON that we do not know. {READ}")


def _first_keys(start: str) -> set[str]:
    """Return the keys of the first object; where it is longer than what is here, those seen."""
    at = start.find("{")
    if at < 0:
        return set()
    try:
        first, _ = json.JSONDecoder().raw_decode(start, at)
    except (ValueError, RecursionError):
        return set(re.findall(r'"(@?\w+)"\s*:', start))
    return set(first)


def _listed(kinds: set[str]) -> str:
    return ", ".join(sorted(FORMATS[kind].title for kind in kinds))
