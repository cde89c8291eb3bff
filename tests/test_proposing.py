"""What the machine proposes, when it does so again, and what it leaves to people."""

import pytest
from procrastinate.contrib.django.models import ProcrastinateJob

from annotations.facts.stating import set_report, state_fact
from annotations.finding import proposals
from annotations.finding.proposals import standing_of
from annotations.finding.proposing import prepare, propose
from annotations.finding.settling import accept, dismiss, merge, reword, split
from annotations.models import Fact, Proposal, Report, SuggestionRun
from tests.conftest import make_revision, revise
from tests.proposals import EVENING, MORNING, make_ferries, spans, words_of
from tests.test_carries_at_once import at_once
from tests.test_stating import quoted
from tests.workers import empty_queue, work_off

pytestmark = pytest.mark.django_db

OFFICE_AT = "Velland will open an office of Velland at the Pact next spring."
OFFICE_IN = "Next spring the Pact will open an office of the Pact in Velland."


@pytest.fixture
def ferries(story):
    """Two articles that share two facts."""
    return make_ferries(story)


@pytest.fixture
def queue(transactional_db):
    empty_queue()
    yield
    empty_queue()


def proposed(state="open"):
    return list(Proposal.objects.filter(state=state))


def holding(words):
    """Return the open proposal whose sentences hold the words."""
    return next(row for row in proposed() if any(words in text for text in words_of(row)))


def test_sentences_of_two_articles_are_proposed_and_nothing_is_filled_in(study, story, ferries):
    run = propose(study, story)
    assert words_of(holding("strike")) == {
        "The crews of the Lake Orrin ferries ended their strike on Tuesday night.",
        "On Tuesday night the ferry crews of Lake Orrin ended the strike.",
    }
    assert holding("eleven").statement in words_of(holding("eleven"))
    assert not any("Anglers" in text for row in proposed() for text in words_of(row))
    assert not Fact.objects.exists()
    assert not Report.objects.exists()
    assert (run.done, run.total, bool(run.finished_at)) == (3, 3, True)


def test_proposing_twice_keeps_the_same_proposals(study, story, ferries):
    propose(study, story)
    before = proposed()
    assert before
    propose(study, story)
    assert proposed() == before


@pytest.mark.parametrize("texts", [[], [MORNING], ["…"], ["", "…", "!"][1:]])
def test_nothing_to_compare_proposes_nothing(study, story, texts):
    for number, text in enumerate(texts):
        make_revision(story, outlet=f"Outlet {number}", text=text)
    propose(study, story)
    assert not proposed()
    assert standing_of(study, story).is_made


def test_identical_articles_share_each_sentence(study, story):
    for outlet in ("One", "Two", "Three"):
        make_revision(story, outlet=outlet, text=MORNING)
    propose(study, story)
    assert all(row.spans.count() == 3 for row in proposed())
    assert len(words_of(holding("eleven"))) == 1


def test_no_two_proposals_read_the_same_if_their_sentences_differ(study, story):
    short = "The toll for ships falls by half in May."
    for outlet in ("One", "Two", "Three"):
        make_revision(story, outlet=outlet, text=f"{short}\n\n{MORNING}")
    propose(study, story)
    statements = [row.statement for row in proposed()]
    assert len(statements) == len(set(statements)) > 2


def test_dismissed_group_stays_dismissed_after_an_article_got_a_new_text(
    study, story, ferries, cast
):
    propose(study, story)
    dismiss(holding("strike"), version=1, reviewer=cast.reviewer)
    revise(ferries[0], "Corrected.\n\n" + MORNING.replace("ended their", "at last ended their"))
    assert not standing_of(study, story).is_made
    propose(study, story)
    assert not any("strike" in text for row in proposed() for text in words_of(row))
    assert holding("eleven")


def test_new_text_replaces_what_nobody_touched_and_leaves_the_rest(study, story, ferries, cast):
    propose(study, story)
    kept = reword(holding("eleven"), "Pay rises.", version=1, reviewer=cast.reviewer)
    gone = holding("strike")
    newest = revise(ferries[1], EVENING.replace("Schools", "Most schools"))
    propose(study, story)
    assert not Proposal.objects.filter(pk=gone.pk).exists()
    assert newest.pk in holding("strike").spans.values_list("revision", flat=True)
    assert Proposal.objects.get(pk=kept.pk).statement == "Pay rises."
    assert len([row for row in proposed() if "eleven" in " ".join(words_of(row))]) == 1


