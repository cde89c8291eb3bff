"""Whether a group of sentences repeats one that people have settled already.

Sentences are told by their words, so that a group is known again when an article got a new text.
Case, punctuation and the style of quotation marks do not count.
"""

from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field

from sources.words import words_of

SAME = 0.75  # share of the words that an edited sentence keeps, at least


@dataclass(slots=True)
class Familiar:
    """The groups that stay settled, in the wordings of the sentences of today.

    `sentences` are those of each article, by its key.
    """

    sentences: Mapping[int, Iterable[str]]
    groups: list[frozenset[str]] = field(default_factory=list)
    quoted: list[frozenset[str]] = field(default_factory=list)
    _by_article: dict[int, list[str]] = field(init=False)
    _everywhere: set[str] = field(init=False)

    def __post_init__(self) -> None:
        self._by_article = {
            article: [wording(text) for text in texts] for article, texts in self.sentences.items()
        }
        self._everywhere = {one for wordings in self._by_article.values() for one in wordings}

    def settle(self, members: Iterable[tuple[int, str]]) -> None:
        """Take up a group that was settled: its sentences, each with its article."""
        self.groups.append(frozenset(self._today(article, text) for article, text in members))

    def quote(self, quotes: Iterable[tuple[int, str]]) -> None:
        """Take up the quotes of a fact, each with its article; they may be parts of sentences."""
        found = {
            sentence
            for article, text in quotes
            for sentence in self._by_article.get(article, [])
            if _covers(wording(text), sentence)
        }
        if found:
            self.quoted.append(frozenset(found))

    def knows(self, texts: Iterable[str]) -> bool:
        """Return whether a group of these sentences is not to be proposed.

        It shares more than half of the smaller one's sentences with a settled group, or one fact
        quotes more than half of its own. Half is not enough: a sentence may hold several facts,
        so two groups of two may well share one.
        """
        group = frozenset(map(wording, texts))
        return any(
            2 * len(group & other) > min(len(group), len(other)) for other in self.groups
        ) or any(2 * len(group & quotes) > len(group) for quotes in self.quoted)

    def _today(self, article: int, text: str) -> str:
        """Return the wording under which a sentence stands in the newest texts, or its own."""
        own = wording(text)
        if own in self._everywhere:
            return own
        likest = max(
            self._by_article.get(article, []), key=lambda other: _share(own, other), default=own
        )
        return likest if _share(own, likest) >= SAME else own


def wording(text: str) -> str:
    """Return the words of `text`, which is what sentences are told by."""
    return " ".join(words_of(text.casefold())) or text


def _covers(quote: str, sentence: str) -> bool:
    """Whether `quote` holds the sentence, or lies in it and is at least half of it."""
    if _holds(quote, sentence):
        return True
    return _holds(sentence, quote) and 2 * len(quote.split()) >= len(sentence.split())


def _holds(longer: str, shorter: str) -> bool:
    return f" {shorter} " in f" {longer} "


def _share(one: str, other: str) -> float:
    """Return the share of their words that both have, from 0 to 1 (Dice)."""
    counts, others = Counter(one.split()), Counter(other.split())
    total = counts.total() + others.total()
    return 2 * (counts & others).total() / total if total else 0.0
