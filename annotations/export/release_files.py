"""Write a release: every table of a study into one zip, from one moment of the database.

The transaction sees the data as they stood when it began, so that the files belong to each other
whatever is tagged meanwhile. Rows are passed on as they come; nothing but the agreement, which
works on arrays, grows with their number.
"""

from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import replace
from typing import Any, BinaryIO, cast

from django.db import connection

from annotations.agreement.selection import Selection
from annotations.codebook.codebook_files import as_csv
from annotations.codebook.codebook_files import as_json as codebook_json
from annotations.codebook.codebook_plan import rows_of
from annotations.export.columns import Column, cell
from annotations.export.documents import dataset_of, documents
from annotations.export.exporting import header, write_table
from annotations.export.keeping import one_moment
from annotations.export.manifest import MANIFEST, FileFact, Manifest, Measured, as_json, seal
from annotations.export.pseudonyms import Person, people_of, renamed
from annotations.export.release_listing import listed
from annotations.export.release_readme import readme
from annotations.export.release_tables import (
    ARTICLES,
    CODEBOOK_REVISIONS,
    CODEBOOK_SOURCE,
    DECISION_TABLE,
    TEXT,
    TEXT_SOURCE,
)
from annotations.export.releases import about_of
from annotations.export.tables import (
    ANNOTATION_TABLE,
    FACT_TABLE,
    GOLD_TABLE,
    RULING_TABLE,
    Table,
)
from annotations.interchange import jsonl, webannotation
from annotations.interchange.archives import Archive
from annotations.interchange.records import Dataset, Document, Writer
from annotations.measuring.agreeing import compute, version
from annotations.measuring.agreement_export import export_agreement, methods_of, methods_text
from annotations.measuring.agreement_page import names_of
from annotations.models import Annotation, Decision, Fact, Role, Study
from annotations.rulings.gold import gold_for, rulings_for

Note = Callable[[int, str], None]  # is told the rows so far, and what is under way
WHOLE = Selection()
ALL = {"closed": "", "gold_in": "true"}  # nothing is hidden from whoever may make a release
TOO_FEW = (
    "No text was coded by two coders or more, so there is no agreement between coders to report."
)


def _silent(rows: int, said: str) -> None:
    """Tell nobody how far it is."""


def write_release(
    study: Study,
    file: BinaryIO,
    *,
    with_texts: bool,
    pseudonyms: bool,
    note: Note = _silent,
) -> Manifest:
    """Write the release to `file`, which has to be seekable, and return what is true of it.

    The study is shown whole: whoever asks has to be allowed that. Raises ExportMismatch for a
    quote that is not in its text; what is in `file` by then is not to be used.
    """
    with one_moment(), Archive(file) as archive:
        study = Study.objects.select_related("codebook").get(pk=study.pk)  # as of this moment
        making = _Making(study, archive, with_texts, pseudonyms, note)
        making.write_all()
    seal(file)
    return making.manifest


def rows_to_write(study: Study) -> int:
    """Return how many rows a release has about: what progress is measured by."""
    annotations = Annotation.objects.in_study(study).standing().count()
    return 3 * annotations + gold_for(study, Role.OWNER).count() + _decisions(study).count() + 1


def _decisions(study: Study) -> Any:
    """Return the decisions on what stands; those on removed tags have lost what they spoke of."""
    return Decision.objects.filter(annotation__study=study, annotation__removed_at=None)


