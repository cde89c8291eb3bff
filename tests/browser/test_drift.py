"""A moderator looks for drift: lines, numbers, the table of codes, and the cases behind them."""

import pytest
from playwright.sync_api import expect

from annotations.measuring import drift_runs
from tests.workers import empty_queue

DRIFT = "/studies/press/drift/"


@pytest.fixture
def tagged(revision, gazette, tag, cast):
    for words in ("accord", "Monday", "strait"):
        tag(revision, words)
    for words in ("accord", "Monday"):
        tag(revision, words, annotator=cast.colleague, code="damage")


def test_numbers_lead_to_the_cases(page, log_in, cast, tagged, story, axe):
    log_in(page, cast.moderator)
    page.goto(DRIFT)
    axe(page)
    page.get_by_text("Numbers of reviewer").press("Enter")
    row = page.get_by_role("region", name="Numbers of reviewer").locator("tbody tr")
    expect(row).to_have_count(1)
    axe(page)
    row.get_by_role("link").press("Enter")
    expect(page.get_by_role("heading", name="Stories of reviewer")).to_be_visible()
    axe(page)
    page.get_by_role("link", name=story.title, exact=True).last.click()
    expect(page).to_have_url(
        f"{page.url.split('/stories/')[0]}/stories/{story.pk}/desk/?by_reviewer=reviewer"
    )
    page.goto(DRIFT)
    page.get_by_role("link", name="reviewer, Loaded language: 3 of 1.8 expected").click()
    expect(page.get_by_role("link", name="“strait”")).to_be_visible()
    axe(page)


def test_drift_fits_a_telephone(phone, log_in, cast, tagged, axe):
    log_in(phone, cast.moderator)
    phone.goto(DRIFT)
    phone.get_by_text("Numbers of colleague").click()
    axe(phone)
    assert phone.evaluate("document.documentElement.scrollWidth <= innerWidth")


def test_large_study_is_computed_when_asked_for(
    page, log_in, cast, tagged, revision, tag, axe, monkeypatch
):
    monkeypatch.setattr(drift_runs, "AT_ONCE", 1)
    log_in(page, cast.moderator)
    page.goto(DRIFT)
    page.get_by_role("button", name="Compute drift").press("Enter")
    expect(page.get_by_text("No worker is running")).to_be_visible()
    axe(page)
    page.get_by_role("button", name="Compute now").press("Enter")
    expect(page.get_by_text("from all that was tagged up to now")).to_be_visible()
    expect(page.get_by_text("Numbers of reviewer")).to_be_visible()
    tag(revision, "Critics")
    page.reload()
    expect(page.get_by_text("changed since then")).to_be_visible()
    axe(page)
    empty_queue()
