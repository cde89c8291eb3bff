"""Unitizing: published examples, the definitions by brute force, and the cases of overlap."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from annotations.agreement.figures import figure_of
from annotations.agreement.intersecting import CU_ALPHA
from annotations.agreement.unitizing import (
    EXPECTED,
    OBSERVED,
    UNITIZING,
    BoundaryAlpha,
    LengthAlpha,
    TaggedAlpha,
)
from tests.coded import codings, rows, value, without_stacks

ALPHA_U, U_ALPHA, TAGGED = BoundaryAlpha(), LengthAlpha(), TaggedAlpha()
# Krippendorff 2004, Content Analysis, 2nd ed., p. 254 (and Quality & Quantity 38, appendix):
# a continuum from 150 to 450, two observers, (category, observer, begin, length).
BOOK = [
    *((0, 0, 225, 70), (0, 0, 370, 30), (0, 1, 220, 80), (0, 1, 355, 20), (0, 1, 400, 20)),
    *((1, 0, 180, 60), (1, 0, 300, 50), (1, 1, 180, 60), (1, 1, 300, 50)),
]
# Krippendorff 1995, Sociological Methodology 25, p. 57: continua A to D of 24, observer by
# observer, (begin, length).
PAPER = [
    ([(2, 8), (14, 6)], [(4, 4), (15, 2)]),
    ([(0, 18)], [(0, 2), (2, 1), (3, 1), (4, 1), (5, 1), (6, 3), (9, 1)]),
    ([(2, 6), (10, 2), (14, 4), (20, 2)], [(0, 2), (4, 4), (10, 4), (16, 2), (20, 2)]),
    (
        [(0, 2), (2, 8), (10, 4), (14, 6), (20, 4)],
        [(0, 4), (4, 4), (8, 7), (15, 2), (17, 7)],
    ),
]
X, Y, Z = range(3)


def of_paper(stretch):
    """Return the four continua of 1995 as four codes, in places `stretch` times as fine."""
    made = [
        (0, observer, begin * stretch, (begin + length) * stretch, continuum)
        for continuum, observers in enumerate(PAPER)
        for observer, units in enumerate(observers)
        for begin, length in units
    ]
    return codings(made, [24 * stretch], codes=4)


def sections(made, coder, code, length):
    """Return (begin, length, is unit) of a coder's units of a code and the gaps between them."""
    found, at = [], 0
    for begin, end in sorted((s, e) for _, c, s, e, k in made if (c, k) == (coder, code)):
        found += [(at, begin - at, False)] * (begin > at) + [(begin, end - begin, True)]
        at = end
    return found + [(at, length - at, False)] * (at < length)


def difference(one, other):
    """Return δ² of two sections as Krippendorff 2004 defines it."""
    (begin, length, is_unit), (begin2, length2, is_unit2) = one, other
    apart = begin - begin2
    if is_unit and is_unit2:
        meets = -length < apart < length2
        return apart**2 + (apart + length - length2) ** 2 if meets else 0
    if is_unit and not is_unit2:
        return length**2 if length2 - length >= apart >= 0 else 0
    return difference(other, one) if is_unit2 else 0


def by_definition(made, length, coders, codes):
    """Return observed and expected disagreement of each code, every pair at every shift."""
    observed, expected = np.zeros(codes), np.zeros(codes)
    for code in range(codes):
        of = [sections(made, coder, code, length) for coder in range(coders)]
        pairs = [(a, b) for i in of for j in of if i is not j for a in i for b in j]
        observed[code] = sum(difference(a, b) for a, b in pairs) / (coders - 1)
        pool = [section for i in of for section in i]
        shifted = sum(
            difference((shift, *a[1:]), (0, *b[1:]))
            for i, a in enumerate(pool)
            for j, b in enumerate(pool)
            if i != j
            for shift in range(-length, length + 1)
        )
        places = coders * length
        own = sum(unit * (unit - 1) for _, unit, is_unit in pool if is_unit)
        expected[code] = shifted * places / (places * (places - 1) - own)
    return observed, expected


