"""Which code: where two coders tagged the same place, did they give it the same code.

The same place are two spans that overlap and are matched one to one, whatever their codes. A span
without a partner is a matter of *where* and left out here.
"""

from abc import ABC, abstractmethod
from dataclasses import dataclass, replace

import numpy as np

from annotations.agreement.codings import Codings, kept_with_codings
from annotations.agreement.matching import Pairs, matched_pairs
from annotations.agreement.nominal import ratio, total, trace

CODES, UPPER_CODES = 0, 1

NO_MATCH = "no spans of two coders overlap"
ONE_CODE = "every matched span has the same code, so agreement by chance is complete"
ALL_CODES = "it weighs all codes against each other, and has no figure for one"

KRIPPENDORFF = "Krippendorff 2011, Computing Krippendorff’s Alpha-Reliability, sections C to E"


@dataclass(frozen=True)
class OfMatches(ABC):
    """What the measures of matched spans share; they read the same statistics."""

    key: str
    title: str
    source: str
    code: int | None = None
    question: str = "which"

    def statistics(self, codings: Codings) -> np.ndarray:
        """Return [stories, 2, codes, codes]."""
        return confusions(codings)

    def of_code(self, code: int) -> "OfMatches":
        """Return the measure of one code against all others."""
        return replace(self, code=code)

    @abstractmethod
    def value(self, pooled: np.ndarray) -> np.ndarray:
        """Return the figure of [..., 2, codes, codes]."""

    def reason(self, pooled: np.ndarray) -> str:
        """Return why the figure is undefined."""
        if np.isfinite(self.value(pooled)):
            return ""
        return ONE_CODE if self.units(pooled) else NO_MATCH

    def units(self, pooled: np.ndarray) -> int:
        """Return how many pairs of spans were matched; of a code, those in which it occurs."""
        confusion = pooled[CODES]
        if self.code is None:
            return round(float(total(confusion)))
        with_code = confusion[self.code].sum() + confusion[:, self.code].sum()
        return round(float(with_code - confusion[self.code, self.code]))


class MatchedAlpha(OfMatches):
    """Krippendorff’s α of the codes; a matched pair is a unit with two codings."""

    def value(self, pooled: np.ndarray) -> np.ndarray:
        confusion = pooled[..., CODES, :, :]
        if self.code is not None:
            confusion = collapsed(confusion, self.code)
        observed, by_chance = disagreements(confusion)
        return 1 - ratio(observed, by_chance)


class MatchedAlphaByLevels(OfMatches):
    """Krippendorff’s α in which two codes under the same upper code differ by a half.

    The difference of two codes is the mean of their nominal difference and that of their upper
    codes; with two levels that is `hierarchy.distances`.
    """

    def value(self, pooled: np.ndarray) -> np.ndarray:
        if self.code is not None:
            return np.full(pooled.shape[:-3], np.nan)
        observed, by_chance = (sides.sum(axis=-1) for sides in disagreements(pooled))
        return 1 - ratio(observed, by_chance)

    def reason(self, pooled: np.ndarray) -> str:
        return super().reason(pooled) if self.code is None else ALL_CODES


class MatchedPercentage(OfMatches):
    """The share of matched pairs with the same code.

    Of one code: how likely the other coder gave it where one did (specific agreement, Spitzer &
    Fleiss 1974). It is not corrected for chance.
    """

    def value(self, pooled: np.ndarray) -> np.ndarray:
        confusion = pooled[..., CODES, :, :]
        if self.code is None:
            return ratio(trace(confusion), total(confusion))
        given = confusion[..., self.code, :].sum(axis=-1) + confusion[..., self.code].sum(axis=-1)
        return ratio(2 * confusion[..., self.code, self.code], given)


@kept_with_codings
def matches(codings: Codings) -> tuple[Codings, Pairs]:
    """Return the codings without duplicates, and their spans matched whatever the codes."""
    codings = codings.without_duplicates()
    return codings, matched_pairs(codings)


@kept_with_codings
def confusions(codings: Codings) -> np.ndarray:
    """Return [stories, 2, codes, codes]: how often matched spans had which codes, and upper codes.

    The coder with the lower index is in the rows: with more than two coders, add the transpose.
    """
    tops = np.array([code if up < 0 else up for code, up in enumerate(codings.parents)], dtype=int)
    codings, pairs = matches(codings)
    sums = np.zeros((codings.story_count, 2, codings.codes, codings.codes))
    rows, columns = codings.code[pairs.first], codings.code[pairs.second]
    story = codings.stories[codings.text[pairs.first]]
    np.add.at(sums, (story, CODES, rows, columns), 1)
    np.add.at(sums, (story, UPPER_CODES, tops[rows], tops[columns]), 1)
    return sums


def collapsed(confusion: np.ndarray, code: int) -> np.ndarray:
    """Return [..., 2, 2]: one code and all others."""
    both = confusion[..., code, code]
    first, second = confusion[..., code, :].sum(axis=-1), confusion[..., code].sum(axis=-1)
    neither = total(confusion) - first - second + both
    table = np.stack([both, first - both, second - both, neither], axis=-1)
    return table.reshape(*table.shape[:-1], 2, 2)


def disagreements(confusion: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Return Krippendorff's nominal disagreement, observed and expected, each times codings."""
    coincidences = confusion + np.swapaxes(confusion, -1, -2)
    codings = coincidences.sum(axis=-1)
    pairable = codings.sum(axis=-1)
    observed = pairable - trace(coincidences)
    expected = pairable**2 - (codings**2).sum(axis=-1)
    return observed, ratio(expected, pairable - 1)


WHICH = (
    MatchedAlpha("which_alpha", "Krippendorff’s α of the codes", KRIPPENDORFF),
    MatchedAlphaByLevels(
        "which_alpha_levels",
        "Krippendorff’s α, codes of one branch half apart",
        f"{KRIPPENDORFF}; with a distance of ours between codes",
    ),
    MatchedPercentage(
        "which_percentage",
        "Percentage agreement on the code",
        "Fleiss 1971, Psychological Bulletin 76:378–382, pooled over matched pairs",
    ),
)
