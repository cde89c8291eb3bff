"""WebAnno TSV 3.3, as INCEpTION and WebAnno write and read it: a row for each token.

An archive has a folder for each text, and in it a table for each annotator. Offsets count UTF-16
units. INCEpTION builds the text anew from the sentences, with a line feed between two of them or
nothing, so our sentences reach up to the next one, white space and all. What stands before the
first is in a line of our own, which other tools pass over. Tags begin and end with tokens or parts
of tokens; one that begins or ends with white space has its true place in our JSON.
"""

import json
import re
from collections.abc import Iterable, Iterator, Sequence
from typing import BinaryIO

from annotations.interchange import own_fields
from annotations.interchange.archives import Archive
from annotations.interchange.conventions import (
    OWN,
    SHOWN,
    by_annotator,
    features,
    layer_json,
)
from annotations.interchange.records import AnnotationRecord, Dataset, Document
from annotations.interchange.tokenising import Tokens, tokenised
from annotations.interchange.utf16 import Utf16
from annotations.interchange.webanno_rows import ABOUT, FORMAT, LAYER_LINE, TEXT_LINE, held, read

__all__ = ["read", "write"]

LAYER = "webanno.custom.Framing"
NOTHING, NO_VALUE = "_", "*"
_RESERVED = re.compile(r"->|[\\\[\]|_;\t\n*]")
_READABLE = {"\t": "t", "\n": "n"}


def write(documents: Iterable[Document], file: BinaryIO, dataset: Dataset) -> None:
    """Write a zip with `document/annotator.tsv` for each text and annotator."""
    with Archive(file) as archive:
        archive.add("layer.json", layer_json(dataset, LAYER, ("code", *SHOWN, OWN)))
        for document in documents:
            table = _Table(document)
            for name, records in by_annotator(document.annotations).items():
                with archive.member(f"{document.name}/{name}.tsv") as out:
                    for line in table.lines(records):
                        out.write(f"{line}\n".encode())


class _Table:
    """A text cut into tokens, once for all who tagged it."""

    def __init__(self, document: Document) -> None:
        self._document = document
        self._text = document.article.text or ""
        self._sentences = tokenised(self._text, document.article.language)
        self._tokens = Tokens(self._sentences)
        self._offsets = Utf16(self._text)

    def lines(self, records: Sequence[AnnotationRecord]) -> Iterator[str]:
        """Yield the lines of one annotator's table."""
        units = _Units(self._text, self._tokens, records)
        yield FORMAT
        if records:
            yield "|".join((f"{LAYER_LINE}{LAYER}", *units.columns))
        yield ""
        number = 0
        for nth, sentence in enumerate(self._sentences, 1):
            yield ""
            if nth == 1:
                yield f"{ABOUT}{json.dumps(self._about())}"
            for line in self._text[sentence.start : self._end(nth)].split("\n"):
                yield f"{TEXT_LINE}{_escaped_text(line)}"
            for at, (start, end) in enumerate(sentence.tokens, 1):
                yield self._row(f"{nth}-{at}", start, end, units.cells((number, None)))
                for part, place in enumerate(units.parts(number), 1):
                    cells = units.cells((number, place))
                    yield self._row(f"{nth}-{at}.{part}", *place, cells)
                number += 1

    def _about(self) -> dict[str, object]:
        before = self._text[: self._sentences[0].start]
        said = own_fields.of_article(self._document.article)
        return said | ({"before": before} if before else {})

    def _end(self, nth: int) -> int:
        """Return where the text of the nth sentence ends: before the next, or its line feed."""
        if nth == len(self._sentences):
            return len(self._text)
        following = self._sentences[nth].start
        return following - (self._text[following - 1] == "\n")

    def _row(self, number: str, start: int, end: int, cells: Iterable[str]) -> str:
        place = f"{self._offsets.unit(start)}-{self._offsets.unit(end)}"
        return "\t".join((number, place, self._text[start:end], *cells, ""))


Unit = tuple[int, tuple[int, int] | None]


class _Units:
    """Which tags stand on which token (its number, None) or part of one (its number, place).

    A tag that is on several of them has a number, and so have those that share one.
    """

    def __init__(self, text: str, tokens: Tokens, records: Sequence[AnnotationRecord]) -> None:
        self._on: dict[Unit, list[int]] = {}
        self._parts: dict[int, list[tuple[int, int]]] = {}
        self._said: list[dict[str, str]] = []
        self._first: list[Unit] = []
        several = set()
        for number, record in enumerate(records):
            start, end = _trimmed(text, record.start or 0, record.end or 0)
            on = [
                _unit(token, tokens.places[token], start, end)
                for token in tokens.touched(start, end)
            ]
            self._said.append(_features(record, start, end))
            self._first.append(on[0])
            several |= {number} if len(on) > 1 else set()
            for unit in on:
                self._on.setdefault(unit, []).append(number)
        for (token, place), stacked in self._on.items():
            several |= set(stacked) if len(stacked) > 1 else set()
            if place:
                self._parts.setdefault(token, []).append(place)
        self._ids = {number: f"[{nth}]" for nth, number in enumerate(sorted(several), 1)}
        used = {name for said in self._said for name in said}
        self.columns = [name for name in sorted(("code", *SHOWN, OWN)) if name in used]

    def parts(self, token: int) -> list[tuple[int, int]]:
        """Return the parts of a token that tags stand on, in their order."""
        return sorted(self._parts.get(token, ()))

    def cells(self, unit: Unit) -> list[str]:
        """Return the row's cells, one for each column."""
        on = self._on.get(unit)
        if not on:
            return [NOTHING] * len(self.columns)
        return [
            "|".join(self._value(number, column, unit) for number in on) for column in self.columns
        ]

    def _value(self, number: int, column: str, unit: Unit) -> str:
        """Return what a tag has in a column; all but its code is said once, on its first unit."""
        said = self._said[number].get(column)
        is_here = column == "code" or self._first[number] == unit
        shown = escaped(said) if said and is_here else NO_VALUE
        return shown + self._ids.get(number, "")


def _unit(number: int, token: tuple[int, int], start: int, end: int) -> Unit:
    part = max(start, token[0]), min(end, token[1])
    return number, None if part == token else part


def _trimmed(text: str, start: int, end: int) -> tuple[int, int]:
    exact = text[start:end]
    return start + len(exact) - len(exact.lstrip()), end - len(exact) + len(exact.rstrip())


def _features(record: AnnotationRecord, start: int, end: int) -> dict[str, str]:
    """Return what a tag says; also its true place, if it is not [start, end)."""
    said = features(record, held)
    if (start, end) == (record.start, record.end):
        return said
    kept = json.loads(said.get(OWN, "{}")) | {"start": record.start, "end": record.end}
    return said | {OWN: json.dumps(kept)}


def escaped(value: str) -> str:
    """Return a value as it stands in a cell."""
    return _RESERVED.sub(lambda found: f"\\{_READABLE.get(found[0], found[0])}", value)


def _escaped_text(line: str) -> str:
    return line.replace("\\", "\\\\").replace("\t", "\\t")