def test_what_people_made_of_a_group_is_not_proposed_in_its_old_form(study, story, ferries, cast):
    propose(study, story)
    given = {"statement": "Both.", "version": 1, "reviewer": cast.reviewer}
    strike, pay = holding("strike"), holding("eleven")
    made = merge(strike, [pay.pk], **given)
    propose(study, story)
    assert proposed() == [made]
    parts = split(made, spans=spans(made, "strike"), **given)
    propose(study, story)
    assert set(proposed()) == set(parts)


def test_group_that_a_fact_quotes_for_its_most_part_is_not_proposed(study, story, ferries, cast):
    fact = state_fact(study, story, "The strike ended.", author=cast.reviewer)
    for revision, words in [
        (ferries[0], "ended their strike on Tuesday"),
        (ferries[1], "ended the"),
    ]:
        line = next(line for line in revision.text.split("\n") if words in line)
        set_report(
            fact,
            revision.article,
            status="reported",
            quotes=[quoted(revision, line)],
            version=None,
            reviewer=cast.reviewer,
        )
    propose(study, story)
    assert holding("eleven")
    assert not any("strike" in text for row in proposed() for text in words_of(row))


def test_accepted_group_is_not_proposed_again(study, story, ferries, cast):
    propose(study, story)
    row = holding("eleven")
    given = {"statement": row.statement, "spans": spans(row), "version": 1}
    accept(row, **given, reviewer=cast.reviewer)
    propose(study, story)
    assert "eleven" not in " ".join(text for row in proposed() for text in words_of(row))


def test_same_names_in_other_roles_are_joined_by_a_person_only(study, story, cast):
    make_revision(story, outlet="One", text=OFFICE_AT)
    make_revision(story, outlet="Two", text=OFFICE_IN)
    make_revision(story, outlet="Three", text="Velland plans " + OFFICE_AT[18:])
    make_revision(story, outlet="Four", text="Officials said: " + OFFICE_IN)
    propose(study, story)
    at, inside = holding("of Velland at"), holding("of the Pact in")
    assert not any("of the Pact in" in text for text in words_of(at))
    assert not any("of Velland at" in text for text in words_of(inside))
    given = {"statement": "Offices open.", "version": 1, "reviewer": cast.reviewer}
    assert {OFFICE_AT, OFFICE_IN} < words_of(merge(at, [inside.pk], **given))


def test_headline_of_a_related_video_is_no_sentence_of_the_article(study, story):
    make_revision(story, outlet="Morning Post", text=MORNING)
    line = "WATCH: Ferry crews of Lake Orrin end their strike on Tuesday night"
    make_revision(story, outlet="Evening Star", text=f"Snow on the passes.\n\n{line}")
    propose(study, story)
    assert not any("WATCH" in text for row in proposed() for text in words_of(row))


def test_sentences_that_are_tagged_as_damage_are_left_out(study, story, ferries, tag):
    propose(study, story)
    assert holding("strike")
    tag(
        ferries[1],
        "On Tuesday night the ferry crews of Lake Orrin ended the strike.",
        code="damage",
    )
    assert not standing_of(study, story).is_made
    propose(study, story)
    assert not any("strike" in text for row in proposed() for text in words_of(row))


def test_larger_story_waits_for_a_worker(queue, study, story, ferries, monkeypatch):
    monkeypatch.setattr(proposals, "WORDS_AT_ONCE", 20)
    prepare(study, story)
    prepare(study, story)
    assert ProcrastinateJob.objects.filter(task_name="propose").count() == 1
    assert not proposed()
    assert standing_of(study, story).awaited.is_queued
    work_off()
    assert holding("strike")
    assert standing_of(study, story).is_made
    assert not standing_of(study, story).awaited.is_queued


def test_job_of_a_story_that_is_gone_does_nothing(queue, study, story, monkeypatch):
    from annotations.tasks import propose_later

    propose_later(study.pk, story.pk + 1)
    work_off()
    assert not SuggestionRun.objects.exists()


@pytest.mark.django_db(transaction=True)
def test_four_at_once_make_each_proposal_once(study, story, ferries):
    at_once(*[lambda: propose(study, story)] * 4)
    groups = [frozenset(words_of(row)) for row in proposed()]
    assert groups
    assert len(groups) == len(set(groups))
    assert SuggestionRun.objects.count() == 1
