import pytest
from django.core.exceptions import PermissionDenied

from annotations.language.conceiving import (
    ConceptConflict,
    ConceptRefused,
    add_name,
    delete_concept,
    edit_concept,
    exclude_place,
    make_concept,
    merge_concepts,
    move_name,
    readmit_place,
    removable,
    remove_name,
)
from annotations.models import Concept, ConceptExclusion, ConceptName
from tests.conftest import HARBOUR, make_study

pytestmark = pytest.mark.django_db


@pytest.fixture
def concept(study, cast):
    """A concept of the reviewer's with two names."""
    wordings = ["accord", "harbour deal"]
    return make_concept(study, "the accord", kind="event", wordings=wordings, author=cast.reviewer)


def wordings(concept):
    return [name.wording for name in concept.names.all()]


def excluded(concept, revision, words="accord", *, reviewer):
    start = revision.text.index(words)
    name = concept.names.get(wording=words)
    return exclude_place(name, revision, start=start, end=start + len(words), reviewer=reviewer)


def test_concept_is_made_with_its_different_names(study, cast):
    given = ["the  strait", "", "The Strait", "straits"]
    concept = make_concept(study, " the  strait ", wordings=given, author=cast.reviewer)
    assert (concept.name, concept.kind, concept.version) == ("the strait", "other", 1)
    assert wordings(concept) == ["The Strait", "straits"]


@pytest.mark.parametrize(
    ("given", "said"),
    [
        ({"name": " "}, "neutral name"),
        ({"name": "x" * 201}, "longer than 200"),
        ({"name": "THE ACCORD"}, "a concept “the accord” already"),
        ({"name": "deal", "kind": "thing"}, "“thing” is not a kind"),
        ({"name": "deal", "wordings": ["ok", "…"]}, "needs a word"),
        ({"name": "deal", "wordings": ["x " * 101]}, "200 is the limit"),
    ],
)
def test_refused_concept_writes_nothing(study, cast, concept, given, said):
    with pytest.raises(ConceptRefused, match=said):
        make_concept(study, given.pop("name"), **given, author=cast.reviewer)
    assert Concept.objects.count() == 1


def test_same_name_in_another_study_is_another_concept(concept, cast):
    other = make_study("other", "Other study")
    assert make_concept(other, "the accord", author=cast.reviewer) != concept


def test_edit_of_a_stale_version_is_a_conflict(concept):
    edited = edit_concept(concept, name="the deal", kind="event", note="N", version=1)
    assert (edited.name, edited.note, edited.version) == ("the deal", "N", 2)
    with pytest.raises(ConceptConflict) as conflict:
        edit_concept(concept, name="the pact", kind="event", note="", version=1)
    assert conflict.value.current.name == "the deal"


def test_edit_that_changes_nothing_writes_nothing(concept, django_assert_num_queries):
    with django_assert_num_queries(4):  # two selects between savepoint and release
        same = edit_concept(concept, name="the accord", kind="event", note="", version=7)
    assert same.version == 1


def test_edit_to_the_name_of_another_is_refused(study, concept, cast):
    make_concept(study, "the strait", author=cast.reviewer)
    with pytest.raises(ConceptRefused, match="a concept “the strait” already"):
        edit_concept(concept, name="The Strait", kind="event", note="", version=1)


@pytest.mark.parametrize("twin", ["Accord", "“accord”", "ACCORD"])
def test_name_that_the_concept_has_already_is_refused(concept, cast, twin):
    with pytest.raises(ConceptRefused, match="of “the accord” already"):
        add_name(concept, twin, author=cast.colleague)


def test_name_of_a_deleted_concept_is_refused(concept, cast):
    delete_concept(concept, editor=cast.reviewer)
    with pytest.raises(ConceptRefused, match="was deleted"):
        add_name(concept, "pact", author=cast.reviewer)


