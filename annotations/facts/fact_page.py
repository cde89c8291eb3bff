"""One fact: all reports under one another against a baseline, and what each outlet left out.

Questions only; nothing here writes. Who left a part out is said of the words that were quoted for
the fact; whether the outlet's articles have the words elsewhere is looked up in their texts.
"""

from collections import Counter, defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, time
from itertools import chain

from annotations.facts.collating import Cell as Scored
from annotations.facts.collating import System, aligned, collate, lines_up, systems
from annotations.facts.leaving_out import Held, Part, Wordings
from annotations.facts.matrix import Cell, Place, Row, row_of
from annotations.facts.stating import QUOTED
from annotations.language.speaking import recorded_speakers
from annotations.models import Fact, ReportSpan, ReportStatus, Speaker, Study
from annotations.tags.marks import Mark, marks_over
from annotations.team.veiling import outlet_name
from annotations.texts.comparing import Piece, compare_quotes
from sources.models import Article, Outlet, Revision

STATEMENT = "statement"  # as a baseline
LINE = 120  # characters of a line of the score
LINED_UP = 24  # reports in the score; more can no longer be read as one
COMPARED = 16  # outlets for which all is looked up that they left out; of more, one at a time
PARTS = 10  # shown for an outlet, the largest
MIDNIGHT = time()
SILENT = {
    ReportStatus.OMITTED.value: "Omitted by",
    ReportStatus.NOT_APPLICABLE.value: "Not applicable to",
    "unchecked": "Unchecked",
}


@dataclass(slots=True)
class Quoted:
    """Some words of a report, with what differs from the baseline and the tags on them."""

    quote: ReportSpan
    place: Place
    pieces: list[Piece] = field(default_factory=list)  # empty: nothing is compared
    tags: list[Mark] = field(default_factory=list)
    speaker: Speaker | None = None  # whom the study recorded under that spelling

    @property
    def text(self) -> str:
        return self.quote.span.exact

    @property
    def named(self) -> str:
        """Whom the outlet attributes the words to, as it writes the name and as it is recorded."""
        return f"{self.quote.speaker} {self.speaker.name if self.speaker else ''}"

    def anchor_of(self, start: int, end: int) -> str:
        """Return where on the desk some of the words stand; all of them, if they were carried."""
        if self.place.is_older:
            return self.place.anchor
        begin = self.quote.span.start
        return f"span-{self.quote.span.revision_id}-{begin + start}-{begin + end}"


@dataclass(slots=True)
class Told:
    """How one article reports the fact."""

    cell: Cell
    quoted: list[Quoted]
    lag: str = ""  # how long after the first report it was published
    is_baseline: bool = False
    stands_apart: bool = False  # it has next to no word in common with the baseline

    @property
    def article(self) -> Article:
        return self.cell.article

    @property
    def texts(self) -> list[str]:
        return [quoted.text for quoted in self.quoted]


@dataclass(frozen=True, slots=True)
class Holder:
    """An outlet whose report has the part, and where on the desk it stands."""

    outlet: Outlet
    told: Told
    quoted: Quoted
    anchor: str


@dataclass(frozen=True, slots=True)
class LeftOut:
    """A part of the others' words. `elsewhere` is the place of its words in another passage."""

    part: Part
    holders: list[Holder]
    elsewhere: tuple[Article, str] | None = None


@dataclass(slots=True)
class Lacks:
    """What an outlet's reports leave out; `more` parts are not listed.

    `alone` if no other outlet reports the fact in its language.
    """

    outlet: Outlet
    language: str
    alone: bool
    parts: list[LeftOut] = field(default_factory=list)
    more: int = 0


@dataclass(slots=True)
class FactPage:
    row: Row
    told: list[Told]
    baseline: str  # "statement", an article's pk, or "" if nothing is compared
    before: Fact | None
    after: Fact | None
    score: list[System] = field(default_factory=list)
    lacks: list[Lacks] = field(default_factory=list)
    outlets: list[Outlet] = field(default_factory=list)  # to choose from, if there are many
    chosen: Outlet | None = None

    @property
    def against(self) -> Told | None:
        """The report that the others are compared with."""
        return next((told for told in self.told if told.is_baseline), None)

    @property
    def others(self) -> list[Told]:
        """The reports that line up with the baseline."""
        return [told for told in self.told if not (told.is_baseline or told.stands_apart)]

    @property
    def lines(self) -> list[tuple[list[str], list[tuple[Told, list[Scored]]]]]:
        """The lines of the score: the baseline's words, and each report with its own."""
        return [
            (system.columns, list(zip(self.others, system.rows, strict=False)))
            for system in self.score
        ]

    @property
    def unscored(self) -> int:
        return max(0, len(self.others) - LINED_UP)

    @property
    def silent(self) -> list[tuple[str, str, list[tuple[Cell, bool]]]]:
        """The articles without words, by why they have none; and whether they are too early."""
        happened_on = self.row.fact.happened_on
        return [
            (
                status,
                said,
                [
                    (cell, bool(happened_on and _day(cell.article) < happened_on))
                    for cell in self.row.cells
                    if cell.status == status
                ],
            )
            for status, said in SILENT.items()
        ]


