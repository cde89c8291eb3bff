"""Training comes before real work, is measured by the gold standard, and never shows it early."""

import pytest

from annotations.models import Assignment, CardRuling, TrainingAttempt
from annotations.rulings.adjudicating import close_adjudication, open_adjudication, rule_card
from annotations.rulings.cards import gold_in_force
from annotations.tags.tagging import TagRefused
from annotations.team.assigning import change_parts
from annotations.team.assignments import coders_by_story, training_left
from annotations.team.feedback import feedback_on
from annotations.team.taking_part import (
    PartRefused,
    TrainingFirst,
    finish_part,
    reopen_part,
    start_part,
)
from annotations.team.training import TrainingRefused, add_training, move_training, remove_training
from sources.models import Story
from tests.conftest import make_revision

pytestmark = pytest.mark.django_db
State = Assignment.State


@pytest.fixture
def study(study):
    study.blind = True
    study.save(update_fields=["blind"])
    return study


@pytest.fixture
def lesson(study, story, revision, cast, tag):
    """The story of the accord as training; the owner's two tags are the gold standard."""
    tag(revision, "military suffocation", annotator=cast.owner)
    tag(revision, "divides the strait", annotator=cast.owner)
    return add_training(study, story, expert=cast.owner, owner=cast.owner)


@pytest.fixture
def real(study, cast):
    """A real story that the reviewer has a part of; training came along with it."""
    real = Story.objects.create(title="A real story")
    study.stories.add(real)
    make_revision(real)
    given = {(real.pk, cast.reviewer.pk), (real.pk, cast.moderator.pk)}
    change_parts(study, add=given, remove=(), moderator=cast.moderator)
    return real


def part_of(study, story, coder):
    return Assignment.objects.get(study=study, story=story, coder=coder)


def attempt(study, story, coder):
    part = part_of(study, story, coder)
    start_part(part, coder=coder)
    return finish_part(part, coder=coder)


def test_reviewers_with_parts_get_the_training(study, lesson, real, cast):
    given = study.assignments.filter(story=lesson.story).values_list("coder__username", flat=True)
    assert list(given) == ["reviewer"]


def test_training_story_that_comes_later_is_given_too(study, real, story, revision, cast, tag):
    tag(revision, "accord", annotator=cast.owner)
    add_training(study, story, expert=cast.owner, owner=cast.owner)
    assert [part.coder for part in study.assignments.filter(story=story)] == [cast.reviewer]


def test_who_made_the_gold_standard_has_nothing_to_pass(study, story, revision, real, cast, tag):
    tag(revision, "accord", annotator=cast.reviewer)
    add_training(study, story, expert=cast.reviewer, owner=cast.owner)
    assert not study.assignments.filter(story=story).exists()
    assert coders_by_story(study) == {story.pk: [cast.reviewer.pk]}


def test_real_work_is_refused_until_all_training_is_passed(study, lesson, real, cast, tag):
    part, words = part_of(study, real, cast.reviewer), real.articles.get().revisions.get()
    with pytest.raises(TrainingFirst, match="Pass the training first"):
        start_part(part, coder=cast.reviewer)
    with pytest.raises(TagRefused, match="Pass the training first"):
        tag(words, "accord")
    start_part(part_of(study, lesson.story, cast.reviewer), coder=cast.reviewer)
    for exact in ("military suffocation", "divides the strait"):
        tag(lesson.story.articles.get().revisions.get(), exact)
    assert attempt(study, lesson.story, cast.reviewer).passed
    assert start_part(part, coder=cast.reviewer).state == State.IN_PROGRESS
    assert tag(words, "accord")


def test_attempt_is_measured_by_the_pass_mark_and_earlier_ones_are_kept(
    study, lesson, real, revision, cast, tag
):
    part = part_of(study, lesson.story, cast.reviewer)
    tag(revision, "military suffocation")
    first = attempt(study, lesson.story, cast.reviewer)
    assert (first.number, first.score, first.passed) == (1, 66, False)
    assert list(training_left(study, cast.reviewer)) == [part]
    reopen_part(part, coder=cast.reviewer)
    tag(revision, "divides the strait", code="damage")
    finish_part(part, coder=cast.reviewer)
    scores = TrainingAttempt.objects.values_list("number", "score", "passed")
    assert list(scores) == [(1, 66, False), (2, 75, True)]


