"""A moderator watches a story: starts, fetches, and sees what came without reloading."""

import threading

import pytest
from django.db import connection
from playwright.sync_api import expect

from sources.models import Watch
from tests.conftest import GAZETTE, HARBOUR, make_revision
from tests.workers import empty_queue, work_off


@pytest.fixture
def paper(live_server, paper):
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


def test_watch_is_started_fetched_and_stopped(page, log_in, axe, cast, story, paper):
    make_revision(story, url=paper.address("/new"))
    make_revision(story, outlet="Gazette", text=GAZETTE, url=paper.address("/wall"))
    paper.publish(HARBOUR.replace("on Monday", "late on Monday, in rain"), "/new")
    paper.publish("Subscribe to this paper to read on.", "/wall")
    with connection.cursor() as cursor:
        cursor.execute("INSERT INTO procrastinate_workers DEFAULT VALUES")
    log_in(page, cast.moderator)
    page.goto(f"/studies/press/stories/{story.pk}/")
    card = page.locator("#watch")
    expect(card.get_by_text("off", exact=True)).to_be_visible()
    card.get_by_label("How often").select_option("every 12 hours")
    card.get_by_role("button", name="Start the watch").click()
    expect(card.get_by_text("Each article is fetched every 12 hours")).to_be_visible()
    expect(card.get_by_text("being fetched")).to_have_count(2)
    work()
    expect(card.get_by_role("link", name="Revision 2 is new.")).to_be_visible()
    expect(card.get_by_role("link", name="Look at it")).to_be_visible()
    expect(card.locator("[hx-trigger]")).to_have_count(0)
    axe(page)
    card.get_by_role("button", name="Stop the watch").click()
    expect(card.get_by_text("The watch is stopped.")).to_be_visible()
    assert not Watch.objects.exists()


@pytest.mark.expects_http_status(422)
def test_refused_term_is_told_beside_its_field(phone, log_in, axe, cast, story, paper):
    make_revision(story, url=paper.address())
    log_in(phone, cast.moderator)
    phone.goto(f"/studies/press/stories/{story.pk}/")
    card = phone.locator("#watch")
    expect(card.get_by_text("No worker is running")).to_be_visible()
    card.get_by_label("Until").fill("2020-01-01")
    card.get_by_role("button", name="Start the watch").click()
    expect(card.get_by_text("This day is over.")).to_be_visible()
    axe(phone)
    assert not Watch.objects.exists()
