"""Carries: ruling by keyboard, placing words by hand, undo, and all of it without scripts."""

import pytest
from django.urls import reverse
from playwright.sync_api import expect

from annotations.models import Carry, CarryDecision
from annotations.revisions.carries import carry_to, rule_carry
from tests.conftest import HARBOUR, revise

pytestmark = pytest.mark.django_db(transaction=True)

WORDS = "military suffocation"
NEWER = (
    HARBOUR.replace("harbour accord", "harbour treaty")
    .replace("Critics", "Some 🚢 critics")
    .replace(WORDS, "military strangulation")
)


@pytest.fixture
def carries(tag, revision):
    """Three carries to review, in the queue's order."""
    for words in ("harbour accord", "Critics spoke", WORDS):
        tag(revision, words)
    carry_to(revise(revision, NEWER))
    return list(Carry.objects.order_by("span__start"))


@pytest.fixture
def carry_page(page, log_in, cast, study):
    """Open a carry as the moderator: carry_page(carry)."""

    def carry_page(carry):
        log_in(page, cast.moderator)
        page.goto(reverse("carry", args=[study.key, carry.pk]))
        return page

    return carry_page


def words_of(page):
    return page.locator("#carry-words")


def select(page, words):
    """Select words of the new text with the mouse."""
    page.evaluate(
        """words => {
          const text = document.querySelector("#carry-place .text");
          const walker = document.createTreeWalker(text, NodeFilter.SHOW_TEXT);
          while (walker.nextNode()) {
            const at = walker.currentNode.data.indexOf(words);
            if (at < 0) continue;
            getSelection().setBaseAndExtent(
              walker.currentNode, at, walker.currentNode, at + words.length);
            text.dispatchEvent(new PointerEvent("pointerup", {bubbles: true, button: 0}));
            return;
          }
        }""",
        words,
    )


def test_moderator_rules_on_three_carries_by_key(carry_page, carries, axe):
    first, second, third = carries
    page = carry_page(first)
    expect(page.locator("#carry-card")).to_be_focused()
    axe(page)
    page.keyboard.press("a")
    expect(words_of(page)).to_contain_text("Critics")
    expect(page.locator("#queue-progress")).to_contain_text("2 of 3 to review")
    page.keyboard.press("n")
    expect(words_of(page)).to_contain_text(WORDS)
    page.keyboard.press("g")
    expect(words_of(page)).to_contain_text("Critics")
    expect(page.locator("#carry-card")).to_be_focused()
    page.keyboard.press("a")
    expect(page.locator("#notices")).to_contain_text("the proposed place stands")
    expect(page.locator(".empty")).to_contain_text("All reviewed")
    axe(page)
    rulings = CarryDecision.objects.order_by("pk").values_list("carry", "ruling")
    assert list(rulings) == [
        (first.pk, "accepted"),
        (third.pk, "gone"),
        (second.pk, "accepted"),
    ]


def test_undo_by_key_goes_back_several_steps(carry_page, carries):
    first = carries[0]
    page = carry_page(first)
    page.keyboard.press("a")
    expect(words_of(page)).to_contain_text("Critics")
    page.keyboard.press("g")
    expect(words_of(page)).to_contain_text(WORDS)
    page.keyboard.press("u")
    expect(words_of(page)).to_contain_text("Critics")
    page.keyboard.press("u")
    expect(words_of(page)).to_contain_text("harbour accord")
    expect(page.locator("#queue-progress")).to_contain_text("3 of 3 to review")
    assert page.url.endswith(f"/{first.pk}/")
    expect(page.locator("#carries-waiting")).to_contain_text("3")
    assert set(Carry.objects.values_list("ruling", flat=True)) == {""}


def test_words_are_placed_by_selecting_them(carry_page, carries, axe):
    page = carry_page(carries[1])
    page.keyboard.press("p")
    expect(page.locator("#carry-place .text")).to_be_focused()
    axe(page)
    select(page, "one said")
    expect(page.locator("#carry-place textarea")).to_have_value("one said")
    page.get_by_role("button", name="Place here").click()
    expect(words_of(page)).to_contain_text(WORDS)
    carry = Carry.objects.get(pk=carries[1].pk)
    assert (carry.ruling, carry.start) == ("placed", NEWER.index("one said"))


def test_words_are_placed_with_the_keyboard_alone(carry_page, carries):
    page = carry_page(carries[1])
    page.keyboard.press("p")
    expect(page.locator("#carry-place .text")).to_be_focused()
    for key in (*["ArrowRight"] * 4, "Shift+ArrowRight", "Enter"):
        page.keyboard.press(key)
    expect(page.get_by_role("button", name="Place here")).to_be_focused()
    page.keyboard.press("Enter")
    expect(words_of(page)).to_contain_text(WORDS)
    carry = Carry.objects.get(pk=carries[1].pk)
    assert (carry.ruling, carry.exact) == ("placed", NEWER[carry.start : carry.end])
    assert carry.start > NEWER.index("🚢")


@pytest.mark.expects_http_status(409)
def test_moderator_is_told_of_a_ruling_meanwhile(carry_page, carries, cast):
    page = carry_page(carries[2])
    rule_carry(carries[2], ruling="gone", version=0, moderator=cast.owner)
    page.keyboard.press("a")
    expect(page.get_by_role("alert")).to_contain_text("owner ruled on this carry")
    page.keyboard.press("a")
    expect(words_of(page)).to_contain_text("harbour accord")
    assert Carry.objects.get(pk=carries[2].pk).ruling == "accepted"


def test_letters_typed_into_a_field_rule_nothing(carry_page, carries):
    page = carry_page(carries[0])
    page.keyboard.press("p")
    page.locator("#carry-place textarea").fill("")
    page.locator("#carry-place textarea").press_sequentially("again")
    page.keyboard.press("Escape")
    expect(page.locator("#carry-card")).to_be_focused()
    expect(page.locator("#carry-place")).to_be_hidden()
    assert not CarryDecision.objects.exists()


def test_carries_are_ruled_on_without_scripts(
    new_context, live_server, log_in, cast, study, carries
):
    page = new_context(base_url=live_server.url, java_script_enabled=False).new_page()
    log_in(page, cast.moderator)
    page.goto(reverse("carries", args=[study.key]))
    page.get_by_role("link", name="harbour accord").click()
    page.get_by_role("button", name="Accept the proposed place").click()
    expect(words_of(page)).to_contain_text("Critics")
    page.locator("summary", has_text="Place by hand").click()
    page.get_by_role("textbox", name="Words").fill("military")
    page.get_by_role("button", name="Place here").click()
    expect(words_of(page)).to_contain_text(WORDS)
    page.goto(reverse("carries", args=[study.key]))
    page.get_by_role("button", name="Undo: Critics").click()
    expect(words_of(page)).to_contain_text("Critics")
    assert [row.undoes for row in CarryDecision.objects.order_by("pk")] == [None, None, 1]


def test_pages_fit_a_phone(phone, log_in, cast, study, carries, axe):
    log_in(phone, cast.moderator)
    for address in ("carries", "carry"):
        args = [study.key] if address == "carries" else [study.key, carries[2].pk]
        phone.goto(reverse(address, args=args))
        axe(phone)
        assert phone.evaluate("document.documentElement.scrollWidth") == 390
