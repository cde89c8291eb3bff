"""From the figures to the cases behind them: by mouse and keyboard, on a telephone, in print."""

import re

import pytest
from django.db import connection
from django.urls import reverse
from playwright.sync_api import expect

from annotations.agreement.selection import Selection
from annotations.measuring.agreeing import agree
from annotations.tasks import agree_later
from sources.models import Story
from tests.conftest import HARBOUR, make_revision
from tests.workers import empty_queue

pytestmark = pytest.mark.django_db(transaction=True)
PLACES = [
    ("military suffocation", "loaded", "loaded"),
    ("Cold War mentality", "loaded", None),
    ("Critics spoke", None, "loaded"),
    ("divides the strait", "loaded", "damage"),
]


@pytest.fixture
def url(study):
    return reverse("agreement", args=[study.key])


@pytest.fixture
def tagged(tag, study, revision, cast):
    """Two reviewers of six stories, alike in some places and apart in others."""
    texts = [revision]
    for number in range(2, 7):
        story = Story.objects.create(title=f"The harbour accord, day {number}")
        study.stories.add(story)
        texts.append(make_revision(story, outlet=f"Gazette {number % 2}", text=HARBOUR))
    for at, text in enumerate(texts):
        for words, first, second in PLACES[at % 2 :]:
            if first:
                tag(text, words, code=first)
            if second:
                tag(text, words, code=second, annotator=cast.colleague)


def test_moderator_computes_agreement_and_follows_a_figure_to_the_desk(
    page, log_in, cast, url, tagged, axe
):
    log_in(page, cast.moderator)
    page.goto(url)
    page.get_by_role("button", name="Compute agreement").click()
    expect(page.get_by_role("heading", name="Noticed")).to_be_visible(timeout=30_000)
    axe(page)
    page.locator("#figure-noticed_alpha .value a").click()
    expect(page.locator(".case")).to_have_count(12)
    axe(page)
    page.get_by_label("Show").select_option("differing")
    page.get_by_role("button", name="Show cases").click()
    expect(page.locator(".case")).to_have_count(6)
    page.wait_for_load_state()  # the keys are there once the scripts are
    page.locator("body").press("j")
    expect(page.locator(".case").first).to_be_focused()
    page.keyboard.press("j")
    page.keyboard.press("k")
    expect(page.locator(".case").first).to_be_focused()
    page.keyboard.press("Enter")
    expect(page).to_have_url(re.compile(r"/desk/\?articles=\d+#span-\d+-0-31$"))


def test_row_of_a_table_leads_to_its_own_figures(page, log_in, cast, url, tagged, study):
    agree(study, Selection())
    log_in(page, cast.reviewer)
    page.goto(url)
    page.get_by_role("link", name="Gazette 1").click()
    page.get_by_role("button", name="Compute agreement").click()
    expect(page.get_by_text("over 2 texts of 2 stories")).to_be_visible(timeout=30_000)
    expect(page.locator("[name=outlet]")).to_have_value(re.compile(r"\d+"))
    page.get_by_role("link", name="For a paper").click()
    expect(page.get_by_role("heading", name="Agreement between coders")).to_be_visible()


def test_page_learns_of_new_figures_once_they_are_there(page, log_in, cast, url, tagged, study):
    agree(study, Selection())
    agree_later(study.pk, "")
    with connection.cursor() as cursor:
        cursor.execute("INSERT INTO procrastinate_workers DEFAULT VALUES")
    log_in(page, cast.moderator)
    page.goto(url)
    expect(page.get_by_text("The worker will compute these figures")).to_be_visible()
    agree(study, Selection())
    empty_queue()
    page.get_by_role("link", name="Show them").click()
    expect(page.get_by_text("from all that was tagged up to now")).to_be_visible()


def test_agreement_on_a_telephone_in_the_dark_and_in_print(
    phone, log_in, cast, url, study, tagged, axe
):
    agree(study, Selection())
    log_in(phone, cast.moderator)
    phone.emulate_media(color_scheme="dark")
    for path in (url, url + "cases/", url + "methods/"):
        phone.goto(path)
        axe(phone)
        wide = phone.evaluate("document.documentElement.scrollWidth")
        assert wide <= 390, path
    phone.goto(url)
    phone.emulate_media(media="print", color_scheme="light")
    expect(phone.locator(".agreement-selection")).to_be_hidden()
    expect(phone.locator("#figure-noticed_alpha .value")).to_be_visible()
