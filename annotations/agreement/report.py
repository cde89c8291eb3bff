"""All that can be said of codings that were read from a file, ready to be written as JSON."""

from collections.abc import Iterator, Sequence
from dataclasses import asdict, dataclass, replace
from itertools import combinations
from typing import Any

import numpy as np

from annotations.agreement.codings import Codings
from annotations.agreement.everything import CHANCE, MEASURES, READING, figures
from annotations.agreement.figures import Coefficient, Figure, figures_of
from annotations.agreement.gamma import GAMMA, Progress
from annotations.agreement.jsonl import Given, Labels
from annotations.agreement.nominal import (
    ALPHA,
    NOMINAL,
    Ratings,
    Specific,
    tables,
    tables_of_counts,
)
from annotations.agreement.which import collapsed

MOST_STORIES = 5000  # resampled one by one; more are dealt at random into as many groups
MOST_UNITS = 500  # the same, where no stories are given
FEWEST_GROUPS = 50
MOST_CELLS = 20_000_000  # of a statistic: with many codes there are fewer groups
MOST_CODERS = 20  # that are compared pair by pair

READING_LABELS = {
    "alpha": f"{CHANCE}; below 0 coders avoid each other's choices.",
    "percentage": "High by itself where one code is frequent: read it beside α.",
    "fleiss_kappa": f"{CHANCE}. Like α, without its correction for small numbers.",
    "ac1": f"{CHANCE}, if coders guess where they are unsure; high where a code is frequent.",
    "cohen_kappa": f"{CHANCE}, given how often each of the two coders gives each code.",
    "scott_pi": f"{CHANCE}, given how often the two coders together give each code.",
}

Entry = dict[str, Any]


@dataclass(frozen=True)
class Wanted:
    """How sure, and how much. γ and `progress`, which is told of its texts, are for spans."""

    samples: int = 1000
    seed: int = 0
    parts: bool = True
    gamma: bool = False
    progress: Progress | None = None


def report(given: Given, wanted: Wanted) -> Entry:
    """Return what was counted, every measure, and those of each code and each two coders."""
    stories = given.content.stories
    most = MOST_STORIES if given.stories else MOST_UNITS
    dealt = dealt_stories(stories, len(given.codes), most, wanted.seed)
    content = replace(given.content, stories=dealt)
    said: OfLabels | OfSpans
    if isinstance(content, Labels):
        said, kind, unit, tags = OfLabels(content, given, wanted), "nominal", "units", "codings"
    else:
        said, kind, unit, tags = OfSpans(content, given, wanted), "spans", "texts", "tags"
    over = "stories" if given.stories else unit
    found: Entry = {
        "sha256": given.sha256,
        "kind": kind,
        "counts": {
            "lines": given.lines,
            unit: len(given.units),
            "coders": len(given.coders),
            "codes": len(given.codes),
            "stories": len(given.stories),
            tags: len(content.code),
            "sentences": 0 if isinstance(content, Labels) else sum(map(len, content.units)),
        },
        "bootstrap": {
            "samples": wanted.samples,
            "seed": wanted.seed,
            "over": over,
            "count": int(stories.max(initial=-1)) + 1,
            "groups": int(dealt.max(initial=-1)) + 1,
        },
        "measures": [entry | measured(figure, over) for entry, figure in said.whole()],
    }
    if wanted.parts:
        found |= _parts(said, given, over)
    return found


