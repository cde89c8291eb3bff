"""Reduce the words of a text to terms, under which a passage is found again in other forms.

Two words share a term if they look like forms of one: "mentality" and "Mentalities". This is by
the letters alone and in any language, so it brings together more than belongs together; whoever
asks compares the words themselves. Scripts that write no spaces go by characters and pairs.
"""

import re
import sys
import unicodedata
import zlib
from functools import lru_cache
from typing import NamedTuple

from sources.function_words import FUNCTION_WORDS

# Five letters and no vowels or s at their end bring together killed, kills, killing; Krieg,
# Krieges; guerre, guerres; война, войной. Four bring together too much, and with six the endings
# of short words stay on.
STEM = 5
SHORTEST = 3
_ENDING = "aeiouysаеёиоуыэюяйьіїєαεηιουωςσ"


# Han, Kana, Thai, Lao, Burmese and Khmer.
_NO_SPACES = (
    "\u3041-\u30ff\u3400-\u4dbf\u4e00-\u9fff\uf900-\ufaff\U00020000-\U0003ffff"
    "\u0e01-\u0e4f\u0e81-\u0ecf\u0edc-\u0edf\u1000-\u103f\u1050-\u109f\u1780-\u17d3"
)
_WRITES_NO_SPACES = re.compile(f"[{_NO_SPACES}]")
FIRST_WITHOUT_SPACES = "\u0e01"
# Combining marks are part of a word, though not of \w; so are the joiners of Persian and Hindi.
_MARKS = "\u200c\u200d" + "".join(
    character
    for character in map(chr, [*range(0x300, 0x1E00), *range(0xA802, 0xABF0)])
    if unicodedata.category(character)[0] == "M" and not _WRITES_NO_SPACES.match(character)
)
_LETTER = rf"[^\W\d_{_NO_SPACES}]"
_LETTERS = rf"{_LETTER}+(?:[{_MARKS}]+{_LETTER}*)*"
_APOSTROPHE = "['’ʼ＇‘`´]"
_TOKEN = re.compile(
    r"[A-Za-z]++(?![^\s,])"  # most words of most texts; what follows would take twice as long
    rf"|{_LETTER}(?:(?:\.{_LETTER})+\b"  # U.S., of which a last full stop may be the sentence's
    rf"|{_LETTER}*(?:[{_MARKS}]+{_LETTER}*)*(?:{_APOSTROPHE}{_LETTERS})*)"
    rf"|[{_NO_SPACES}]+"
    r"|\d+(?:[.,’'\u00a0\u202f]\d+)*"
)
_APOSTROPHES = re.compile(_APOSTROPHE)
_GROUPS = re.compile(r"[.,’'\u00a0\u202f]")
_ARABIC_ARTICLE = re.compile("^(?:[وفبك]?ال|لل)(?=.{3})")
_PLAIN = str.maketrans(
    {
        "ـ": "",
        "\u200c": "",
        "\u200d": "",
        "ı": "i",
        "æ": "ae",
        "œ": "oe",
        "ø": "o",
        "ł": "l",
        "đ": "d",
        "ð": "d",
        "ς": "σ",
    }
)


class Word(NamedTuple):
    """A word where it stands in a text, as half-open code points.

    `folded` is without case and accents; `term` is what its other forms share.
    """

    term: str
    folded: str
    start: int
    end: int

    @property
    def is_function_word(self) -> bool:
        return self.folded in FUNCTION_WORDS


_new = tuple.__new__


def tokens_of(text: str) -> list[str]:
    """Return what `words_in` takes the words from: faster, as it does not say where."""
    return _TOKEN.findall(text)


