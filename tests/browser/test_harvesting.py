"""A reviewer lists a feed, ticks what belongs to the story, and looks through what was fetched."""

import threading

import pytest
from django.db import connection
from django.urls import reverse
from playwright.sync_api import expect

from tests.conftest import GAZETTE, HARBOUR
from tests.workers import empty_queue, work_off

pytestmark = pytest.mark.django_db(transaction=True)
TITLES = {"/1": "Harbour deal divides", "/2": "Weather tomorrow", "/3": "A page that is gone"}


@pytest.fixture
def paper(live_server, paper):
    items = "".join(
        f"<item><title>{title}</title><link>{path}</link>"
        "<pubDate>Mon, 02 Nov 2026 10:00:00 GMT</pubDate></item>"
        for path, title in TITLES.items()
    )
    feed = f'<rss version="2.0"><channel><title>T</title>{items}</channel></rss>'
    paper.say("/feed", feed, Content_Type="application/rss+xml")
    paper.publish(HARBOUR, "/1")
    paper.publish(GAZETTE, "/2")
    yield paper
    empty_queue()


def work():
    """Work the queue off beside this thread, in which Playwright's loop runs."""

    def run():
        work_off()
        connection.close()  # this thread's own

    worker = threading.Thread(target=run)
    worker.start()
    worker.join()


def give_a_sign_of_life():
    with connection.cursor() as cursor:
        cursor.execute("INSERT INTO procrastinate_workers DEFAULT VALUES")


def test_feed_is_listed_ticked_fetched_and_looked_through(page, log_in, axe, cast, story, paper):
    give_a_sign_of_life()
    log_in(page, cast.reviewer)
    page.goto(reverse("article_import", args=["press", story.pk]))
    page.get_by_role("link", name="From a feed, a sitemap or a list").click()
    axe(page)
    page.get_by_label("Address", exact=True).fill(paper.address("/feed"))
    page.get_by_role("button", name="List its pages").click()
    expect(page.get_by_text("The list is being read…")).to_be_visible()
    work()
    expect(page.get_by_role("heading", name="3 pages listed")).to_be_visible()
    page.get_by_label(TITLES["/1"]).check()
    page.get_by_label(TITLES["/3"]).check()
    page.get_by_role("button", name="Fetch 2 pages").click()
    expect(page.get_by_text("2 being fetched")).to_be_visible()
    page.get_by_label(TITLES["/2"]).check()
    work()
    expect(page.get_by_text("2 of 2 pages")).to_be_visible()
    expect(page.get_by_text("The site answered 404")).to_be_visible()
    expect(page.get_by_label(TITLES["/2"])).to_be_checked()  # what one ticks meanwhile stays
    axe(page)
    page.set_viewport_size({"width": 390, "height": 844})
    assert page.evaluate("document.documentElement.scrollWidth") == 390
    page.get_by_role("link", name="Look through 1 draft").click()
    expect(page.get_by_role("heading", name="1 draft waits for you")).to_be_visible()
