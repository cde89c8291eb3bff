"""Harvest: list the pages of a feed, a sitemap or a typed list, and draft those that are chosen.

Every request goes through `courtesy`: what robots.txt allows, one at a time to a site. All of it
may be done twice, as a job that is killed and taken up again does.
"""

from collections.abc import Collection, Iterable
from dataclasses import dataclass, replace
from datetime import datetime

from django.contrib.auth.models import User
from django.db import transaction
from django.utils import timezone

from sources import sitemaps
from sources.courtesy import NotYet, await_turn, check_redirect, leave_alone, rules_for
from sources.details import proposed_details
from sources.feeds import ROOTS as FEED_ROOTS
from sources.feeds import feed_links, read_feed
from sources.fetching import LISTING_TYPES, Fetched, FetchFailed, FetchProblem, fetch
from sources.importing import draft_articles
from sources.listing import (
    MOST_LISTED,
    Listed,
    NotAListing,
    markup_of,
    page_address,
    read_typed,
    root_of,
    title_line,
)
from sources.models import Article, Draft, Harvest, HarvestedPage, Story, Way
from sources.reading import Reading, UnreadableUpload, read_page
from sources.refusals import ImportRefused
from sources.robots import sitemaps as sitemaps_of

MOST_SITEMAPS = 10  # that are read of an index, the newest first
MOST_IN_TEXT = 50_000  # addresses of a sitemap, says sitemaps.org
MOST_PROBLEMS = 3  # of them that are told one by one

State = HarvestedPage.State


@dataclass(frozen=True, slots=True)
class Listing:
    """The pages that an address led to, and in sentences what was left out of them."""

    kind: Harvest.Kind
    url: str
    pages: list[Listed]
    notes: list[str]


def start_harvest(story: Story, *, url: str, started_by: User) -> Harvest:
    """Begin a harvest of the feed or sitemap at `url`, whose pages `list_pages` is to list."""
    return Harvest.objects.create(
        story=story, kind=Harvest.Kind.FEED, url=url, started_by=started_by
    )


@transaction.atomic
def start_list(story: Story, listed: Collection[Listed], *, started_by: User) -> Harvest:
    """Begin a harvest of addresses that a person typed."""
    harvest = Harvest.objects.create(
        story=story, kind=Harvest.Kind.LIST, listed_at=timezone.now(), started_by=started_by
    )
    _keep_pages(harvest, listed)
    return harvest


def list_pages(harvest: Harvest, *, patience: float) -> None:
    """Fetch the list of a harvest, and store its pages or why there are none.

    One that has been listed stays as it is. A fault of the site is never raised: `harvest.said`
    has it. Raises NotYet if the site wants to be left alone for more than `patience` seconds.
    """
    if harvest.listed_at:
        return
    try:
        listing = listing_at(harvest.url, patience=patience)
    except (FetchProblem, NotAListing) as problem:
        _rest(harvest.url, problem)
        _listed(harvest, said=str(problem))
        return
    said = " ".join(listing.notes) or ("" if listing.pages else "It names no page.")
    _listed(harvest, listing, said=said)


def give_up_listing(harvest: Harvest, not_yet: NotYet) -> None:
    """Note that the site of a harvest's list wants to be left alone."""
    _listed(harvest, said=str(not_yet))


def list_again(harvest: Harvest) -> None:
    """Forget that a list could not be read, for `list_pages` to try it again."""
    Harvest.objects.filter(pk=harvest.pk, pages=None).update(listed_at=None, said="")


def listing_at(url: str, *, patience: float) -> Listing:
    """Return the pages that the feed or sitemap at `url` names.

    A web page leads to the first feed that it names, and else to the sitemaps of its site; an
    index of sitemaps to its newest MOST_SITEMAPS. Raises FetchProblem, NotAListing and NotYet.
    """
    page = _fetched_list(url, patience)
    markup = markup_of(sitemaps.unpacked(page.data), page.charset)
    root = root_of(markup)
    if root in FEED_ROOTS:
        return Listing(Harvest.Kind.FEED, page.url, read_feed(markup, url=page.url), [])
    if root in sitemaps.ROOTS:
        return _of_sitemap(page.url, markup, patience)
    if root in {"html", "head", "body"} or page.media_type in {
        "text/html",
        "application/xhtml+xml",
    }:
        return _of_page(page.url, markup, patience)
    if pages := _addresses_alone(markup):
        return Listing(Harvest.Kind.SITEMAP, page.url, pages, [])
    raise NotAListing(
        "This is neither a feed (RSS or Atom) nor a sitemap, nor a page that names one."
    )


