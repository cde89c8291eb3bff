"""One fact across the articles: order, baseline, tags, what was left out, and who is silent."""

import datetime
import re

import pytest
from django.urls import reverse

from annotations.facts.fact_page import fact_page, later_than
from annotations.facts.stating import set_report, state_fact
from annotations.language.speaking import record_speaker
from annotations.revisions.carries import carry_to
from tests.conftest import GAZETTE, make_revision, revise
from tests.test_stating import quoted

pytestmark = pytest.mark.django_db

SIGNED = "The ministers signed the harbour accord on Monday"
IN_GAZETTE = "On Monday the two ministers signed an accord on the harbour"
HTMX = {"HX-Request": "true"}


def at(day, hour=0, minute=0):
    return datetime.datetime(2026, 3, day, hour, minute, tzinfo=datetime.UTC)


def publish(revision, when):
    revision.article.published_at = when
    revision.article.save(update_fields=["published_at"])


@pytest.fixture
def fact(study, story, cast):
    return state_fact(study, story, "The ministers signed.", author=cast.reviewer)


@pytest.fixture
def tell(fact, cast):
    """Set a cell of the fact: tell(revision, "words", …), or tell(revision, status="omitted")."""

    def tell(revision, *words, status="reported", note="", **authority):
        quotes = [quoted(revision, exact, **authority) for exact in words]
        return set_report(
            fact, revision.article, status=status, quotes=quotes, note=note, version=None,
            reviewer=cast.reviewer,
        )  # fmt: skip

    return tell


@pytest.fixture
def told(tell, revision, gazette):
    """Both outlets report the fact, the Gazette a day and a half later."""
    publish(revision, at(2, 6))
    publish(gazette, at(3, 18, 30))
    tell(revision, SIGNED)
    tell(gazette, IN_GAZETTE)


@pytest.fixture
def get(client_of, cast, study, fact):
    """Return the page as text: get(baseline="statement", …)."""

    def get(headers=None, **look):
        url = reverse("fact", args=[study.key, fact.pk])
        return client_of(cast.reviewer).get(url, look, headers=headers).content.decode()

    return get


def names(page):
    return [told.article.outlet.name for told in page.told]


def parts(page):
    """Return what each outlet left out, and who has it."""
    return {
        lacks.outlet.name: [
            (left.part.text, [holder.outlet.name for holder in left.holders])
            for left in lacks.parts
        ]
        for lacks in page.lacks
    }


@pytest.mark.parametrize(
    ("first", "then", "said"),
    [
        (at(1, 9), at(1, 9, 35), "35 min later"),
        (at(1, 9), at(1, 11), "2 h later"),
        (at(1, 9), at(2, 23, 5), "38 h 5 min later"),
        (at(1, 9), at(3, 9), "2 days later"),
        (at(1, 9), at(1, 9), "at the same time"),
        (at(1), at(1, 23), "the same day"),
        (at(1), at(2), "1 day later"),
        (at(1, 23), at(2), "1 day later"),
    ],
)
def test_time_that_passed_is_told_in_days_where_no_hour_is_known(first, then, said):
    assert later_than(first, then) == said


def test_reports_come_by_date_or_by_outlet(study, fact, told):
    page = fact_page(study, fact)
    assert names(page) == ["The Harbour Times", "Gazette"]
    assert [told.lag for told in page.told] == ["first", "36 h 30 min later"]
    assert page.against.article.outlet.name == "The Harbour Times"
    assert names(fact_page(study, fact, order="outlet")) == ["Gazette", "The Harbour Times"]


def test_article_without_date_comes_last_and_has_no_lag(study, fact, told, story, tell):
    tell(make_revision(story, outlet="Undated", text=GAZETTE), IN_GAZETTE)
    last = fact_page(study, fact).told[-1]
    assert (last.article.outlet.name, last.lag) == ("Undated", "")


def test_any_report_or_the_statement_is_the_baseline(study, fact, told, gazette):
    page = fact_page(study, fact, baseline=str(gazette.article.pk))
    assert [bool(told.quoted[0].pieces) for told in page.told] == [True, False]
    page = fact_page(study, fact, baseline="statement")
    assert page.against is None
    assert all(told.quoted[0].pieces for told in page.told)
    page = fact_page(study, fact, baseline="99999")
    assert page.against.article.outlet.name == "The Harbour Times"


