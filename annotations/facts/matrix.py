"""The facts × articles matrix of a story, read in a constant number of queries."""

from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import datetime
from functools import cached_property
from itertools import chain
from typing import TYPE_CHECKING

from django.db.models import OuterRef, Subquery

from annotations.facts.stating import QUOTED
from annotations.models import (
    Carry,
    CarryRuling,
    Fact,
    Report,
    ReportSpan,
    ReportStatus,
    Span,
    Study,
)
from annotations.revisions.carrying import Outcome
from annotations.texts.comparing import Piece, compare_quotes
from sources.models import Article, Outlet, Revision, Story

if TYPE_CHECKING:
    from annotations.finding.suggestions import Offer

SORTS = {
    "position": "our own order",
    "most": "most outlets first",
    "fewest": "fewest outlets first",
}


CARRIED = {  # what a note says of words that were quoted from an older text
    CarryRuling.ACCEPTED: "changed, accepted",
    CarryRuling.PLACED: "placed by hand",
    CarryRuling.GONE: "gone",
    Outcome.REVIEW: "changed – to review",
    Outcome.GONE: "gone",
    Outcome.KEPT: "kept",
    Outcome.MOVED: "moved",
}


@dataclass(frozen=True, slots=True)
class Place:
    """Where the words of a cell stand: as they were quoted, and in the article's newest text.

    `carry` is None for words of the newest text, and for older ones not carried yet.
    """

    span: Span
    article: int
    newest: int
    newest_number: int
    carry: Carry | None = None

    @property
    def is_older(self) -> bool:
        return self.span.revision_id != self.newest

    @property
    def is_certain(self) -> bool:
        """Whether it is known where the words stand in the newest text."""
        return not self.is_older or bool(self.carry and self.carry.exact)

    @property
    def said(self) -> str:
        """What became of the words of an older text."""
        return CARRIED[self.carry.ruling or self.carry.outcome] if self.carry else "not carried yet"

    @property
    def column(self) -> str:
        """The column of the desk that shows the words: the newest text if they are sure there."""
        return (
            str(self.article) if self.is_certain else f"{self.article}@{self.span.revision.number}"
        )

    @property
    def anchor(self) -> str:
        """Where in that column."""
        if self.carry and self.is_certain:
            return f"span-{self.newest}-{self.carry.start}-{self.carry.end}"
        return f"span-{self.span.revision_id}-{self.span.start}-{self.span.end}"


@dataclass(eq=False)
class Cell:
    """How one article treats one fact. `report` is None as long as nobody checked."""

    fact: Fact
    article: Article
    report: Report | None = None
    quotes: list[ReportSpan] = field(default_factory=list)
    places: dict[int, Place] = field(default_factory=dict)  # by the span of a quote
    baseline: "Cell | None" = None  # the cell of the baseline article, if one is chosen
    row: "Row | None" = None
    offer: "Offer | None" = None  # what is suggested for it, where the page asked for that

    @property
    def status(self) -> str:
        return self.report.status if self.report else "unchecked"

    @property
    def label(self) -> str:
        return self.report.get_status_display() if self.report else "unchecked"

    @property
    def is_baseline(self) -> bool:
        return self.baseline is self

    @property
    def stands_alone(self) -> bool:
        """Whether it is here that the only outlet has the fact, or lacks it."""
        if self.row is None or self.report is None:
            return False
        only = self.row.only_one_has if self.status in QUOTED else self.row.only_one_lacks
        return self.article.outlet == only and self.status != ReportStatus.NOT_APPLICABLE

    @property
    def beside(self) -> str:
        """The column of the desk to show beside this cell's: the baseline's, if there is one."""
        return str(self.baseline.article.pk) if self.baseline and not self.is_baseline else ""

    def compared(self) -> Iterator[tuple[ReportSpan, list[Piece], Place]]:
        """Yield each quote with its pieces and its place; no pieces if nothing is to compare."""
        pieces: list[list[Piece]] = [[] for _ in self.quotes]
        if self.baseline and self.baseline.quotes and self.quotes and not self.is_baseline:
            pieces = compare_quotes(
                [quote.span.exact for quote in self.baseline.quotes],
                [quote.span.exact for quote in self.quotes],
            )
        places = [self.places[quote.span_id] for quote in self.quotes]
        return zip(self.quotes, pieces, places, strict=True)


@dataclass(eq=False)
class Row:
    """A fact across the articles. Outlets are counted, not articles."""

    fact: Fact
    place: int  # from 0, in the study's own order
    cells: list[Cell]

    @cached_property
    def having(self) -> set[int]:
        """The outlets that report the fact, at least in part."""
        return {cell.article.outlet_id for cell in self.cells if cell.status in QUOTED}

    @cached_property
    def lacking(self) -> set[int]:
        """The outlets that were checked and omit it. Not applicable is neither."""
        omitted = {
            cell.article.outlet_id for cell in self.cells if cell.status == ReportStatus.OMITTED
        }
        return omitted - self.having

    @property
    def applicable(self) -> int:
        return len(self.having) + len(self.lacking)

    @property
    def unchecked(self) -> int:
        return sum(cell.report is None for cell in self.cells)

    @property
    def only_one_has(self) -> Outlet | None:
        """The only outlet that has the fact, if others were checked and lack it."""
        return self._outlet(self.having) if len(self.having) == 1 and self.lacking else None

    @property
    def only_one_lacks(self) -> Outlet | None:
        """The only outlet that lacks what two others or more have."""
        return self._outlet(self.lacking) if len(self.lacking) == 1 < len(self.having) else None

    @cached_property
    def first_reported(self) -> datetime | None:
        """When the earliest article that reports the fact was published."""
        dates = [cell.article.published_at for cell in self.cells if cell.status in QUOTED]
        return min((date for date in dates if date), default=None)

    def _outlet(self, outlets: set[int]) -> Outlet:
        return next(cell.article.outlet for cell in self.cells if cell.article.outlet_id in outlets)


