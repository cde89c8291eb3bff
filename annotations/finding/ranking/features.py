"""Cut a text into what two wordings can share, in any script: trunks of words, runs of letters.

Trunks ("negot", of negotiates and negotiations) stand for inflected words without knowing the
language; runs of letters find what trunks miss: compounds, prefixes, other spellings.
"""

import re
import unicodedata
from functools import lru_cache

from sources.words import words_of

TRUNK = 5  # letters
RUNS = (3, 4, 5)  # letters, with the borders of the word
IDEOGRAPH_RUNS = (2, 3)  # most words of Chinese have two characters

_PLAIN = str.maketrans({"’": "'", "‘": "'", "ʼ": "'", "‐": "-", "‑": "-", "\u00ad": None})
_IDEOGRAPHS = re.compile(
    "[\u3041-\u30ff\u3400-\u4dbf\u4e00-\u9fff\uf900-\ufaff\U00020000-\U0003ffff]+"
)


def tokens(text: str) -> list[str]:
    """Return the words of `text`, plain; ideographs that stand side by side are one token."""
    spaced = [plain(word) for word in words_of(_IDEOGRAPHS.sub(" ", text))]
    return spaced + _IDEOGRAPHS.findall(text)


@lru_cache(maxsize=50_000)
def plain(word: str) -> str:
    """Return `word` in lower case, without accents and the ending of a genitive."""
    split = unicodedata.normalize("NFKD", word.translate(_PLAIN)).casefold()
    bare = "".join(char for char in split if not unicodedata.combining(char))
    whole = unicodedata.normalize("NFC", bare)  # Hangul, which was split as well
    return whole.removesuffix("'s").removesuffix("'") or whole


def trunks(token: str) -> tuple[str, ...]:
    """Return the beginning of a word, or each of the ideographs."""
    return tuple(token) if _IDEOGRAPHS.match(token) else (token[:TRUNK],)


def runs(token: str) -> tuple[str, ...]:
    """Return the runs of letters of a token, a space at either end; short words are one run."""
    written_without_spaces = _IDEOGRAPHS.match(token)
    padded = token if written_without_spaces else f" {token} "
    found = [
        padded[start : start + length]
        for length in (IDEOGRAPH_RUNS if written_without_spaces else RUNS)
        for start in range(len(padded) - length + 1)
    ]
    return tuple(found or [padded])
