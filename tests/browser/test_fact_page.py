"""Read one fact: choose a baseline, walk the reports and the facts by keyboard, go to the words."""

import pytest
from django.urls import reverse
from playwright.sync_api import expect

from annotations.facts.stating import set_report, state_fact
from tests.conftest import make_revision
from tests.test_stating import quoted

pytestmark = pytest.mark.django_db(transaction=True)

LONG_TALKS = "After three weeks of talks both ministers signed the harbour accord on Monday."


@pytest.fixture
def fact(study, story, revision, gazette, cast, tag):
    """A fact that three outlets report and one leaves out, and another fact after it."""
    fact = state_fact(study, story, "The ministers signed.", author=cast.reviewer)
    state_fact(study, story, "Critics object.", author=cast.reviewer)
    wire = make_revision(story, outlet="Wire", text=LONG_TALKS)
    silent = make_revision(story, outlet="Silent", text="Nothing of that.")
    for told, words in (
        (revision, "The ministers signed the harbour accord on Monday"),
        (gazette, "On Monday the two ministers signed an accord on the harbour"),
        (wire, LONG_TALKS),
    ):
        set_report(
            fact, told.article, status="reported", quotes=[quoted(told, words)], version=None,
            reviewer=cast.reviewer,
        )  # fmt: skip
    set_report(fact, silent.article, status="omitted", version=None, reviewer=cast.reviewer)
    tag(revision, "harbour accord")
    return fact


@pytest.fixture
def fact_url(study, fact):
    return reverse("fact", args=[study.key, fact.pk])


def test_reports_are_aligned_with_the_chosen_baseline(page, log_in, axe, cast, fact_url):
    log_in(page, cast.reviewer)
    page.goto(fact_url)
    expect(page.get_by_role("heading", name="3 articles report it")).to_be_visible()
    expect(page.locator(".fact-report ins").first).to_be_visible()
    axe(page)
    page.get_by_label("Compare with").select_option(label="Wire")
    expect(page.locator(".fact-report.baseline h3")).to_have_text("Wire")
    page.get_by_label("View").select_option("aligned")
    expect(page.locator(".score tbody th").first).to_have_text("The Harbour Times")
    assert "view=aligned" in page.url
    axe(page)
    page.emulate_media(color_scheme="dark")
    axe(page)
    page.get_by_label("View").select_option("plain")
    expect(page.locator("#fact-body ins")).to_have_count(0)
    page.go_back()
    expect(page.locator(".score").first).to_be_visible()


def test_facts_and_reports_are_walked_by_keyboard(page, log_in, cast, fact_url):
    log_in(page, cast.reviewer)
    page.goto(fact_url)
    page.keyboard.press("j")
    page.keyboard.press("j")
    expect(page.locator("[data-report]").nth(1)).to_be_focused()
    page.keyboard.press("k")
    expect(page.locator("[data-report]").first).to_be_focused()
    page.keyboard.press("j")
    page.keyboard.press("b")
    page.wait_for_url("**baseline=*")
    expect(page.locator("[data-report]").nth(1)).to_contain_text("compared with")
    page.keyboard.press("n")
    expect(page.get_by_role("heading", level=1)).to_have_text("Critics object.")
    page.wait_for_load_state()
    page.keyboard.press("p")
    expect(page.get_by_role("heading", level=1)).to_have_text("The ministers signed.")
    page.wait_for_load_state()
    page.keyboard.press("j")
    page.keyboard.press("d")
    page.wait_for_url("**/desk/?articles=*#span-*")


def test_what_was_left_out_leads_to_the_words(page, log_in, cast, fact_url):
    log_in(page, cast.reviewer)
    page.goto(fact_url)
    lacks = page.get_by_role("region", name="The Harbour Times")
    part = lacks.get_by_role("listitem").filter(has_text="three weeks of talks")
    expect(part).to_contain_text("in Wire")
    part.get_by_role("link", name="Wire").click()
    page.wait_for_url("**/desk/?articles=*#span-*")
    page.go_back()
    page.get_by_role("link", name="Silent: set this cell").click()
    expect(page.get_by_role("radio", name="Omitted")).to_be_checked()


def test_fact_is_read_on_a_phone_and_printed(phone, log_in, axe, cast, fact_url):
    log_in(phone, cast.reviewer)
    phone.goto(f"{fact_url}?view=aligned")
    expect(phone.locator(".score")).to_be_hidden()
    expect(phone.locator(".fact-report")).to_have_count(3)
    assert phone.evaluate("document.documentElement.scrollWidth <= innerWidth")
    axe(phone)
    phone.emulate_media(media="print")
    expect(phone.locator("#fact-look")).to_be_hidden()
    expect(phone.get_by_role("heading", name="Reword")).to_be_hidden()
    expect(phone.locator(".fact-report").last).to_be_visible()


@pytest.fixture
def without_script(new_context, live_server):
    return new_context(base_url=live_server.url, java_script_enabled=False).new_page()


def test_baseline_is_chosen_without_script(without_script, log_in, cast, fact_url):
    page = without_script
    log_in(page, cast.reviewer)
    page.goto(fact_url)
    page.get_by_label("Compare with").select_option("statement")
    page.get_by_role("button", name="Show").click()
    expect(page.locator(".legend")).to_contain_text("Against the statement")
