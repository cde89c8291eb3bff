"""Nominal coefficients against published examples, and α against the krippendorff package."""

import warnings

import krippendorff
import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays

from annotations.agreement.hierarchy import distances
from annotations.agreement.nominal import (
    ALPHA,
    NOMINAL,
    Alpha,
    Cohen,
    Fleiss,
    Gwet,
    Percentage,
    Ratings,
    Scott,
    Specific,
    tables,
    tables_of_counts,
)

MATRICES = st.tuples(st.integers(1, 12), st.integers(1, 5)).flatmap(
    lambda shape: arrays(np.int64, shape, elements=st.integers(-1, 3))
)
# Krippendorff 2011, Computing Krippendorff's Alpha-Reliability: sections A, B and C.
BINARY = ["0100000010", "1110010000"]
TWO_OBSERVERS = ["aabbdcccedda", "babbbccceddd"]
MISSING = ["12332141 2...", "12332241 25.3", ".3332342 251.", "12332441 251."]
# Krippendorff 1995, Sociological Methodology 25, p. 57: continuum A, place by place.
BERTHA_AND_BILL = ["001111111100001111110000", "000011110000000110000000"]
# Fleiss 1971, table 1: 30 patients, six psychiatrists, five diagnoses.
FLEISS = """
00060 03003 01401 00006 03030 20400 00402 20310 20040 00006 10050 11040 03300 10050 02031
00501 30012 51000 02040 10203 00006 01050 02013 20040 10041 05010 40002 02040 10500 00006
"""
# Cohen 1960, p. 45: two judges, 200 cases.
COHEN = [[88, 14, 18], [10, 40, 10], [2, 6, 12]]


def table_of(coders):
    """Return the table of coders' values, one character for each unit."""
    lines = [line.replace(" ", "") for line in coders]
    signs = sorted(set("".join(lines)) - {"."})
    values = np.array([[signs.index(s) if s != "." else -1 for s in line] for line in lines]).T
    return tables(Ratings(values, np.arange(len(values)), len(signs))).sum(axis=0)


def crossed(numbers):
    """Return the table of two coders from how often each pair of categories came up."""
    units = [(a, b) for a, row in enumerate(numbers) for b, n in enumerate(row) for _ in range(n)]
    values = np.array(units)
    return tables(Ratings(values, np.zeros(len(values), int), len(numbers))).sum(axis=0)


def fleiss_table():
    counts = np.array([[int(n) for n in patient] for patient in FLEISS.split()])
    return tables_of_counts(counts, np.zeros(30, int), 1)[0]


def by_the_package(values):
    """Return the package's α, NaN where it finds nothing to compute."""
    data = np.where(values < 0, np.nan, values).T.astype(float)
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # it divides by zero where we say why
        try:
            return krippendorff.alpha(reliability_data=data, level_of_measurement="nominal")
        except ValueError:  # fewer than two values
            return np.nan


@pytest.mark.parametrize(
    ("coders", "printed"), [(BINARY, 0.095), (TWO_OBSERVERS, 0.692), (MISSING, 0.743)]
)
def test_alpha_is_as_printed_by_krippendorff(coders, printed):
    assert float(ALPHA.value(table_of(coders))) == pytest.approx(printed, abs=5e-4)


def test_alpha_kappa_and_pi_are_as_printed_for_a_continuum_in_places():
    table = table_of(BERTHA_AND_BILL)
    values = [float(c.value(table)) for c in (Cohen(), Scott(), ALPHA)]
    assert values == pytest.approx([0.385, 0.314, 0.329], abs=1e-3)


def test_fleiss_kappa_is_as_printed_by_fleiss():
    table = fleiss_table()
    assert float(Fleiss().value(table)) == pytest.approx(0.430, abs=5e-4)
    assert float(Percentage().value(table)) == pytest.approx(0.5556, abs=5e-5)


def test_cohen_kappa_is_as_printed_by_cohen():
    assert float(Cohen().value(crossed(COHEN))) == pytest.approx(0.492, abs=5e-4)
    assert float(Percentage().value(crossed(COHEN))) == pytest.approx(0.70)


def test_ac1_stays_near_the_percentage_where_kappa_falls_below_zero():
    table = crossed([[118, 5], [2, 0]])  # Gwet 2008, the paradox of κ
    assert float(Gwet().value(table)) == pytest.approx(0.9408, abs=5e-5)
    assert float(Cohen().value(table)) == pytest.approx(-0.0234, abs=5e-5)


def test_coefficients_with_missing_data_are_those_of_gwet_s_handbook():
    """Gwet 2014, the example of four raters and twelve subjects (raw.4raters in irrCAC)."""
    table = table_of(MISSING)
    assert float(Gwet().value(table)) == pytest.approx(0.775, abs=5e-4)
    assert float(Fleiss().value(table)) == pytest.approx(0.761, abs=5e-4)


