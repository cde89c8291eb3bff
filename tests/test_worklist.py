"""The work list of retired codes: what is on it, for whom, and what acting on it does."""

import uuid

import pytest
from django.urls import reverse
from django.utils import timezone

from annotations.codebook.codifying import add_code, edit_code
from annotations.codebook.recoding import recode, remove_tags
from annotations.codebook.retiring import merge_code, restore_code, retire_code, split_code
from annotations.codebook.worklist import effect_on, ended_codes, groups, waiting
from annotations.models import Annotation, Assignment, Change
from annotations.rulings.ruling import rule
from annotations.tags.tagging import TagRefused
from annotations.tags.undoing import undo, undo_batch
from tests.test_codifying import NEW, PARTS

pytestmark = pytest.mark.django_db


@pytest.fixture
def slanted(study, cast):
    return add_code(study.codebook, key="slanted", **NEW, made_by=cast.owner)


@pytest.fixture
def tags(revision, tag, cast):
    """Two tags of the reviewer's, of which one is accepted, and one of the colleague's."""
    one, two = tag(revision, "accord"), tag(revision, "Critics")
    rule(one, "accept", version=1, moderator=cast.moderator)
    return one, two, tag(revision, "strait", annotator=cast.colleague)


@pytest.fixture
def act(study, cast):
    """Act on what waits: act(code, …); None keeps, and the actor is the moderator."""

    def act(code=None, *, do=recode, own=False, actor=None, **given):
        study.codebook.refresh_from_db()
        batch = uuid.uuid4()
        actor = actor or cast.moderator
        found = waiting(study, ended_codes(study), own_of=actor if own else None)
        how = {"code": code} if do is recode else {}
        how |= {"study": study, "batch": batch, "own": own, "actor": actor}
        return do(found, **how, **given), batch

    return act


def left(study, own_of=None):
    return waiting(study, ended_codes(study), own_of=own_of).count()


def test_merge_gives_tags_the_other_code_and_keeps_what_was_accepted(
    study, codes, slanted, tags, act, cast
):
    merge_code(codes["loaded"], slanted, made_by=cast.owner)
    assert left(study) == 3
    done, _ = act(slanted)
    assert (done.count, done.ruled, done.refused, left(study)) == (3, 0, 0, 0)
    one = Annotation.objects.get(pk=tags[0].pk)
    assert (one.code, one.status, one.version) == (slanted, "accepted", 2)
    change = one.changes.get(number=2)
    assert (change.actor, change.codebook_revision) == (cast.moderator, study.codebook.revision)
    assert one.changes.get(number=1).code == codes["loaded"]


def test_another_code_than_the_successor_waits_for_a_ruling_anew(
    study, codes, slanted, tags, act, cast
):
    retire_code(codes["loaded"], made_by=cast.owner)
    act(slanted)
    one = Annotation.objects.get(pk=tags[0].pk)
    assert (one.code, one.status) == (slanted, "pending")


def test_one_action_is_one_step_of_undo_and_brings_the_ruling_back(
    study, codes, slanted, tags, act, cast
):
    merge_code(codes["loaded"], slanted, made_by=cast.owner)
    _, batch = act(slanted)
    undo_batch(study, batch, actor=cast.moderator)
    one = Annotation.objects.get(pk=tags[0].pk)
    assert (one.code, one.status, one.version) == (codes["loaded"], "accepted", 1)
    assert left(study) == 3


def test_what_is_kept_leaves_the_list_and_comes_back_when_that_is_undone(
    study, story, codes, tags, act, cast
):
    retire_code(codes["loaded"], made_by=cast.owner)
    assert act(None)[0].count == 3
    assert left(study) == 0
    assert Annotation.objects.get(pk=tags[0].pk).status == "accepted"
    edit_code(codes["threat"], definition="Other.", made_by=cast.owner)
    assert left(study) == 0
    undo(study, story, actor=cast.moderator)
    assert left(study) == 3


