"""What coders tagged in some texts, as arrays."""

from __future__ import annotations

from dataclasses import dataclass, replace
from functools import wraps
from typing import TYPE_CHECKING, TypeVar
from weakref import WeakKeyDictionary

import numpy as np

if TYPE_CHECKING:
    from collections.abc import Callable

Result = TypeVar("Result")


# Compared by identity: arrays have no truth value, and shared work is kept per object.
@dataclass(frozen=True, slots=True, eq=False, weakref_slot=True)
class Codings:
    """What coders tagged in some texts: indices everywhere, offsets in code points, half-open.

    Stacks, overlaps and the same span tagged twice are all allowed. Who did not code a text is
    missing data there; who coded it and tagged nothing said "nothing here".
    """

    lengths: np.ndarray  # [texts] code points
    stories: np.ndarray  # [texts] story, 0 … story_count - 1: what the bootstrap resamples
    coded: np.ndarray  # bool [texts, coders]: who coded which text, tags or none
    text: np.ndarray  # [spans]
    coder: np.ndarray  # [spans]
    start: np.ndarray  # [spans]
    end: np.ndarray  # [spans]
    code: np.ndarray  # [spans]
    codes: int
    parents: tuple[int, ...]  # [codes] the code above, -1 for none
    units: tuple[np.ndarray, ...]  # per text [n, 2]: ranges of sentences or passages, ascending

    @property
    def story_count(self) -> int:
        """Return how many stories the texts belong to."""
        return int(self.stories.max()) + 1 if len(self.stories) else 0

    @property
    def coder_count(self) -> int:
        """Return how many coders coded at least one text."""
        return int(self.coded.any(axis=0).sum())

    @property
    def width(self) -> int:
        """Return a number above every offset, to number positions through all texts."""
        return int(max(self.lengths.max(initial=0), self.end.max(initial=0))) + 1

    def select(self, texts: np.ndarray | None = None, spans: np.ndarray | None = None) -> Codings:
        """Return the codings of the texts and the spans for which the masks are true.

        Texts and stories are numbered anew without holes, in their order; coders and codes keep
        their numbers. A coder whose spans are all left out still coded the text.
        """
        kept = self if spans is None else self._of_spans(spans)
        if texts is None:
            return kept
        numbers = np.cumsum(texts) - 1
        kept = kept._of_spans(texts[kept.text])
        return replace(
            kept,
            lengths=kept.lengths[texts],
            stories=np.unique(kept.stories[texts], return_inverse=True)[1],
            coded=kept.coded[texts],
            text=numbers[kept.text],
            units=tuple(ranges for ranges, is_in in zip(kept.units, texts, strict=True) if is_in),
        )

    def of_coders(self, coders: list[int]) -> Codings:
        """Return what these coders said of the texts that at least one of them coded.

        They are numbered anew in the order given.
        """
        numbers = np.full(self.coded.shape[1], -1)
        numbers[coders] = np.arange(len(coders))
        kept = self._of_spans(numbers[self.coder] >= 0)
        kept = replace(kept, coded=self.coded[:, coders], coder=numbers[kept.coder])
        return kept.select(texts=np.asarray(kept.coded.any(axis=1)))

    def of_pair(self, first: int, second: int) -> Codings:
        """Return two coders' codings of the texts that both coded; they become coders 0 and 1."""
        pair = self.of_coders([first, second])
        return pair.select(texts=np.asarray(pair.coded.all(axis=1)))

    def of_code(self, code: int) -> Codings:
        """Return the codings with the spans of one code alone; codes keep their numbers."""
        return self.select(spans=self.code == code)

    def without_duplicates(self) -> Codings:
        """Return the codings with each span of a coder and a code once, in a fixed order.

        Spans that cannot count are left out too: empty ones, and tags of who is not counted as
        a coder of the text (a part that was begun and not finished).
        """
        counts = (self.start < self.end) & self.coded[self.text, self.coder]
        columns = (self.code, self.end, self.start, self.coder, self.text)
        order = np.lexsort(columns)
        rows = np.stack(columns, axis=1)[order]
        is_new = np.ones(len(rows), dtype=bool)
        is_new[1:] = (rows[1:] != rows[:-1]).any(axis=1)
        return self._of_spans(order[is_new & counts[order]])

    def _of_spans(self, chosen: np.ndarray) -> Codings:
        """Return the codings with the spans of a mask, or of indices in their order."""
        names = ("text", "coder", "start", "end", "code")
        return replace(self, **{name: getattr(self, name)[chosen] for name in names})


def kept_with_codings(compute: Callable[[Codings], Result]) -> Callable[[Codings], Result]:
    """Keep what a function returned for as long as the codings live: many measures share it."""
    kept: WeakKeyDictionary[Codings, Result] = WeakKeyDictionary()

    @wraps(compute)
    def computed(codings: Codings) -> Result:
        if codings not in kept:
            kept[codings] = compute(codings)
        return kept[codings]

    return computed