def dealt_stories(stories: np.ndarray, codes: int, most: int, seed: int) -> np.ndarray:
    """Return the stories, or random groups of them if there are more than `most`.

    Random groups of one size vary as their members do, so the interval is about the same.
    """
    count = int(stories.max(initial=-1)) + 1
    most = int(np.clip(MOST_CELLS // (5 * max(codes, 1) ** 2), FEWEST_GROUPS, most))
    if count <= most:
        return stories
    group = np.random.default_rng(seed).permutation(count) % most
    return np.asarray(group[stories])


def measured(figure: Figure, over: str) -> Entry:
    """Return a figure as it is written; remarks speak of what was resampled."""
    remark = figure.interval_reason.replace("stories", over).replace("story", over[:-1])
    return asdict(figure) | ({"interval_reason": remark} if over != "stories" else {})


class OfSpans:
    """The measures of spans."""

    def __init__(self, codings: Codings, given: Given, wanted: Wanted) -> None:
        self.codings, self.given, self.wanted = codings, given, wanted

    def whole(self) -> Iterator[tuple[Entry, Figure]]:
        """Yield what a measure is, and its figure."""
        what = [described(one, one.question, READING[one.key]) for one in MEASURES]
        what.append(described(GAMMA, GAMMA.question, READING[GAMMA.key]))
        yield from zip(what, self._figures(self.codings), strict=False)

    def of_code(self, code: int) -> list[Figure]:
        """Return the figures of one code's tags."""
        return figures(self.codings, samples=self.wanted.samples, seed=self.wanted.seed, code=code)

    def of_pair(self, first: int, second: int) -> list[Figure]:
        """Return the figures of two coders, of the texts that both coded."""
        return self._figures(self.codings.of_pair(first, second))

    def _figures(self, codings: Codings) -> list[Figure]:
        wanted = self.wanted
        return figures(
            codings,
            samples=wanted.samples,
            seed=wanted.seed,
            gamma=wanted.gamma,
            progress=wanted.progress,
        )


class OfLabels:
    """The measures of units that coders gave one code each."""

    def __init__(self, labels: Labels, given: Given, wanted: Wanted) -> None:
        self.labels, self.given, self.wanted = labels, given, wanted
        counts = np.zeros((len(given.units), len(given.codes)), dtype=np.int64)
        np.add.at(counts, (labels.unit, labels.code), 1)
        stories = int(labels.stories.max(initial=-1)) + 1
        crossed = None
        if len(given.coders) == 2:
            first, second = counts * 0, counts * 0
            for side, coder in ((first, 0), (second, 1)):
                theirs = labels.coder == coder
                side[labels.unit[theirs], labels.code[theirs]] = 1
            crossed = (first, second)
        self.tables = tables_of_counts(counts, labels.stories, stories, crossed)

    def whole(self) -> Iterator[tuple[Entry, Figure]]:
        """Yield what a measure is, and its figure."""
        found = self._figures(NOMINAL, self.tables, len(self.given.coders))
        for measure, figure in zip(NOMINAL, found, strict=True):
            yield described(measure, "which", READING_LABELS[measure.key]), figure

    def of_code(self, code: int) -> list[Figure]:
        """Return α of the code against all others, and how often another coder agreed on it."""
        coders = len(self.given.coders)
        specific = Specific(0, "specific", "Agreement on the code")
        return self._figures([ALPHA, specific], collapsed(self.tables, code), coders)

    def of_pair(self, first: int, second: int) -> list[Figure]:
        """Return the figures of two coders, of the units that both coded."""
        labels = self.labels
        values = np.full((len(self.given.units), 2), -1)
        for column, coder in enumerate((first, second)):
            theirs = labels.coder == coder
            values[labels.unit[theirs], column] = labels.code[theirs]
        both = (values >= 0).all(axis=1)
        ratings = Ratings(values[both], labels.stories[both], len(self.given.codes))
        taken = tables(ratings) if both.any() else self.tables[:1] * 0
        return self._figures(NOMINAL, taken, 2)

    def _figures(
        self, measures: Sequence[Coefficient], taken: np.ndarray, coders: int
    ) -> list[Figure]:
        wanted = self.wanted
        return figures_of(measures, taken, samples=wanted.samples, seed=wanted.seed, coders=coders)


def described(measure: Coefficient, question: str, reading: str) -> Entry:
    """Return what a measure is: in the words of the page, and where its formula is from."""
    words = {"question": question, "title": measure.title, "reading": reading}
    return {"measure": measure.key} | words | {"source": measure.source}


def _parts(said: OfLabels | OfSpans, given: Given, over: str) -> Entry:
    """Return the figures by code and by pair of coders."""
    by_code = [
        {"code": name, "measures": [measured(figure, over) for figure in said.of_code(code)]}
        for code, name in enumerate(given.codes)
    ]
    if len(given.coders) > MOST_CODERS:
        left_out = f"there are more than {MOST_CODERS} coders: give those that you would compare"
        return {"by_code": by_code, "by_pair": [], "by_pair_left_out": left_out}
    by_pair = [
        {
            "coders": [given.coders[first], given.coders[second]],
            "measures": [measured(figure, over) for figure in said.of_pair(first, second)],
        }
        for first, second in combinations(range(len(given.coders)), 2)
    ]
    return {"by_code": by_code, "by_pair": by_pair}
