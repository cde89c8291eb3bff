"""Excerpts: the passage around a range, cut between words."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from annotations.texts.excerpts import Excerpt, excerpt

TEXT = "Title\n\nOne two three four five.\nNext passage."


@pytest.mark.parametrize(
    ("quote", "reach", "expected"),
    [
        ("three", 99, Excerpt("One two ", "three", " four five.", False, False)),
        ("three", 6, Excerpt("two ", "three", " four", True, True)),
        ("three", 0, Excerpt("", "three", "", True, True)),
        ("Title", 99, Excerpt("", "Title", "", False, False)),
        ("passage.", 99, Excerpt("Next ", "passage.", "", False, False)),
        ("five.\nNext", 6, Excerpt("four ", "five.\nNext", "", True, True)),
        (TEXT, 5, Excerpt("", TEXT, "", False, False)),
    ],
)
def test_excerpt_stays_in_the_passage_and_between_words(quote, reach, expected):
    start = TEXT.index(quote)
    assert excerpt(TEXT, start, start + len(quote), reach) == expected


@pytest.mark.parametrize("text", ["🇳🇴👩‍👩‍👧 é́ العربية 漢字仮名交じり文"])
def test_every_range_keeps_its_words(text):
    for start in range(len(text)):
        for end in range(start + 1, len(text) + 1):
            assert excerpt(text, start, end, 3).exact == text[start:end]


@given(st.text(alphabet="ab \né🙂", min_size=1), st.data())
def test_excerpt_is_a_slice_of_the_text(text, data):
    start = data.draw(st.integers(0, len(text) - 1))
    end = data.draw(st.integers(start + 1, len(text)))
    reach = data.draw(st.integers(0, 9))
    found = excerpt(text, start, end, reach)
    left, right = start - len(found.before), end + len(found.after)
    assert found.before + found.exact + found.after == text[left:right]
    assert "\n" not in found.before + found.after
    assert len(found.before) <= reach
    assert len(found.after) <= reach
    assert found.cut_before == (left > 0 and text[left - 1] != "\n")
    assert found.cut_after == (right < len(text) and text[right] != "\n")
