import pytest

from annotations.models import Annotation
from annotations.tags.tagging import edit_annotation, remove_annotation
from annotations.tags.undoing import UndoRefused, redo, steps, undo
from tests.conftest import make_revision
from tests.test_tagging import coding


@pytest.fixture
def standing():
    """Return the quotes that stand, in reading order."""
    return lambda: [
        a.span.exact for a in Annotation.objects.standing().in_reading_order().with_card()
    ]


def test_undo_takes_back_the_last_tag_and_redo_brings_it_back(
    study, story, revision, tag, cast, standing
):
    tag(revision, "accord")
    tag(revision, "strait")
    undo(study, story, actor=cast.reviewer)
    assert standing() == ["accord"]
    undo(study, story, actor=cast.reviewer)
    assert standing() == []
    redo(study, story, actor=cast.reviewer)
    redo(study, story, actor=cast.reviewer)
    assert sorted(standing()) == ["accord", "strait"]


def test_undo_of_an_edit_restores_the_coding_before(study, story, revision, tag, codes, cast):
    annotation = tag(revision, "accord", note="old")
    edit_annotation(
        annotation, version=1, code=codes["damage"], coding=coding(note="new"), actor=cast.reviewer
    )
    [restored] = undo(study, story, actor=cast.reviewer)
    assert (restored.note, restored.code_id) == ("old", codes["loaded"].pk)
    [again] = redo(study, story, actor=cast.reviewer)
    assert (again.note, again.code_id) == ("new", codes["damage"].pk)


def test_undo_of_a_removal_brings_the_tag_back(study, story, revision, tag, cast, standing):
    remove_annotation(tag(revision, "accord"), actor=cast.reviewer)
    undo(study, story, actor=cast.reviewer)
    assert standing() == ["accord"]


def test_new_step_after_an_undo_leaves_the_undone_out_of_reach(
    study, story, revision, tag, cast, standing
):
    tag(revision, "accord")
    undo(study, story, actor=cast.reviewer)
    tag(revision, "strait")
    assert steps(study, story, cast.reviewer).redo is None
    undo(study, story, actor=cast.reviewer)
    redo(study, story, actor=cast.reviewer)
    assert standing() == ["strait"]


def test_edit_after_an_undone_edit_gets_a_fresh_number(study, story, revision, tag, codes, cast):
    annotation = tag(revision, "accord")
    actor = {"code": codes["loaded"], "actor": cast.reviewer}
    edit_annotation(annotation, version=1, coding=coding(note="a"), **actor)
    undo(study, story, actor=cast.reviewer)
    edited = edit_annotation(annotation, version=1, coding=coding(note="b"), **actor)
    assert (edited.version, edited.note) == (3, "b")
    assert undo(study, story, actor=cast.reviewer)[0].note == ""


def test_nobody_undoes_the_steps_of_another(study, story, revision, tag, cast):
    tag(revision, "accord", annotator=cast.colleague)
    with pytest.raises(UndoRefused, match="nothing to undo"):
        undo(study, story, actor=cast.reviewer)


def test_undo_keeps_to_the_story(study, story, revision, tag, cast):
    elsewhere = type(story).objects.create(title="Another")
    study.stories.add(elsewhere)
    tag(make_revision(elsewhere), "accord")
    with pytest.raises(UndoRefused):
        undo(study, story, actor=cast.reviewer)


def test_nothing_to_redo_is_said(study, story, revision, tag, cast):
    tag(revision, "accord")
    with pytest.raises(UndoRefused, match="nothing to redo"):
        redo(study, story, actor=cast.reviewer)
