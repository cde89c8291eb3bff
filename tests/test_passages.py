"""A text is cut into passages at its lines."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from sources.passages import Passage, passages, touched
from tests.test_normalising import any_text

TEXT = "one\n\n  two two\n \t\nthree"


def test_each_line_with_something_on_it_is_a_passage():
    assert passages(TEXT) == [Passage(0, 0, 3), Passage(1, 5, 14), Passage(2, 18, 23)]


@pytest.mark.parametrize("text", ["", "\n\n", "  \n\t", "\u3000"])
def test_blank_text_has_no_passage(text):
    assert passages(text) == []


def test_offsets_count_code_points():
    assert passages("😀é\n한국") == [Passage(0, 0, 2), Passage(1, 3, 5)]


@pytest.mark.parametrize(
    ("start", "end", "indexes"),
    [
        (0, 3, [0]),
        (0, 1, [0]),
        (3, 5, []),  # the line feeds between
        (2, 6, [0, 1]),
        (0, 23, [0, 1, 2]),
        (22, 99, [2]),
        (5, 5, []),  # empty
        (13, 18, [1]),
        (14, 18, []),
    ],
)
def test_range_touches_the_passages_it_overlaps(start, end, indexes):
    assert [passage.index for passage in touched(passages(TEXT), start, end)] == indexes


@given(any_text)
def test_passages_cover_each_solid_code_point_once_and_no_line_feed(text):
    covered = [at for passage in passages(text) for at in range(passage.start, passage.end)]
    assert len(covered) == len(set(covered))
    solid = {at for at, character in enumerate(text) if not character.isspace()}
    assert solid <= set(covered)
    assert all(text[at] != "\n" for at in covered)


@given(any_text, st.integers(0, 60), st.integers(0, 60))
def test_touched_passages_are_those_that_a_scan_finds(text, start, end):
    cut = passages(text)
    scan = [p for p in cut if max(p.start, start) < min(p.end, end)]
    assert touched(cut, start, end) == scan
