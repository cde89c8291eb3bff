"""What the agreement page shows: stored figures by question, and by story, outlet, code and pair.

Questions only; nothing here writes, and nothing is computed.
"""

import math
from collections import defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from typing import Any
from urllib.parse import urlencode

from django.contrib.auth.models import User
from django.db.models import Q, QuerySet

from annotations.agreement.selection import Selection
from annotations.measuring.agreement_runs import ABOUT, CONFUSION
from annotations.models import AgreementFigure, AgreementRun, Code, Study
from annotations.tags.counting import outlets_in
from annotations.team.veiling import outlet_name

QUESTIONS = {
    "noticed": ("Noticed", "Did they tag the same {unit}s, whatever the exact words?"),
    "where": ("Where", "Did they tag the same words? Code by code, so stacked tags do no harm."),
    "which": ("Which", "Where two tagged the same place, did they give it the same code?"),
}
# The figures that the tables show; the file has all of them.
HEADS = {
    "noticed_alpha": "Noticed α",
    "noticed_positive": "Noticed, specific",
    "where_u": "Where uα",
    "where_f1_overlap": "Where F1",
    "which_alpha": "Which α",
}
SPANS = "where_f1_overlap"  # the measure whose n is the number of tags
TABLES = {"story": "By story", "outlet": "By outlet", "code": "By code", "pair": "By pair"}
COUNTED = {"noticed": "{unit}s", "where": "tags", "which": "matched pairs of tags"}


@dataclass(frozen=True, slots=True)
class Shown:
    """A figure, with what its measure is called and the address of the cases behind it."""

    figure: AgreementFigure
    question: str
    title: str
    source: str
    reading: str  # how to take it
    counted: str
    cases: str


@dataclass(frozen=True, slots=True)
class Row:
    """A part of the selection; `narrowed` is the address of its own page."""

    name: str
    narrowed: str
    cells: list[Shown | None]
    tags: int
    stories: int
    is_aside: bool = False  # a code that does not count as bias


@dataclass(frozen=True, slots=True)
class Table:
    part: str
    title: str
    rows: list[Row]


@dataclass(frozen=True, slots=True)
class Cell:
    """How often two codes met; `cases` is "" where they never did."""

    count: int
    cases: str
    is_same: bool


@dataclass(frozen=True, slots=True)
class Confusion:
    """Codes by codes; of a pair of coders the first is in the rows."""

    codes: list[str]
    rows: list[tuple[str, list[Cell]]]
    first: str = ""
    second: str = ""


@dataclass(frozen=True, slots=True)
class Report:
    """All that was stored of a run."""

    about: dict[str, int]
    questions: list[tuple[str, str, str, list[Shown]]]  # key, title, what is asked, figures
    tables: list[Table]
    confusion: Confusion | None
    floor: float  # where the bars' scale begins


@dataclass(frozen=True, slots=True)
class Names:
    """What the reader of the study knows things by, by their keys."""

    story: Mapping[int, str]
    outlet: Mapping[int, str]
    code: Mapping[int, Code]
    person: Mapping[int, str]

    def of(self, part: str, key: str) -> str:
        """Return the name of a part of a run; what is gone is told by its number."""
        keys = [int(number) for number in key.split("-") if number]
        if part == "pair":
            return " and ".join(self.person.get(pk, f"account {pk}") for pk in keys)
        if part == "code":
            return self.code[keys[0]].name if keys[0] in self.code else f"code {keys[0]}"
        known = {"story": self.story, "outlet": self.outlet}.get(part, {})
        return known.get(keys[0], f"{part} {keys[0]}") if keys else ""


def names_of(study: Study, people: Iterable[int]) -> Names:
    """Return the names of a study's stories, outlets and codes, and of some people. Four queries.

    The stories that are closed to the reader are left out.
    """
    closed = study.sight.closed if study.sight else ()
    stories = study.stories.exclude(pk__in=closed).order_by("title", "pk")
    named = {outlet.pk: outlet_name(study, outlet) for outlet in outlets_in(study)}
    return Names(
        story=dict(stories.values_list("pk", "title")),
        outlet=dict(sorted(named.items(), key=lambda item: item[1])),
        code={code.pk: code for code in study.codebook.codes.select_related("parent")},
        person=dict(
            User.objects.filter(pk__in=list(people))
            .order_by("username")
            .values_list("pk", "username")
        ),
    )


def figures_shown(run: AgreementRun) -> QuerySet[AgreementFigure]:
    """Return what the page shows of a run: of its parts only the measures of the tables."""
    return run.figures.filter(~Q(part__in=TABLES) | Q(measure__in=HEADS))


