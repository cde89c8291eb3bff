"""Adjudication: cards ruled by keys alone, a merged tag by selection, two moderators, no script."""

import pytest
from django.urls import reverse
from playwright.sync_api import expect

from annotations.models import Card, CardRuling, Status
from annotations.rulings.adjudicating import open_adjudication
from tests.browser.conftest import DESKTOP

pytestmark = pytest.mark.django_db(transaction=True)

WORDS = "military suffocation"


@pytest.fixture
def cards(tag, revision, study, story, cast):
    """Three cards: two who differ in the words, one alone, and two who agree."""
    tag(revision, "harbour accord")
    tag(revision, "harbour accord", annotator=cast.colleague)
    tag(revision, WORDS)
    tag(revision, f"a {WORDS} of", annotator=cast.colleague, note="The whole phrase.")
    tag(revision, "Cold War mentality", annotator=cast.colleague)
    opened = open_adjudication(study, story, moderator=cast.moderator)
    return list(opened.cards.order_by("start"))


@pytest.fixture
def card_page(page, log_in, cast, study):
    """Open a card as the moderator: card_page(card)."""

    def card_page(card):
        log_in(page, cast.moderator)
        page.goto(reverse("card", args=[study.key, card.pk]))
        expect(page.locator("#card")).to_be_focused()
        return page

    return card_page


def title(page):
    return page.locator("#card-head h1")


def number_of(page, words):
    """Return the number of the row whose words these are, to the letter."""
    return page.locator(f'.tag-row:has-text("“{words}”")').get_attribute("data-row")


def test_moderator_rules_on_all_cards_by_key(card_page, cards, axe, story):
    page = card_page(cards[0])
    axe(page)
    page.keyboard.press("1")
    page.keyboard.press("s")
    expect(title(page)).to_have_text("Card 2 of 3")
    expect(page.locator("#card")).to_be_focused()
    page.keyboard.press(number_of(page, WORDS))
    page.keyboard.press("g")
    page.keyboard.press("Enter")
    expect(title(page)).to_have_text("Card 3 of 3")
    page.keyboard.press("n")
    expect(page.locator("#reason")).to_be_focused()
    page.keyboard.type("It quotes a speaker.")
    page.keyboard.press("Enter")
    expect(page.locator(".empty")).to_contain_text("No card is open")
    axe(page)
    kinds = [(ruling.kind, ruling.guideline) for ruling in CardRuling.objects.order_by("pk")]
    assert kinds == [("one", False), ("one", True), ("nobody", False)]


def test_moderator_undoes_and_goes_back_and_forth_by_key(card_page, cards):
    page = card_page(cards[0])
    page.keyboard.press("2")
    page.keyboard.press("Enter")
    expect(title(page)).to_have_text("Card 2 of 3")
    page.keyboard.press("u")
    expect(title(page)).to_have_text("Card 1 of 3")
    expect(page.locator(".card-log")).to_contain_text("took “this one” back")
    for key, said in (("j", "Card 2 of 3"), ("k", "Card 1 of 3")):
        page.keyboard.press(key)
        expect(title(page)).to_have_text(said)
        expect(page.locator("#card")).to_be_focused()
    page.keyboard.press("?")
    expect(page.locator(".queue-keys dl")).to_be_visible()


def test_merged_tag_takes_selected_words_by_keyboard(card_page, cards, study):
    page = card_page(cards[1])
    page.keyboard.press(number_of(page, WORDS))
    page.keyboard.press("m")
    expect(page.locator("#card-merge [name=exact]")).to_have_value(WORDS)
    page.keyboard.press("Shift+ArrowRight")
    expect(page.locator("#card-merge [name=exact]")).to_have_value(f"{WORDS} of")
    page.keyboard.press("Enter")
    expect(page.locator("#card-merge [name=code]")).to_be_focused()
    page.locator("#card-merge [name=voice]").select_option("attributed")
    page.locator('[value="merged"]').press("Enter")
    expect(title(page)).to_have_text("Card 3 of 3")
    gold = CardRuling.objects.get().gold.get()
    assert (gold.span.exact, gold.voice) == (f"{WORDS} of", "attributed")


