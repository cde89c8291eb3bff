from itertools import permutations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from annotations.agreement.codings import Codings
from annotations.agreement.figures import figure_of
from annotations.agreement.matching import matched_pairs, overlaps, unmatched
from annotations.agreement.where import WHERE_F1

LENGTH = 60
EXACT, OVERLAP, HALF = WHERE_F1


def codings(*spans, coders=2, texts=1, codes=4, coded=None):
    """Return codings of (coder, start, end, code) or (text, coder, start, end, code)."""
    rows = [span if len(span) == 5 else (0, *span) for span in spans]
    columns = np.array(rows, dtype=np.int64).reshape(-1, 5).T
    everybody = np.ones((texts, coders), dtype=bool)
    return Codings(
        np.full(texts, LENGTH),
        np.arange(texts),
        everybody if coded is None else np.array(coded),
        *columns,
        codes=codes,
        parents=(-1,) * codes,
        units=(np.array([[0, LENGTH]]),) * texts,
    )


def matched(found, **wanted):
    pairs = matched_pairs(found, **wanted)
    return list(zip(pairs.first.tolist(), pairs.second.tolist(), strict=True))


def value(measure, found, code=None):
    measure = measure if code is None else measure.of_code(code)
    return figure_of(measure, measure.statistics(found)).value


spans_of_one = st.lists(
    st.tuples(st.integers(0, 20), st.integers(1, 12), st.integers(0, 2)), max_size=5
)


def spans_of_two(first, second):
    return [
        (coder, start, start + length, code)
        for coder, spans in enumerate((first, second))
        for start, length, code in spans
    ]


def best(spans, *, same_code):
    """Return the largest sum of overlaps over all matchings, tried one by one."""
    sides = [[span for span in spans if span[0] == coder] for coder in (0, 1)]
    few, many = sorted(sides, key=len)

    def gain(one, other):
        shared = min(one[2], other[2]) - max(one[1], other[1])
        fits = shared > 0 and not (same_code and one[3] != other[3])
        return shared / (max(one[2], other[2]) - min(one[1], other[1])) if fits else 0

    return max(
        sum(gain(one, other) for one, other in zip(few, chosen, strict=True))
        for chosen in permutations(many, len(few))
    )


@settings(max_examples=150, deadline=None)
@given(spans_of_one, spans_of_one, st.booleans())
def test_no_other_matching_overlaps_more(first, second, same_code):
    spans = spans_of_two(first, second)
    pairs = matched_pairs(codings(*spans), same_code=same_code)
    assert pairs.overlap.sum() == pytest.approx(best(spans, same_code=same_code), abs=1e-6)


@settings(max_examples=80, deadline=None)
@given(spans_of_one, spans_of_one, st.booleans())
def test_matching_is_one_to_one_and_of_overlapping_spans_of_two_coders(first, second, same_code):
    found = codings(*spans_of_two(first, second))
    pairs = matched_pairs(found, same_code=same_code)
    assert len(set(pairs.first)) == len(set(pairs.second)) == len(pairs.first)
    assert (found.coder[pairs.first] == 0).all()
    assert (found.coder[pairs.second] == 1).all()
    assert ((pairs.overlap > 0) & (pairs.overlap <= 1)).all()
    if same_code:
        assert (found.code[pairs.first] == found.code[pairs.second]).all()


@settings(max_examples=80, deadline=None)
@given(spans_of_one, spans_of_one)
def test_coders_may_change_places(first, second):
    one, other = (codings(*spans_of_two(*sides)) for sides in ((first, second), (second, first)))
    for measure in WHERE_F1:
        assert value(measure, one) == pytest.approx(value(measure, other), abs=1e-6)


@settings(max_examples=80, deadline=None)
@given(spans_of_one, spans_of_one, st.randoms())
def test_order_of_the_spans_does_not_matter(first, second, chance):
    spans = spans_of_two(first, second)
    mixed = chance.sample(spans, len(spans))
    pairs = [
        {(order[one], order[other]) for one, other in matched(codings(*order))}
        for order in (spans, mixed)
    ]
    assert pairs[0] == pairs[1]


@settings(max_examples=80, deadline=None)
@given(spans_of_one, spans_of_one)
def test_identical_spans_of_a_code_are_always_matched(first, second):
    found = codings(*spans_of_two(first, second)).without_duplicates()
    pairs = matched_pairs(found)
    both = {(one[0], one[1], one[2]) for one in first} & {(o[0], o[1], o[2]) for o in second}
    exact = (pairs.overlap == 1) & (found.code[pairs.first] == found.code[pairs.second])
    assert exact.sum() == len(both)


