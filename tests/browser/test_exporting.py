"""Tag on the desk, go to the export page, and find in the file what was tagged."""

import csv
import io
from pathlib import Path

import pytest
from playwright.sync_api import expect

from annotations.facts.stating import state_fact
from annotations.revisions.carries import carry_to
from tests.browser.desk_page import drag_over, expect_tags, open_desk, stored
from tests.conftest import revise

COLUMNS = (
    "revision", "exact", "newest_revision", "carry_outcome", "current_start", "current_exact",
)  # fmt: skip
TAGGED = [("damage", "Critics spoke"), ("loaded", "military suffocation")]


@pytest.fixture
def desk(page, log_in, cast, study, story, revision, gazette):
    """A desk on which two codes were put on words by mouse and key."""
    log_in(page, cast.reviewer)
    open_desk(page, study, story, revision, gazette)
    for number, (key, words) in enumerate(TAGGED, start=1):
        drag_over(page, revision, words)
        page.keyboard.press({"loaded": "l", "damage": "x"}[key])
        expect_tags(page, number)
    return page


def download(page, button: str) -> list[dict[str, str]]:
    """Press the button and return the rows of the file that comes."""
    with page.expect_download() as begun:
        page.get_by_role("button", name=button).click()
    assert begun.value.suggested_filename.startswith("press-")
    content = Path(begun.value.path()).read_bytes().decode("utf-8-sig")
    return list(csv.DictReader(io.StringIO(content, newline="")))


def test_file_holds_what_was_tagged_on_the_desk(desk, revision, axe):
    desk.get_by_role("link", name="Export").click()
    expect(desk.get_by_text("2 in all; one row per tag that stands.")).to_be_visible()
    axe(desk)
    rows = download(desk, "Download annotations")
    assert [(row["code"], row["exact"]) for row in rows] == stored(revision) == TAGGED
    for row in rows:
        assert revision.text[int(row["start"]) : int(row["end"])] == row["exact"]
        assert row["revision_sha256"] == revision.sha256
        assert (row["annotator"], row["row_safe"]) == ("reviewer", str(rows.index(row) + 1))


def test_file_says_where_the_desk_shows_a_tag_on_the_newest_text(
    desk, study, story, revision, gazette
):
    newest = revise(revision, f"A note on top.\n\n{revision.text.replace('spoke', 'talked')}")
    carry_to(newest)
    open_desk(desk, study, story, newest, gazette)
    [mark] = desk.locator(f"#text-{newest.pk} mark").all()
    passage = int(mark.locator("xpath=ancestor::p").get_attribute("data-start"))
    before = mark.evaluate("mark => mark.previousSibling.textContent")
    desk.get_by_role("link", name="Export").click()
    changed, kept = download(desk, "Download annotations")
    assert [changed[name] for name in COLUMNS] == ["1", "Critics spoke", "2", "review", "", ""]
    assert [kept[name] for name in COLUMNS] == [
        "1", TAGGED[1][1], "2", "kept", str(passage + len(before)), TAGGED[1][1],
    ]  # fmt: skip


def test_choices_of_the_form_reach_both_files(desk, study, story, cast):
    state_fact(study, story, "=An accord was signed", author=cast.owner)
    desk.goto("/studies/press/export/")
    desk.get_by_label("Cells").select_option("lossless")
    desk.get_by_label("Status").select_option("accepted")
    assert download(desk, "Download annotations") == []
    facts = download(desk, "Download facts")
    assert [row["fact"] for row in facts] == ["=An accord was signed"] * 2
    assert "row_lossless" in facts[0]


def test_export_page_fits_a_telephone(phone, log_in, cast, study, revision, tag, axe):
    tag(revision, "Monday")
    log_in(phone, cast.reviewer)
    phone.goto("/studies/press/export/")
    phone.get_by_text("annotations.csv: ").click()
    axe(phone)
    assert phone.evaluate("document.documentElement.scrollWidth <= innerWidth")
    [row] = download(phone, "Download annotations")
    assert row["exact"] == "Monday"
    with phone.expect_download() as sent:
        phone.get_by_role("button", name="Download as JSON lines").click()
    assert '"exact": "Monday"' in sent.value.path().read_text()
