"""Make a concept, add a proposed name, read the passages behind a number, leave one out."""

import re

import pytest
from django.urls import reverse
from playwright.sync_api import expect

from annotations.language.conceiving import make_concept
from annotations.models import ConceptExclusion
from tests.browser.desk_page import caret_on, open_desk

pytestmark = pytest.mark.django_db(transaction=True)


def test_a_concept_is_made_counted_and_corrected(page, log_in, axe, cast, study, revision, gazette):
    log_in(page, cast.reviewer)
    page.goto(reverse("concepts", args=[study.key]))
    expect(page.get_by_text("No concepts yet")).to_be_visible()
    axe(page)
    page.get_by_label("Neutral name").fill("the accord")
    page.get_by_label("Names that outlets give it").fill("accord")
    page.get_by_role("button", name="Make the concept").click()
    expect(page.get_by_role("heading", level=1)).to_have_text("the accord")
    axe(page)
    page.get_by_role("button", name="Add “harbour accord”").click()
    expect(page.locator(".names tbody th")).to_contain_text(["accord", "harbour accord"])
    page.get_by_role("link", name="Word choice", exact=True).click()
    axe(page)
    page.get_by_role("link", name="2 passages of Gazette on the accord").click()
    expect(page.locator(".mention mark")).to_have_text(["accord", "accord"])
    axe(page)
    page.get_by_role("button", name="Not this one").first.click()
    expect(page.get_by_role("status").filter(has_text="passage")).to_contain_text(
        "1 passage counted"
    )
    assert ConceptExclusion.objects.get().revision == gazette
    page.get_by_role("button", name="again").click()
    expect(page.get_by_role("status").filter(has_text="passage")).to_contain_text(
        "2 passages counted"
    )
    page.get_by_role("link", name="on the desk").first.click()
    place = f"articles={gazette.article_id}#span-{gazette.pk}-15-21"
    expect(page).to_have_url(re.compile(re.escape(place) + "$"))


def test_words_from_elsewhere_become_a_name(page, log_in, axe, cast, study, revision):
    make_concept(study, "the accord", wordings=["accord"], author=cast.reviewer)
    log_in(page, cast.reviewer)
    page.goto(reverse("concept_naming", args=[study.key]) + "?wording=harbour+accord")
    axe(page)
    page.get_by_label("It names").select_option("the accord")
    page.get_by_role("button", name="Save the name").click()
    expect(page.locator(".names tbody th .quote")).to_have_text(["harbour accord", "accord"])


def test_table_scrolls_within_itself_on_a_telephone(
    phone, log_in, axe, cast, study, revision, gazette
):
    make_concept(study, "the accord", wordings=["accord"], author=cast.reviewer)
    log_in(phone, cast.reviewer)
    phone.goto(reverse("concepts", args=[study.key]))
    assert phone.evaluate("document.documentElement.scrollWidth") == 390
    axe(phone)
    left = "document.querySelector('.concepts tbody .corner').getBoundingClientRect().left"
    before = phone.evaluate(left)
    phone.evaluate("document.querySelector('.concept-scroll').scrollLeft = 100")
    assert phone.evaluate(left) == before


def test_selected_words_name_a_concept(page, log_in, cast, study, story, revision, gazette):
    make_concept(study, "the pressure", author=cast.reviewer)
    log_in(page, cast.reviewer)
    open_desk(page, study, story, revision, gazette)
    caret_on(page, revision, "military")
    page.keyboard.press("Shift+ArrowRight")
    page.get_by_role("link", name="Concept", exact=True).click()
    expect(page.get_by_label("Words")).to_have_value("military suffocation")
    page.get_by_label("It names").select_option(label="the pressure")
    page.get_by_role("button", name="Save the name").click()
    expect(page.locator(".names tbody th").first).to_contain_text("military suffocation")
