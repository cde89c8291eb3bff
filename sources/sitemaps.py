"""Read sitemaps (sitemaps.org, with Google's news extension) and their indexes. Wraps lxml."""

import gzip
import io
import zlib
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

from lxml import etree

from sources.dates import parse_date
from sources.listing import (
    MOST_LISTED,
    Listed,
    NotAListing,
    page_address,
    title_line,
    without_repeats,
)

ROOTS = frozenset({"urlset", "sitemapindex"})
MAX_UNPACKED_BYTES = 52_428_800  # what sitemaps.org allows a sitemap

_NEWS = "{http://www.google.com/schemas/sitemap-news/0.9}"
_GZIP = b"\x1f\x8b"
_LONG_AGO = datetime.min.replace(tzinfo=UTC)


@dataclass(frozen=True, slots=True)
class Sitemap:
    """What a sitemap names: pages, or, if it is an index, `further` sitemaps; newest first.

    `count` is how many pages it has, of which at most MOST_LISTED are here.
    """

    pages: list[Listed]
    further: list[Listed]
    count: int


def unpacked(data: bytes) -> bytes:
    """Return what a .gz holds, and anything else as it is. Raises NotAListing."""
    if not data.startswith(_GZIP):
        return data
    try:
        with gzip.GzipFile(fileobj=io.BytesIO(data)) as file:
            plain = file.read(MAX_UNPACKED_BYTES + 1)
    except (OSError, EOFError, zlib.error):
        raise NotAListing("The packed file (.gz) is cut or damaged.") from None
    if len(plain) > MAX_UNPACKED_BYTES:
        size = MAX_UNPACKED_BYTES // 1024**2
        raise NotAListing(f"The file has more than {size} MB when it is unpacked.")
    return plain


def read_sitemap(markup: str, *, url: str) -> Sitemap:
    """Return what the sitemap says that was found at `url`. Raises NotAListing if nothing.

    `markup` begins with the root, as `listing.markup_of` returns it. An entry whose address we
    would not fetch is left out. Dates are those of publication where the sitemap says so, else of
    the last change.
    """
    pages: list[Listed] = []
    further: list[Listed] = []
    try:
        for kind, one in _entries(markup, url):
            (further if kind == "sitemap" else pages).append(one)
    except etree.LxmlError as error:
        if not pages and not further:
            raise NotAListing(f"The sitemap is not well-formed XML ({error.msg}).") from None
    if not pages and not further:
        raise NotAListing("The sitemap names no page that could be fetched.")
    pages = list(without_repeats(pages))
    return Sitemap(newest(pages), newest(without_repeats(further)), len(pages))


def newest(listed: Iterable[Listed]) -> list[Listed]:
    """Return at most MOST_LISTED entries, the newest first; those without a date come last."""
    in_order = sorted(
        without_repeats(listed), key=lambda one: one.published_at or _LONG_AGO, reverse=True
    )
    return in_order[:MOST_LISTED]


def _entries(markup: str, url: str) -> Iterator[tuple[str, Listed]]:
    """Yield ("url" or "sitemap", entry), as far as the document can be read."""
    events = etree.iterparse(
        io.BytesIO(markup.encode(errors="replace")),
        events=("end",),
        resolve_entities=False,
        no_network=True,
        load_dtd=False,
        huge_tree=False,
        recover=True,
        remove_comments=True,
        remove_pis=True,
    )
    for _, element in events:
        kind = _name(element)
        if kind not in {"url", "sitemap"}:
            continue
        # Images and videos of a page have a loc and a title, too.
        told = {_name(child): (child.text or "").strip() for child in element}
        news = {_name(one): (one.text or "").strip() for one in element.iter(f"{_NEWS}*")}
        address = page_address(told.get("loc", ""), url)
        if address:
            moment = parse_date(news.get("publication_date") or told.get("lastmod", ""))
            yield kind, Listed(address, title_line(news.get("title", "")), moment)
        # Else a sitemap of 50,000 pages is a tree of 100 MB.
        element.clear()
        while element.getprevious() is not None:
            del element.getparent()[0]


def _name(element: Any) -> str:
    # Not by QName: it refuses names that the parser let pass.
    return element.tag.rpartition("}")[2] if isinstance(element.tag, str) else ""