class _Making:
    """The release that is being written: one method a file, in the order of the archive."""

    def __init__(
        self, study: Study, archive: Archive, with_texts: bool, pseudonyms: bool, note: Note
    ) -> None:
        self.study = study
        self.archive = archive
        self.note = note
        self.people = people_of(study, pseudonyms=pseudonyms)
        self.manifest = Manifest(
            study.key, study.name, study.licence, with_texts, pseudonyms, version()
        )
        self.facts: dict[str, FileFact] = {}
        self.before = 0  # rows of the files that are done and that progress counts

    def write_all(self) -> None:
        """Write each file, and the manifest last."""
        annotations = Annotation.objects.in_study(self.study).standing()
        self._codebook()
        self._articles()
        self._table("annotations.csv", ANNOTATION_TABLE, annotations, counts=True)
        self._records("annotations.jsonl", _write_lines, annotations)
        self._records("annotations.jsonld", webannotation.write, annotations)
        self._table("decisions.csv", DECISION_TABLE, _decisions(self.study), counts=True)
        self._table("gold.csv", GOLD_TABLE, gold_for(self.study, Role.OWNER), counts=True)
        self._table("rulings.csv", RULING_TABLE, rulings_for(self.study, Role.OWNER))
        self._table("facts.csv", FACT_TABLE, Fact.objects.filter(study=self.study))
        methods = self._agreement()
        files = listed(self.facts, texts=self.manifest.texts)
        said = readme(self.manifest, about_of(self.study), files, methods)
        self._whole("README.md", said.encode(), None)
        self.manifest = replace(self.manifest, files=self.facts)
        self.archive.add(MANIFEST, as_json(self.manifest))

    def _codebook(self) -> None:
        codebook = self.study.codebook
        rows = rows_of(list(codebook.codes.all()))
        self._whole("codebook.csv", as_csv(rows), len(rows))
        self._whole("codebook.json", codebook_json(codebook.name, rows), len(rows))
        select = CODEBOOK_SOURCE.format(codebook=int(codebook.pk), cells=_cells(CODEBOOK_REVISIONS))
        self._copied("codebook_revisions.csv", CODEBOOK_REVISIONS, select)

    def _articles(self) -> None:
        columns = (*ARTICLES, TEXT) if self.manifest.texts else ARTICLES
        select = TEXT_SOURCE.format(study=int(self.study.pk), cells=_cells(columns))
        self._copied("articles.csv", columns, select)

    def _table(self, name: str, table: Table, chosen: Any, *, counts: bool = False) -> None:
        """Write a table whose quotes are checked; `counts`: its rows are part of the progress."""
        told = ALL if table is ANNOTATION_TABLE else {}
        shown = renamed(table, self.people) if self.manifest.pseudonyms else table

        def write(out: BinaryIO) -> int:
            return write_table(shown, chosen, out, False, self._progress(name, counts), told)

        self._member(name, write, counts=counts)

    def _records(self, name: str, writer: Writer, annotations: Any) -> None:
        """Write the annotations text by text, as another format has them."""
        written = Counter[str]()

        def passed() -> Iterator[Document]:
            tell = self._progress(name, counts=True)
            for document in documents(self.study, annotations):
                yield self._published(document)
                written[name] += len(document.annotations)
                tell(written[name])

        def write(out: BinaryIO) -> int:
            writer(passed(), out, dataset_of(self.study))
            return written[name]

        self._member(name, write, counts=True)

    def _published(self, document: Document) -> Document:
        """Return the document without what a release does not tell."""
        article = document.article
        if not self.manifest.texts:
            article = replace(article, text=None)
        names = self._names()
        named = [replace(one, annotator=names[one.annotator]) for one in document.annotations]
        return Document(article, named)

    def _names(self) -> Mapping[str, str]:
        return {person.username: person.name for person in self.people.values()}

    def _agreement(self) -> str:
        """Write the figures, and return the section on methods."""
        self.note(self.before, "computing the agreement")
        run, figures = compute(self.study, WHOLE)
        names = names_of(self.study, self.people)
        named = {person.number: person.name for person in self.people.values()}
        names = replace(names, person=named)
        for figure in figures:
            if figure.part == "pair":
                figure.of = _paired(figure.of, self.people)

        def write(out: BinaryIO) -> int:
            return export_agreement(self.study, run, names, out, figures=figures)

        self._member("agreement.csv", write)
        texts = next(figure.units for figure in figures if figure.of == "texts")
        return methods_text(methods_of(self.study, run, names, figures)) if texts else TOO_FEW

    def _copied(self, name: str, columns: tuple[Column, ...], select: str) -> None:
        """Write rows that quote nothing."""

        def write(out: BinaryIO) -> int:
            out.write(header(_plain(columns), lossless=False))
            number = 0
            copy = f"COPY ({select}) TO STDOUT WITH (FORMAT csv, ENCODING 'UTF8')"
            with connection.cursor() as cursor, cursor.copy(copy) as rows:
                for number, row in enumerate(rows, start=1):
                    out.write(b"%d,%b\r\n" % (number, bytes(row)[:-1]))
            return number

        self._member(name, write)

    def _whole(self, name: str, content: bytes, rows: int | None) -> None:
        def write(out: BinaryIO) -> int | None:
            out.write(content)
            return rows

        self._member(name, write)

    def _member(
        self, name: str, write: Callable[[BinaryIO], int | None], *, counts: bool = False
    ) -> None:
        """Write a file into the archive and note what is true of it."""
        self.note(self.before, f"writing {name}")
        with self.archive.member(name, large=True) as member:
            out = Measured(member)
            rows = write(cast("BinaryIO", out))
        self.facts[name] = out.fact(rows)
        if counts:
            self.before += rows or 0

    def _progress(self, name: str, counts: bool) -> Callable[[int], None]:
        return lambda rows: self.note(self.before + rows * counts, f"writing {name}")


def _write_lines(documents: Iterable[Document], file: BinaryIO, dataset: Dataset) -> None:  # noqa: ARG001 - a Writer
    """Write JSON lines; where texts are not told there is no line for them."""
    for document in documents:
        if document.article.text is not None:
            file.write(jsonl.article_line(document.article))
        file.write(b"".join(map(jsonl.annotation_line, document.annotations)))


def _plain(columns: tuple[Column, ...]) -> Table:
    """Return a table that has columns and nothing to check."""
    return Table(columns=columns, ids=0, source="", order="", scope="", brings_text="")


def _cells(columns: tuple[Column, ...]) -> str:
    return ", ".join(cell(column, lossless=False) for column in columns)


def _paired(of: str, people: Mapping[int, Person]) -> str:
    """Return the numbers of two people as a release has them; their accounts' are given."""
    return "-".join(str(people[int(pk)].number) for pk in of.split("-"))
