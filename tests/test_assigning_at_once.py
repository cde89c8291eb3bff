"""Two at once: a plan is assigned once, and one is done once."""

import pytest

from annotations.models import Assignment, TrainingAttempt
from annotations.team.assigning import PlanChanged, assign_balanced
from annotations.team.assignments import Wish, balance_of
from annotations.team.taking_part import finish_part, start_part
from annotations.team.training import add_training
from sources.models import Story
from tests.test_carries_at_once import at_once

pytestmark = pytest.mark.django_db(transaction=True)


def test_of_two_moderators_who_assign_one_plan_one_is_told(study, cast):
    stories = [Story.objects.create(title=f"Story {number}") for number in range(8)]
    study.stories.add(*stories)
    coders = frozenset({cast.reviewer.pk, cast.colleague.pk})
    wish = Wish(frozenset(story.pk for story in stories), coders, 2, 1)
    digest, told = balance_of(study, wish).digest, []

    def assign(moderator):
        try:
            assign_balanced(study, wish, digest=digest, moderator=moderator)
        except PlanChanged:
            told.append(moderator)

    at_once(lambda: assign(cast.moderator), lambda: assign(cast.owner))
    assert len(told) == 1
    assert study.assignments.count() == 16


def test_done_twice_at_once_is_one_attempt(study, story, revision, cast, tag):
    study.blind = True
    study.save(update_fields=["blind"])
    tag(revision, "accord", annotator=cast.owner)
    add_training(study, story, expert=cast.owner, owner=cast.owner)
    part = Assignment.objects.create(study=study, story=story, coder=cast.reviewer)
    start_part(part, coder=cast.reviewer)
    finish = [lambda: finish_part(part, coder=cast.reviewer)] * 2
    at_once(*finish)
    assert TrainingAttempt.objects.count() == 1
