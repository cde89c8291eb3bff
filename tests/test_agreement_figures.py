"""Codings cut to parts, and figures with their bootstrap intervals."""

from dataclasses import replace

import numpy as np
import pytest
from hypothesis import given

from annotations.agreement import figures
from annotations.agreement.codings import kept_with_codings
from annotations.agreement.figures import draw, figure_of, figures_of, resamplings
from annotations.agreement.nominal import ALPHA, NOMINAL, Percentage, Ratings, tables
from annotations.agreement.noticed import NOTICED
from annotations.agreement.unitizing import UNITIZING, LengthAlpha
from tests.coded import codings, rows, value


def agreeing(stories, *, agree):
    """Return the statistic of stories with ten units each, of which a share agrees."""
    chance = np.random.default_rng(3)
    first = chance.integers(0, 2, stories * 10)
    second = np.where(chance.random(stories * 10) < agree, first, 1 - first)
    numbers = np.repeat(np.arange(stories), 10)
    return tables(Ratings(np.stack([first, second], axis=1), numbers, 2))


def test_interval_holds_the_figure_and_narrows_with_more_stories():
    few, many = (figure_of(ALPHA, agreeing(n, agree=0.8)) for n in (10, 400))
    for figure in (few, many):
        assert figure.low < figure.value < figure.high
    assert many.high - many.low < (few.high - few.low) / 3


def test_interval_of_independent_stories_is_as_wide_as_theory_says():
    """A share of n units has a standard error of √(p(1 - p) / n)."""
    statistics = agreeing(500, agree=0.7)
    figure = figure_of(Percentage(), statistics, samples=4000)
    width = 2 * 1.96 * np.sqrt(0.7 * 0.3 / 5000)
    assert figure.high - figure.low == pytest.approx(width, rel=0.15)


def test_same_seed_is_the_same_interval_and_another_seed_another():
    statistics = agreeing(30, agree=0.8)
    same = [figure_of(ALPHA, statistics, seed=7) for _ in range(2)]
    assert same[0] == same[1]
    assert figure_of(ALPHA, statistics, seed=8) != same[0]


def test_figures_taken_together_are_those_taken_one_by_one():
    statistics = agreeing(30, agree=0.8)
    assert figures_of(NOMINAL, statistics) == [figure_of(one, statistics) for one in NOMINAL]


def test_samples_too_many_for_memory_are_the_same_samples(monkeypatch):
    statistics = agreeing(30, agree=0.8)
    whole = figure_of(ALPHA, statistics, samples=200)
    monkeypatch.setattr(figures, "CELLS_AT_ONCE", 30 * 7)
    assert figure_of(ALPHA, statistics, samples=200) == whole


def test_one_story_has_a_figure_and_no_interval():
    figure = figure_of(ALPHA, agreeing(1, agree=0.8))
    assert figure.value is not None
    assert (figure.low, figure.high) == (None, None)
    assert figure.interval_reason == "one story only: there is nothing to resample"


def test_story_that_adds_nothing_is_not_resampled():
    statistics = agreeing(6, agree=0.8)
    with_empty = np.concatenate([statistics, np.zeros_like(statistics)])
    assert figure_of(ALPHA, with_empty) == figure_of(ALPHA, statistics)


def test_no_stories_at_all_is_undefined_with_its_reason():
    figure = figure_of(ALPHA, agreeing(3, agree=1)[:0], coders=2)
    assert figure.value is None
    assert figure.reason == "no unit was coded by two coders"
    assert (figure.units, figure.stories, figure.coders) == (0, 0, 2)


def test_few_stories_are_said_beside_their_interval():
    figure = figure_of(ALPHA, agreeing(4, agree=0.8))
    assert figure.low is not None
    assert figure.interval_reason == "4 stories only: the interval is a rough guide"


def test_undefined_samples_are_left_out_and_counted():
    """One of six stories has all the variation: a third of the samples do without it."""
    values = np.zeros((12, 2), int)
    values[0] = 1
    figure = figure_of(ALPHA, tables(Ratings(values, np.arange(12) // 2, 2)))
    assert (figure.value, figure.low, figure.high) == pytest.approx((1, 1, 1))
    assert figure.interval_reason.startswith("undefined in 3")
    assert "of the bootstrap samples, which are left out" in figure.interval_reason


def test_no_samples_is_no_interval():
    figure = figure_of(ALPHA, agreeing(9, agree=0.8), samples=0)
    assert (figure.low, figure.interval_reason) == (None, "no bootstrap samples were asked for")


def test_every_sample_draws_as_many_stories_as_there_are():
    weights = draw(np.random.default_rng(1), 12, 300)
    assert (weights.sum(axis=1) == 12).all()
    assert weights.mean(axis=0) == pytest.approx(np.ones(12), abs=0.25)


def test_kept_samples_cannot_be_written_to():
    with pytest.raises(ValueError, match="read-only"):
        resamplings(5, 10, 0)[0, 0] = 9


def test_selected_texts_are_numbered_anew_with_their_stories():
    made = [(0, 0, 1, 5, 0), (2, 1, 3, 6, 1), (3, 0, 0, 2, 0)]
    it = codings(made, [10, 20, 30, 40], codes=2, stories=[0, 1, 2, 2])
    kept = it.select(texts=np.array([False, True, True, False]))
    assert (kept.lengths.tolist(), kept.stories.tolist()) == ([20, 30], [0, 1])
    assert (kept.text.tolist(), kept.coder.tolist(), kept.start.tolist()) == ([1], [1], [3])
    assert [ranges.tolist() for ranges in kept.units] == [[[0, 20]], [[0, 30]]]


def test_codings_of_a_pair_are_of_the_texts_that_both_coded():
    made = [(0, 0, 1, 5, 0), (0, 2, 1, 6, 0), (1, 0, 3, 6, 0)]
    coded = [[True, True, True], [True, True, False]]
    pair = codings(made, [10, 10], coders=3, coded=coded).of_pair(2, 0)
    assert pair.coded.tolist() == [[True, True]]
    assert sorted(zip(pair.coder.tolist(), pair.end.tolist(), strict=True)) == [(0, 6), (1, 5)]


def test_span_tagged_twice_by_one_coder_counts_once():
    once = codings([(0, 0, 1, 5, 0), (0, 1, 1, 5, 0)], [10])
    twice = codings([(0, 0, 1, 5, 0), (0, 0, 1, 5, 0), (0, 1, 1, 5, 0)], [10])
    assert len(twice.text) == len(once.text) == 2


def test_short_integers_do_not_run_over():
    """Positions are numbered through all texts, coders and codes: more than 32 bits hold."""
    made = [(text, coder, 9, 99 - coder, 19) for text in range(200) for coder in (0, 1)]
    it = codings(made, [20_000_000] * 200, codes=20)
    names = ("text", "coder", "start", "end", "code", "lengths")
    short = replace(it, **{name: getattr(it, name).astype(np.int32) for name in names})
    for measure in (*UNITIZING, *NOTICED):
        assert value(measure, short) == pytest.approx(value(measure, it), nan_ok=True)


@given(rows())
def test_selecting_everything_changes_no_figure(made):
    it = codings(made, [40, 40], coders=3, codes=3)
    same = it.of_coders([0, 1, 2])
    assert value(LengthAlpha(), same) == pytest.approx(value(LengthAlpha(), it), nan_ok=True)


def test_what_measures_share_is_computed_once():
    calls = []
    compute = kept_with_codings(lambda it: calls.append(it) or len(calls))
    one, other = codings([], [10]), codings([], [10])
    assert [compute(one), compute(one), compute(other)] == [1, 1, 2]
