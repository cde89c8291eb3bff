"""Go through a story's suggestions by keyboard: accept, undo, refuse, and on to the next."""

import pytest
from django.db import connection
from django.urls import reverse
from playwright.sync_api import expect

from annotations.facts.stating import set_report, state_fact
from annotations.finding import suggestions
from annotations.finding.suggesting import suggest
from annotations.models import Report, Suggestion
from tests.browser.test_facts_matrix import select
from tests.workers import empty_queue, work_off

pytestmark = pytest.mark.django_db(transaction=True)

SIGNED = "The ministers signed the harbour accord on Monday."


@pytest.fixture
def fact(study, story, revision, gazette, cast):
    return state_fact(study, story, "Two ministers signed the accord.", author=cast.reviewer)


@pytest.fixture
def facts_url(study, story):
    return reverse("facts", args=[study.key, story.pk])


@pytest.fixture
def matrix(page, log_in, cast, fact, facts_url):
    """The matrix, with its suggestions there."""
    log_in(page, cast.reviewer)
    page.goto(f"{facts_url}#fact-{fact.pk}")
    expect(page.locator("td .offer", has_text="suggestion")).to_have_count(2)
    return page


def open_first(page):
    page.keyboard.press("ArrowRight")
    page.keyboard.press("Enter")
    expect(page.locator(".candidate.chosen blockquote")).to_have_text(SIGNED)
    expect(page.locator(".report h2")).to_be_focused()


def test_a_story_is_gone_through_by_keyboard(matrix, axe, fact, revision, gazette):
    page = matrix
    open_first(page)
    axe(page)
    page.keyboard.press("r")
    expect(page.locator(".accepted")).to_contain_text("Saved: Reported")
    expect(page.locator(".next-offer")).to_be_focused()
    expect(page.locator(f"#cell-{fact.pk}-{revision.article.pk} .quote")).to_have_text(SIGNED)
    expect(page.locator("#progress")).to_contain_text("1 of 2 cells checked")
    axe(page)
    page.keyboard.press(".")
    expect(page.locator(".report .meta strong")).to_have_text("Gazette")
    page.keyboard.press("2")
    expect(page.locator(".candidate.chosen .candidate-key")).to_have_text("2")
    words = page.locator(".candidate.chosen blockquote").inner_text()
    page.keyboard.press("p")
    expect(page.locator(".accepted")).to_contain_text("Saved: Partial")
    report = Report.objects.get(article=gazette.article)
    assert (report.status, report.quotes.get().span.exact) == ("partial", words)


def test_accepting_is_undone_and_none_of_these_is_taken_back(matrix, axe):
    page = matrix
    open_first(page)
    page.keyboard.press("r")
    expect(page.locator(".accepted")).to_be_visible()
    page.keyboard.press("u")
    expect(page.locator(".candidate")).not_to_have_count(0)
    assert not Report.objects.exists()
    page.keyboard.press("x")
    expect(page.locator(".refused-offer")).to_contain_text("says reviewer")
    expect(page.locator("td .offer").first).to_contain_text("none of")
    axe(page)
    assert not Report.objects.exists()
    page.keyboard.press("x")
    expect(page.locator(".candidate")).not_to_have_count(0)
    assert not Suggestion.objects.exclude(refused_at=None).exists()


def test_own_words_win_over_the_sentences_keys(matrix):
    page = matrix
    open_first(page)
    select(page, "signed the harbour accord")
    page.locator(".report h2").focus()
    page.keyboard.press("p")
    expect(page.locator("[name=status][value=partial]:not([type=hidden])")).to_be_checked()
    page.keyboard.press("Control+Enter")
    expect(page.locator("#progress")).to_contain_text("1 of 2 cells checked")
    assert Report.objects.get().quotes.get().span.exact == "signed the harbour accord"


def test_keys_are_letters_in_a_field(matrix):
    page = matrix
    open_first(page)
    page.get_by_label("Words").first.fill("")
    page.get_by_label("Words").first.type("r1x.")
    expect(page.get_by_label("Words").first).to_have_value("r1x.")
    assert not Report.objects.exists()


@pytest.mark.expects_http_status(409)
def test_cell_set_by_somebody_else_meanwhile_is_shown_with_the_sentence(
    matrix, fact, revision, cast
):
    page = matrix
    open_first(page)
    set_report(fact, revision.article, status="omitted", version=None, reviewer=cast.colleague)
    page.keyboard.press("r")
    expect(page.get_by_role("alert")).to_contain_text("set by colleague")
    expect(page.locator("[data-part=exact]").first).to_have_value(SIGNED)


def test_suggestions_are_read_and_accepted_on_a_phone(
    phone, log_in, axe, cast, study, story, fact, facts_url
):
    suggest(study, story)
    log_in(phone, cast.reviewer)
    phone.goto(facts_url)
    phone.emulate_media(color_scheme="dark")
    phone.locator("td .cell-open").first.tap()
    expect(phone.locator(".candidate.chosen")).to_be_visible()
    axe(phone)
    assert phone.evaluate("document.documentElement.scrollWidth <= innerWidth")
    phone.get_by_role("button", name="Partial: sentence 1").tap()
    expect(phone.locator(".accepted")).to_contain_text("Saved: Partial")


def test_without_script_every_step_is_a_form(
    new_context, live_server, log_in, cast, fact, facts_url
):
    context = new_context(base_url=live_server.url, java_script_enabled=False)
    page = context.new_page()
    log_in(page, cast.reviewer)
    page.goto(facts_url)
    page.get_by_role("button", name="Look for suggestions in 2 cells").click()
    expect(page.locator("td .offer", has_text="suggestion")).to_have_count(2)
    page.locator(".cell-open").first.click()
    page.get_by_role("button", name="None of these").click()
    page.get_by_role("button", name="Show again").click()
    page.get_by_role("button", name="Reported: sentence 1").click()
    expect(page.locator(".accepted")).to_contain_text("Saved: Reported")
    page.get_by_role("button", name="Undo").click()
    expect(page.locator(".candidate").first).to_be_visible()
    assert not Report.objects.exists()


def test_page_waits_for_the_worker_and_shows_what_it_found(
    page, log_in, cast, fact, facts_url, monkeypatch
):
    empty_queue()
    monkeypatch.setattr(suggestions, "AT_ONCE", 1)
    with connection.cursor() as cursor:
        cursor.execute("INSERT INTO procrastinate_workers DEFAULT VALUES")
    log_in(page, cast.reviewer)
    page.goto(facts_url)
    expect(page.locator("#suggestions [role=status]")).to_contain_text("The worker will look")
    work_off()
    expect(page.locator("td .offer", has_text="suggestion")).to_have_count(2)
    expect(page.locator("#suggestions [role=status]")).to_have_count(0)
    empty_queue()
