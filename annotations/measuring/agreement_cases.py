"""The cases behind a figure: sentences or passages, with what each coder tagged there.

Questions only; nothing here writes.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, NamedTuple

import numpy as np

from annotations.agreement.codings import Codings
from annotations.agreement.noticed import units_of_spans
from annotations.agreement.parts import partners_left
from annotations.agreement.selection import Selection
from annotations.agreement.which import matches
from annotations.measuring.agreement_page import Names
from annotations.measuring.coded import Coded, load
from annotations.models import Code, Study
from annotations.texts.segmenting import Segment, segments
from sources.models import Article, Revision


@dataclass(frozen=True, slots=True)
class Asked:
    """Which cases: behind which question's figures, and which of those.

    `codes` are two codes of the table of codes against codes; 0 is no partner.
    """

    chosen: Selection
    question: str = "noticed"
    show: str = ""
    codes: tuple[int, ...] = ()

    @classmethod
    def of(cls, chosen: Selection, given: Mapping[str, Any]) -> "Asked":
        """Return what a valid form asks for."""
        codes = tuple(map(int, given["codes"].split("-"))) if given["codes"] else ()
        return cls(chosen, given["question"] or "noticed", given["show"], codes)


class Place(NamedTuple):
    """A sentence or passage: an index of the texts, and a range of code points."""

    text: int
    start: int
    end: int
    agreed: bool


class Found(list[Place]):
    """The places that were asked for, in the order of stories, articles and words."""

    def __init__(self, coded: Coded, places: Sequence[Place]) -> None:
        super().__init__(places)
        self.coded = coded


class Mark(NamedTuple):
    """A tag as it is drawn over the words."""

    start: int
    end: int
    code: Code

    @property
    def label(self) -> str:
        return self.code.hotkey or self.code.key[:2]


@dataclass(frozen=True, slots=True)
class Version:
    """What one coder made of a place."""

    name: str
    segments: list[Segment[Mark]]
    marks: list[tuple[Mark, str]]  # with the words of the tag


@dataclass(frozen=True, slots=True)
class Case:
    """A place, what those tagged who did, and the names of those who tagged nothing there."""

    place: Place
    article: Article
    revision: int
    versions: list[Version]
    silent: list[str]


def found_of(study: Study, asked: Asked) -> Found:
    """Return where somebody tagged something, of the texts that two coders coded, narrowed.

    Of what the reader may not see yet nothing is found. As many queries as `load` has.
    """
    hidden = study.sight.closed if study.sight else frozenset()
    coded = load(study, asked.chosen, hidden=hidden).shared()
    codings = coded.codings if asked.chosen.code else coded.counted()
    unit, span = units_of_spans(codings)
    if asked.codes:
        within = np.isin(span, _of_codes(codings, asked, coded.codes))
        unit, span = unit[within], span[within]
        every, all_spans = units_of_spans(codings)
        shown = np.isin(every, unit)
        unit, span = every[shown], all_spans[shown]
    starts = np.concatenate([[0], np.cumsum([len(ranges) for ranges in codings.units])])
    places = []
    agreed, alone = _agreed(codings, unit, span, starts, asked.question)
    for number in np.unique(unit).tolist():
        if not _is_shown(asked, number, agreed, alone):
            continue
        text = int(np.searchsorted(starts, number, side="right")) - 1
        first, behind = codings.units[text][number - starts[text]].tolist()
        places.append(Place(text, first, behind, agreed[number]))
    return Found(coded, places)


def _is_shown(
    asked: Asked, unit: int, agreed: Mapping[int, bool], alone: Mapping[int, int]
) -> bool:
    if unit not in agreed:
        return False
    match asked.show:
        case "agreed":
            return agreed[unit]
        case "differing":
            return not agreed[unit]
        case "first":
            return alone.get(unit) == 0
        case "second":
            return alone.get(unit) == 1
    return True


def _agreed(
    codings: Codings, unit: np.ndarray, span: np.ndarray, starts: np.ndarray, question: str
) -> tuple[dict[int, bool], dict[int, int]]:
    """Return of each unit whether coders agree there, and of those of one coder alone whose.

    They agree if whatever one has there, all have: any tag, the same words, or the same codes. The
    last is asked only of those who tagged there, and of units where two did.
    """
    key = {
        "noticed": np.zeros(len(span), dtype=np.int64),
        "where": codings.start[span] * (int(codings.lengths.max(initial=0)) + 1)
        + codings.end[span],
        "which": codings.code[span],
    }[question]
    had = np.unique(np.stack([unit, key, codings.coder[span]], axis=1), axis=0)
    taggers = np.unique(had[:, [0, 2]], axis=0)
    units, counts = np.unique(taggers[:, 0], return_counts=True)
    readers = codings.coded.sum(axis=1)[np.searchsorted(starts, units, side="right") - 1]
    wanted = dict(
        zip(units.tolist(), (counts if question == "which" else readers).tolist(), strict=True)
    )
    tagged = dict(zip(units.tolist(), counts.tolist(), strict=True))
    agreed = dict.fromkeys(units.tolist(), True)
    pairs, having = np.unique(had[:, :2], axis=0, return_counts=True)
    for (number, _), count in zip(pairs.tolist(), having.tolist(), strict=True):
        agreed[number] = agreed[number] and count == wanted[number]
    if question == "which":
        agreed = {number: same for number, same in agreed.items() if tagged[number] > 1}
    alone = {number: coder for number, coder in taggers.tolist() if tagged[number] == 1}
    return agreed, alone


def _of_codes(codings: Codings, asked: Asked, codes: Sequence[int]) -> np.ndarray:
    """Return the spans that were matched with the two codes, or have the one and no partner."""
    first, second = (codes.index(pk) if pk in codes else -1 for pk in asked.codes)
    codings, pairs = matches(codings)
    if 0 in asked.codes:
        lonely = partners_left(codings, pairs)
        whose = np.ones(len(lonely), dtype=bool)
        if asked.chosen.pair:
            whose = codings.coder == (0 if first >= 0 else 1)
        return np.flatnonzero((lonely > 0) & (codings.code == max(first, second)) & whose)
    one, other = codings.code[pairs.first], codings.code[pairs.second]
    met = (one == first) & (other == second)
    if not asked.chosen.pair:
        met |= (one == second) & (other == first)
    return pairs.first[met]


def cases_of(coded: Coded, places: Sequence[Place], asked: Asked, names: Names) -> list[Case]:
    """Return the cases of a page. Two queries."""
    texts = {place.text: coded.texts[place.text] for place in places}
    words = dict(
        Revision.objects.filter(pk__in=[text.revision for text in texts.values()])
        .order_by()
        .values_list("pk", "text")
    )
    articles = Article.objects.select_related("outlet", "story").in_bulk(
        [text.article for text in texts.values()]
    )
    codings = coded.codings if asked.chosen.code else coded.counted()
    cases = []
    for place in places:
        text = texts[place.text]
        versions, silent = _versions(codings, coded, place, words[text.revision], names)
        cases.append(Case(place, articles[text.article], text.revision, versions, silent))
    return cases


def _versions(
    codings: Codings, coded: Coded, place: Place, text: str, names: Names
) -> tuple[list[Version], list[str]]:
    here = np.flatnonzero(
        (codings.text == place.text) & (codings.start < place.end) & (codings.end > place.start)
    )
    versions, silent = [], []
    for coder in np.flatnonzero(codings.coded[place.text]).tolist():
        name = names.person.get(coded.coders[coder], f"account {coded.coders[coder]}")
        own = here[codings.coder[here] == coder]
        marks = [
            Mark(
                int(codings.start[n]), int(codings.end[n]), names.code[coded.codes[codings.code[n]]]
            )
            for n in own.tolist()
        ]
        if not marks:
            silent.append(name)
            continue
        cut = segments(text, place.start, place.end, marks)
        versions.append(Version(name, cut, [(mark, text[mark.start : mark.end]) for mark in marks]))
    return versions, silent
