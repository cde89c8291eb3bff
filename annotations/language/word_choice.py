"""Word choice: which names each outlet gives a concept, how often, and where.

Counted when asked, on the newest text of each article.
"""

from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field, replace
from functools import cached_property

from django.db.models import QuerySet

from annotations.language.naming import Mention, Name, Names
from annotations.language.scope import Scope, Source, sources_of
from annotations.language.uncounted import Older, Uncounted
from annotations.models import Concept, ConceptName, Study
from annotations.texts.excerpts import Excerpt, excerpt
from sources.models import Revision

REACH = 160  # code points shown on either side of a place
SORTS = {"name": "name", "most": "most often named", "kind": "kind"}


@dataclass(frozen=True, slots=True)
class Place:
    """A name where it stands.

    It is not counted if a person left it out, with `exclusion`, or tagged the words as damage.
    """

    source: Source
    name: ConceptName
    start: int
    end: int
    exclusion: int | None
    is_damaged: bool
    excerpt: Excerpt | None = None

    @property
    def is_counted(self) -> bool:
        return self.exclusion is None and not self.is_damaged

    @property
    def anchor(self) -> str:
        """Where on the desk."""
        return f"span-{self.source.revision}-{self.start}-{self.end}"


@dataclass(slots=True)
class Column:
    """An outlet, and how much of it was counted."""

    outlet: int
    name: str
    words: int = 0
    articles: int = 0


@dataclass(frozen=True, slots=True)
class Use:
    """A name that an outlet uses for a concept; `share` is of all its names for it, 0 to 1."""

    name: ConceptName
    count: int
    share: float
    per_1000: float


@dataclass(frozen=True, slots=True)
class Cell:
    """What one outlet calls one concept: the names it uses, the most frequent first."""

    column: Column
    uses: list[Use]
    count: int
    per_1000: float


@dataclass(slots=True)
class Row:
    """One concept across the outlets; `peak` is the highest rate per 1,000 words."""

    concept: Concept
    cells: list[Cell]

    @property
    def count(self) -> int:
        return sum(cell.count for cell in self.cells)

    @property
    def peak(self) -> float:
        return max((cell.per_1000 for cell in self.cells), default=0.0)

    @property
    def silent(self) -> list[Column]:
        """The outlets that never name it."""
        return [cell.column for cell in self.cells if not cell.count]

    def by_name(self) -> Iterator[tuple[ConceptName, int, list[tuple[Column, Use | None]]]]:
        """Yield each name, the most frequent first, with its total and its use by each outlet."""
        used = {(use.name.pk, cell.column.outlet): use for cell in self.cells for use in cell.uses}
        totals = Counter(dict.fromkeys(self.concept.names.all(), 0))
        for use in used.values():
            totals[use.name] += use.count
        for name, total in sorted(totals.items(), key=lambda one: (-one[1], one[0].wording)):
            uses = [(c.column, used.get((name.pk, c.column.outlet))) for c in self.cells]
            yield name, total, uses


@dataclass(slots=True)
class Table:
    """Concepts × outlets. `left_out` texts of the scope were too many to count."""

    columns: list[Column]
    rows: list[Row]
    texts: int
    left_out: int

    @property
    def words(self) -> int:
        return sum(column.words for column in self.columns)


def concepts_of(study: Study) -> QuerySet[Concept]:
    """Return the study's concepts with their names. Two queries."""
    return study.concepts.select_related("created_by").prefetch_related("names")


def other_concepts_of(concept: Concept) -> QuerySet[Concept]:
    """Return the other concepts of its study."""
    return Concept.objects.filter(study=concept.study_id).exclude(pk=concept.pk)


