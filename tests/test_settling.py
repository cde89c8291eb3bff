"""What people make of a proposed fact: each step with its undo, and what it refuses."""

import pytest

from annotations.facts.stating import FactRefused, edit_fact, set_report, state_fact, withdraw_fact
from annotations.finding.settling import (
    ProposalConflict,
    ProposalRefused,
    accept,
    dismiss,
    merge,
    remove,
    restore,
    reword,
    split,
    undo,
)
from annotations.models import Fact, Proposal, Report
from annotations.revisions.carries import carry_to
from sources.models import Story
from tests.conftest import CORRECTED, revise
from tests.proposals import ALSO_SIGNED, CRITICS, SIGNED, STATEMENT, make_proposal, spans, words_of
from tests.test_stating import quoted

pytestmark = pytest.mark.django_db


@pytest.fixture
def proposed(study, story):
    """Store a proposal: proposed("statement", (revision, "words"), …)."""

    def proposed(statement, *places):
        return make_proposal(study, story, statement, *places)

    return proposed


@pytest.fixture
def proposal(proposed, revision, gazette):
    return proposed(STATEMENT, (revision, SIGNED), (gazette, ALSO_SIGNED), (gazette, CRITICS))


def cells(fact):
    """Return the cells of a fact: outlet → (status, quoted words)."""
    return {
        report.article.outlet.name: (
            report.status,
            [quote.span.exact for quote in report.quotes.select_related("span")],
        )
        for report in fact.reports.select_related("article__outlet")
    }


@pytest.fixture
def accepted(proposal, cast):
    """Accept the proposal's two sentences on the signing: accepted(**changed)."""

    def accepted(**changed):
        given = {
            "statement": STATEMENT,
            "spans": spans(proposal, "signed"),
            "version": 1,
            "reviewer": cast.reviewer,
        }
        return accept(proposal, **given | changed)

    return accepted


def test_accepting_states_the_fact_and_sets_the_cells_of_the_ticked(accepted, gazette, proposal):
    done = accepted(statement="Two ministers  signed.", partial=[gazette.article_id])
    assert done.fact.statement == "Two ministers signed."
    assert cells(done.fact) == {
        "The Harbour Times": ("reported", [SIGNED]),
        "Gazette": ("partial", [ALSO_SIGNED]),
    }
    proposal.refresh_from_db()
    assert (proposal.state, proposal.fact, proposal.version) == ("accepted", done.fact, 2)


def test_undone_acceptance_leaves_no_fact_and_an_open_proposal(accepted, study, story, cast):
    accepted()
    undone = undo(study, story, actor=cast.reviewer)
    assert not Fact.objects.exists()
    assert not Report.objects.exists()
    assert [(row.state, row.fact) for row in undone.reopened] == [("open", None)]


def test_acceptance_that_others_worked_on_is_not_undone(accepted, study, story, cast, revision):
    fact = accepted().fact
    set_report(fact, revision.article, status="omitted", version=1, reviewer=cast.colleague)
    with pytest.raises(ProposalConflict, match="worked on"):
        undo(study, story, actor=cast.reviewer)
    assert cells(fact)["The Harbour Times"][0] == "omitted"


def test_reworded_fact_is_not_undone(accepted, study, story, cast):
    edit_fact(accepted().fact, "Reworded.", version=1)
    with pytest.raises(ProposalConflict):
        undo(study, story, actor=cast.reviewer)


def test_accepting_as_a_fact_that_stands_adds_to_it_and_undo_takes_only_that_back(
    accepted, study, story, cast, revision
):
    fact = state_fact(study, story, "Signed.", author=cast.reviewer)
    quotes = [quoted(revision, "signed the harbour accord")]
    set_report(
        fact,
        revision.article,
        status="reported",
        quotes=quotes,
        version=None,
        reviewer=cast.reviewer,
    )
    done = accepted(fact=fact)
    assert [report.article for report in done.left] == [revision.article]
    assert cells(fact)["Gazette"] == ("reported", [ALSO_SIGNED])
    assert cells(fact)["The Harbour Times"] == ("reported", ["signed the harbour accord"])
    undo(study, story, actor=cast.reviewer)
    assert list(cells(fact)) == ["The Harbour Times"]


