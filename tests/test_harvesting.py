"""Harvests: lists are read politely, and each chosen page becomes one draft, come what may."""

import threading
from datetime import UTC, datetime, timedelta

import pytest
from django.db import connection, transaction
from django.utils import timezone

from annotations import tasks
from annotations.tasks import fetch_page, fetch_pages_later, list_harvest, list_later
from sources import harvesting
from sources.courtesy import NotYet
from sources.harvesting import (
    choose_failed,
    choose_pages,
    discard_harvest,
    draft_page,
    list_again,
    list_pages,
    listing_at,
    start_harvest,
    start_list,
    stop_harvest,
)
from sources.listing import Listed, NotAListing
from sources.models import Draft, Harvest, HarvestedPage, Site, Way
from tests.conftest import GAZETTE, HARBOUR, make_revision
from tests.workers import empty_queue, work_off

pytestmark = pytest.mark.django_db
XML = {"Content_Type": "application/rss+xml"}
State = HarvestedPage.State


def rss(*links):
    items = "".join(
        f"<item><title>On {link}</title><link>{link}</link>"
        "<pubDate>Mon, 02 Nov 2026 10:00:00 GMT</pubDate></item>"
        for link in links
    )
    return f'<rss version="2.0"><channel><title>T</title>{items}</channel></rss>'


def sitemap(*links, root="urlset", entry="url"):
    entries = "".join(f"<{entry}><loc>{link}</loc></{entry}>" for link in links)
    return f"<{root}>{entries}</{root}>"


@pytest.fixture(autouse=True)
def emptied(db):
    empty_queue()


@pytest.fixture
def harvest(story, cast, paper):
    """A harvest of three pages, the second of which is not there."""
    paper.publish(HARBOUR, "/1")
    paper.publish(GAZETTE, "/3")
    pages = [Listed(paper.address(f"/{number}")) for number in (1, 2, 3)]
    return start_list(story, pages, started_by=cast.reviewer)


def states(harvest):
    return list(harvest.pages.values_list("state", flat=True))


def choose_all(harvest):
    return choose_pages(harvest, harvest.pages.values_list("pk", flat=True))


def fetched(harvest):
    for page in choose_all(harvest):
        draft_page(page, patience=1)
    return harvest


def listed(story, cast, url):
    harvest = start_harvest(story, url=url, started_by=cast.reviewer)
    list_pages(harvest, patience=1)
    harvest.refresh_from_db()
    return harvest


def test_feed_is_listed_and_what_the_story_has_is_known(story, cast, paper):
    make_revision(story, url=paper.address("/1"))
    paper.say("/feed", rss("/1", "/2?utm_source=rss"), **XML)
    harvest = listed(story, cast, paper.address("/feed"))
    assert [(page.url, page.title, page.state) for page in harvest.pages.all()] == [
        (paper.address("/1"), "On /1", State.KNOWN),
        (paper.address("/2"), "On /2?utm_source=rss", State.LISTED),
    ]
    assert (harvest.kind, harvest.said) == (Harvest.Kind.FEED, "")
    list_pages(harvest, patience=1)  # as a job that runs twice
    assert harvest.pages.count() == 2


def test_page_leads_to_its_feed_or_to_the_sitemaps_of_its_site(paper):
    paper.say("/", '<link rel="alternate" type="application/rss+xml" href="/feed">')
    paper.say("/feed", rss("/1"), **XML)
    listing = listing_at(paper.address("/"), patience=1)
    assert [page.url for page in listing.pages] == [paper.address("/1")]
    assert "led to the feed" in listing.notes[0]
    paper.say("/", "<html><p>Nothing</p></html>")
    with pytest.raises(NotAListing, match="names no feed"):
        listing_at(paper.address("/"), patience=1)
    Site.objects.all().delete()
    named = [paper.address(path) for path in ("/all.xml", "/news.xml")]
    paper.say("/robots.txt", "".join(f"Sitemap: {one}\n" for one in named))
    index = sitemap("/s.xml", root="sitemapindex", entry="sitemap")
    paper.say("/news.xml", index, Content_Type="text/xml")
    paper.say("/s.xml", sitemap("/a"), Content_Type="text/xml")
    listing = listing_at(paper.address("/"), patience=1)
    assert (listing.kind, len(listing.pages)) == (Harvest.Kind.SITEMAP, 1)


