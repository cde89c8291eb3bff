import math

import numpy as np
from hypothesis import given, settings
from hypothesis import strategies as st

from annotations.agreement.codings import Codings
from annotations.agreement.everything import MEASURES, READING, figures
from annotations.agreement.gamma import GAMMA, INSTALL, Unusable, load_package

LENGTH = 40


def codings(spans, coded, texts):
    """Return codings of (text, coder, start, end, code); `coded` are rows of texts."""
    return Codings(
        np.full(texts, LENGTH),
        np.arange(texts),
        np.array(coded, dtype=bool),
        *np.array(spans, dtype=np.int64).reshape(-1, 5).T,
        codes=3,
        parents=(-1, 0, 0),
        units=(np.array([[0, 20], [20, LENGTH]]),) * texts,
    )


@st.composite
def any_codings(draw):
    texts, coders = draw(st.integers(0, 3)), draw(st.integers(1, 3))
    coded = [[draw(st.booleans()) for _ in range(coders)] for _ in range(texts)]
    span = st.tuples(
        st.integers(0, max(texts - 1, 0)),
        st.integers(0, coders - 1),
        st.integers(0, 30),
        st.integers(1, 10),
        st.integers(0, 2),
    )
    spans = draw(st.lists(span, max_size=8)) if texts else []
    given = [(text, coder, start, start + long, code) for text, coder, start, long, code in spans]
    if not texts:
        return codings([], np.zeros((0, coders), dtype=bool), 0)
    return codings(given, coded, texts)


@settings(max_examples=60, deadline=None)
@given(any_codings(), st.sampled_from([None, 0, 1, 2]))
def test_every_figure_is_a_number_of_at_most_one_or_has_a_reason(found, code):
    for figure in figures(found.without_duplicates(), samples=20, code=code):
        assert (figure.value is None) == bool(figure.reason), figure
        if figure.value is not None:
            assert math.isfinite(figure.value), figure
            assert figure.value <= 1 + 1e-9, figure
        assert (figure.low is None) == (figure.high is None), figure


def test_the_same_tags_of_all_coders_agree_completely():
    spans = [(0, coder, start, start + 7, start % 3) for coder in range(3) for start in (2, 15, 22)]
    spans += [(1, coder, 2, 9, 0) for coder in range(3)]
    found = codings(spans, np.ones((2, 3), dtype=bool), 2)
    two_only = {"noticed_cohen_kappa", "noticed_scott_pi"}
    values = {figure.measure: figure.value for figure in figures(found)}
    assert {key: round(value, 9) for key, value in values.items() if key not in two_only} == {
        measure.key: 1 for measure in MEASURES if measure.key not in two_only
    }


def test_every_measure_has_a_key_of_its_own_a_source_and_a_sentence_on_how_to_read_it():
    keys = [measure.key for measure in [*MEASURES, GAMMA]]
    assert len(set(keys)) == len(keys)
    assert set(READING) == set(keys)
    assert all(measure.source and measure.title for measure in MEASURES)
    assert {measure.question for measure in MEASURES} == {"noticed", "where", "which"}


def test_questions_stand_in_their_order():
    questions = [measure.question for measure in MEASURES]
    assert questions == sorted(questions, key=["noticed", "where", "which"].index)


def test_gamma_comes_last_and_only_if_it_is_asked_for():
    found = codings([(0, 0, 0, 5, 0), (0, 1, 0, 5, 0)], [[True, True]], 1)
    assert GAMMA.key not in {figure.measure for figure in figures(found, samples=10)}
    figure = figures(found, samples=10, gamma=True)[-1]
    assert figure.measure == GAMMA.key
    try:
        load_package()
    except Unusable:
        assert (figure.value, figure.reason) == (None, INSTALL)
