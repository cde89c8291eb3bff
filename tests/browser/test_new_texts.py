"""A changed text: begun from its article, looked through, and imported as the next revision."""

import pytest
from django.urls import reverse
from playwright.sync_api import expect

from sources.models import Article, Draft, Revision, Way
from sources.revising import hold
from tests.conftest import make_revision
from tests.test_likeness import ARTICLE, PAYWALL
from tests.test_revising import original_of

pytestmark = pytest.mark.django_db(transaction=True)

NOTED = f"{ARTICLE}\n\nA note was added later."


@pytest.fixture
def revision(story):
    return make_revision(
        story, text=ARTICLE, url="https://times.example/1", headline="Crews wait at the quay"
    )


@pytest.fixture
def article_page(page, log_in, cast, revision):
    log_in(page, cast.reviewer)
    page.goto(reverse("article", args=["press", revision.article_id]))
    return page


def paste(page, text):
    page.get_by_label("Text of the article").fill(text)
    page.get_by_role("button", name="Look it through").click()


def test_new_text_is_added_from_the_article_and_told(article_page, axe):
    page = article_page
    page.get_by_role("link", name="Add a new text").click()
    axe(page)
    page.get_by_label("Headline").fill("Crews wait no more")
    paste(page, NOTED)
    expect(page.get_by_text("5 words added")).to_be_visible()
    expect(page.get_by_label("A new text of this article")).to_be_checked()
    expect(page.get_by_label("Outlet")).to_be_hidden()
    axe(page)
    page.get_by_role("button", name="Import", exact=True).click()
    notice = page.locator(".notice")
    expect(notice).to_contain_text("Revision 2 of “Crews wait no more”: 5 words added, 0 removed.")
    notice.get_by_role("link", name="See what changed").click()
    expect(page.get_by_role("heading", level=1)).to_be_visible()
    assert Revision.objects.get(number=2).text == NOTED


@pytest.mark.expects_http_status(422)
def test_doubtful_text_waits_for_a_tick(article_page, axe):
    page = article_page
    page.get_by_role("link", name="Add a new text").click()
    paste(page, PAYWALL)
    expect(page.get_by_text("may be a paywall")).to_be_visible()
    page.get_by_role("button", name="Import", exact=True).click()
    expect(page.locator(".new-text .errorlist")).to_contain_text("Tick this, if it is so.")
    axe(page)
    page.get_by_label("I have looked").check()
    page.get_by_role("button", name="Import", exact=True).click()
    expect(page.locator(".notice")).to_contain_text("Revision 2 of")


def test_held_text_is_found_on_the_story_and_made_an_article_of_its_own(
    phone, log_in, cast, revision, story
):
    hold(
        revision.article, original=original_of(PAYWALL), text=PAYWALL, headline="",
        way=Way.WATCH, because="", made_by=None,
    )  # fmt: skip
    log_in(phone, cast.colleague)
    phone.goto(reverse("story", args=["press", story.pk]))
    phone.get_by_role("link", name="1 new text waits for confirmation").tap()
    expect(phone.get_by_role("heading", level=1)).to_have_text("1 new text waits for confirmation")
    assert phone.evaluate("document.documentElement.scrollWidth") == 390
    phone.get_by_role("link", name="Look through").tap()
    expect(phone.get_by_role("heading", level=1)).to_have_text("Crews wait at the quay")
    assert phone.evaluate("document.documentElement.scrollWidth") == 390
    phone.get_by_label("Another article").check()
    phone.get_by_label("Address of the page").fill("https://times.example/2")
    phone.get_by_role("button", name="Import", exact=True).tap()
    phone.wait_for_url(f"**{reverse('story', args=['press', story.pk])}")
    assert set(Article.objects.values_list("url", flat=True)) == {
        "https://times.example/1", "https://times.example/2",
    }  # fmt: skip
    assert not Draft.objects.exists()
