from itertools import combinations, pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from annotations.texts.chaining import heaviest_chain


@pytest.mark.parametrize(
    ("pairs", "chain"),
    [
        ([], []),
        ([(0, 0, 1)], [(0, 0)]),
        ([(0, 2, 1), (1, 0, 1), (2, 1, 1)], [(1, 0), (2, 1)]),
        ([(0, 2, 3), (1, 0, 1), (2, 1, 1)], [(0, 2)]),
        ([(0, 0, 1), (0, 1, 2), (1, 1, 2)], [(0, 0), (1, 1)]),
    ],
)
def test_chain_is_in_one_order_and_weighs_most(pairs, chain):
    assert heaviest_chain(pairs) == chain


def increasing(chain):
    return all(a[0] < b[0] and a[1] < b[1] for a, b in pairwise(chain))


@given(st.lists(st.tuples(st.integers(0, 5), st.integers(0, 5), st.integers(1, 9)), max_size=8))
def test_no_chain_weighs_more(pairs):
    found = heaviest_chain(pairs)
    weight = {}
    for left, right, heavy in pairs:
        weight[left, right] = max(heavy, weight.get((left, right), 0))
    chains = [
        chain
        for size in range(len(weight) + 1)
        for chain in combinations(sorted(weight), size)
        if increasing(chain)
    ]
    assert increasing(found)
    assert sum(weight[p] for p in found) == max(sum(weight[p] for p in c) for c in chains)
