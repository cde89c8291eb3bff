"""How near tags come to a gold standard. Expected scores are worked out by hand."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from annotations.team.scoring import Placed, Verdict, compare, score

X, Y = 1, 2


def tags(side, *places):
    return [
        Placed(f"{side}{number}", *(place if len(place) == 4 else (1, *place)))
        for number, place in enumerate(places)
    ]


def verdicts(own, gold):
    return [one.verdict for one in compare(tags("o", *own), tags("g", *gold))]


@pytest.mark.parametrize(
    ("own", "gold", "expected"),
    [
        ([], [], 100),
        ([(0, 5, X)], [], 0),
        ([], [(0, 5, X)], 0),
        ([(0, 5, X)], [(0, 5, X)], 100),
        ([(0, 5, Y)], [(0, 5, X)], 50),
        ([(0, 40, X)], [(0, 45, X)], 88),  # 40 of 45 words in common
        ([(0, 40, Y)], [(0, 45, X)], 44),
        ([(0, 5, X)], [(0, 5, X), (10, 15, X)], 66),
        ([(0, 5, X), (10, 15, X)], [(0, 5, X), (20, 25, X)], 50),
        ([(0, 5, X)], [(5, 10, X)], 0),  # side by side is no overlap
        ([(0, 5, X), (0, 5, X)], [(0, 5, X)], 100),  # the same twice is once
        ([(0, 100, X), (20, 40, Y)], [(0, 100, X), (20, 40, X)], 75),
        ([(0, 100, Y), (0, 90, X)], [(0, 100, X)], 60),  # the right code before the most words
        ([(0, 10, Y), (9, 30, X)], [(0, 10, X)], 33),  # and yet whichever scores more
    ],
)
def test_score_is_f1_with_credit_for_overlap_and_code(own, gold, expected):
    assert score(compare(tags("o", *own), tags("g", *gold))) == expected


@pytest.mark.parametrize(
    ("own", "gold", "expected"),
    [
        ([(0, 5, X)], [(0, 5, X)], [Verdict.RIGHT]),
        ([(0, 5, Y)], [(0, 5, X)], [Verdict.CODE]),
        ([(0, 4, X)], [(0, 5, X)], [Verdict.BOUNDARY]),
        ([(0, 4, Y)], [(0, 5, X)], [Verdict.BOTH]),
        ([(0, 5, X)], [(6, 9, X)], [Verdict.EXTRA, Verdict.MISSED]),
    ],
)
def test_verdict_says_what_differs(own, gold, expected):
    assert verdicts(own, gold) == expected


def test_same_offsets_in_another_text_are_other_words():
    compared = compare(tags("o", (1, 0, 5, X)), tags("g", (2, 0, 5, X)))
    assert [one.verdict for one in compared] == [Verdict.EXTRA, Verdict.MISSED]


SPANS = st.lists(
    st.tuples(st.integers(0, 20), st.integers(1, 9), st.sampled_from([X, Y])).map(
        lambda span: (span[0], span[0] + span[1], span[2])
    ),
    max_size=6,
)


@given(SPANS, SPANS)
def test_score_is_the_same_either_way_and_whole_for_equal_tags(one, other):
    there = score(compare(tags("o", *one), tags("g", *other)))
    back = score(compare(tags("o", *other), tags("g", *one)))
    assert there == back
    assert 0 <= there <= 100
    assert score(compare(tags("o", *one), tags("g", *one))) == 100


@given(SPANS, SPANS)
def test_each_tag_is_compared_once(one, other):
    compared = compare(tags("o", *one), tags("g", *other))
    own = [each.own.place for each in compared if each.own]
    gold = [each.gold.place for each in compared if each.gold]
    assert sorted(own) == sorted({(1, *span) for span in one})
    assert sorted(gold) == sorted({(1, *span) for span in other})
