"""Tag without a pointer: walk to the words, extend, press the code's key."""

import pytest
from playwright.sync_api import expect

from tests.browser.desk_page import caret_on, expect_tags, open_desk, selected_words, stored
from tests.conftest import make_revision

RIGHT_TO_LEFT = "نهر النيل طويل جدا. هنا سطر"


SENTENCE = "military suffocation of the strait; “a Cold War mentality”, one said."
WALKS = [  # from “military”: the keys, and what is selected then
    ("ArrowRight", "suffocation"),
    ("ArrowLeft", "a"),
    ("Shift+ArrowRight Shift+ArrowRight", "military suffocation of"),
    ("Shift+ArrowRight Shift+ArrowRight Shift+ArrowLeft", "military suffocation"),
    ("Shift+ArrowRight Shift+ArrowLeft Shift+ArrowLeft", "a military"),
    ("Shift+ArrowLeft Shift+ArrowRight Shift+ArrowRight", "military suffocation"),
    ("Control+Shift+ArrowRight", SENTENCE),
    ("Control+ArrowLeft", "Critics"),
    ("ArrowUp", "Critics"),
    ("ArrowUp ArrowUp", "The"),
    ("Home Shift+ArrowLeft", "Monday.\n\nCritics"),
    ("End", "said"),
    ("Shift+Home", "Critics spoke of a military"),
    ("Shift+End", SENTENCE),
    ("Control+Home", "Harbour"),
    ("Alt+Shift+ArrowLeft", "Critics spoke of a military"),
]


@pytest.fixture
def desk(page, log_in, cast, study, story, revision, gazette):
    log_in(page, cast.reviewer)
    open_desk(page, study, story, revision, gazette)
    return page


def press(page, *keys):
    for key in keys:
        page.keyboard.press(key)


def test_two_words_take_two_keys_from_the_word_the_caret_is_on(desk, revision):
    caret_on(desk, revision, "military")
    press(desk, "Shift+ArrowRight", "l")
    expect_tags(desk, 1)
    assert stored(revision) == [("loaded", "military suffocation")]


def test_the_caret_and_the_focus_stay_when_the_passage_is_drawn_anew(desk, revision):
    caret_on(desk, revision, "military")
    press(desk, "Shift+ArrowRight", "l")
    expect_tags(desk, 1)
    expect(desk.locator(f"#text-{revision.pk}")).to_be_focused()
    assert selected_words(desk) == "military suffocation"
    press(desk, "ArrowRight")
    assert selected_words(desk) == "of"
    expect(desk.locator("#announcement")).to_have_text("of")
    press(desk, "ArrowLeft")
    expect(desk.locator("#announcement")).to_have_text("suffocation, tagged Loaded language")


def test_the_caret_goes_by_word_sentence_and_passage(desk, revision):
    for keys, words in WALKS:
        caret_on(desk, revision, "military")
        press(desk, *keys.split())
        assert selected_words(desk) == words, keys


def test_the_arrow_keys_follow_the_direction_of_the_script(page, log_in, cast, study, story):
    revision = make_revision(story, outlet="Nile", text=RIGHT_TO_LEFT)
    log_in(page, cast.reviewer)
    open_desk(page, study, story, revision)
    caret_on(page, revision, "النيل")
    press(page, "ArrowLeft")
    assert selected_words(page) == "طويل"
    press(page, "Shift+ArrowRight", "l")
    expect_tags(page, 1)
    assert stored(revision) == [("loaded", "النيل طويل")]


def test_tab_and_f6_go_from_text_to_text(desk, revision, gazette):
    press(desk, "F6")
    expect(desk.locator(f"#text-{revision.pk}")).to_be_focused()
    press(desk, "F6")
    expect(desk.locator(f"#text-{gazette.pk}")).to_be_focused()
    press(desk, "ArrowDown")
    expect(desk.locator("#announcement")).to_have_text("Ministers")
    press(desk, "Alt+1")
    expect(desk.locator(f"#text-{revision.pk}")).to_be_focused()