def test_one_report_is_compared_with_nothing_unless_asked(study, fact, revision, tell, get):
    tell(revision, SIGNED)
    for baseline in ("", str(revision.article.pk)):
        assert fact_page(study, fact, baseline=baseline).baseline == ""
    assert "nothing to compare" in get()
    assert "<ins" in get(baseline="statement")


def test_report_in_other_words_is_shown_without_differences(study, fact, revision, tell, gazette):
    tell(revision, "military suffocation")
    tell(gazette, "The opposition calls it a stranglehold")
    page = fact_page(study, fact)
    assert [told.stands_apart for told in page.told] == [False, True]
    assert (page.others, page.told[1].quoted[0].pieces) == ([], [])


def test_identical_wordings_differ_in_nothing_and_leave_nothing_out(study, fact, story, tell):
    for outlet in ("One", "Two"):
        tell(make_revision(story, outlet=outlet), SIGNED)
    page = fact_page(study, fact, aligned=True)
    assert [piece.op for piece in page.told[1].quoted[0].pieces] == ["equal"]
    assert parts(page) == {"One": [], "Two": []}
    assert [[cell.kind for cell in row] for row in page.score[0].rows] == [["same"]]


def test_what_is_left_out_names_its_outlets_and_leads_to_the_words(study, fact, told, gazette):
    page = fact_page(study, fact)
    assert parts(page) == {"The Harbour Times": [("two", ["Gazette"])], "Gazette": []}
    [left] = page.lacks[0].parts
    start = gazette.text.index("two")
    assert left.holders[0].anchor == f"span-{gazette.pk}-{start}-{start + 3}"


def test_words_elsewhere_in_the_outlets_articles_are_said_to_be_there(
    study, fact, story, tell, told, revision, get
):
    beside = make_revision(story, headline="Second", text="Nothing.\n\nThe two of them met.")
    [left] = fact_page(study, fact).lacks[0].parts
    start = beside.text.index("two")
    assert left.elsewhere == (beside.article, f"span-{beside.pk}-{start}-{start + 3}")
    assert "stands elsewhere in the article" in get()


def test_articles_of_one_outlet_leave_out_only_what_none_of_them_says(study, fact, story, tell):
    tell(make_revision(story, headline="Late"), SIGNED)
    tell(make_revision(story, headline="Early", text=GAZETTE), IN_GAZETTE)
    assert fact_page(study, fact).lacks == []
    tell(make_revision(story, outlet="Third", text="They signed after long talks."), "signed")
    assert parts(fact_page(study, fact))["The Harbour Times"] == []


def test_reports_in_other_languages_are_not_compared(study, fact, told, story, tell, get):
    foreign = make_revision(story, outlet="Blatt", text="Die Minister haben unterschrieben.")
    foreign.article.language = "de"
    foreign.article.save(update_fields=["language"])
    tell(foreign, "Die Minister haben unterschrieben")
    for revision in story.articles.exclude(pk=foreign.article.pk):
        revision.language = "en-GB"
        revision.save(update_fields=["language"])
    page = fact_page(study, fact)
    assert [lacks.alone for lacks in page.lacks] == [False, False, True]
    assert parts(page)["The Harbour Times"] == [("two", ["Gazette"])]
    assert "No other report is in its language (de)" in get()


def test_tags_on_the_quoted_words_are_shown_where_they_stand_now(
    study, fact, told, tag, revision, get
):
    tag(revision, "signed the harbour accord on Monday", note="strong")
    tag(revision, "military suffocation")
    newest = revise(revision, f"A note on top.\n\n{revision.text}")
    carry_to(newest)
    [quoted] = fact_page(study, fact).told[0].quoted
    [shown] = quoted.tags
    assert (shown.revision_id, shown.tagged_on, shown.carried) == (newest.pk, 1, "kept")
    page = get()
    assert "from revision 1: kept" in page
    assert "military suffocation" not in page
    assert f"#span-{newest.pk}-{shown.start}-{shown.end}" in page