def coincidences(made, length, coders, codes):
    """Return observed coincidences (last row and column: gaps), and squares, place by place."""
    layer = np.full((coders, length), codes)
    for _, coder, start, end, code in made:
        layer[coder, start:end] = code
    observed = np.zeros((codes + 1, codes + 1))
    squares, inside = np.zeros(codes + 1), np.zeros(codes)
    for i in range(coders):
        for j in set(range(coders)) - {i}:
            np.add.at(observed, (layer[i], layer[j]), 1 / (coders - 1))
            for _, _, start, end, code in (row for row in made if row[1] == i):
                met = (layer[j, start:end] < codes).sum()
                inside[code] += met**2 / (coders - 1)
    for _, _, start, end, code in made:
        squares[code] += (end - start) ** 2
    squares[codes] = observed[codes].sum()
    return observed, squares, inside


def one_minus(observed, expected):
    return 1 - observed / expected if expected > 1e-9 else np.nan


def length_alphas(observed, squares):
    """Return uα and |uα of 2016 from the matrices of coincidences (eq. 1 to 6)."""
    margin, everything = observed.sum(axis=0), observed.sum()
    chance = np.outer(margin, margin) - np.diag(squares)
    chance *= everything / (everything**2 - squares.sum()) if observed[:-1].any() else 0
    with_gaps = one_minus(everything - np.trace(observed), chance.sum() - np.trace(chance))
    return with_gaps, one_minus(observed[-1, :-1].sum(), chance[-1, :-1].sum())


def code_alphas(observed, inside):
    """Return cuα and (k)uα of 2016 (eq. 10 to 13)."""
    observed = observed[:-1, :-1]
    margin, everything = observed.sum(axis=0), observed.sum()
    if not everything:
        return [np.nan] * (len(inside) + 1)
    pairs = everything - inside.sum() / everything
    chance = (np.outer(margin, margin) - np.diag(inside)) / (pairs if pairs > 1e-9 else np.inf)
    whole = one_minus(everything - np.trace(observed), chance.sum() - np.trace(chance))
    of_each = []
    for k, row in enumerate(chance):
        apart = margin[k] * (row.sum() - chance[k, k])
        missed = row.sum() * (margin[k] - observed[k, k]) if row.sum() > 1e-9 else np.nan
        of_each.append(one_minus(missed, apart))
    return [whole, *of_each]


def test_original_alpha_is_as_printed_in_content_analysis():
    made = codings(
        [(0, coder, at - 150, at - 150 + length, code) for code, coder, at, length in BOOK],
        [300],
        codes=2,
    )
    sums = ALPHA_U.statistics(made)[0]
    printed = np.array([[0.0144, 0.0532], [0.0, 0.0490]])  # observed, expected; of c and of k
    assert sums[:, [OBSERVED, EXPECTED]] / (2 * 300**2) == pytest.approx(printed, abs=5e-5)
    assert value(ALPHA_U.of_code(0), made) == pytest.approx(0.7286, abs=5e-5)
    assert value(ALPHA_U, made) == pytest.approx(0.8591, abs=5e-4)  # from the rounded figures


def test_observed_disagreement_is_as_printed_in_the_paper_of_1995():
    printed = [0.03125, 2.26736, 0.02777, 0.38715]
    for stretch in (1, 5):
        sums = ALPHA_U.statistics(of_paper(stretch))[0]
        observed = sums[:, OBSERVED] / (2 * (24 * stretch) ** 2)
        assert observed == pytest.approx(printed, abs=1e-5)


def test_alphas_of_1995_are_those_printed_up_to_its_correction_of_2004():
    """The paper's expectation had a sign wrong, which its author put right in 2004."""
    made = of_paper(5000)
    found = [value(ALPHA_U.of_code(code), made) for code in range(4)]
    assert found == pytest.approx([0.553, -0.926, 0.679, 0.066], abs=0.02)


