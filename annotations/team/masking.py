"""Mask names in a page, letter by letter, so that every offset into its texts stays.

Names are found in the page as it is sent, also where a mark begins or ends within one. What
stands in the fields of a form is left alone: it would be saved masked.
"""

import html
import re
from collections.abc import Iterable
from functools import lru_cache

MASK = "\N{FULL BLOCK}"
TAG = r"<[^>]*>"  # Django escapes what stands between the quotes of an attribute
KEPT = r"<(?P<kept>textarea|script|style)\b.*?</(?P=kept)>"
READ_OUT = re.compile(r'(?<=\s)(?:aria-label|title|alt|placeholder|content)="[^"]*"')


def mask(page: str, names: Iterable[str]) -> str:
    """Return the HTML with each of the names blotted out where it stands as words of its own.

    Capitals count: “the Times” is a masthead, “the times” are not.
    """
    found = _patterns(tuple(sorted(name for name in names if name.strip())))
    if found is None:
        return page
    whole, plain = found

    def masked(match: re.Match[str]) -> str:
        if match["name"]:
            return _blot(match["name"])
        if match["kept"]:
            return match[0]
        return READ_OUT.sub(lambda read: plain.sub(lambda name: _blot(name[0]), read[0]), match[0])

    return whole.sub(masked, page)


def mask_text(text: str, names: Iterable[str]) -> str:
    """Return a plain text with each of the names blotted out as in a page; its length stays."""
    found = _plain(tuple(sorted(name for name in names if name.strip())))
    if found is None:
        return text
    return found.sub(lambda name: _squares(name[0]), text)


def unmasked(text: str, start: int, end: int, exact: str) -> str:
    """Return the words at [start, end) if `exact` is how they look masked, else `exact`."""
    words = text[start:end]
    alike = len(words) == len(exact) and all(
        shown in (MASK, real) for shown, real in zip(exact, words, strict=True)
    )
    return words if alike else exact


@lru_cache(maxsize=256)
def _patterns(names: tuple[str, ...]) -> tuple[re.Pattern[str], re.Pattern[str]] | None:
    """Return what finds the names in a page, beside its tags, and what finds them in plain text."""
    if not names:
        return None
    longest_first = [html.escape(name) for name in sorted(names, key=len, reverse=True)]
    # An entity such as &amp; is one sign; a tag may stand between any two.
    signs = [re.findall(r"&#?\w+;|.", name, re.DOTALL) for name in longest_first]
    apart = "|".join(f"(?:{TAG})*".join(map(re.escape, name)) for name in signs)
    plain = "|".join(map(re.escape, longest_first))
    return (
        re.compile(rf"{KEPT}|(?<!\w)(?P<name>{apart})(?!\w)|{TAG}", re.DOTALL),
        re.compile(rf"(?<!\w)(?:{plain})(?!\w)"),
    )


@lru_cache(maxsize=256)
def _plain(names: tuple[str, ...]) -> re.Pattern[str] | None:
    """Return what finds the names in a text that is no HTML."""
    if not names:
        return None
    longest_first = sorted(names, key=len, reverse=True)
    return re.compile(rf"(?<!\w)(?:{'|'.join(map(re.escape, longest_first))})(?!\w)")


def _blot(found: str) -> str:
    """Blot out the letters of a name, not the tags between them nor its spaces."""
    pieces = re.split(f"({TAG})", found)
    return "".join(piece if piece.startswith("<") else _blocks(piece) for piece in pieces)


def _blocks(words: str) -> str:
    return _squares(html.unescape(words))


def _squares(words: str) -> str:
    return "".join(sign if sign.isspace() else MASK for sign in words)