def fact_page(
    study: Study,
    fact: Fact,
    *,
    baseline: str = "",
    order: str = "date",
    aligned: bool = False,
    outlet: int | None = None,
) -> FactPage:
    """Return the fact with its reports in order of "date" or "outlet".

    Without a baseline that is there, the first report is. `outlet` is the one of which to say
    what it left out, where there are too many to say it of all. At most eight queries.
    """
    row = row_of(study, fact)
    told = _told(study, row, order)
    compared_with = _baseline(told, baseline)
    page = FactPage(row, told, compared_with, *_neighbours(study, fact))
    _compare(page, fact)
    if aligned and compared_with and page.others:
        against = page.against.texts if page.against else [fact.statement]
        score = collate(against, [told.texts for told in page.others[:LINED_UP]])
        page.score = systems(score, LINE)
    _look_for_lacks(study, page, outlet)
    return page


def later_than(first: datetime, at: datetime) -> str:
    """Return how long after `first` something was published; midnight stands for a day."""
    passed = at - first
    days = (at.astimezone(UTC).date() - first.astimezone(UTC).date()).days
    only_days = MIDNIGHT in (at.astimezone(UTC).time(), first.astimezone(UTC).time())
    if only_days and not days:
        return "the same day"
    if only_days or passed.days >= 2:
        return f"{days} day{'s' if days > 1 else ''} later"
    hours, minutes = divmod(int(passed.total_seconds() // 60), 60)
    if not hours and not minutes:
        return "at the same time"
    parts = [f"{hours} h" if hours else "", f"{minutes} min" if minutes else ""]
    return " ".join(part for part in parts if part) + " later"


def _told(study: Study, row: Row, order: str) -> list[Told]:
    """Return the reports in words, with tags and speakers. At most two queries."""
    cells = [cell for cell in row.cells if cell.status in QUOTED and cell.quotes]
    told = [
        Told(cell, [Quoted(quote, cell.places[quote.span_id]) for quote in cell.quotes])
        for cell in cells
    ]
    quoted = [each for one in told for each in one.quoted]
    story = row.fact.story_id
    tags = marks_over(study, [(story, *_where(each.place)) for each in quoted])
    for each, found in zip(quoted, tags, strict=True):
        each.tags = found
    if any(each.quote.speaker for each in quoted):
        speakers = recorded_speakers(study)
        for each in quoted:
            each.speaker = speakers.get(each.quote.speaker)
    for number, one in enumerate(told):
        at = one.article.published_at
        if at and row.first_reported:
            one.lag = later_than(row.first_reported, at) if number else "first"
    if order == "outlet":
        told.sort(key=lambda one: outlet_name(study, one.article.outlet).casefold())
    return told


def _day(article: Article) -> date:
    """Return the day in UTC on which it was published; without a date, the last there is."""
    return article.published_at.astimezone(UTC).date() if article.published_at else date.max


def _where(place: Place) -> tuple[int, int, int]:
    """Return revision, start and end of the words: in the newest text if they are surely there."""
    carry = place.carry
    if carry and carry.start is not None and carry.end is not None:
        return place.newest, carry.start, carry.end
    return place.span.revision_id, place.span.start, place.span.end


def _baseline(told: Sequence[Told], wanted: str) -> str:
    """Return what is compared with, and mark the report if it is one."""
    if told and wanted == STATEMENT:
        return STATEMENT
    if len(told) < 2:
        return ""
    named = (one for one in told if str(one.article.pk) == wanted)
    earliest = (one for one in told if one.lag == "first")
    chosen = next(chain(named, earliest, told))
    chosen.is_baseline = True
    return str(chosen.article.pk)


def _neighbours(study: Study, fact: Fact) -> tuple[Fact | None, Fact | None]:
    """Return the facts before and after this one in the study's order. One query."""
    facts = list(Fact.objects.filter(study=study, story=fact.story_id).only("statement"))
    at = next(number for number, other in enumerate(facts) if other.pk == fact.pk)
    return (
        facts[at - 1] if at else None,
        facts[at + 1] if at + 1 < len(facts) else None,
    )


def _compare(page: FactPage, fact: Fact) -> None:
    """Give the reports their differences from the baseline."""
    against = page.against.texts if page.against else [fact.statement]
    for told in page.told if page.baseline else ():
        if not told.is_baseline:
            compared = [aligned(pieces) for pieces in compare_quotes(against, told.texts)]
            told.stands_apart = not lines_up(chain.from_iterable(compared))
            for quoted, pieces in zip(told.quoted, compared, strict=True):
                quoted.pieces = [] if told.stands_apart else pieces


def _look_for_lacks(study: Study, page: FactPage, outlet: int | None) -> None:
    """Find what the outlets left out. At most one query."""
    by_outlet: dict[Outlet, list[Told]] = defaultdict(list)
    for told in page.told:
        by_outlet[told.article.outlet].append(told)
    if len(by_outlet) < 2:
        return
    asked = list(by_outlet)
    if len(asked) > COMPARED:
        page.outlets = sorted(asked, key=lambda one: outlet_name(study, one).casefold())
        page.chosen = next((one for one in asked if one.pk == outlet), asked[0])
        asked = [page.chosen]
    texts = _texts(page.row, asked)
    for language, outlets in _by_language(by_outlet).items():
        group = _Group(language, outlets, by_outlet)
        page.lacks += [group.lacks(one, texts) for one in outlets if one in asked]
    page.lacks.sort(key=lambda lacks: asked.index(lacks.outlet))


def _by_language(by_outlet: dict[Outlet, list[Told]]) -> dict[str, list[Outlet]]:
    """Return the outlets by the language of their reports; unknown is the commonest one."""
    languages = {
        outlet: (told[0].article.language or outlet.language).split("-")[0].lower()
        for outlet, told in by_outlet.items()
    }
    commonest = Counter(language for language in languages.values() if language).most_common(1)
    usual = commonest[0][0] if commonest else ""
    groups: dict[str, list[Outlet]] = defaultdict(list)
    for outlet, language in languages.items():
        groups[language or usual].append(outlet)
    return groups


def _texts(row: Row, outlets: Iterable[Outlet]) -> dict[int, list[tuple[Article, Revision]]]:
    """Return the newest texts of the outlets' articles, by outlet. One query."""
    wanted = {outlet.pk for outlet in outlets}
    articles = {c.article.pk: c.article for c in row.cells if c.article.outlet_id in wanted}
    newest = Revision.objects.filter(article__in=articles).order_by("article_id", "-number")
    texts: dict[int, list[tuple[Article, Revision]]] = defaultdict(list)
    for revision in newest.distinct("article_id"):
        article = articles[revision.article_id]
        texts[article.outlet_id].append((article, revision))
    return texts


class _Group:
    """The outlets whose reports are in one language, and so can be compared."""

    def __init__(
        self, language: str, outlets: list[Outlet], by_outlet: dict[Outlet, list[Told]]
    ) -> None:
        self.language, self.outlets = language, outlets
        self.quoted = [
            [(told, quoted) for told in by_outlet[outlet] for quoted in told.quoted]
            for outlet in outlets
        ]
        texts = [[quoted.text for _, quoted in mine] for mine in self.quoted]
        names = [" ".join(quoted.named for _, quoted in mine) for mine in self.quoted]
        self.wordings = Wordings(texts, [language] * len(outlets), names)

    def lacks(self, outlet: Outlet, texts: dict[int, list[tuple[Article, Revision]]]) -> Lacks:
        """Return what the outlet's reports leave out of the others'."""
        parts = self.wordings.left_out(self.outlets.index(outlet))
        found = Lacks(outlet, self.language, len(self.outlets) == 1)
        found.more = max(0, len(parts) - PARTS)
        elsewhere: dict[int, tuple[Article, str]] = {}
        for article, revision in texts[outlet.pk]:
            places = self.wordings.places_of(parts[:PARTS], revision.text, self.language)
            for number, place in enumerate(places):
                if place:
                    anchor = f"span-{revision.pk}-{place[0]}-{place[1]}"
                    elsewhere.setdefault(number, (article, anchor))
        found.parts = [
            LeftOut(part, [self._holder(held) for held in part.held], elsewhere.get(number))
            for number, part in enumerate(parts[:PARTS])
        ]
        return found

    def _holder(self, held: Held) -> Holder:
        told, quoted = self.quoted[held.outlet][held.quote]
        anchor = quoted.anchor_of(held.start, held.end)
        return Holder(self.outlets[held.outlet], told, quoted, anchor)
