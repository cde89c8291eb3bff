"""Find for the words of one wording their counterparts in another: inflected, or written otherwise.

Languages are not analysed: words are akin by how they begin, numbers by their value, an
abbreviation by the initials that it stands for. Where that errs, it finds a counterpart too many,
so that what is said to have none has none.
"""

import re
import unicodedata
from collections import defaultdict
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from functools import lru_cache
from itertools import pairwise

from annotations.texts.wording import Words, weight_of
from sources.function_words import GRAMMAR

HEAD = 4  # letters that words which are akin begin with
AKIN = 0.55  # share of the longer word that both begin with: China, Chinese; agree, agreement
IDEOGRAPH = 0.5  # the weight of one
LONGEST_NAME = 6  # words that an abbreviation stands for

_HYPHENS = "-‐‑"
_DIGITS = re.compile(r"(\d+(?:[.,]\d+)*)(st|nd|rd|th|k|m|mln|bn|tn)?")
_GROUPED = re.compile(r"\d{1,3}(?:[.,]\d{3})+")
_UNITS = "zero one two three four five six seven eight nine ten eleven twelve thirteen fourteen"
_UNITS += " fifteen sixteen seventeen eighteen nineteen"
_TENS = "twenty thirty forty fifty sixty seventy eighty ninety"
_ORDINALS = "first second third fourth fifth sixth seventh eighth ninth tenth eleventh twelfth"
NUMBERS = {word: value for value, word in enumerate(_UNITS.split())}
NUMBERS |= {word: value * 10 for value, word in enumerate(_TENS.split(), start=2)} | {"dozen": 12}
ORDINALS = {word: value for value, word in enumerate(_ORDINALS.split(), start=1)}
SCALES = {"hundred": 100, "k": 1000, "thousand": 1000, "m": 10**6, "mln": 10**6, "million": 10**6}
SCALES |= {"bn": 10**9, "billion": 10**9, "tn": 10**12, "trillion": 10**12}
SIGNS = {"percent": "%", "cent": "%", "dollar": "$", "euro": "€", "pound": "£", "yen": "¥"}


@dataclass(frozen=True, slots=True)
class Term:
    """A word, or several that are one number, at [start, end) code points of its text.

    Any of `keys` may find its counterpart. `weight` is 0 for grammar, 0.5 for an ideograph, else 1.
    """

    start: int
    end: int
    keys: tuple[str, ...]
    weight: float = 1.0


class Kin:
    """Known keys, and which of them are counterparts of a key."""

    def __init__(self, keys: Iterable[str]) -> None:
        self._by_head: dict[str, list[str]] = defaultdict(list)
        for key in dict.fromkeys(keys):
            self._by_head[key[:HEAD]].append(key)
        self._found: dict[str, frozenset[str]] = {}

    def of(self, key: str) -> frozenset[str]:
        """Return the known keys that are akin to `key`, itself included if it is known."""
        if key not in self._found:
            near = self._by_head.get(key[:HEAD], [])
            self._found[key] = frozenset(other for other in near if akin(key, other))
        return self._found[key]


def akin(one: str, other: str) -> bool:
    """Tell whether two keys are of the same word, as far as can be told from their beginnings."""
    if one == other:
        return True
    longest = max(len(one), len(other))
    if min(len(one), len(other)) < HEAD or "#" in (one[0], other[0]):
        return False
    pairs = enumerate(zip(one, other, strict=False))
    same = next((at for at, (a, b) in pairs if a != b), min(len(one), len(other)))
    return same >= HEAD and same >= AKIN * longest


def abbreviations_in(text: str) -> set[str]:
    """Return the keys of what may be abbreviations: two to six capitals, with points or without."""
    words = (word for _, _, word in _pieces(text))
    return {_folded(word) for word in words if 2 <= len(word) <= LONGEST_NAME and word.isupper()}


def terms_of(text: str, language: str = "", abbreviations: Iterable[str] = ()) -> list[Term]:
    """Return the words of `text` in their order, with what they are to be compared by.

    `language` is BCP 47; without one English is assumed. Words whose initials are one of
    `abbreviations` can be matched by it too.
    """
    english = language.split("-")[0].lower() in ("", "en")
    pieces = list(_pieces(text))
    terms: list[Term] = []
    capital: list[int] = []  # the terms that begin with a capital
    at = 0
    while at < len(pieces):
        start, end, word = pieces[at]
        number = _number(text, pieces, at)
        if number:
            key, at = number
            weight = 0.0 if word.casefold() == "one" else 1.0
            terms.append(Term(start, pieces[at - 1][1], (key,), weight))
            continue
        key = _folded(word)
        weight = _weight(word, key, english=english)
        if weight and word[0].isupper():
            capital.append(len(terms))
        terms.append(Term(start, end, (key,), weight))
        at += 1
    return _with_names(_with_pairs(text, terms), text, capital, frozenset(abbreviations))


