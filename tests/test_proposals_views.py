"""The page of proposed facts: who sees it, what it says, and each action plain and by htmx."""

import re

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from annotations.facts.stating import set_report, state_fact
from annotations.finding.settling import dismiss
from annotations.models import Fact, Proposal, Report, SuggestionRun
from sources.models import Story
from tests.conftest import make_study
from tests.proposals import (
    ALSO_SIGNED,
    CRITICS,
    SIGNED,
    STATEMENT,
    make_proposal,
    spans,
)
from tests.test_stating import quoted

pytestmark = pytest.mark.django_db

HTMX = {"HX-Request": "true"}


@pytest.fixture
def reviewer(client_of, cast):
    return client_of(cast.reviewer)


@pytest.fixture
def url(study, story):
    return reverse("proposals", args=[study.key, story.pk])


@pytest.fixture
def find_url(study, story):
    return reverse("proposals_find", args=[study.key, story.pk])


@pytest.fixture
def undo_url(study, story):
    return reverse("proposals_undo", args=[study.key, story.pk])


@pytest.fixture
def proposed(study, story):
    """Store a proposal: proposed("statement", (revision, "words"), …)."""

    def proposed(statement, *places, weight=1.0):
        return make_proposal(study, story, statement, *places, weight=weight)

    return proposed


@pytest.fixture
def proposal(proposed, revision, gazette):
    return proposed(STATEMENT, (revision, SIGNED), (gazette, ALSO_SIGNED), (gazette, CRITICS))


@pytest.fixture
def card_url(study, proposal):
    return reverse("proposal", args=[study.key, proposal.pk])


@pytest.fixture
def said(proposal):
    """Return what the form of the card posts: said("accept", …)."""

    def said(action, **changed):
        given = {"action": action, "version": 1, "statement": STATEMENT, "spans": spans(proposal)}
        return given | changed

    return said


def page_of(client, url, **asked):
    return client.get(url, asked).content.decode()


def test_outsider_and_anonymous_see_and_change_nothing(
    client, client_of, cast, url, find_url, undo_url, card_url, said
):
    outsider = client_of(cast.outsider)
    for address in (url, card_url):
        assert outsider.get(address).status_code == 404
        assert "login" in client.get(address).url
    for address in (find_url, undo_url, card_url):
        assert outsider.post(address, said("dismiss")).status_code == 404
        assert "login" in client.post(address, said("dismiss")).url
    assert Proposal.objects.get().state == "open"
    assert not SuggestionRun.objects.exists()


def test_proposal_of_another_study_is_not_found(reviewer, cast, proposal, story, said):
    other = make_study("other", "Other study", users=[(cast.reviewer, 3)])
    other.stories.add(story)
    address = reverse("proposal", args=["other", proposal.pk])
    assert reviewer.get(address).status_code == 404
    assert reviewer.post(address, said("dismiss")).status_code == 404
    page = page_of(reviewer, reverse("proposals", args=["other", story.pk]))
    assert STATEMENT not in page


def test_story_of_another_study_is_not_found(reviewer, study):
    stranger = Story.objects.create(title="Elsewhere")
    for name in ("proposals", "proposals_find", "proposals_undo"):
        address = reverse(name, args=[study.key, stranger.pk])
        answer = reviewer.get(address) if name == "proposals" else reviewer.post(address)
        assert answer.status_code == 404


def test_card_shows_each_sentence_with_outlet_and_what_it_shares(reviewer, url, proposal):
    page = page_of(reviewer, url)
    assert "2 outlets</b> · 3 sentences" in page
    assert '<mark class="shared">ministers signed</mark>' in page
    assert re.search(r"<b>Gazette</b>.*" + re.escape("stranglehold"), page, re.DOTALL)
    for span in proposal.spans.all():
        assert f"#span-{span.revision_id}-{span.start}-{span.end}" in page


def test_sentence_with_a_quotation_says_so(reviewer, url, proposed, revision, gazette):
    make = [(revision, "“a Cold War mentality”, one said."), (gazette, CRITICS)]
    proposed("Critics spoke.", *make)
    assert "1 with a quotation" in page_of(reviewer, url)


