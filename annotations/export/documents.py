"""Texts with their annotations, one at a time, for the formats that hold documents."""

import io
import tempfile
from collections.abc import Callable, Collection, Iterator
from itertools import groupby
from typing import IO, Any, BinaryIO

from django.db.models import Case, DateTimeField, F, OuterRef, QuerySet, Subquery, When
from django.db.models.functions import Coalesce, Greatest

from annotations.export.exporting import ExportMismatch, export_annotations
from annotations.interchange.formats import FORMATS, TABLES, table_writer
from annotations.interchange.records import (
    AnnotationRecord,
    ArticleRecord,
    ArticleRef,
    CodeRecord,
    Dataset,
    Document,
    Unit,
)
from annotations.models import Annotation, Change, Status, Study
from sources.models import Revision

ROWS = 2_000  # that are fetched at once
# Of the time that a table takes, percent that go into its rows, before it is made of them.
OF_ROWS = {"xlsx": 10, "parquet": 80}
ARTICLE = "span__revision__article"
READING_ORDER = (
    *(f"{ARTICLE}__story_id", f"{ARTICLE}__published_at", f"{ARTICLE}_id", "span__revision_id"),
    *("span__start", "-span__end", "created_at", "pk"),
)
CODING = (
    *("pk", "code__key", "target", "polarity", "voice", "speaker", "note"),
    *("annotator__username", "status", "ruled_code__key", "codebook_revision", "created_at"),
)
SPAN = ("span__start", "span__end", "span__exact", "span__prefix", "span__suffix")


def documents(
    study: Study, annotations: QuerySet[Annotation], *, closed: Collection[int] = ()
) -> Iterator[Document]:
    """Yield each text that has one of the study's `annotations`, with them, in reading order.

    One query, and one for each text; in memory is one text. Nothing is said of the rulings in the
    stories of `closed`. Raises ExportMismatch at the first quote that is not in its text.
    """
    changed = _changed_without_rulings(closed) if closed else F("updated_at")
    chosen = annotations.filter(study=study).order_by(*READING_ORDER)
    rows = chosen.annotate(changed_at=changed).values_list(
        "span__revision_id", f"{ARTICLE}__story_id", "changed_at", *CODING, *SPAN
    )
    for revision_id, of_text in groupby(rows.iterator(chunk_size=ROWS), key=lambda row: row[0]):
        revision = Revision.objects.select_related("article__outlet", "article__story").get(
            pk=revision_id
        )
        article = _article(revision)
        yield Document(article, [_checked(revision, article.ref, row, closed) for row in of_text])


def dataset_of(study: Study) -> Dataset:
    """Return what files say of the study, with all codes of its codebook. One query."""
    codes = study.codebook.codes.select_related("parent").order_by("position", "pk")
    listed = [
        CodeRecord(
            key=code.key,
            name=code.name,
            parent=code.parent.key if code.parent else "",
            colour=code.colour,
            definition=code.definition,
            hotkey=code.hotkey,
        )
        for code in codes
    ]
    return Dataset(study.key, study.name, study.licence, listed)


def export_as(
    key: str,
    study: Study,
    annotations: QuerySet[Annotation],
    file: BinaryIO,
    *,
    closed: Collection[int] = (),
    gold_in: Collection[int] | None = None,
    progress: Callable[[int], None] | None = None,
) -> int:
    """Write the annotations to `file` in the format `key`, and return their number.

    `closed`, `gold_in` and `progress` are those of `export_annotations`. Raises ExportMismatch, and
    ModuleNotFoundError for a format whose library is not installed.
    """
    if key in TABLES:
        write_table = table_writer(key)
        with tempfile.TemporaryFile() as rows:
            number = export_annotations(
                annotations,
                rows,
                lossless=True,
                closed=closed,
                gold_in=gold_in,
                progress=_part_of(progress, OF_ROWS[key]),
            )
            with io.BufferedReader(_Counting(rows, number, OF_ROWS[key], progress)) as read:
                write_table(read, file)
        return number
    write = FORMATS[key].write
    if write is None:
        raise ValueError(f"Nothing is written as {key}.")
    counted = _Counted(documents(study, annotations, closed=closed), progress)
    write(counted, file, dataset_of(study))
    return counted.number


