"""Columns of the desk: moved, closed, resized, swiped; the address says which."""

import re
from urllib.parse import parse_qs, urlsplit

import pytest
from playwright.sync_api import expect

from tests.browser.desk_page import expect_tags, open_desk, selected_words
from tests.conftest import make_revision


@pytest.fixture
def third(story):
    return make_revision(story, outlet="Courier", headline="A third view", text="Third words.")


@pytest.fixture
def desk(page, log_in, cast, study, story, revision, gazette, third):
    log_in(page, cast.reviewer)
    open_desk(page, study, story, revision, gazette, third)
    return page


def outlets(page) -> list[str]:
    return page.locator(".column .outlet").all_inner_texts()


def asked(page, name) -> str:
    return parse_qs(urlsplit(page.url).query).get(name, [""])[0]


def swipe_left(phone) -> None:
    """Draw a finger from the right edge to the left."""
    touch = phone.context.new_cdp_session(phone)
    send = "Input.dispatchTouchEvent"
    touch.send(send, {"type": "touchStart", "touchPoints": [{"x": 330, "y": 600}]})
    for x in range(310, 40, -30):
        touch.send(send, {"type": "touchMove", "touchPoints": [{"x": x, "y": 600}]})
    touch.send(send, {"type": "touchEnd", "touchPoints": []})


def test_columns_move_by_their_links_and_stay_moved(desk, revision, gazette, third, axe):
    desk.get_by_role("link", name="Move Courier to the left").click()
    assert outlets(desk) == ["The Harbour Times", "Courier", "Gazette"]
    desk.get_by_role("link", name="Move Courier to the left").click()
    assert outlets(desk) == ["Courier", "The Harbour Times", "Gazette"]
    expect(desk.locator("#announcement")).to_have_text("Courier is column 1 of 3.")
    expect(desk.get_by_role("link", name="Move Courier to the right")).to_be_focused()
    order = [third.article_id, revision.article_id, gazette.article_id]
    assert asked(desk, "articles") == ",".join(map(str, order))
    axe(desk)
    desk.reload()
    assert outlets(desk) == ["Courier", "The Harbour Times", "Gazette"]
    assert desk.locator(".annotation-panel h3").all_inner_texts() == outlets(desk)


def test_a_column_is_dragged_by_its_bar(desk):
    bars = desk.locator(".column-bar")
    bars.nth(2).drag_to(bars.nth(0), target_position={"x": 20, "y": 20})
    assert outlets(desk) == ["Courier", "The Harbour Times", "Gazette"]


def test_a_closed_column_stays_closed_and_can_be_added_again(desk, gazette):
    desk.get_by_role("link", name="Close Gazette").click()
    assert outlets(desk) == ["The Harbour Times", "Courier"]
    assert str(gazette.article_id) not in asked(desk, "articles").split(",")
    desk.reload()
    assert outlets(desk) == ["The Harbour Times", "Courier"]
    desk.locator("#column-picker summary").click()
    desk.get_by_label("Gazette").check()
    desk.get_by_role("button", name="Show").click()
    expect(desk.locator(".column")).to_have_count(3)


def test_columns_are_resized_by_keys_and_pointer_and_keep_their_widths(desk):
    bar = desk.get_by_role("separator", name="Width of The Harbour Times")
    bar.focus()
    for _ in range(4):
        desk.keyboard.press("ArrowRight")
    expect(bar).to_have_attribute("aria-valuenow", "41")
    assert asked(desk, "widths") == "41,25,33"
    box = bar.bounding_box()
    desk.mouse.move(box["x"] + 4, 400)
    desk.mouse.down()
    desk.mouse.move(box["x"] - 100, 400, steps=3)
    desk.mouse.up()
    narrow = desk.locator(".column").first.bounding_box()["width"]
    assert narrow < box["x"] - 60
    desk.reload()
    assert desk.locator(".column").first.bounding_box()["width"] == pytest.approx(narrow, abs=12)


def test_each_column_scrolls_on_its_own(page, log_in, cast, study, story, revision):
    long = make_revision(story, outlet="Long", text="\n\n".join(["Many words here."] * 200))
    log_in(page, cast.reviewer)
    open_desk(page, study, story, revision, long)
    page.locator(f"#text-{long.pk}").hover()
    page.mouse.wheel(0, 900)
    page.wait_for_timeout(200)
    scrolled = page.locator(".column").evaluate_all("all => all.map((one) => one.scrollTop)")
    assert scrolled[0] == 0
    assert scrolled[1] > 300
    page.locator(f"#text-{long.pk}").focus()
    page.keyboard.press("Control+End")
    expect(page.locator(f"#text-{long.pk} .passage").last).to_be_in_viewport()


def test_an_address_with_a_span_arrives_at_the_words(desk, page, study, story, revision, gazette):
    start = gazette.text.index("stranglehold")
    page.goto("about:blank")
    open_desk(
        page, study, story, revision, gazette, anchor=f"#span-{gazette.pk}-{start}-{start + 12}"
    )
    assert selected_words(page) == "stranglehold"
    expect(page.locator(f"#text-{gazette.pk}")).to_be_focused()


def test_a_telephone_swipes_between_columns(
    phone, log_in, cast, study, story, revision, gazette, axe
):
    log_in(phone, cast.reviewer)
    open_desk(phone, study, story, revision, gazette)
    assert [column.bounding_box()["width"] for column in phone.locator(".column").all()] == [
        390,
        390,
    ]
    tab = phone.locator("#column-tabs a")
    expect(tab.nth(0)).to_have_attribute("aria-current", "true")
    axe(phone)
    swipe_left(phone)
    expect(tab.nth(1)).to_have_attribute("aria-current", "true")
    expect(phone.locator(f"#text-{gazette.pk}")).to_be_in_viewport()
    tab.nth(0).tap()
    expect(phone.locator(f"#text-{revision.pk}")).to_be_in_viewport(ratio=0.5)


def test_the_side_list_opens_and_closes_and_is_a_drawer_on_a_telephone(
    phone, log_in, cast, study, story, revision, tag, axe
):
    tag(revision, "suffocation")
    log_in(phone, cast.reviewer)
    open_desk(phone, study, story, revision)
    expect(phone.locator("#annotation-panel")).to_be_hidden()
    phone.get_by_role("button", name="Tags").tap()
    expect(phone.locator("#annotation-panel")).to_be_visible()
    expect_tags(phone, 1)
    axe(phone)
    phone.locator(".entry-quote").tap()
    expect(phone.locator("mark")).to_be_in_viewport()


def test_nothing_is_wider_than_the_window(phone, log_in, cast, study, story, revision, gazette):
    log_in(phone, cast.reviewer)
    open_desk(phone, study, story, revision, gazette)
    assert phone.evaluate("document.documentElement.scrollWidth") == 390
    assert re.search(r"articles=\d+,\d+", phone.url)
