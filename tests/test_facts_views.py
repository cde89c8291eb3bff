import datetime
import re

import pytest
from django.urls import reverse

from annotations.facts.stating import set_report, state_fact
from annotations.models import Fact, Report
from sources.models import Story
from tests.conftest import make_revision
from tests.test_stating import quoted

pytestmark = pytest.mark.django_db

HTMX = {"HX-Request": "true"}


@pytest.fixture
def fact(study, story, cast):
    return state_fact(study, story, "The ministers signed.", author=cast.reviewer)


@pytest.fixture
def reviewer(client_of, cast):
    return client_of(cast.reviewer)


@pytest.fixture
def facts_url(study, story):
    return reverse("facts", args=[study.key, story.pk])


@pytest.fixture
def cell_url(study, fact, revision):
    return reverse("report", args=[study.key, fact.pk, revision.article.pk])


@pytest.fixture
def fact_url(study, fact):
    return reverse("fact", args=[study.key, fact.pk])


def posted(*quotes, status="reported", version="", **more):
    """Return what the form of a cell posts; quotes are dictionaries of a row's fields."""
    data = {"status": status, "version": version, "note": "", "quotes-INITIAL_FORMS": 0}
    data["quotes-TOTAL_FORMS"] = len(quotes)
    for number, row in enumerate(quotes):
        data |= {f"quotes-{number}-{name}": value for name, value in row.items()}
    return data | more


def placed(revision, exact):
    start = revision.text.index(exact)
    return {"start": start, "end": start + len(exact), "exact": exact}


def test_anonymous_is_sent_to_the_login(client, facts_url, fact_url, cell_url):
    for url in (facts_url, fact_url, cell_url):
        assert client.get(url).url.startswith("/accounts/login/") or "login" in client.get(url).url


def test_outsider_sees_nothing(client_of, cast, facts_url, fact_url, cell_url):
    outsider = client_of(cast.outsider)
    for url in (facts_url, fact_url, cell_url):
        assert outsider.get(url).status_code == 404
        assert outsider.post(url, {"statement": "x"}).status_code == 404


def test_cell_of_another_storys_article_is_not_found(reviewer, study, fact):
    other = Story.objects.create(title="Another")
    study.stories.add(other)
    stranger = make_revision(other, outlet="Elsewhere").article
    url = reverse("report", args=[study.key, fact.pk, stranger.pk])
    assert reviewer.get(url).status_code == 404


def test_empty_pages_say_what_to_do(reviewer, facts_url, study, story):
    assert "Import articles" in reviewer.get(facts_url).content.decode()
    make_revision(story)
    assert "No facts yet" in reviewer.get(facts_url).content.decode()
    state_fact(study, story, "Signed.", author=study.members.first())
    assert "One article only" in reviewer.get(facts_url).content.decode()


def test_stating_a_fact_goes_back_to_its_row(reviewer, facts_url, revision):
    answer = reviewer.post(f"{facts_url}?sort=most", {"statement": "Both signed."})
    fact = Fact.objects.get()
    assert answer.url == f"{facts_url}?sort=most#fact-{fact.pk}"


def test_stating_by_htmx_brings_an_empty_form_and_the_matrix(reviewer, facts_url, revision):
    answer = reviewer.post(facts_url, {"statement": "Both <b>signed</b>."}, headers=HTMX)
    page = answer.content.decode()
    assert "<html" not in page
    assert 'id="matrix" class="matrix" aria-label="Facts by outlet" hx-swap-oob="true"' in page
    assert "Both &lt;b&gt;signed&lt;/b&gt;." in page
    assert re.search(r"<textarea[^>]*></textarea>", page)


@pytest.mark.parametrize("headers", [{}, HTMX])
def test_refused_statement_is_kept_in_the_form(reviewer, facts_url, revision, headers):
    answer = reviewer.post(facts_url, {"statement": "y" * 501}, headers=headers)
    assert answer.status_code == 422
    assert "y" * 501 in answer.content.decode()
    assert "Split it into two facts" in answer.content.decode()
    assert not Fact.objects.exists()