def choose_pages(harvest: Harvest, pages: Iterable[int]) -> list[HarvestedPage]:
    """Mark the pages of those ids to be fetched, and return them.

    What is drafted or in the story already is left as it is.
    """
    chosen = harvest.pages.filter(pk__in=list(pages))
    chosen.filter(state__in=[State.LISTED, State.FAILED]).update(state=State.WAITING, said="")
    return list(chosen.filter(state=State.WAITING))


def choose_failed(harvest: Harvest) -> list[HarvestedPage]:
    """Mark the pages that failed, or whose job was lost, to be fetched again."""
    again = harvest.pages.filter(state__in=[State.FAILED, State.WAITING])
    return choose_pages(harvest, again.values_list("pk", flat=True))


def stop_harvest(harvest: Harvest) -> int:
    """Fetch no more of what was chosen, and return how many pages that are. Drafts stay."""
    return harvest.pages.filter(state=State.WAITING).update(state=State.LISTED)


def discard_harvest(harvest: Harvest) -> None:
    """Delete a harvest and its list. What it drafted waits for its person as before."""
    Harvest.objects.filter(pk=harvest.pk).delete()


def draft_page(page: HarvestedPage, *, patience: float) -> None:
    """Fetch a page that was chosen, and make it a draft of its harvest's batch.

    The row says what came of it. A page that waits no more, as it was fetched, stopped or
    discarded meanwhile, changes nothing. Raises NotYet as `list_pages` does.
    """
    # The dates of a sitemap are those of the last change, as often as not.
    told = page.published_at if page.harvest.kind == Harvest.Kind.FEED else None
    try:
        reading = page_reading(page.url, published_at=told, patience=patience)
    except (FetchProblem, UnreadableUpload) as problem:
        _rest(page.url, problem)
        fail_page(page, str(problem))
        return
    try:
        _draft(page, reading)
    except ImportRefused as refusal:
        fail_page(page, str(refusal))


def fail_page(page: HarvestedPage, why: str) -> None:
    """Note why a page that waits was not drafted."""
    HarvestedPage.objects.filter(pk=page.pk, state=State.WAITING).update(
        state=State.FAILED, said=title_line(why)
    )


def page_reading(url: str, *, published_at: datetime | None = None, patience: float) -> Reading:
    """Fetch a page politely, and return its article.

    `published_at` is for a page that says nothing of its date. Raises FetchProblem,
    UnreadableUpload and NotYet.
    """
    await_turn(url, patience=patience)
    page = fetch(url)
    check_redirect(page.url, asked=url, patience=patience)
    address = page_address(page.url) or url
    reading = read_page(address, page.data, media_type=page.media_type, charset=page.charset)
    if published_at and not proposed_details(reading).published_at:
        details = replace(reading.details, published_at=published_at)
        reading = replace(reading, details=details)
    return reading


def known_addresses(story: Story, urls: Collection[str]) -> set[str]:
    """Return those of the addresses that articles of the story have."""
    articles = Article.objects.filter(story=story, url__in=urls)
    return set(articles.values_list("url", flat=True))


@transaction.atomic
def _draft(page: HarvestedPage, reading: Reading) -> None:
    """Store the draft and the page's state together, or nothing if the page waits no more."""
    waiting = HarvestedPage.objects.select_for_update().filter(pk=page.pk, state=State.WAITING)
    if not waiting:
        return
    harvest, url = page.harvest, reading.details.url
    twin = Draft.objects.filter(batch=harvest.pk, url=url).first()
    if twin or known_addresses(harvest.story, {url}):
        where = f"as draft {twin.position + 1} does" if twin else "which is in the story"
        waiting.update(state=State.KNOWN, said=title_line(f"Leads to {url}, {where}."))
        return
    draft_articles(
        [reading],
        story=harvest.story,
        way=Way.URL if harvest.kind == Harvest.Kind.LIST else Way.FEED,
        created_by=harvest.started_by,
        batch=harvest.pk,
        position=page.position,
    )
    waiting.update(state=State.DRAFTED, said="")


@transaction.atomic
def _listed(harvest: Harvest, listing: Listing | None = None, *, said: str) -> None:
    """Store that a harvest was listed, once."""
    locked = Harvest.objects.select_for_update().filter(pk=harvest.pk, listed_at=None)
    if not locked:
        return
    kind = listing.kind if listing else harvest.kind
    locked.update(kind=kind, said=title_line(said), listed_at=timezone.now())
    if listing:
        _keep_pages(harvest, listing.pages)


