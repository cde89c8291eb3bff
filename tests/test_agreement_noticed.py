"""Noticed: sentences × coders, with what is missing and what is simply not tagged."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from annotations.agreement.figures import figure_of
from annotations.agreement.nominal import ALPHA, NOMINAL, Ratings, tables
from annotations.agreement.noticed import NOTICED, Noticed, tables_of_layers
from tests.coded import codings, rows, value

SENTENCES = [(0, 10), (10, 19), (20, 30), (30, 40)]  # one ends before the next begins
WHO = st.lists(st.lists(st.booleans(), min_size=3, max_size=3), min_size=2, max_size=2)
ALPHA_OF = {measure.key: measure for measure in NOTICED}


def made_of(made, **options):
    return codings(made, [40, 40], codes=3, units=[SENTENCES, SENTENCES], **options)


def one_by_one(made, coded, code=None):
    """Return the ratings, sentence by sentence and coder by coder."""
    values = np.full((8, len(coded[0])), -1)
    for number in range(8):
        text, (start, end) = number // 4, SENTENCES[number % 4]
        for coder, has_coded in enumerate(coded[text]):
            if has_coded:
                values[number, coder] = any(
                    (t, c) == (text, coder) and s < end and e > start and code in (None, k)
                    for t, c, s, e, k in made
                )
    return Ratings(values, np.arange(8) // 4, 2)


@given(rows(), WHO)
def test_tables_are_those_of_the_sentences_one_by_one(made, coded):
    found = tables_of_layers(made_of(made, coders=3, coded=coded))
    for layer, code in ((0, 0), (1, 1), (2, 2), (3, None)):
        ratings = one_by_one(made, coded, code)
        readers = np.flatnonzero((ratings.values >= 0).any(axis=0))
        of_readers = Ratings(ratings.values[:, readers], ratings.stories, 2)
        assert found[:, layer] == pytest.approx(tables(of_readers))


@pytest.mark.parametrize(
    ("start", "end", "noticed"),
    [
        (0, 10, [0]),
        (9, 10, [0]),
        (10, 19, [1]),
        (19, 20, []),
        (18, 21, [1, 2]),
        (0, 40, [0, 1, 2, 3]),
    ],
)
def test_sentence_is_noticed_if_a_tag_overlaps_it(start, end, noticed):
    it = codings([(0, 0, start, end, 0), (0, 1, start, end, 0)], [40], units=[SENTENCES])
    pairs = tables_of_layers(it)[0, 0, 0]
    assert pairs.tolist() == [[2 * (4 - len(noticed)), 0], [0, 2 * len(noticed)]]


def test_text_not_coded_is_missing_and_text_without_tags_is_not_noticed():
    made = [(0, 0, 0, 5, 0), (0, 1, 0, 5, 0), (1, 0, 0, 5, 0)]
    alpha = ALPHA_OF["noticed_alpha"]
    assert value(alpha, made_of(made, coded=[[True, True], [True, False]])) == 1
    assert value(alpha, made_of(made)) < 1


def test_tag_of_who_is_not_counted_as_a_coder_is_left_out():
    made = [(0, 0, 0, 5, 0), (0, 1, 0, 5, 0), (0, 2, 20, 25, 0)]
    it = made_of(made, coders=3, coded=[[True, True, False], [True, True, False]])
    assert value(ALPHA_OF["noticed_alpha"], it) == 1


def test_measure_of_a_code_looks_at_its_tags_alone():
    made = [(0, 0, 0, 5, 0), (0, 1, 0, 5, 1), (0, 0, 20, 25, 2), (0, 1, 20, 25, 2)]
    it = made_of(made)
    alpha = ALPHA_OF["noticed_alpha"]
    assert value(alpha, it) == 1  # the same sentences, whatever the code
    assert value(alpha.of_code(2), it) == 1
    assert value(alpha.of_code(0), it) < 1


def test_alpha_is_that_of_the_same_numbers_by_hand():
    """Sentences 1 and 3 of four by one coder, 1 and 2 by the other: α = 1 - 7 · 2 · 2 / 32."""
    made = [(0, 0, 0, 5, 0), (0, 0, 20, 25, 0), (0, 1, 0, 5, 0), (0, 1, 10, 15, 0)]
    it = codings(made, [40], units=[SENTENCES])
    assert value(ALPHA_OF["noticed_alpha"], it) == pytest.approx(1 - 7 * 4 / 32)
    assert value(ALPHA_OF["noticed_percentage"], it) == 0.5
    assert value(ALPHA_OF["noticed_positive"], it) == 0.5


@given(made=rows(), coded=WHO)
def test_figure_is_never_nan_and_never_without_a_reason(made, coded):
    statistics = tables_of_layers(made_of(made, coders=3, coded=coded))
    for measure in NOTICED:
        for of in (measure, measure.of_code(1)):
            figure = figure_of(of, statistics, samples=10)
            assert (figure.value is None) == bool(figure.reason)
            assert figure.value is None or np.isfinite(figure.value)


@given(rows(), st.permutations(range(3)))
def test_order_of_coders_and_texts_does_not_matter(made, coders):
    changed = [(1 - text, coders[coder], *rest) for text, coder, *rest in reversed(made)]
    before, after = (tables_of_layers(made_of(m, coders=3)) for m in (made, changed))
    assert after[::-1] == pytest.approx(before)


def test_n_is_the_sentences_that_two_coders_read():
    it = made_of([(0, 0, 0, 5, 0)], coded=[[True, True], [True, False]])
    figure = figure_of(ALPHA_OF["noticed_alpha"], tables_of_layers(it), samples=0)
    assert (figure.units, figure.stories) == (4, 2)


def test_nobody_noticed_anything_is_undefined_with_its_reason():
    it = made_of([])
    figure = figure_of(ALPHA_OF["noticed_alpha"], tables_of_layers(it))
    assert figure.reason.startswith("everybody gave the same code to everything")
    assert figure_of(ALPHA_OF["noticed_percentage"], tables_of_layers(it)).value == 1


def test_texts_without_sentences_add_nothing():
    it = codings([(0, 0, 0, 5, 0)], [40], units=[np.zeros((0, 2), int)])
    assert (
        figure_of(Noticed(ALPHA), tables_of_layers(it)).reason == "no unit was coded by two coders"
    )


def test_every_nominal_coefficient_has_a_measure_of_what_was_noticed():
    assert {f"noticed_{coefficient.key}" for coefficient in NOMINAL} <= set(ALPHA_OF)
