"""Find where a text says a phrase again: the same, inflected, reordered, or nearly.

Pure: whoever asks brings the text. Words are told as `sources.terms` tells them.
"""

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from enum import IntEnum
from functools import lru_cache
from itertools import combinations, pairwise

from sources.terms import STEM, Word, key_of, keys_of_token, pairs_of, tokens_of, words_in

LONGEST = 300  # code points of a phrase
MOST_WORDS = 40  # of a phrase, and characters of a script without spaces
FEW = 4  # different words that a phrase has at least for one to be missing from an echo
PROBES = 5  # of a long phrase, by which passages are sought
# What words of fewer than `SURE` common letters end with in forms of one word, in the languages
# of Latin script that news is mostly written in.
SURE = 6
ENDINGS = frozenset(
    " a e i o u y s d n r t m as es os is em en er et ed ies ied ing ings ens ern re ai ais ait"
    " ons ez aient ant an ent amos on om ow ach ami ego emu ych ich iej al lar ler".split(" ")
)
_SENTENCE_END = re.compile(r"[.!?…][^\w\s]*\s+[^\w\s]*$")
_FULL_STOP = re.compile("[。！？]")


class Likeness(IntEnum):
    """How an echo says the phrase, best first."""

    SAME = 1
    MARKS = 2
    FORMS = 3
    NEARLY = 4

    @property
    def label(self) -> str:
        """What a reader is told."""
        return LABELS[self]


LABELS = {
    Likeness.SAME: "same words",
    Likeness.MARKS: "other punctuation or case",
    Likeness.FORMS: "inflected or reordered",
    Likeness.NEARLY: "nearly",
}


class PhraseRefused(ValueError):
    """Nothing can be sought for; the message says what to give instead."""


