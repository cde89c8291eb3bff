"""A session that ends in the middle of a form: log in, and what was written is still there."""

import pytest
from django.urls import reverse
from playwright.sync_api import expect

from annotations.models import Annotation
from sources.models import Story

pytestmark = pytest.mark.django_db(transaction=True)

PASSWORD = "a long and dull sentence"


@pytest.fixture
def member(cast, study):
    cast.reviewer.set_password(PASSWORD)
    cast.reviewer.save()
    return cast.reviewer


def end_session(page):
    page.context.clear_cookies(name="sessionid")


def log_in_by_form(page):
    page.get_by_label("Username").fill("reviewer")
    page.get_by_label("Password").fill(PASSWORD)
    page.get_by_role("button", name="Log in").click()


def test_story_begun_in_an_ended_session_is_saved_after_the_login(page, log_in, member, axe):
    log_in(page, member)
    page.goto(reverse("story_new", args=["press"]))
    page.get_by_label("Title").fill("The ferry strike")
    end_session(page)
    page.get_by_role("button", name="Begin the story").click()
    axe(page)
    expect(page.get_by_text("What you had begun is kept")).to_be_visible()
    log_in_by_form(page)
    expect(page.get_by_text("The ferry strike")).to_be_visible()
    axe(page)
    assert not Story.objects.exists()
    page.get_by_role("button", name="Save it now").click()
    expect(page.get_by_text("The story is there")).to_be_visible()
    assert Story.objects.get().title == "The ferry strike"


def test_tag_begun_without_scripts_is_saved_after_the_login(
    new_context, live_server, log_in, member, revision
):
    page = new_context(base_url=live_server.url, java_script_enabled=False).new_page()
    log_in(page, member)
    page.goto(reverse("desk", args=["press", revision.article.story_id]))
    by_words = page.locator(".tag-by-words").first
    by_words.locator("summary").click()
    by_words.locator("[name=exact]").fill("military suffocation")
    by_words.locator("[name=code]").select_option("loaded")
    end_session(page)
    by_words.locator("button").click()
    log_in_by_form(page)
    page.get_by_role("button", name="Save it now").click()
    expect(page.locator("mark").first).to_have_text("military suffocation")
    assert Annotation.objects.get().annotator == member
