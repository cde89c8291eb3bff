import pytest

from annotations.codebook.codebooks import DEFAULT, default_codebook, load_codebook, read_codebook
from annotations.codebook.codifying import CodeRefused
from annotations.models import Code, Codebook

pytestmark = pytest.mark.django_db


def row(**given):
    plain = dict.fromkeys(read_codebook(DEFAULT)[0], "")
    rules = {"asks_target": "no", "marks_spans": "yes", "counts_as_bias": "yes"}
    return plain | rules | {"definition": "d", "colour": "#112233"} | given


def test_default_codebook_has_25_framing_codes_and_damage():
    codes = list(default_codebook().codes.all())
    assert [code.key for code in codes if not code.counts_as_bias] == ["damage"]
    assert len(codes) == 26


def test_default_codebook_is_stored_once():
    assert default_codebook() == default_codebook()
    assert Codebook.objects.count() == 1


def test_code_about_an_actor_asks_for_its_target():
    asking = default_codebook().codes.filter(asks_target=True)
    assert {code.key for code in asking} == {"portrayal", "threat", "victim", "strength", "virtue"}


def test_only_omission_marks_no_span():
    (omission,) = default_codebook().codes.filter(marks_spans=False)
    assert omission.key == "omission"


def test_every_code_that_marks_spans_has_a_hot_key_of_its_own():
    keys = [code.hotkey for code in default_codebook().codes.filter(marks_spans=True)]
    assert all(keys)
    assert len(set(keys)) == len(keys)


def test_every_code_says_what_it_means_with_examples_and_sources():
    for code in default_codebook().codes.all():
        assert code.definition
        assert code.examples
        assert code.sources


def test_child_comes_with_its_parent():
    codebook = load_codebook([row(key="a", name="A"), row(key="b", name="B", parent="a")], name="x")
    assert codebook.codes.get(key="b").path == "a/b"


def test_codebook_with_one_wrong_code_is_not_stored_at_all():
    with pytest.raises(CodeRefused):
        load_codebook([row(key="a", name="A"), row(key="a", name="Again")], name="x")
    assert not Codebook.objects.exists()
    assert not Code.objects.exists()


def test_documentation_has_every_code_word_for_word():
    page = (DEFAULT.parents[2] / "docs" / "codebook.md").read_text()
    for code in read_codebook(DEFAULT):
        section = page.partition(f"(`{code['key']}`)")[2].partition("\n#")[0]
        for field in ("definition", "include", "exclude", "sources"):
            assert code[field] in section, (code["key"], field)


def luminance(colour):
    parts = [int(colour[at : at + 2], 16) / 255 for at in (1, 3, 5)]
    red, green, blue = (c / 12.92 if c <= 0.04045 else ((c + 0.055) / 1.055) ** 2.4 for c in parts)
    return 0.2126 * red + 0.7152 * green + 0.0722 * blue


def test_colours_read_on_white_at_wcag_aa_and_none_is_used_twice():
    colours = [code["colour"] for code in read_codebook(DEFAULT)]
    assert len(set(colours)) == len(colours)
    assert all(1.05 / (luminance(colour) + 0.05) >= 4.5 for colour in colours)
