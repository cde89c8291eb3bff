"""Take the article, and what is said about it, out of a web page. Wraps trafilatura."""

import re
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from lxml import etree
from lxml.html import HtmlElement, HTMLParser, document_fromstring
from trafilatura import bare_extraction
from trafilatura.metadata import extract_metadata

from sources.dates import parse_date

_OWN_LINE = {"p", "head", "quote", "item", "code", "row", "lb", "table", "list", "div", "body"}
_BLOCKS = {
    *("p", "div", "li", "ul", "ol", "h1", "h2", "h3", "h4", "h5", "h6", "blockquote", "tr", "br"),
    *("section", "article", "header", "footer", "main", "aside", "figure", "figcaption", "table"),
    *("pre", "dt", "dd", "dl", "nav", "form", "body", "title"),
}
_NOT_TEXT = ("script", "style", "template", "noscript", "head", "svg", "iframe", "object")
_DATE_PATHS = (
    "//meta[@property='article:published_time']/@content",
    "//meta[@itemprop='datePublished']/@content",
    "//meta[@name='date' or @name='DC.date.issued' or @name='pubdate']/@content",
    "//time[@itemprop='datePublished' or @pubdate]/@datetime",
)
_JSON_DATE = re.compile(r'"datePublished"\s*:\s*"([^"]{8,40})"')
_FEWEST_WORDS = 25  # with less, trafilatura has found a caption and not an article
_LANGUAGE = re.compile(r"[A-Za-z]{2,3}(?:-[A-Za-z0-9]{2,8})*")


@dataclass(frozen=True, slots=True)
class PageDetails:
    """What a page says of itself; "" or None where it says nothing."""

    headline: str = ""
    byline: str = ""
    outlet: str = ""
    url: str = ""
    published_at: datetime | None = None
    language: str = ""


def page_text(html: str) -> str:
    """Return the article on a page, a paragraph to a line, or "" if there is no text at all.

    Headings, quotes and paragraphs stand on lines of their own, list items behind a bullet.
    The page's main heading comes first, as it is part of what was published. Where nothing
    looks like an article, all text of the body is returned; scripts are never read.
    """
    tree = _tree(html)
    if tree is None:
        return ""
    try:
        document = bare_extraction(tree, include_comments=False, include_tables=True)
    except (RecursionError, etree.LxmlError):
        document = None
    body: Any = getattr(document, "body", None)
    lines = _lines(body, _OWN_LINE, "item") if body is not None else []
    if sum(len(line.split()) for line in lines) < _FEWEST_WORDS:
        return "\n\n".join(_all_lines(html))
    heading = _main_heading(html)
    if heading and heading.casefold() not in {line.casefold() for line in lines[:5]}:
        lines.insert(0, heading)
    return "\n\n".join(lines)


def page_details(html: str) -> PageDetails:
    """Return what a page's metadata says: meta elements, JSON-LD, title, `lang`."""
    tree = _tree(html)
    if tree is None:
        return PageDetails()
    language = _LANGUAGE.fullmatch((tree.get("lang") or "").strip())
    try:
        found = extract_metadata(
            tree, date_config={"extensive_search": False, "original_date": True}
        )
    except (RecursionError, etree.LxmlError):
        return PageDetails(language=language[0] if language else "")
    return PageDetails(
        headline=_main_heading(html) or found.title or "",
        byline=found.author or "",
        outlet=found.sitename or "",
        url=found.url or "",
        published_at=_published_at(tree, html) or parse_date(found.date or ""),
        language=language[0] if language else "",
    )


def _tree(html: str) -> HtmlElement | None:
    """Parse a page, however broken; trafilatura changes the tree, so it is never shared.

    Old pages leave their tags open, which nests them: without `huge_tree` the parser would
    silently lose what is deeper than 256 elements.
    """
    parser = HTMLParser(huge_tree=True, encoding="utf-8", remove_comments=True, remove_pis=True)
    try:
        return document_fromstring(html.encode(errors="replace"), parser=parser)
    except (ValueError, etree.LxmlError):
        return None


def _published_at(tree: HtmlElement, html: str) -> datetime | None:
    for path in _DATE_PATHS:
        for value in tree.xpath(path):
            if moment := parse_date(str(value)):
                return moment
    match = _JSON_DATE.search(html)
    return parse_date(match[1]) if match else None


def _main_heading(html: str) -> str:
    """Return the one first-level heading, or ""; several are a page of many articles."""
    tree = _tree(html)
    headings = [] if tree is None else tree.xpath("//h1[not(ancestor::header[@role='banner'])]")
    texts = [" ".join("".join(heading.itertext()).split()) for heading in headings]
    texts = [text for text in texts if text]
    return texts[0] if len(texts) == 1 else ""


def _all_lines(html: str) -> list[str]:
    tree = _tree(html)
    if tree is None:
        return []
    for element in tree.xpath("|".join(f"//{name}" for name in _NOT_TEXT)):
        element.drop_tree()
    return _lines(tree, _BLOCKS, "li")


def _lines(root: Any, own_line: set[str], item: str) -> list[str]:
    """Cut the text of `root` into lines at the elements named in `own_line`.

    Walks without recursion: a broken page may nest ten thousand elements.
    """
    lines = [""]
    for event, element in etree.iterwalk(root, events=("start", "end")):
        if not isinstance(element.tag, str):
            text = element.tail if event == "end" else None
        elif event == "start":
            if element.tag in own_line:
                lines.append("• " if element.tag == item else "")
            elif element.tag in {"cell", "td", "th"} and lines[-1]:
                lines[-1] += " "
            text = element.text
        else:
            # A paragraph inside a list item goes on behind the bullet that was just written.
            if element.tag in own_line:
                lines.append("")
            text = element.tail if element is not root else None
        if text:
            lines[-1] += text
    tidy = (" ".join(line.split()) for line in _merged_bullets(lines))
    return [line for line in tidy if line and line != "•"]


def _merged_bullets(lines: list[str]) -> list[str]:
    """Put a bullet that has its text on the next line, as in <li><p>, before that text."""
    merged: list[str] = []
    bullet = False
    for line in lines:
        if line.strip() in {"", "•"}:
            bullet = bullet or "•" in line
            continue
        merged.append(f"• {line}" if bullet and not line.startswith("•") else line)
        bullet = False
    return merged