@pytest.mark.expects_http_status(422)
def test_words_that_are_typed_are_found_on_the_card(card_page, cards):
    page = card_page(cards[1])
    page.keyboard.press("m")
    page.locator("#card-merge [name=exact]").fill("Cold War")
    page.locator('[value="merged"]').click()
    expect(page.locator(".ruling-problem")).to_contain_text("overlap the card")
    page.locator("#card-merge [name=exact]").fill("suffocation")
    page.locator('[value="merged"]').click()
    expect(title(page)).to_have_text("Card 3 of 3")
    assert CardRuling.objects.get().gold.get().span.exact == "suffocation"


@pytest.mark.expects_http_status(409)
def test_two_moderators_are_on_cards_of_their_own(
    new_context, live_server, log_in, cast, cards, study, story
):
    pages = []
    for who in (cast.moderator, cast.owner):
        page = new_context(base_url=live_server.url, **DESKTOP).new_page()
        log_in(page, who)
        page.goto(reverse("story_adjudication", args=[study.key, story.pk]))
        page.get_by_role("button", name="Rule on the next card").click()
        pages.append(page)
    first, second = pages
    expect(title(first)).to_have_text("Card 1 of 3")
    expect(title(second)).to_have_text("Card 2 of 3")
    second.goto(reverse("card", args=[study.key, cards[0].pk]))
    expect(second.locator("#card-claim")).to_contain_text("Another moderator is on this card")
    second.locator("#reason").fill("Mine.")
    second.get_by_role("button", name="Nobody is right").click()
    expect(second.locator(".ruling-problem")).to_contain_text("Another moderator is on this card")
    expect(second.locator("#reason")).to_have_value("Mine.")
    assert not CardRuling.objects.exists()


def test_cards_are_ruled_without_scripts(new_context, live_server, log_in, cast, cards, study):
    context = new_context(base_url=live_server.url, java_script_enabled=False)
    page = context.new_page()
    log_in(page, cast.moderator)
    page.goto(reverse("card", args=[study.key, cards[0].pk]))
    page.get_by_role("button", name="Take this card").click()
    expect(page.locator("#card-claim")).to_contain_text("Yours until")
    page.locator('[name="chosen"][value="1"]').check()
    page.get_by_role("button", name="What is chosen is right").click()
    expect(title(page)).to_have_text("Card 2 of 3")
    page.locator(".card-merge summary").click()
    page.locator("#card-merge [name=exact]").fill("suffocation")
    page.get_by_role("button", name="Put this tag in their place").click()
    expect(title(page)).to_have_text("Card 3 of 3")
    page.get_by_role("button", name="Undo").click()
    expect(title(page)).to_have_text("Card 2 of 3")


def test_rule_accepts_identical_tags_and_is_undone(page, log_in, cast, cards, study, story, axe):
    log_in(page, cast.moderator)
    page.goto(reverse("adjudication", args=[study.key]))
    axe(page)
    page.get_by_role("link", name=story.title).click()
    page.get_by_role("link", name="Rule on identical tags").click()
    axe(page)
    page.get_by_role("button", name="Accept on 1 card").click()
    expect(page.locator(".adjudication-state")).to_contain_text("2 of 3 cards open")
    tags = [tag.annotation for tag in cards[0].tags.all()]
    assert {tag.status for tag in tags} == {Status.ACCEPTED}
    page.get_by_role("button", name="Undo the rule’s 1 ruling").click()
    expect(page.locator(".adjudication-state")).to_contain_text("3 of 3 cards open")
    assert not Card.objects.exclude(state="open").exists()


def test_card_fits_a_telephone(phone, log_in, cast, cards, study):
    log_in(phone, cast.moderator)
    phone.goto(reverse("card", args=[study.key, cards[1].pk]))
    width = phone.evaluate("[document.documentElement.scrollWidth, innerWidth]")
    assert width[0] <= width[1]
    phone.locator('[name="chosen"]').first.tap()
    phone.get_by_role("button", name="What is chosen is right").tap()
    expect(title(phone)).to_have_text("Card 3 of 3")
