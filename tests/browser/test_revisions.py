"""Reading what changed: from the timeline to the difference of two revisions, and through it."""

import pytest
from django.urls import reverse
from playwright.sync_api import expect

from tests.conftest import make_revision, revise

pytestmark = pytest.mark.django_db(transaction=True)

FILLING = [f"Paragraph {number} of the long report on the harbour." for number in range(40)]
STORM = "A heavy storm is expected over the northern bay on Friday."
SIGNED = "The ministers signed the accord on Monday."


@pytest.fixture
def first(story):
    return make_revision(story, text="\n\n".join([SIGNED, *FILLING, STORM]))


@pytest.fixture
def second(first):
    text = "\n\n".join([STORM, SIGNED.replace("Monday", "Tuesday"), *FILLING, "More follows."])
    return revise(first, text, headline="Harbour deal signed")


@pytest.fixture
def diff_url(second):
    return reverse("revision_diff", args=["press", second.article.pk, 1, 2])


@pytest.fixture
def reading(page, log_in, cast):
    """Log the reviewer in."""
    log_in(page, cast.reviewer)
    return page


def test_any_two_revisions_are_chosen_and_compared(reading, second, axe):
    revise(second, "Taken down.")
    reading.goto(reverse("article", args=["press", second.article.pk]))
    reading.get_by_role("link", name="3 revisions").click()
    axe(reading)
    reading.get_by_label("Compare to revision 2").check()
    reading.get_by_label("Compare from revision 1").check()
    reading.get_by_role("button", name="Compare the chosen two").click()
    expect(reading.locator("h1")).to_have_text("What changed from revision 1 to 2")
    expect(reading.locator("#diff-summary")).to_contain_text("1 paragraph moved")
    expect(reading.locator(".diff-title ins")).to_contain_text("signed")
    axe(reading)


def test_keys_lead_from_change_to_change(reading, diff_url):
    reading.goto(diff_url)
    moved_to, changed, moved_from, added = reading.locator("#diff [data-change]").all()
    for row in (moved_to, changed, moved_from, added, added):
        reading.keyboard.press("n")
        expect(row).to_be_focused()
        expect(row).to_be_in_viewport()
    expect(reading.locator("#diff-at")).to_have_text("4 of")
    reading.keyboard.press("p")
    expect(moved_from).to_be_focused()
    reading.get_by_role("button", name="Previous").click()
    expect(reading.locator("#diff-at")).to_have_text("2 of")


def test_move_leads_to_its_other_end(reading, diff_url):
    reading.goto(diff_url)
    reading.get_by_role("link", name="where it was").click()
    gone = reading.locator(".row.moved_from")
    expect(gone).to_be_in_viewport()
    gone.get_by_role("link", name="where it is now").click()
    expect(reading.locator(".row.moved_to")).to_be_in_viewport()


def test_unchanged_paragraphs_unfold(reading, diff_url):
    reading.goto(diff_url)
    folded = reading.get_by_text("Paragraph 20 of the long report")
    expect(folded).to_be_hidden()
    reading.get_by_text("38 unchanged paragraphs").click()
    expect(folded).to_be_visible()


def test_other_view_opens_at_the_same_place(reading, diff_url, axe):
    reading.goto(diff_url)
    reading.set_viewport_size({"width": 1440, "height": 400})
    last = reading.locator("[data-change]").last
    last.scroll_into_view_if_needed()
    reading.get_by_role("link", name="Side by side").click()
    expect(reading.locator(".diff-heads")).to_be_attached()
    expect(last).to_be_in_viewport()
    axe(reading)


def test_side_by_side_is_inline_on_a_telephone(phone, log_in, cast, diff_url, axe):
    log_in(phone, cast.reviewer)
    phone.goto(f"{diff_url}?view=side")
    changed = phone.locator(".row.changed")
    expect(changed.locator(".both")).to_be_visible()
    expect(changed.locator(".old")).to_be_hidden()
    assert phone.evaluate("document.documentElement.scrollWidth <= innerWidth")
    axe(phone)
