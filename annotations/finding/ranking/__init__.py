"""Rank sentences by how likely they report the same fact; docs/suggestions.md says how.

A person decides; the scores only put into an order. Where a sentence stands plays no part, nor
does the order in which sentences are given.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Sequence

    import numpy

    from annotations.finding.ranking.meaning import Meaning

VERSION = "3"  # of the scores: what is stored of an older one is computed again


@dataclass(frozen=True, slots=True)
class Ranked:
    """A candidate: its number among those given, and the code points of it that speak for it.

    Scores are larger for better ones and comparable within one query only.
    """

    number: int
    score: float
    matched: tuple[tuple[int, int], ...]


class Ranker:
    """Rank candidates for the facts of one story, whose sentences are `corpus`.

    They tell which words are common in the story and so say little. Candidates and queries may
    be others. Without `meaning` wordings alone are compared. `by_meaning` tells whether it reads
    most of the sentences: their similarities are larger then.
    """

    def __init__(self, corpus: Sequence[str], meaning: Meaning | None = None) -> None:
        # Here, so that pages that rank nothing need not wait for numpy and scipy.
        from annotations.finding.ranking.index import Index

        self._corpus = list(corpus)
        self._index = Index(self._corpus, meaning)
        self.by_meaning = self._index.by_meaning

    def rank(
        self, queries: Sequence[str], candidates: Sequence[str], limit: int | None = None
    ) -> list[Ranked]:
        """Return the best candidates first, at most `limit`; `queries` are wordings of one fact.

        Equal scores are ordered by the candidates' texts.
        """
        scores = self._index.scores(tuple(queries), candidates)
        order = sorted(range(len(candidates)), key=lambda n: (-scores[n], candidates[n], n))
        return [
            Ranked(n, float(scores[n]), self._index.matched(tuple(queries), candidates[n]))
            for n in order[:limit]
        ]

    def similarities(self) -> numpy.ndarray:
        """Return how alike any two sentences of the corpus are: n × n, symmetric, from 0 to 1."""
        return self._index.similarities(self._corpus)