def test_removed_tags_leave_the_list_and_count_as_looked_at(study, codes, tags, act, cast):
    retire_code(codes["loaded"], made_by=cast.owner)
    assert act(do=remove_tags, versions={tags[1].pk: 1})[0].count == 1
    (group,) = groups(study, ended_codes(study))
    assert (group.waiting, group.done, group.total) == (2, 1, 3)


def test_what_changed_since_it_was_seen_is_left_alone(study, codes, slanted, tags, act, cast):
    retire_code(codes["loaded"], made_by=cast.owner)
    done, _ = act(slanted, versions={tag.pk: 7 if tag == tags[0] else 1 for tag in tags})
    assert (done.count, done.refused) == (2, 1)


def test_code_that_asks_a_target_is_given_only_to_tags_that_have_one(
    study, codes, revision, tag, tags, act, cast
):
    tag(revision, "strait", target="The strait", polarity="negative")
    retire_code(codes["loaded"], made_by=cast.owner)
    done, _ = act(codes["threat"])
    assert (done.count, done.refused) == (1, 3)


def test_code_that_a_moderator_set_is_replaced_by_a_ruling(
    study, codes, slanted, revision, tag, act, cast
):
    subject = tag(revision, "accord", code="damage")
    rule(subject, "recode", code=codes["loaded"], version=1, moderator=cast.moderator)
    retire_code(codes["loaded"], made_by=cast.owner)
    assert left(study, cast.reviewer) == 0
    done, _ = act(slanted)
    subject.refresh_from_db()
    assert (done.ruled, subject.code, subject.ruled_code) == (1, codes["damage"], slanted)
    assert subject.decisions.count() == 2


def test_coders_act_on_their_own_tags_only(study, codes, slanted, tags, act, cast):
    merge_code(codes["loaded"], slanted, made_by=cast.owner)
    assert left(study, cast.reviewer) == 2
    assert act(slanted, own=True, actor=cast.reviewer)[0].count == 2
    for own in (True, False):
        every = Annotation.objects.filter(study=study)
        how = {"study": study, "batch": uuid.uuid4(), "own": own, "actor": cast.reviewer}
        with pytest.raises(TagRefused):
            recode(every, code=slanted, **how)


def test_tags_of_a_part_that_is_done_are_the_moderators_to_recode(
    study, story, codes, slanted, tags, act, cast
):
    done = {"state": "done", "done_at": timezone.now()}
    Assignment.objects.create(study=study, story=story, coder=cast.reviewer, **done)
    merge_code(codes["loaded"], slanted, made_by=cast.owner)
    assert left(study, cast.reviewer) == 0
    own = Annotation.objects.filter(annotator=cast.reviewer)
    how = {"study": study, "batch": uuid.uuid4(), "own": True, "actor": cast.reviewer}
    with pytest.raises(TagRefused, match="locked"):
        recode(own, code=slanted, **how)
    assert act(slanted)[0].count == 3


def test_retired_code_is_given_to_no_tag(study, codes, slanted, tags, act, cast):
    retire_code(codes["loaded"], made_by=cast.owner)
    retire_code(slanted, made_by=cast.owner)
    slanted.refresh_from_db()
    with pytest.raises(TagRefused, match="retired"):
        act(slanted)


def test_restored_code_has_no_work_and_retiring_it_again_brings_it(study, codes, tags, act, cast):
    retire_code(codes["loaded"], made_by=cast.owner)
    act(None)
    restore_code(codes["loaded"], made_by=cast.owner)
    assert left(study) == 0
    retire_code(codes["loaded"], made_by=cast.owner)
    assert left(study) == 3


def test_parts_of_a_split_are_the_choices(study, codes, tags, cast):
    made = split_code(codes["loaded"], PARTS, made_by=cast.owner)
    (ended,) = ended_codes(study)
    assert ended.choices == made
    retire_code(made[0], made_by=cast.owner)
    assert [each.choices for each in ended_codes(study)] == [[made[1]], []]


