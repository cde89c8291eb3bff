"""doccano's JSON lines for sequence labelling (https://github.com/doccano/doccano).

Each line is one text with the labels of one reviewer. doccano runs in a browser: unless a project
counts "grapheme clusters as one character", its offsets count UTF-16 units. It has no word for
most of what a tag says; that stands under `parallax`, which doccano takes for meta data of the
text and gives back. It is a list, in which a label finds its own by place and code. A tag that
was moved or relabelled over there is another tag.

A project's labels are each user's own there: who imports has ours, and the others begin with none.
So the same words under the same label, in the file of another user, are another tag too.
"""

import json
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field, replace
from pathlib import PurePosixPath
from typing import Any, BinaryIO

from annotations.interchange import own_fields
from annotations.interchange.archives import is_archive, members
from annotations.interchange.json_values import (
    BadValue,
    checked,
    objects,
    shown,
    values,
    whole,
    words,
)
from annotations.interchange.records import (
    AnnotationRecord,
    ArticleRef,
    Dataset,
    Document,
    Record,
    Reject,
    Unit,
)
from annotations.interchange.utf16 import Utf16

LABELS = ("entities", "label", "labels", "annotations")
NOBODY = {"all", "unknown", "data", "train"}  # members of an archive that name no reviewer
Place = tuple[int, int, str]  # start and end in UTF-16 units, and the label


@dataclass
class _Before:
    """What was read so far: the articles, and in which member of the archive each tag was."""

    articles: set[ArticleRef] = field(default_factory=set)
    tags: dict[str, str] = field(default_factory=dict)


@dataclass(frozen=True)
class _Line:
    """A line: its labels say what `template` says, and are of `author` if they are not ours."""

    template: AnnotationRecord
    author: str
    units: Utf16
    kept: dict[Place, list[dict[str, Any]]]


def write(documents: Iterable[Document], file: BinaryIO, dataset: Dataset) -> None:  # noqa: ARG001 - a Writer
    """Write a line per text and reviewer, and one for a text without tags."""
    for document in documents:
        by_reader: dict[str, list[AnnotationRecord]] = {}
        for record in document.annotations:
            by_reader.setdefault(record.annotator, []).append(record)
        for annotator in sorted(by_reader) or [""]:
            line = _line(document, annotator, by_reader.get(annotator, []))
            file.write(f"{json.dumps(line, ensure_ascii=False)}\n".encode())


def _line(document: Document, annotator: str, records: list[AnnotationRecord]) -> dict[str, Any]:
    text = document.article.text
    if text is None:
        raise ValueError(f"{document.name}: doccano needs the text")
    units = Utf16(text)
    labels = [[*_units(record, units), record.code] for record in records]
    kept = [
        {"start_offset": label[0], "end_offset": label[1], "label": label[2]}
        | own_fields.of_tag(record)
        for label, record in zip(labels, records, strict=True)
    ]
    article = own_fields.of_article(document.article)
    said = {"text": text, "label": labels, **article, "annotator": annotator, "parallax": kept}
    return {name: value for name, value in said.items() if value != ""}


def _units(record: AnnotationRecord, units: Utf16) -> tuple[int, int]:
    assert record.start is not None  # noqa: S101 - for mypy: what is in the database has a place
    assert record.end is not None  # noqa: S101 - as above
    return units.unit(record.start), units.unit(record.end)


def read(file: BinaryIO) -> Iterator[Record]:
    """Yield the articles and tags of a file of lines, of a list, or of a zip of such files.

    doccano names each file in its zip after a reviewer. Relations and comments are left out, and
    said. Raises Unreadable.
    """
    before = _Before()
    if not is_archive(file):
        yield from _read(file, "", "", before)
        return
    for name, member in members(file, wanted=lambda name: name.endswith((".json", ".jsonl"))):
        reviewer = PurePosixPath(name).stem
        reviewer = "" if reviewer in NOBODY else reviewer
        yield from _read(member, f"{name}, ", reviewer, before)


def _read(file: BinaryIO, member: str, reviewer: str, before: _Before) -> Iterator[Record]:
    for place, value in values(file):
        if isinstance(value, Reject):
            yield replace(value, place=f"{member}{place}")
            continue
        yield from _text_read(value, f"{member}{place}", reviewer, before)


def _text_read(said: Any, place: str, reviewer: str, before: _Before) -> Iterator[Record]:
    """Yield the article, unless it was the same before, and its tags."""
    try:
        if not isinstance(said, dict):
            raise BadValue("it is no object")
        text = words(said, "text", "data") or None
        article = own_fields.article(said, text, name=place, place=place)
        listed: Any = next((said[name] for name in LABELS if said.get(name)), [])
        if not isinstance(listed, list):
            raise BadValue("its labels are no list")
        template = AnnotationRecord(
            article.ref, None, None, "", "", place, Unit.UTF16, annotator=_reviewer(said, reviewer)
        )
        author = (reviewer if "parallax" in said else "") or template.annotator
        line = _Line(template, author, Utf16(text or ""), _kept(said.get("parallax")))
    except BadValue as error:
        yield Reject(place, f"This is no text with labels: {error}.", shown(said))
        return
    of_ours = replace(article.ref, name="")
    if of_ours not in before.articles:
        yield article
    if of_ours != ArticleRef():
        before.articles.add(of_ours)
    for label in listed:
        yield _tag(label, line, reviewer, before)
    for name in ("relations", "Comments", "comments"):
        if said.get(name):
            yield Reject(place, f"The {name.lower()} are left out: tags have none.")


def _reviewer(said: dict[str, Any], reviewer: str) -> str:
    for name in ("annotator", "username"):
        if isinstance(said.get(name), str):
            return checked(said[name], name)
    return reviewer


def _kept(said: Any) -> dict[Place, list[dict[str, Any]]]:
    """Return what is kept under `parallax`, by place and label. Raises BadValue."""
    kept: dict[Place, list[dict[str, Any]]] = {}
    for item in objects(said, "parallax"):
        kept.setdefault(_place(item), []).append(item)
    return kept


def _place(label: Any) -> Place:
    """Return where a label stands, and what it says. Raises BadValue."""
    if isinstance(label, list):
        label = dict(zip(("start_offset", "end_offset", "label"), label, strict=False))
    if not isinstance(label, dict):
        raise BadValue("the label speaks of a whole text, not of words in it")
    start, end = whole(label, "start_offset", "start"), whole(label, "end_offset", "end")
    if start is None or end is None:
        raise BadValue("the label has no offsets")
    name = label.get("label")
    if isinstance(name, int) and not isinstance(name, bool):
        name = str(name)  # old exports have the label's number
    return start, end, words({"label": name}, "label")


def _tag(label: Any, line: _Line, reviewer: str, before: _Before) -> Record:
    try:
        start, end, name = _place(label)
        exact = line.units.words(start, end)
        record = replace(line.template, start=start, end=end, exact=exact, code=name)
        if ours := _ours(line.kept.get((start, end, name), []), reviewer, before):
            return own_fields.with_fields(record, ours)
        return replace(record, annotator=line.author)
    except BadValue as error:
        return Reject(line.template.place, f"This label cannot be used: {error}.", shown(label))


def _ours(kept: list[dict[str, Any]], reviewer: str, before: _Before) -> dict[str, Any] | None:
    """Take from `kept` what no other reviewer's file had before, and return it."""
    while kept:
        said = kept.pop(0)
        if before.tags.setdefault(str(said.get("id")), reviewer) == reviewer or "id" not in said:
            return said
    return None
