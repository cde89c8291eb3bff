"""Each step in a codebook's life: what it does, what it refuses, and the revision it leaves."""

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from annotations.codebook.codes import code_called, former_keys, successors
from annotations.codebook.codifying import CodeRefused, add_code, edit_code, remove_code, rename_key
from annotations.codebook.retiring import merge_code, restore_code, retire_code, split_code
from annotations.models import Annotation, Change, Code, CodebookRevision, CodeState
from annotations.rulings.ruling import RulingRefused, rule
from annotations.tags.tagging import TagRefused, edit_annotation
from annotations.tags.undoing import redo, undo

pytestmark = pytest.mark.django_db
NEW = {"name": "New", "definition": "New.", "colour": "#112233"}
PARTS = [
    {"key": "words", "name": "Charged words", "definition": "W.", "colour": "#b3261e"},
    {"key": "labels", "name": "Labels", "definition": "L.", "colour": "#b3261f", "hotkey": "l"},
]


@pytest.fixture
def owner(cast):
    return {"made_by": cast.owner}


@pytest.fixture
def slanted(study, owner):
    """A code with the rules of “Loaded language”."""
    return add_code(study.codebook, key="slanted", **NEW, **owner)


def newest(study):
    study.codebook.refresh_from_db()
    return study.codebook.revisions.first()


def test_first_change_keeps_how_the_codebook_stood(study, codes, cast):
    edit_code(codes["loaded"], definition="Words that charge.", reason="Pilot", made_by=cast.owner)
    first, second = study.codebook.revisions.order_by("number")
    assert [state.definition for state in first.states.filter(key="loaded")] == ["Charged words."]
    assert first.states.count() == 3
    assert [state.definition for state in second.states.all()] == ["Words that charge."]
    assert (second.number, second.made_by, second.reason) == (2, cast.owner, "Pilot")
    assert newest(study).said == "Edited “Loaded language”: definition."
    assert study.codebook.revision == 2


def test_what_changes_nothing_makes_no_revision(study, codes, owner):
    edit_code(codes["loaded"], name="Loaded language", **owner)
    rename_key(codes["loaded"], "loaded", **owner)
    assert not CodebookRevision.objects.exists()


def test_what_is_refused_leaves_no_revision(study, codes, owner):
    with pytest.raises(CodeRefused):
        edit_code(codes["loaded"], hotkey="t", **owner)
    assert not CodebookRevision.objects.exists()


def test_removed_code_is_removed_in_the_history_and_its_key_is_free(study, slanted, owner):
    number = slanted.pk
    remove_code(slanted, **owner)
    state = CodeState.objects.get(revision=newest(study))
    assert (state.code_number, state.removed, state.key) == (number, True, "slanted")
    assert add_code(study.codebook, key="slanted", **NEW, **owner).pk


def test_former_key_goes_on_to_mean_its_code(study, codes, owner):
    rename_key(codes["loaded"], "charged", **owner)
    assert code_called(study.codebook_id, "loaded") == codes["loaded"]
    assert code_called(study.codebook_id, "charged") == codes["loaded"]
    assert code_called(study.codebook_id, "nonsense") is None
    assert former_keys(study.codebook) == {"loaded": codes["loaded"].pk}
    with pytest.raises(CodeRefused, match="was the key of “Loaded language”"):
        add_code(study.codebook, key="loaded", **NEW, **owner)
    rename_key(codes["loaded"], "loaded", **owner)
    assert former_keys(study.codebook) == {"charged": codes["loaded"].pk}


@pytest.mark.parametrize("key", ["threat", "two words", "", "x" * 51])
def test_key_that_cannot_be_is_refused(codes, owner, key):
    with pytest.raises(CodeRefused):
        rename_key(codes["loaded"], key, **owner)
    assert Code.objects.filter(key="loaded").exists()


def test_retired_code_takes_no_tag_and_frees_its_hot_key(revision, tag, codes, owner):
    kept = tag(revision, "accord")
    retired = retire_code(codes["loaded"], **owner)
    assert (retired.hotkey, retired.retired_at is not None) == ("", True)
    codes["loaded"].refresh_from_db()
    with pytest.raises(TagRefused, match="is retired and takes no new tags"):
        tag(revision, "Critics")
    assert Annotation.objects.get().code == kept.code


def test_tag_is_told_which_code_took_the_place(revision, tag, codes, slanted, owner):
    merge_code(codes["loaded"], slanted, **owner)
    codes["loaded"].refresh_from_db()
    with pytest.raises(TagRefused, match="was merged into “New”: tag with that"):
        tag(revision, "Critics")
    restore_code(codes["loaded"], **owner)
    split_code(codes["loaded"], PARTS, **owner)
    codes["loaded"].refresh_from_db()
    with pytest.raises(TagRefused, match="split: tag with “Charged words” or “Labels”"):
        tag(revision, "Critics")


def test_note_of_a_tag_can_be_edited_under_a_retired_code_but_no_tag_changes_to_it(
    revision, tag, codes, slanted, owner, cast
):
    one, other = tag(revision, "accord"), tag(revision, "strait", code="damage")
    retire_code(codes["loaded"], **owner)
    codes["loaded"].refresh_from_db()
    how = {"version": 1, "code": codes["loaded"], "actor": cast.reviewer}
    coding = {"target": "", "polarity": "", "voice": "outlet", "speaker": "", "note": "Hm."}
    assert edit_annotation(one, coding=coding, **how).note == "Hm."
    with pytest.raises(TagRefused):
        edit_annotation(other, coding=coding, **how)
    with pytest.raises(RulingRefused, match="retired"):
        rule(other, "recode", code=codes["loaded"], version=1, moderator=cast.moderator)