@dataclass
class WordChoice:
    """What the texts of a scope call some concepts. Reads in a constant number of queries."""

    study: Study
    concepts: list[Concept]
    scope: Scope = field(default_factory=Scope)

    @cached_property
    def _chosen(self) -> tuple[list[Source], int]:
        return sources_of(self.study, self.scope)

    @property
    def sources(self) -> list[Source]:
        return self._chosen[0]

    @cached_property
    def names(self) -> dict[int, ConceptName]:
        return {name.pk: name for concept in self.concepts for name in concept.names.all()}

    @cached_property
    def _uncounted(self) -> Uncounted:
        revisions = [source.revision for source in self.sources]
        return Uncounted(self.study, self.concepts, revisions)

    def table(self, sort: str = "name") -> Table:
        """Count every name by outlet."""
        counts: dict[int, Counter[int]] = defaultdict(Counter)
        if self.names:
            for source, text, mentions in self._found(self.sources):
                counted = self._uncounted.counted(mentions, source, text)
                counts[source.outlet] += Counter(mention.name.id for mention in counted)
        return self._table(counts, sort)

    def table_from(self, places: Iterable[Place]) -> Table:
        """Return the table without another look at the texts; `places` are all of the scope."""
        counts: dict[int, Counter[int]] = defaultdict(Counter)
        for place in places:
            if place.is_counted:
                counts[place.source.outlet][place.name.pk] += 1
        return self._table(counts, "name")

    def places(self, outlet: int | None = None, name: int | None = None) -> list[Place]:
        """Return where the names stand, by outlet, the last published first, in reading order."""
        wanted = [one for one in self.sources if outlet in (None, one.outlet)]
        found = [
            Place(
                *(source, self.names[one.name.id], one.start, one.end),
                exclusion=self._uncounted.of(one, source, text),
                is_damaged=self._uncounted.is_damaged(one, source),
            )
            for source, text, mentions in self._found(wanted)
            for one in mentions
            if name in (None, one.name.id)
        ]
        order = {source.revision: number for number, source in enumerate(self.sources)}
        return sorted(
            found,
            key=lambda place: (
                place.source.outlet_name.casefold(), order[place.source.revision], place.start
            ),
        )  # fmt: skip

    def in_context(self, places: Iterable[Place]) -> list[Place]:
        """Return the places with the words around them. One query."""
        asked = list(places)
        texts = dict(self._texts([place.source for place in asked]))
        return [
            replace(one, excerpt=excerpt(texts[one.source], one.start, one.end, REACH))
            for one in asked
        ]

    def to_look_at_again(self, places: Iterable[Place]) -> list[tuple[Older, Place]]:
        """Return the places left out on older texts that no place of the newest text is for sure.

        With each comes a place where its name is counted now; `places` are all of the scope.
        """
        counted: dict[tuple[int, int], Place] = {}
        holding = set()
        for place in places:
            holding.add(place.exclusion)
            if place.is_counted:
                counted.setdefault((place.name.pk, place.source.article), place)
        newest = {source.article: source.revision for source in self.sources}
        return [
            (older, counted[key])
            for key, kept in self._uncounted.older.items()
            for older in kept
            if key in counted
            and older.exclusion not in holding
            and older.revision != newest[older.article]
        ]

    def texts_by_outlet(self) -> dict[int, list[str]]:
        """Return the texts of the scope by outlet, to look for more names in."""
        texts: dict[int, list[str]] = defaultdict(list)
        for source, text in self._texts(self.sources):
            texts[source.outlet].append(text)
        return texts

    def _table(self, counts: dict[int, Counter[int]], sort: str) -> Table:
        columns: dict[int, Column] = {}
        for source in self.sources:
            column = columns.setdefault(source.outlet, Column(source.outlet, source.outlet_name))
            column.words += source.words
            column.articles += 1
        ordered = sorted(columns.values(), key=lambda column: column.name.casefold())
        rows = [
            Row(concept, [_cell(concept, column, counts[column.outlet]) for column in ordered])
            for concept in self.concepts
        ]
        return Table(ordered, _sorted(rows, sort), len(self.sources), self._chosen[1])

    def _found(self, sources: list[Source]) -> Iterator[tuple[Source, str, list[Mention]]]:
        wanted = Names(Name(name.pk, name.concept_id, name.wording) for name in self.names.values())
        for source, text in self._texts(sources):
            yield source, text, wanted.find(text)

    def _texts(self, sources: list[Source]) -> Iterator[tuple[Source, str]]:
        """Yield the texts, in no order, without holding all of them at once. One query."""
        by_revision = {source.revision: source for source in sources}
        rows = Revision.objects.filter(pk__in=by_revision).order_by().values_list("pk", "text")
        for pk, text in rows.iterator(chunk_size=200):
            yield by_revision[pk], text


def _cell(concept: Concept, column: Column, counts: Counter[int]) -> Cell:
    used = [(name, counts[name.pk]) for name in concept.names.all() if counts[name.pk]]
    total = sum(count for _, count in used)
    uses = [
        Use(name, count, count / total, rate(count, column.words))
        for name, count in sorted(used, key=lambda one: (-one[1], one[0].wording))
    ]
    return Cell(column, uses, total, rate(total, column.words))


def rate(count: int, words: int) -> float:
    """Return how many that is per 1,000 words."""
    return 1000 * count / words if words else 0.0


def _sorted(rows: list[Row], sort: str) -> list[Row]:
    by_name = sorted(rows, key=lambda row: row.concept.name.casefold())
    if sort == "most":
        return sorted(by_name, key=lambda row: -row.count)
    if sort == "kind":
        kinds = list(Concept.Kind)
        return sorted(by_name, key=lambda row: kinds.index(row.concept.kind))
    return by_name
