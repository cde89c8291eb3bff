"""Find the names of concepts in a text: whole words, whatever their case and punctuation marks.

White space, hyphens, apostrophes and quotation marks are alike, and part words: “liaison-office”
is “liaison office”, and “office” stands in “the office’s”. Other marks have to be as in the name,
so “U.S.” is not “US”. A name never reaches across a line break.
"""

import re
from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from functools import lru_cache
from itertools import pairwise
from typing import NamedTuple

from annotations.texts.wording import class_of, key_of

ACRONYM = 3  # letters; of so few capitals the lower-case twin is another word: US, IT, WHO
# A word, an ideograph, or a sign, in the letters of `class_of`.
_WORD = re.compile("[is]m*|[wd][wdm]*")
_QUOTES = '"“”„‟«»‹›‘’‚‛「」『』＂'
_ALIKE = frozenset(_QUOTES)


@dataclass(frozen=True, slots=True)
class Name:
    """A wording that names a concept. `id` and `concept` are whatever the caller knows them by."""

    id: int
    concept: int
    wording: str


class Mention(NamedTuple):
    """Where a name stands, as half-open code points."""

    name: Name
    start: int
    end: int


class Cut:
    """A text cut into words, numbered from 0. `gaps[n]` is what counts between word n - 1 and n."""

    def __init__(self, text: str) -> None:
        self.text = text
        self.classes = text.translate({ord(char): class_of(char) for char in set(text)})
        self.places = [match.span() for match in _WORD.finditer(self.classes)]
        self.raw = [text[start:end] for start, end in self.places]
        self.words = [*map(_folded, self.raw)]

    def gap(self, number: int) -> str:
        """Return what stands before the word, less the marks that are alike."""
        between = self.text[self.places[number - 1][1] : self.places[number][0]]
        return "" if between in (" ", "") else _marks(between)

    def gaps(self, start: int, end: int) -> tuple[str, ...]:
        """Return the gaps within the words [start, end)."""
        return tuple(self.gap(number) for number in range(start + 1, end))


@dataclass(frozen=True, slots=True)
class _Pattern:
    name: Name
    words: list[str]
    gaps: tuple[str, ...]
    exact: str  # the wording as it has to stand, if its case counts

    @property
    def is_simple(self) -> bool:
        """Whether it is there wherever its first word is."""
        return len(self.words) == 1 and not self.exact


class Names:
    """The names of any number of concepts, to be found in any number of texts."""

    def __init__(self, names: Iterable[Name]) -> None:
        self._beginning: dict[str, list[_Pattern]] = defaultdict(list)
        known: set[tuple[int, str]] = set()
        for name in names:
            key = (name.concept, same_as(name.wording))
            cut = Cut(name.wording)
            if not cut.words or key in known:
                continue
            known.add(key)
            exact = "".join(cut.raw) if _is_acronym(cut.raw) else ""
            pattern = _Pattern(name, cut.words, cut.gaps(0, len(cut.words)), exact)
            self._beginning[cut.words[0]].append(pattern)

    def find(self, text: str) -> list[Mention]:
        """Return the mentions in the order of the text.

        Where two names of a concept overlap, the longer one stands, or else the earlier. The same
        words may be a mention of several concepts.
        """
        if not self._beginning:
            return []
        cut = Cut(text)
        found: dict[int, list[Mention]] = defaultdict(list)
        for number, word in enumerate(cut.words):
            for pattern in self._beginning.get(word, ()):
                end = number + len(pattern.words)
                if pattern.is_simple or _is_there(pattern, cut, number, end):
                    place = cut.places[number][0], cut.places[end - 1][1]
                    found[pattern.name.concept].append(Mention(pattern.name, *place))
        kept = [one for mentions in found.values() for one in _without_overlaps(mentions)]
        return sorted(kept, key=lambda one: (one.start, one.end, one.name.concept))


def same_as(wording: str) -> str:
    """Return what is the same for two wordings that name the same places; "" if it has no words."""
    cut = Cut(wording)
    words = cut.raw if _is_acronym(cut.raw) else cut.words
    gaps = ("", *cut.gaps(0, len(words)))
    return " ".join(gap + word for gap, word in zip(gaps, words, strict=False))


def _is_there(pattern: _Pattern, cut: Cut, start: int, end: int) -> bool:
    """Return whether the pattern, of which the first word is there, is there as a whole."""
    if cut.words[start:end] != pattern.words:
        return False
    if pattern.exact and "".join(cut.raw[start:end]) != pattern.exact:
        return False
    return cut.gaps(start, end) == pattern.gaps


def _without_overlaps(mentions: Sequence[Mention]) -> list[Mention]:
    if all(one.end <= after.start for one, after in pairwise(mentions)):
        return list(mentions)
    kept: list[Mention] = []
    taken: set[int] = set()
    for one in sorted(mentions, key=lambda one: (one.start - one.end, one.start)):
        place = range(one.start, one.end)
        if taken.isdisjoint(place):
            taken.update(place)
            kept.append(one)
    return kept


def _is_acronym(words: Sequence[str]) -> bool:
    letters = "".join(words)
    return 1 < len(letters) <= ACRONYM and letters.isalpha() and letters.isupper()


@lru_cache(maxsize=50_000)
def _folded(word: str) -> str:
    return key_of(word).casefold()


@lru_cache(maxsize=10_000)
def _marks(gap: str) -> str:
    """Return the gap without white space, hyphens, apostrophes and quotation marks.

    A line break stays, so that nothing is found across one.
    """
    return "".join(
        char
        for char in gap
        if char == "\n" or not (char.isspace() or char in _ALIKE or class_of(char) in "jm")
    )
