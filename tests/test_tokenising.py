"""Tokens and their offsets in UTF-16 units, in any script."""

from itertools import pairwise

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from annotations.interchange.tokenising import Tokens, tokenised
from annotations.interchange.utf16 import Utf16

WORDS = [
    ("It's 1,000.5€, he said.", ["It's", "1,000.5", "€", ",", "he", "said", "."]),
    ("non-violent x_y", ["non-violent", "x_y"]),
    ("नमस्ते दुनिया।", ["नमस्ते", "दुनिया", "।"]),
    ("東京で", ["東", "京", "で"]),
    ("مرحبا، سلام\u200cها", ["مرحبا", "،", "سلام\u200cها"]),
    ("e\u0301tude", ["e\u0301tude"]),
    ("👩‍👩‍👧🇩🇪👍🏽😀", ["👩‍👩‍👧", "🇩🇪", "👍🏽", "😀"]),
    ("\u0301a", ["\u0301", "a"]),
]


@pytest.mark.parametrize(("text", "words"), WORDS)
def test_words_signs_and_clusters_are_tokens(text, words):
    (sentence,) = tokenised(text)
    assert [text[start:end] for start, end in sentence.tokens] == words


@settings(max_examples=80, deadline=None)
@given(st.text(st.characters(exclude_categories=["Cs"]), max_size=60))
def test_every_character_but_white_space_is_in_one_token(text):
    places = Tokens(tokenised(text)).places
    assert places == sorted(places)
    assert all(end <= start for (_, end), (start, _) in pairwise(places))
    assert "".join(text[start:end] for start, end in places) == "".join(text.split())


def test_tokens_are_found_by_place():
    tokens = Tokens(tokenised("ab cd ef"))
    assert list(tokens.touched(1, 4)) == [0, 1]
    assert list(tokens.touched(2, 3)) == []
    assert list(tokens.touched(3, 5)) == [1]
    assert list(tokens.touched(0, 8)) == [0, 1, 2]


@settings(max_examples=40, deadline=None)
@given(st.text(st.characters(exclude_categories=["Cs"]), max_size=30))
def test_utf16_offsets_go_there_and_back(text):
    offsets = Utf16(text)
    for at in range(len(text) + 1):
        unit = offsets.unit(at)
        assert unit == len(text[:at].encode("utf-16-le")) // 2
        assert offsets.code_point(unit) == at


def test_no_code_point_begins_amidst_a_character():
    with pytest.raises(ValueError, match="amidst"):
        Utf16("a😀b").code_point(2)
