"""Who codes which story: everybody as much as the others, and every two as often together."""

import random
from collections import Counter

import pytest
from hypothesis import given
from hypothesis import strategies as st

from annotations.team.balancing import balanced, meetings


def lengths(count):
    chance = random.Random(7)
    return {story: chance.randrange(400, 6_000) for story in range(count)}


def plan_of(coders, each, stories, **more):
    words = lengths(stories)
    return balanced(words, dict.fromkeys(words, each), range(coders), **more)


def read_by(plan, words):
    return {coder: sum(words[story] for story in own) for coder, own in plan.stories.items()}


@pytest.mark.parametrize(
    ("coders", "each", "stories"),
    [(6, 2, 15), (5, 2, 20), (4, 3, 8), (6, 3, 20), (7, 2, 10), (12, 4, 30), (3, 2, 7), (1, 1, 4)],
)
def test_loads_and_meetings_differ_by_one_at_most(coders, each, stories):
    plan = plan_of(coders, each, stories, seed=3)
    loads = Counter(coder for _, coder in plan.parts)
    met = meetings(plan.parts, range(coders)).values()
    assert len(set(plan.parts)) == each * stories
    assert max(loads.values()) - min(loads.values()) <= 1
    assert max(met, default=0) - min(met, default=0) <= 1


def test_words_are_evened_out_where_stories_are():
    words = lengths(60)
    plan = balanced(words, dict.fromkeys(words, 2), range(6), seed=1)
    read = read_by(plan, words).values()
    assert max(read) - min(read) < 0.05 * max(read)


@given(st.integers(1, 6), st.integers(1, 4), st.integers(0, 12), st.integers(0, 2**31))
def test_same_input_and_seed_give_the_same_parts_in_any_order(coders, each, stories, seed):
    words = lengths(stories)
    plan = balanced(words, dict.fromkeys(words, each), range(coders), seed=seed)
    backwards = dict(reversed(words.items()))
    other = balanced(backwards, dict.fromkeys(backwards, each), range(coders)[::-1], seed=seed)
    assert plan == other
    assert plan.short == (dict.fromkeys(words, each - coders) if coders < each else {})


def test_another_seed_gives_other_parts():
    assert plan_of(6, 2, 15, seed=1) != plan_of(6, 2, 15, seed=2)


def test_existing_parts_stay_and_count_as_load():
    existing = {(0, 0), (1, 0), (2, 0)}
    words = lengths(6)
    plan = balanced(words, dict.fromkeys(words, 1), [0, 1], existing=existing, seed=0)
    assert plan.parts == [(story, 1) for story in plan.stories[1]]
    assert sorted(plan.stories[1]) == [3, 4, 5]


def test_existing_coder_of_a_story_does_not_get_it_twice():
    plan = balanced({1: 100}, {1: 2}, [5, 6], existing={(1, 5)}, seed=0)
    assert plan.parts == [(1, 6)]


def test_story_with_enough_coders_gets_none():
    plan = balanced({1: 100}, {1: 1}, [5, 6], existing={(1, 9)}, seed=0)
    assert (plan.parts, plan.short) == ([], {})


def test_lacking_coders_are_counted_by_story():
    plan = balanced({1: 100, 2: 50}, {1: 3, 2: 1}, [5, 6], existing={(2, 7)}, seed=0)
    assert plan.short == {1: 1}


def test_order_is_shuffled_for_each_coder():
    plan = plan_of(2, 2, 30, seed=4)
    first, second = plan.stories[0], plan.stories[1]
    assert sorted(first) == sorted(second) == list(range(30))
    assert first != second
    assert list(range(30)) not in (first, second)
