"""A person makes a token, a program asks by it, and it is revoked; what it may ask is described."""

from playwright.sync_api import expect

from tests.programs import Program


def test_token_is_made_used_and_revoked(page, log_in, cast, study, axe):
    log_in(page, cast.reviewer)
    page.goto("/tokens/")
    page.get_by_label("What is it for?").fill("notebook")
    page.get_by_label("It may tag in my name").check()
    page.get_by_role("button", name="Make it").click()
    secret = page.locator(".secret").inner_text()
    expect(page.get_by_role("row", name="notebook")).to_contain_text("read and tag")
    axe(page)

    program = Program(cast.reviewer, token=secret)
    assert program.ask("/studies").json()["items"][0]["key"] == "press"
    page.goto("/tokens/")
    expect(page.get_by_role("row", name="notebook")).not_to_contain_text("never used")
    page.get_by_label("Revoke notebook").click()
    page.get_by_role("button", name="Revoke notebook").click()
    expect(page.get_by_role("status").filter(has_text="is revoked")).to_be_visible()
    assert program.ask("/studies").status_code == 401


def test_description_of_the_api_fits_a_phone(phone, log_in, cast, axe):
    log_in(phone, cast.reviewer)
    phone.goto("/api/v1/docs")
    phone.get_by_role("link", name="POST /api/v1/studies/{key}/annotations").click()
    expect(phone.locator("#annotation_make")).to_be_in_viewport()
    phone.locator("#annotation_make").locator("..").get_by_role("link", name="AnnotationIn").click()
    expect(phone.locator("#AnnotationIn")).to_be_in_viewport()
    assert phone.evaluate("document.documentElement.scrollWidth") <= 390
    axe(phone)
