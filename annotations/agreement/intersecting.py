"""Which code, on the text that two coders both tagged: cuα and (k)uα, stacks included."""

from dataclasses import dataclass, replace

import numpy as np
from scipy.sparse import csr_array, triu

from annotations.agreement.codings import Codings, kept_with_codings
from annotations.agreement.layers import Layers, layers_of
from annotations.agreement.nominal import ratio, total, trace

NO_INTERSECTION = "no two coders tagged the same text"
NOT_INTERSECTING = "no tag of the code shares text with another coder's tag"
ONE_CODE = "only one code was used where tags meet, so agreement by chance is complete"
TOO_LITTLE = "too little text was tagged by two coders to tell what chance would give"
CELLS_AT_ONCE = 1_000_000  # spans × coders


@dataclass(frozen=True)
class IntersectionAlpha:
    """cuα, and (k)uα of one code: agreement on codes where tags of two coders intersect.

    Where a coder stacked codes, our extension: a place's length is shared equally among the
    coder's codes there, what both coders chose is paired first, and the rest of one with the rest
    of the other in proportion. So identical stacks agree wholly, nothing counts twice, and without
    stacks it is the published coefficient.
    """

    code: int | None = None
    key: str = "where_cu"
    question: str = "where"
    title: str = "cuα (codes where tags meet)"
    source: str = (
        "Krippendorff, Mathet, Bouvry & Widlöcher 2016, Quality & Quantity 50:2347–2364, "
        "eq. 10, 11, 13"
    )

    def statistics(self, codings: Codings) -> np.ndarray:
        """Return [stories, codes, codes + 2]: coincident lengths, squares and tags."""
        return intersection_sums(codings)

    def of_code(self, code: int) -> "IntersectionAlpha":
        """Return (k)uα of a code; it reads the same statistics."""
        return replace(self, code=code)

    def value(self, pooled: np.ndarray) -> np.ndarray:
        """Return 1 - observed / expected disagreement over all codes, or over one row.

        Where few of many coders meet, a unit's own square can outweigh all pairs: undefined.
        """
        shared, margin = pooled[..., :-2], pooled[..., :-2].sum(axis=-1)
        everything = total(shared)
        squares = pooled[..., -2]
        apart = margin * (everything[..., np.newaxis] - margin)  # places with other codes
        if self.code is None:
            whole, observed, expected = everything, everything - trace(shared), apart.sum(axis=-1)
            pairs = everything**2 - squares.sum(axis=-1)
        else:
            whole, expected = margin[..., self.code], apart[..., self.code]
            observed = whole - shared[..., self.code, self.code]
            pairs = whole * everything - squares[..., self.code]
        possible = np.where(pairs > 1e-9 * everything**2, pairs, np.nan)
        return 1 - ratio(observed * ratio(possible, whole), expected)

    def units(self, pooled: np.ndarray) -> int:
        """Return how many tags share text with a tag of another coder."""
        tags = pooled[..., -1]
        return round(float(tags.sum() if self.code is None else tags[self.code]))

    def reason(self, pooled: np.ndarray) -> str:
        """Return why it is undefined, "" if it is defined."""
        if np.isfinite(self.value(pooled)):
            return ""
        if not self.units(pooled):
            return NO_INTERSECTION if self.code is None else NOT_INTERSECTING
        return TOO_LITTLE if np.count_nonzero(pooled[:, :-2].sum(axis=-1)) > 1 else ONE_CODE


@kept_with_codings
def intersection_sums(codings: Codings) -> np.ndarray:
    """Return the statistic of `IntersectionAlpha`."""
    layers = layers_of(codings)
    sums = np.zeros((codings.story_count, codings.codes, codings.codes + 2))
    spans = np.flatnonzero(layers.layer < codings.codes)
    spans = spans[np.argsort(layers.text[spans], kind="stable")]
    # Whole texts, as many at a time as memory holds places × coders of.
    chunk = np.arange(len(spans)) * codings.coded.shape[1] // CELLS_AT_ONCE
    text = layers.text[spans]
    is_new = np.diff(chunk[np.searchsorted(text, text, side="left")]) > 0
    for of_texts in np.split(spans, np.flatnonzero(is_new) + 1):
        if len(of_texts):
            sums += sums_of_texts(codings, layers, of_texts)
    return sums