def test_fact_from_a_selection_starts_with_those_words(reviewer, facts_url, revision):
    words = placed(revision, "signed the harbour accord") | {"revision": revision.pk}
    page = reviewer.get(facts_url, {"statement": words["exact"]} | words).content.decode()
    assert f'<input type="hidden" name="exact" value="{words["exact"]}">' in page
    reviewer.post(facts_url, words | {"statement": "Both signed."})
    assert Report.objects.get().quotes.get().span.exact == words["exact"]


def test_selection_that_does_not_match_states_nothing(reviewer, facts_url, revision):
    words = {"revision": revision.pk, "start": 0, "end": 4, "exact": "nope"}
    answer = reviewer.post(facts_url, words | {"statement": "Both signed."})
    assert answer.status_code == 422
    assert "select the words again" in answer.content.decode()
    assert not Fact.objects.exists()


def test_selection_in_another_story_is_not_found(reviewer, facts_url, study):
    other = Story.objects.create(title="Another")
    study.stories.add(other)
    words = {"revision": make_revision(other).pk, "start": 0, "end": 4}
    assert reviewer.get(facts_url, words).status_code == 404


@pytest.mark.parametrize("pk", [0, -1, 10**30])
def test_selection_in_an_unknown_revision_is_not_found(reviewer, facts_url, pk):
    assert reviewer.get(facts_url, {"revision": pk, "start": 0, "end": 4}).status_code == 404


def test_oversized_numbers_in_a_form_are_no_error_of_ours(reviewer, fact_url, cell_url):
    long = "9" * 5000
    assert reviewer.post(fact_url, {"position": long}).status_code == 422
    broken = posted(another="1") | {"quotes-TOTAL_FORMS": long}
    assert reviewer.post(cell_url, broken).status_code == 200


def test_selection_beyond_the_text_is_said_so(reviewer, facts_url, revision):
    words = {"revision": revision.pk, "start": 5, "end": 10**9}
    assert "does not lie within the text" in reviewer.get(facts_url, words).content.decode()


def test_matrix_takes_as_many_queries_for_many_facts(
    reviewer, facts_url, study, story, revision, gazette, cast, django_assert_max_num_queries
):
    for number in range(8):
        fact = state_fact(study, story, f"Fact {number}", author=cast.reviewer)
        for article in (revision, gazette):
            quotes = [quoted(article, "accord")]
            set_report(
                fact, article.article, status="reported", quotes=quotes, version=None,
                reviewer=cast.reviewer,
            )  # fmt: skip
    with django_assert_max_num_queries(9):
        page = reviewer.get(facts_url, {"baseline": gazette.article.pk}).content.decode()
    assert page.count('role="gridcell"') == 16


def test_differences_are_shown_against_the_baseline_and_can_be_hidden(
    reviewer, facts_url, fact, revision, gazette, cast
):
    for article, words in ((revision, "signed the harbour accord"), (gazette, "signed an accord")):
        set_report(
            fact, article.article, status="reported", quotes=[quoted(article, words)],
            version=None, reviewer=cast.reviewer,
        )  # fmt: skip
    look = {"baseline": revision.article.pk}
    page = reviewer.get(facts_url, look, headers=HTMX).content.decode()
    assert '[added: </span><ins class="">an</ins>' in page
    assert '[left out: </span><del class="">the harbour</del>' in page
    plain = reviewer.get(facts_url, look | {"plain": "1"}, headers=HTMX).content.decode()
    assert "<ins" not in plain
    assert "signed an accord</q>" in plain


def test_nonsense_in_the_address_shows_the_plain_matrix(reviewer, facts_url, fact, revision):
    answer = reviewer.get(facts_url, {"baseline": "x", "sort": "'", "plain": "\0"})
    assert answer.status_code == 200


def test_quote_leads_to_its_place_in_the_desk(reviewer, facts_url, fact, revision, cast, study):
    quote = quoted(revision, "military suffocation")
    set_report(
        fact, revision.article, status="reported", quotes=[quote], version=None,
        reviewer=cast.reviewer,
    )  # fmt: skip
    desk = reverse("desk", args=[study.key, fact.story_id])
    place = f"#span-{revision.pk}-{quote.start}-{quote.end}"
    assert (
        f'href="{desk}?articles={revision.article.pk}{place}"'
        in reviewer.get(facts_url).content.decode()
    )


