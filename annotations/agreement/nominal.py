"""Agreement on units that everybody saw: which of some categories each coder gave to each."""

from abc import ABC, abstractmethod
from dataclasses import dataclass
from typing import ClassVar

import numpy as np
from scipy.sparse import csr_array

from annotations.agreement.figures import Coefficient

CELLS_AT_ONCE = 4_000_000
# The planes of a table, each [categories, categories], each a sum over units.
PAIRS = 0  # ordered pairs of codings: every pair counts once
COINCIDENCES = 1  # Krippendorff's: every coding of a unit with two or more counts once
UNITS = 2  # every unit with two or more codings counts once
RATED = 3  # on the diagonal: the share of a unit's codings, units with one coding too
CROSSED = 4  # first coder (rows) by second (columns); zero unless there are exactly two
PLANES = 5

NO_PAIR = "no unit was coded by two coders"
NO_VARIATION = "everybody gave the same code to everything, so agreement by chance is complete"
TWO_ONLY = "it compares two coders: choose a pair"


@dataclass(frozen=True, slots=True)
class Ratings:
    """One code for each unit and coder."""

    values: np.ndarray  # [units, coders] category, -1 where a coder did not code the unit
    stories: np.ndarray  # [units] what the bootstrap resamples, 0 … n - 1
    categories: int


def tables(ratings: Ratings) -> np.ndarray:
    """Return [stories, planes, categories, categories]: the statistic of all coefficients here."""
    numbers = np.arange(ratings.categories)
    counts = (ratings.values[:, :, np.newaxis] == numbers).sum(axis=1)
    crossed = None
    if ratings.values.shape[1] == 2:
        first, second = ratings.values.T
        crossed = (first[:, np.newaxis] == numbers, second[:, np.newaxis] == numbers)
    stories = int(ratings.stories.max()) + 1 if len(ratings.stories) else 0
    return tables_of_counts(counts, ratings.stories, stories, crossed)


