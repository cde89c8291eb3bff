"""From statistics to figures: a number, its interval, and the reason where there is none.

Every measure is computed from statistics that add up over stories. So the figure of a study is
the figure of the sum (pooled, never an average of averages), a part of it is a smaller sum, and a
bootstrap sample is a weighted one.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from functools import lru_cache
from typing import Protocol

import numpy as np

from annotations.agreement.codings import Codings

CONFIDENCE = 0.95
FEW_STORIES = 5  # below it a percentile interval is too narrow to be taken at its word
MANY_UNDEFINED = 0.05
CELLS_AT_ONCE = 4_000_000  # of bootstrap samples held in memory


@dataclass(frozen=True, slots=True)
class Figure:
    """One number, or the reason why it is undefined; never NaN and never infinite.

    `units` is n: how many things the number is about. `interval_reason` says why there is no
    interval or, beside one, why to take it with care.
    """

    measure: str
    value: float | None
    low: float | None
    high: float | None
    units: int
    stories: int
    coders: int
    reason: str = ""
    interval_reason: str = ""


class Coefficient(Protocol):
    """How a figure is computed from a pooled statistic."""

    @property
    def key(self) -> str:
        """Return the name for machines, such as noticed_alpha."""

    @property
    def title(self) -> str:
        """Return the name for people."""

    @property
    def source(self) -> str:
        """Return where the formula is from: paper and section."""

    def value(self, pooled: np.ndarray) -> np.ndarray:
        """Return the figure of each of [samples, …] sums; NaN where it is undefined."""

    def reason(self, pooled: np.ndarray) -> str:
        """Return why the figure of one sum is undefined, "" if it is defined."""

    def units(self, pooled: np.ndarray) -> int:
        """Return n of one sum."""


class Measure(Coefficient, Protocol):
    """A coefficient of codings, which knows how to take its statistics."""

    @property
    def question(self) -> str:
        """Return what it answers: "noticed", "where" or "which"."""

    def statistics(self, codings: Codings) -> np.ndarray:
        """Return [stories, …] numbers whose sum over stories is the statistic of the whole."""

    def of_code(self, code: int) -> "Measure":
        """Return the measure of one code; it reads the same statistics."""


def figure_of(
    measure: Coefficient,
    statistics: np.ndarray,
    *,
    samples: int = 1000,
    seed: int = 0,
    coders: int = 0,
) -> Figure:
    """Return the figure of all stories with its 95 % bootstrap interval over stories.

    A story that adds nothing to the statistic (nobody coded it, or one alone) is not resampled.
    Percentile interval, Efron & Tibshirani 1993, §13.3, with the story as cluster (Field & Welsh
    2007): tags of one story are not independent of each other, stories nearly are.
    """
    return figures_of([measure], statistics, samples=samples, seed=seed, coders=coders)[0]


def figures_of(
    measures: Sequence[Coefficient],
    statistics: np.ndarray,
    *,
    samples: int = 1000,
    seed: int = 0,
    coders: int = 0,
) -> list[Figure]:
    """Return what `figure_of` would for each measure; the samples are summed up once for all."""
    contributing = statistics[statistics.any(axis=tuple(range(1, statistics.ndim)))]
    pooled = contributing.sum(axis=0)
    values = [float(measure.value(pooled[np.newaxis])[0]) for measure in measures]
    defined = [
        measure for measure, value in zip(measures, values, strict=True) if np.isfinite(value)
    ]
    sampled = iter(sampled_values(defined, contributing, samples, seed) if defined else [])
    found = []
    for measure, value in zip(measures, values, strict=True):
        is_defined = bool(np.isfinite(value))
        low, high, remark = None, None, ""
        if is_defined:
            low, high, remark = interval(next(sampled), len(contributing))
        found.append(
            Figure(
                measure=measure.key,
                value=value if is_defined else None,
                low=low,
                high=high,
                units=measure.units(pooled),
                stories=len(contributing),
                coders=coders,
                reason=""
                if is_defined
                else measure.reason(pooled) or "the formula divides by zero",
                interval_reason=remark,
            )
        )
    return found


def interval(values: np.ndarray, stories: int) -> tuple[float | None, float | None, str]:
    """Return both ends of the bootstrap interval and what to know of it.

    `values` are of each sample; those in which the figure is undefined are left out, and above 5 %
    of them the remark says so.
    """
    samples = len(values)
    if stories < 2:
        return None, None, "one story only: there is nothing to resample"
    if not samples:
        return None, None, "no bootstrap samples were asked for"
    values = values[np.isfinite(values)]
    undefined = 1 - len(values) / samples
    if not len(values):
        return None, None, "undefined in every bootstrap sample"
    tail = (1 - CONFIDENCE) / 2
    low, high = np.quantile(values, [tail, 1 - tail])
    remarks = []
    if stories < FEW_STORIES:
        remarks.append(f"{stories} stories only: the interval is a rough guide")
    if undefined > MANY_UNDEFINED:
        remarks.append(f"undefined in {undefined:.0%} of the bootstrap samples, which are left out")
    return float(low), float(high), "; ".join(remarks)


def sampled_values(
    measures: Sequence[Coefficient], statistics: np.ndarray, samples: int, seed: int
) -> list[np.ndarray]:
    """Return each measure in each bootstrap sample; NaN where it is undefined."""
    stories = len(statistics)
    if stories < 2 or samples < 1:
        return [np.zeros(0) for _ in measures]
    flat = statistics.reshape(stories, -1).astype(float, copy=False)
    step = max(1, CELLS_AT_ONCE // max(stories, flat.shape[1]))
    if step >= samples:
        drawn = iter([resamplings(stories, samples, seed)])
    else:
        generator = np.random.default_rng(seed)
        steps = [min(step, samples - first) for first in range(0, samples, step)]
        drawn = (draw(generator, stories, number) for number in steps)
    values: list[list[np.ndarray]] = [[] for _ in measures]
    for weights in drawn:
        sums = (weights @ flat).reshape(-1, *statistics.shape[1:])
        for measure, found in zip(measures, values, strict=True):
            found.append(measure.value(sums))
    return [np.concatenate(found) for found in values]


@lru_cache(maxsize=16)
def resamplings(stories: int, samples: int, seed: int) -> np.ndarray:
    """Return `draw` of a new generator; kept, as thousands of figures are of as many stories.

    The same seed draws the same stories for every measure, so that figures can be compared.
    """
    weights = draw(np.random.default_rng(seed), stories, samples)
    weights.setflags(write=False)
    return weights


def draw(generator: np.random.Generator, stories: int, samples: int) -> np.ndarray:
    """Return [samples, stories]: how often each story was drawn, with replacement."""
    weights = np.empty((samples, stories))
    for sample in weights:
        sample[:] = np.bincount(generator.integers(stories, size=stories), minlength=stories)
    return weights
