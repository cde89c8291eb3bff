import uuid

import pytest

from annotations.language.echoing import MOST, Ticked, tag_echoes
from annotations.models import Annotation
from annotations.tags.tagging import TagRefused, edit_annotation
from annotations.tags.undoing import UndoRefused, redo, steps, undo, undo_batch
from sources.models import Story
from tests.conftest import CORRECTED, make_revision, revise
from tests.test_tagging import coding

BATCH = uuid.UUID(int=7)


def ticked(revision, exact, number=0):
    start = revision.text.index(exact)
    identity = uuid.uuid5(BATCH, f"{revision.pk} {start} {number}")
    return Ticked(identity, revision.pk, start, start + len(exact), exact)


@pytest.fixture
def elsewhere(study):
    """A revision in another story of the study."""
    other = Story.objects.create(title="The accord, a year on")
    study.stories.add(other)
    return make_revision(other, outlet="The Strait Post")


@pytest.fixture
def echoes(revision, gazette, elsewhere):
    return [
        ticked(revision, "harbour accord"),
        ticked(gazette, "accord"),
        ticked(elsewhere, "accord"),
    ]


@pytest.fixture
def tag_all(study, codes, cast):
    def tag_all(echoes, code="loaded", **how):
        how = {"batch": BATCH, "annotator": cast.reviewer} | how
        return tag_echoes(study, echoes, code=codes[code], **how)

    return tag_all


def standing():
    return Annotation.objects.standing().count()


def test_all_echoes_are_tagged_in_one_action(tag_all, echoes):
    done = tag_all(echoes, note="the deal")
    assert (done.tags, done.stories, done.skipped) == (3, 2, 0)
    assert set(Annotation.objects.values_list("note", flat=True)) == {"the deal"}


def test_the_same_request_again_tags_nothing_more_and_tells_the_same(tag_all, echoes):
    assert tag_all(echoes) == tag_all(echoes)
    assert standing() == 3


def test_undo_in_any_of_the_stories_takes_the_whole_action_back(
    study, story, tag_all, echoes, elsewhere, cast
):
    tag_all(echoes)
    other = elsewhere.article.story
    assert steps(study, other, cast.reviewer).undo.count == 3
    undone = undo(study, other, actor=cast.reviewer)
    assert (len(undone), standing()) == (3, 0)
    assert undone[0].span.revision == elsewhere
    assert len(redo(study, story, actor=cast.reviewer)) == 3
    assert standing() == 3


def test_undo_of_many_is_refused_if_one_was_changed_since(
    study, story, tag_all, echoes, codes, cast
):
    tag_all(echoes)
    changed = Annotation.objects.get(pk=echoes[2].id)
    edit_annotation(changed, version=1, code=codes["damage"], coding=coding(), actor=cast.reviewer)
    with pytest.raises(UndoRefused, match="3 tags were made together, and the one on “accord”"):
        undo(study, story, actor=cast.reviewer)
    assert standing() == 3


def test_action_is_taken_back_by_its_batch_once_and_by_nobody_else(study, tag_all, echoes, cast):
    tag_all(echoes)
    with pytest.raises(UndoRefused):
        undo_batch(study, BATCH, actor=cast.colleague)
    assert len(undo_batch(study, BATCH, actor=cast.reviewer)) == 3
    with pytest.raises(UndoRefused, match="taken back already"):
        undo_batch(study, BATCH, actor=cast.reviewer)


def test_what_is_tagged_alike_already_is_passed_over(tag_all, echoes, tag, revision):
    tag(revision, "harbour accord")
    done = tag_all(echoes)
    assert (done.tags, done.skipped, standing()) == (2, 1, 3)


def test_tag_of_a_colleague_or_with_another_code_does_not_count(
    tag_all, echoes, tag, revision, cast
):
    tag(revision, "harbour accord", annotator=cast.colleague)
    tag(revision, "harbour accord", code="damage")
    assert tag_all(echoes).tags == 3


def test_nothing_is_tagged_if_one_text_is_not_the_newest(tag_all, echoes, revision):
    revise(revision, CORRECTED)
    with pytest.raises(TagRefused, match=r"“harbour accord”: .* newer one. Nothing was tagged"):
        tag_all(echoes[::-1])
    assert standing() == 0


def test_nothing_is_tagged_if_the_words_are_not_there(tag_all, echoes, gazette):
    wrong = Ticked(uuid.uuid4(), gazette.pk, 0, 6, "accord")
    with pytest.raises(TagRefused, match=r"“accord” in Gazette: .* Nothing was tagged"):
        tag_all([*echoes, wrong])
    assert standing() == 0


def test_text_of_no_story_of_the_study_is_not_tagged(tag_all):
    foreign = make_revision(Story.objects.create(title="Not ours"))
    with pytest.raises(TagRefused, match="not of the study"):
        tag_all([ticked(foreign, "accord")])


def test_code_that_asks_a_target_gets_one_or_tags_nothing(tag_all, echoes):
    with pytest.raises(TagRefused, match="asks whom"):
        tag_all(echoes, code="threat")
    done = tag_all(echoes, code="threat", target="the strait", polarity="negative")
    assert done.tags == 3


@pytest.mark.parametrize(("count", "why"), [(0, "No echo is ticked"), (MOST + 1, "at most")])
def test_none_and_too_many_are_refused(tag_all, revision, count, why):
    with pytest.raises(TagRefused, match=why):
        tag_all([ticked(revision, "accord", n) for n in range(count)])
