"""Where coders tagged: F1 of their spans, matched one to one, pooled over pairs, texts and codes.

Only spans of one code are matched, so stacks and nested spans of different codes never get into
each other's way. F1 knows no chance; among equals it does not matter whose spans are the gold.
"""

from dataclasses import dataclass, replace

import numpy as np

from annotations.agreement.codings import Codings, kept_with_codings
from annotations.agreement.matching import matched_pairs
from annotations.agreement.nominal import ratio

# What is summed over the pairs of coders of a text: hits by three rules, and spans to be hit. The
# last is summed over spans, for n.
EXACT, OVERLAP, HALF, OFFERED, SPANS = range(5)
ENOUGH = 0.5

NOBODY_TAGGED = "nobody tagged anything in a text that two coders coded"
NO_PAIR = "no text was coded by two coders"


@dataclass(frozen=True)
class SpanF1:
    """The harmonic mean of precision and recall, of all codes' spans or of one code's."""

    rule: int
    key: str
    title: str
    source: str
    code: int | None = None
    question: str = "where"

    def statistics(self, codings: Codings) -> np.ndarray:
        """Return [stories, codes, 5]."""
        return hits(codings)

    def of_code(self, code: int) -> "SpanF1":
        """Return the measure of one code's spans; it reads the same statistics."""
        return replace(self, code=code)

    def value(self, pooled: np.ndarray) -> np.ndarray:
        """Return hits of both sides over spans of both sides."""
        sums = self._of_codes(pooled)
        return ratio(2 * sums[..., self.rule], sums[..., OFFERED])

    def reason(self, pooled: np.ndarray) -> str:
        """Return why there is nothing to hit."""
        return "" if self._of_codes(pooled)[OFFERED] else NOBODY_TAGGED

    def units(self, pooled: np.ndarray) -> int:
        """Return how many spans there are in texts that two coders or more coded."""
        return round(float(self._of_codes(pooled)[SPANS]))

    def _of_codes(self, pooled: np.ndarray) -> np.ndarray:
        return pooled.sum(axis=-2) if self.code is None else pooled[..., self.code, :]


@kept_with_codings
def hits(codings: Codings) -> np.ndarray:
    """Return [stories, codes, 5]: what F1 is computed from by each of the three rules."""
    codings = codings.without_duplicates()
    pairs = matched_pairs(codings, same_code=True)
    place = codings.stories[codings.text] * codings.codes + codings.code
    of_pair = place[pairs.first]
    partners = codings.coded.sum(axis=1)[codings.text] - 1
    shape = (codings.story_count, codings.codes)
    columns = (
        (of_pair, pairs.overlap == 1),
        (of_pair, pairs.overlap),
        (of_pair, pairs.overlap >= ENOUGH),
        (place, partners),
        (place, partners > 0),
    )
    sums = [np.bincount(at, weights, minlength=shape[0] * shape[1]) for at, weights in columns]
    return np.stack(sums, axis=-1).reshape(*shape, len(columns))


VAN_RIJSBERGEN = "van Rijsbergen 1979, Information Retrieval, ch. 7"
WHERE_F1 = (
    SpanF1(
        EXACT,
        "where_f1_exact",
        "F1, exactly the same words",
        f"{VAN_RIJSBERGEN}; as agreement: Hripcsak & Rothschild 2005, JAMIA 12:296–298",
    ),
    SpanF1(
        OVERLAP,
        "where_f1_overlap",
        "F1, by how much the words overlap",
        f"{VAN_RIJSBERGEN}; credit by intersection over union (Jaccard 1901), matched one to one",
    ),
    SpanF1(
        HALF,
        "where_f1_half",
        "F1, half of the words or more the same",
        f"{VAN_RIJSBERGEN}; intersection over union of at least 1/2, matched one to one",
    ),
)
