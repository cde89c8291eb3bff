import pytest
from django.core.exceptions import PermissionDenied

from annotations.language.speaking import (
    SpeakerRefused,
    add_spellings,
    delete_speaker,
    describe_speaker,
    may_remove,
    merge_speakers,
    record_speaker,
    recorded_speakers,
    remove_spelling,
)
from annotations.models import Speaker, SpeakerSpelling
from tests.conftest import make_study

pytestmark = pytest.mark.django_db


@pytest.fixture
def okafor(study, cast):
    return record_speaker(study, "Amara Okafor", spellings=["Okafor"], recorder=cast.reviewer)


@pytest.fixture
def brand(study, cast):
    return record_speaker(study, "Ilsa Brand", note="Of the union.", recorder=cast.colleague)


def spellings_of(speaker):
    return sorted(speaker.spellings.values_list("spelling", flat=True))


def test_name_is_a_spelling_and_each_spelling_means_one_speaker(study, okafor, brand):
    assert recorded_speakers(study) == {
        "Amara Okafor": okafor, "Okafor": okafor, "Ilsa Brand": brand,
    }  # fmt: skip


def test_recording_twice_is_once_and_adds_spellings(study, okafor, cast):
    again = record_speaker(study, "Amara Okafor ", spellings=["Mr Okafor"], recorder=cast.colleague)
    assert again == okafor
    assert spellings_of(okafor) == ["Amara Okafor", "Mr Okafor", "Okafor"]


def test_spelling_of_another_is_refused_and_nothing_is_written(study, okafor, brand, cast):
    with pytest.raises(SpeakerRefused, match="is a spelling of Amara Okafor"):
        record_speaker(study, "Somebody", spellings=["New", "Okafor"], recorder=cast.reviewer)
    with pytest.raises(SpeakerRefused, match="merge"):
        add_spellings(brand, ["I. Brand", "Okafor"])
    assert not SpeakerSpelling.objects.filter(spelling__in=["New", "I. Brand"]).exists()
    assert not Speaker.objects.filter(name="Somebody").exists()


def test_other_study_may_use_the_same_spelling(okafor, cast):
    other = record_speaker(make_study("other", "Other"), "Okafor", recorder=cast.owner)
    assert other != okafor


@pytest.mark.parametrize("name", ["", "  ", "x" * 201])
def test_name_that_cannot_be_is_refused(study, cast, name):
    with pytest.raises(SpeakerRefused):
        record_speaker(study, name, recorder=cast.reviewer)


def test_renaming_keeps_the_old_name_as_a_spelling(okafor):
    described = describe_speaker(okafor, name="A. N. Okafor", note=" Prime minister. ")
    assert (described.name, described.note) == ("A. N. Okafor", "Prime minister.")
    assert spellings_of(okafor) == ["A. N. Okafor", "Amara Okafor", "Okafor"]


def test_name_of_another_is_refused(okafor, brand):
    with pytest.raises(SpeakerRefused, match="Merge the two"):
        describe_speaker(okafor, name="Ilsa Brand", note="")


def test_spelling_is_removed_but_not_the_name(okafor):
    remove_spelling(okafor, "Okafor")
    remove_spelling(okafor, "Okafor")
    assert spellings_of(okafor) == ["Amara Okafor"]
    with pytest.raises(SpeakerRefused, match="Rename"):
        remove_spelling(okafor, "Amara Okafor")


def test_merging_moves_spellings_and_note(okafor, brand, cast):
    kept = merge_speakers(brand, okafor, editor=cast.colleague)
    assert (kept, kept.note) == (okafor, "Of the union.")
    assert spellings_of(okafor) == ["Amara Okafor", "Ilsa Brand", "Okafor"]
    assert not Speaker.objects.filter(pk=brand.pk).exists()


def test_speaker_of_another_study_or_itself_is_nobody_to_merge_with(okafor, cast):
    other = record_speaker(make_study("other", "Other"), "Okafor", recorder=cast.owner)
    for into in (other, okafor):
        with pytest.raises(SpeakerRefused):
            merge_speakers(okafor, into, editor=cast.owner)


def test_only_who_recorded_it_or_a_moderator_removes_a_speaker(okafor, brand, cast):
    assert [may_remove(okafor, user) for user in (cast.reviewer, cast.moderator)] == [True, True]
    assert not may_remove(okafor, cast.colleague)
    with pytest.raises(PermissionDenied):
        delete_speaker(okafor, editor=cast.colleague)
    with pytest.raises(PermissionDenied):
        merge_speakers(okafor, brand, editor=cast.colleague)


def test_deleting_leaves_what_was_typed(okafor, tag, revision, cast):
    annotation = tag(revision, "accord", voice="attributed", speaker="Okafor")
    delete_speaker(okafor, editor=cast.moderator)
    delete_speaker(okafor, editor=cast.moderator)
    annotation.refresh_from_db()
    assert annotation.speaker == "Okafor"
    assert not SpeakerSpelling.objects.exists()


def test_what_is_gone_is_said(okafor, cast):
    delete_speaker(okafor, editor=cast.moderator)
    with pytest.raises(SpeakerRefused, match="deleted or merged"):
        add_spellings(okafor, ["Mr Okafor"])
