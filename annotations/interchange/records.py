"""What passes between a file and the database: articles, annotations, and what is wrong with them.

Offsets count Unicode code points, half-open, unless a record's `unit` says otherwise. A record says
what its file says: whether it fits the database, `annotations.intake` finds out.
"""

from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import BinaryIO


class Unreadable(ValueError):
    """The file as a whole is not what it was taken for; the message says why and what to do."""


class Unit(StrEnum):
    """What offsets count. "" in a record: the file does not say."""

    CODE_POINTS = "code points"
    UTF16 = "UTF-16 units"
    BYTES = "UTF-8 bytes"


@dataclass(frozen=True, slots=True)
class ArticleRef:
    """By what a file names an article, or one text of it; at least one field is given.

    `id` and `revision` are ours; `name` is what the file itself calls it, such as a member of an
    archive, and means something within that file only.
    """

    id: int | None = None
    revision: int | None = None
    sha256: str = ""
    url: str = ""
    external_id: str = ""
    name: str = ""


@dataclass(frozen=True, slots=True)
class ArticleRecord:
    """An article as a file has it. `text` is as it came, not normalised; None: it is not there."""

    ref: ArticleRef
    text: str | None
    place: str = ""
    story: str = ""
    outlet: str = ""
    headline: str = ""
    byline: str = ""
    published_at: datetime | None = None
    language: str = ""


@dataclass(frozen=True, slots=True)
class AnnotationRecord:
    """An annotation as a file has it. `place` says where in the file, such as `line 12`.

    `code` is a key or a path, `parent/code`, or another tool's label. `exact` is "" where a file
    has offsets alone, and its own text is not there to fill it.
    """

    ref: ArticleRef
    start: int | None
    end: int | None
    exact: str
    code: str
    place: str = ""
    unit: Unit | None = None
    id: str = ""
    annotator: str = ""
    prefix: str = ""
    suffix: str = ""
    target: str = ""
    polarity: str = ""
    voice: str = ""
    speaker: str = ""
    note: str = ""
    status: str = ""
    ruled_code: str = ""
    codebook_revision: int | None = None
    created_at: datetime | None = None
    updated_at: datetime | None = None


@dataclass(frozen=True, slots=True)
class Reject:
    """A part of a file that cannot be used: where, why, and its beginning as it stands there."""

    place: str
    reason: str
    row: str = ""


Record = ArticleRecord | AnnotationRecord | Reject


@dataclass(frozen=True, slots=True)
class CodeRecord:
    """A code as other tools need to know it. `parent` is a key or "", `colour` is #rrggbb."""

    key: str
    name: str
    parent: str = ""
    colour: str = "#808080"
    definition: str = ""
    hotkey: str = ""

    @property
    def path(self) -> str:
        return f"{self.parent}/{self.key}" if self.parent else self.key


@dataclass(frozen=True, slots=True)
class Dataset:
    """What a file says of the study that it is from."""

    key: str
    name: str
    licence: str = ""
    codes: Sequence[CodeRecord] = ()


@dataclass(frozen=True, slots=True)
class Document:
    """One text with its annotations in reading order: what writers get. `article.text` is there."""

    article: ArticleRecord
    annotations: Sequence[AnnotationRecord]

    @property
    def name(self) -> str:
        """A name for files: stable, unique in the database, safe on every file system."""
        return f"article-{self.article.ref.id}-revision-{self.article.ref.revision}"


# A writer takes the documents one by one and keeps none. A reader takes a file that can be read
# twice (seekable), and yields an article before its annotations; it holds one document at most.
Writer = Callable[[Iterable[Document], BinaryIO, Dataset], None]
Reader = Callable[[BinaryIO], Iterator[Record]]


@dataclass(frozen=True, slots=True)
class Format:
    """A file format: `suffix` with its dot. `write` or `read` is None where it goes one way."""

    key: str
    title: str
    suffix: str
    media_type: str
    write: Writer | None = None
    read: Reader | None = None