def test_effect_counts_tags_by_story_and_coder(study, story, codes, tags):
    effect = effect_on(study, codes["loaded"])
    assert effect.by_story == [(story.title, 3)]
    assert effect.by_coder == [("reviewer", 2), ("colleague", 1)]
    assert (effect.tags, effect.open_cards, effect.other_studies) == (3, 0, [])


@pytest.fixture
def worklist(study, client_of):
    return lambda user, **query: client_of(user).get(reverse("worklist", args=[study.key]), query)


def test_blind_coder_sees_and_counts_their_own_only(study, story, codes, tags, worklist, cast):
    retire_code(codes["loaded"], made_by=cast.owner)
    study.blind = True
    study.save()
    page = worklist(cast.reviewer).text
    assert "accord" in page
    assert "0 of 2" in page
    assert "colleague" not in page
    assert "accepted" not in page


def test_moderator_who_has_to_code_a_story_does_not_see_its_work(
    study, story, codes, tags, worklist, cast
):
    retire_code(codes["loaded"], made_by=cast.owner)
    study.blind = True
    study.save()
    Assignment.objects.create(
        study=study, story=story, coder=cast.moderator, assigned_by=cast.owner
    )
    assert "Nothing to do" in worklist(cast.moderator).text
    assert "Critics" in worklist(cast.owner).text


@pytest.mark.parametrize(
    ("act", "left_over"), [("{code}", 2), ("keep", 2), ("remove", 2), ("nonsense", 3), ("9999", 3)]
)
def test_button_of_a_tag_acts_on_it_alone(
    study, codes, slanted, tags, client_of, cast, act, left_over
):
    merge_code(codes["loaded"], slanted, made_by=cast.owner)
    address = reverse("worklist", args=[study.key])
    pick = f"{act.format(code=slanted.pk)}|{tags[1].pk}:1"
    data = {"code": codes["loaded"].pk, "pick": pick}
    answer = client_of(cast.moderator).post(address, data)
    assert answer.status_code == (303 if left_over == 2 else 422)
    assert left(study) == left_over


def test_all_at_once_and_undo_by_htmx_and_without(study, codes, slanted, tags, client_of, cast):
    merge_code(codes["loaded"], slanted, made_by=cast.owner)
    client = client_of(cast.moderator)
    data = {"code": codes["loaded"].pk, "scope": "all", "act": slanted.pk}
    answer = client.post(
        reverse("worklist", args=[study.key]), data, headers={"HX-Request": "true"}
    )
    assert "Done: 3 tags." in answer.text
    assert "<html" not in answer.text
    batch = str(Change.objects.filter(batch__isnull=False).first().batch)
    assert batch in answer.text
    undone = client.post(reverse("worklist_undo", args=[study.key]), {"done": batch})
    assert (undone.status_code, left(study)) == (303, 3)


def test_nothing_ticked_is_refused_with_what_to_do(study, codes, tags, client_of, cast):
    retire_code(codes["loaded"], made_by=cast.owner)
    data = {"code": codes["loaded"].pk, "scope": "ticked", "act": "keep"}
    answer = client_of(cast.moderator).post(reverse("worklist", args=[study.key]), data)
    assert answer.status_code == 422
    assert "No tag is ticked" in answer.text


def test_work_list_is_for_members(worklist, cast):
    assert worklist(cast.outsider).status_code == 404
    assert "Nothing to do" in worklist(cast.reviewer).text


def test_page_takes_a_constant_number_of_queries(
    study, codes, revision, tag, client_of, cast, django_assert_max_num_queries
):
    tag(revision, "accord", code="damage")
    for words in ("Monday", "harbour", "ministers", "Harbour deal"):
        tag(revision, words)
    client = client_of(cast.moderator)
    address = reverse("worklist", args=[study.key])
    retire_code(codes["damage"], made_by=cast.owner)
    with django_assert_max_num_queries(20) as few:
        assert "0 of 1" in client.get(address).text
    retire_code(codes["loaded"], made_by=cast.owner)
    with django_assert_max_num_queries(len(few)):
        assert "0 of 4" in client.get(address).text
