import datetime
from dataclasses import replace

import pytest
from django.core.exceptions import PermissionDenied

from annotations.facts.stating import (
    FactConflict,
    FactRefused,
    QuotedSpan,
    ReportConflict,
    ReportRefused,
    edit_fact,
    may_withdraw,
    move_fact,
    set_report,
    state_fact,
    state_quoted_fact,
    withdraw_fact,
)
from annotations.models import Fact, Report, Span
from annotations.texts.anchoring import OutsideText, QuoteMismatch
from sources.models import Story
from tests.conftest import make_revision, revise

pytestmark = pytest.mark.django_db


def quoted(revision, exact, **authority):
    start = revision.text.index(exact)
    return QuotedSpan(start, start + len(exact), exact, **authority)


@pytest.fixture
def fact(study, story, cast):
    return state_fact(study, story, "Two ministers signed an accord.", author=cast.reviewer)


@pytest.fixture
def report_signing(fact, revision, cast):
    """Set the cell of the fact and the first article: report_signing(version=…, …)."""

    def report_signing(**changed):
        given = {
            "status": "reported",
            "quotes": [quoted(revision, "signed the harbour accord")],
            "version": None,
            "reviewer": cast.reviewer,
        }
        return set_report(fact, revision.article, **given | changed)

    return report_signing


def test_same_statement_again_is_the_same_fact(study, story, cast, fact):
    again = state_fact(study, story, "  Two ministers \n signed an accord. ", author=cast.colleague)
    assert again == fact
    assert Fact.objects.get().created_by == cast.reviewer


def test_day_is_added_to_a_fact_that_had_none_and_else_kept(study, story, cast, fact):
    for day in (5, 6):
        happened_on = datetime.date(2026, 5, day)
        again = state_fact(
            study, story, fact.statement, happened_on=happened_on, author=cast.colleague
        )
        assert (again.pk, again.happened_on.day) == (fact.pk, 5)


def test_changing_the_day_alone_needs_the_version_seen(fact):
    edited = edit_fact(fact, fact.statement, happened_on=datetime.date(2026, 5, 5), version=1)
    assert (edited.version, edited.happened_on.day) == (2, 5)
    with pytest.raises(FactConflict):
        edit_fact(fact, fact.statement, happened_on=None, version=1)


def test_a_new_fact_is_put_last(study, story, cast, fact):
    second = state_fact(study, story, "The accord is signed.", author=cast.reviewer)
    assert (fact.position, second.position) == (0, 1)


@pytest.mark.parametrize(("statement", "message"), [(" \n", "sentence"), ("x" * 501, "501")])
def test_empty_and_long_statements_are_refused(study, story, cast, statement, message):
    with pytest.raises(FactRefused, match=message):
        state_fact(study, story, statement, author=cast.reviewer)
    assert not Fact.objects.exists()


def test_second_editor_of_a_fact_is_told_what_stands(fact):
    edit_fact(fact, "Both signed.", version=1)
    with pytest.raises(FactConflict) as conflict:
        edit_fact(fact, "They signed.", version=1)
    assert conflict.value.current.statement == "Both signed."
    assert edit_fact(fact, "They signed.", version=2).version == 3


def test_rewording_to_another_facts_statement_is_refused(study, story, cast, fact):
    state_fact(study, story, "Both signed.", author=cast.reviewer)
    with pytest.raises(FactRefused, match="already"):
        edit_fact(fact, "Both signed.", version=1)


def test_rewording_to_the_same_words_writes_nothing(fact):
    assert edit_fact(fact, fact.statement, version=99).version == 1


def test_fact_is_withdrawn_by_its_author_until_others_work_on_it(fact, cast, report_signing):
    assert may_withdraw(fact, cast.reviewer)
    assert not may_withdraw(fact, cast.colleague)
    report_signing(reviewer=cast.colleague)
    with pytest.raises(PermissionDenied):
        withdraw_fact(fact, editor=cast.reviewer)
    withdraw_fact(fact, editor=cast.moderator)
    assert not Fact.objects.exists()
    assert not Report.objects.exists()


def test_withdrawing_twice_is_once(fact, cast):
    withdraw_fact(fact, editor=cast.reviewer)
    withdraw_fact(fact, editor=cast.reviewer)


@pytest.mark.parametrize(
    ("position", "order"), [(0, "bac"), (1, "abc"), (2, "acb"), (10**30, "acb"), (-1, "bac")]
)
def test_fact_moves_to_a_position(study, story, cast, position, order):
    facts = [state_fact(study, story, name, author=cast.reviewer) for name in "abc"]
    move_fact(facts[1], position=position)
    move_fact(facts[1], position=position)
    assert "".join(Fact.objects.values_list("statement", flat=True)) == order


def test_cell_keeps_the_exact_words_with_their_authority(report_signing, revision):
    quote = quoted(revision, "military suffocation", stance="attributed", speaker="critics")
    report = report_signing(quotes=[quote], status="partial", note=" halved ")
    kept = report.quotes.get()
    assert (report.status, report.note, report.version) == ("partial", "halved", 1)
    assert revision.text[kept.span.start : kept.span.end] == kept.span.exact == quote.exact
    assert (kept.stance, kept.speaker) == ("attributed", "critics")


