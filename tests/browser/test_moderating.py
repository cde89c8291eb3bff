"""Moderating: the whole queue by keyboard, in bulk, and without scripts."""

import pytest
from django.urls import reverse
from playwright.sync_api import expect

from annotations.models import Annotation, Decision
from annotations.tags.tagging import edit_annotation

pytestmark = pytest.mark.django_db(transaction=True)

WORDS = "military suffocation"


@pytest.fixture
def queue_page(page, log_in, cast, study):
    """Open the queue as the moderator: queue_page()."""

    def queue_page(query=""):
        log_in(page, cast.moderator)
        page.goto(reverse("queue", args=[study.key]) + query)
        return page

    return queue_page


@pytest.fixture
def annotations(tag, revision, gazette):
    """Four tags, in the queue's order."""
    return [
        tag(revision, "signed the harbour accord"),
        tag(revision, "Critics"),
        tag(revision, WORDS, note="Strong."),
        tag(gazette, "stranglehold"),
    ]


def card(page, annotation):
    return page.locator(f"#card-{annotation.pk}")


def test_moderator_works_the_queue_by_keyboard(queue_page, annotations, codes, axe):
    first, second, third, fourth = annotations
    page = queue_page()
    expect(card(page, first)).to_be_focused()
    axe(page)
    page.keyboard.press("a")
    expect(card(page, second)).to_be_focused()
    page.keyboard.press("r")
    page.keyboard.type("Plain words.")
    page.keyboard.press("Enter")
    expect(card(page, third)).to_be_focused()
    page.keyboard.press("c")
    page.keyboard.type("Text damage")
    page.keyboard.press("Tab")
    page.keyboard.press("Enter")
    expect(card(page, fourth)).to_be_focused()
    expect(page.locator("#queue-progress")).to_contain_text("1 of 4 pending")
    axe(page)
    log = Decision.objects.order_by("pk").values_list("annotation", "ruling", "reason", "code")
    assert list(log) == [
        (first.pk, "accept", "", None),
        (second.pk, "reject", "Plain words.", None),
        (third.pk, "recode", "", codes["damage"].pk),
    ]


def test_last_ruling_is_undone_by_key(queue_page, annotations):
    first, second, *_ = annotations
    page = queue_page()
    page.keyboard.press("a")
    expect(card(page, second)).to_be_focused()
    page.keyboard.press("u")
    expect(card(page, first)).to_be_focused()
    expect(card(page, first)).to_have_attribute("data-status", "pending")
    assert [d.ruling for d in first.decisions.all()] == ["reopen", "accept"]


def test_undo_reaches_a_card_that_is_not_on_the_page(queue_page, annotations):
    first, second, *_ = annotations
    page = queue_page()
    page.keyboard.press("a")
    expect(card(page, second)).to_be_focused()
    page.reload()
    expect(card(page, second)).to_be_focused()
    page.keyboard.press("u")
    expect(card(page, first)).to_be_focused()
    first.refresh_from_db()
    assert first.status == "pending"


def test_j_and_k_move_and_escape_leaves_the_field(queue_page, annotations):
    first, second, *_ = annotations
    page = queue_page()
    page.keyboard.press("j")
    expect(card(page, second)).to_be_focused()
    page.keyboard.press("r")
    page.keyboard.type("ajk")
    page.keyboard.press("Escape")
    expect(card(page, second)).to_be_focused()
    page.keyboard.press("k")
    expect(card(page, first)).to_be_focused()
    assert not Decision.objects.exists()


@pytest.mark.expects_http_status(409)
def test_moderator_is_told_what_the_reviewer_changed(queue_page, annotations, codes, cast):
    third = annotations[2]
    page = queue_page("?q=suffocation")
    coding = {"target": "", "polarity": "", "voice": "outlet", "speaker": "", "note": "Milder."}
    edit_annotation(third, version=1, coding=coding, code=codes["loaded"], actor=cast.reviewer)
    page.keyboard.press("a")
    expect(card(page, third)).to_contain_text("Note was Strong., is Milder.")
    expect(card(page, third)).to_be_focused()
    page.keyboard.press("a")
    expect(card(page, third)).to_have_attribute("data-status", "accepted")


def test_selected_cards_are_rejected_together(queue_page, annotations, axe):
    page = queue_page()
    page.keyboard.press("x")
    page.keyboard.press("j")
    page.keyboard.press("x")
    expect(page.locator("#chosen-count")).to_have_text("The 2 selected")
    page.locator(".queue-bulk").get_by_role("button", name="Reject").click()
    expect(page.get_by_role("heading", name="Reject 2 tags?")).to_be_visible()
    axe(page)
    page.get_by_label("Reason").fill("Plain words.")
    page.get_by_role("button", name="Reject 2 tags").click()
    expect(page.locator("#notices")).to_contain_text("2 tags rejected")
    assert Annotation.objects.filter(status="rejected").count() == 2


def test_queue_works_without_scripts(new_context, live_server, log_in, cast, study, annotations):
    first, second, *_ = annotations
    page = new_context(base_url=live_server.url, java_script_enabled=False).new_page()
    log_in(page, cast.moderator)
    page.goto(reverse("queue", args=[study.key]) + "?voice=outlet")
    card(page, first).get_by_role("button", name="Accept").click()
    assert page.url.endswith(f"?voice=outlet#card-{second.pk}")
    card(page, second).locator("summary", has_text="Reject").click()
    card(page, second).get_by_label("Why").fill("Plain words.")
    card(page, second).get_by_role("button", name="Reject").click()
    assert [d.ruling for d in Decision.objects.all()] == ["reject", "accept"]


def test_codebook_and_members_pages_are_accessible(page, log_in, cast, study, codes, axe):
    log_in(page, cast.owner)
    page.goto(reverse("codebook", args=[study.key]))
    axe(page)
    page.get_by_role("link", name="Edit Loaded language").click()
    page.get_by_label("Definition").fill("Words that charge.")
    axe(page)
    page.get_by_role("button", name="Save").click()
    expect(page.locator("main")).to_contain_text("Words that charge.")
    page.goto(reverse("members", args=[study.key]))
    axe(page)
    page.get_by_label("Username").fill("outsider")
    page.get_by_role("button", name="Add").click()
    expect(page.get_by_label("Role of outsider", exact=True)).to_have_value("1")
