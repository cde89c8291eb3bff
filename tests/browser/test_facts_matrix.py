"""State a fact, set a cell by selecting words, compare with a baseline, go to the desk and back."""

import pytest
from django.urls import reverse
from playwright.sync_api import expect

from annotations.facts.stating import set_report, state_fact
from annotations.models import Fact, Report
from annotations.revisions.carries import carry_to
from tests.conftest import revise
from tests.test_stating import quoted

pytestmark = pytest.mark.django_db(transaction=True)

QUOTED = "[...CSS.highlights.get('parallax-quote')].map(String)"


@pytest.fixture
def facts_url(study, story):
    return reverse("facts", args=[study.key, story.pk])


@pytest.fixture
def compared(study, story, revision, gazette, cast):
    """A fact that both outlets report in other words."""
    fact = state_fact(study, story, "The ministers signed.", author=cast.reviewer)
    for article, words in (
        (revision, "The ministers signed the harbour accord on Monday"),
        (gazette, "On Monday the two ministers signed an accord on the harbour"),
    ):
        quotes = [quoted(article, words)]
        set_report(
            fact, article.article, status="reported", quotes=quotes, version=None,
            reviewer=cast.reviewer,
        )  # fmt: skip
    return fact


def select(page, words):
    """Select words of the open article with the mouse's end result, as a drag leaves it."""
    page.evaluate(
        """(words) => {
          const walker = document.createTreeWalker(document.querySelector(".text"), 4);
          while (walker.nextNode()) {
            const at = walker.currentNode.data.indexOf(words);
            if (at < 0) continue;
            getSelection().setBaseAndExtent(
              walker.currentNode, at, walker.currentNode, at + words.length);
          }
        }""",
        words,
    )
    page.locator(".text").dispatch_event("pointerup", {"pointerType": "mouse", "button": 0})


def test_a_fact_is_stated_and_its_cells_are_set(
    page, log_in, axe, cast, facts_url, revision, gazette
):
    log_in(page, cast.reviewer)
    page.goto(facts_url)
    page.get_by_label("State a fact").fill("Two ministers signed an accord.")
    page.get_by_role("button", name="State", exact=True).click()
    expect(page.locator(".statement")).to_have_text("Two ministers signed an accord.")
    expect(page.get_by_label("State a fact")).to_be_focused()
    page.locator("td").first.click()
    expect(page.locator(".report h2")).to_be_focused()
    select(page, "signed the harbour accord")
    expect(page.locator('[data-part="exact"]').first).to_have_value("signed the harbour accord")
    axe(page)
    page.keyboard.press("Control+Enter")
    expect(page.locator("#progress")).to_contain_text("1 of 2 cells checked")
    expect(page.locator(".report .meta strong")).to_have_text("Gazette")
    page.keyboard.press("o")
    page.get_by_role("button", name="Save", exact=True).click()
    expect(page.locator(".report")).to_have_count(0)
    expect(page.locator(".badge.has")).to_contain_text("Only one outlet has this")
    assert Report.objects.get(status="reported").quotes.get().span.revision == revision
    assert Report.objects.get(status="omitted").article == gazette.article


def test_words_are_quoted_with_the_keyboard_alone(page, log_in, cast, facts_url, compared, gazette):
    Report.objects.filter(article=gazette.article).delete()
    log_in(page, cast.reviewer)
    page.goto(f"{facts_url}#fact-{compared.pk}")
    for key in ("ArrowRight", "ArrowRight", "Enter"):
        page.keyboard.press(key)
    expect(page.locator(".report h2")).to_be_focused()
    page.locator(".text").focus()
    page.keyboard.press("ArrowRight")
    page.keyboard.press("Shift+ArrowRight")
    expect(page.locator('[data-part="exact"]').first).to_have_value("Ministers sign")
    page.keyboard.press("p")
    page.keyboard.press("Control+Enter")
    expect(page.locator(".report")).to_have_count(0)
    expect(page.locator(f"#cell-{compared.pk}-{gazette.article.pk}")).to_be_focused()
    assert Report.objects.get(article=gazette.article).status == "partial"