def test_restored_code_has_its_hot_key_back_if_that_is_free(study, codes, owner):
    retire_code(codes["loaded"], **owner)
    assert restore_code(codes["loaded"], **owner).hotkey == "l"
    retire_code(codes["loaded"], **owner)
    edit_code(codes["damage"], hotkey="l", **owner)
    restored = restore_code(codes["loaded"], **owner)
    assert (restored.hotkey, restored.retired_at) == ("", None)


def test_merges_are_followed_to_the_code_in_force(study, codes, slanted, owner):
    other = add_code(study.codebook, key="other", **NEW, **owner)
    merge_code(codes["loaded"], slanted, **owner)
    merge_code(slanted, other, **owner)
    assert successors(study.codebook) == {codes["loaded"].pk: other.pk, slanted.pk: other.pk}
    state = CodeState.objects.get(revision=newest(study))
    assert (state.key, state.merged_into_key) == ("slanted", "other")


def test_merge_that_breaks_a_rule_is_refused(study, codes, slanted, owner):
    child = add_code(study.codebook, key="child", parent=slanted, **NEW, **owner)
    cases = [
        (slanted, codes["loaded"], "stands above “New”"),
        (child, codes["threat"], "asks for a target"),
        (child, codes["damage"], "counts as bias"),
        (child, child, "itself"),
    ]
    for code, into, why in cases:
        with pytest.raises(CodeRefused, match=why):
            merge_code(code, into, **owner)
    merge_code(child, slanted, **owner)
    with pytest.raises(CodeRefused, match="already"):
        merge_code(child, codes["loaded"], **owner)
    with pytest.raises(CodeRefused, match="is retired"):
        merge_code(slanted, child, **owner)
    assert not Code.objects.filter(retired_at=None, merged_into__isnull=False).exists()


def test_split_makes_codes_of_the_same_rules_beside_the_old_one(study, codes, owner):
    made = split_code(codes["threat"], [PARTS[0], PARTS[1] | {"hotkey": "t"}], **owner)
    assert [code.split_from for code in made] == [codes["threat"]] * 2
    assert [(code.asks_target, code.hotkey) for code in made] == [(True, ""), (True, "t")]
    assert newest(study).states.count() == 3
    for wrong in ([], PARTS[:1], [PARTS[0] | {"key": "words"}, PARTS[1] | {"key": "words"}]):
        with pytest.raises(CodeRefused):
            split_code(codes["loaded"], wrong, **owner)
    codes["loaded"].refresh_from_db()
    assert codes["loaded"].retired_at is None


def test_tag_and_its_steps_name_the_revision_of_the_codebook(
    study, story, revision, tag, codes, owner, cast
):
    one = tag(revision, "accord")
    edit_code(codes["loaded"], definition="Other.", **owner)
    assert tag(revision, "strait").codebook_revision == 2
    coding = {"target": "", "polarity": "", "voice": "outlet", "speaker": "", "note": "n"}
    edit_annotation(one, version=1, coding=coding, code=codes["loaded"], actor=cast.reviewer)
    seen = [one.changes.order_by("number").values_list("codebook_revision", flat=True)]
    assert list(seen[0]) == [1, 2]
    undo(study, story, actor=cast.reviewer)
    assert Annotation.objects.get(pk=one.pk).codebook_revision == 1
    redo(study, story, actor=cast.reviewer)
    assert Annotation.objects.get(pk=one.pk).codebook_revision == 2
    assert Change.objects.filter(codebook_revision=2).count() == 2


def test_history_takes_a_constant_number_of_queries_per_step(study, codes, owner):
    edit_code(codes["loaded"], definition="One.", **owner)
    counts = []
    for number in range(2):
        with CaptureQueriesContext(
            connection,
        ) as queries:
            edit_code(codes["loaded"], definition=f"{number}.", **owner)
        counts.append(len(queries))
        for each in range(9):
            add_code(study.codebook, key=f"k{number}{each}", **NEW, **owner)
    assert counts[0] == counts[1]


def test_tag_and_filter_by_a_former_key_mean_the_code_that_had_it(
    client_of, study, story, revision, codes, owner, cast
):
    rename_key(codes["loaded"], "charged", **owner)
    client = client_of(cast.reviewer)
    tagged = {"revision": revision.pk, "code": "loaded", "exact": "accord"}
    answer = client.post(reverse("tag", args=[study.key]), tagged, headers={"HX-Request": "true"})
    assert answer.status_code == 200
    assert Annotation.objects.get().code == codes["loaded"]
    desk = reverse("desk", args=[study.key, story.pk])
    assert client.get(desk, {"by_code": "loaded"}).context["filters"].code == "charged"
    assert client.get(desk, {"by_code": "nonsense"}).context["filters"].code == "nonsense"


def test_retired_code_is_offered_nowhere_but_can_be_filtered_for(
    client_of, study, story, revision, tag, codes, owner, cast
):
    subject = tag(revision, "accord")
    other = tag(revision, "strait", code="damage")
    retire_code(codes["loaded"], **owner)
    client = client_of(cast.moderator)
    page = client.get(reverse("desk", args=[study.key, story.pk])).text
    assert 'name="code" value="loaded"' not in page
    assert '<option value="loaded">' in page
    for one, offered in [(subject, True), (other, False)]:
        edit = client_of(cast.reviewer).get(reverse("annotation", args=[study.key, one.pk]))
        assert (codes["loaded"] in edit.context["codes"]) == offered
    queue = client.get(reverse("queue", args=[study.key]))
    assert codes["loaded"] not in queue.context["codes"]