def test_text_file_of_addresses_alone_is_a_sitemap(paper):
    text = {"Content_Type": "text/plain"}
    paper.say("/s.txt", f"{paper.address('/a')}\n{paper.address('/b')}\n", **text)
    assert len(listing_at(paper.address("/s.txt"), patience=1).pages) == 2
    paper.say("/s.txt", f"Words, and then\n{paper.address('/a')}\n", **text)
    with pytest.raises(NotAListing, match="neither a feed"):
        listing_at(paper.address("/s.txt"), patience=1)


def test_index_of_sitemaps_is_followed_one_level_and_only_so_far(paper, monkeypatch):
    monkeypatch.setattr(harvesting, "MOST_SITEMAPS", 3)
    links = [f"/s{number}.xml" for number in range(4)]
    index = {"root": "sitemapindex", "entry": "sitemap"}
    paper.say("/index.xml", sitemap(*links, **index), Content_Type="application/xml")
    paper.say("/s0.xml", sitemap("/a", "/b"), Content_Type="application/xml")
    paper.say("/s1.xml", sitemap("/index.xml", **index), Content_Type="application/xml")
    paper.say("/s2.xml", "oops")
    listing = listing_at(paper.address("/index.xml"), patience=1)
    assert [page.url for page in listing.pages] == [paper.address("/a"), paper.address("/b")]
    assert "4 sitemaps; 3 were read" in listing.notes[0]
    assert "/s3.xml" not in paper.paths()
    assert f"{paper.address('/s2.xml')} was left out" in " ".join(listing.notes)


@pytest.mark.parametrize(
    ("answer", "said"),
    [
        ({"status": 500}, "answered 500"),
        ({"body": "%PDF-1.4", "Content_Type": "application/pdf"}, "application/pdf"),
        ({"body": "Only words.", "Content_Type": "text/plain"}, "neither a feed"),
        ({"body": "<rss", "Content_Type": "text/xml"}, "neither a feed"),
        ({"body": "<!DOCTYPE r [<!ENTITY a 'b'>]><rss/>", "Content_Type": "text/xml"}, "entities"),
        ({"body": rss(), "Content_Type": "text/xml"}, "names no page"),
        ({"status": 302, "Location": "http://10.0.0.1/feed"}, "not one that web sites use"),
    ],
)
def test_what_is_no_list_is_told_and_can_be_tried_again(story, cast, paper, answer, said):
    paper.say("/feed", **answer)
    harvest = listed(story, cast, paper.address("/feed"))
    assert said in harvest.said
    assert harvest.listed_at
    paper.say("/feed", rss("/1"), **XML)
    list_again(harvest)
    harvest.refresh_from_db()
    list_pages(harvest, patience=1)
    assert harvest.pages.count() == 1


def test_robots_are_heeded_for_lists_for_pages_and_where_they_lead(story, cast, paper, harvest):
    rules = "User-agent: *\nDisallow: /feed\nDisallow: /1\nDisallow: /closed"
    paper.say("/robots.txt", rules)
    paper.say("/2", status=301, Location=f"http://127.0.0.1:{paper.port}/closed")
    paper.publish(HARBOUR, "/closed")
    assert "robots.txt" in listed(story, cast, paper.address("/feed")).said
    fetched(harvest)
    assert states(harvest) == [State.FAILED, State.FAILED, State.DRAFTED]
    assert all("robots.txt" in page.said for page in harvest.pages.filter(state=State.FAILED))
    assert not {"/feed", "/1"} & set(paper.paths())


def test_chosen_pages_become_drafts_of_one_batch_and_failures_are_named(harvest, cast):
    fetched(harvest)
    assert states(harvest) == [State.DRAFTED, State.FAILED, State.DRAFTED]
    assert "404" in harvest.pages.get(state=State.FAILED).said
    drafts = Draft.objects.filter(batch=harvest.pk)
    assert [draft.position for draft in drafts] == [0, 2]
    assert {(draft.created_by, draft.way) for draft in drafts} == {(cast.reviewer, Way.URL)}
    assert "military suffocation" in drafts[0].text


def test_failed_pages_can_be_fetched_again(harvest, paper):
    fetched(harvest)
    paper.publish(f"{HARBOUR} Again.", "/2")
    for page in choose_failed(harvest):
        draft_page(page, patience=1)
    assert states(harvest) == [State.DRAFTED] * 3


