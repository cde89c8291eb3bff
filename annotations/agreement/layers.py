"""Codings cut into layers, one for each code and one of any code, in which nobody overlaps.

Unitizing coefficients are defined for a continuum that each coder partitions: one unit at a place.
Stacked and overlapping tags are no partition, but the tags of one code are, once a coder's tags of
it that overlap each other are united. So every coefficient looks at one layer at a time.
"""

from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np

from annotations.agreement.codings import Codings, kept_with_codings

PAIRS_AT_ONCE = 2_000_000


@dataclass(frozen=True, slots=True, eq=False)
class Layers:
    """The united spans of every layer, in texts that two coders or more coded.

    Ascending by layer, text and start. Layer `codes` is of any code. Spans that only touch stay
    two: where one unit ends and the next begins is part of what was decided.
    """

    count: int  # codes + 1
    coders: np.ndarray  # [texts] how many coded it; 0 where fewer than two did
    layer: np.ndarray  # [spans] and so on
    text: np.ndarray
    coder: np.ndarray
    start: np.ndarray
    end: np.ndarray
    before: np.ndarray  # where the same coder's span before it in the layer ends, 0 for none

    @property
    def group(self) -> np.ndarray:
        """Return one number for each layer and text, ascending."""
        return self.layer * len(self.coders) + self.text

    def overlaps(self) -> Iterator[tuple[np.ndarray, np.ndarray]]:
        """Yield pairs of overlapping spans of two coders in a layer, each pair once, in chunks."""
        width = int(self.end.max(initial=0)) + 1
        base = self.group * width
        upto = np.searchsorted(base + self.start, base + self.end, side="left")
        counts = upto - np.arange(len(upto)) - 1
        chunk = np.cumsum(counts) // PAIRS_AT_ONCE
        for rows in np.split(np.arange(len(counts)), np.flatnonzero(np.diff(chunk)) + 1):
            of_each = counts[rows]
            first = np.repeat(rows, of_each)
            within = np.arange(len(first)) - np.repeat(np.cumsum(of_each) - of_each, of_each)
            yield first, first + 1 + within


@kept_with_codings
def layers_of(codings: Codings) -> Layers:
    """Return the united spans of each code and of any code."""
    coders = codings.coded.sum(axis=1)
    coders[coders < 2] = 0
    kept = np.flatnonzero((coders[codings.text] > 0) & (codings.start < codings.end))
    twice = np.concatenate([kept, kept])
    layer = np.concatenate([codings.code[kept], np.full(len(kept), codings.codes)])
    order = np.lexsort((codings.start[twice], codings.coder[twice], codings.text[twice], layer))
    spans, layer = twice[order], layer[order]
    columns = (codings.text, codings.coder, codings.start, codings.end)
    text, coder, start, end = (column[spans].astype(np.int64) for column in columns)
    width = codings.width
    base = ((layer * len(coders) + text) * codings.coded.shape[1] + coder) * width
    reach = np.maximum.accumulate(base + end)
    is_new = np.ones(len(spans), dtype=bool)
    is_new[1:] = (base + start)[1:] >= reach[:-1]
    firsts = np.flatnonzero(is_new)
    base, reach = base[firsts], np.maximum.reduceat(reach, firsts) if len(firsts) else reach
    before = np.zeros(len(firsts), dtype=np.int64)
    follows = base[1:] == base[:-1]
    before[1:][follows] = (reach - base)[:-1][follows]
    united = (layer[firsts], text[firsts], coder[firsts], start[firsts], reach - base, before)
    order = np.lexsort((united[3], united[1], united[0]))
    return Layers(codings.codes + 1, coders, *(column[order] for column in united))


def sums_by_story(
    codings: Codings, layers: Layers, spans: np.ndarray, weights: np.ndarray
) -> np.ndarray:
    """Return [stories, layers] sums of the weights of the spans given by index."""
    cells = codings.stories[layers.text[spans]] * layers.count + layers.layer[spans]
    size = codings.story_count * layers.count
    sums = np.bincount(cells, weights=weights, minlength=size).astype(float)
    return sums.reshape(codings.story_count, layers.count)
