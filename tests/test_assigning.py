"""Who codes which story, by hand and balanced; nothing is lost to somebody else's change."""

import pytest

from annotations.models import Annotation, Assignment, Membership, Role
from annotations.team.assigning import (
    AssignRefused,
    PartsBegun,
    PlanChanged,
    assign_balanced,
    change_parts,
    replace_coders,
    take_back_batch,
)
from annotations.team.assignments import (
    Wish,
    balance_of,
    coders_by_story,
    coders_in,
    last_batch,
    needing_coder,
    people_of,
)
from annotations.team.staffing import remove_member
from annotations.team.taking_part import finish_part, start_part
from sources.models import Story
from tests.conftest import make_revision

pytestmark = pytest.mark.django_db
State = Assignment.State


@pytest.fixture
def stories(study):
    made = [Story.objects.create(title=f"Story {number}") for number in range(6)]
    study.stories.add(*made)
    for number, story in enumerate(made):
        make_revision(story, text="word " * (number + 1))
    return made


@pytest.fixture
def change(study, cast):
    """Give and take parts: change(add=[(story, coder)], remove=[…])."""

    def change(add=(), remove=(), **more):
        add, remove = [{(story.pk, who.pk) for story, who in some} for some in (add, remove)]
        return change_parts(study, add=add, remove=remove, moderator=cast.moderator, **more)

    return change


@pytest.fixture
def wish(stories, cast):
    def wish(each=2, coders=(cast.reviewer, cast.colleague, cast.moderator), seed=1):
        pks = frozenset(story.pk for story in stories)
        return Wish(pks, frozenset(coder.pk for coder in coders), each, seed)

    return wish


@pytest.fixture
def assign(study, cast, wish):
    def assign(**given):
        asked = wish(**given)
        digest = balance_of(study, asked).digest
        return assign_balanced(study, asked, digest=digest, moderator=cast.moderator)

    return assign


def parts(study):
    return set(study.assignments.values_list("story", "coder"))


def do(study, story, coder):
    part = study.assignments.get(story=story, coder=coder)
    start_part(part, coder=coder)
    finish_part(part, coder=coder)


def test_parts_are_given_and_taken_by_hand(study, stories, cast, change):
    assert change(add=[(stories[0], cast.reviewer), (stories[1], cast.reviewer)]).given == 2
    changed = change(
        add=[(stories[0], cast.reviewer), (stories[0], cast.colleague)],
        remove=[(stories[1], cast.reviewer), (stories[2], cast.reviewer)],
    )
    assert (changed.given, changed.taken) == (1, 1)
    here = stories[0].pk
    assert parts(study) == {(here, cast.reviewer.pk), (here, cast.colleague.pk)}


def test_part_that_was_begun_is_taken_only_if_one_is_sure(study, stories, cast, change):
    taken = [(stories[0], cast.reviewer)]
    change(add=taken)
    start_part(study.assignments.get(), coder=cast.reviewer)
    with pytest.raises(PartsBegun) as refusal:
        change(add=[(stories[1], cast.reviewer)], remove=taken)
    assert [part.coder for part in refusal.value.parts] == [cast.reviewer]
    assert len(parts(study)) == 1
    assert change(remove=taken, sure=True).taken == 1


def test_taking_a_part_keeps_its_tags(study, story, revision, cast, change, tag):
    change(add=[(story, cast.reviewer)])
    tag(revision, "accord")
    change(remove=[(story, cast.reviewer)], sure=True)
    assert Annotation.objects.standing().count() == 1


@pytest.mark.parametrize("who", ["outsider", "administrator"])
def test_who_is_no_member_gets_no_part(study, stories, cast, change, who):
    with pytest.raises(AssignRefused, match="no longer a member"):
        change(add=[(stories[0], getattr(cast, who))])
    assert not parts(study)


def test_closed_account_gets_no_part(study, stories, cast, change):
    cast.colleague.is_active = False
    cast.colleague.save(update_fields=["is_active"])
    with pytest.raises(AssignRefused, match="account is closed"):
        change(add=[(stories[0], cast.colleague)])


def test_balanced_parts_are_the_plan_that_was_shown(study, stories, cast, wish, assign):
    planned = balance_of(study, wish())
    assert assign().given == 12
    assert parts(study) == set(planned.plan.parts)
    own = study.assignments.filter(coder=cast.reviewer).order_by("position")
    assert list(own.values_list("story", flat=True)) == planned.plan.stories[cast.reviewer.pk]
    assert assign().given == 0


def test_plan_that_changed_since_is_not_assigned(study, stories, cast, wish, change):
    digest = balance_of(study, wish()).digest
    change(add=[(stories[0], cast.owner)])
    with pytest.raises(PlanChanged):
        assign_balanced(study, wish(), digest=digest, moderator=cast.moderator)
    assert len(parts(study)) == 1


