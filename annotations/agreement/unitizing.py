"""Where: unitizing coefficients from lengths and boundaries, layer by layer.

What a code point of text is worth is the same everywhere: sums run over all texts, so that a study
is one long continuum. Texts that fewer than two coders coded take no part. A text that m coders
coded is weighted 1 / (m - 1), as Krippendorff does, so that each coder's text counts once.
"""

from dataclasses import dataclass, replace

import numpy as np

from annotations.agreement.codings import Codings, kept_with_codings
from annotations.agreement.figures import Measure
from annotations.agreement.intersecting import CU_ALPHA
from annotations.agreement.layers import Layers, layers_of, sums_by_story
from annotations.agreement.nominal import ratio

NO_PAIR = "no text was coded by two coders"
NO_TAGS = "nobody tagged anything"
NO_TAGS_OF_CODE = "nobody used the code"
NO_VARIATION = "everybody tagged everything, so agreement by chance is complete"

# Fields of the statistic of boundaries, [stories, codes, …]
OBSERVED, EXPECTED, TAGS, PAIRED = range(4)
# Fields of the statistic of lengths, [stories, codes + 1, …]; `SQUARES` are of unit lengths
AGREED, MARGIN, SQUARES, LENGTH_TAGS, EVERYTHING = range(5)


@dataclass(frozen=True)
class BoundaryAlpha:
    """The original αU: squared differences of both boundaries of units that overlap.

    A unit that meets none of another coder's counts the square of its length. The expected
    disagreement is that of all units placed anywhere in the same text, in closed form; sums over
    texts and codes, in code points squared. (The published formula knows one continuum. Ours is
    the sum of its numerators and of its expectations over texts, and the formula itself for one.)
    """

    code: int | None = None
    key: str = "where_alpha_u"
    question: str = "where"
    title: str = "Krippendorff’s αU (boundaries)"
    source: str = (
        "Krippendorff 1995, Sociological Methodology 25:47–76; expectation as corrected in "
        "Krippendorff 2004, Quality & Quantity 38:787–800, appendix"
    )

    def statistics(self, codings: Codings) -> np.ndarray:
        """Return [stories, codes, observed, expected, tags, pairable texts]."""
        return boundary_sums(codings)

    def of_code(self, code: int) -> "BoundaryAlpha":
        """Return the measure of one code; it reads the same statistics."""
        return replace(self, code=code)

    def value(self, pooled: np.ndarray) -> np.ndarray:
        """Return 1 - observed / expected, each summed over the codes first."""
        sums = self._codes(pooled).sum(axis=-2)
        return 1 - ratio(sums[..., OBSERVED], sums[..., EXPECTED])

    def units(self, pooled: np.ndarray) -> int:
        """Return how many tags take part, a coder's overlapping ones of a code as one."""
        return round(float(self._codes(pooled)[..., TAGS].sum()))

    def reason(self, pooled: np.ndarray) -> str:
        """Return why it is undefined, "" if it is defined."""
        if np.isfinite(self.value(pooled)):
            return ""
        if not pooled[..., PAIRED].any():
            return NO_PAIR
        if self.units(pooled):
            return NO_VARIATION
        return NO_TAGS if self.code is None else NO_TAGS_OF_CODE

    def _codes(self, pooled: np.ndarray) -> np.ndarray:
        return pooled if self.code is None else pooled[..., self.code : self.code + 1, :]