def _pieces(text: str) -> Iterator[tuple[int, int, str]]:
    """Yield the words with their places; hyphens part them, and initials such as U.S. are one."""
    waiting: tuple[int, int, str] | None = None
    for start, end in Words(text).places:
        for first, last in _parted(text, start, end):
            word = text[first:last]
            if waiting and len(word) == 1 and word.isupper() and text[waiting[1] : first] == ".":
                waiting = (waiting[0], last, waiting[2] + word)
                continue
            if waiting:
                yield waiting
            waiting = (first, last, word)
            if not (len(word) == 1 and word.isupper()):
                yield waiting
                waiting = None
    if waiting:
        yield waiting


def _parted(text: str, start: int, end: int) -> Iterator[tuple[int, int]]:
    """Yield the parts of a word with hyphens; a short one such as co- stays with the next."""
    begin = start
    for at in range(start, end):
        if text[at] in _HYPHENS and at > begin:
            part = text[begin:at]
            if len(part) > 3 or not part.isalpha() or (len(part) > 1 and part[0].isupper()):
                yield begin, at
                begin = at + 1
    if begin < end:
        yield begin, end


@lru_cache(maxsize=20_000)
def _plain(word: str) -> str:
    """Return the word in lower case, without accents, hyphens and a genitive's ending."""
    plain = unicodedata.normalize("NFKD", word.replace("’", "'")).casefold()
    plain = "".join(char for char in plain if char.isalnum() or char == "'")
    return plain.removesuffix("'s").replace("'", "")


@lru_cache(maxsize=20_000)
def _folded(word: str) -> str:
    """Return what the word is compared by: without a plural's ending, and signs as signs.

    Two or three capitals stay as they are, since US is not us.
    """
    if 2 <= len(word) <= 3 and word.isupper():
        return word
    plain = _plain(word)
    if len(plain) > 3 and plain.isascii() and plain[-1] == "s" and plain[-2] not in "siu":
        plain = plain[:-1]
    return SIGNS.get(plain, plain) or word


def _weight(word: str, key: str, *, english: bool) -> float:
    in_capitals = len(word) > 1 and word.isupper()
    if key in SIGNS.values() or (_plain(word) in GRAMMAR and not in_capitals):
        return 0.0
    return weight_of(word) or float(english and len(key) == 3 and key.isalpha())


def _number(text: str, pieces: Sequence[tuple[int, int, str]], at: int) -> tuple[str, int] | None:
    """Return the key of the number that begins with a piece, and the piece behind it."""
    word = pieces[at][2].casefold()
    if word in ORDINALS:
        return f"#{ORDINALS[word]}.", at + 1
    found = _DIGITS.fullmatch(word)
    if found and found[2] in ("st", "nd", "rd", "th"):
        return f"#{_value(found[1]):g}.", at + 1
    if not found and word not in NUMBERS:
        return None
    value = _value(found[1]) * SCALES.get(found[2], 1) if found else float(NUMBERS[word])
    after = at + 1
    while after < len(pieces):
        between = text[pieces[after - 1][1] : pieces[after][0]]
        if between.strip(f"{_HYPHENS} \xa0"):
            break
        following = pieces[after][2].casefold()
        if following in SCALES and len(following) > 1:
            value *= SCALES[following]
        elif word in _TENS.split() and after == at + 1 and 0 < NUMBERS.get(following, 0) < 10:
            value += NUMBERS[following]
        else:
            break
        after += 1
    return f"#{value:.15g}", after


def _value(digits: str) -> float:
    """Return the value; three digits behind each point or comma are thousands."""
    if _GROUPED.fullmatch(digits):
        return float(re.sub("[.,]", "", digits))
    whole, _, rest = digits.replace(",", ".").partition(".")
    return float(f"{whole}.{rest.replace('.', '') or 0}")


def _with_pairs(text: str, terms: list[Term]) -> list[Term]:
    """Return the terms, ideographs compared in pairs: alone they say little."""
    pairs: dict[int, tuple[str, ...]] = defaultdict(tuple)
    for at, (left, right) in enumerate(pairwise(terms)):
        if left.weight == right.weight == IDEOGRAPH and left.end == right.start:
            pair = text[left.start : right.end]
            pairs[at] += (pair,)
            pairs[at + 1] += (pair,)
    for at, keys in pairs.items():
        terms[at] = replace(terms[at], keys=keys)
    return terms


def _with_names(
    terms: list[Term], text: str, capital: list[int], abbreviations: frozenset[str]
) -> list[Term]:
    """Return the terms, those whose initials are an abbreviation with its key too."""
    for first in range(len(capital)):
        initials = ""
        for last in range(first, min(first + LONGEST_NAME, len(capital))):
            here = capital[last]
            between = terms[capital[last - 1] + 1 : here] if last > first else []
            if any(term.weight for term in between):
                break
            initials += text[terms[here].start]
            key = _folded(initials)
            if len(initials) > 1 and key in abbreviations:
                for number in capital[first : last + 1]:
                    terms[number] = replace(terms[number], keys=(*terms[number].keys, key))
    return terms
