"""Propose wordings that may name a concept: phrases around the head word of a name it has.

Only for scripts that put spaces between words. A person decides; nothing is added by itself.
"""

import re
from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field

from annotations.language.naming import same_as
from annotations.texts.wording import Words, class_of
from sources.function_words import GRAMMAR

BEFORE, AFTER = 4, 3  # words that a phrase may have before its head, and behind a link
# What a phrase goes on with behind its head: “office of Japan”, “office in the capital”.
LINKS = frozenset("of in for de du des di da del della von der".split())
ARTICLES = frozenset("the la le les los las der die das den dem".split())
_POSSESSIVE = re.compile("['’]s$")
# Words that no phrase begins with and none runs across; those of other languages slip through,
# but for what has one letter or two.
_EMPTY = GRAMMAR | frozenset(
    """all become cannot den die ever further like made make not once others same several
    thus together without yours""".split()
)


@dataclass(slots=True)
class Phrase:
    """A wording that occurs, and how often in the texts of each outlet."""

    wording: str
    counts: Counter[int] = field(default_factory=Counter)  # by outlet

    @property
    def total(self) -> int:
        return self.counts.total()


def head_of(wording: str) -> str:
    """Return the word that the others of a name describe: “office” of “the new office in Japan”.

    "" if the name has none that can be told, as in a script without spaces.
    """
    words = [_bare(word) for word in Words(wording).keys]
    content = [number for number, word in enumerate(words) if _is_content(word)]
    if not content:
        return ""
    links = (number for number in range(content[0] + 1, len(words)) if words[number] in LINKS)
    head = words[next(links, len(words)) - 1]
    return _singular(head) if _is_content(head) and class_of(head[0]) != "i" else ""


def propose_names(
    texts: Mapping[int, Iterable[str]], names: Sequence[str], most: int = 9
) -> list[Phrase]:
    """Return phrases of the texts of each outlet that hold the head of one of `names`.

    Those of most outlets come first, then the most frequent. What is among the names is left out,
    and so is what only occurs within one longer phrase.
    """
    heads = {head for name in names if (head := head_of(name))}
    found: dict[str, Phrase] = {}
    forms: dict[str, Counter[str]] = defaultdict(Counter)
    for outlet, each in texts.items():
        for text in each:
            for form in _around(text, heads):
                key = same_as(form)
                forms[key][form] += 1
                found.setdefault(key, Phrase(form)).counts[outlet] += 1
    known = {same_as(name) for name in names}
    for key, phrase in found.items():
        phrase.wording = forms[key].most_common(1)[0][0]
    kept = [phrase for key, phrase in found.items() if key not in known and key not in heads]
    whole = _without_parts(kept)
    return sorted(whole, key=lambda one: (-len(one.counts), -one.total, one.wording))[:most]


def _around(text: str, heads: set[str]) -> Iterator[str]:
    """Yield the phrases around each of the heads."""
    words = Words(text)
    plain = [_bare(key) for key in words.keys]
    for number, word in enumerate(plain):
        if _singular(word) not in heads:
            continue
        first = number
        while first > 0 and number - first < BEFORE and _describes(words, plain, first - 1):
            first -= 1
        ends = {number + 1, _end_behind(words, plain, number)}
        for start in range(first, number + 1):
            for end in ends:
                yield _unowned(words.text[words.start_of(start) : words.end_of(end)])


def _describes(words: Words, plain: Sequence[str], number: int) -> bool:
    """Return whether the word is content, and nothing but a space parts it from the next."""
    return _is_content(plain[number]) and _is_joined(words, number + 1)


def _end_behind(words: Words, plain: Sequence[str], head: int) -> int:
    """Return where a phrase ends that goes on behind its head, or else right behind it.

    Behind the link come one word, or words that all have capitals, and a number before them.
    """
    number = head + 1
    if number >= len(plain) or plain[number] not in LINKS or not _is_joined(words, number):
        return head + 1
    first = number + 1
    for skipped in (lambda word: word in ARTICLES, str.isdigit):
        if first < len(plain) and _is_joined(words, first) and skipped(plain[first]):
            first += 1
    end = first
    while end < min(len(plain), first + AFTER) and _is_joined(words, end):
        if not _is_content(plain[end]) or (end > first and not _have_capitals(words, end)):
            break
        end += 1
    return end if end > first else head + 1


def _have_capitals(words: Words, number: int) -> bool:
    """Return whether the word and the one before it have capitals."""
    return words.keys[number][0].isupper() and words.keys[number - 1][0].isupper()


def _is_content(word: str) -> bool:
    return len(word) > 2 and word not in _EMPTY and class_of(word[0]) != "s"


def _is_joined(words: Words, number: int) -> bool:
    """Return whether only a space, or a quotation mark too, stands before the word."""
    gap = words.gap_before(number)
    return "\n" not in gap and not gap.strip(" \u00a0\"“”„«»‘’'")


def _without_parts(phrases: Sequence[Phrase]) -> list[Phrase]:
    """Leave out what occurs as often as a longer phrase that holds it."""
    keys = {id(phrase): f" {same_as(phrase.wording)} " for phrase in phrases}
    return [
        one
        for one in phrases
        if not any(
            other is not one
            and other.total == one.total
            and len(keys[id(other)]) > len(keys[id(one)])
            and keys[id(one)] in keys[id(other)]
            for other in phrases
        )
    ]


def _bare(word: str) -> str:
    """Return the word in lower case, without a possessive ending."""
    return word.casefold().removesuffix("'s")


def _unowned(wording: str) -> str:
    """Return the wording without a possessive ending."""
    return wording[:-2] if _POSSESSIVE.search(wording) else wording


def _singular(word: str) -> str:
    return word[:-1] if len(word) > 4 and word.endswith("s") and word[-2] != "s" else word
