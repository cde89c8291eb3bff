"""Check a release by itself: that it is as it was made, and that its files fit each other.

Nothing of it is trusted. What is wrong is told in lines that name file and row; of a file whose
bytes are not as the manifest says nothing more is told. Only texts, of which one is in memory, and
ids are kept.
"""

import csv
import hashlib
import io
import json
import struct
import tempfile
from collections.abc import Callable, Generator, Iterator, Mapping
from contextlib import closing, contextmanager
from datetime import datetime
from functools import lru_cache
from itertools import zip_longest
from typing import Any, BinaryIO, NamedTuple, cast
from uuid import UUID

from annotations.export.manifest import (
    CHUNK,
    MANIFEST,
    MOST_BYTES,
    FileFact,
    Manifest,
    is_sealed,
    read_manifest,
)
from annotations.interchange import jsonl, webannotation
from annotations.interchange.archives import members, names_in
from annotations.interchange.lines import MAX_LINE
from annotations.interchange.records import (
    AnnotationRecord,
    ArticleRecord,
    Record,
    Reject,
    Unreadable,
)

UNSEALED = (
    "The file is not byte for byte as it was made: it was damaged, changed, or packed again. What "
    "follows is about what is in it."
)
SHOWN = 20  # faults that are told; the others are counted
NEEDED = (
    "codebook.csv codebook.json codebook_revisions.csv articles.csv annotations.csv "
    "annotations.jsonl annotations.jsonld decisions.csv gold.csv rulings.csv facts.csv "
    "agreement.csv README.md"
).split()
PLACED = ("annotations.csv", "decisions.csv", "gold.csv", "rulings.csv", "facts.csv")
ALIKE = (
    "exact prefix suffix code target polarity voice speaker note annotator status ruled_code"
).split()
NUMBERS = ("start", "end", "codebook_revision")
TIMES = ("created_at", "updated_at")
BROKEN = (ValueError, LookupError, OverflowError, RecursionError, csv.Error, struct.error)

Row = dict[str, str]


class Verdict:
    """What was checked, and what is wrong."""

    def __init__(self) -> None:
        self.checked: list[str] = []
        self.faults: list[str] = []  # the first ones
        self.count = 0
        self.manifest: Manifest | None = None

    @property
    def is_sound(self) -> bool:
        return not self.count

    def fault(self, said: str) -> None:
        """Note that something is wrong."""
        self.count += 1
        if len(self.faults) < SHOWN:
            self.faults.append(said)


def verify(file: BinaryIO) -> Verdict:
    """Return what is wrong with a release; never raises for what is in the file."""
    verdict = Verdict()
    try:
        names = names_in(file)
        if not is_sealed(file):
            verdict.fault(UNSEALED)
        manifest = read_manifest(_whole(file, MANIFEST) if MANIFEST in names else b"")
    except BROKEN as error:
        verdict.fault(_said(error))
        return verdict
    verdict.manifest = manifest
    for name in [*NEEDED, *manifest.files]:
        if name not in names or name not in manifest.files:
            verdict.fault(f"{name} is missing.")
    for name in names:
        if name != MANIFEST and name not in manifest.files:
            verdict.fault(f"{name} is in the file, but not in its manifest.")
    intact = {
        name for name, fact in manifest.files.items() if _is_intact(file, name, fact, verdict)
    }
    verdict.checked.append(f"{len(intact)} files have the SHA-256 of the manifest")
    with tempfile.TemporaryFile() as kept:
        _Contents(file, manifest, intact & set(names), kept, verdict).check()
    return verdict


def _whole(file: BinaryIO, name: str, most: int = MOST_BYTES) -> bytes:
    with _member(file, name) as member:
        return member.read(most)


@contextmanager
def _member(file: BinaryIO, name: str) -> Iterator[BinaryIO]:
    """Open a member of the archive. Raises Unreadable."""
    unpacked = cast(
        "Generator[tuple[str, BinaryIO]]", members(file, wanted=lambda other: other == name)
    )
    with closing(unpacked) as found:
        for _, member in found:
            yield member
            return
    raise Unreadable(f"{name} is missing.")


def rows_of(file: BinaryIO, name: str) -> Iterator[Row]:
    """Yield each row of a table by the names of its columns, as it was before it was made safe.

    Raises one of BROKEN.
    """
    csv.field_size_limit(MAX_LINE)
    with _member(file, name) as member:
        lines = io.TextIOWrapper(member, "utf-8-sig", newline="")
        try:
            rows = csv.reader(lines, strict=True)
            names = next(rows, [])
            for cells in rows:
                if len(cells) != len(names):
                    raise ValueError(f"it has {len(cells)} cells, not {len(names)}.")
                plain = [cell.removeprefix("'") for cell in cells]
                yield dict(zip(names, plain, strict=True))
        finally:
            lines.detach()


