"""Tag by mouse and by finger: whatever is selected is what is stored."""

import pytest
from playwright.sync_api import expect

from tests.browser.desk_page import drag_over, expect_tags, open_desk, place_of, stored
from tests.conftest import make_revision

SCRIPTS = (
    "Family 👩‍👩‍👧‍👦 and 𝔉𝔯𝔢𝔢 speech 🇺🇦 today\n\n"
    "نهر النيل طويل جدا هنا\n\n"
    "部长们星期一签署了港口协议。\n\n"
    "Cafe\u0301 nai\u0308ve re\u0301sume\u0301 words"
)
SELECTED = [
    "👩‍👩‍👧‍👦 and",
    "𝔉𝔯𝔢𝔢 speech",
    "🇺🇦 today",
    "签署了港口",
    "nai\u0308ve re\u0301sume\u0301",
]


@pytest.fixture
def desk(page, log_in, cast, study, story, revision, gazette):
    log_in(page, cast.reviewer)
    open_desk(page, study, story, revision, gazette)
    return page


def palette_code(page, name):
    return page.locator("#palette-codes").get_by_role("button", name=name)


def test_dragging_over_words_opens_the_palette_and_a_click_tags_them(desk, revision, axe):
    drag_over(desk, revision, "military suffocation")
    expect(desk.locator("#tag-form")).to_be_visible()
    expect(desk.locator(".palette-quote")).to_have_text("military suffocation")
    axe(desk)
    palette_code(desk, "Loaded language").click()
    expect(desk.locator("mark", has_text="military suffocation")).to_be_visible()
    expect(desk.locator("#tag-form")).to_be_hidden()
    expect(desk.locator("#announcement")).to_contain_text("Tagged “military suffocation”")
    assert stored(revision) == [("loaded", "military suffocation")]
    axe(desk)


def test_one_key_tags_what_the_mouse_selected(desk, revision):
    drag_over(desk, revision, "harbour accord")
    desk.keyboard.press("x")
    expect_tags(desk, 1)
    assert stored(revision) == [("damage", "harbour accord")]


def test_a_selection_may_cross_passages(desk, revision):
    drag_over(desk, revision, "on Monday.", until="military")
    desk.keyboard.press("l")
    expect_tags(desk, 1)
    expect(desk.locator("mark")).to_have_count(2)
    assert stored(revision) == [("loaded", "on Monday.\n\nCritics spoke of a military")]


def test_spans_overlap_nest_and_share_the_identical_range(desk, revision):
    wanted = [
        ("military suffocation of the strait", "", "l"),
        ("a military", "suffocation of", "x"),  # crosses the mark's beginning
        ("suffocation", "", "x"),  # within both
        ("suffocation", "", "l"),  # the same words, another code
    ]
    for count, (words, until, key) in enumerate(wanted, start=1):
        drag_over(desk, revision, words, until=until)
        desk.keyboard.press(key)
        expect_tags(desk, count)
    assert sorted(stored(revision)) == [
        ("damage", "a military suffocation of"),
        ("damage", "suffocation"),
        ("loaded", "military suffocation of the strait"),
        ("loaded", "suffocation"),
    ]
    assert (
        desk.locator(f"#text-{revision.pk} .passage")
        .nth(2)
        .evaluate("passage => passage.textContent")
        == revision.text.split("\n\n")[2]
    )


def test_a_code_that_asks_for_a_target_waits_for_it(desk, revision):
    drag_over(desk, revision, "Critics")
    desk.keyboard.press("t")
    expect(desk.locator("#tag-form [name=target]")).to_be_focused()
    desk.keyboard.type("the strait")
    desk.locator("#tag-form [name=polarity]").select_option("negative")
    desk.get_by_role("button", name="Tag: Cast as threat").click()
    expect(desk.locator(".entry")).to_contain_text("the strait (negative)")
    drag_over(desk, revision, "ministers")
    desk.keyboard.press("t")
    expect(desk.locator("#tag-form [name=target]")).to_have_value("the strait")
    desk.keyboard.press("Enter")
    expect_tags(desk, 2)
    assert stored(revision) == [("threat", "ministers"), ("threat", "Critics")]


