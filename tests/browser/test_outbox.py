"""What happens to a tag when the network, the session or the server fails."""

import pytest
from django.contrib.sessions.models import Session
from playwright.sync_api import expect

from annotations.models import Annotation
from tests.browser.desk_page import caret_on, expect_tags, open_desk, stored

OFFLINE = "ERR_INTERNET_DISCONNECTED"


@pytest.fixture
def desk(page, log_in, cast, study, story, revision, gazette):
    log_in(page, cast.reviewer)
    open_desk(page, study, story, revision, gazette)
    return page


def pending(page) -> list[str]:
    return page.evaluate(
        "[...(CSS.highlights.get('parallax-pending') ?? [])].map((range) => range.toString())"
    )


def tag_one_word(page, revision, word, key="l"):
    caret_on(page, revision, word)
    page.keyboard.press(key)


def test_a_tag_is_marked_at_once_and_until_the_server_has_it(desk, revision):
    desk.route("**/tag/", lambda route: desk.wait_for_timeout(300) or route.continue_())
    tag_one_word(desk, revision, "suffocation")
    assert pending(desk) == ["suffocation"]
    expect_tags(desk, 1)
    assert pending(desk) == []


@pytest.mark.expects_http_status(OFFLINE)
def test_a_tag_made_without_network_is_saved_once_when_it_is_back(desk, revision):
    desk.context.set_offline(True)
    tag_one_word(desk, revision, "suffocation")
    tag_one_word(desk, revision, "accord", "x")
    notice = desk.locator("#outbox-notice")
    expect(notice).to_contain_text("Not saved yet: 2 tags.")
    assert pending(desk) == ["suffocation", "accord"]
    desk.keyboard.press("Control+z")
    expect(
        desk.get_by_text("Undo and redo follow once the waiting tags are saved.")
    ).to_be_visible()
    desk.context.set_offline(False)
    expect_tags(desk, 2)
    expect(notice).to_have_count(0)
    assert stored(revision) == [("damage", "accord"), ("loaded", "suffocation")]


@pytest.mark.expects_http_status(OFFLINE)
def test_a_waiting_tag_survives_a_reload(desk, revision):
    desk.route("**/tag/", lambda route: route.abort("internetdisconnected"))
    tag_one_word(desk, revision, "suffocation")
    expect(desk.locator("#outbox-notice")).to_contain_text("1 tag.")
    desk.unroute("**/tag/")
    desk.reload()
    expect_tags(desk, 1)
    assert stored(revision) == [("loaded", "suffocation")]


@pytest.mark.expects_http_status(OFFLINE)
def test_an_answer_that_got_lost_leaves_one_tag(desk, revision):
    def lose(route):
        route.fetch()  # the server has it
        route.abort("internetdisconnected")

    desk.route("**/tag/", lose, times=1)
    tag_one_word(desk, revision, "suffocation")
    desk.get_by_role("button", name="Try now").click()
    expect_tags(desk, 1)
    assert Annotation.objects.count() == 1


@pytest.mark.expects_http_status(503)
def test_a_failing_server_is_tried_again(desk, revision):
    desk.route("**/tag/", lambda route: route.fulfill(status=503), times=1)
    tag_one_word(desk, revision, "suffocation")
    expect(desk.locator("#outbox-notice")).to_be_visible()
    expect_tags(desk, 1)
    expect(desk.locator("#outbox-notice")).to_have_count(0)


@pytest.mark.expects_http_status(401)
def test_a_session_that_ended_keeps_the_tag_until_after_the_login(desk, revision, cast):
    cast.reviewer.set_password("a reviewer's word")
    cast.reviewer.save(update_fields=["password"])
    Session.objects.all().delete()
    tag_one_word(desk, revision, "suffocation")
    expect(desk.locator("#outbox-notice")).to_contain_text("You are logged out.")
    assert not Annotation.objects.exists()
    desk.get_by_role("link", name="Log in").click()
    desk.get_by_label("Username").fill("reviewer")
    desk.get_by_label("Password").fill("a reviewer's word")
    desk.get_by_role("button", name="Log in").click()
    expect_tags(desk, 1)
    assert stored(revision) == [("loaded", "suffocation")]


@pytest.mark.expects_http_status(401)
def test_a_login_in_another_tab_is_enough(desk, revision, cast, log_in):
    Session.objects.all().delete()
    tag_one_word(desk, revision, "suffocation")
    expect(desk.locator("#outbox-notice")).to_contain_text("You are logged out.")
    log_in(desk, cast.reviewer)
    desk.evaluate("dispatchEvent(new Event('focus'))")
    expect_tags(desk, 1)


@pytest.mark.expects_http_status(422)
def test_what_the_server_refuses_opens_again_with_its_values(desk, revision, codes):
    codes["damage"].delete()
    caret_on(desk, revision, "suffocation")
    desk.keyboard.press("Shift+Enter")
    desk.locator(".palette-details summary").click()
    desk.locator("#tag-form [name=note]").fill("cut off here")
    desk.locator("#palette-codes").get_by_role("button", name="Text damage").click()
    expect(desk.locator(".palette-error")).to_contain_text("There is no code “damage”")
    expect(desk.locator(".palette-quote")).to_have_text("suffocation")
    expect(desk.locator("#tag-form [name=note]")).to_have_value("cut off here")
    assert pending(desk) == []
    desk.locator("#palette-codes").get_by_role("button", name="Loaded language").click()
    expect(desk.locator(".entry")).to_contain_text("cut off here")
    assert stored(revision) == [("loaded", "suffocation")]


@pytest.mark.expects_http_status(422)
def test_words_that_are_not_there_are_refused(desk, revision):
    caret_on(desk, revision, "suffocation")
    desk.locator(f"#text-{revision.pk} .passage").nth(2).evaluate(
        "passage => passage.firstChild.replaceData(0, 7, 'Readers')"
    )
    desk.keyboard.press("Home")
    desk.keyboard.press("l")
    expect(desk.locator(".palette-error")).to_contain_text("reads “Critics”, not “Readers”")
    assert not Annotation.objects.exists()


def test_tags_made_in_quick_succession_are_all_saved_in_order(desk, revision):
    caret_on(desk, revision, "Critics")
    for _ in range(6):
        desk.keyboard.press("l")
        desk.keyboard.press("ArrowRight")
    expect_tags(desk, 6)
    made = Annotation.objects.order_by("created_at").values_list("span__exact", flat=True)
    assert list(made) == ["Critics", "spoke", "of", "a", "military", "suffocation"]
    for left in (5, 4, 3):
        desk.keyboard.press("Control+z")
        expect_tags(desk, left)
