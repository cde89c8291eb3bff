"""Noticed: did coders tag the same sentences (or passages), whatever the exact words."""

from dataclasses import dataclass, replace

import numpy as np

from annotations.agreement.codings import Codings, kept_with_codings
from annotations.agreement.figures import Coefficient, Measure
from annotations.agreement.nominal import (
    ALPHA,
    Cohen,
    Fleiss,
    Gwet,
    Percentage,
    Scott,
    Specific,
    tables_of_counts,
)

NOT_NOTICED, NOTICED_IT = 0, 1


@dataclass(frozen=True)
class Noticed:
    """A coefficient of units × coders, of tags of any code or of one.

    A unit is noticed by a coder if one of their tags overlaps it. A text that a coder did not
    code is missing data; one that they coded without a tag is "not noticed" throughout.
    """

    coefficient: Coefficient
    code: int | None = None
    question: str = "noticed"

    @property
    def key(self) -> str:
        """Return the coefficient's key as that of the question."""
        return f"noticed_{self.coefficient.key}"

    @property
    def title(self) -> str:
        """Return the coefficient's name."""
        return self.coefficient.title

    @property
    def source(self) -> str:
        """Return the coefficient's source."""
        return self.coefficient.source

    def statistics(self, codings: Codings) -> np.ndarray:
        """Return [stories, codes + 1, planes, 2, 2]; the last layer is of any code."""
        return tables_of_layers(codings)

    def of_code(self, code: int) -> "Noticed":
        """Return the measure of one code's tags; it reads the same statistics."""
        return replace(self, code=code)

    def value(self, pooled: np.ndarray) -> np.ndarray:
        """Return the coefficient of the layer."""
        return self.coefficient.value(self._layer(pooled))

    def reason(self, pooled: np.ndarray) -> str:
        """Return why it is undefined; without variation either nobody or everybody tagged all."""
        return self.coefficient.reason(self._layer(pooled))

    def units(self, pooled: np.ndarray) -> int:
        """Return how many sentences (or passages) two coders or more read."""
        return self.coefficient.units(self._layer(pooled))

    def _layer(self, pooled: np.ndarray) -> np.ndarray:
        return pooled[..., -1 if self.code is None else self.code, :, :, :]


@kept_with_codings
def tables_of_layers(codings: Codings) -> np.ndarray:
    """Return [stories, codes + 1, planes, 2, 2], one layer for each code and one for any."""
    text_of = np.repeat(np.arange(len(codings.units)), [len(ranges) for ranges in codings.units])
    read = codings.coded[text_of]
    stories = codings.stories[text_of]
    unit, span = units_of_spans(codings)
    layers = []
    for layer in range(codings.codes + 1):
        chosen = slice(None) if layer == codings.codes else codings.code[span] == layer
        noticed = np.zeros(read.shape, dtype=bool)
        noticed[unit[chosen], codings.coder[span[chosen]]] = True
        layers.append(tables_of_layer(noticed, read, stories, codings.story_count))
    return np.stack(layers, axis=1)


def tables_of_layer(
    noticed: np.ndarray, read: np.ndarray, stories: np.ndarray, story_count: int
) -> np.ndarray:
    """Return [stories, planes, 2, 2] of [units, coders].

    Most units are noticed by nobody: how many of them each number of coders read is enough.
    """
    readers = np.flatnonzero(read.any(axis=0))
    codings = read.sum(axis=1)
    by = noticed.sum(axis=1)
    some = np.flatnonzero(by)
    counts = np.stack([codings - by, by], axis=1)[some]
    crossed = None
    if readers.size == 2:
        choices = np.stack([read & ~noticed, noticed], axis=-1)[some]
        crossed = (choices[:, readers[0]], choices[:, readers[1]])
    tables = tables_of_counts(counts, stories[some], story_count, crossed)
    numbers = np.arange(readers.size + 1)
    cells = stories[by == 0] * numbers.size + codings[by == 0]
    blank = np.bincount(cells, minlength=story_count * numbers.size).reshape(
        story_count, numbers.size
    )
    alone = np.stack([numbers, np.zeros_like(numbers)], axis=1)
    both = alone == 2
    of_each = tables_of_counts(alone, numbers, numbers.size, (both, both) if crossed else None)
    return tables + np.tensordot(blank, of_each, axes=1)


def units_of_spans(codings: Codings) -> tuple[np.ndarray, np.ndarray]:
    """Return the pairs (unit, span) that overlap; units are numbered through all texts."""
    width = codings.width
    ranges = np.concatenate([np.zeros((0, 2), dtype=np.int64), *codings.units])
    offsets = np.repeat(
        np.arange(len(codings.units)) * width, [len(ranges) for ranges in codings.units]
    )
    base = codings.text.astype(np.int64) * width
    first = np.searchsorted(ranges[:, 1] + offsets, base + codings.start, side="right")
    last = np.searchsorted(ranges[:, 0] + offsets, base + codings.end, side="left")
    counts = np.maximum(last - first, 0)
    span = np.repeat(np.arange(len(counts)), counts)
    within = np.arange(counts.sum()) - np.repeat(np.cumsum(counts) - counts, counts)
    return first[span] + within, span


NOTICED: tuple[Measure, ...] = tuple(
    Noticed(coefficient)
    for coefficient in (
        ALPHA,
        Percentage(),
        Specific(NOTICED_IT, "positive", "Agreement on what was noticed"),
        Specific(NOT_NOTICED, "negative", "Agreement on what was not"),
        Fleiss(),
        Gwet(),
        Cohen(),
        Scott(),
    )
)
