"""Importing: files and a paste become drafts, are ruled on line by line, and stand on the story."""

import pytest
from django.urls import reverse
from playwright.sync_api import expect

from annotations.models import Role
from sources.models import Article, Draft, Revision

pytestmark = pytest.mark.django_db(transaction=True)

FERRIES = (
    "Ferry crews walk out at dawn\n\nBy Ann Lee\n\n"
    "Crews of the island ferries stopped work at dawn on Monday, the company said.\n\n"
    "412 shares\n\n"
    "The union spoke of a last resort after eleven months of talks about pay and hours.\n"
)
TABLE = (
    "outlet,title,text\n"
    "Tern Daily,Islands cut off,The islands were cut off on Monday as ferries lay still.\n"
)
PAGE = (
    "<html><head><title>Strike</title></head><body><article><h1>Strike stops the boats</h1>"
    "<p>Boats lay still in the harbour on Monday morning, and nobody could say for how long.</p>"
    "<p>Passengers slept on benches in the hall, and the cafe ran out of bread before noon.</p>"
    "</article></body></html>"
)


@pytest.fixture
def files(tmp_path):
    """Three files of three kinds, of one article each."""
    paths = []
    for name, content in (("gull.txt", FERRIES), ("tern.csv", TABLE), ("skua.html", PAGE)):
        (tmp_path / name).write_text(content)
        paths.append(tmp_path / name)
    return paths


@pytest.fixture
def import_page(page, log_in, cast, study, story):
    """The import page of an empty story, as the reviewer sees it."""
    log_in(page, cast.reviewer)
    page.goto(reverse("article_import", args=[study.key, story.pk]))
    return page


def line(page, words):
    return page.locator(".line", has_text=words)


def test_files_are_looked_through_and_imported(import_page, files, story, axe):
    page = import_page
    axe(page)
    page.get_by_label("Files", exact=True).set_input_files(files)
    expect(page.locator("#chosen li")).to_have_count(3)
    page.get_by_role("button", name="Upload").click()
    expect(page.get_by_role("heading", level=1)).to_have_text("3 drafts wait for you")
    axe(page)
    page.get_by_role("link", name="Ferry crews walk out at dawn").click()
    axe(page)
    expect(page.get_by_text("share count")).to_be_visible()
    line(page, "The union spoke").get_by_role("checkbox").press("Space")
    page.get_by_text("By Ann Lee").click()
    page.get_by_label("Outlet").fill("Gull Post")
    page.get_by_role("button", name="Import and next").click()
    revision = Revision.objects.get()
    assert "The union" not in revision.text
    assert "By Ann Lee" in revision.text
    assert "412 shares" not in revision.text
    assert Draft.objects.count() == 2


def test_drafts_follow_one_another_to_the_story(import_page, files, story, axe):
    page = import_page
    page.get_by_label("Files", exact=True).set_input_files(files)
    page.get_by_role("button", name="Upload").click()
    page.get_by_role("link", name="Ferry crews walk out at dawn").click()
    page.get_by_label("Outlet").fill("Gull Post")
    page.get_by_role("button", name="Import and next").click()
    expect(page.get_by_label("Headline")).to_have_value("Islands cut off")
    page.get_by_role("button", name="Import and next").click()
    page.get_by_label("Outlet").fill("Skua Weekly")
    page.get_by_role("button", name="Import", exact=True).click()
    page.wait_for_url(f"**{reverse('story', args=['press', story.pk])}")
    expect(page.locator(".articles tbody tr")).to_have_count(3)
    assert sorted(Article.objects.values_list("outlet__name", flat=True)) == [
        "Gull Post", "Skua Weekly", "Tern Daily",
    ]  # fmt: skip
    axe(page)


def test_pasted_article_is_corrected_and_read(import_page, axe):
    page = import_page
    page.get_by_label("Text of the article").fill(FERRIES)
    page.get_by_text("Details, if you have them").click()
    page.get_by_label("Outlet").fill("Gull")
    page.get_by_role("button", name="Look it through").click()
    page.get_by_label("Outlet").fill("Gull Post")
    page.get_by_label("Published on").fill("2026-03-01")
    page.get_by_role("button", name="Import", exact=True).click()
    expect(page.get_by_text("Imported “Ferry crews walk out at dawn”")).to_be_visible()
    page.get_by_role("link", name="Ferry crews walk out at dawn").click()
    expect(page.locator(".reading")).to_contain_text("The union spoke of a last resort")
    expect(page.get_by_text("1 Mar 2026").first).to_be_visible()
    page.get_by_text("Edit the details").click()
    axe(page)
    page.get_by_label("Byline").fill("Ann Lee and Bo Ray")
    page.get_by_role("button", name="Save the details").click()
    expect(page.get_by_text("Ann Lee and Bo Ray").first).to_be_visible()


def test_words_that_stay_are_counted_as_lines_are_ticked(import_page):
    page = import_page
    page.get_by_label("Text of the article").fill(FERRIES)
    page.get_by_role("button", name="Look it through").click()
    count = page.locator("#word-count")
    expect(count).to_have_text("36")
    line(page, "412 shares").click()
    expect(count).to_have_text("38")
    page.get_by_role("button", name="Keep all").click()
    expect(count).to_have_text("41")
    page.get_by_role("button", name="Drop the 2 proposed").click()
    expect(count).to_have_text("36")


