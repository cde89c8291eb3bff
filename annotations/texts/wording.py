"""Cut a text into words, in any script: what the comparing of wordings counts in.

White space, punctuation and quotation marks are no words but the gaps between them.
"""

import re
import unicodedata
from functools import lru_cache
from itertools import chain, pairwise

# Classes of characters, each written as one letter, so that a regular expression finds the words:
# w letter, d digit, m mark, i ideograph or another script without spaces, s symbol,
# j joins letters and digits, p joins digits, o the rest.
_WORD = re.compile("[is]m*|[wd][wdm]*(?:(?:j+|(?<=d)p(?=d))[wd][wdm]*)*")
_APOSTROPHES = "'’‘ʼ`´＇"
_HYPHENS = "-‐‑"
_PLAIN = str.maketrans(dict.fromkeys(_APOSTROPHES, "'") | dict.fromkeys(_HYPHENS, "-"))
_NOT_SPACED = (
    *((0x0E00, 0x0FFF), (0x1000, 0x109F), (0x1780, 0x17FF)),  # Thai to Tibetan, Myanmar, Khmer
    *((0x2E80, 0xA4CF), (0xF900, 0xFAFF), (0xFF66, 0xFF9D), (0x20000, 0x3FFFF)),  # Han, kana, Yi
)


class Words:
    """A wording cut into words: where they stand, and what they are compared by.

    Its words are numbered from `first` on, behind those of the wordings before it.
    """

    def __init__(self, text: str, first: int = 0) -> None:
        self.text, self.first = text, first
        classes = text.translate({ord(char): class_of(char) for char in set(text)})
        self.places = [match.span() for match in _WORD.finditer(classes)]
        words = [text[start:end] for start, end in self.places]
        self.keys = words if text.isascii() else [*map(key_of, words)]

    def cut(self) -> list[str]:
        """Return gap, word, gap, …, word, gap, which together are the text."""
        borders = [0, *chain.from_iterable(self.places), len(self.text)]
        return [self.text[start:end] for start, end in pairwise(borders)]

    def slice(self, start: int, end: int, *, gap: bool = True) -> str:
        """Return the words [start, end), of which there is one, with the gap behind them."""
        return self.text[self.start_of(start) : self.start_of(end) if gap else self.end_of(end)]

    def start_of(self, number: int) -> int:
        number -= self.first
        return self.places[number][0] if number < len(self.places) else len(self.text)

    def gap_before(self, number: int) -> str:
        return self.text[self.end_of(number) : self.start_of(number)]

    def end_of(self, number: int) -> int:
        number -= self.first
        return self.places[number - 1][1] if number else 0


@lru_cache(maxsize=20_000)
def weight_of(word: str) -> float:
    """Return 1 for a content word, by its looks, and 0 for a short one, which is mostly grammar."""
    if class_of(word[0]) == "i":
        return 0.5  # an ideograph
    return float(len(word) > 3 or word[0].isdigit() or (len(word) > 1 and word.isupper()))


@lru_cache(maxsize=20_000)
def class_of(char: str) -> str:
    """Return the class of a character: one of the letters that stand above `_WORD`."""
    if char in _APOSTROPHES or char in _HYPHENS:
        return "j"
    if char in ".,":
        return "p"
    category = unicodedata.category(char)
    if category[0] == "M" or category == "Cf" or "\U0001f3fb" <= char <= "\U0001f3ff":
        return "m"  # format characters (joiners, bidi marks) and skin tones stay with their word
    if category[0] in "LN":
        code = ord(char)
        if any(first <= code <= last for first, last in _NOT_SPACED):
            return "i"
        return "d" if category == "Nd" else "w"
    return "s" if category in ("Sc", "So") or char in "%‰+=<>&@#§" else "o"


@lru_cache(maxsize=20_000)
def key_of(word: str) -> str:
    """Return what the word is compared by: case counts, invisible characters do not."""
    seen = "".join(char for char in word if unicodedata.category(char) != "Cf")
    return unicodedata.normalize("NFC", seen).translate(_PLAIN)