@pytest.mark.parametrize(
    ("begin", "length", "is_unit", "printed"),
    [(4, 2, True, 26), (5, 2, True, 16), (6, 2, True, 10), (7, 2, True, 8), (6, 4, True, 2)],
)
def test_difference_of_the_brute_force_is_as_printed(begin, length, is_unit, printed):
    """Krippendorff 2004, figure of differences: a unit at 5 of length 6 against others."""
    assert difference((5, 6, True), (begin, length, is_unit)) == printed


@given(rows(texts=1), st.integers(2, 3))
def test_original_alpha_is_that_of_the_definition(made, coders):
    made = without_stacks([row for row in made if row[1] < coders])
    sums = ALPHA_U.statistics(codings(made, [40], coders=coders, codes=3))[0]
    observed, expected = by_definition(made, 40, coders, 3)
    assert sums[:, OBSERVED] == pytest.approx(observed)
    assert sums[:, EXPECTED] == pytest.approx(expected)


@given(rows(texts=1), st.integers(2, 3))
def test_alphas_of_lengths_are_those_of_the_definition(made, coders):
    made = without_stacks([row for row in made if row[1] < coders])
    observed, squares, inside = coincidences(made, 40, coders, 3)
    it = codings(made, [40], coders=coders, codes=3)
    found = [value(U_ALPHA, it), value(TAGGED, it)]
    assert found == pytest.approx(length_alphas(observed, squares), nan_ok=True)
    of_codes = [value(measure, it) for measure in (CU_ALPHA, *map(CU_ALPHA.of_code, range(3)))]
    assert of_codes == pytest.approx(code_alphas(observed, inside), nan_ok=True)


@pytest.mark.parametrize("measure", UNITIZING, ids=lambda measure: measure.key)
@given(made=rows())
def test_equal_coders_agree_wholly_however_they_stack(measure, made):
    mine = [row for row in made if row[1] == 0]
    same = [(text, coder, *rest) for text, _, *rest in mine for coder in range(3)]
    figure = figure_of(measure, measure.statistics(codings(same, [40, 40], coders=3, codes=3)))
    assert figure.value == pytest.approx(1) if figure.value is not None else figure.reason


@pytest.mark.parametrize("measure", UNITIZING, ids=lambda measure: measure.key)
@given(made=rows(), coders=st.permutations(range(3)), codes=st.permutations(range(3)))
def test_order_of_coders_codes_and_texts_does_not_matter(measure, made, coders, codes):
    changed = [(1 - t, coders[c], start, end, codes[k]) for t, c, start, end, k in reversed(made)]
    before, after = (
        value(measure, codings(m, [40, 40], coders=3, codes=3)) for m in (made, changed)
    )
    assert after == pytest.approx(before, nan_ok=True)


@pytest.mark.parametrize("measure", UNITIZING, ids=lambda measure: measure.key)
@given(made=rows())
def test_statistic_of_the_whole_is_the_sum_of_the_stories(measure, made):
    apart = measure.statistics(codings(made, [40, 40], coders=3, codes=3))
    together = measure.statistics(codings(made, [40, 40], coders=3, codes=3, stories=[0, 0]))
    alone = [
        measure.statistics(
            codings([(0, *r[1:]) for r in made if r[0] == t], [40], coders=3, codes=3)
        )
        for t in (0, 1)
    ]
    assert apart.sum(axis=0) == pytest.approx(together[0])
    assert apart == pytest.approx(np.concatenate(alone))


@pytest.mark.parametrize("measure", UNITIZING, ids=lambda measure: measure.key)
@given(
    made=rows(),
    coded=st.lists(st.lists(st.booleans(), min_size=3, max_size=3), min_size=2, max_size=2),
)
def test_figure_is_never_nan_and_never_without_a_reason(measure, made, coded):
    it = codings(made, [40, 40], coders=3, codes=3, coded=coded)
    statistics = measure.statistics(it)
    for of in (measure, *(measure.of_code(code) for code in range(3))):
        figure = figure_of(of, statistics, samples=20)
        assert (figure.value is None) == bool(figure.reason)
        assert figure.value is None or np.isfinite([figure.value, figure.units]).all()