def test_statement_of_a_fact_that_stands_is_that_fact(accepted, study, story, cast):
    fact = state_fact(study, story, STATEMENT, author=cast.colleague)
    assert accepted().fact == fact
    undo(study, story, actor=cast.reviewer)
    assert Fact.objects.get() == fact
    assert not fact.reports.exists()


def test_cell_that_is_set_stays_when_accepting(accepted, study, story, cast, gazette):
    fact = state_fact(study, story, STATEMENT, author=cast.colleague)
    set_report(fact, gazette.article, status="omitted", version=None, reviewer=cast.colleague)
    done = accepted()
    assert cells(done.fact)["Gazette"] == ("omitted", [])
    assert [(report.article, report.status) for report in done.left] == [
        (gazette.article, "omitted")
    ]


@pytest.mark.parametrize("statement", ["", "   ", "y" * 501])
def test_statement_that_cannot_stand_accepts_nothing(accepted, proposal, statement):
    with pytest.raises(FactRefused):
        accepted(statement=statement)
    proposal.refresh_from_db()
    assert proposal.state == "open"
    assert not Fact.objects.exists()


def test_accepting_no_sentence_is_refused(accepted):
    with pytest.raises(ProposalRefused, match="Tick"):
        accepted(spans=[])


def test_fact_of_another_story_is_refused(accepted, study, cast):
    elsewhere = Story.objects.create(title="Elsewhere")
    fact = state_fact(study, elsewhere, "Signed.", author=cast.reviewer)
    with pytest.raises(ProposalRefused, match="another story"):
        accepted(fact=fact)


def test_words_of_an_older_text_are_quoted_there(accepted, revision):
    newest = revise(revision, CORRECTED)
    fact = accepted().fact
    span = fact.reports.get(article=revision.article).quotes.get().span
    assert (span.revision, span.exact) == (revision, SIGNED)
    assert carry_to(newest) == 1


def test_dismissed_proposal_stays_and_can_be_restored_or_undone(proposal, study, story, cast):
    assert dismiss(proposal, version=1, reviewer=cast.reviewer).state == "dismissed"
    assert restore(proposal, version=2).state == "open"
    dismiss(proposal, version=3, reviewer=cast.reviewer)
    undo(study, story, actor=cast.reviewer)
    proposal.refresh_from_db()
    assert (proposal.state, proposal.settled_by, proposal.version) == ("open", None, 5)


def test_accepted_proposal_is_restored_only_if_its_fact_was_withdrawn(accepted, proposal, cast):
    fact = accepted().fact
    with pytest.raises(ProposalRefused, match="fact stands"):
        restore(proposal, version=2)
    withdraw_fact(fact, editor=cast.reviewer)
    assert restore(proposal, version=2).state == "open"


def test_split_parts_the_ticked_from_the_others(proposal, study, story, cast):
    parts = split(
        proposal,
        statement="They signed.",
        spans=spans(proposal, "signed"),
        version=1,
        reviewer=cast.reviewer,
    )
    assert [words_of(part) for part in parts] == [{SIGNED, ALSO_SIGNED}, {CRITICS}]
    assert [part.statement for part in parts] == ["They signed.", CRITICS]
    assert parts[0].weight > parts[1].weight
    undo(study, story, actor=cast.reviewer)
    assert [row.state for row in Proposal.objects.all()] == ["open"]


@pytest.mark.parametrize("words", [(), ("nowhere",)])
def test_split_of_all_or_nothing_is_refused(proposal, cast, words):
    given = {"statement": "x", "spans": spans(proposal, *words), "version": 1}
    with pytest.raises(ProposalRefused):
        split(proposal, **given, reviewer=cast.reviewer)
    assert Proposal.objects.count() == 1


def test_removed_sentence_is_gone_until_undone(proposal, study, story, cast):
    kept = remove(
        proposal,
        statement=STATEMENT,
        spans=spans(proposal, "signed"),
        version=1,
        reviewer=cast.reviewer,
    )
    assert words_of(kept) == {SIGNED, ALSO_SIGNED}
    undo(study, story, actor=cast.reviewer)
    assert len(spans(Proposal.objects.get())) == 3