def _is_intact(file: BinaryIO, name: str, fact: FileFact, verdict: Verdict) -> bool:
    """Return whether the file is as the manifest says."""
    digest, size = hashlib.sha256(), 0
    try:
        with _member(file, name) as member:
            while piece := member.read(CHUNK):
                digest.update(piece)
                size += len(piece)
    except BROKEN as error:
        verdict.fault(f"{name} cannot be read: {_said(error)}")
        return False
    if (digest.hexdigest(), size) == (fact.sha256, fact.bytes):
        return True
    verdict.fault(
        f"{name} is not what the manifest says: {size:,} bytes with the SHA-256 "
        f"{digest.hexdigest()}, and not {fact.bytes:,} bytes with {fact.sha256}."
    )
    return False


class _Place(NamedTuple):
    """Where a text lies among those that are kept; size -1 if it is not in the release."""

    sha256: str
    start: int
    size: int


class _Contents:
    """The rows of a release, and whether they fit each other."""

    def __init__(
        self,
        file: BinaryIO,
        manifest: Manifest,
        intact: set[str],
        kept: BinaryIO,
        verdict: Verdict,
    ) -> None:
        self._file = file
        self._manifest = manifest
        self._intact = intact
        self._kept = kept
        self._verdict = verdict
        self._codes: set[str] = set()
        self._texts: dict[str, _Place] = {}
        self._ids: set[bytes] = set()
        self._text = lru_cache(maxsize=8)(self._read_text)

    def check(self) -> None:
        """Check all that is intact, the first things first."""
        self._each("codebook.csv", self._code)
        self._codebook_json()
        self._each("codebook_revisions.csv", lambda _: None)
        self._each("articles.csv", self._article)
        self._each("annotations.csv", self._annotation)
        if {"codebook.csv", "articles.csv", "annotations.csv"} <= self._intact:
            self._each("decisions.csv", self._decision)
            for name in ("gold.csv", "rulings.csv", "facts.csv"):
                self._each(name, self._placed)
        self._each("agreement.csv", lambda _: None)
        self._same("annotations.jsonl", jsonl.read)
        self._same("annotations.jsonld", webannotation.read)

    def _each(self, name: str, check: Callable[[Row], None]) -> None:
        """Check each row of a table, and their number."""
        if name not in self._intact:
            return
        count = 0
        try:
            for count, row in enumerate(rows_of(self._file, name), start=1):
                if row.get("row_safe", str(count)) != str(count):  # codebook.csv has no numbers
                    self._verdict.fault(f"{name}, row {count}: it is numbered {row['row_safe']}.")
                try:
                    check(row)
                except BROKEN as error:
                    self._verdict.fault(f"{name}, row {count}: {_said(error)}")
        except BROKEN as error:
            self._verdict.fault(f"{name}, after row {count}: {_said(error)}")
            return
        self._counted(name, count)

    def _counted(self, name: str, count: int) -> None:
        if count != self._manifest.files[name].rows:
            said = self._manifest.files[name].rows
            self._verdict.fault(f"{name} has {count:,} rows, and the manifest says {said}.")
        self._verdict.checked.append(f"{name}: {count:,} rows")

    def _code(self, row: Row) -> None:
        if row["key"] in self._codes:
            raise ValueError(f"the code {row['key']} comes twice.")
        self._codes.add(row["key"])

    def _codebook_json(self) -> None:
        name = "codebook.json"
        if name not in self._intact:
            return
        try:
            codes = json.loads(_whole(self._file, name, most=-1))["codes"]
            keys = [code["key"] for code in codes]
        except (*BROKEN, TypeError, AttributeError) as error:
            self._verdict.fault(f"{name}: {_said(error)}")
            return
        if "codebook.csv" in self._intact and set(keys) != self._codes:
            self._verdict.fault(f"{name} has other codes than codebook.csv.")
        self._counted(name, len(keys))

    def _article(self, row: Row) -> None:
        """Check a text, and keep it for those that quote it."""
        revision, digest = row["revision_id"], row["revision_sha256"]
        if revision in self._texts:
            raise ValueError(f"the text {revision} comes twice.")
        self._texts[revision] = _Place(digest, 0, -1)
        if not self._manifest.texts:
            if "text" in row:
                raise ValueError("it has a text, and the manifest says that there are none.")
            return
        text = row["text"].encode()
        if hashlib.sha256(text).hexdigest() != digest:
            raise ValueError(f"the text {revision} is not the one of its SHA-256.")
        if len(row["text"]) != int(row["characters"]):
            raise ValueError(f"the text has {len(row['text'])} characters, not as it says.")
        self._texts[revision] = _Place(digest, self._kept.seek(0, io.SEEK_END), len(text))
        self._kept.write(text)

    def _read_text(self, revision: str) -> str | None:
        place = self._texts[revision]
        if place.size < 0:
            return None
        self._kept.seek(place.start)
        return self._kept.read(place.size).decode()

    def _annotation(self, row: Row) -> None:
        id = UUID(row["annotation_id"]).bytes
        if id in self._ids:
            raise ValueError(f"the annotation {row['annotation_id']} comes twice.")
        self._ids.add(id)
        self._placed(row)

    def _decision(self, row: Row) -> None:
        if UUID(row["annotation_id"]).bytes not in self._ids:
            raise ValueError(f"there is no annotation {row['annotation_id']}.")
        self._placed(row)

    def _placed(self, row: Row) -> None:
        """Check the code of a row, the text that it speaks of, and its words in it."""
        for column in ("code", "ruled_code"):
            if row.get(column) and row[column] not in self._codes:
                raise ValueError(f"the code {row[column]!r} is not in codebook.csv.")
        if not row["revision_id"]:
            return  # a cell of a fact without words
        place = self._texts.get(row["revision_id"])
        if place is None or place.sha256 != row["revision_sha256"]:
            raise ValueError(f"the text {row['revision_id']} is not in articles.csv as it is here.")
        start, end, exact = int(row["start"]), int(row["end"]), row["exact"]
        if not 0 <= start < end or len(exact) != end - start:
            raise ValueError(f"[{start}, {end}) is not the range of its words.")
        text = self._text(row["revision_id"])
        if text is not None:
            _check_words(text, start, end, row)

    def _same(self, name: str, read: Callable[[BinaryIO], Iterator[Record]]) -> None:
        """Check that a file says the same as annotations.csv, in the same order."""
        if not {name, "annotations.csv"} <= self._intact:
            return
        count = 0
        try:
            with _member(self._file, name) as member:
                tags = self._tags(name, read(member))
                for row, tag in zip_longest(rows_of(self._file, "annotations.csv"), tags):
                    count += tag is not None
                    if row is None or tag is None:
                        raise ValueError("it has other annotations than annotations.csv.")
                    if unlike := _unlike(row, tag):
                        self._verdict.fault(
                            f"{name}, {tag.place}: {unlike} of {row['annotation_id']} is not as in "
                            "annotations.csv."
                        )
        except BROKEN as error:
            self._verdict.fault(f"{name}: {_said(error)}")
            return
        self._counted(name, count)

    def _tags(self, name: str, records: Iterator[Record]) -> Iterator[AnnotationRecord]:
        """Yield the annotations among the records, and check the rest."""
        for record in records:
            if isinstance(record, AnnotationRecord):
                yield record
            elif isinstance(record, Reject):
                raise ValueError(f"{record.place}: {record.reason}")
            elif isinstance(record, ArticleRecord):
                self._check_article(name, record)

    def _check_article(self, name: str, record: ArticleRecord) -> None:
        place = self._texts.get(str(record.ref.revision))
        digest = hashlib.sha256((record.text or "").encode()).hexdigest()
        if place is None or not place.sha256 == record.ref.sha256 == digest:
            self._verdict.fault(f"{name}, {record.place}: its text is not the one in articles.csv.")


