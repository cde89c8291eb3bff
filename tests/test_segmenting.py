from dataclasses import dataclass

import pytest
from hypothesis import given
from hypothesis import strategies as st

from annotations.texts.segmenting import LANES, segments


@dataclass(frozen=True)
class Mark:
    start: int
    end: int


def shape(text, marks, start=0, end=None):
    """Return each segment as (text, indexes of the marks that cover it)."""
    cut = segments(text, start, len(text) if end is None else end, marks)
    return [(s.text, [marks.index(mark) for mark, _ in s.covering]) for s in cut]


@pytest.mark.parametrize(
    ("marks", "expected"),
    [
        ([], [("abcdef", [])]),
        ([Mark(0, 6)], [("abcdef", [0])]),
        ([Mark(2, 4)], [("ab", []), ("cd", [0]), ("ef", [])]),
        ([Mark(0, 4), Mark(2, 6)], [("ab", [0]), ("cd", [0, 1]), ("ef", [1])]),
        ([Mark(0, 6), Mark(2, 3)], [("ab", [0]), ("c", [0, 1]), ("def", [0])]),
        ([Mark(1, 3), Mark(3, 5)], [("a", []), ("bc", [0]), ("de", [1]), ("f", [])]),
        ([Mark(9, 12)], [("abcdef", [])]),
    ],
)
def test_text_is_cut_where_a_mark_starts_or_ends(marks, expected):
    assert shape("abcdef", marks) == expected


def test_marks_of_one_range_cover_one_segment():
    cut = segments("abc", 0, 3, [Mark(0, 2), Mark(0, 2)])
    assert [(s.text, len(s.covering), len(s.ending)) for s in cut] == [("ab", 2, 2), ("c", 0, 0)]


def test_mark_that_reaches_beyond_the_range_is_cut_to_it_and_does_not_end_there():
    (segment,) = segments("abcdef", 2, 4, [Mark(0, 6)])
    assert segment.text == "cd"
    assert segment.ending == ()


def test_nested_mark_lies_inside_and_on_another_lane():
    cut = segments("abcdef", 0, 6, [Mark(2, 3), Mark(0, 6)])
    assert [(mark, lane) for mark, lane in cut[1].covering] == [(Mark(0, 6), 0), (Mark(2, 3), 1)]


def test_lane_is_used_again_where_it_is_free():
    cut = segments("abcdef", 0, 6, [Mark(0, 2), Mark(3, 5)])
    assert [lane for s in cut for _, lane in s.covering] == [0, 0]


def test_marks_beyond_the_lanes_share_the_last():
    cut = segments("ab", 0, 2, [Mark(0, 2)] * (LANES + 2))
    assert [lane for _, lane in cut[0].covering] == [0, 1, 2, 3, 3, 3]


def test_empty_range_has_no_segments():
    assert segments("abc", 1, 1, [Mark(0, 3)]) == []


@st.composite
def marked_texts(draw):
    text = draw(st.text(min_size=1, max_size=60))
    ends = st.integers(0, len(text))
    pairs = draw(st.lists(st.tuples(ends, ends), max_size=12))
    return text, [Mark(min(p), max(p)) for p in pairs if p[0] != p[1]]


@given(marked_texts(), st.data())
def test_segments_joined_are_the_text_and_each_mark_covers_its_quote(marked, data):
    text, marks = marked
    start = data.draw(st.integers(0, len(text)))
    end = data.draw(st.integers(start, len(text)))
    cut = segments(text, start, end, marks)
    assert "".join(s.text for s in cut) == text[start:end]
    for number, mark in enumerate(set(marks)):
        covered = "".join(s.text for s in cut if mark in [m for m, _ in s.covering])
        assert covered == text[max(start, mark.start) : min(end, mark.end)], number