def test_merged_proposals_are_one_until_undone(proposed, revision, gazette, study, story, cast):
    one = proposed("One.", (revision, SIGNED), (gazette, CRITICS))
    two = proposed("Two.", (gazette, ALSO_SIGNED), (gazette, CRITICS))
    three = proposed("Three.", (revision, "Critics"))
    given = {"statement": "One.", "version": 1, "reviewer": cast.reviewer}
    made = merge(one, [two.pk, three.pk], **given)
    assert words_of(made) == {SIGNED, ALSO_SIGNED, CRITICS, "Critics"}
    assert {row.state for row in made.origins.all()} == {"merged"}
    assert len(undo(study, story, actor=cast.reviewer).reopened) == 3
    assert not Proposal.objects.filter(pk=made.pk).exists()


def test_merging_refuses_itself_and_what_is_not_open(proposal, proposed, revision, cast):
    other = proposed("Other.", (revision, "Critics"))
    given = {"statement": "x", "version": 1, "reviewer": cast.reviewer}
    with pytest.raises(ProposalRefused, match="at least one other"):
        merge(proposal, [proposal.pk], **given)
    dismiss(other, version=1, reviewer=cast.colleague)
    third = proposed("Third.", (revision, "Critics"))
    with pytest.raises(ProposalConflict, match="meanwhile"):
        merge(proposal, [other.pk, third.pk], **given)


def test_split_is_not_undone_once_somebody_went_on(proposal, study, story, cast):
    given = {"statement": "x", "spans": spans(proposal, "signed"), "version": 1}
    kept, _ = split(proposal, **given, reviewer=cast.reviewer)
    reword(kept, "Better.", version=1, reviewer=cast.colleague)
    with pytest.raises(ProposalConflict, match="went on"):
        undo(study, story, actor=cast.reviewer)
    assert Proposal.objects.get(pk=kept.pk).statement == "Better."


def test_steps_are_undone_one_by_one_and_only_ones_own(proposal, study, story, cast):
    given = {"statement": "x", "spans": spans(proposal, "signed"), "version": 1}
    _, rest = split(proposal, **given, reviewer=cast.reviewer)
    dismiss(rest, version=1, reviewer=cast.reviewer)
    with pytest.raises(ProposalRefused, match="nothing to undo"):
        undo(study, story, actor=cast.colleague)
    assert undo(study, story, actor=cast.reviewer).step == "dismissed"
    assert undo(study, story, actor=cast.reviewer).step == "split"
    with pytest.raises(ProposalRefused, match="nothing to undo"):
        undo(study, story, actor=cast.reviewer)


def test_step_on_another_version_is_a_conflict_that_says_what_happened(proposal, cast):
    dismiss(proposal, version=1, reviewer=cast.colleague)
    with pytest.raises(ProposalConflict, match="since you opened it: dismissed"):
        dismiss(proposal, version=1, reviewer=cast.reviewer)
    restore(proposal, version=2)
    with pytest.raises(ProposalConflict, match="changed this proposal"):
        reword(proposal, "x", version=1, reviewer=cast.reviewer)
    Proposal.objects.all().delete()
    with pytest.raises(ProposalConflict, match="made anew"):
        dismiss(proposal, version=3, reviewer=cast.reviewer)


def test_rewording_keeps_the_words_and_counts_as_touched(proposal, cast):
    row = reword(proposal, " New  words. ", version=1, reviewer=cast.reviewer)
    assert (row.statement, row.made_by, row.version) == ("New words.", cast.reviewer, 2)
    assert reword(row, "New words.", version=2, reviewer=cast.colleague).version == 2


def test_same_sentence_may_stand_in_two_facts(proposed, gazette, revision, cast):
    given = {"version": 1, "reviewer": cast.reviewer}
    for statement in ("One.", "Two."):
        row = proposed(statement, (revision, SIGNED), (gazette, ALSO_SIGNED))
        accept(row, statement=statement, spans=spans(row), **given)
    assert Report.objects.count() == 4


def test_article_of_two_revisions_quotes_from_both(proposed, revision, cast):
    newest = revise(revision, CORRECTED)
    row = proposed("x", (revision, SIGNED), (newest, "this article was corrected"))
    done = accept(row, statement="x", spans=spans(row), version=1, reviewer=cast.reviewer)
    assert done.fact.reports.get().quotes.count() == 2
