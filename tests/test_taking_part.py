"""A part goes from to do to done and back; tags of a part that is done are locked."""

import uuid

import pytest
from django.utils import timezone

from annotations.models import Annotation, Assignment, BlindUntil
from annotations.rulings.adjudicating import open_adjudication
from annotations.tags.quick_tagging import tag_quickly
from annotations.tags.tagging import TagRefused, edit_annotation, remove_annotation
from annotations.tags.undoing import UndoRefused, undo
from annotations.team.assignments import part_of
from annotations.team.taking_part import (
    PartRefused,
    finish_part,
    reopen_for_coder,
    reopen_part,
    start_part,
)
from sources.models import Revision

pytestmark = pytest.mark.django_db
State = Assignment.State
CODING = {"target": "", "polarity": "", "voice": "outlet", "speaker": "", "note": ""}


@pytest.fixture
def part(study, story, revision, cast):
    return Assignment.objects.create(study=study, story=story, coder=cast.reviewer)


@pytest.fixture
def done(part, cast):
    start_part(part, coder=cast.reviewer)
    finish_part(part, coder=cast.reviewer)
    return part


def state(part):
    return Assignment.objects.get(pk=part.pk).state


def quick(study, revision, who, exact="accord", **more):
    start = revision.text.index(exact)
    place = {"start": start, "end": start + len(exact), "exact": exact}
    given = {"revision": revision.pk, "code": "loaded", "id": uuid.uuid4()} | place | more
    return tag_quickly(who, study.key, **given, **CODING)


def test_part_goes_from_to_do_to_done_and_each_step_twice_is_once(part, cast):
    for _ in range(2):
        start_part(part, coder=cast.reviewer)
        assert state(part) == State.IN_PROGRESS
    for _ in range(2):
        finish_part(part, coder=cast.reviewer)
        assert state(part) == State.DONE
    part.refresh_from_db()
    assert part.started_at <= part.done_at <= timezone.now()
    for _ in range(2):
        reopen_part(part, coder=cast.reviewer)
        assert state(part) == State.REOPENED


def test_part_is_started_before_it_is_done(part, cast):
    with pytest.raises(PartRefused, match="Start this story"):
        finish_part(part, coder=cast.reviewer)


def test_nobody_else_takes_the_steps_of_a_part(part, cast):
    for step in (start_part, finish_part, reopen_part):
        with pytest.raises(PartRefused, match="not yours"):
            step(part, coder=cast.colleague)


def test_first_tag_starts_a_part(part, revision, tag):
    tag(revision, "accord")
    assert state(part) == State.IN_PROGRESS


def test_quick_tag_writes_only_in_a_part_that_is_under_way(study, revision, part, cast):
    assert quick(study, revision, cast.reviewer).mark is None
    start_part(part, coder=cast.reviewer)
    assert quick(study, revision, cast.reviewer).mark
    finish_part(part, coder=cast.reviewer)
    assert quick(study, revision, cast.reviewer).mark is None
    reopen_part(part, coder=cast.reviewer)
    assert quick(study, revision, cast.reviewer).mark
    assert quick(study, revision, cast.colleague).mark, "who has no part tags freely"


def test_tags_of_a_part_that_is_done_are_locked(study, story, revision, part, cast, tag, codes):
    mine = tag(revision, "accord")
    finish_part(part, coder=cast.reviewer)
    with pytest.raises(TagRefused, match="tags are locked"):
        tag(revision, "Monday")
    with pytest.raises(TagRefused, match="tags are locked"):
        edit_annotation(mine, version=1, coding=CODING, code=codes["damage"], actor=cast.reviewer)
    with pytest.raises(TagRefused, match="tags are locked"):
        remove_annotation(mine, actor=cast.reviewer)
    with pytest.raises(UndoRefused, match="tags are locked"):
        undo(study, story, actor=cast.reviewer)
    assert Annotation.objects.standing().count() == 1
    reopen_part(part, coder=cast.reviewer)
    assert remove_annotation(mine, actor=cast.reviewer).removed_at


def test_tag_sent_again_after_its_part_is_done_is_the_same_tag(revision, part, cast, tag):
    mine = tag(revision, "accord")
    finish_part(part, coder=cast.reviewer)
    assert tag(revision, "accord", id=mine.pk) == mine


def test_tags_of_others_are_not_locked(revision, done, cast, tag):
    assert tag(revision, "accord", annotator=cast.colleague)


def test_tagging_stays_one_statement(part, revision, cast, tag, django_assert_num_queries):
    start_part(part, coder=cast.reviewer)
    revision = Revision.objects.select_related("article").get(pk=revision.pk)
    with django_assert_num_queries(1):
        tag(revision, "accord")


def test_coder_cannot_reopen_once_the_adjudication_began(study, story, done, cast):
    open_adjudication(study, story, moderator=cast.moderator)
    assert not part_of(study, story, cast.reviewer).is_free
    with pytest.raises(PartRefused, match="adjudication of this story has begun"):
        reopen_part(done, coder=cast.reviewer)
    assert reopen_for_coder(done).state == State.REOPENED


def test_coder_who_was_shown_the_tags_of_others_cannot_reopen(study, done, cast):
    study.blind, study.blind_until = True, BlindUntil.PART_DONE
    study.save(update_fields=["blind", "blind_until"])
    with pytest.raises(PartRefused, match="shown the tags of others"):
        reopen_part(done, coder=cast.reviewer)


def test_nobody_reopens_a_part_of_a_story_that_is_ruled(study, story, done, cast):
    adjudication = open_adjudication(study, story, moderator=cast.moderator)
    adjudication.ruled_at, adjudication.ruled_by = timezone.now(), cast.moderator
    adjudication.save(update_fields=["ruled_at", "ruled_by"])
    with pytest.raises(PartRefused, match="Reopen its adjudication"):
        reopen_for_coder(done)
    assert state(done) == State.DONE
