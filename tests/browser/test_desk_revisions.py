"""An outlet edits its article: the desk shows the new text, and no tag silently moves."""

import re

import pytest
from django.urls import reverse
from playwright.sync_api import expect

from annotations.models import Annotation, Carry
from tests.browser.desk_page import caret_on, expect_tags

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture
def desk(page, log_in, cast, study, story, newest):
    log_in(page, cast.reviewer)
    page.goto(reverse("desk", args=[study.key, story.pk]))
    return page


def test_carried_tag_is_on_the_new_words_and_the_uncertain_one_in_the_list(desk, newest, axe):
    expect(desk.locator("mark")).to_have_text(["accord"])
    expect(desk.locator(".revision-notice")).to_contain_text("1 kept, 1 to review")
    expect(desk.locator(f"#adrift-{newest.pk}")).to_contain_text("military suffocation")
    axe(desk)


def test_uncertain_tag_leads_to_the_text_where_it_was_made(desk, revision):
    desk.locator(".adrift .entry-quote").click()
    expect(desk.locator("mark")).to_have_text(["accord", "military suffocation"])
    expect(desk).to_have_url(re.compile(rf"articles={revision.article_id}@1"))
    expect(desk.locator(".revision-notice")).to_contain_text("You read an older text")
    desk.get_by_role("link", name="Open the newest").click()
    expect(desk.locator("h2", has_text="Harbour deal, corrected")).to_be_visible()


def test_tag_on_an_older_text_stays_there_and_is_carried(desk, study, story, revision, newest):
    desk.goto(reverse("desk", args=[study.key, story.pk]) + f"?articles={revision.article_id}@1")
    caret_on(desk, revision, "Critics")
    desk.keyboard.press("l")
    expect_tags(desk, 3)
    assert Annotation.objects.get(span__exact="Critics").span.revision == revision
    carry = Carry.objects.get(span__exact="Critics")
    assert (carry.revision, carry.outcome, carry.exact) == (newest, "kept", "Critics")


def test_carried_tag_is_edited_where_it_stands(desk, newest):
    desk.locator(".entry .code-chip").click()
    desk.locator("#editor").get_by_label("Note").fill("Seen on the new text.")
    desk.get_by_role("button", name="Save").click()
    expect(desk.locator(".entry .note")).to_have_text("Seen on the new text.")
    expect(desk.locator(f"#text-{newest.pk} mark")).to_have_text(["accord"])
