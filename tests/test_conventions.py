"""What formats of other tools have in common: names of files, and what is kept beside features."""

from dataclasses import replace

import pytest

from annotations.interchange import conventions
from annotations.interchange.conventions import (
    TagError,
    by_annotator,
    features,
    label_of,
    layout,
    reference,
    safe_name,
    with_features,
)
from tests.interchanged import tag


@pytest.mark.parametrize(
    ("name", "safe"),
    [
        ("anna", "anna"),
        ("a.b+c@d-e_f", "a.b+c@d-e_f"),
        ("../../etc/passwd", "_.._etc_passwd"),
        ("C:\\x", "C__x"),
        ("con", "_con"),
        ("Nul.txt", "_Nul.txt"),
        ("جمال", "جمال"),
        ("...", ""),
    ],
)
def test_names_of_files_are_safe_on_every_system(name, safe):
    assert safe_name(name) == safe


def test_annotators_have_files_that_differ_in_more_than_upper_case():
    own = [
        tag("slam", n, annotator=name) for n, name in enumerate(["Anna", "anna", "", "INITIAL_CAS"])
    ]
    assert list(by_annotator(own)) == ["unnamed", "Anna", "INITIAL_CAS-2", "anna-2"]
    assert by_annotator([]) == {"INITIAL_CAS": []}


def test_places_in_an_archive_tell_document_and_annotator():
    assert layout(["article-1-revision-2/anna.xmi", "corpus/alone.xmi", "plain.xmi"]) == {
        "article-1-revision-2/anna.xmi": ("article-1-revision-2", "anna"),
        "corpus/alone.xmi": ("alone", ""),
        "plain.xmi": ("plain", ""),
    }
    assert layout(["x/annotation/a.txt/INITIAL_CAS.tsv", "a/anna.tsv", "b/anna.tsv"]) == {
        "x/annotation/a.txt/INITIAL_CAS.tsv": ("a.txt", ""),
        "a/anna.tsv": ("a", "anna"),
        "b/anna.tsv": ("b", "anna"),
    }


def test_a_name_of_ours_holds_the_numbers_of_the_article():
    assert (reference("article-3-revision-4").id, reference("article-3-revision-4").revision) == (
        3,
        4,
    )
    assert reference("article-x").id is None


@pytest.mark.parametrize(
    ("names", "code"),
    [
        ({"value", "identifier"}, "value"),
        ({"note", "Label", "zeal"}, "Label"),
        ({"frame", "comment"}, "frame"),
        ({"comment", "annotator"}, None),
        (set(), None),
    ],
)
def test_the_feature_that_names_the_code_is_guessed_by_its_name(names, code):
    assert label_of(names) == code


def test_what_a_format_cannot_hold_is_kept_unless_it_was_changed():
    record = tag("slam", 1, note="LOUD", speaker="Q", code="Big")
    said = features(record, str.lower)
    assert (said["note"], said["code"], "speaker" in said) == ("loud", "big", True)
    bare = replace(record, code=said["code"], id="", note="", speaker="", created_at=None)
    assert with_features(bare, said, str.lower) == record
    changed = with_features(bare, said | {"note": "new"}, str.lower)
    assert (changed.note, changed.speaker) == ("new", "Q")


@pytest.mark.parametrize("own", ["{", "[]", '{"created_at": "soon"}', '{"id": 3}', "[" * 100_000])
def test_what_we_kept_and_somebody_broke_is_said(own):
    with pytest.raises(TagError, match="parallax"):
        with_features(tag("slam", 1), {conventions.OWN: own}, str)