def test_cell_form_shows_the_text_to_the_letter(reviewer, cell_url, revision):
    page = reviewer.get(cell_url).content.decode()
    assert "“a Cold War mentality”, one said." in page
    fragment = reviewer.get(cell_url, headers=HTMX).content.decode()
    assert "<html" not in fragment
    assert re.findall(r'data-start="(\d+)"', fragment) == ["0", "33", "85"]


def test_setting_a_cell_goes_back_to_it(reviewer, cell_url, facts_url, fact, revision):
    row = placed(revision, "military suffocation")
    answer = reviewer.post(f"{cell_url}?plain=True", posted(row, {}))
    assert answer.url == f"{facts_url}?plain=True#cell-{fact.pk}-{revision.article.pk}"
    assert Report.objects.get().quotes.get().span.exact == "military suffocation"


def test_words_without_places_are_looked_up(reviewer, cell_url, revision):
    row = {"exact": "the", "occurrence": "2", "stance": "denied", "speaker": "critics"}
    reviewer.post(cell_url, posted(row))
    kept = Report.objects.get().quotes.get()
    second = revision.text.index("the", revision.text.index("the") + 1)
    assert (kept.span.start, kept.stance, kept.speaker) == (second, "denied", "critics")


def test_quote_across_passages_survives_the_line_ends_of_a_form(reviewer, cell_url, revision):
    row = placed(revision, "on Monday.\n\nCritics spoke")
    row["exact"] = row["exact"].replace("\n", "\r\n")
    assert reviewer.post(cell_url, posted(row)).status_code == 302
    assert Report.objects.get().quotes.get().span.exact == "on Monday.\n\nCritics spoke"


def test_saved_cell_comes_with_its_row_and_counts(reviewer, cell_url, fact, revision, gazette):
    row = placed(revision, "military suffocation")
    page = reviewer.post(cell_url, posted(row), headers=HTMX).content.decode()
    assert f'<tr id="row-{fact.pk}" role="row" hx-swap-oob="true">' in page
    assert f'<th id="column-{revision.article.pk}"' in page
    assert "1 of 2 cells checked" in page
    assert 'id="report-form"' not in page


@pytest.mark.parametrize("headers", [{}, HTMX])
def test_save_and_next_offers_the_next_unchecked_cell(
    reviewer, cell_url, fact, revision, gazette, study, headers
):
    answer = reviewer.post(cell_url, posted(status="omitted", next="1"), headers=headers)
    following = reverse("report", args=[study.key, fact.pk, gazette.article.pk])
    if headers:
        assert f'hx-post="{following}"' in answer.content.decode()
    else:
        assert answer.url.startswith(following)


@pytest.mark.parametrize(
    ("rows", "status", "message"),
    [
        ([{}], "reported", "Select the words"),
        ([{"exact": "not there"}], "reported", "does not occur"),
        ([{"exact": "Nope", "start": 0, "end": 4}], "reported", "select the words again"),
        ([{"exact": "accord", "stance": "attributed"}], "reported", "unnamed"),
        ([{"exact": "accord"}], "omitted", "has no words"),
        ([{"exact": "accord", "occurrence": "0"}], "reported", "greater than or equal to 1"),
        ([{"exact": "accord", "start": "x", "occurrence": ""}], "nonsense", "valid choice"),
    ],
)
@pytest.mark.parametrize("headers", [{}, HTMX])
def test_refused_cell_keeps_what_was_entered(reviewer, cell_url, rows, status, message, headers):
    answer = reviewer.post(cell_url, posted(*rows, status=status), headers=headers)
    page = answer.content.decode()
    assert answer.status_code == 422
    assert message in page
    assert f">{rows[0].get('exact', '')}</textarea>" in page
    assert not Report.objects.exists()