def test_feed_lends_its_date_to_a_page_that_has_none(story, cast, paper):
    paper.publish(HARBOUR, "/1")
    paper.say("/feed", rss("/1"), **XML)
    fetched(listed(story, cast, paper.address("/feed")))
    draft = Draft.objects.get()
    assert draft.published_at == datetime(2026, 11, 2, 10, tzinfo=UTC)
    assert draft.way == Way.FEED


def test_job_that_runs_twice_or_late_drafts_nothing_more(harvest):
    pages = choose_all(harvest)
    for page in (pages[0], pages[0]):
        draft_page(page, patience=1)
    assert Draft.objects.count() == 1
    assert stop_harvest(harvest) == 2
    draft_page(pages[2], patience=1)
    assert Draft.objects.count() == 1
    assert states(harvest) == [State.DRAFTED, State.LISTED, State.LISTED]
    choose_all(harvest)
    discard_harvest(harvest)
    draft_page(pages[2], patience=1)
    assert Draft.objects.count() == 1


def test_page_that_leads_to_what_is_there_is_known(story, cast, paper, harvest):
    make_revision(story, url=paper.address("/old"), text=f"{GAZETTE} Old.")
    paper.publish(f"{GAZETTE} Old.", "/old")
    paper.say("/2", status=301, Location="/old")
    paper.say("/3", status=301, Location="/1")
    fetched(harvest)
    assert states(harvest) == [State.DRAFTED, State.KNOWN, State.KNOWN]
    assert "which is in the story" in harvest.pages.all()[1].said
    assert "as draft 1 does" in harvest.pages.all()[2].said


def test_known_and_drafted_pages_are_not_chosen_again(harvest):
    fetched(harvest)
    harvest.pages.filter(state=State.FAILED).update(state=State.KNOWN)
    assert choose_all(harvest) == []


def test_site_that_wants_rest_is_left_alone(story, cast, paper, harvest):
    paper.say("/2", status=429, Retry_After="3600")
    pages = choose_all(harvest)
    draft_page(pages[1], patience=1)
    assert "429" in harvest.pages.get(state=State.FAILED).said
    with pytest.raises(NotYet):
        draft_page(pages[2], patience=1)
    waiting = start_harvest(story, url=paper.address("/feed"), started_by=cast.reviewer)
    with pytest.raises(NotYet):
        list_pages(waiting, patience=1)


def test_job_gives_up_on_a_site_that_wants_a_long_rest(story, cast, paper, harvest):
    paper.publish(HARBOUR, "/1")
    [page, *_] = choose_all(harvest)
    draft_page(page, patience=1)
    Site.objects.update(free_at=timezone.now() + timedelta(hours=2))
    fetch_page(page_id=harvest.pages.get(position=2).pk)
    assert harvest.pages.get(position=2).state == State.FAILED
    assert "left alone until" in harvest.pages.get(position=2).said
    waiting = start_harvest(story, url=paper.address("/feed"), started_by=cast.reviewer)
    list_harvest(harvest_id=str(waiting.pk))
    waiting.refresh_from_db()
    assert "left alone until" in waiting.said
    list_harvest(harvest_id="00000000-0000-4000-8000-000000000000")
    fetch_page(page_id=0)


def test_two_at_once_make_one_draft(transactional_db, harvest, paper):
    [page, *_] = choose_all(harvest)
    slower = threading.Thread(target=in_thread, args=(page,))
    with transaction.atomic():
        row = HarvestedPage.objects.select_for_update().get(pk=page.pk)  # as the quicker one has it
        slower.start()
        slower.join(0.7)
        assert "/1" in paper.paths()
        row.state = State.DRAFTED
        row.save(update_fields=["state"])
    slower.join()
    assert not Draft.objects.exists()


def in_thread(page):
    draft_page(page, patience=5)
    connection.close()  # this thread's own


def test_worker_lists_and_fetches(transactional_db, story, cast, paper):
    paper.publish(HARBOUR, "/1")
    paper.say("/feed", rss("/1"), **XML)
    harvest = start_harvest(story, url=paper.address("/feed"), started_by=cast.reviewer)
    list_later(harvest)
    list_later(harvest)
    assert tasks.is_queued("list_harvest", harvest_id=str(harvest.pk))
    work_off()
    pages = choose_all(harvest)
    assert fetch_pages_later(pages) == 1
    assert fetch_pages_later(pages) == 0
    work_off()
    assert Draft.objects.get().batch == harvest.pk
    assert states(harvest) == [State.DRAFTED]
