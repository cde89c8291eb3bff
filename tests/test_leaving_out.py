"""What a wording lacks: parts that re-slice, who has them, and nothing of what it does have."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from annotations.facts.leaving_out import Wordings

SIGNED = "The ministers signed the harbour accord on Monday"
TALKED = "On Monday the two ministers signed an accord on the harbour after three weeks of talks"
HALVIK = "After 3 weeks of talks, the accord was signed in Halvik by the prime ministers."
WORDS = st.sampled_from(
    "the after three 3 weeks talks Monday signed signing accord NATO 港 口".split()
)
QUOTES = st.lists(st.lists(WORDS, max_size=8).map(" ".join), min_size=1, max_size=2)


def lacking(own, *others):
    """Return the parts that `own` leaves out, each with the numbers of those who have it."""
    parts = Wordings([[own], *([other] for other in others)]).left_out(0)
    return [(part.text, sorted(held.outlet for held in part.held)) for part in parts]


def test_part_that_several_have_is_one_entry():
    assert lacking(SIGNED, TALKED, HALVIK) == [
        ("after three weeks of talks", [1, 2]),
        ("in Halvik by the prime", [2]),
        ("two", [1]),
    ]


@pytest.mark.parametrize(
    ("own", "other"),
    [
        (SIGNED, SIGNED),
        (SIGNED, SIGNED.upper().title()),
        ("Japan would open an office at NATO", "NATO would open an office in Japan"),
        ("It will cost 47,000 dollars", "It will cost $47 thousand"),
        ("The US and the EU agree", "The agreement of the United States and the European Union"),
        ("They signed", "They had been signing it, and so it was"),
        ("签署港口协议", "签署港口协议"),
        ("", ""),
    ],
)
def test_same_words_in_other_forms_or_order_leave_nothing_out(own, other):
    assert lacking(own, other) == []


@pytest.mark.parametrize(
    ("own", "other", "parts"),
    [
        ("China is not our enemy", "China is not our adversary", ["adversary"]),
        ("Ships will come", "Ships will not come", ["not"]),
        ("The port opens", "The port opens. It rains in Halvik.", ["It rains in Halvik"]),
        (
            "The port opens",
            "The largest naval port since 1991 opens",
            ["largest naval port since 1991"],
        ),
        ("The port opens", "the and of which", []),
        ("签署协议", "经过三周会谈后签署协议", ["经过三周会谈后"]),
        ("Der Hafen öffnet", "Der Hafen öffnet nach langem Streit", ["nach langem Streit"]),
    ],
)
def test_words_without_counterpart_are_read_as_parts(own, other, parts):
    assert [text for text, _ in lacking(own, other)] == parts


def test_number_that_many_give_comes_before_a_longer_part_of_one():
    others = ["A large staff of 24", "24 pen-pushers", "Twenty-four will go"]
    assert lacking("Some desks", *others)[:2] == [("24", [1, 2, 3]), ("A large staff", [1])]


def test_part_ends_with_its_sentence():
    parts = lacking("The port opens", "The port opens. It rains. Critics object.")
    assert parts == [("Critics object", [1]), ("It rains", [1])]


def test_words_that_only_look_akin_are_not_said_to_be_another_outlets():
    assert lacking("Nothing", "a contract", "a contrast") == [
        ("a contract", [1]), ("a contrast", [2]),
    ]  # fmt: skip


def test_words_that_stand_far_apart_are_not_the_same_part():
    far = "Okafor thinks about seven other large grey cities before Halvik"
    assert ("Okafor Halvik", [1, 2]) not in lacking("Nothing", "Okafor Halvik", far)
    assert lacking("Nothing", "Okafor Halvik", "Halvik met Okafor")[0] == ("Okafor Halvik", [1, 2])


def test_whom_the_words_are_attributed_to_is_not_left_out():
    quotes = [["He calls it a trap"], ["Minister Okafor calls it a trap"]]
    assert Wordings(quotes).left_out(0)[0].text == "Minister Okafor"
    assert Wordings(quotes, beside=["the minister, A. Okafor", ""]).left_out(0) == []


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ("The port.\n\nTalks of three weeks 👩 came before.", "Talks of three weeks"),
        ("Three days, and 3 weeks after the talks", "3 weeks after the talks"),
        ("Talks.\n\nThree weeks later.", None),
        ("", None),
    ],
)
def test_words_elsewhere_in_one_passage_are_found(text, found):
    wordings = Wordings([[SIGNED], ["The ministers, after three weeks of talks"]])
    [part] = wordings.left_out(0)
    [place] = wordings.places_of([part], text)
    assert (text[slice(*place)] if place else None) == found


@given(st.lists(QUOTES, min_size=2, max_size=4))
def test_parts_reslice_and_each_of_their_holders_has_them(quotes):
    wordings = Wordings(quotes)
    for own in range(len(quotes)):
        for part in wordings.left_out(own):
            first = part.held[0]
            assert quotes[first.outlet][first.quote][first.start : first.end] == part.text
            assert part.weight >= 1
            assert len({held.outlet for held in part.held} - {own}) == len(part.held)
            for held in part.held:
                words = quotes[held.outlet][held.quote][held.start : held.end]
                assert wordings.places_of([part], words) == [(0, len(words))] or held == first


@given(QUOTES, QUOTES)
def test_wording_that_holds_all_of_the_other_leaves_nothing_out(own, other):
    assert Wordings([own + other, other]).left_out(0) == []
