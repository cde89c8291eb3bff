"""Read feeds: RSS and Atom of any version, however broken. Wraps feedparser.

Of a feed we take addresses, titles and dates. The text that some carry is not used: it may be
shortened or older than the page, and the page is what was published.
"""

import io
from collections.abc import Iterator
from datetime import UTC, datetime
from html.parser import HTMLParser
from time import struct_time
from typing import Any
from urllib.parse import urljoin
from xml.parsers import expat

import feedparser

from sources.listing import MOST_LISTED, Listed, NotAListing, page_address, title_line

ROOTS = frozenset({"rss", "feed", "rdf"})

_FEED_TYPES = frozenset({"application/rss+xml", "application/atom+xml", "application/rdf+xml"})
_MOST_MENDED = 500_000  # characters: feedparser reads broken XML slowly
_HEAD = 300_000  # characters of a page in which its feeds are looked for


def read_feed(markup: str, *, url: str) -> list[Listed]:
    """Return the pages that a feed names, in its order and each once, at most MOST_LISTED.

    `markup` begins with the root, as `listing.markup_of` returns it; `url` is where the feed was
    found, for relative links. Raises NotAListing.
    """
    if not _is_well_formed(markup) and len(markup) > _MOST_MENDED:
        raise NotAListing(
            "The feed is not well-formed XML, and too long to be mended. "
            "Give its pages as a list of addresses."
        )
    headers = {"content-type": "application/xml; charset=utf-8", "content-location": url}
    # Never the bytes themselves: feedparser would take them for the name of a file to open.
    stream = io.BytesIO(markup.encode(errors="replace"))
    try:
        found = feedparser.parse(
            stream, response_headers=headers, sanitize_html=False, resolve_relative_uris=False
        )
    except Exception as error:  # noqa: BLE001 - it promises to raise nothing, and then does
        raise NotAListing(f"The feed cannot be read ({type(error).__name__}).") from None
    if not found.get("version") and not found.entries:
        raise NotAListing("The document looks like a feed, but holds none that we can read.")
    listed: dict[str, Listed] = {}
    for one in _entries(found.entries, url):
        listed.setdefault(one.url, one)
        if len(listed) == MOST_LISTED:
            break
    return list(listed.values())


def feed_links(markup: str, *, url: str) -> list[str]:
    """Return the addresses of the feeds that a web page names, those of comments last."""
    reader = _LinkReader()
    _fed(reader, markup[:_HEAD])
    base = urljoin(url, reader.base)
    comments_last = sorted(reader.links, key=lambda link: "comment" in "".join(link).lower())
    found = (page_address(href, base) for href, _ in comments_last)
    return list(dict.fromkeys(address for address in found if address))


def _is_well_formed(markup: str) -> bool:
    parser = expat.ParserCreate()
    try:
        parser.Parse(markup.encode(errors="replace"), True)
    except expat.ExpatError:
        return False
    return True


def _entries(entries: list[Any], url: str) -> Iterator[Listed]:
    for entry in entries:
        # A feed that goes through FeedBurner links to a counter there.
        link = entry.get("feedburner_origlink") or entry.get("link") or ""
        address = page_address(link, url) if isinstance(link, str) else ""
        if address:
            yield Listed(address, _title(entry), _moment(entry))


def _title(entry: Any) -> str:
    detail = entry.get("title_detail") or {}
    title = str(detail.get("value") or entry.get("title") or "")[:10_000]
    if detail.get("type") == "text/plain" and "<" not in title:
        return title_line(title)
    reader = _TextReader()
    _fed(reader, title)
    return title_line("".join(reader.texts))


def _moment(entry: Any) -> datetime | None:
    """Return when an entry was published, or else changed; feedparser has it in UTC."""
    for name in ("published_parsed", "updated_parsed"):
        parsed = entry.get(name)
        if isinstance(parsed, struct_time):
            try:
                return datetime(*parsed[:5], min(parsed.tm_sec, 59), tzinfo=UTC)
            except (ValueError, OverflowError):
                continue
    return None


class _TextReader(HTMLParser):
    """The text of a piece of markup, without that of scripts."""

    def __init__(self) -> None:
        super().__init__()
        self.texts: list[str] = []
        self.silent = ""

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:  # noqa: ARG002 - the parser's
        if tag in {"script", "style"}:
            self.silent = tag

    def handle_endtag(self, tag: str) -> None:
        if tag == self.silent:
            self.silent = ""

    def handle_data(self, data: str) -> None:
        if not self.silent:
            self.texts.append(data)


class _LinkReader(HTMLParser):
    """The feeds that a page names in <link rel="alternate">, as (href, title), and its base."""

    def __init__(self) -> None:
        super().__init__()
        self.links: list[tuple[str, str]] = []
        self.base = ""

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        told = {name: value or "" for name, value in attrs}
        if tag == "base" and not self.base:
            self.base = told.get("href", "")
        kind = told.get("type", "").split(";")[0].strip().lower()
        if tag == "link" and "alternate" in told.get("rel", "").lower() and kind in _FEED_TYPES:
            self.links.append((told.get("href", ""), told.get("title", "")))


def _fed(reader: HTMLParser, markup: str) -> None:
    """Let `reader` read what it can: what is too broken for it ends there."""
    try:
        reader.feed(markup)
        reader.close()
    except (AssertionError, ValueError):
        return
