"""Which words of a group's sentences stand in another outlet's too: what speaks for the group."""

from collections import defaultdict
from collections.abc import Iterable, Sequence
from math import ceil

from annotations.texts.wording import weight_of
from sources.function_words import GRAMMAR
from sources.words import word_places

STEM = 5  # letters, at least, that two inflections of a word begin with
ALIKE = 0.7  # share of the longer word that these are, at least


def shared_words(sentences: Sequence[tuple[int, str]]) -> list[list[tuple[int, int]]]:
    """Return where the words stand that a sentence shares with one of another article.

    Each sentence comes with its article. Inflections count as the same; words of grammar, and
    most short ones, do not count.
    """
    words = [_content_words(text) for _, text in sentences]
    by_start: dict[str, set[tuple[str, int]]] = defaultdict(set)
    for (article, _), found in zip(sentences, words, strict=True):
        for _, word in found:
            by_start[word[:STEM]].add((word, article))
    return [
        [place for place, word in found if _is_elsewhere(word, article, by_start[word[:STEM]])]
        for (article, _), found in zip(sentences, words, strict=True)
    ]


def content_words(text: str) -> list[str]:
    """Return the words of `text` that say something, by their looks, in lower case."""
    return [word for _, word in _content_words(text)]


def _content_words(text: str) -> list[tuple[tuple[int, int], str]]:
    return [
        ((start, end), word)
        for start, end in word_places(text)
        if weight_of(text[start:end]) and (word := text[start:end].casefold()) not in GRAMMAR
    ]


def _is_elsewhere(word: str, article: int, alike: Iterable[tuple[str, int]]) -> bool:
    return any(owner != article and _same_stem(word, other) for other, owner in alike)


def _same_stem(one: str, other: str) -> bool:
    length = ceil(ALIKE * max(len(one), len(other)))
    return one == other or (len(one) >= STEM and one[:length] == other[:length])