@kept_with_codings
def boundary_sums(codings: Codings) -> np.ndarray:
    """Return the statistic of `BoundaryAlpha`."""
    layers = layers_of(codings)
    spans = np.arange(len(layers.text))
    sums = np.zeros((codings.story_count, layers.count, 4))
    lengths = (layers.end - layers.start).astype(float)
    others = np.maximum(layers.coders - 1, 1)[layers.text]
    lonely = others.copy()
    for first, second in layers.overlaps():
        apart = (layers.start[first] - layers.start[second]).astype(float) ** 2
        apart += (layers.end[first] - layers.end[second]).astype(float) ** 2
        sums[..., OBSERVED] += sums_by_story(codings, layers, first, 2 * apart / others[first])
        for span, met in ((first, second), (second, first)):
            # Only the first span of a coder that a span meets takes the coder off its list.
            is_first = layers.before[met] <= layers.start[span]
            lonely -= np.bincount(span[is_first], minlength=len(lonely))
    alone = 2 * lengths**2 * lonely / others
    sums[..., OBSERVED] += sums_by_story(codings, layers, spans, alone)
    sums[..., EXPECTED] = sums_by_story(codings, layers, spans, expected_shares(codings, layers))
    sums[..., TAGS] = sums_by_story(codings, layers, spans, np.ones(len(spans)))
    sums[..., PAIRED] = np.bincount(
        codings.stories, weights=layers.coders > 0, minlength=codings.story_count
    )[:, np.newaxis]
    return sums[:, :-1]


def expected_shares(codings: Codings, layers: Layers) -> np.ndarray:
    """Return each span's part in the expected disagreement of its text and layer.

    Krippendorff 2004, appendix, times mL²: the units of length l slide over each other,
    (N - 1)(2l³ - 3l² + l) / 3, and through the gaps that hold them, l²(gap - l + 1).
    """
    lengths = (layers.end - layers.start).astype(float)
    group = layers.group
    groups, of_span, units = np.unique(group, return_inverse=True, return_counts=True)
    sliding = (units[of_span] - 1) * (2 * lengths**3 - 3 * lengths**2 + lengths) / 3
    gap_group, gap = gaps(codings, layers)
    width = codings.width
    order = np.lexsort((gap, gap_group))
    keys = gap_group[order] * width + gap[order]
    running = np.concatenate([[0.0], np.cumsum(gap[order], dtype=float)])
    smallest = np.searchsorted(keys, group * width + (layers.end - layers.start), side="left")
    end = np.searchsorted(keys, (group + 1) * width, side="left")
    room = running[end] - running[smallest] + (end - smallest) * (1 - lengths)
    whole = codings.lengths[layers.text].astype(float)
    positions = layers.coders[layers.text] * whole
    own = np.bincount(of_span, weights=lengths * (lengths - 1), minlength=len(groups))
    possible = positions * (positions - 1) - own[of_span]
    return np.where(
        possible > 0, 2 * positions * (sliding + lengths**2 * room) / np.maximum(possible, 1), 0
    )


def gaps(codings: Codings, layers: Layers) -> tuple[np.ndarray, np.ndarray]:
    """Return (group, length) of the gaps of all who coded a text, in the groups with spans."""
    group = layers.group
    whole = codings.lengths[layers.text]
    cells = group * codings.coded.shape[1] + layers.coder
    last = np.lexsort((layers.start, cells))
    last = last[np.append(cells[last][1:] != cells[last][:-1], True)] if len(last) else last
    empty, coders_with = np.unique(group[last], return_counts=True)
    text = empty % max(1, len(layers.coders))
    without = layers.coders[text] - coders_with
    every_group = np.concatenate([group, group[last], np.repeat(empty, without)])
    every_gap = np.concatenate(
        [
            layers.start - layers.before,
            (whole - layers.end)[last],
            np.repeat(codings.lengths[text], without),
        ]
    )
    return every_group[every_gap > 0], every_gap[every_gap > 0]


