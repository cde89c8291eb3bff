"""Clusters of overlapping places, and the cards that go on as them."""

from itertools import pairwise
from typing import NamedTuple

import pytest
from hypothesis import given
from hypothesis import strategies as st

from annotations.rulings.clustering import clusters, continuing


class At(NamedTuple):
    revision_id: int
    start: int
    end: int


places = st.lists(
    st.builds(
        lambda revision, start, length: At(revision, start, start + length),
        st.integers(1, 2),
        st.integers(0, 60),
        st.integers(1, 12),
    ),
    max_size=30,
)


def spans(*ranges, revision=1):
    return [At(revision, *one) for one in ranges]


@pytest.mark.parametrize(
    ("found", "sizes"),
    [
        ([], []),
        (spans((0, 5)), [1]),
        (spans((0, 5), (5, 9)), [1, 1]),
        (spans((0, 5), (4, 9)), [2]),
        (spans((0, 9), (1, 3), (5, 8)), [3]),
        (spans((0, 4), (6, 9), (3, 7)), [3]),
        (spans((0, 4), (0, 4)), [2]),
        (spans((0, 4)) + spans((0, 4), revision=2), [1, 1]),
    ],
)
def test_cluster_holds_what_overlaps_directly_or_through_others(found, sizes):
    assert [len(group) for group in clusters(found)] == sizes


@given(places)
def test_every_place_is_in_one_cluster(found):
    assert sorted(one for group in clusters(found) for one in group) == sorted(found)


@given(places)
def test_places_of_two_clusters_never_overlap(found):
    ranges = [
        (group[0].revision_id, group[0].start, max(one.end for one in group))
        for group in clusters(found)
    ]
    for before, after in pairwise(ranges):
        assert before[0] < after[0] or before[2] <= after[1]


@given(places)
def test_cluster_has_no_gap(found):
    for group in clusters(found):
        reach = group[0].end
        for one in group[1:]:
            assert one.start < reach
            reach = max(reach, one.end)


@pytest.mark.parametrize(
    ("found", "laid", "heirs"),
    [
        ([{"a"}], {}, [None]),
        ([{"a", "b"}], {7: {"a", "b"}}, [7]),
        ([{"a", "b", "c"}], {7: {"a"}, 8: {"b", "c"}}, [8]),
        ([{"a"}, {"b", "c"}], {7: {"a", "b", "c"}}, [None, 7]),
        ([{"a"}, {"b"}], {7: {"a", "b"}}, [7, None]),
        ([{"a"}], {7: {"b"}}, [None]),
        ([{"a", "b"}], {8: {"b"}, 7: {"a"}}, [7]),
    ],
)
def test_card_goes_on_as_the_group_that_shares_most_with_it(found, laid, heirs):
    assert continuing(found, laid) == heirs
