"""Make a release from the study's page, take it, check it, and delete it again."""

import io
from pathlib import Path

from playwright.sync_api import expect

from annotations.export.verifying import verify


def test_owner_makes_takes_and_deletes_a_release(page, log_in, cast, study, revision, tag, axe):
    tag(revision, "Monday")
    log_in(page, cast.owner)
    page.goto("/studies/press/releases/")
    expect(page.get_by_text("There is no release yet.")).to_be_visible()
    page.get_by_role("button", name="Make a release").click()
    expect(page.get_by_text("13 files")).to_be_visible()
    page.get_by_text("13 files").click()
    axe(page)
    with page.expect_download() as begun:
        page.get_by_role("link", name="Download the release").click()
    assert begun.value.suggested_filename.startswith("press-release-")
    assert verify(io.BytesIO(Path(begun.value.path()).read_bytes())).is_sound
    page.set_viewport_size({"width": 390, "height": 800})
    assert page.evaluate("document.documentElement.scrollWidth <= innerWidth")
    page.get_by_role("link", name="Delete…").click()
    axe(page)
    page.get_by_role("button", name="Delete the release").click()
    expect(page.get_by_text("There is no release yet.")).to_be_visible()
