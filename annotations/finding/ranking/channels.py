"""Compare texts by one kind of feature, with the weights of BM25."""

from __future__ import annotations

from collections import Counter
from typing import TYPE_CHECKING

import numpy
from scipy import sparse

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Sequence

# docs/suggestions.md says how these were chosen.
SATURATION = 0.5  # BM25's k1: a feature that comes twice hardly says more than once
LENGTHS = 0.5  # BM25's b: how far a long text has to have more in common
LEAST = 1.0  # added to the logarithm: what is in all sentences still says something


class Channel:
    """The sentences of a story by their features; texts from elsewhere can be added.

    Rarity and the mean length are those of the story's sentences. `asked` holds each row as
    a question, `said` as an answer: their product is the share of what the question holds,
    rare things counting more, that is in the answer, which long answers have to outdo.
    """

    def __init__(
        self, features: Callable[[str], tuple[str, ...]], story: Sequence[list[str]]
    ) -> None:
        self._features = features
        self._columns: dict[str, int] = {}
        self._sentences = len(story)
        counts = self._counts(story)
        self._frequency = counts.count_nonzero(axis=0) if story else numpy.zeros(0)
        lengths = counts.sum(axis=1)
        self._mean_length = float(lengths.mean()) if lengths.any() else 1.0
        self._story = self.asked, self.said = self._weighted(counts)
        self._of_itself = self.asked.multiply(self.said).sum(axis=1)

    def questions(self, texts: Sequence[list[str]]) -> sparse.csr_array:
        """Return the rows of texts as questions, without adding them."""
        return self._weighted(self._counts(texts))[0]

    def answers(self, asked: sparse.csr_array) -> numpy.ndarray:
        """Return the likeness of a few questions and all texts: questions × texts."""
        return (self.said @ asked[:, : self.said.shape[1]].toarray().T).T

    def likeness_to(self, near: numpy.ndarray) -> numpy.ndarray:
        """Return the likeness of all texts to what lies near a few questions: questions × texts.

        `near` weighs the story's sentences for each question. Likeness of two sentences is the
        mean of that as question and as answer; none speaks for itself. As it is linear,
        sentences need not be compared with each other one by one.
        """
        asked, said = (_widened(near @ own, self.said.shape[1]) for own in self._story)
        both_ways = (self.said @ asked.T + self.asked @ said.T).T / 2
        both_ways[:, : near.shape[1]] -= near * self._of_itself
        return both_ways

    def within_story(self, size: int) -> Iterator[numpy.ndarray]:
        """Yield the likeness of the story's sentences to each other, `size` rows at a time."""
        asked, said = self._story
        answering = sparse.csr_array(said.T)
        for begin in range(0, asked.shape[0], size):
            yield (asked[begin : begin + size] @ answering).toarray()

    def add(self, texts: Sequence[list[str]]) -> None:
        asked, said = self._weighted(self._counts(texts))
        self.asked = _stacked(self.asked, asked)
        self.said = _stacked(self.said, said)

    def _counts(self, texts: Sequence[list[str]]) -> sparse.csr_array:
        """Count the features of texts; by way of the words, whose features are looked up once."""
        words: dict[str, int] = {}
        rows = [Counter(words.setdefault(word, len(words)) for word in text) for text in texts]
        columns = self._columns
        parts = [
            [columns.setdefault(feature, len(columns)) for feature in self._features(word)]
            for word in words
        ]
        in_texts = _matrix(
            [list(row) for row in rows], len(words), [n for row in rows for n in row.values()]
        )
        of_words = _matrix(parts, len(columns), [1] * sum(map(len, parts)))
        counts = sparse.csr_array(in_texts @ of_words)
        counts.sum_duplicates()
        return counts

    def _weighted(self, counts: sparse.csr_array) -> tuple[sparse.csr_array, sparse.csr_array]:
        frequency = numpy.zeros(len(self._columns))
        frequency[: len(self._frequency)] = self._frequency
        rarity = numpy.log((1 + self._sentences) / (1 + frequency)) + LEAST
        weights = rarity[counts.indices].astype(numpy.float32)
        rows = numpy.repeat(numpy.arange(counts.shape[0]), numpy.diff(counts.indptr))
        totals = numpy.bincount(rows, weights, minlength=counts.shape[0])
        lengths = numpy.asarray(counts.sum(axis=1)).ravel() / self._mean_length
        damping = SATURATION * (1 - LENGTHS + LENGTHS * lengths)[rows]
        said = weights * counts.data * (SATURATION + 1) / (counts.data + damping)
        return _like(counts, 1 / totals[rows]), _like(counts, said)


def _matrix(rows: list[list[int]], width: int, values: list[int]) -> sparse.csr_array:
    ends = numpy.cumsum([0, *map(len, rows)])
    columns = numpy.array([column for row in rows for column in row], dtype=numpy.int32)
    data = numpy.array(values, dtype=numpy.float32)
    return sparse.csr_array((data, columns, ends), shape=(len(rows), width))


def _like(matrix: sparse.csr_array, data: numpy.ndarray) -> sparse.csr_array:
    parts = (data.astype(numpy.float32), matrix.indices, matrix.indptr)
    return sparse.csr_array(parts, shape=matrix.shape)


def _widened(rows: numpy.ndarray, width: int) -> numpy.ndarray:
    return numpy.pad(rows, [(0, 0), (0, width - rows.shape[1])])


def _stacked(above: sparse.csr_array, below: sparse.csr_array) -> sparse.csr_array:
    """Stack rows; those above were made when fewer features were known."""
    wide = (above.data, above.indices, above.indptr)
    above = sparse.csr_array(wide, shape=(above.shape[0], below.shape[1]))
    return sparse.csr_array(sparse.vstack([above, below]))