def test_done_twice_is_one_attempt(study, lesson, real, cast):
    first = attempt(study, lesson.story, cast.reviewer)
    part = part_of(study, lesson.story, cast.reviewer)
    assert finish_part(part, coder=cast.reviewer) == first
    assert TrainingAttempt.objects.count() == 1


def test_passed_training_is_not_done_over(study, lesson, real, revision, cast, tag):
    tag(revision, "military suffocation")
    tag(revision, "divides the strait")
    attempt(study, lesson.story, cast.reviewer)
    with pytest.raises(PartRefused, match="nothing to do over"):
        reopen_part(part_of(study, lesson.story, cast.reviewer), coder=cast.reviewer)


def test_trainees_are_no_coders_of_the_story(study, lesson, real, cast):
    attempt(study, lesson.story, cast.reviewer)
    assert coders_by_story(study)[lesson.story_id] == [cast.owner.pk]


def test_feedback_says_of_each_tag_what_differs(study, lesson, real, revision, cast, tag):
    tag(revision, "military suffocation", code="damage")
    tag(revision, "accord")
    rows = feedback_on(part_of(study, lesson.story, cast.reviewer), lesson).rows
    said = [(row.verdict, (row.own or row.gold).span.exact) for row in rows]
    assert said == [
        ("missed", "divides the strait"),
        ("not in the gold standard", "accord"),
        ("right words, other code", "military suffocation"),
    ]


def test_gold_layer_is_a_standard_with_its_reasons(study, story, revision, real, cast, tag):
    with pytest.raises(TrainingRefused, match="no gold layer yet"):
        add_training(study, story, expert=None, owner=cast.owner)
    tag(revision, "military suffocation", annotator=cast.colleague)
    adjudication = open_adjudication(study, story, moderator=cast.moderator)
    card = adjudication.cards.get()
    given = {
        "chosen": [card.tags.get().annotation_id],
        "reason": "A metaphor of war",
        "moderator": cast.owner,
    }
    rule_card(card, CardRuling.Kind.ONE, version=card.version, **given)
    close_adjudication(adjudication, moderator=cast.owner)
    assert gold_in_force(study, story).count() == 1
    lesson = add_training(study, story, expert=None, owner=cast.owner)
    [row] = feedback_on(part_of(study, story, cast.reviewer), lesson).rows
    assert (row.verdict, row.reason) == ("missed", "A metaphor of war")


def test_training_asks_for_blind_coding(study, story, lesson, real, cast):
    study.blind = False
    study.save(update_fields=["blind"])
    with pytest.raises(TrainingRefused, match="blind coding"):
        add_training(study, story, expert=cast.owner, owner=cast.owner)
    with pytest.raises(PartRefused, match="blind coding"):
        start_part(part_of(study, story, cast.reviewer), coder=cast.reviewer)


def test_expert_without_tags_is_no_standard(study, story, revision, cast):
    with pytest.raises(TrainingRefused, match="has no tags"):
        add_training(study, story, expert=cast.owner, owner=cast.owner)


def test_order_of_training_is_changed_step_by_step(study, lesson, real, cast, tag):
    tag(real.articles.get().revisions.get(), "accord", annotator=cast.owner)
    second = add_training(study, real, expert=cast.owner, owner=cast.owner)
    move_training(second, by=-1)
    move_training(second, by=-1)
    assert list(study.training_stories.all()) == [second, lesson]


def test_story_that_trains_no_more_frees_those_who_did_not_begin(study, lesson, real, cast):
    remove_training(lesson)
    assert not study.assignments.filter(story=lesson.story).exists()
    assert start_part(part_of(study, real, cast.reviewer), coder=cast.reviewer)


def test_coder_of_a_story_that_became_training_counts_on(study, real, cast, tag):
    part = part_of(study, real, cast.reviewer)
    tag(real.articles.get().revisions.get(), "accord")
    finish_part(part, coder=cast.reviewer)
    add_training(study, real, expert=cast.reviewer, owner=cast.owner)
    assert coders_by_story(study) == {real.pk: [cast.reviewer.pk]}
    assert not training_left(study, cast.reviewer).exists()