def test_file_that_is_too_large_is_told_before_it_is_sent(import_page, tmp_path):
    big = tmp_path / "big.txt"
    big.write_bytes(b"x" * (20 * 1024 * 1024))
    import_page.get_by_label("Files", exact=True).set_input_files(big)
    expect(import_page.locator("#chosen .too-large")).to_contain_text("at most 16 MB")
    expect(import_page.get_by_role("button", name="Upload")).to_be_disabled()


@pytest.mark.expects_http_status(422)
def test_markup_is_shown_and_never_run(import_page, axe):
    page = import_page
    page.get_by_role("button", name="Look it through").click()
    expect(page.get_by_text("There is no text")).to_be_visible()
    axe(page)
    markup = "<script>document.title = 'run'</script><img src=x onerror=\"document.title='run'\">"
    page.get_by_label("Text of the article").fill(f"{markup}\n\nSome words here.")
    page.get_by_role("button", name="Look it through").click()
    expect(page.get_by_text("onerror").first).to_be_visible()
    assert page.title() != "run"


def test_import_needs_no_script(new_context, live_server, log_in, cast, study, story):
    page = new_context(base_url=live_server.url, java_script_enabled=False).new_page()
    log_in(page, cast.reviewer)
    page.goto(reverse("article_import", args=[study.key, story.pk]))
    page.get_by_label("Text of the article").fill(FERRIES)
    page.get_by_role("button", name="Look it through").click()
    line(page, "412 shares").get_by_role("checkbox").check()
    page.get_by_label("Outlet").fill("Gull Post")
    page.get_by_role("button", name="Import", exact=True).click()
    expect(page.get_by_role("heading", level=1)).to_have_text("The harbour accord")
    assert "412 shares" in Revision.objects.get().text
    assert not Draft.objects.exists()


def test_draft_fits_a_telephone(phone, log_in, cast, study, story):
    log_in(phone, cast.reviewer)
    phone.goto(reverse("article_import", args=[study.key, story.pk]))
    phone.get_by_label("Text of the article").fill(FERRIES)
    phone.get_by_role("button", name="Look it through").tap()
    phone.get_by_text("412 shares").tap()
    assert phone.evaluate("document.documentElement.scrollWidth") == 390
    phone.get_by_label("Outlet").fill("Gull Post")
    phone.get_by_role("button", name="Import", exact=True).tap()
    phone.wait_for_url(f"**{reverse('story', args=[study.key, story.pk])}")
    assert phone.evaluate("document.documentElement.scrollWidth") == 390


def test_articles_open_on_the_desk_in_the_order_of_ticking(
    page, log_in, cast, revision, gazette, story
):
    log_in(page, cast.reviewer)
    page.goto(reverse("story", args=["press", story.pk]))
    for one in (gazette, revision):
        page.locator(f"input[name=article][value='{one.article.pk}']").check()
    page.get_by_role("button", name="Open 2 on the desk").click()
    page.wait_for_url(f"**/desk/?articles={gazette.article.pk},{revision.article.pk}")


def test_pages_of_the_library_are_accessible(page, log_in, cast, study, revision, axe):
    log_in(page, cast.administrator)
    study.memberships.filter(role=Role.OWNER).update(user=cast.administrator)
    story = revision.article.story
    for url in (
        "/", "/studies/new/", "/studies/press/", "/studies/press/stories/new/",
        reverse("story", args=["press", story.pk]),
        reverse("story_edit", args=["press", story.pk]),
        reverse("article", args=["press", revision.article.pk]),
        "/password/", "/resume/",
    ):  # fmt: skip
        page.goto(url)
        axe(page)


@pytest.mark.expects_http_status(404, 403)
def test_error_pages_are_accessible(page, log_in, cast, study, axe):
    log_in(page, cast.reviewer)
    for url in (
        "/studies/elsewhere/",
        "/studies/new/",
        "/studies/press/drafts/00000000-0000-4000-8000-000000000000/",
    ):
        page.goto(url)
        axe(page)


def test_changes_of_a_draft_outlive_leaving_the_page(import_page, files, story):
    page = import_page
    page.get_by_label("Files", exact=True).set_input_files(files[:1])
    page.get_by_role("button", name="Upload").click()
    address = page.url
    line(page, "Crews of the island").get_by_role("checkbox").uncheck()
    page.get_by_label("Outlet").fill("Gull Post")
    words = page.locator("#word-count").inner_text()
    page.get_by_role("link", name=story.title).click()
    page.goto(address)
    expect(page.locator("#notices")).to_contain_text("Your changes from before are here again")
    expect(line(page, "Crews of the island").get_by_role("checkbox")).not_to_be_checked()
    expect(page.get_by_label("Outlet")).to_have_value("Gull Post")
    expect(page.locator("#word-count")).to_have_text(words)
    page.get_by_role("button", name="Begin anew").click()
    expect(line(page, "Crews of the island").get_by_role("checkbox")).to_be_checked()
    page.goto(address)
    expect(page.locator("#notices")).not_to_contain_text("Your changes")
