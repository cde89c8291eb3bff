"""Two wordings facing each other: nothing is lost, and the span's words are marked exactly."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from annotations.revisions.facing import Bit, alone, face, likest
from annotations.texts.comparing import Op
from annotations.texts.excerpts import excerpt

TEXTS = st.text("ab c\n“é👩\u0301", min_size=1, max_size=40)


def words(bits):
    return "".join(bit.text for bit in bits)


@given(old=TEXTS, new=TEXTS, data=st.data())
def test_sides_add_up_to_their_excerpts(old, new, data):
    shown = []
    for text in (old, new):
        start = data.draw(st.integers(0, len(text) - 1))
        end = data.draw(st.integers(start, len(text)))
        shown.append(excerpt(text, start, end))
    for side, there in zip(face(*shown), shown, strict=True):
        assert words(side.before) == there.before
        assert words(side.span) == there.exact
        assert words(side.after) == there.after


def test_changed_words_are_told_on_their_own_side_only():
    old = excerpt("They spoke of a siege today.", 14, 21)
    new = excerpt("They spoke of a blockade today.", 14, 24)
    left, right = face(old, new)
    assert left.span == [Bit("a "), Bit("siege", Op.DELETE)]
    assert right.span == [Bit("a "), Bit("blockade", Op.INSERT)]
    assert {bit.op for bit in left.before + right.after} == {Op.EQUAL}


def test_excerpt_alone_has_nothing_changed():
    side = alone(excerpt("One. Two.", 5, 8))
    assert (side.before, side.span, side.after) == ([Bit("One. ")], [Bit("Two")], [Bit(".")])


@pytest.mark.parametrize(
    ("passage", "candidates", "expected"),
    [
        ("The ferry left the quay at noon.", ["Prices rose.", "The ferry left at noon."], 1),
        ("The ferry left the quay at noon.", ["Prices rose.", "Nobody spoke."], None),
        ("The ferry left the quay at noon.", [], None),
        ("渡轮中午离开了码头。", ["价格上涨了很多。", "渡轮中午离开了港口。"], 1),
        ("…", ["…"], 0),
    ],
)
def test_likest_passage_holds_most_of_the_old_one(passage, candidates, expected):
    assert likest(passage, candidates) == expected
