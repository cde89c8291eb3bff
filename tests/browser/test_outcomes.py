"""A ruled story: its coder reads what became of their tags and answers; moderators read on."""

import pytest
from playwright.sync_api import expect

from annotations.models import CardReply
from tests.adjudicated import Kind, cards_of, close, rule_on

OUTCOMES = "/studies/press/outcomes/"


@pytest.fixture
def ruled(study, story, revision, gazette, tag, cast):
    """Two cards: of two tags on one the narrower was found right, the other is to discuss."""
    tag(revision, "military suffocation")
    inner = tag(revision, "suffocation", annotator=cast.colleague, code="damage")
    tag(revision, "Cold War mentality")
    first, second = cards_of(study, story, cast.moderator)
    rule_on(first, Kind.ONE, inner, moderator=cast.moderator, reason="Narrower.", guideline=True)
    rule_on(second, Kind.DISCUSS, moderator=cast.moderator, reason="Whose voice?")
    close(first, cast.moderator)
    return first, second


def test_coder_reads_outcomes_and_answers_and_the_moderator_reads_it(
    page, phone, log_in, cast, ruled, axe
):
    log_in(page, cast.reviewer)
    page.goto(OUTCOMES)
    axe(page)
    card = page.locator(f"#card-{ruled[0].pk}")
    expect(card.get_by_text("not kept")).to_be_visible()
    expect(card.get_by_text("Narrower.")).to_be_visible()
    card.get_by_text("Answer", exact=True).press("Enter")
    card.get_by_label("Your answer").fill("Both words are loaded.")
    card.get_by_role("button", name="Send the answer").press("Enter")
    expect(page.get_by_text("Your answer was sent.")).to_be_visible()
    expect(card.get_by_role("button", name="Send the answer")).to_have_count(0)
    assert CardReply.objects.get().text == "Both words are loaded."
    log_in(phone, cast.moderator)
    phone.goto("/studies/press/")
    phone.get_by_role("link", name="Replies").click()
    expect(phone.get_by_text("Both words are loaded.")).to_be_visible()
    assert phone.evaluate("document.documentElement.scrollWidth <= innerWidth")
    axe(phone)


def test_discussed_card_is_open_for_an_answer(page, log_in, cast, ruled):
    log_in(page, cast.reviewer)
    page.goto(f"{OUTCOMES}?outcome=discussed")
    expect(page.get_by_text("would like to hear from those")).to_be_visible()
    expect(page.get_by_label("Your answer")).to_be_visible()
    expect(page.locator(".ruled-card")).to_have_count(1)


def test_gold_layer_shows_its_marks_and_leads_to_them(page, phone, log_in, cast, story, ruled, axe):
    path = f"/studies/press/stories/{story.pk}/gold/"
    for window in (page, phone):
        log_in(window, cast.reviewer)
        window.goto(path)
        expect(window.locator(".gold-reading mark")).to_have_text(["suffocation"])
        axe(window)
        assert window.evaluate("document.documentElement.scrollWidth <= innerWidth")
    page.get_by_role("link", name="“suffocation”").press("Enter")
    assert page.url.endswith(page.locator(".gold-reading .passage:target").get_attribute("id"))