def test_empty_tabs_say_what_they_are_for(reviewer, url):
    assert "Nothing is dismissed" in page_of(reviewer, url, state="dismissed")
    assert "Nothing is accepted yet" in page_of(reviewer, url, state="accepted")
    assert "no articles yet" in page_of(reviewer, url, state="nonsense", page="99")


def test_accepting_goes_back_and_says_what_was_set(reviewer, card_url, said, gazette):
    answer = reviewer.post(card_url, said("accept", partial=[gazette.article_id]), follow=True)
    assert answer.redirect_chain[0][1] == 303
    assert "2 cells set" in answer.content.decode()
    statuses = Report.objects.order_by("article__outlet__name").values_list("status", flat=True)
    assert list(statuses) == ["partial", "reported"]


def test_accepting_by_htmx_brings_what_became_of_the_card_and_the_counts(
    reviewer,
    card_url,
    said,
    proposal,
):
    page = reviewer.post(card_url, said("accept"), headers=HTMX).content.decode()
    assert "<html" not in page
    assert f'id="proposal-{proposal.pk}" data-state="accepted"' in page
    assert 'id="proposals-head" hx-swap-oob="true"' in page
    assert "Undo: accepted" in page
    assert f'<option value="{STATEMENT}">' in page


def test_cell_that_was_set_already_is_named(reviewer, card_url, said, study, story, gazette, cast):
    fact = state_fact(study, story, "Signed.", author=cast.colleague)
    set_report(fact, gazette.article, status="omitted", version=None, reviewer=cast.colleague)
    answer = reviewer.post(card_url, said("accept", same_as="Signed."), headers=HTMX)
    assert "Gazette: the cell was set as omitted already" in answer.content.decode()
    assert Fact.objects.get().reports.count() == 2


def test_unknown_fact_to_add_to_is_refused_and_what_was_typed_kept(reviewer, card_url, said):
    sent = said("accept", same_as="Nobody stated this", statement="Mine & yours")
    answer = reviewer.post(card_url, sent, headers=HTMX)
    page = answer.content.decode()
    assert answer.status_code == 422
    assert "No fact of this story is worded like that" in page
    assert "Mine &amp; yours" in page
    assert 'value="Nobody stated this"' in page
    assert not Fact.objects.exists()


@pytest.mark.parametrize(
    "changed",
    [
        {"statement": ""},
        {"statement": "y" * 501},
        {"spans": []},
        {"spans": [999_999]},
        {"spans": ["x"]},
        {"partial": [999_999]},
        {"version": ""},
        {"action": "nonsense"},
        {"action": ""},
        {"into": 999_999},
    ],
)
@pytest.mark.parametrize("headers", [{}, HTMX])
def test_nonsense_is_refused_and_nothing_written(reviewer, card_url, said, changed, headers):
    answer = reviewer.post(card_url, said("accept") | changed, headers=headers)
    assert answer.status_code == 422
    assert 'role="alert"' in answer.content.decode()
    assert Proposal.objects.get().version == 1
    assert not Fact.objects.exists()


def test_what_was_unticked_stays_unticked_after_a_refusal(reviewer, card_url, said, proposal):
    first, second, third = spans(proposal)
    sent = said("accept", statement="", spans=[second])
    page = reviewer.post(card_url, sent, headers=HTMX).content.decode()
    ticks = dict(re.findall(r'name="spans" value="(\d+)" id="[^"]*"( checked)?', page))
    assert ticks == {str(first): "", str(second): " checked", str(third): ""}


def test_settled_meanwhile_is_a_conflict_that_keeps_the_words(
    reviewer,
    card_url,
    said,
    proposal,
    cast,
):
    dismiss(proposal, version=1, reviewer=cast.colleague)
    answer = reviewer.post(card_url, said("accept", statement="Mine."), headers=HTMX)
    assert answer.status_code == 409
    assert "colleague settled this proposal" in answer.content.decode()
    assert "You had typed: “Mine.”" in answer.content.decode()
    assert not Fact.objects.exists()