def tables_of_counts(
    counts: np.ndarray,
    stories: np.ndarray,
    story_count: int,
    crossed: tuple[np.ndarray, np.ndarray] | None = None,
) -> np.ndarray:
    """Return the tables from [units, categories] numbers of codings.

    `crossed` are both coders' [units, categories] choices where there are exactly two.
    """
    categories = counts.shape[1]
    sums = np.zeros((story_count, PLANES, categories**2))
    step = max(1, CELLS_AT_ONCE // categories**2)
    for first in range(0, len(counts), step):
        rows = slice(first, first + step)
        size = (story_count, len(stories[rows]))
        of_story = csr_array((np.ones(size[1]), (stories[rows], np.arange(size[1]))), size)
        choices = None if crossed is None else (crossed[0][rows], crossed[1][rows])
        for plane, of_units in planes(counts[rows].astype(float), choices).items():
            sums[:, plane] += of_story @ of_units.reshape(size[1], -1)
    return sums.reshape(story_count, PLANES, categories, categories)


def planes(
    counts: np.ndarray, crossed: tuple[np.ndarray, np.ndarray] | None
) -> dict[int, np.ndarray]:
    """Return what each unit adds to each plane, [units, categories, categories]."""
    codings = counts.sum(axis=1)[:, np.newaxis, np.newaxis]
    diagonal = np.eye(counts.shape[1])
    pairs = outer(counts, counts) - counts[:, :, np.newaxis] * diagonal
    coincidences = pairs / np.maximum(codings - 1, 1)
    shared = coincidences / np.maximum(codings, 1)
    rated = counts[:, :, np.newaxis] * diagonal / np.maximum(codings, 1)
    summed = {PAIRS: pairs, COINCIDENCES: coincidences, UNITS: shared, RATED: rated}
    return summed if crossed is None else {**summed, CROSSED: outer(*crossed).astype(float)}


def outer(first: np.ndarray, second: np.ndarray) -> np.ndarray:
    """Return the product of each unit's row with the other row."""
    return first[:, :, np.newaxis] * second[:, np.newaxis, :]


def ratio(numerator: np.ndarray, denominator: np.ndarray) -> np.ndarray:
    """Return the quotient, NaN where the denominator is not positive."""
    possible = denominator > 1e-12
    return np.where(possible, numerator / np.where(possible, denominator, 1), np.nan)


def total(plane: np.ndarray) -> np.ndarray:
    """Return the sum of each matrix."""
    return plane.sum(axis=(-2, -1))


def trace(plane: np.ndarray) -> np.ndarray:
    """Return the sum of each diagonal."""
    return np.trace(plane, axis1=-2, axis2=-1)


class FromTables(ABC):
    """What the coefficients of tables share; n is the number of units with two codings or more."""

    undefined: ClassVar[str] = NO_VARIATION

    @abstractmethod
    def value(self, pooled: np.ndarray) -> np.ndarray:
        """Return the coefficient of each [..., planes, categories, categories]."""

    def units(self, pooled: np.ndarray) -> int:
        """Return how many units two coders or more coded."""
        return round(float(total(pooled[UNITS])))

    def reason(self, pooled: np.ndarray) -> str:
        """Return why the coefficient of one table is undefined, "" if it is defined."""
        if np.isfinite(self.value(pooled)):
            return ""
        return self.undefined if self.units(pooled) else NO_PAIR


@dataclass(frozen=True, eq=False)
class Alpha(FromTables):
    """1 - observed / expected disagreement, both from the coincidences of pairable codings.

    Any number of coders, missing data, and any difference between categories: `distances` is
    [categories, categories] with a zero diagonal, nominal if it is left out.
    """

    distances: np.ndarray | None = None
    key: str = "alpha"
    title: str = "Krippendorff’s α"
    source: str = "Krippendorff 2011, Computing Krippendorff’s Alpha-Reliability, sections A to C"

    def value(self, pooled: np.ndarray) -> np.ndarray:
        coincidences = pooled[..., COINCIDENCES, :, :]
        distances = self.distances
        if distances is None:
            distances = 1 - np.eye(coincidences.shape[-1])
        codings = coincidences.sum(axis=-1)
        pairable = codings.sum(axis=-1)
        by_chance = codings[..., :, np.newaxis] * codings[..., np.newaxis, :]
        observed = total(coincidences * distances)
        return 1 - ratio(observed * (pairable - 1), total(by_chance * distances))


@dataclass(frozen=True)
class Percentage(FromTables):
    """The share of all pairs of codings of a unit that agree: not corrected for chance."""

    key: str = "percentage"
    title: str = "Percentage agreement"
    source: str = "Fleiss 1971, Psychological Bulletin 76:378–382, pooled over pairs of codings"
    undefined: ClassVar[str] = NO_PAIR

    def value(self, pooled: np.ndarray) -> np.ndarray:
        pairs = pooled[..., PAIRS, :, :]
        return ratio(trace(pairs), total(pairs))


@dataclass(frozen=True)
class Specific(FromTables):
    """How likely another coder is to choose a category that one coder chose.

    Of two categories these are positive and negative agreement, which show what a high percentage
    hides where one of them is rare; many coders as in Uebersax 1982.
    """

    category: int
    key: str
    title: str
    source: str = "Spitzer & Fleiss 1974; Cicchetti & Feinstein 1990, J Clin Epidemiol 43:551–558"
    undefined: ClassVar[str] = "nobody chose it, so there is nothing to agree on"

    def value(self, pooled: np.ndarray) -> np.ndarray:
        chosen = pooled[..., PAIRS, self.category, :]
        return ratio(chosen[..., self.category], chosen.sum(axis=-1))


@dataclass(frozen=True)
class Fleiss(FromTables):
    """Chance from the categories' shares in all codings; any number of coders.

    With missing data as in Gwet 2014, Handbook of Inter-Rater Reliability, ch. 2: agreement over
    the units with two codings or more, shares over all units.
    """

    key: str = "fleiss_kappa"
    title: str = "Fleiss’ κ"
    source: str = "Fleiss 1971, Psychological Bulletin 76:378–382"

    def value(self, pooled: np.ndarray) -> np.ndarray:
        return beyond(agreed(pooled), (shares(pooled) ** 2).sum(axis=-1))


@dataclass(frozen=True)
class Gwet(FromTables):
    """Chance as the probability that a coder who guesses meets the other's code (AC1).

    Stays near the percentage where one category is rare, which κ does not; missing data as
    `Fleiss`.
    """

    key: str = "ac1"
    title: str = "Gwet’s AC1"
    source: str = "Gwet 2008, Br J Math Stat Psychol 61:29–48"
    undefined: ClassVar[str] = "there is one category only"

    def value(self, pooled: np.ndarray) -> np.ndarray:
        others = pooled.shape[-1] - 1
        if not others:
            return np.full(pooled.shape[:-3], np.nan)
        of_each = shares(pooled)
        return beyond(agreed(pooled), (of_each * (1 - of_each)).sum(axis=-1) / others)


@dataclass(frozen=True)
class Cohen(FromTables):
    """Chance from each coder's own shares; two coders, on the units that both coded."""

    key: str = "cohen_kappa"
    title: str = "Cohen’s κ"
    source: str = "Cohen 1960, Educational and Psychological Measurement 20:37–46"

    def value(self, pooled: np.ndarray) -> np.ndarray:
        crossed = pooled[..., CROSSED, :, :]
        everything = total(crossed)
        by_chance = (crossed.sum(axis=-1) * crossed.sum(axis=-2)).sum(axis=-1)
        return beyond(ratio(trace(crossed), everything), ratio(by_chance, everything**2))

    def reason(self, pooled: np.ndarray) -> str:
        is_pair = total(pooled[CROSSED]) > 0
        return super().reason(pooled) if is_pair or not self.units(pooled) else TWO_ONLY


@dataclass(frozen=True)
class Scott(Cohen):
    """Chance from the shares of both coders together; two coders, on the units that both coded."""

    key: str = "scott_pi"
    title: str = "Scott’s π"
    source: str = "Scott 1955, Public Opinion Quarterly 19:321–325"

    def value(self, pooled: np.ndarray) -> np.ndarray:
        crossed = pooled[..., CROSSED, :, :]
        everything = total(crossed)
        together = (crossed.sum(axis=-1) + crossed.sum(axis=-2)) / 2
        by_chance = (together**2).sum(axis=-1)
        return beyond(ratio(trace(crossed), everything), ratio(by_chance, everything**2))


def agreed(pooled: np.ndarray) -> np.ndarray:
    """Return the mean over units of the share of their pairs that agree."""
    return ratio(trace(pooled[..., UNITS, :, :]), total(pooled[..., UNITS, :, :]))


def shares(pooled: np.ndarray) -> np.ndarray:
    """Return [..., categories]: each category's mean share of a unit's codings."""
    rated = np.diagonal(pooled[..., RATED, :, :], axis1=-2, axis2=-1)
    return ratio(rated, rated.sum(axis=-1, keepdims=True))


def beyond(observed: np.ndarray, by_chance: np.ndarray) -> np.ndarray:
    """Return the part of the agreement possible beyond chance that was reached."""
    return ratio(observed - by_chance, 1 - by_chance)


ALPHA = Alpha()
NOMINAL: tuple[Coefficient, ...] = (ALPHA, Percentage(), Fleiss(), Gwet(), Cohen(), Scott())
