"""From words on the desk to their echoes: tick, tag all at once, and take it back."""

import pytest
from django.urls import reverse
from playwright.sync_api import expect

from annotations.models import Annotation
from tests.browser.desk_page import caret_on, open_desk
from tests.conftest import make_revision


@pytest.fixture
def desk(page, log_in, cast, study, story, revision, gazette):
    make_revision(
        story,
        outlet="The Strait Post",
        text="“Militarily suffocated”, they said.\n\nThis suffocation by the military goes on.",
    )
    log_in(page, cast.reviewer)
    open_desk(page, study, story, revision, gazette)
    return page


def to_echoes(page, revision):
    caret_on(page, revision, "military")
    page.keyboard.press("Shift+ArrowRight")
    page.keyboard.press("=")
    expect(page.locator("h1")).to_have_text("Echoes")


def test_echoes_are_ticked_tagged_and_undone_by_keyboard(desk, revision, axe):
    to_echoes(desk, revision)
    expect(desk.locator(".kwic-words")).to_have_text(
        ["military suffocation", "Militarily suffocated", "suffocation by the military"]
    )
    axe(desk)
    for key in ("j", "x", "j", "x"):
        desk.keyboard.press(key)
    expect(desk.locator("#ticked-count")).to_have_text("the 2 ticked")
    desk.get_by_label("the 2 ticked").select_option("loaded")
    desk.get_by_role("button", name="Tag", exact=True).click()
    expect(desk.locator(".notice")).to_have_text("2 echoes tagged as Loaded language in 1 story.")
    expect(desk.locator(".echo-tags .code-chip")).to_have_count(2)
    desk.locator("h1").click()
    desk.keyboard.press("u")
    expect(desk.locator(".notice")).to_have_text("Undid 2 tags in 1 story.")
    assert not Annotation.objects.standing().exists()


def test_words_of_an_echo_lead_to_their_place_on_the_desk(desk, revision):
    to_echoes(desk, revision)
    desk.locator(".kwic-words").nth(2).click()
    expect(desk.locator(".column .outlet")).to_have_text("The Strait Post")
    expect(desk.locator(".text")).to_be_focused()
    assert desk.evaluate("getSelection().toString()") == "suffocation by the military"


def test_undo_on_the_desk_takes_all_the_tags_back(desk, study, story, revision):
    to_echoes(desk, revision)
    desk.locator("#tick-all").click()
    desk.locator("select[name=code]").select_option("loaded")
    desk.get_by_role("button", name="Tag", exact=True).click()
    expect(desk.locator(".echo-tags .code-chip")).to_have_count(3)
    desk.goto(reverse("desk", args=[study.key, story.pk]))
    expect(desk.locator(".text mark").first).to_be_visible()
    desk.locator("#undo").click()
    expect(desk.locator("#announcement")).to_have_text("Undone: 3 tags in 1 story.")
    expect(desk.locator(".text mark")).to_have_count(0)


def test_echoes_are_reached_from_a_tag_and_read_on_a_telephone(
    phone, log_in, cast, study, revision, gazette, tag, axe
):
    annotation = tag(revision, "military suffocation")
    log_in(phone, cast.reviewer)
    phone.goto(reverse("annotation", args=[study.key, annotation.pk]))
    phone.get_by_role("link", name="Echoes of these words").click()
    expect(phone.locator(".kwic-words")).to_have_text(["military suffocation"])
    axe(phone)
    assert phone.evaluate("document.documentElement.scrollWidth") == 390
