import krippendorff
import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from annotations.agreement.codings import Codings
from annotations.agreement.figures import figure_of
from annotations.agreement.hierarchy import distances
from annotations.agreement.which import CODES, NO_MATCH, ONE_CODE, WHICH, confusions

ALPHA, LEVELS, PERCENTAGE = WHICH
# Two upper codes, each with two below it.
PARENTS = (-1, 0, 0, -1, 3, 3)


def places(*codes, parents=PARENTS, stories=None):
    """Return codings of two coders who tagged the same places with these pairs of codes."""
    count = len(codes)
    return Codings(
        np.full(count, 10),
        np.arange(count) if stories is None else np.array(stories),
        np.ones((count, 2), dtype=bool),
        np.repeat(np.arange(count), 2),
        np.tile([0, 1], count),
        np.zeros(2 * count, dtype=int),
        np.full(2 * count, 5),
        np.array(codes, dtype=int).ravel(),
        codes=len(parents),
        parents=parents,
        units=(np.array([[0, 10]]),) * count,
    )


def figure(measure, codings, code=None):
    measure = measure if code is None else measure.of_code(code)
    return figure_of(measure, measure.statistics(codings))


pairs_of_codes = st.lists(st.tuples(st.integers(0, 5), st.integers(0, 5)), min_size=1, max_size=12)


def oracle(codes, of_distance=None):
    """Return the α of the package krippendorff, or None where it is undefined."""
    if len({code for pair in codes for code in pair}) < 2:
        return None
    metric = "nominal"
    if of_distance is not None:

        def metric(v1, v2, **_):
            return of_distance[v1.astype(int), v2.astype(int)]

    ratings = np.array(codes, dtype=float).T
    return krippendorff.alpha(ratings, level_of_measurement=metric)


@settings(max_examples=100, deadline=None)
@given(pairs_of_codes)
def test_alpha_of_matched_spans_is_the_oracles(codes):
    expected = oracle(codes)
    assert figure(ALPHA, places(*codes)).value == (expected and pytest.approx(expected))


@settings(max_examples=100, deadline=None)
@given(pairs_of_codes)
def test_alpha_by_levels_is_the_oracles_with_our_distance(codes):
    expected = oracle(codes, distances(PARENTS))
    assert figure(LEVELS, places(*codes)).value == (expected and pytest.approx(expected))


@settings(max_examples=50, deadline=None)
@given(pairs_of_codes)
def test_without_levels_both_alphas_are_one(codes):
    flat = places(*codes, parents=(-1,) * 6)
    expected = figure(ALPHA, flat).value
    assert figure(LEVELS, flat).value == (expected and pytest.approx(expected))


@settings(max_examples=50, deadline=None)
@given(pairs_of_codes, st.integers(0, 5))
def test_alpha_of_a_code_is_that_of_the_code_against_the_rest(codes, code):
    expected = oracle([(one == code, other == code) for one, other in codes])
    assert figure(ALPHA, places(*codes), code).value == (expected and pytest.approx(expected))


def test_confusion_in_one_branch_counts_half_of_one_between_branches():
    agreed = [(1, 1), (2, 2), (4, 4), (5, 5)]
    near, far = (figure(LEVELS, places(*agreed, pair)).value for pair in ((1, 2), (1, 4)))
    alike = figure(ALPHA, places(*agreed, (1, 2))).value
    assert far < near
    assert alike < near < 1


def test_percentage_of_a_code_is_how_often_the_other_coder_gave_it():
    codings = places((0, 0), (0, 0), (0, 1), (2, 2))
    assert figure(PERCENTAGE, codings).value == pytest.approx(3 / 4)
    assert figure(PERCENTAGE, codings, 0).value == pytest.approx(4 / 5)
    assert figure(PERCENTAGE, codings, 1).value == 0


def test_units_are_matched_pairs_and_of_a_code_those_in_which_it_occurs():
    codings = places((0, 0), (0, 0), (0, 1), (2, 2))
    assert [figure(ALPHA, codings, code).units for code in (None, 0, 1, 2, 3)] == [4, 3, 1, 1, 0]


def test_rows_of_the_confusions_are_the_coder_with_the_lower_index():
    table = confusions(places((0, 1), (0, 1), (2, 2), stories=[0, 0, 1]))[:, CODES]
    assert (table[0, 0, 1], table[0].sum()) == (2, 2)
    assert (table[1, 2, 2], table[1].sum()) == (1, 1)


def test_undefined_figures_say_why():
    assert figure(ALPHA, places((0, 0), (0, 0))).reason == ONE_CODE
    alone = places((0, 0)).select(spans=np.array([True, False]))
    assert [figure(measure, alone).reason for measure in WHICH] == [NO_MATCH] * 3
    assert figure(LEVELS, places((0, 1)), 0).reason.startswith("it weighs all codes")


def test_stacks_are_matched_by_their_equal_codes():
    stacks = Codings(
        np.array([10]),
        np.array([0]),
        np.ones((1, 2), dtype=bool),
        np.zeros(4, dtype=int),
        np.array([0, 0, 1, 1]),
        np.zeros(4, dtype=int),
        np.full(4, 5),
        np.array([0, 1, 1, 2]),
        codes=3,
        parents=(-1, -1, -1),
        units=(np.array([[0, 10]]),),
    )
    table = confusions(stacks)[0, CODES]
    assert (table[1, 1], table[0, 2], table.sum()) == (1, 1, 2)