def _part_of(progress: Callable[[int], None] | None, percent: int) -> Callable[[int], None] | None:
    """Return what tells `progress` so many percent of the number that it is told."""
    return progress and (lambda number: progress(number * percent // 100))


class _Counting(io.RawIOBase):
    """A file of `number` rows that tells how far its reader is; `told` percent were told before."""

    def __init__(
        self, rows: IO[bytes], number: int, told: int, progress: Callable[[int], None] | None
    ) -> None:
        self._rows, self._progress = rows, progress
        self._told = number * told // 100
        self._rest = number - self._told
        self._size = rows.seek(0, io.SEEK_END)
        rows.seek(0)

    def readable(self) -> bool:
        return True

    def seekable(self) -> bool:
        return True

    def seek(self, offset: int, whence: int = io.SEEK_SET) -> int:
        return self._rows.seek(offset, whence)

    def readinto(self, buffer: Any) -> int:
        read = self._rows.read(len(buffer))
        buffer[: len(read)] = read
        if self._progress and self._size:
            self._progress(self._told + self._rest * self._rows.tell() // self._size)
        return len(read)


class _Counted:
    """Documents on their way to a writer, and how many annotations have passed."""

    def __init__(
        self, documents: Iterator[Document], progress: Callable[[int], None] | None
    ) -> None:
        self._documents = documents
        self._progress = progress
        self.number = 0

    def __iter__(self) -> "_Counted":
        return self

    def __next__(self) -> Document:
        document = next(self._documents)
        self.number += len(document.annotations)
        if self._progress:
            self._progress(self.number)
        return document


def _changed_without_rulings(closed: Collection[int]) -> Case:
    """Return when an annotation last changed, as the annotator knows it in a story of `closed`."""
    steps = Change.objects.filter(annotation=OuterRef("pk")).order_by()
    latest = steps.annotate(at=Greatest("made_at", "undone_at")).order_by("-at").values("at")[:1]
    own = Coalesce(Subquery(latest), "created_at", output_field=DateTimeField())
    return Case(When(**{f"{ARTICLE}__story_id__in": closed}, then=own), default=F("updated_at"))


def _article(revision: Revision) -> ArticleRecord:
    article = revision.article
    return ArticleRecord(
        ref=ArticleRef(
            id=article.pk,
            revision=revision.pk,
            sha256=revision.sha256,
            url=article.url,
            external_id=article.external_id,
        ),
        text=revision.text,
        story=article.story.title,
        outlet=article.outlet.name,
        headline=article.headline,
        byline=article.byline,
        published_at=article.published_at,
        language=article.language,
    )


def _checked(
    revision: Revision, ref: ArticleRef, row: tuple[Any, ...], closed: Collection[int]
) -> AnnotationRecord:
    """Return the annotation of a row, whose words are at its place. Raises ExportMismatch."""
    _, story_id, changed_at, *values = row
    id, code, target, polarity, voice, speaker, note, *values = values
    annotator, status, ruled_code, codebook_revision, created_at, *values = values
    start, end, exact, prefix, suffix = values
    if revision.text[start:end] != exact:
        raise ExportMismatch(f"The text does not hold the stored words of annotation_id {id}.")
    is_closed = story_id in closed
    return AnnotationRecord(
        ref,
        start,
        end,
        exact,
        code,
        unit=Unit.CODE_POINTS,
        id=str(id),
        annotator=annotator,
        prefix=prefix,
        suffix=suffix,
        target=target,
        polarity=polarity,
        voice=voice,
        speaker=speaker,
        note=note,
        status=Status.PENDING.value if is_closed else status,
        ruled_code="" if is_closed else ruled_code or "",
        codebook_revision=codebook_revision,
        created_at=created_at,
        updated_at=changed_at,
    )