def test_a_double_click_selects_a_word_and_a_triple_click_a_passage(desk, revision):
    x, y = place_of(desk, revision, "suffocation")[:2]
    desk.mouse.dblclick(x + 5, y)
    expect(desk.locator(".palette-quote")).to_have_text("suffocation")
    x, y = place_of(desk, revision, "Harbour deal")[:2]
    desk.mouse.click(x + 5, y, click_count=3)
    expect(desk.locator(".palette-quote")).to_have_text("Harbour deal divides the strait")


def test_a_selection_that_leaves_its_column_ends_where_the_text_ends(desk, revision, gazette):
    x, y = place_of(desk, revision, "mentality")[:2]
    right = place_of(desk, gazette, "stranglehold.")[2:]
    desk.mouse.move(x, y)
    desk.mouse.down()
    desk.mouse.move(*right, steps=4)
    desk.mouse.up()
    desk.keyboard.press("l")
    expect_tags(desk, 1)
    assert stored(revision) == [("loaded", "mentality”, one said.")]


def test_every_script_is_stored_as_it_was_selected(page, log_in, cast, study, story):
    revision = make_revision(story, outlet="Scripts", text=SCRIPTS)
    log_in(page, cast.reviewer)
    open_desk(page, study, story, revision)
    for count, words in enumerate(SELECTED, start=1):
        drag_over(page, revision, words)
        assert page.evaluate("getSelection().toString()") == words
        page.keyboard.press("l")
        expect_tags(page, count)
    assert sorted(stored(revision)) == sorted(("loaded", words) for words in SELECTED)


def test_clicking_a_mark_shows_its_entries_in_turn(desk, revision, tag, study, story):
    tag(revision, "military suffocation of the strait")
    tag(revision, "suffocation", code="damage")
    desk.reload()
    x, y = place_of(desk, revision, "suffocation")[:2]
    for name in ["Text damage", "Loaded language", "Text damage"]:
        desk.mouse.click(x + 8, y)
        expect(desk.locator(".entry.current .code-chip")).to_have_text(name)


def test_an_entry_leads_to_its_words(desk, revision, tag):
    tag(revision, "a Cold War mentality")
    desk.reload()
    desk.locator(".entry-quote").click()
    assert desk.evaluate("getSelection().toString()") == "a Cold War mentality"
    expect(desk.locator(f"#text-{revision.pk}")).to_be_focused()


def test_pointing_at_a_mark_names_its_codes(desk, revision, tag):
    tag(revision, "a Cold War mentality")
    desk.reload()
    x, y = place_of(desk, revision, "Cold War")[:2]
    desk.mouse.move(x, y)
    expect(desk.locator("#mark-card")).to_contain_text("Loaded language")
    desk.mouse.move(5, 5)
    expect(desk.locator("#mark-card")).to_have_count(0)


def test_filters_narrow_the_list_and_later_tags_keep_to_them(desk, revision, tag):
    tag(revision, "suffocation")
    desk.reload()
    desk.locator("[name=by_code]").select_option("damage")
    expect_tags(desk, 0)
    drag_over(desk, revision, "harbour accord")
    desk.keyboard.press("l")
    expect(desk.locator("mark")).to_have_count(2)
    expect_tags(desk, 0)


def test_a_finger_selects_and_the_palette_is_a_sheet_at_the_bottom(
    phone, log_in, cast, study, story, revision, axe
):
    log_in(phone, cast.reviewer)
    open_desk(phone, study, story, revision)
    x, y, *_ = place_of(phone, revision, "suffocation")
    phone.touchscreen.tap(x + 5, y)
    phone.evaluate("() => getSelection().modify('move', 'backward', 'word')")
    phone.evaluate("() => getSelection().modify('extend', 'forward', 'word')")
    sheet = phone.locator("#tag-form")
    expect(sheet).to_be_visible()
    box = sheet.bounding_box()
    assert (box["x"], box["width"], round(box["y"] + box["height"])) == (0, 390, 844)
    assert place_of(phone, revision, "suffocation")[3] < box["y"]
    axe(phone)
    code = palette_code(phone, "Text damage")
    assert code.bounding_box()["height"] >= 40
    code.tap()
    expect(phone.locator("mark", has_text="suffocation")).to_be_visible()
    assert stored(revision) == [("damage", "suffocation")]
