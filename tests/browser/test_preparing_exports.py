"""Ask for a file that takes long, watch it being made, take it, and remove it."""

import zipfile
from pathlib import Path

import pytest
from django.db import connection
from playwright.sync_api import expect

from annotations.models import PreparedExport
from tests.workers import empty_queue, work_off


@pytest.fixture(autouse=True)
def queue(transactional_db, monkeypatch):
    """An empty queue, and files that all take too long for a download."""
    monkeypatch.setattr("annotations.export.prepared.LONGEST_DOWNLOAD", 0)
    empty_queue()
    yield
    empty_queue()


def let_a_worker_look_alive():
    with connection.cursor() as cursor:
        cursor.execute("INSERT INTO procrastinate_workers DEFAULT VALUES")


def test_reviewer_has_a_file_prepared_takes_and_removes_it(page, log_in, cast, revision, tag, axe):
    tag(revision, "Monday")
    log_in(page, cast.reviewer)
    page.goto("/studies/press/export/")
    page.get_by_label("Layer").select_option("reviewer")
    page.get_by_role("button", name="Prepare UIMA CAS XMI").click()
    page.get_by_role("button", name="Make it now").click()
    expect(page.get_by_text("Nothing of it changed since then.")).to_be_visible()
    page.get_by_role("button", name="Prepare Excel workbook").click()
    expect(page.get_by_text("No worker is running,")).to_be_visible()
    assert "csrf" not in page.url
    axe(page)
    let_a_worker_look_alive()
    page.reload()
    expect(page.get_by_text("No worker is running,")).to_have_count(0)
    work_off()
    expect(page.get_by_role("link", name="Download Excel workbook")).to_be_visible()
    with page.expect_download() as begun:
        page.get_by_role("link", name="Download UIMA CAS XMI").click()
    assert begun.value.suggested_filename.endswith("-xmi.zip")
    assert zipfile.ZipFile(Path(begun.value.path())).testzip() is None
    page.set_viewport_size({"width": 390, "height": 800})
    assert page.evaluate("document.documentElement.scrollWidth <= innerWidth")
    for name in ("UIMA CAS XMI", "Excel workbook"):
        page.get_by_role("button", name=f"Remove {name}").click()
    expect(page.get_by_role("heading", name="Prepared files")).to_have_count(0)
    assert not PreparedExport.objects.exists()