def test_second_reviewer_is_told_and_keeps_their_entry(reviewer, cell_url, fact, revision, cast):
    set_report(fact, revision.article, status="omitted", version=None, reviewer=cast.colleague)
    row = placed(revision, "military suffocation")
    answer = reviewer.post(cell_url, posted(row), headers=HTMX)
    page = answer.content.decode()
    assert answer.status_code == 409
    assert "Stands now: <strong>Omitted</strong>, set by colleague" in page
    assert ">military suffocation</textarea>" in page
    assert Report.objects.get().status == "omitted"
    assert '<input type="hidden" name="version" value="1"' in page
    assert reviewer.post(cell_url, posted(row, version=1)).status_code == 302


def test_another_quote_without_script_adds_a_row_and_saves_nothing(reviewer, cell_url, revision):
    row = placed(revision, "accord")
    page = reviewer.post(cell_url, posted(row, another="1")).content.decode()
    assert page.count('class="quote-row') == 3  # two rows and the template
    assert 'name="quotes-TOTAL_FORMS" value="2"' in page
    assert not Report.objects.exists()


def test_older_article_is_proposed_as_not_applicable_but_not_set(
    reviewer, cell_url, fact, revision, gazette, cast
):
    for day, article in ((1, revision.article), (2, gazette.article)):
        article.published_at = datetime.datetime(2026, 3, day, tzinfo=datetime.UTC)
        article.save(update_fields=["published_at"])
    assert "earliest report" not in reviewer.get(cell_url).content.decode()
    set_report(
        fact, gazette.article, status="reported", quotes=[quoted(gazette, "accord")],
        version=None, reviewer=cast.reviewer,
    )  # fmt: skip
    page = reviewer.get(cell_url).content.decode()
    assert "Published 1 March 2026; the earliest report of this fact is of 2 March 2026." in page
    assert re.search(r'value=""\s+data-key="u" checked', page)


def test_rewording_moving_and_withdrawing_go_back_to_the_matrix(
    reviewer, fact, fact_url, facts_url
):
    answer = reviewer.post(fact_url, {"statement": "Both signed.", "version": 1})
    assert answer.url == f"{facts_url}#fact-{fact.pk}"
    assert reviewer.post(fact_url, {"position": "0"}).url == f"{facts_url}#fact-{fact.pk}"
    assert reviewer.post(fact_url, {"withdraw": "1"}).url == facts_url
    assert not Fact.objects.exists()


@pytest.mark.parametrize(("version", "statement", "status"), [(1, "", 422), (0, "Signed.", 409)])
def test_refused_rewording_writes_nothing(reviewer, fact, fact_url, version, statement, status):
    answer = reviewer.post(fact_url, {"statement": statement, "version": version})
    assert answer.status_code == status
    assert Fact.objects.get().statement == "The ministers signed."
    assert statement in answer.content.decode()


def test_withdrawing_anothers_fact_takes_a_moderator(client_of, cast, fact_url):
    assert 'name="withdraw"' not in client_of(cast.colleague).get(fact_url).content.decode()
    assert client_of(cast.colleague).post(fact_url, {"withdraw": "1"}).status_code == 403
    assert Fact.objects.exists()
    assert client_of(cast.moderator).post(fact_url, {"withdraw": "1"}).status_code == 302


def test_day_of_a_fact_is_kept_changed_and_taken_away(reviewer, fact_url, facts_url, revision):
    given = {"statement": "Both signed.", "happened_on": "2026-05-05"}
    reviewer.post(facts_url, given)
    stated = Fact.objects.get(statement="Both signed.")
    assert stated.happened_on == datetime.date(2026, 5, 5)
    url = fact_url.replace(f"/{Fact.objects.first().pk}/", f"/{stated.pk}/")
    assert 'value="2026-05-05"' in reviewer.get(url).content.decode()
    reviewer.post(url, given | {"happened_on": "", "version": 1})
    stated.refresh_from_db()
    assert (stated.happened_on, stated.version) == (None, 2)


@pytest.mark.parametrize("headers", [{}, HTMX])
def test_day_that_is_none_is_refused_with_the_words_kept(reviewer, facts_url, revision, headers):
    given = {"statement": "Both signed.", "happened_on": "5 May"}
    answer = reviewer.post(facts_url, given, headers=headers)
    assert answer.status_code == 422
    assert "Give the day as YYYY-MM-DD" in answer.content.decode()
    assert "Both signed." in answer.content.decode()
    assert not Fact.objects.exists()