def test_equal_code_decides_between_equal_places():
    stacks = codings((0, 5, 9, 0), (0, 5, 9, 1), (1, 5, 9, 1), (1, 5, 9, 2))
    assert matched(stacks) == [(0, 3), (1, 2)]


def test_greedy_choice_is_undone_if_two_others_overlap_more():
    chain = codings((0, 0, 10, 0), (0, 10, 20, 0), (1, 4, 15, 0), (1, 15, 26, 0))
    assert matched(chain) == [(0, 2), (1, 3)]


def test_spans_that_only_touch_are_not_matched():
    assert matched(codings((0, 0, 10, 0), (1, 10, 20, 0))) == []


def test_spans_of_two_texts_are_not_matched():
    assert matched(codings((0, 0, 0, 60, 0), (1, 1, 0, 60, 0), texts=2)) == []


def test_each_pair_of_coders_is_matched_by_itself():
    three = codings((0, 0, 10, 0), (1, 0, 10, 0), (2, 0, 5, 0), coders=3)
    assert matched(three) == [(0, 1), (0, 2), (1, 2)]


def test_spans_of_who_did_not_code_the_text_take_no_part():
    unfinished = codings((0, 0, 10, 0), (1, 0, 10, 0), coded=[[True, False]])
    assert matched(unfinished) == []
    assert value(EXACT, unfinished) is None


def test_no_spans_and_no_texts_have_no_pairs():
    assert matched(codings()) == []
    assert matched(codings(texts=0)) == []


def test_unmatched_spans_are_those_of_the_pair_without_a_partner():
    three = codings((0, 0, 10, 0), (0, 20, 30, 0), (1, 0, 9, 0), (2, 20, 30, 0), coders=3)
    pairs = matched_pairs(three)
    assert unmatched(three, pairs, 0, 1).tolist() == [1]
    assert unmatched(three, pairs, 2, 0).tolist() == [0]


def test_parts_of_memory_hold_whole_texts(monkeypatch):
    spans = [(text, coder, 0, 10 + text, 0) for text in range(9) for coder in (0, 1)]
    monkeypatch.setattr("annotations.agreement.matching.AT_ONCE", 10)
    assert len(matched(codings(*spans, texts=9))) == 9
    monkeypatch.setattr("annotations.agreement.matching.AT_ONCE", 1)
    assert len(matched(codings(*spans, texts=9))) == 9


def test_overlap_is_the_intersection_over_the_union():
    assert overlaps(*map(np.array, ([0], [45], [5], [45]))) == pytest.approx([40 / 45])


def test_outer_code_agrees_and_nested_codes_do_not():
    outer_x, nested = (0, 0, 45, 0), (10, 20)
    found = codings(outer_x, (0, *nested, 1), (1, *outer_x[1:]), (1, *nested, 2))
    for measure in WHERE_F1:
        assert [value(measure, found, code) for code in (0, 1, 2)] == [1, 0, 0]
        assert value(measure, found) == pytest.approx(0.5)


def test_missed_nested_tag_lowers_agreement():
    found = codings((0, 0, 45, 0), (1, 0, 45, 0), (1, 10, 20, 1))
    assert [value(measure, found) for measure in WHERE_F1] == [pytest.approx(2 / 3)] * 3
    assert value(EXACT, found, 0) == 1
    assert value(EXACT, found, 1) == 0


def test_boundary_that_is_off_is_partial_agreement():
    found = codings((0, 0, 45, 0), (1, 5, 45, 0))
    assert [value(measure, found) for measure in WHERE_F1] == [0, pytest.approx(40 / 45), 1]


def test_one_coder_without_a_tag_is_no_agreement_and_two_are_undefined():
    assert [value(measure, codings((0, 0, 5, 0))) for measure in WHERE_F1] == [0, 0, 0]
    nothing = figure_of(EXACT, EXACT.statistics(codings()))
    assert (nothing.value, nothing.reason) == (
        None,
        "nobody tagged anything in a text that two coders coded",
    )


def test_same_span_tagged_twice_by_one_coder_counts_once():
    found = codings((0, 0, 5, 0), (0, 0, 5, 0), (1, 0, 5, 0))
    figure = figure_of(EXACT, EXACT.statistics(found))
    assert (figure.value, figure.units) == (1, 2)


def test_figures_of_three_coders_are_pooled_over_their_pairs():
    found = codings((0, 0, 10, 0), (1, 0, 10, 0), (2, 0, 5, 0), coders=3)
    assert value(EXACT, found) == pytest.approx(2 / 6)
    assert value(OVERLAP, found) == pytest.approx(2 * (1 + 0.5 + 0.5) / 6)
    assert value(HALF, found) == 1