def test_specific_agreement_shows_what_the_percentage_hides():
    table = crossed([[118, 5], [2, 0]])
    chosen = [float(Specific(k, "", "").value(table)) for k in (0, 1)]
    assert chosen == pytest.approx([236 / 243, 0])
    assert float(Percentage().value(table)) == pytest.approx(0.944)


def test_percentage_pools_pairs_and_does_not_average_units():
    """One unit with four codings that agree (6 pairs) and one with two that do not (1 pair)."""
    table = tables_of_counts(np.array([[4, 0], [1, 1]]), np.zeros(2, int), 1)[0]
    assert float(Percentage().value(table)) == pytest.approx(6 / 7)


@given(MATRICES)
def test_alpha_is_the_package_s(values):
    table = tables(Ratings(values, np.zeros(len(values), int), 4)).sum(axis=0)
    expected = by_the_package(values)
    assert float(ALPHA.value(table)) == pytest.approx(expected, abs=1e-9, nan_ok=True)


@pytest.mark.parametrize("coders", [3, 5])
@pytest.mark.parametrize("share", [0.02, 0.3])
def test_alpha_of_skewed_ratings_with_gaps_is_the_package_s(coders, share):
    """The shape of BABE: 3 to 5 annotators, much missing, and few positives."""
    chance = np.random.default_rng(20)
    truth = chance.random((3700, 1)) < share
    values = (truth ^ (chance.random((3700, coders)) < 0.1)).astype(int)
    values[chance.random(values.shape) < 0.4] = -1
    table = tables(Ratings(values, np.zeros(3700, int), 2)).sum(axis=0)
    assert float(ALPHA.value(table)) == pytest.approx(by_the_package(values), abs=1e-9)


@given(MATRICES, st.permutations(range(4)), st.randoms())
def test_order_of_units_and_names_of_codes_do_not_matter(values, names, chance):
    rows = chance.sample(range(len(values)), len(values))
    renamed = np.append(names, -1)[values][rows]
    stories = np.zeros(len(values), int)
    for coefficient in NOMINAL:
        before = coefficient.value(tables(Ratings(values, stories, 4)).sum(axis=0))
        after = coefficient.value(tables(Ratings(renamed, stories, 4)).sum(axis=0))
        assert float(after) == pytest.approx(float(before), abs=1e-9, nan_ok=True)


@given(MATRICES)
def test_tables_of_stories_add_up_to_that_of_the_whole(values):
    apart = tables(Ratings(values, np.arange(len(values)), 4)).sum(axis=0)
    whole = tables(Ratings(values, np.zeros(len(values), int), 4))[0]
    assert apart == pytest.approx(whole)


def test_equal_codings_agree_wholly_by_every_coefficient():
    table = table_of(["aabbc", "aabbc"])
    assert [float(c.value(table)) for c in NOMINAL] == pytest.approx([1] * len(NOMINAL))


@pytest.mark.parametrize(
    ("coders", "reason"),
    [
        (["aabb"], "no unit was coded by two coders"),
        (["ab..", "..ab"], "no unit was coded by two coders"),
        (["aaaa", "aaaa"], "everybody gave the same code to everything"),
    ],
)
def test_undefined_alpha_says_why(coders, reason):
    table = table_of(coders)
    assert np.isnan(ALPHA.value(table))
    assert ALPHA.reason(table).startswith(reason)


def test_kappa_of_three_coders_asks_for_a_pair():
    assert Cohen().reason(table_of(["ab", "ab", "aa"])) == "it compares two coders: choose a pair"
    assert Cohen().reason(table_of(["aabb", "abab"])) == ""


def test_confusion_under_one_upper_code_counts_half():
    parents = (-1, 0, 0, -1, 3)
    expected = [
        [0, 0.5, 0.5, 1, 1],
        [0.5, 0, 0.5, 1, 1],
        [0.5, 0.5, 0, 1, 1],
        [1, 1, 1, 0, 0.5],
        [1, 1, 1, 0.5, 0],
    ]
    assert distances(parents).tolist() == expected


def test_codes_without_levels_are_as_far_apart_as_in_the_nominal_alpha():
    table = table_of(TWO_OBSERVERS)
    assert distances((-1,) * 5).tolist() == (1 - np.eye(5)).tolist()
    by_level = Alpha(distances=distances((-1,) * 5))
    assert float(by_level.value(table)) == float(ALPHA.value(table))


def test_alpha_by_hierarchy_is_higher_where_confusions_stay_in_a_branch():
    table = table_of(["abcdabcd", "bacdabcd"])  # a and b are confused twice
    inside = Alpha(distances=distances((2, 2, -1, -1)))
    across = Alpha(distances=distances((2, 3, -1, -1)))
    assert float(across.value(table)) < float(inside.value(table)) < 1


def test_parents_that_lead_in_a_circle_end():
    assert distances((1, 0)).tolist() == [[0, 0], [0, 0]]