def test_button_of_a_fact_that_quotes_the_same_adds_to_it(
    reviewer, url, card_url, said, study, story, revision, cast
):
    fact = state_fact(study, story, "They signed.", author=cast.reviewer)
    given = {"status": "reported", "version": None, "reviewer": cast.reviewer}
    set_report(fact, revision.article, quotes=[quoted(revision, SIGNED)], **given)
    assert f'<button name="into" value="{fact.pk}">' in page_of(reviewer, url)
    reviewer.post(card_url, said("", into=fact.pk))
    assert Fact.objects.get().reports.count() == 2


def test_split_brings_both_cards(reviewer, card_url, said, proposal):
    sent = said("split", spans=spans(proposal, "signed"))
    page = reviewer.post(card_url, sent, headers=HTMX).content.decode()
    assert len(re.findall(r'<article class="proposal"', page)) == 2
    assert Proposal.objects.filter(state="open").count() == 2


def test_merging_offers_the_likest_first_and_takes_the_others_off_the_page(
    reviewer,
    card_url,
    said,
    proposed,
    revision,
    gazette,
):
    unlike = proposed("Rain.", (gazette, CRITICS), weight=9)
    like = proposed("Ministers signed.", (revision, SIGNED))
    page = page_of(reviewer, card_url, merge="")
    assert re.findall(r'name="others" value="(\d+)"', page) == [str(like.pk), str(unlike.pk)]
    fragment = reviewer.get(card_url, {"merge": ""}, headers=HTMX).content.decode()
    assert "<html" not in fragment
    done = reviewer.post(card_url, said("merge", others=[like.pk]), headers=HTMX).content.decode()
    assert f'<div id="proposal-{like.pk}" hx-swap-oob="delete">' in done
    assert Proposal.objects.filter(state="merged").count() == 2


def test_dismissed_proposals_can_be_restored(reviewer, url, card_url, said):
    reviewer.post(card_url, said("dismiss"))
    assert "All settled" not in page_of(reviewer, url)
    page = page_of(reviewer, url, state="dismissed")
    assert STATEMENT in page
    reviewer.post(card_url, {"action": "restore", "version": 2})
    assert Proposal.objects.get().state == "open"


def test_accepted_proposals_link_to_their_fact(reviewer, url, card_url, said):
    reviewer.post(card_url, said("accept"))
    page = page_of(reviewer, url, state="accepted")
    assert reverse("fact", args=["press", Fact.objects.get().pk]) in page


@pytest.mark.parametrize("headers", [{}, HTMX])
def test_undo_opens_the_proposal_again(reviewer, card_url, undo_url, said, headers):
    reviewer.post(card_url, said("accept"))
    answer = reviewer.post(undo_url, headers=headers, follow=True)
    assert answer.status_code == 200
    assert "Open again" in answer.content.decode()
    assert not Fact.objects.exists()


def test_undo_without_a_step_says_so(reviewer, undo_url, url):
    assert reviewer.post(undo_url, headers=HTMX).status_code == 409
    assert "nothing to undo" in reviewer.post(undo_url, follow=True).content.decode()


def test_pages_have_25_proposals_and_settling_keeps_the_page(
    reviewer,
    url,
    card_url,
    said,
    proposed,
    revision,
):
    for number in range(30):
        proposed(f"Number {number}.", (revision, SIGNED), weight=2)
    assert page_of(reviewer, url).count('<article class="proposal"') == 25
    assert page_of(reviewer, url, page=2).count('<article class="proposal"') == 6
    assert "?page=2" in reviewer.post(f"{card_url}?page=2", said("dismiss")).url


def test_number_of_queries_does_not_grow_with_the_proposals(
    reviewer,
    url,
    proposed,
    revision,
    gazette,
):
    def queries():
        with CaptureQueriesContext(connection) as captured:
            reviewer.get(url)
        return len(captured)

    proposed("One.", (revision, SIGNED), (gazette, CRITICS))
    few = queries()
    for number in range(9):
        proposed(f"Number {number}.", (revision, SIGNED), (gazette, CRITICS))
    assert queries() == few <= 20
