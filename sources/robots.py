"""What a site asks of robots: its robots.txt, as RFC 9309 has it. Wraps protego."""

import math
from urllib.parse import urlsplit, urlunsplit

from protego import Protego

from sources.fetching import USER_AGENT

MAX_BYTES = 1024 * 1024  # RFC 9309 wants 500 KiB read at least


def robots_address(url: str) -> str:
    """Return the address of the robots.txt that speaks for `url`."""
    parts = urlsplit(url)
    return urlunsplit((parts.scheme, parts.netloc, "/robots.txt", "", ""))


def allows(rules: str, url: str) -> bool:
    """Tell whether a robots.txt lets us fetch `url`. An empty one allows everything."""
    return Protego.parse(rules).can_fetch(url, USER_AGENT)


def crawl_delay(rules: str) -> float:
    """Return the seconds between two requests that a robots.txt asks us for, or 0.

    Crawl-delay is not in the RFC, but what many sites say instead of a refusal.
    """
    delay = Protego.parse(rules).crawl_delay(USER_AGENT) or 0
    return delay if math.isfinite(delay) and delay > 0 else 0


def sitemaps(rules: str) -> list[str]:
    """Return the addresses of the sitemaps that a robots.txt names (sitemaps.org, not the RFC)."""
    return list(Protego.parse(rules).sitemaps)