@dataclass(frozen=True)
class LengthAlpha:
    """uα: the length on which coders chose the same code, or both nothing.

    Each code and "untagged" is set against the rest and all are summed: without stacks that is
    the published coefficient, with stacks our extension of it. Of one code: the code against the
    rest. A unit is not compared with itself, hence the squares of lengths in the expectation.
    """

    code: int | None = None
    key: str = "where_u"
    question: str = "where"
    title: str = "uα (codes and gaps)"
    source: str = (
        "Krippendorff, Mathet, Bouvry & Widlöcher 2016, Quality & Quantity 50:2347–2364, eq. 1 to 5"
    )

    def statistics(self, codings: Codings) -> np.ndarray:
        """Return [stories, codes + 1, agreed, margin, squares, tags, everything] in code points."""
        return length_sums(codings)

    def of_code(self, code: int) -> "LengthAlpha":
        """Return the measure of one code; it reads the same statistics."""
        return replace(self, code=code)

    def value(self, pooled: np.ndarray) -> np.ndarray:
        """Return 1 - observed / expected, each summed over the layers first."""
        chosen = self._layers(pooled)
        margin, everything = chosen[..., MARGIN], chosen[..., EVERYTHING]
        observed = (margin - chosen[..., AGREED]).sum(axis=-1)
        rest = self._tagged(pooled)
        everything_tagged = rest[..., EVERYTHING]
        gaps_squared = everything_tagged - rest[..., MARGIN]
        pairs = everything_tagged**2 - rest[..., SQUARES] - gaps_squared
        expected = (margin * (everything - margin)).sum(axis=-1)
        return 1 - ratio(observed * ratio(pairs, everything_tagged), expected)

    def units(self, pooled: np.ndarray) -> int:
        """Return how many tags take part, a coder's overlapping ones as one."""
        chosen = pooled[..., :-1, :] if self.code is None else self._tagged(pooled)
        return round(float(chosen[..., LENGTH_TAGS].sum()))

    def reason(self, pooled: np.ndarray) -> str:
        """Return why it is undefined, "" if it is defined."""
        if np.isfinite(self.value(pooled)):
            return ""
        tagged = self._tagged(pooled)
        if not tagged[EVERYTHING]:
            return NO_PAIR
        if tagged[MARGIN]:
            return NO_VARIATION
        return NO_TAGS if self.code is None else NO_TAGS_OF_CODE

    def _tagged(self, pooled: np.ndarray) -> np.ndarray:
        """Return the layer whose complement is "untagged"."""
        return pooled[..., -1 if self.code is None else self.code, :]

    def _layers(self, pooled: np.ndarray) -> np.ndarray:
        """Return the layers to sum; what differs in "untagged" differs in "tagged" as much."""
        return pooled if self.code is None else self._tagged(pooled)[..., np.newaxis, :]


@dataclass(frozen=True)
class TaggedAlpha(LengthAlpha):
    """|uα: the length on which coders both tagged something, or both nothing."""

    key: str = "where_tagged"
    title: str = "|uα (tagged or not)"
    source: str = (
        "Krippendorff, Mathet, Bouvry & Widlöcher 2016, Quality & Quantity 50:2347–2364, eq. 6"
    )

    def units(self, pooled: np.ndarray) -> int:
        """Return how many stretches of tags there are, overlapping tags as one."""
        return round(float(self._tagged(pooled)[LENGTH_TAGS]))

    def _layers(self, pooled: np.ndarray) -> np.ndarray:
        return self._tagged(pooled)[..., np.newaxis, :]


@kept_with_codings
def length_sums(codings: Codings) -> np.ndarray:
    """Return the statistic of `LengthAlpha`; "agreed" is a coincidence, so both orders count."""
    layers = layers_of(codings)
    spans = np.arange(len(layers.text))
    sums = np.zeros((codings.story_count, layers.count, 5))
    lengths = (layers.end - layers.start).astype(float)
    others = np.maximum(layers.coders - 1, 1)[layers.text]
    for first, second in layers.overlaps():
        shared = np.minimum(layers.end[first], layers.end[second]) - layers.start[second]
        sums[..., AGREED] += sums_by_story(codings, layers, first, 2 * shared / others[first])
    sums[..., MARGIN] = sums_by_story(codings, layers, spans, lengths)
    sums[..., SQUARES] = sums_by_story(codings, layers, spans, lengths**2)
    sums[..., LENGTH_TAGS] = sums_by_story(codings, layers, spans, np.ones(len(spans)))
    sums[..., EVERYTHING] = np.bincount(
        codings.stories,
        weights=layers.coders * codings.lengths.astype(float),
        minlength=codings.story_count,
    )[:, np.newaxis]
    return sums


UNITIZING: tuple[Measure, ...] = (BoundaryAlpha(), LengthAlpha(), TaggedAlpha(), CU_ALPHA)
