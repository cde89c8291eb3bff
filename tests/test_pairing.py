import time

from hypothesis import given
from hypothesis import strategies as st

from annotations.texts.pairing import Pair, pair_up

SIGNED = "The ministers signed the harbour accord on Monday."
STORM = "A heavy storm is expected over the northern bay on Friday."
CREWS = "The crews waited in the rain until the evening for word."


def pairs(olds, news):
    """Return the pairs as (old numbers, new numbers, moved)."""
    return [([*p.old], [*p.new], p.moved) for p in pair_up(olds, news)]


def test_like_paragraphs_in_order_are_paired():
    edited = SIGNED.replace("Monday", "Tuesday")
    assert pairs([SIGNED, STORM], ["New.", edited, STORM]) == [([0], [1], False), ([1], [2], False)]


def test_paragraph_that_crosses_heavier_ones_has_moved():
    assert pairs([STORM, SIGNED, CREWS], [SIGNED, CREWS, STORM]) == [
        ([0], [2], True),
        ([1], [0], False),
        ([2], [1], False),
    ]


def test_paragraph_that_holds_little_has_not_moved():
    assert pairs(["He left.", SIGNED], [SIGNED, "He left."]) == [([1], [0], False)]


def test_much_better_partner_elsewhere_is_preferred():
    rewritten = "A heavy truck is blocking the northern road since Friday."
    assert pairs([STORM, CREWS], [rewritten, CREWS, STORM]) == [([0], [2], True), ([1], [1], False)]


def test_halves_of_a_paragraph_belong_to_it():
    whole = f"{CREWS} {STORM}"
    assert ([1], [1, 2], False) in pairs([SIGNED, whole], [SIGNED, CREWS, STORM])
    assert ([0, 1], [0], False) in pairs([CREWS, STORM, SIGNED], [whole, SIGNED])


def test_addition_beside_an_edited_paragraph_stays_an_addition():
    assert pairs([SIGNED], [SIGNED.replace("Monday", "Tuesday"), STORM]) == [([0], [0], False)]


def test_many_equal_paragraphs_take_bounded_time():
    begun = time.perf_counter()
    found = pair_up(["Advertisement", "* * *"] * 1500, ["Advertisement", "* * *"] * 1500)
    assert len(found) == 3000
    assert time.perf_counter() - begun < 5  # .1 s on a quiet machine


PARAGRAPHS = st.lists(
    st.sampled_from(
        [SIGNED, STORM, CREWS, f"{SIGNED} {STORM}", STORM.lower(), "* * *", "He left."]
    ),
    max_size=8,
)


@given(PARAGRAPHS, PARAGRAPHS)
def test_paragraph_stands_in_one_pair_at_most_and_what_stayed_is_in_order(olds, news):
    found = pair_up(olds, news)
    for side in ("old", "new"):
        numbers = [number for pair in found for number in getattr(pair, side)]
        assert len(numbers) == len(set(numbers))
    stayed = [pair for pair in found if not pair.moved]
    assert stayed == sorted(stayed, key=lambda pair: pair.new.start)


@given(PARAGRAPHS)
def test_same_paragraphs_stay_where_they_are(texts):
    same = [Pair(range(n, n + 1), range(n, n + 1), moved=False) for n in range(len(texts))]
    assert pair_up(texts, texts) == same