def test_the_palette_is_searched_and_walked_by_keys(desk, revision, axe):
    caret_on(desk, revision, "suffocation")
    press(desk, "Enter")
    expect(desk.locator("#palette-search")).to_be_focused()
    desk.keyboard.type("dam")
    expect(desk.locator("#palette-codes > li:visible")).to_have_count(1)
    press(desk, "ArrowDown")
    expect(desk.locator("#definition-damage")).to_be_visible()
    axe(desk)
    press(desk, "Enter")
    expect_tags(desk, 1)
    expect(desk.locator(f"#text-{revision.pk}")).to_be_focused()
    assert stored(revision) == [("damage", "suffocation")]


def test_codes_used_last_come_first(desk, revision):
    caret_on(desk, revision, "suffocation")
    press(desk, "x")
    expect_tags(desk, 1)
    press(desk, "Enter")
    expect(desk.locator("#palette-recent button")).to_have_text(["xText damage"])
    press(desk, "Enter")
    expect_tags(desk, 2)


def test_escape_closes_the_palette_and_gives_the_words_back(desk, revision):
    caret_on(desk, revision, "suffocation")
    press(desk, "/", "Escape")
    expect(desk.locator("#tag-form")).to_be_hidden()
    expect(desk.locator(f"#text-{revision.pk}")).to_be_focused()
    assert selected_words(desk) == "suffocation"


def test_a_quotation_mark_makes_the_next_tag_somebody_elses_words(desk, revision):
    caret_on(desk, revision, "mentality")
    press(desk, "'")
    expect(desk.locator("#announcement")).to_contain_text("Voice: attributed")
    desk.locator("[name=speaker]").last.fill("a critic")
    desk.locator(f"#text-{revision.pk}").focus()
    press(desk, "l")
    expect(desk.locator(".entry small")).to_contain_text("voice: a critic")
    press(desk, "ArrowLeft", "'", "l")
    expect(desk.locator(".entry small", has_text="voice: a critic")).to_have_count(2)


def test_undo_and_redo_by_keys_and_after_a_reload(desk, revision):
    caret_on(desk, revision, "suffocation")
    press(desk, "l", "x")
    expect_tags(desk, 2)
    press(desk, "Control+z")
    expect_tags(desk, 1)
    desk.reload()
    press(desk, "Control+z")
    expect_tags(desk, 0)
    expect(desk.locator("[data-key=undo]")).to_be_disabled()
    press(desk, "Control+Shift+z", "Control+y")
    expect_tags(desk, 2)
    assert stored(revision) == [("loaded", "suffocation"), ("damage", "suffocation")]


def test_brackets_go_from_tag_to_tag_and_enter_opens_the_entry(desk, revision, tag):
    tag(revision, "harbour accord")
    tag(revision, "suffocation", code="damage")
    desk.reload()
    desk.locator(f"#text-{revision.pk}").focus()
    press(desk, "]")
    expect(desk.locator("#announcement")).to_contain_text("Loaded language: “harbour accord”")
    press(desk, "]", "Enter")
    expect(desk.locator(".entry", has_text="suffocation")).to_be_focused()
    press(desk, "Escape", "[")
    assert selected_words(desk) == "harbour accord"


def test_removing_a_tag_leaves_the_focus_in_the_list(desk, revision, tag):
    tag(revision, "harbour accord")
    tag(revision, "suffocation", code="damage")
    desk.reload()
    desk.locator(".entry .code-chip").first.focus()
    press(desk, "Enter")
    desk.get_by_role("button", name="Remove tag").focus()
    press(desk, "Enter")
    expect_tags(desk, 1)
    expect(desk.locator(".entry")).to_be_focused()


def test_editing_in_the_panel_changes_mark_and_entry(desk, revision, tag):
    tag(revision, "suffocation")
    desk.reload()
    desk.locator(".entry .code-chip").focus()
    press(desk, "Enter")
    expect(desk.locator("#editor [name=code]")).to_be_focused()
    desk.locator("#editor [name=code]").select_option("damage")
    desk.locator("#editor [name=note]").fill("cut off")
    desk.locator("#editor").get_by_role("button", name="Save").click()
    expect(desk.locator(".entry")).to_contain_text("cut off")
    expect(desk.locator("#editor form")).to_have_count(0)
    assert stored(revision) == [("damage", "suffocation")]


def test_a_question_mark_lists_the_keys(desk, axe):
    press(desk, "?")
    expect(desk.get_by_role("dialog", name="Keys")).to_be_visible()
    axe(desk)
    press(desk, "Escape")
    expect(desk.get_by_role("dialog", name="Keys")).to_be_hidden()