def test_more_coders_than_people_is_refused(study, assign):
    with pytest.raises(AssignRefused, match="6 stories would have fewer coders"):
        assign(each=4)
    assert not parts(study)


def test_last_assigning_is_undone_as_long_as_nobody_began(study, stories, cast, assign, change):
    change(add=[(stories[0], cast.owner)])
    assign(each=1, coders=[cast.reviewer])
    batch = last_batch(study)
    assert (batch.parts, batch.coders, batch.by) == (5, 1, "moderator")
    assert take_back_batch(study, batch.at) == 5
    with pytest.raises(AssignRefused, match="cannot be undone"):
        take_back_batch(study, batch.at)
    assert parts(study) == {(stories[0].pk, cast.owner.pk)}


def test_assigning_that_somebody_began_is_not_undone(study, stories, cast, assign):
    assign(each=1, coders=[cast.reviewer])
    batch = last_batch(study)
    start_part(study.assignments.first(), coder=cast.reviewer)
    assert last_batch(study) is None
    with pytest.raises(AssignRefused):
        take_back_batch(study, batch.at)
    assert len(parts(study)) == 6


def test_parts_of_who_left_need_a_coder_but_done_ones_count(study, stories, cast, change):
    change(add=[(story, cast.reviewer) for story in stories[:3]])
    do(study, stories[0], cast.reviewer)
    start_part(study.assignments.get(story=stories[1]), coder=cast.reviewer)
    remove_member(Membership.objects.get(study=study, user=cast.reviewer))
    assert [part.story for part in needing_coder(study)] == stories[1:3]
    assert coders_by_story(study) == {stories[0].pk: [cast.reviewer.pk]}
    assert [person.role for person in people_of(study) if person == cast.reviewer] == [None]


def test_parts_of_who_left_go_to_others_balanced(study, stories, cast, change):
    change(add=[(story, cast.reviewer) for story in stories[:3]])
    change(add=[(stories[0], cast.colleague)])
    do(study, stories[0], cast.reviewer)
    remove_member(Membership.objects.get(study=study, user=cast.reviewer))
    changed = replace_coders(study, seed=1, moderator=cast.moderator)
    assert (changed.given, changed.taken) == (2, 2)
    assert not needing_coder(study).exists()
    assert (stories[0].pk, cast.reviewer.pk) in parts(study)
    assert study.assignments.filter(coder=cast.colleague).count() == 1
    assert replace_coders(study, seed=1, moderator=cast.moderator).given == 0


def test_parts_of_who_left_wait_where_there_is_nobody_else(study, stories, cast, change):
    change(add=[(stories[0], cast.reviewer)])
    Membership.objects.filter(study=study).delete()
    with pytest.raises(AssignRefused, match="not enough people"):
        replace_coders(study, seed=0, moderator=cast.moderator)
    assert needing_coder(study).count() == 1


def test_story_that_the_study_codes_no_more_is_left_out(study, stories, cast, change):
    change(add=[(stories[0], cast.reviewer)])
    study.stories.remove(stories[0])
    assert change(add=[(stories[0], cast.colleague)]).given == 0
    assert coders_by_story(study) == {}
    assert not needing_coder(study).exists()


def test_coders_are_who_is_done_or_tagged_where_nobody_has_a_part(
    study, story, stories, revision, cast, change, tag
):
    tag(revision, "accord")
    assert coders_by_story(study) == {story.pk: [cast.reviewer.pk]}
    change(add=[(story, cast.colleague), (stories[0], cast.reviewer)])
    assert coders_by_story(study) == {}
    do(study, story, cast.colleague)
    assert coders_by_story(study) == {story.pk: [cast.colleague.pk]}
    assert coders_by_story(study, [stories[0].pk]) == {}


def test_coders_of_a_study_are_those_of_its_stories(study, story, revision, cast, change, tag):
    tag(revision, "accord")
    assert coders_in(study) == {cast.reviewer.pk}
    change(add=[(story, cast.colleague)])
    assert coders_in(study) == set()  # nobody is done, and no story is free
    do(study, story, cast.colleague)
    assert coders_in(study) == {cast.colleague.pk}


def test_coders_cost_two_queries(study, stories, cast, change, django_assert_num_queries):
    change(add=[(stories[0], cast.reviewer)])
    with django_assert_num_queries(2):
        coders_by_story(study)


def test_study_without_stories_or_with_one_coder_can_be_balanced(study, cast, story):
    lonely = Wish(frozenset({story.pk}), frozenset({cast.reviewer.pk}), 1, 0)
    assert balance_of(study, lonely).plan.parts == [(story.pk, cast.reviewer.pk)]
    study.stories.clear()
    assert balance_of(study, lonely).plan.parts == []


def test_roles_are_told_with_people(study, cast):
    roles = {person.username: person.role for person in people_of(study)}
    assert roles == {
        "colleague": Role.REVIEWER,
        "moderator": Role.MODERATOR,
        "owner": Role.OWNER,
        "reviewer": Role.REVIEWER,
    }
