"""The facts × articles matrix of a story, read in a constant number of queries."""

from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import datetime
from functools import cached_property
from itertools import chain

from annotations.comparing import Piece, compare_quotes
from annotations.models import Fact, Report, ReportSpan, ReportStatus, Study
from annotations.stating import QUOTED
from sources.models import Article, Story

SORTS = {
    "position": "our own order",
    "most": "most outlets first",
    "fewest": "fewest outlets first",
}


@dataclass(eq=False)
class Cell:
    """How one article treats one fact. `report` is None as long as nobody checked."""

    fact: Fact
    article: Article
    report: Report | None = None
    quotes: list[ReportSpan] = field(default_factory=list)
    baseline: "Cell | None" = None  # the cell of the baseline article, if one is chosen
    row: "Row | None" = None

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
        return self.article.outlet.name == only and self.status != ReportStatus.NOT_APPLICABLE

    @property
    def desk_articles(self) -> str:
        """The columns of the desk in which to show this cell, the baseline's beside it."""
        beside = [self.baseline.article.pk] if self.baseline and not self.is_baseline else []
        return ",".join(map(str, [self.article.pk, *beside]))

    def compared(self) -> Iterator[tuple[ReportSpan, list[Piece]]]:
        """Yield each quote with its pieces; none if there is nothing to compare it with."""
        pieces: list[list[Piece]] = [[] for _ in self.quotes]
        if self.baseline and self.baseline.quotes and self.quotes and not self.is_baseline:
            pieces = compare_quotes(
                [quote.span.exact for quote in self.baseline.quotes],
                [quote.span.exact for quote in self.quotes],
            )
        return zip(self.quotes, pieces, strict=True)


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
    def only_one_has(self) -> str:
        """The name of the only outlet that has the fact, if others were checked and lack it."""
        return self._name(self.having) if len(self.having) == 1 and self.lacking else ""

    @property
    def only_one_lacks(self) -> str:
        """The name of the only outlet that lacks what two others or more have."""
        return self._name(self.lacking) if len(self.lacking) == 1 < len(self.having) else ""

    @property
    def first_reported(self) -> datetime | None:
        """When the earliest article that reports the fact was published."""
        dates = [cell.article.published_at for cell in self.cells if cell.status in QUOTED]
        return min((date for date in dates if date), default=None)

    def _name(self, outlets: set[int]) -> str:
        return next(
            cell.article.outlet.name for cell in self.cells if cell.article.outlet_id in outlets
        )


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
        cells = self.cells
        places = [(cell.fact.pk, cell.article.pk) for cell in cells]
        here = places.index((fact.pk, article.pk))
        later = cells[here + 1 :] + cells[:here]
        return next((cell for cell in later if cell.report is None), None)


def matrix_of(
    study: Study, story: Story, *, baseline: int | None = None, sort: str = "position"
) -> Matrix:
    """Return the matrix of the study's facts and the story's articles. Four queries.

    `baseline` is an article's pk; another story's counts as none.
    """
    articles = list(story.articles.select_related("outlet").order_by("published_at", "pk"))
    facts = list(Fact.objects.filter(study=study, story=story))
    cells = {(fact.pk, article.pk): Cell(fact, article) for fact in facts for article in articles}
    reports = Report.objects.filter(fact__in=facts, article__in=articles).select_related("set_by")
    quotes = ReportSpan.objects.filter(report__in=[report.pk for report in reports])
    by_report: dict[int, list[ReportSpan]] = {report.pk: [] for report in reports}
    for quote in quotes.select_related("span").order_by("span__start", "pk"):
        by_report[quote.report_id].append(quote)
    for report in reports:
        cell = cells[report.fact_id, report.article_id]
        cell.report, cell.quotes = report, by_report[report.pk]
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


def _sorted(rows: list[Row], sort: str) -> list[Row]:
    if sort == "most":
        return sorted(rows, key=lambda row: -len(row.having))
    if sort == "fewest":
        return sorted(rows, key=lambda row: len(row.having))
    return rows
