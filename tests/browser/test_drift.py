"""A moderator looks for drift: lines, numbers, the table of codes, and the cases behind them."""

import pytest
from playwright.sync_api import expect

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