def stacked(mine, theirs):
    """Return codings of two coders' spans of the same 200 code points."""
    made = [(0, coder, *span) for coder, spans in enumerate((mine, theirs)) for span in spans]
    return codings(made, [200], codes=3)


@pytest.mark.parametrize("measure", [ALPHA_U, U_ALPHA, CU_ALPHA], ids=lambda measure: measure.key)
def test_other_codes_nested_in_the_same_outer_one_disagree_on_the_nested_alone(measure):
    it = stacked([(20, 100, X), (40, 60, Y)], [(20, 100, X), (40, 60, Z)])
    outer, *nested = [value(measure.of_code(code), it) for code in (X, Y, Z)]
    assert outer == pytest.approx(1)
    assert max(nested) < 1
    assert value(measure, it) < 1


@pytest.mark.parametrize("measure", [ALPHA_U, U_ALPHA, CU_ALPHA], ids=lambda measure: measure.key)
def test_missed_nested_tag_is_disagreement(measure):
    it = stacked([(20, 100, X), (40, 60, Y)], [(20, 100, X)])
    assert value(measure, it) < 1


@pytest.mark.parametrize("measure", [ALPHA_U, U_ALPHA, TAGGED], ids=lambda measure: measure.key)
def test_boundary_off_by_five_of_forty_five_is_partial_agreement(measure):
    for other in ((105, 145, X), (100, 140, X), (105, 150, X)):
        assert 0 < value(measure, stacked([(100, 145, X)], [other])) < 1


@pytest.mark.parametrize("measure", UNITIZING, ids=lambda measure: measure.key)
def test_one_coder_who_tagged_nothing_is_no_agreement_or_a_reason(measure):
    figure = figure_of(measure, measure.statistics(stacked([(100, 145, X)], [])))
    assert figure.reason == "no two coders tagged the same text" or figure.value < 0.1


@pytest.mark.parametrize(
    ("made", "coded", "reason"),
    [
        ([(0, 0, 5, 9, 0)], [[True, False]], "no text was coded by two coders"),
        ([], [[True, True]], "nobody tagged anything"),
        ([(0, 0, 0, 40, 0), (0, 1, 0, 40, 0)], [[True, True]], "everybody tagged everything"),
    ],
)
def test_undefined_length_alpha_says_why(made, coded, reason):
    figure = figure_of(TAGGED, TAGGED.statistics(codings(made, [40], coded=coded)))
    assert figure.value is None
    assert figure.reason.startswith(reason)


def test_reason_of_a_code_says_that_nobody_used_it():
    it = stacked([(20, 40, X)], [(20, 40, X)])
    for measure in (ALPHA_U, U_ALPHA):
        assert measure.of_code(Y).reason(measure.statistics(it)[0]) == "nobody used the code"


def test_spans_that_only_touch_stay_two_units():
    parted = stacked([(10, 20, X), (20, 30, X)], [(10, 30, X)])
    assert value(ALPHA_U, parted) < 1
    united = stacked([(10, 21, X), (20, 30, X)], [(10, 30, X)])
    assert value(ALPHA_U, united) == 1


def test_stacked_place_is_counted_once():
    """Two coders on 10 places: X and Y against X is half agreement on each place."""
    sums = CU_ALPHA.statistics(stacked([(0, 10, X), (0, 10, Y)], [(0, 10, X)]))[0]
    assert sums[:, :-2].tolist() == [[10, 5, 0], [5, 0, 0], [0, 0, 0]]


def test_coder_who_did_not_code_a_text_takes_no_part_in_it():
    both = [(0, 0, 5, 15, 0), (0, 1, 5, 15, 0), (1, 0, 5, 15, 0)]
    coded = [[True, True], [True, False]]
    assert value(ALPHA_U, codings(both, [40, 40], coded=coded)) == 1
    assert value(ALPHA_U, codings(both, [40, 40])) < 1
