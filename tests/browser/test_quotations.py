"""Compare what outlets put between the marks, tag it, and record whom they name."""

import pytest
from django.urls import reverse
from playwright.sync_api import expect

from annotations.models import Annotation, Code, Speaker
from tests.conftest import make_revision

pytestmark = pytest.mark.django_db(transaction=True)

TIMES = "“Serevia is not our enemy,” Prime Minister A. Okafor said. “We sail at noon,” Brand said."
GAZETTE = "“Serevia is not our adversary,” Okafor claimed.\n\n“Our nets stay empty”, Lorne wrote."


@pytest.fixture
def quoted(story, study):
    Code.objects.create(
        codebook=study.codebook, key="quote_snippet", name="Altered quotation",
        definition="Other words between the marks.", colour="#005e4d", position=9,
    )  # fmt: skip
    return make_revision(story, text=TIMES), make_revision(story, outlet="Gazette", text=GAZETTE)


@pytest.fixture
def url(study, story):
    return reverse("quotations", args=[study.key, story.pk])


def test_altered_quotation_is_found_tagged_and_shown_in_the_desk(
    page, log_in, axe, cast, url, quoted
):
    log_in(page, cast.reviewer)
    page.goto(url)
    utterance = page.locator(".utterance")
    expect(utterance.locator("del")).to_have_text("enemy")
    expect(utterance.locator("ins")).to_have_text("adversary")
    axe(page)
    page.get_by_role("button", name="Tag Gazette’s words as Altered quotation").click()
    expect(page.locator(".notice")).to_contain_text("Tagged “Serevia is not our adversary,”")
    expect(page.locator(".chip.good")).to_have_text("✓ tagged")
    page.get_by_role("button", name="Undo the tag on Gazette’s words").click()
    expect(page.locator(".chip.good")).to_have_count(0)
    page.get_by_role("button", name="Tag Gazette’s words").click()
    page.get_by_role("link", name="Show in the desk: “Serevia is not our adversary,”").click()
    page.wait_for_url("**/desk/?articles=*#span-*")
    expect(page.locator(".entry")).to_have_count(1)
    assert Annotation.objects.standing().get().span.exact == "Serevia is not our adversary,"


def test_page_is_narrowed_and_what_one_outlet_has_is_opened(page, log_in, cast, url, quoted):
    log_in(page, cast.reviewer)
    page.goto(url)
    page.get_by_label("Outlet", exact=True).select_option("Gazette")
    page.get_by_role("button", name="Filter").click()
    expect(page.locator(".alone details")).to_have_count(1)
    expect(page.get_by_text("Our nets stay empty")).to_be_visible()
    page.get_by_role("link", name="Clear").click()
    expect(page.locator(".alone details")).to_have_count(2)


def test_spellings_of_one_speaker_are_recorded_as_one(page, log_in, axe, cast, url, study, quoted):
    log_in(page, cast.reviewer)
    page.goto(url)
    page.locator("main").get_by_role("link", name="Speakers").click()
    axe(page)
    page.get_by_label("Name of the speaker").fill("Amara Okafor")
    page.get_by_role("button", name="Record Prime Minister A. Okafor with these spellings").click()
    page.get_by_role("link", name="Amara Okafor").click()
    expect(page.locator(".attributed .quote")).to_have_count(2)
    axe(page)
    page.get_by_role("button", name="Remove the spelling Okafor", exact=True).click()
    expect(page.locator(".attributed .quote")).to_have_count(1)
    assert Speaker.objects.get().spellings.count() == 2


def test_quotations_and_speakers_are_read_on_a_phone_and_in_the_dark(
    phone, log_in, axe, cast, url, study, quoted
):
    log_in(phone, cast.reviewer)
    for address in (url, reverse("speakers", args=[study.key])):
        phone.goto(address)
        assert phone.evaluate("document.documentElement.scrollWidth <= innerWidth")
        axe(phone)
        phone.emulate_media(color_scheme="dark")
        axe(phone)