def sums_of_texts(codings: Codings, layers: Layers, spans: np.ndarray) -> np.ndarray:
    """Return [stories, codes, codes + 2] of the united spans of some texts.

    The texts are cut into places at every boundary of a span; within a place nothing changes.
    """
    text, coder, code = layers.text[spans], layers.coder[spans], layers.layer[spans]
    others = (layers.coders - 1)[text]
    base = text * codings.width
    bounds = np.unique([base + layers.start[spans], base + layers.end[spans]])
    lengths = np.diff(bounds).astype(float)
    first = np.searchsorted(bounds, base + layers.start[spans])
    counts = np.searchsorted(bounds, base + layers.end[spans]) - first
    span = np.repeat(np.arange(len(spans)), counts)
    place = np.arange(len(span)) - np.repeat(np.cumsum(counts) - counts - first, counts)
    shares, which = sets_of_places(codings, place, coder[span], code[span])
    is_tagged = which >= 0
    weights = lengths[place] * shares[which[place, coder[span]], code[span]]
    met = csr_array((weights, (span, place)), (len(spans), len(lengths))) @ is_tagged.astype(float)
    met[np.arange(len(spans)), coder] = 0
    sums = np.zeros((codings.story_count, codings.codes, codings.codes + 2))
    cells = codings.stories[text] * codings.codes + code
    for column, weight in ((-2, (met**2).sum(axis=1) / others), (-1, met.any(axis=1))):
        sums[..., column] = np.bincount(cells, weight, sums[..., 0].size).reshape(sums.shape[:2])
    text_of_place = bounds[:-1] // codings.width
    worth = lengths / np.maximum(layers.coders[text_of_place] - 1, 1)
    add_coincidences(sums[..., :-2], shares, which, worth, codings.stories[text_of_place])
    return sums


def sets_of_places(
    codings: Codings, place: np.ndarray, coder: np.ndarray, code: np.ndarray
) -> tuple[np.ndarray, np.ndarray]:
    """Return the sets of codes that occur, as [sets, codes] shares, and who has which where.

    That is [places, coders], -1 for none.
    """
    # A set is told by the sum of its codes' numbers, too large and random for two to be equal.
    numbers = np.random.default_rng(0).integers(1, 2**54, codings.codes)
    sums = np.zeros((int(place.max()) + 1, codings.coded.shape[1]), dtype=np.int64)
    np.add.at(sums, (place, coder), numbers[code])
    is_tagged = sums > 0
    found, inverse = np.unique(sums[is_tagged], return_inverse=True)
    which = np.full(sums.shape, -1, dtype=np.int32)
    which[is_tagged] = inverse
    shares = np.zeros((len(found), codings.codes))
    shares[which[place, coder], code] = 1
    return shares / shares.sum(axis=1, keepdims=True), which


def add_coincidences(
    sums: np.ndarray, shares: np.ndarray, which: np.ndarray, worth: np.ndarray, stories: np.ndarray
) -> None:
    """Add the coincidences of all ordered pairs of coders, place by place, to [stories, …].

    The sets of two coders are paired so that as much as possible agrees.
    """
    place, coder = np.nonzero((which >= 0) & ((which >= 0).sum(axis=1) > 1)[:, np.newaxis])
    columns = stories[place] * len(shares) + which[place, coder]
    used, column = np.unique(columns, return_inverse=True)
    size = (len(worth), len(used))
    counted = csr_array((np.ones(len(place)), (place, column)), size)
    weighted = csr_array((worth[place], (place, column)), size)
    pairs = triu(weighted.T @ counted)  # it is symmetric: half of it is worked out and mirrored
    with_oneself = np.bincount(column, worth[place], len(used))
    same = pairs.row == pairs.col
    weight = np.where(same, (pairs.data - with_oneself[pairs.row]) / 2, pairs.data)
    story = used[pairs.row] // len(shares)
    order = np.argsort(story, kind="stable")
    for rows in np.split(order, np.flatnonzero(np.diff(story[order])) + 1):
        if not len(rows):
            continue
        one = shares[used[pairs.row[rows]] % len(shares)]
        other = shares[used[pairs.col[rows]] % len(shares)]
        both = np.minimum(one, other)
        apart = 1 - both.sum(axis=1)
        rest = np.where(apart > 1e-12, weight[rows] / np.maximum(apart, 1e-12), 0)
        half = np.diag(weight[rows] @ both)
        half += ((one - both) * rest[:, np.newaxis]).T @ (other - both)
        sums[story[rows[0]]] += half + half.T


CU_ALPHA = IntersectionAlpha()
