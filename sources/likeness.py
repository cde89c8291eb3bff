"""Tell how alike two texts of one address are, and when to ask before believing the newer.

Words are compared in lower case and with plain apostrophes and hyphens, as the style of a page
is no news. The limits are reasoned, not fitted: `docs/import.md` says how.
"""

import re
from collections import Counter
from collections.abc import Sequence
from enum import StrEnum

from sources.words import words_of

REMAINING = 0.5  # of the old words; a cut of half an article is no everyday edit
FEW_NEW = 0.25  # of the number of old words; a rewrite brings more than that
SHARED_RUNS = 0.1  # of the runs of the shorter text; two words in five replaced leave 0.6³ = 0.2
SHARED_WORDS = 1 / 3  # of the different words of the shorter text, where it is too short for runs
RUN = 3  # words; different articles in one language share most of its words, but few such runs
SHORT = 25  # words; below, one changed word breaks too many of the runs

_PLAIN = str.maketrans({"’": "'", "‘": "'", "ʼ": "'", "‐": "-", "‑": "-", "\u00ad": None})
# Thai, Lao, Tibetan, Burmese and Khmer write no spaces: a phrase is cut into its characters.
_UNSPACED = re.compile("[\u0e00-\u0fff\u1000-\u109f\u1780-\u17ff]")


class Doubt(StrEnum):
    """Why a new text may be none of the article."""

    LOST_TEXT = "lost text"
    OTHER_ARTICLE = "other article"


def words_changed(old: str, new: str) -> tuple[int, int]:
    """Return how many words were added and removed; what only moved is neither.

    Case counts; the style of apostrophes and hyphens does not.
    """
    before, after = Counter(words_of(_plain(old))), Counter(words_of(_plain(new)))
    return (after - before).total(), (before - after).total()


def doubt(old: str, new: str) -> Doubt | None:
    """Return why a person should look before `new` follows `old`, or None.

    LOST_TEXT: most of the old words are gone and few came in their place, as on a paywall or an
    error page. OTHER_ARTICLE: the two hardly share a run of words.
    """
    before, after = _tokens(old), _tokens(new)
    if not before or before == after:
        return None
    left, there = Counter(before), Counter(after)
    remaining = (left & there).total()
    came = len(after) - remaining
    if remaining < REMAINING * len(before) and came < FEW_NEW * len(before):
        return Doubt.LOST_TEXT
    return None if _share_runs(before, after) else Doubt.OTHER_ARTICLE


def _share_runs(one: Sequence[str], other: Sequence[str]) -> bool:
    shortest = min(len(one), len(other))
    run, least = (RUN, SHARED_RUNS) if shortest >= SHORT else (1, SHARED_WORDS)
    runs, others = _runs(one, run), _runs(other, run)
    return len(runs & others) >= least * min(len(runs), len(others))


def _runs(tokens: Sequence[str], length: int) -> set[tuple[str, ...]]:
    return set(zip(*(tokens[start:] for start in range(length)), strict=False))


def _tokens(text: str) -> list[str]:
    tokens = words_of(_plain(text).casefold())
    if _UNSPACED.search(text):
        return [
            part for token in tokens for part in (token if _UNSPACED.search(token) else [token])
        ]
    return tokens


def _plain(text: str) -> str:
    return text.translate(_PLAIN)