def test_recorded_speaker_stands_beside_the_spelling(study, fact, cast, tell, revision, get):
    record_speaker(study, "Amara Okafor", spellings=["Mr Okafor"], recorder=cast.reviewer)
    tell(revision, SIGNED, stance="attributed", speaker="Mr Okafor")
    assert re.search(r"Mr Okafor\s+<span class=\"soft\">\(Amara Okafor\)", get())


def test_silent_articles_are_listed_by_why_and_lead_to_their_cells(
    study, fact, story, tell, revision, gazette, get
):
    fact.happened_on = datetime.date(2026, 3, 2)
    fact.save(update_fields=["happened_on"])
    publish(revision, at(1, 8))
    tell(revision, status="not_applicable", note="An earlier piece.")
    tell(gazette, status="omitted")
    unchecked = make_revision(story, outlet="Wire")
    page = get()
    assert page.index("Omitted by") < page.index("Not applicable to") < page.index("Unchecked")
    assert re.search(r"1 Mar 2026, 08:00</time>\s+· before it happened", page)
    assert "An earlier piece." in page
    assert reverse("report", args=[study.key, fact.pk, unchecked.article.pk]) in page
    assert "No article reports it yet" in page
    assert "Happened on" in page


def test_day_of_the_fact_is_changed_with_its_words(client_of, cast, study, fact, get):
    url = reverse("fact", args=[study.key, fact.pk])
    given = {"statement": fact.statement, "happened_on": "2026-03-02", "version": fact.version}
    assert client_of(cast.reviewer).post(url, given).status_code == 302
    assert 'value="2026-03-02"' in get()
    answer = client_of(cast.reviewer).post(url, given | {"happened_on": "soon"})
    assert answer.status_code == 422
    assert "YYYY-MM-DD" in answer.content.decode()


def test_neighbours_are_the_facts_before_and_after(study, story, fact, cast, get):
    after = state_fact(study, story, "It rained.", author=cast.reviewer)
    page = get(order="outlet")
    assert f'rel="next" href="{reverse("fact", args=[study.key, after.pk])}?order=outlet"' in page
    assert 'rel="prev"' not in page


def test_htmx_gets_the_reports_alone(told, get):
    page = get(headers=HTMX, view="aligned")
    assert page.lstrip().startswith('<div id="fact-body">')
    assert '<div class="score">' in page


@pytest.mark.parametrize(
    "look", [{"view": "x"}, {"baseline": "'"}, {"order": "-1"}, {"outlet": "x"}]
)
def test_nonsense_in_the_address_counts_as_not_asked(told, get, look):
    assert "2 articles report it" in get(**look)


def test_plain_words_are_shown_on_demand(told, get):
    assert "<ins" in get()
    assert "<ins" not in get(view="plain")


def test_words_of_an_article_are_escaped(story, tell, get):
    tell(make_revision(story, outlet="<b>One", text="a <i>b & c"), "a <i>b & c")
    tell(make_revision(story, outlet="Two", text="a <i>b & d"), "a <i>b & d")
    page = get(view="aligned")
    assert "<i>b" not in page
    assert "<b>One" not in page


def test_reports_of_other_studies_facts_stay_hidden(client_of, cast, study, fact, told):
    url = reverse("fact", args=[study.key, fact.pk])
    assert client_of(cast.outsider).get(url).status_code == 404
    assert client_of(cast.outsider).get(url, headers=HTMX).status_code == 404


def test_page_takes_a_constant_number_of_queries(
    client_of, cast, study, story, fact, tell, tag, django_assert_num_queries
):
    url = reverse("fact", args=[study.key, fact.pk]) + "?view=aligned"
    reader = client_of(cast.reviewer)
    for number in range(6):
        revision = make_revision(story, outlet=f"Outlet {number}", text=f"{number} {SIGNED}")
        tag(revision, "harbour accord")
        tell(revision, f"{number} {SIGNED}", stance="attributed", speaker=f"Speaker {number}")
        if number > 1:
            with django_assert_num_queries(13):
                assert reader.get(url).status_code == 200
