"""Proposed facts by keyboard, with the mouse on a telephone, and without scripts."""

import pytest
from django.urls import reverse
from playwright.sync_api import expect

from annotations.finding.proposing import propose
from annotations.finding.settling import dismiss
from annotations.models import Fact, Proposal, Report
from tests.browser.conftest import DESKTOP
from tests.proposals import (
    ALSO_SIGNED,
    CRITICS,
    SIGNED,
    STATEMENT,
    make_ferries,
    make_proposal,
    words_of,
)

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture
def url(study, story):
    return reverse("proposals", args=[study.key, story.pk])


@pytest.fixture
def made(study, story, revision, gazette):
    """Three proposals, and nothing to look for any more."""
    propose(study, story)
    Proposal.objects.all().delete()
    three = (revision, SIGNED), (gazette, ALSO_SIGNED), (gazette, CRITICS)
    return [
        make_proposal(study, story, STATEMENT, *three, weight=3),
        make_proposal(study, story, "An accord.", *three[:2], weight=2),
        make_proposal(study, story, "A stranglehold.", (revision, "Critics"), three[2], weight=1),
    ]


def card(page, proposal):
    return page.locator(f"#proposal-{proposal.pk}")


@pytest.fixture
def opened(page, log_in, cast, url, made):
    log_in(page, cast.reviewer)
    page.goto(url)
    expect(card(page, made[0])).to_be_focused()
    return page


def test_accepting_part_of_a_proposal_by_keyboard_and_undoing_it(opened, made, axe):
    page = opened
    axe(page)
    page.keyboard.press("3")
    page.keyboard.press("ArrowDown")
    page.keyboard.press("p")
    page.keyboard.press("e")
    page.keyboard.press("Control+a")
    page.keyboard.type("Ministers signed, jk.")
    page.keyboard.press("Escape")
    page.keyboard.press("a")
    expect(card(page, made[1])).to_be_focused()
    expect(card(page, made[0])).to_have_attribute("data-state", "accepted")
    assert Fact.objects.get().statement == "Ministers signed, jk."
    statuses = Report.objects.order_by("article__outlet__name").values_list("status", flat=True)
    assert list(statuses) == ["reported", "partial"]
    axe(page)
    page.keyboard.press("u")
    expect(card(page, made[0])).to_be_focused()
    expect(card(page, made[0])).to_have_attribute("data-state", "open")
    assert not Fact.objects.exists()


def test_splitting_merging_and_dismissing_by_keyboard(opened, made):
    page = opened
    page.keyboard.press("3")
    page.keyboard.press("s")
    expect(page.locator(".proposal[data-state=open]")).to_have_count(4)
    split_off = Proposal.objects.get(statement=CRITICS, state="open")
    expect(page.locator(".proposal").first).to_be_focused()
    page.keyboard.press("j")
    expect(card(page, split_off)).to_be_focused()
    page.keyboard.press("m")
    others = card(page, split_off).locator("[name=others]")
    expect(others.first).to_be_focused()
    page.get_by_role("checkbox", name="A stranglehold. (2").check()
    page.get_by_role("button", name="Merge", exact=True).click()
    expect(card(page, made[2])).to_have_count(0)
    merged = Proposal.objects.get(statement=CRITICS, state="open")
    expect(card(page, merged)).to_be_focused()
    assert words_of(merged) == {CRITICS, "Critics"}
    page.keyboard.press("d")
    expect(card(page, merged)).to_have_attribute("data-state", "dismissed")
    expect(card(page, made[1])).to_be_focused()
    for count in (3, 4, 3):
        page.keyboard.press("u")
        expect(page.locator(".proposal[data-state=open]")).to_have_count(count)
    assert set(Proposal.objects.all()) == set(made)


def test_proposals_come_by_themselves_when_the_page_is_opened(page, log_in, cast, url, story):
    make_ferries(story)
    log_in(page, cast.reviewer)
    page.goto(url)
    expect(page.locator(".proposal").first).to_be_visible()
    assert not Fact.objects.exists()


def test_same_as_a_fact_adds_the_cells_to_it(opened, made, study, story, cast):
    page = opened
    page.keyboard.press("a")
    expect(card(page, made[1])).to_be_focused()
    page.keyboard.press("f")
    page.keyboard.type(STATEMENT)
    page.keyboard.press("Enter")
    expect(card(page, made[1])).to_have_attribute("data-state", "accepted")
    expect(card(page, made[1])).to_contain_text("set as reported already")
    assert Fact.objects.count() == 1


@pytest.mark.expects_http_status(409)
def test_proposal_that_somebody_settled_says_so_and_keeps_the_words(opened, made, cast):
    page = opened
    dismiss(made[0], version=1, reviewer=cast.colleague)
    page.keyboard.press("e")
    page.keyboard.type(" Mine.")
    page.keyboard.press("Control+Enter")
    expect(card(page, made[0])).to_contain_text("colleague settled this proposal")
    expect(card(page, made[0])).to_contain_text("Mine.")
    assert not Fact.objects.exists()


def test_telephone_shows_all_of_a_card_and_settles_it(phone, log_in, cast, url, made, axe):
    log_in(phone, cast.reviewer)
    phone.goto(url)
    wide = phone.evaluate("document.documentElement.scrollWidth")
    assert wide <= 390
    axe(phone)
    card(phone, made[0]).get_by_role("checkbox", name="stranglehold").uncheck()
    card(phone, made[0]).get_by_role("button", name="Accept").tap()
    expect(card(phone, made[0])).to_have_attribute("data-state", "accepted")
    assert Report.objects.count() == 2


def test_everything_can_be_done_without_scripts(new_context, live_server, log_in, cast, url, made):
    context = new_context(base_url=live_server.url, java_script_enabled=False, **DESKTOP)
    page = context.new_page()
    log_in(page, cast.reviewer)
    page.goto(url)
    card(page, made[0]).get_by_role("link", name="Merge with…").click()
    page.get_by_role("checkbox", name="A stranglehold. (2").check()
    page.get_by_role("button", name="Merge", exact=True).click()
    expect(page.locator("#notices")).to_contain_text("Merged")
    page.get_by_role("button", name="Accept").first.click()
    expect(page.locator("#notices")).to_contain_text("Accepted")
    page.get_by_role("button", name="Undo: accepted").click()
    expect(page.locator("#notices")).to_contain_text("Open again")
    assert not Fact.objects.exists()