def test_setting_the_same_again_writes_nothing(report_signing, cast):
    first = report_signing()
    again = report_signing(reviewer=cast.colleague)
    assert again == first
    assert (again.version, again.set_by) == (1, cast.reviewer)
    assert Span.objects.count() == 1


def test_second_reviewer_of_a_cell_is_told_what_stands(report_signing):
    report_signing()
    with pytest.raises(ReportConflict) as conflict:
        report_signing(status="omitted", quotes=[])
    assert conflict.value.current.status == "reported"
    assert report_signing(status="omitted", quotes=[], version=1).version == 2
    assert not Report.objects.get().quotes.exists()


def test_a_cell_unchecked_meanwhile_is_a_conflict(report_signing):
    report_signing()
    assert report_signing(status="", quotes=[], version=1) is None
    with pytest.raises(ReportConflict) as conflict:
        report_signing(version=1)
    assert conflict.value.current is None
    assert report_signing(status="", quotes=[], version=None) is None


@pytest.mark.parametrize(
    ("changed", "message"),
    [
        ({"quotes": []}, "Select the words"),
        ({"status": "partial", "quotes": []}, "Select the words"),
        ({"status": "omitted"}, "has no words"),
        ({"status": "not_applicable"}, "not applicable"),
        ({"status": ""}, "unchecked"),
        ({"status": "maybe"}, "not a status"),
    ],
)
def test_status_and_words_must_go_together(report_signing, changed, message):
    with pytest.raises(ReportRefused, match=message):
        report_signing(**changed)
    assert not Report.objects.exists()


@pytest.mark.parametrize(
    ("authority", "message"),
    [
        ({"stance": "attributed"}, "unnamed"),
        ({"stance": "asserted", "speaker": "critics"}, "own assertion"),
        ({"stance": "shouted"}, "not a stance"),
    ],
)
def test_stance_and_speaker_must_go_together(report_signing, revision, authority, message):
    with pytest.raises(ReportRefused, match=message):
        report_signing(quotes=[quoted(revision, "harbour accord", **authority)])


def test_same_words_in_two_stances_are_refused(report_signing, revision):
    words = "harbour accord"
    twice = [quoted(revision, words), quoted(revision, words, stance="denied")]
    with pytest.raises(ReportRefused, match="twice"):
        report_signing(quotes=twice)


def test_quote_that_does_not_match_writes_nothing(report_signing, revision):
    good = quoted(revision, "harbour accord")
    with pytest.raises(QuoteMismatch):
        report_signing(quotes=[good, QuotedSpan(1, 5, "nope")])
    assert not Report.objects.exists()
    assert not Span.objects.exists()


def test_words_stand_in_the_newest_text_unless_they_name_an_older_one(report_signing, revision):
    newest = revise(revision, revision.text)
    words = quoted(revision, "harbour accord")
    report = report_signing(quotes=[words, replace(words, revision=revision.pk)])
    assert {quote.span.revision for quote in report.quotes.all()} == {revision, newest}
    denied = replace(words, revision=newest.pk, stance="denied")
    with pytest.raises(ReportRefused, match="twice"):
        report_signing(quotes=[words, denied], version=1)


def test_words_are_looked_for_in_the_text_that_they_name(report_signing, revision):
    revise(revision, "Fog.")
    with pytest.raises(OutsideText):
        report_signing()
    given = replace(quoted(revision, "harbour accord"), revision=revision.pk)
    assert report_signing(quotes=[given]).quotes.get().span.revision == revision


def test_words_of_another_articles_text_are_refused(report_signing, revision, gazette):
    quote = replace(quoted(gazette, "accord"), revision=gazette.pk)
    with pytest.raises(ReportRefused, match="another article"):
        report_signing(quotes=[quote])
    assert not Report.objects.exists()


def test_article_of_another_story_is_refused(fact, cast):
    stranger = make_revision(Story.objects.create(title="Another"), outlet="Elsewhere")
    with pytest.raises(ReportRefused, match="another story"):
        set_report(fact, stranger.article, status="omitted", version=None, reviewer=cast.reviewer)


def test_fact_stated_from_words_has_them_as_its_first_quote(study, revision, cast):
    quote = quoted(revision, "signed the harbour accord")
    given = {"revision": revision, "quote": quote, "author": cast.reviewer}
    fact = state_quoted_fact(study, "Both signed.", **given)
    assert state_quoted_fact(study, "Both signed.", **given) == fact
    assert Report.objects.get(fact=fact).quotes.get().span.exact == quote.exact


def test_stating_from_words_leaves_a_set_cell_alone(study, revision, cast, fact, report_signing):
    report_signing(status="omitted", quotes=[])
    quote = quoted(revision, "harbour accord")
    with pytest.raises(ReportConflict):
        state_quoted_fact(
            study, fact.statement, revision=revision, quote=quote, author=cast.reviewer
        )
    assert Report.objects.get().status == "omitted"
