"""Ask a site only as often, and only for what, it lets robots ask.

One row a site is shared by all workers and commands, on however many machines.
"""

import time
from datetime import datetime, timedelta

from django.conf import settings
from django.db import transaction
from django.utils import timezone

from sources.fetching import FetchFailed, FetchProblem, FetchRefused, fetch, origin_of
from sources.models import Site
from sources.robots import MAX_BYTES, allows, crawl_delay, robots_address

ROBOTS_LAST = timedelta(days=1)  # RFC 9309, 2.4: longer only while the site is out of reach
LONGEST_PAUSE = 300.0  # seconds; who asks for an hour between two requests means "not at all"
LONGEST_REST = 24 * 3600.0  # seconds that a site may send us away at a time


class NotYet(Exception):
    """It is not our turn before `at`, which is later than the caller has patience."""

    def __init__(self, at: datetime) -> None:
        super().__init__(f"The site wants to be left alone until {at:%Y-%m-%d %H:%M} UTC.")
        self.at = at


def await_turn(url: str, *, patience: float) -> None:
    """Return when the page at `url` may be asked for: it is allowed, and it is our turn.

    Sleeps up to `patience` seconds at a time, and raises NotYet rather than longer. Raises
    FetchRefused for what robots.txt forbids, and FetchFailed while nobody knows what it says.
    """
    rules = rules_for(url, patience=patience)
    _refuse_unless_allowed(rules, url)
    _take_turn(origin_of(url), patience)


def check_redirect(url: str, *, asked: str, patience: float) -> None:
    """Raise FetchRefused if a page of another site than was `asked` may not be fetched there."""
    if origin_of(url) != origin_of(asked):
        _refuse_unless_allowed(rules_for(url, patience=patience), url)


def rules_for(url: str, *, patience: float) -> str:
    """Return the robots.txt that speaks for `url`, at most a day old; "" allows everything.

    As RFC 9309, 2.3.1: a site that answers 4xx has no rules; one that cannot answer must be left
    alone, unless we still know what it said.
    """
    site, _ = Site.objects.get_or_create(origin=origin_of(url))
    if site.robots_at and site.robots_at > timezone.now() - ROBOTS_LAST:
        return site.robots
    _take_turn(site.origin, patience)
    try:
        rules = _asked_rules(url)
    except FetchRefused:
        raise
    except FetchProblem as problem:
        if site.robots_at:
            return site.robots
        raise FetchFailed(
            f"The page was not asked for, as the site's robots.txt cannot be had: {problem}",
            wait=getattr(problem, "wait", 0),
        ) from None
    now = timezone.now()
    site.robots, site.robots_at = rules, now
    # The turn was taken by what was known before.
    site.free_at = now + timedelta(seconds=pause_for(rules))
    site.save(update_fields=["robots", "robots_at", "free_at"])
    return rules


def leave_alone(url: str, seconds: float) -> None:
    """Ask nothing of the site of `url` for `seconds`, at most a day, as it wishes."""
    until = timezone.now() + timedelta(seconds=min(seconds, LONGEST_REST))
    Site.objects.filter(origin=origin_of(url)).update(free_at=until)


def pause_for(rules: str) -> float:
    """Return the seconds between two requests to a site with these rules."""
    return max(settings.REFETCH_PAUSE, min(crawl_delay(rules), LONGEST_PAUSE))


def _take_turn(origin: str, patience: float) -> None:
    """Reserve the next turn at a site and sleep until it comes. Raises NotYet."""
    with transaction.atomic():
        site = Site.objects.select_for_update().get(origin=origin)
        now = timezone.now()
        turn = max(site.free_at or now, now)
        wait = (turn - now).total_seconds()
        if wait > patience:
            raise NotYet(turn)
        site.free_at = turn + timedelta(seconds=pause_for(site.robots))
        site.save(update_fields=["free_at"])
    time.sleep(wait)


def _asked_rules(url: str) -> str:
    try:
        # Whatever type it says it is: a text it has to be.
        page = fetch(robots_address(url), max_bytes=MAX_BYTES, media_types=())
        return page.data.decode("utf-8-sig", errors="replace").replace("\0", "")
    except FetchFailed as failure:
        # 429 is a 4xx by number only: it says that there is no time now.
        if failure.status and 400 <= failure.status < 500 and failure.status != 429:
            return ""
        raise


def _refuse_unless_allowed(rules: str, url: str) -> None:
    if not allows(rules, url):
        raise FetchRefused(
            "The site's robots.txt asks robots such as this one not to fetch this address. "
            "Open the page in your browser and paste its new text instead."
        )