def _keep_pages(harvest: Harvest, listed: Collection[Listed]) -> None:
    known = known_addresses(harvest.story, {one.url for one in listed})
    HarvestedPage.objects.bulk_create(
        [
            HarvestedPage(
                harvest=harvest,
                position=position,
                url=one.url,
                title=one.title,
                published_at=one.published_at,
                state=State.KNOWN if one.url in known else State.LISTED,
            )
            for position, one in enumerate(listed)
        ],
        batch_size=500,
    )


def _fetched_list(url: str, patience: float) -> Fetched:
    await_turn(url, patience=patience)
    page = fetch(url, media_types=LISTING_TYPES)
    check_redirect(page.url, asked=url, patience=patience)
    return page


def _of_page(url: str, markup: str, patience: float) -> Listing:
    """Return the pages of the feed that a web page names, or of the sitemaps of its site."""
    if links := feed_links(markup, url=url):
        page = _fetched_list(links[0], patience)
        found = markup_of(sitemaps.unpacked(page.data), page.charset)
        notes = [f"The page led to the feed {page.url}."]
        if len(links) > 1:
            notes.append(f"It names {len(links)}; the others are {', '.join(links[1:4])}.")
        return Listing(Harvest.Kind.FEED, page.url, read_feed(found, url=page.url), notes)
    named = sitemaps_of(rules_for(url, patience=patience))
    addresses = [address for one in named if (address := page_address(one, url))]
    if addresses:
        # One of news has the latest pages, with their titles.
        first = min(addresses, key=lambda address: "news" not in address.lower())
        page = _fetched_list(first, patience)
        found = markup_of(sitemaps.unpacked(page.data), page.charset)
        listing = _of_sitemap(page.url, found, patience)
        return replace(listing, notes=[f"The site led to the sitemap {first}.", *listing.notes])
    raise NotAListing(
        "This page names no feed, and its site no sitemap. Give the address of a feed or of a "
        "sitemap (often /sitemap.xml), or a list of addresses."
    )


def _of_sitemap(url: str, markup: str, patience: float) -> Listing:
    sitemap = sitemaps.read_sitemap(markup, url=url)
    if sitemap.further and not sitemap.pages:
        return _of_sitemaps(url, sitemap.further, patience)
    return Listing(Harvest.Kind.SITEMAP, url, sitemap.pages, _cut_short(sitemap.count))


def _of_sitemaps(url: str, further: list[Listed], patience: float) -> Listing:
    """Return the pages of many sitemaps, one level down; one that cannot be read stops no other."""
    notes: list[str] = []
    pages: list[Listed] = []
    problems: list[str] = []
    count = 0
    if len(further) > MOST_SITEMAPS:
        notes.append(f"There are {len(further)} sitemaps; {MOST_SITEMAPS} were read.")
    for one in further[:MOST_SITEMAPS]:
        try:
            page = _fetched_list(one.url, patience)
            markup = markup_of(sitemaps.unpacked(page.data), page.charset)
            sitemap = sitemaps.read_sitemap(markup, url=page.url)
        except (FetchProblem, NotAListing, NotYet) as problem:
            _rest(one.url, problem)
            problems.append(f"{one.url} was left out: {problem}")
            continue
        pages += sitemap.pages
        count += sitemap.count
    if not pages:
        raise NotAListing(" ".join(problems[:MOST_PROBLEMS]) or "The sitemaps name no page.")
    notes += _cut_short(count) + problems[:MOST_PROBLEMS]
    return Listing(Harvest.Kind.SITEMAP, url, sitemaps.newest(pages), notes)


def _addresses_alone(text: str) -> list[Listed]:
    """Return the pages of a sitemap that is a text file: an address a line, and nothing else."""
    try:
        typed = read_typed(text, most=MOST_IN_TEXT)
    except NotAListing:
        return []
    return [] if typed.problems else typed.listed[:MOST_LISTED]


def _cut_short(count: int) -> list[str]:
    if count <= MOST_LISTED:
        return []
    return [f"There are {count} pages; the {MOST_LISTED} newest are listed."]


def _rest(url: str, problem: Exception) -> None:
    """Leave a site alone for as long as it asked to be."""
    if isinstance(problem, FetchFailed) and problem.wait:
        leave_alone(url, problem.wait)
