"""Import a file of another team, say what its names mean, and find its tags on the desk."""

import pytest
from playwright.sync_api import expect

from annotations.models import Annotation
from sources.models import Article
from tests.browser.desk_page import expect_tags, open_desk
from tests.test_intakes_views import TAGS, URL, a_file


@pytest.fixture
def upload(log_in, cast, revision):
    """Upload a file of three annotations: upload(page)."""
    Article.objects.update(url=URL)

    def upload(page):
        log_in(page, cast.owner)
        page.goto("/studies/press/intakes/")
        content = a_file(*TAGS).getvalue()
        file = {"name": "their tags.csv", "mimeType": "text/csv", "buffer": content}
        page.get_by_label("File").set_input_files(file)
        page.get_by_role("button", name="Look at the file").click()
        expect(page.get_by_role("heading", name="What it would bring")).to_be_visible()
        return page

    return upload


def test_file_is_imported_after_its_names_are_decided_on(
    page, upload, study, story, revision, gazette, axe
):
    upload(page)
    axe(page)
    expect(page.get_by_label("Loaded-Language")).to_have_value("loaded")
    page.get_by_label("?", exact=True).select_option("damage")
    page.get_by_role("button", name="Look again").click()
    expect(page.get_by_role("row", name="line 4")).to_contain_text("as decided")
    page.get_by_label("Anna").select_option("+")
    page.get_by_label("nobody is named").select_option("colleague")
    page.get_by_role("button", name="Import", exact=True).click()
    expect(page.get_by_role("heading", name="What it brought")).to_be_visible()
    axe(page)
    open_desk(page, study, story, revision, gazette)
    expect_tags(page, 3)
    page.goto("/studies/press/intakes/")
    axe(page)
    page.get_by_role("link", name="their tags.csv").click()
    page.get_by_text("Take back…").click()
    page.get_by_role("button", name="Take the tags back").click()
    expect(page.get_by_text("3 tags taken back.")).to_be_visible()
    assert not Annotation.objects.standing().exists()


def test_import_fits_a_telephone(phone, upload, axe):
    upload(phone)
    axe(phone)
    assert phone.evaluate("document.documentElement.scrollWidth <= innerWidth")
    phone.get_by_role("button", name="Discard the file").click()
    expect(phone.get_by_text("nothing was imported")).to_be_visible()