@dataclass(frozen=True, slots=True)
class Phrase:
    """What is sought: its words, and which of them an echo has to hold.

    `text` is from the first word to the last, with single spaces.
    """

    text: str
    words: tuple[Word, ...]

    @property
    def sought(self) -> tuple[Word, ...]:
        """The words that carry meaning, or all if none does."""
        return tuple(word for word in self.words if not word.is_function_word) or self.words

    @property
    def reach(self) -> int:
        """How many words an echo spans at most."""
        count = len(self.sought)
        return 1 if count == 1 else max(count + max(3, count // 2 + 1), len(self.words) + 1)


@dataclass(frozen=True, slots=True)
class Heard:
    """An echo where it stands, as half-open code points of the text that was given."""

    start: int
    end: int
    likeness: Likeness


def phrase_of(given: str) -> Phrase:
    """Return the phrase to look for. Raises PhraseRefused if it has no words or is too long."""
    text = " ".join(given.split())
    words = tuple(words_in(text)) if len(given) <= LONGEST else ()
    if len(given) > LONGEST or len(words) > MOST_WORDS:
        raise PhraseRefused(
            f"Echoes are sought for up to {MOST_WORDS} words and {LONGEST} characters. Choose the "
            "few words that matter."
        )
    if not words:
        raise PhraseRefused("There is no word to look for. Give at least one word or number.")
    start = words[0].start
    moved = [word._replace(start=word.start - start, end=word.end - start) for word in words]
    return Phrase(text[start : words[-1].end], tuple(moved))


def terms_sought(phrase: Phrase) -> list[str]:
    """Return the terms under which the index has the phrase, each once."""
    return list({term: None for run in _runs(phrase.sought) for term in _terms_of_run(run)})


def probes(phrase: Phrase, rarity: Mapping[str, float]) -> list[list[str]]:
    """Return sets of terms; a passage with an echo holds all the terms of one of them.

    `rarity` says which share of passages holds a term; those it does not name are rarer than all
    that it does. Of several words one may be missing, so of a long phrase only the rarest count.
    """
    # Of equally rare terms, the longer one says more.
    rarest = sorted(
        terms_sought(phrase), key=lambda term: (rarity.get(term, 0.0), -len(term), term)
    )
    spare = _spare(rarest, any(_is_character(word) for word in phrase.sought))
    rarest = rarest[: PROBES + (spare > 1)]
    return [list(chosen) for chosen in combinations(rarest, len(rarest) - spare)]


def echoes_in(phrase: Phrase, text: str) -> list[Heard]:
    """Return where `text` says the phrase, in reading order; no two of them overlap."""
    words = words_in(text, *_stretch(phrase, text))
    found = [*_in_order(phrase, text, words), *_in_any_order(phrase, text, words)]
    if len(found) < 2:
        return found
    found.sort(key=lambda one: (one.likeness, one.end - one.start, one.start))
    kept: list[Heard] = []
    taken = bytearray(len(text))
    for one in found:
        if not any(taken[one.start : one.end]):
            taken[one.start : one.end] = b"\1" * (one.end - one.start)
            kept.append(one)
    return sorted(kept, key=lambda one: one.start)


@lru_cache(maxsize=50_000)
def are_forms(one: str, other: str) -> bool:
    """Return whether two folded words look like forms of one, by their beginnings and endings."""
    shorter = min(len(one), len(other))
    common = next((at for at in range(shorter) if one[at] != other[at]), shorter)
    endings = one[common:], other[common:]
    if common < 2 or not one[0].isalpha():
        return one == other
    if not (one.isascii() and other.isascii()):
        return max(map(len, endings)) <= 3 * (1 + _is_hangul(one))
    if common < SURE:
        return all(ending in ENDINGS for ending in endings)
    return max(map(len, endings)) <= STEM


def _runs(words: Sequence[Word]) -> Iterator[list[Word]]:
    """Yield words one by one, and characters that touch one another together."""
    run: list[Word] = []
    for word in words:
        if run and not (
            _is_character(word) and _is_character(run[-1]) and run[-1].end == word.start
        ):
            yield run
            run = []
        run.append(word)
    yield run


def _terms_of_run(run: Sequence[Word]) -> list[str]:
    return [run[0].term] if len(run) == 1 else pairs_of("".join(word.term for word in run))


def _spare(terms: Sequence[str], by_characters: bool) -> int:
    """Return how many of the terms a passage may lack."""
    if by_characters:  # a character that is missing, or stands elsewhere, breaks two pairs
        return 0 if len(terms) < 3 else 1 if len(terms) < 6 else 2
    return int(len(terms) >= FEW)


class _Sought:
    """What is asked of a phrase for every text, worked out once."""

    def __init__(self, phrase: Phrase) -> None:
        self.words = phrase.sought
        self.folded = [word.folded for word in phrase.words]
        self.reach = phrase.reach
        self.margin = len(phrase.text) + 20
        self.by_term: dict[str, list[int]] = {}
        for number, word in enumerate(self.words):
            self.by_term.setdefault(word.term, []).append(number)
        self.need = len(self.words) - (len(self.by_term) >= FEW)
        self.keys = frozenset(map(key_of, self.by_term))

    def meets(self, word: Word) -> list[int]:
        """Return which words of the phrase `word` may be a form of."""
        numbers = self.by_term.get(word.term)
        if numbers and any(are_forms(word.folded, self.words[n].folded) for n in numbers):
            return numbers
        return []


@lru_cache(maxsize=16)
def _sought(phrase: Phrase) -> _Sought:
    return _Sought(phrase)


def _stretch(phrase: Phrase, text: str) -> tuple[int, int]:
    """Return the part of `text`, cut at spaces, outside of which nothing of the phrase stands.

    To find the tokens that matter takes a third of the time that it takes to place all words.
    """
    sought = _sought(phrase)
    told = [token for token in tokens_of(text) if not sought.keys.isdisjoint(keys_of_token(token))]
    if not told:
        return 0, 0
    # Where the letters of the first stand first, be it within another word.
    first, last = text.find(told[0]), text.rfind(told[-1]) + len(told[-1])
    begin = text.rfind(" ", 0, max(0, first - sought.margin)) + 1
    finish = text.find(" ", last + sought.margin)
    return begin, len(text) if finish < 0 else finish


def _in_order(phrase: Phrase, text: str, words: Sequence[Word]) -> Iterator[Heard]:
    """Yield where all words of the phrase follow one another in their own forms."""
    sought = _sought(phrase).folded
    for at, word in enumerate(words):
        if word.folded != sought[0]:
            continue
        here = words[at : at + len(sought)]
        if [word.folded for word in here] != sought:
            continue
        start, end = here[0].start, here[-1].end
        if " ".join(text[start:end].split()) == phrase.text:
            yield Heard(start, end, Likeness.SAME)
        elif not _ends_within(text, here):
            yield Heard(start, end, Likeness.MARKS)


def _in_any_order(phrase: Phrase, text: str, words: Sequence[Word]) -> Iterator[Heard]:
    """Yield where the words that carry meaning stand close together, in any form and order."""
    sought = _sought(phrase)
    hits = [(at, met) for at, word in enumerate(words) if (met := sought.meets(word))]
    for first in range(len(hits) - sought.need + 1):
        met = _met_from(hits, first, sought.reach, len(sought.words))
        if len(met) < sought.need:
            continue
        here = words[met[0] : met[-1] + 1]
        if not _ends_within(text, here):
            exact = len(met) == len(sought.words) and not _strangers(here, len(met))
            likeness = Likeness.FORMS if exact else Likeness.NEARLY
            yield Heard(here[0].start, here[-1].end, likeness)


def _met_from(
    hits: Sequence[tuple[int, list[int]]], first: int, reach: int, most: int
) -> list[int]:
    """Return the places of the words, from a hit on, that meet different words of the phrase."""
    used: set[int] = set()
    met = []
    for at, numbers in hits[first : first + reach]:
        if at - hits[first][0] >= reach:
            break
        free = next((number for number in numbers if number not in used), None)
        if free is not None:
            used.add(free)
            met.append(at)
        if len(met) == most:
            break
    return met


def _strangers(words: Sequence[Word], met: int) -> bool:
    """Return whether other words that carry meaning stand among those that were met."""
    return sum(not word.is_function_word for word in words) > met


def _ends_within(text: str, words: Sequence[Word]) -> bool:
    """Return whether a sentence ends between two of the words."""
    for word, following in pairwise(words):
        between = text[word.end : following.start]
        if _FULL_STOP.search(between):
            return True
        abbreviated = word.end - word.start == 1 or "." in text[word.start : word.end]
        if abbreviated or text[following.start].islower():
            continue
        if _SENTENCE_END.search(between):
            return True
    return False


def _is_character(word: Word) -> bool:
    return len(word.term) == 1 and word.end - word.start == 1 and not word.term.isascii()


def _is_hangul(folded: str) -> bool:
    return "\u1100" <= folded[0] <= "\u11ff"