def test_differences_from_a_baseline_lead_to_the_desk_and_back(
    page, log_in, axe, cast, facts_url, compared, revision, gazette
):
    log_in(page, cast.reviewer)
    page.goto(facts_url)
    page.get_by_label("Baseline").select_option(str(revision.article.pk))
    cell = page.locator(f"#cell-{compared.pk}-{gazette.article.pk}")
    expect(cell.locator("ins:not(.moved)").first).to_be_visible()
    axe(page)
    page.emulate_media(color_scheme="dark")
    axe(page)
    cell.get_by_role("link", name="Show in the desk").click()
    page.wait_for_url("**/desk/?articles=*#span-*")
    page.go_back()
    expect(cell).to_be_focused()
    page.get_by_label("Hide differences").check()
    expect(page.locator("td ins")).to_have_count(0)


def test_words_of_an_older_text_are_shown_where_they_stand_and_kept(
    page, log_in, axe, cast, facts_url, compared, revision
):
    newest = revise(revision, f"A note on top.\n\n{revision.text}")
    carry_to(newest)
    log_in(page, cast.reviewer)
    page.goto(facts_url)
    cell = page.locator(f"#cell-{compared.pk}-{revision.article.pk}")
    expect(cell.locator(".older-words")).to_have_text("from revision 1; in revision 2: kept")
    cell.get_by_role("link", name="set this cell").click()
    expect(page.locator(".quote-row .older-words")).to_be_visible()
    assert page.evaluate(QUOTED) == ["The ministers signed the harbour accord on Monday"]
    axe(page)
    select(page, "military suffocation")
    page.get_by_role("button", name="Save", exact=True).click()
    expect(page.locator(".report")).to_have_count(0)
    expect(cell.locator(".older-words")).to_have_count(1)
    quotes = Report.objects.get(article=revision.article).quotes.order_by("span__revision__number")
    assert [quote.span.revision for quote in quotes] == [revision, newest]


@pytest.mark.expects_http_status(422, 409)
def test_what_was_entered_survives_refusal_and_conflict(
    page, log_in, cast, facts_url, compared, revision
):
    log_in(page, cast.reviewer)
    page.goto(facts_url)
    page.locator("td").first.click()
    page.get_by_label("Whose words").first.fill("")
    page.get_by_label("Stance").first.select_option("attributed")
    page.get_by_role("button", name="Save", exact=True).click()
    expect(page.get_by_role("alert")).to_contain_text("unnamed")
    set_report(compared, revision.article, status="omitted", version=1, reviewer=cast.colleague)
    page.get_by_label("Whose words").first.fill("the ministry")
    page.get_by_role("button", name="Save", exact=True).click()
    expect(page.get_by_role("alert")).to_contain_text("set by colleague")
    page.get_by_role("button", name="Save", exact=True).click()
    expect(page.locator(".report")).to_have_count(0)
    assert Report.objects.get(article=revision.article).quotes.get().speaker == "the ministry"


def test_matrix_is_a_list_of_cards_on_a_phone(phone, log_in, axe, cast, facts_url, compared):
    log_in(phone, cast.reviewer)
    phone.goto(facts_url)
    assert phone.evaluate("document.documentElement.scrollWidth <= innerWidth")
    axe(phone)
    phone.locator(".cell-open").last.tap()
    expect(phone.locator(".report")).to_be_visible()
    axe(phone)
    phone.get_by_role("link", name="Close without saving").tap()
    expect(phone.locator(".report")).to_have_count(0)
    phone.locator(".fact-tools a").tap()
    expect(phone.get_by_role("heading", name="Reword")).to_be_visible()
    axe(phone)
    assert phone.evaluate("document.documentElement.scrollWidth <= innerWidth")


@pytest.fixture
def without_script(new_context, live_server):
    return new_context(base_url=live_server.url, java_script_enabled=False).new_page()


def test_facts_are_lined_up_without_script(without_script, log_in, cast, facts_url, revision):
    page = without_script
    log_in(page, cast.reviewer)
    page.goto(facts_url)
    page.get_by_label("State a fact").fill("Critics object.")
    page.get_by_role("button", name="State", exact=True).click()
    page.locator(".cell-open").first.click()
    page.get_by_label("Reported").check()
    page.locator("[data-part=exact]").fill("military suffocation")
    page.get_by_role("button", name="Another quote").click()
    page.locator("[data-part=exact]").nth(1).fill("the")
    page.get_by_label("Which occurrence").nth(1).fill("2")
    page.get_by_role("button", name="Save", exact=True).click()
    expect(page.locator("td .quote")).to_have_text(["the", "military suffocation"])
    page.locator(".fact-tools a").click()
    page.get_by_role("textbox", name="Statement").fill("Critics spoke.")
    page.get_by_role("button", name="Save", exact=True).click()
    assert Fact.objects.get().statement == "Critics spoke."
