"""Index a story's sentences, and score texts against wordings of a fact."""

from __future__ import annotations

from collections import Counter
from functools import lru_cache
from typing import TYPE_CHECKING

import numpy

from annotations.finding.ranking.channels import Channel
from annotations.finding.ranking.features import plain, runs, tokens, trunks
from annotations.texts.wording import weight_of
from sources.function_words import GRAMMAR
from sources.words import word_places, words_of

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from annotations.finding.ranking.meaning import Meaning

# docs/suggestions.md says how these were chosen.
SHARES = ((runs, 2 / 3), (trunks, 1 / 3))
SHARE_OF_MEANING = 0.3  # of the whole, where there is a model
ALIKE = 0.17  # sentences less like the question do not speak for a candidate
DOUBT = 0.1  # what weighs against them: few or unlike ones are hardly believed
COMMON = 1 / 8  # of the sentences: a word in more of them is not shown as matched

BLOCK = 512  # sentences compared with all others at once: bounds the memory


class Index:
    """The sentences of one story, compared with wordings of facts.

    Identical sentences are one. Texts from elsewhere are added behind them when asked for.
    """

    def __init__(self, corpus: Sequence[str], meaning: Meaning | None) -> None:
        texts = sorted(set(corpus))  # the order given must not even change the rounding
        self._numbers = {text: number for number, text in enumerate(texts)}
        self._sentences = len(texts)
        story = [tokens(text) for text in texts]
        self._channels = [Channel(features, story) for features, _ in SHARES]
        self._shares = [share * (1 - SHARE_OF_MEANING * bool(meaning)) for _, share in SHARES]
        self._meaning = meaning
        self._vectors = meaning.of(texts) if meaning else numpy.zeros((len(texts), 0))
        self._asked: tuple[str, ...] = ()
        self._answers = numpy.zeros(len(texts))
        self._spread = _spread(texts)
        self._sought: tuple[tuple[str, ...], set[str]] = ((), set())
        self._telling: dict[str, list[tuple[int, int, tuple[str, ...]]]] = {}

    def scores(self, queries: tuple[str, ...], candidates: Sequence[str]) -> numpy.ndarray:
        """Return the score of each candidate, by the mean over the wordings of the fact."""
        new = sorted({text for text in candidates if text not in self._numbers})
        if new:
            self._add(new)
        if new or queries != self._asked:
            self._asked, self._answers = queries, self._scored(sorted(set(queries)))
        return self._answers[[self._numbers[text] for text in candidates]]

    def _add(self, texts: Sequence[str]) -> None:
        self._numbers |= {text: n for n, text in enumerate(texts, len(self._numbers))}
        for channel in self._channels:
            channel.add([tokens(text) for text in texts])
        if self._meaning:
            self._vectors = numpy.vstack([self._vectors, self._meaning.of(texts)])

    def _scored(self, wordings: Sequence[str]) -> numpy.ndarray:
        """Return how well each text answers: by itself, and by the sentences near the question.

        What other outlets wrote in nearly the same words is asked as well, and so brings their
        words for the same thing. It weighs the more, the more there is of it and the nearer.
        """
        if not wordings:
            return numpy.zeros(len(self._numbers))
        direct = self._direct(wordings)
        near = numpy.maximum(direct[:, : self._sentences] - ALIKE, 0) ** 2
        for row, wording in enumerate(wordings):
            if self._numbers.get(wording, self._sentences) < self._sentences:
                near[row, self._numbers[wording]] = 0
        near /= DOUBT + near.sum(axis=1, keepdims=True)
        return (direct + self._by_way_of(near)).mean(axis=0)

    def _direct(self, wordings: Sequence[str]) -> numpy.ndarray:
        """Return the likeness of each wording and each text: wordings × texts."""
        split = [tokens(wording) for wording in wordings]
        alike = numpy.zeros((len(wordings), len(self._numbers)))
        for channel, share in zip(self._channels, self._shares, strict=True):
            alike += share * channel.answers(channel.questions(split))
        if self._meaning:
            vectors = self._meaning.of(wordings)
            alike += SHARE_OF_MEANING * numpy.maximum(vectors @ self._vectors.T, 0)
        return alike

    def _by_way_of(self, near: numpy.ndarray) -> numpy.ndarray:
        """Return the likeness of the texts to the sentences, weighted by `near`, but themselves."""
        found = numpy.zeros((len(near), len(self._numbers)))
        for channel, share in zip(self._channels, self._shares, strict=True):
            found += share * channel.likeness_to(near)
        if self._meaning:
            vectors = self._vectors[: self._sentences]
            found += SHARE_OF_MEANING * (near @ vectors @ self._vectors.T)
            found[:, : self._sentences] -= SHARE_OF_MEANING * near * (vectors**2).sum(axis=1)
        return found

    def matched(self, queries: tuple[str, ...], text: str) -> tuple[tuple[int, int], ...]:
        """Return the words of `text` that a wording has too and that say something here."""
        if queries != self._sought[0]:
            words = {word for query in queries for word in words_of(query)}
            self._sought = queries, {key for word in words for key in _keys(word)}
        if text not in self._telling:
            self._telling[text] = list(self._telling_words(text))
        places: list[tuple[int, int]] = []
        for start, end, keys in self._telling[text]:
            if self._sought[1].issuperset(keys):
                follows = places and not text[places[-1][1] : start].strip()
                places.append((places.pop()[0] if follows else start, end))
        return tuple(places)

    def _telling_words(self, text: str) -> Iterator[tuple[int, int, tuple[str, ...]]]:
        common = max(2, self._sentences * COMMON)
        for start, end in word_places(text):
            word = text[start:end]
            if not weight_of(word) or plain(word) in GRAMMAR:
                continue
            keys = _keys(word)
            if all(self._spread[key] <= common for key in keys):
                yield start, end, keys

    @property
    def by_meaning(self) -> bool:
        """Whether most sentences are compared by meaning too: there is a model that reads them."""
        return 2 * int(self._vectors[: self._sentences].any(axis=1).sum()) > self._sentences

    def similarities(self, corpus: Sequence[str]) -> numpy.ndarray:
        """Return all similarities of the corpus, as `annotations.finding.ranking.Ranker` says."""
        at = numpy.array([self._numbers[text] for text in corpus], dtype=int)
        alike = numpy.zeros((self._sentences, self._sentences), numpy.float32)
        if self._meaning:
            vectors = self._vectors[: self._sentences]
            alike += SHARE_OF_MEANING * numpy.maximum(vectors @ vectors.T, 0)
        for channel, share in zip(self._channels, self._shares, strict=True):
            for number, block in enumerate(channel.within_story(BLOCK)):
                alike[number * BLOCK : (number + 1) * BLOCK] += share * block
        return numpy.clip((alike + alike.T) / 2, 0, 1)[numpy.ix_(at, at)]


@lru_cache(maxsize=50_000)
def _keys(word: str) -> tuple[str, ...]:
    return trunks(plain(word))


def _spread(texts: Sequence[str]) -> Counter[str]:
    """Count the sentences that hold each trunk in lower case, as names do not count as common."""
    return Counter(
        key
        for text in texts
        for key in {key for word in words_of(text) if not word[0].isupper() for key in _keys(word)}
    )