@dataclass(eq=False)
class Column:
    article: Article
    cells: list[Cell]

    @property
    def reported(self) -> int:
        return sum(cell.status in QUOTED for cell in self.cells)

    @property
    def applicable(self) -> int:
        counted = (*QUOTED, ReportStatus.OMITTED)
        return sum(cell.status in counted for cell in self.cells)


@dataclass(eq=False)
class Matrix:
    rows: list[Row]
    columns: list[Column]
    baseline: Article | None

    @property
    def cells(self) -> list[Cell]:
        return list(chain.from_iterable(row.cells for row in self.rows))

    @property
    def checked(self) -> int:
        return sum(cell.report is not None for cell in self.cells)

    @property
    def speakers(self) -> list[str]:
        return sorted({quote.speaker for cell in self.cells for quote in cell.quotes} - {""})

    def row_of(self, fact: Fact) -> Row:
        return next(row for row in self.rows if row.fact.pk == fact.pk)

    def column_of(self, article: Article) -> Column:
        return next(column for column in self.columns if column.article.pk == article.pk)

    def cell_of(self, fact: Fact, article: Article) -> Cell:
        return next(cell for cell in self.row_of(fact).cells if cell.article.pk == article.pk)

    def next_unchecked(self, fact: Fact, article: Article) -> Cell | None:
        """Return the first unchecked cell after that one, row by row and round the end."""
        return next((cell for cell in self._after(fact, article) if cell.report is None), None)

    def next_offered(self, fact: Fact, article: Article) -> Cell | None:
        """Return the first cell after that one for which there is something to accept."""
        later = self._after(fact, article)
        return next((cell for cell in later if cell.offer and cell.offer.is_open), None)

    def _after(self, fact: Fact, article: Article) -> list[Cell]:
        """Return the other cells, row by row from that one on and round the end."""
        cells = self.cells
        places = [(cell.fact.pk, cell.article.pk) for cell in cells]
        here = places.index((fact.pk, article.pk))
        return cells[here + 1 :] + cells[:here]


def matrix_of(
    study: Study, story: Story, *, baseline: int | None = None, sort: str = "position"
) -> Matrix:
    """Return the matrix of the study's facts and the story's articles.

    Four queries, and one more if words are quoted from older texts. `baseline` is an article's
    pk; another story's counts as none.
    """
    articles = list(story.articles.select_related("outlet").order_by("published_at", "pk"))
    facts = list(Fact.objects.filter(study=study, story=story))
    cells = {(fact.pk, article.pk): Cell(fact, article) for fact in facts for article in articles}
    _fill(study, cells)
    chosen = next((article for article in articles if article.pk == baseline), None)
    if chosen:
        for cell in cells.values():
            cell.baseline = cells[cell.fact.pk, chosen.pk]
    rows = [
        Row(fact, place, [cells[fact.pk, article.pk] for article in articles])
        for place, fact in enumerate(facts)
    ]
    for row in rows:
        for cell in row.cells:
            cell.row = row
    columns = [
        Column(article, [cells[fact.pk, article.pk] for fact in facts]) for article in articles
    ]
    return Matrix(_sorted(rows, sort), columns, chosen)


def row_of(study: Study, fact: Fact) -> Row:
    """Return one fact across the articles of its story. Three queries, and one more as above."""
    articles = fact.story.articles.select_related("outlet").order_by("published_at", "pk")
    cells = {(fact.pk, article.pk): Cell(fact, article) for article in articles}
    _fill(study, cells)
    row = Row(fact, fact.position, list(cells.values()))
    for cell in row.cells:
        cell.row = row
    return row


def _fill(study: Study, cells: dict[tuple[int, int], Cell]) -> None:
    """Give the cells their reports, quotes and places."""
    facts, articles = {fact for fact, _ in cells}, {article for _, article in cells}
    reports = Report.objects.filter(fact__in=facts, article__in=articles).select_related("set_by")
    by_report = {report.pk: cells[report.fact_id, report.article_id] for report in reports}
    for report in reports:
        by_report[report.pk].report = report
    newest = Revision.objects.filter(article=OuterRef("report__article")).order_by("-number")
    quotes = (
        ReportSpan.objects.filter(report__in=list(by_report))
        .select_related("span__revision")
        .defer("span__revision__text")
        .annotate(newest=Subquery(newest.values("pk")[:1]))
        .annotate(newest_number=Subquery(newest.values("number")[:1]))
        .order_by("span__revision__number", "span__start", "pk")
    )
    older = {quote.span_id for quote in quotes if quote.span.revision_id != quote.newest}
    carries = _carries(study, older)
    for quote in quotes:
        cell = by_report[quote.report_id]
        cell.quotes.append(quote)
        cell.places[quote.span_id] = Place(
            quote.span,
            cell.article.pk,
            quote.newest,
            quote.newest_number,
            carries.get((quote.span_id, quote.newest)),
        )


def _carries(study: Study, spans: set[int]) -> dict[tuple[int, int], Carry]:
    """Return the study's carries of the spans to newest texts, by span and text."""
    if not spans:
        return {}
    carries = Carry.objects.filter(study=study, span__in=spans).to_newest()
    return {(carry.span_id, carry.revision_id): carry for carry in carries}


def _sorted(rows: list[Row], sort: str) -> list[Row]:
    if sort == "most":
        return sorted(rows, key=lambda row: -len(row.having))
    if sort == "fewest":
        return sorted(rows, key=lambda row: len(row.having))
    return rows
