"""Lists of addresses: what an entry of one is, and those that a person typed."""

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import datetime
from urllib.parse import urldefrag, urljoin

from sources.normalising import UndecodableText, decode, normalise
from sources.reading import is_web_address

MOST_LISTED = 2_000  # pages of one feed or sitemap
MOST_TYPED = 500  # addresses that a person pastes at once
LONGEST_ADDRESS, LONGEST_TITLE = 2_000, 500  # characters that are stored

_DECLARED = re.compile(rb"<\?xml[^>]{0,100}?encoding\s*=\s*[\"']([\w.:-]{2,40})[\"']")
_BEFORE_ROOT = re.compile(r"(?>\s+|\ufeff|<\?.*?\?>|<!--.*?-->)*+", re.DOTALL)
_ELEMENT = re.compile(r"<(?:[\w.-]{1,40}:)?([A-Za-z][\w-]{0,40})[\s/>]")
_ROOTS_OF_LISTS = re.compile(r"<(?:[\w.-]{1,40}:)?(rss|feed|RDF|urlset|sitemapindex)[\s>]")
_FIRST = 2_000  # characters in which the root of a list stands, whatever a server printed before it


class NotAListing(Exception):
    """There is no list of addresses in it; the message says why and what to do."""


@dataclass(frozen=True, slots=True)
class Listed:
    """A page that a list names. `title` is one line or ""; `published_at` is in UTC or None."""

    url: str
    title: str = ""
    published_at: datetime | None = None


@dataclass(frozen=True, slots=True)
class Typed:
    """The addresses that a person typed, and in one sentence each which lines hold none."""

    listed: list[Listed]
    problems: list[str]


def page_address(reference: str, base: str = "") -> str:
    """Return the absolute address of a page, or "" if there is none that we would fetch.

    Without fragment and `utm_` parameters: these say where a reader came from, and nothing of
    the page.
    """
    if not reference.strip():
        return ""
    try:
        url, _ = urldefrag(urljoin(base, reference.strip()))
    except ValueError:
        return ""
    address, asks, query = url.partition("?")
    kept = [part for part in query.split("&") if not part.lower().startswith("utm_")]
    url = address + asks * any(kept) + "&".join(kept)
    fits = len(url) <= LONGEST_ADDRESS and url.isprintable()
    return url if fits and is_web_address(url) else ""


def title_line(title: str) -> str:
    """Return a title as one normalised line that can be stored."""
    line = " ".join(normalise(title[: 8 * LONGEST_TITLE]).split())
    return line if len(line) <= LONGEST_TITLE else line[: LONGEST_TITLE - 1].rstrip() + "…"


def without_repeats(listed: Iterable[Listed]) -> Iterator[Listed]:
    """Yield each address once, as it came first."""
    seen = set()
    for one in listed:
        if one.url not in seen:
            seen.add(one.url)
            yield one


def read_typed(text: str, *, most: int = MOST_TYPED) -> Typed:
    """Read addresses from a text that has one a line, each once.

    Raises NotAListing if there is none, and if there are more than `most`. Blank lines, and
    those that begin with #, say nothing.
    """
    listed: list[Listed] = []
    problems: list[str] = []
    for number, typed in enumerate(text.splitlines(), start=1):
        line = typed.strip()
        if not line or line.startswith("#"):
            continue
        url = page_address(line)
        if url:
            listed.append(Listed(url))
        else:
            problems.append(f"Line {number} is not a web address: {title_line(line)[:80]!r}.")
    listed = list(without_repeats(listed))
    if not listed:
        said = " ".join(problems[:3]) or "There is no address."
        raise NotAListing(f"{said} Give one address a line, each with http:// or https://.")
    if len(listed) > most:
        raise NotAListing(
            f"These are {len(listed)} addresses; at most {most} are fetched at once. "
            "Paste them in parts."
        )
    return Typed(listed, problems)


def markup_of(data: bytes, charset: str = "") -> str:
    """Return the text of a feed, a sitemap or a page, from its root on.

    `charset` is what the server says. Raises NotAListing for what is no text, and for a document
    that defines entities: those of a few hundred bytes become gigabytes, or other people's files.
    """
    match = _DECLARED.search(data[:1024])
    try:
        text = decode(data, declared=charset or (match[1].decode() if match else "")).text
    except UndecodableText as error:
        raise NotAListing(f"This is no feed and no sitemap. {error}") from None
    text = text[_end_of_prolog(text) :]
    if text[:9].upper() == "<!DOCTYPE":
        doctype, _, text = text.partition(">")
        if "[" in doctype:
            raise NotAListing(
                "The document defines entities of its own, which we do not read. "
                "Give a list of addresses instead."
            )
        text = text[_end_of_prolog(text) :]
    if root := _ROOTS_OF_LISTS.search(text, 0, _FIRST):
        before = text[: root.start()]
        if "<html" not in before.lower():
            return text[root.start() :]
    return text


def root_of(markup: str) -> str:
    """Return the name of the first element, in lower case and without prefix, or ""."""
    match = _ELEMENT.match(markup)
    return match[1].lower() if match else ""


def _end_of_prolog(text: str) -> int:
    match = _BEFORE_ROOT.match(text)
    return match.end() if match else 0