def test_reviewer_removes_own_names_and_a_moderator_all(concept, revision, cast):
    add_name(concept, "pact", author=cast.colleague)
    excluded(concept, revision, reviewer=cast.colleague)
    mine = [name.wording for name in removable(concept, cast.reviewer)]
    assert mine == ["harbour deal"]  # the colleague left out a place of the other
    assert removable(concept, cast.moderator).count() == 3
    with pytest.raises(PermissionDenied):
        remove_name(concept.names.get(wording="pact"), editor=cast.reviewer)
    name = concept.names.get(wording="accord")
    for _ in range(2):
        remove_name(name, editor=cast.moderator)
    assert not ConceptExclusion.objects.exists()


def test_moved_name_takes_its_exclusions_along(study, concept, revision, cast):
    other = make_concept(study, "the text", wordings=["treaty"], author=cast.reviewer)
    excluded(concept, revision, reviewer=cast.reviewer)
    moved = move_name(concept.names.get(wording="accord"), other, editor=cast.reviewer)
    assert wordings(other) == ["accord", "treaty"]
    assert moved.exclusions.count() == 1
    add_name(concept, "Treaty", author=cast.reviewer)
    with pytest.raises(ConceptRefused, match="is a name of “the text” already"):
        move_name(concept.names.get(wording="Treaty"), other, editor=cast.reviewer)


def test_name_is_not_moved_to_another_study(concept, cast):
    other = make_concept(make_study("other", "Other"), "x", author=cast.reviewer)
    with pytest.raises(ConceptRefused):
        move_name(concept.names.first(), other, editor=cast.moderator)


def test_only_a_place_of_the_name_is_left_out_and_twice_is_once(concept, revision, cast):
    first = excluded(concept, revision, reviewer=cast.reviewer)
    assert excluded(concept, revision, reviewer=cast.colleague) == first
    with pytest.raises(ConceptRefused, match="does not stand at 0–7"):
        exclude_place(first.name, revision, start=0, end=7, reviewer=cast.reviewer)
    readmit_place(concept, first.pk)
    readmit_place(concept, first.pk)
    assert not ConceptExclusion.objects.exists()


def test_concept_that_others_worked_on_is_deleted_by_a_moderator_only(concept, revision, cast):
    add_name(concept, "pact", author=cast.colleague)
    with pytest.raises(PermissionDenied, match="Others have worked on this"):
        delete_concept(concept, editor=cast.reviewer)
    delete_concept(concept, editor=cast.moderator)
    delete_concept(concept, editor=cast.moderator)
    assert not ConceptName.objects.exists()


def test_exclusion_by_a_colleague_is_work_of_others(concept, revision, cast):
    excluded(concept, revision, reviewer=cast.colleague)
    with pytest.raises(PermissionDenied):
        delete_concept(concept, editor=cast.reviewer)


def test_merged_names_and_exclusions_are_all_kept(study, concept, revision, cast):
    edit_concept(concept, name="the accord", kind="event", note="Of Monday.", version=1)
    given = {"wordings": ["Accord", "pact"], "note": "Signed."}
    other = make_concept(study, "the pact", **given, author=cast.colleague)
    excluded(concept, revision, reviewer=cast.reviewer)
    kept = merge_concepts(concept, other, editor=cast.reviewer)
    assert wordings(kept) == ["Accord", "harbour deal", "pact"]
    assert kept.note == "Signed.\n\nOf Monday."
    assert ConceptExclusion.objects.get().name.wording == "Accord"
    assert Concept.objects.count() == 1
    assert HARBOUR[ConceptExclusion.objects.get().start :].startswith("accord")


def test_merge_needs_two_concepts_of_a_study_and_the_right_to_delete(study, concept, cast):
    other = make_concept(study, "the pact", author=cast.colleague)
    with pytest.raises(PermissionDenied):
        merge_concepts(other, concept, editor=cast.reviewer)
    elsewhere = make_concept(make_study("other", "Other"), "x", author=cast.reviewer)
    for wrong in (concept, elsewhere):
        with pytest.raises(ConceptRefused, match="Choose another concept"):
            merge_concepts(concept, wrong, editor=cast.owner)