def _check_words(text: str, start: int, end: int, row: Mapping[str, str]) -> None:
    """Raise ValueError if the text does not say what the row quotes from it."""
    if text[start:end] != row["exact"]:
        raise ValueError(f"the text has {text[start:end][:60]!r} there, not {row['exact'][:60]!r}.")
    if "prefix" in row:
        before = text[max(0, start - len(row["prefix"])) : start]
        if (before, text[end : end + len(row["suffix"])]) != (row["prefix"], row["suffix"]):
            raise ValueError("the text has other words around these.")
    if not text.isascii():
        units = [len(text[:at].encode("utf-16-le")) // 2 for at in (start, end)]
        if units != [int(row["start_utf16"]), int(row["end_utf16"])]:
            raise ValueError(f"its UTF-16 offsets have to be {units[0]} and {units[1]}.")


def _unlike(row: Row, tag: AnnotationRecord) -> str:
    """Return the first field in which two forms of an annotation differ, "" for none."""
    if tag.id != row["annotation_id"]:
        return "the id"
    if str(tag.ref.revision) != row["revision_id"]:
        return "revision_id"
    said: dict[str, Any] = {name: getattr(tag, name) for name in (*ALIKE, *NUMBERS, *TIMES)}
    for name in ALIKE:
        if said[name] != row[name]:
            return name
    for name in NUMBERS:
        if said[name] != int(row[name]):
            return name
    for name in TIMES:
        if said[name] != datetime.fromisoformat(row[name]):
            return name
    return ""


def _said(error: Exception) -> str:
    if isinstance(error, KeyError):
        return f"there is no column {error}."
    return str(error) or type(error).__name__