def report_of(run: AgreementRun, figures: Iterable[AgreementFigure], names: Names) -> Report:
    """Return the page of a run from its figures, in the order in which they were stored."""
    chosen = Selection.of(run.selection)
    by_part: dict[str, list[AgreementFigure]] = defaultdict(list)
    for figure in figures:
        by_part[figure.part].append(figure)
    whole = [_shown(figure, chosen) for figure in by_part["whole"]]
    questions = [
        (key, title, asked.format(unit=chosen.unit), [one for one in whole if one.question == key])
        for key, (title, asked) in QUESTIONS.items()
    ]
    lowest = min(
        (figure.low for part in by_part.values() for figure in part if figure.low), default=0
    )
    return Report(
        about=about_of(by_part[ABOUT]),
        questions=questions,
        tables=[
            Table(part, title, _rows(part, by_part[part], chosen, names))
            for part, title in TABLES.items()
            if by_part[part]
        ],
        confusion=_confusion(by_part[CONFUSION], chosen, names),
        floor=min(0.0, math.floor(max(lowest, -1) * 5) / 5),
    )


def about_of(figures: Iterable[AgreementFigure]) -> dict[str, int]:
    """Return what the figures of a run are about, and what was left out."""
    about = {figure.of: figure.units for figure in figures}
    about["aside"] = about.get("tags", 0) - about.get("counted", 0)
    return about


def _shown(figure: AgreementFigure, chosen: Selection) -> Shown:
    # Here, so that the other pages need not wait for numpy.
    from annotations.agreement.everything import NAMED, READING

    measure = NAMED[figure.measure]
    return Shown(
        figure=figure,
        question=measure.question,
        title=measure.title,
        source=measure.source,
        reading=READING.get(measure.key, ""),
        counted=COUNTED[measure.question].format(unit=chosen.unit),
        cases=_asked(chosen, question=measure.question),
    )


def _asked(chosen: Selection, **more: Any) -> str:
    """Return the address of a selection and of what else is asked for."""
    return urlencode(chosen.parts() | {name: str(value) for name, value in more.items()})


def narrowed(chosen: Selection, part: str, key: str) -> Selection:
    """Return the selection of one part of a selection."""
    keys = tuple(int(number) for number in key.split("-"))
    match part:
        case "story":
            return replace(chosen, story=keys[0])
        case "outlet":
            return replace(chosen, outlet=keys[0])
        case "code":
            return replace(chosen, code=keys[0])
        case _:
            return replace(chosen, pair=(min(keys), max(keys)))


def _rows(
    part: str, figures: Iterable[AgreementFigure], chosen: Selection, names: Names
) -> list[Row]:
    """Return a row for each story, outlet, code or pair, in the order of their names."""
    found: dict[str, dict[str, AgreementFigure]] = defaultdict(dict)
    for figure in figures:
        found[figure.of][figure.measure] = figure
    rows = []
    for key in _in_order(part, found, names):
        smaller = narrowed(chosen, part, key)
        cells = [found[key].get(measure) for measure in HEADS]
        code = names.code.get(int(key)) if part == "code" else None
        rows.append(
            Row(
                name=names.of(part, key),
                narrowed=smaller.address,
                cells=[_shown(cell, smaller) if cell else None for cell in cells],
                tags=found[key][SPANS].units if SPANS in found[key] else 0,
                stories=found[key][SPANS].stories if SPANS in found[key] else 0,
                is_aside=code is not None and not code.counts_as_bias,
            )
        )
    return rows


def _in_order(part: str, keys: Iterable[str], names: Names) -> list[str]:
    """Return the keys that the reader may see: codes as in the codebook, others by name."""
    if part == "code":
        order = {str(pk): place for place, pk in enumerate(names.code)}
        return sorted(keys, key=lambda key: order.get(key, len(order)))
    seen = [key for key in keys if part != "story" or int(key) in names.story]
    return sorted(seen, key=lambda key: names.of(part, key).casefold())


def _confusion(
    figures: Iterable[AgreementFigure], chosen: Selection, names: Names
) -> Confusion | None:
    """Return the codes that occur against each other; the last is "no partner"."""
    counts = {tuple(map(int, figure.of.split("-"))): figure.units for figure in figures}
    used = {code for pair in counts for code in pair}
    codes = [pk for pk in names.code if pk in used] + ([0] if 0 in used else [])
    if not codes:
        return None
    titles = {pk: names.of("code", str(pk)) for pk in codes if pk} | {0: "nothing there"}
    rows = [
        (
            titles[row],
            [_cell(counts.get((row, column), 0), row, column, chosen) for column in codes],
        )
        for row in codes
    ]
    first, second = (names.person.get(pk, "") for pk in chosen.pair or (0, 0))
    return Confusion([titles[code] for code in codes], rows, first, second)


def _cell(count: int, row: int, column: int, chosen: Selection) -> Cell:
    question = "which" if row and column else "where"
    asked = _asked(chosen, question=question, codes=f"{row}-{column}") if count else ""
    return Cell(count, asked, row == column)
