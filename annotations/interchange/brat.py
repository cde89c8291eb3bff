"""brat standoff: a text, and beside it a line for each tag.

An archive has a folder for each annotator, with `document.txt` and `document.ann`, and the
configuration of brat for the study's codes. Offsets count code points. A line cannot hold a line
break, so a tag over several lines of text has a fragment for each; and a note is told on one line.
What else is to be kept stands in a comment of ours on each tag, and in `document.json`.
"""

import json
import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from itertools import count
from typing import BinaryIO

from annotations.interchange import own_fields
from annotations.interchange.archives import Archive
from annotations.interchange.brat_lines import (
    ATTRIBUTES,
    NOTE,
    OWN_COMMENT,
    held,
    read,
    type_held,
)
from annotations.interchange.conventions import OWN, by_annotator, features
from annotations.interchange.records import AnnotationRecord, Dataset, Document

__all__ = ["read", "write"]

UNTAGGED = "untagged"  # the folder of texts without tags
_PIECE = re.compile(r"[^\n\t]+")  # what a line can hold
VOICES, POLARITIES = ("outlet", "attributed"), ("positive", "negative", "mixed")
STATUSES = ("pending", "accepted", "rejected")


def write(documents: Iterable[Document], file: BinaryIO, dataset: Dataset) -> None:
    """Write a zip with `annotator/document.txt` and `.ann` for each text and annotator."""
    with Archive(file) as archive:
        archive.add("annotation.conf", _annotation_conf(dataset).encode())
        archive.add("visual.conf", _visual_conf(dataset).encode())
        archive.add("tools.conf", b"[options]\nSentences\tsplitter:newline\n")
        for document in documents:
            text = document.article.text or ""
            about = json.dumps(own_fields.of_article(document.article), indent=1).encode()
            for name, records in by_annotator(document.annotations).items():
                folder = name if records else UNTAGGED
                lines = "".join(f"{line}\n" for line in _lines(text, records))
                archive.add(f"{folder}/{document.name}.ann", lines.encode())
                archive.add(f"{folder}/{document.name}.json", about)
                archive.add(f"{folder}/{document.name}.txt", text.encode())


def _lines(text: str, records: Sequence[AnnotationRecord]) -> Iterator[str]:
    """Yield the lines of one annotator's tags of a text."""
    comments, attributes = count(1), count(1)
    for number, record in enumerate(records, 1):
        said = features(record, held)
        shown = {name: said[name] for name in ATTRIBUTES.values() if name in said}
        shown = {name: value for name, value in shown.items() if type_held(value) == value}
        pieces = _pieces(text, record)
        places = ";".join(f"{first} {last}" for first, last in pieces)
        words = " ".join(text[first:last] for first, last in pieces)
        yield f"T{number}\t{type_held(record.code)} {places}\t{words}"
        for attribute, name in ATTRIBUTES.items():
            if name in shown:
                yield f"A{next(attributes)}\t{attribute} T{number} {shown[name]}"
        if said.get("note"):
            yield f"#{next(comments)}\t{NOTE} T{number}\t{said['note']}"
        kept = json.dumps(_kept(record, said, shown, pieces))
        yield f"#{next(comments)}\t{OWN_COMMENT} T{number}\t{kept}"


def _pieces(text: str, record: AnnotationRecord) -> list[tuple[int, int]]:
    return [found.span() for found in _PIECE.finditer(text, record.start or 0, record.end or 0)]


def _kept(
    record: AnnotationRecord,
    said: Mapping[str, str],
    shown: Mapping[str, str],
    pieces: Sequence[tuple[int, int]],
) -> dict[str, object]:
    """Return what no line of brat's tells of a tag, or not as it is."""
    kept: dict[str, object] = json.loads(said.get(OWN, "{}"))
    told = {*shown, "note", OWN, "code"}
    kept |= {name: getattr(record, name) for name in said if name not in told}
    if type_held(record.code) != record.code:
        kept["code"] = record.code
    if (pieces[0][0], pieces[-1][1]) != (record.start, record.end):
        kept |= {"start": record.start, "end": record.end}
    return kept


def _annotation_conf(dataset: Dataset) -> str:
    """Return which types and attributes brat offers. A code below another is indented."""
    children: dict[str, list[str]] = {}
    keys = {code.key for code in dataset.codes}
    for code in dataset.codes:
        parent = code.parent if code.parent in keys else ""
        children.setdefault(parent, []).append(code.key)

    def branch(parent: str, depth: int) -> Iterator[str]:
        for key in children.get(parent, ()):
            yield "\t" * depth + type_held(key)
            if key != parent:
                yield from branch(key, depth + 1)

    codes = "|".join(type_held(code.key) for code in dataset.codes)
    attributes = {
        "Voice": "|".join(VOICES),
        "Polarity": "|".join(POLARITIES),
        "Status": "|".join(STATUSES),
        "RuledCode": codes,
    }
    return "\n".join(
        (
            "[entities]",
            *branch("", 0),
            "[relations]",
            "[events]",
            "[attributes]",
            *(f"{name}\tArg:<ENTITY>, Value:{held}" for name, held in attributes.items() if held),
            "",
        )
    )


def _visual_conf(dataset: Dataset) -> str:
    """Return how brat names and colours the codes."""
    labels = (
        f"{type_held(code.key)} | {held(code.name).replace('|', '/').replace(',', ' ')}"
        for code in dataset.codes
    )
    colours = (
        f"{type_held(code.key)}\tbgColor:{code.colour}, borderColor:darken"
        for code in dataset.codes
    )
    default = "SPAN_DEFAULT\tfgColor:black, bgColor:lightgrey, borderColor:darken"
    return "\n".join(("[labels]", *labels, "[drawing]", default, *colours, ""))
