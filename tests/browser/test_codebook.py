"""A codebook changes while people work: reading codes at the desk, merging, the work list."""

import pytest
from django.urls import reverse
from playwright.sync_api import expect

from annotations.codebook.codifying import add_code, edit_code
from annotations.codebook.retiring import merge_code, retire_code
from annotations.models import Annotation
from tests.browser.desk_page import caret_on, drag_over, expect_tags, open_desk, stored
from tests.test_codifying import NEW

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture
def slanted(study, cast):
    return add_code(study.codebook, key="slanted", **NEW, made_by=cast.owner)


def test_meaning_of_a_code_is_read_at_the_desk_by_keyboard(
    page, log_in, axe, cast, study, story, codes, revision
):
    edit_code(codes["loaded"], examples="crept off", made_by=cast.owner)
    log_in(page, cast.reviewer)
    open_desk(page, study, story, revision)
    caret_on(page, revision, "suffocation")
    page.keyboard.press("/")
    page.keyboard.press("ArrowDown")
    page.keyboard.press("?")
    dialog = page.get_by_role("dialog", name="What the codes mean")
    expect(dialog.get_by_text("crept off")).to_be_visible()
    axe(page)
    page.keyboard.press("Escape")
    expect(dialog).to_be_hidden()
    page.keyboard.press("Enter")
    expect_tags(page, 1)
    assert stored(revision) == [("loaded", "suffocation")]


def test_meaning_of_a_code_is_read_by_touch_and_the_code_taken(
    phone, log_in, cast, study, story, revision
):
    log_in(phone, cast.reviewer)
    open_desk(phone, study, story, revision)
    drag_over(phone, revision, "military suffocation")
    phone.locator(".palette-meanings").tap()
    phone.locator("#meanings summary").filter(has_text="Text damage").tap()
    phone.locator("#meanings [data-choose=damage]").tap()
    expect(phone.locator("mark")).to_have_count(1)
    assert stored(revision) == [("damage", "military suffocation")]


@pytest.mark.expects_http_status(422)
def test_code_retired_while_the_palette_is_open_is_refused_and_nothing_is_lost(
    page, log_in, cast, study, story, codes, revision, slanted
):
    log_in(page, cast.reviewer)
    open_desk(page, study, story, revision)
    merge_code(codes["loaded"], slanted, made_by=cast.owner)
    caret_on(page, revision, "suffocation")
    page.keyboard.press("l")
    error = page.locator(".palette-error")
    expect(error).to_contain_text("was merged into “New”: tag with that code.")
    expect(page.locator(".palette-quote")).to_have_text("suffocation")
    page.get_by_role("button", name="New").click()
    expect_tags(page, 1)
    assert stored(revision) == [("slanted", "suffocation")]


@pytest.fixture
def tags(revision, tag):
    return [tag(revision, words) for words in ("accord", "Critics", "military suffocation")]


def test_owner_merges_a_code_and_the_work_list_is_done_by_keys(
    page, log_in, axe, cast, study, tags, slanted
):
    log_in(page, cast.owner)
    page.goto(reverse("codebook", args=[study.key]))
    page.get_by_role("link", name="Edit Loaded language").click()
    page.get_by_role("link", name="Merge into another").click()
    expect(page.get_by_text("3 in 1 story")).to_be_visible()
    axe(page)
    page.get_by_label("Merge into").select_option(label="New")
    page.get_by_role("button", name="Merge “Loaded language”").click()
    page.get_by_role("link", name="Work list 3").click()
    axe(page)
    page.keyboard.press("1")
    expect(page.get_by_text("1 of 3 looked at")).to_be_visible()
    page.keyboard.press("j")
    page.keyboard.press("0")
    expect(page.get_by_text("2 of 3 looked at")).to_be_visible()
    page.keyboard.press("u")
    expect(page.get_by_text("1 of 3 looked at")).to_be_visible()
    page.get_by_label("All 2").check()
    page.get_by_role("group", name="Many at once").get_by_role("button", name="New").click()
    expect(page.get_by_text("All looked at.")).to_be_visible()
    assert set(Annotation.objects.values_list("code__key", flat=True)) == {"slanted"}


def test_history_shows_what_changed_and_prints(page, log_in, axe, cast, study, codes):
    edit_code(codes["loaded"], definition="Words that charge.", reason="Pilot", made_by=cast.owner)
    retire_code(codes["damage"], made_by=cast.owner)
    log_in(page, cast.reviewer)
    page.goto(reverse("codebook", args=[study.key]))
    page.get_by_role("link", name="Change log").click()
    expect(page.locator(".codebook-entry")).to_have_count(3)
    expect(page.locator("ins").first).to_contain_text("Words that charge")
    axe(page)
    page.emulate_media(media="print")
    expect(page.locator(".codebook-compare")).to_be_hidden()
    expect(page.locator(".codebook-entry").first).to_be_visible()