def words_in(text: str, begin: int = 0, finish: int = sys.maxsize) -> list[Word]:
    """Return the words of `text` in their order, of all of it or of [begin, finish).

    Hyphens part words, a possessive or an elided article is left out ("China's", "l'OTAN"), and a
    character of a script without spaces is a word.
    """
    words = []
    for match in _TOKEN.finditer(text, begin, finish):
        token, start = match.group(), match.start()
        if token[0] >= FIRST_WITHOUT_SPACES and _WRITES_NO_SPACES.match(token):
            words += [Word(each, each, at, at + 1) for at, each in enumerate(token, start)]
        else:
            for term, folded, first, last in _parts(token):
                # Word(…) takes three times as long, and a search makes a hundred thousand.
                words.append(_new(Word, (term, folded, start + first, start + last)))
    return words


def terms_of(text: str) -> list[str]:
    """Return the terms of `text` in their order, for the index.

    Beside each character of a script without spaces stands the pair that it begins.
    """
    return [term for token in _TOKEN.findall(text) for term in _terms(token)]


def pairs_of(characters: str) -> list[str]:
    """Return each two characters that follow one another."""
    return [characters[at : at + 2] for at in range(len(characters) - 1)]


def keys_of(text: str) -> list[int]:
    """Return the terms of `text` as numbers, each once, in ascending order.

    Of 32 bits, signed, as PostgreSQL's integer: an index of them is half the size of one of
    words. Two terms may share a number, once in thousands of texts.
    """
    return sorted({key for token in set(_TOKEN.findall(text)) for key in keys_of_token(token)})


@lru_cache(maxsize=200_000)
def keys_of_token(token: str) -> list[int]:
    """Return the numbers of what `tokens_of` gives, in no order."""
    return [key_of(term) for term in _terms(token)]


@lru_cache(maxsize=200_000)
def key_of(term: str) -> int:
    """Return the number of a term; the same on every machine."""
    number = zlib.crc32(term.encode())
    return number - 2**32 if number >= 2**31 else number


def _terms(token: str) -> list[str]:
    if token[0] >= FIRST_WITHOUT_SPACES and _WRITES_NO_SPACES.match(token):
        return [*token, *pairs_of(token)]
    return [part[0] for part in _parts(token)]


@lru_cache(maxsize=200_000)
def _parts(token: str) -> tuple[tuple[str, str, int, int], ...]:
    """Return term, folded form and place of the words that a token consists of."""
    if token[0].isdecimal():
        number = _number(token)
        return ((number, number, 0, len(token)),)
    if "." in token:
        folded = fold(token.replace(".", ""))
        return ((stem(folded), folded, 0, len(token)),)
    places, start = [], 0
    for mark in [*_APOSTROPHES.finditer(token), None]:
        end = mark.start() if mark else len(token)
        places.append((start, end))
        start = mark.end() if mark else end
    long = [(first, last) for first, last in places if last - first > 2]
    parts = []
    for first, last in long or [(0, len(token))]:
        folded = fold(token[first:last])
        parts.append((sys.intern(stem(folded)), sys.intern(folded), first, last))
    return tuple(parts)


def fold(word: str) -> str:
    """Return a word without case, accents, vowel points and apostrophes."""
    folded = word.casefold()
    if not folded.isascii():
        apart = unicodedata.normalize("NFKD", folded)
        folded = "".join(each for each in apart if not unicodedata.combining(each))
        folded = _ARABIC_ARTICLE.sub("", folded.translate(_PLAIN))
    return _APOSTROPHES.sub("", folded) or word


def stem(folded: str) -> str:
    """Return the term of a folded word: its first letters, without an ending."""
    end = min(len(folded), STEM)
    while end > SHORTEST and folded[end - 1] in _ENDING:
        end -= 1
    return folded[:end]


def _number(token: str) -> str:
    """Return a number in ASCII digits, without the signs that group thousands."""
    groups = ["".join(str(int(digit)) for digit in group) for group in _GROUPS.split(token)]
    grouped = len(groups) > 1 and all(len(group) == 3 for group in groups[1:])
    return ("" if grouped else ".").join(groups)
