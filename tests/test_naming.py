import time
from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from annotations.language.naming import Name, Names, same_as


def found(text, *wordings, concept=1):
    """Return the words of `text` that the wordings, names of one concept, mention."""
    names = Names(Name(number, concept, wording) for number, wording in enumerate(wordings))
    return [text[one.start : one.end] for one in names.find(text)]


@pytest.mark.parametrize(
    ("wording", "text", "mentions"),
    [
        ("office", "The office, an Office; OFFICES and officers", ["office", "Office"]),
        ("office", "the office’s clerk, the office's door", ["office", "office"]),
        ("office", "office", ["office"]),
        ("liaison office", "a liaison-office", ["liaison-office"]),
        ("liaison office", "a “liaison” office", ["liaison” office"]),
        ("liaison office", "a liaison\u00a0 office", ["liaison\u00a0 office"]),
        ("liaison-office", "a liaison office", ["liaison office"]),
        ("liaison office", "of liaison, office hours", []),
        ("liaison office", "of liaison\n\noffice hours", []),
        ("don't know", "I don’t know", ["don’t know"]),
        ("OTAN", "l’OTAN et l'otan", ["OTAN", "otan"]),
        ("NATO", "Nato, anti-NATO, NATO’s", ["Nato", "NATO", "NATO"]),
        ("U.S.", "the US, the U.S., the u.s.", ["U.S"]),
        ("AT&T", "AT&T, AT & T, AT T", ["AT&T", "AT & T"]),
        ("café", "the cafe\u0301 and the café", ["cafe\u0301", "café"]),
        ("北约", "在北约办事处", ["北约"]),
        ("नाटो", "यह नाटो है", ["नाटो"]),
        ("حلف", "دول حلف الأطلسي", ["حلف"]),
        ("🚢 fleet", "the 🚢 fleet", ["🚢 fleet"]),
        ("office", "", []),
    ],
)  # fmt: skip
def test_name_is_found_as_whole_words_whatever_the_marks(wording, text, mentions):
    assert found(text, wording) == mentions


@pytest.mark.parametrize("wording", ["US", "WHO", "IT"])
def test_short_name_in_capitals_is_found_in_capitals_only(wording):
    text = f"tell {wording.lower()}, {wording.title()} or {wording}"
    assert found(text, wording) == [wording]
    assert found(text, wording.lower()) == [wording.lower(), wording.title(), wording]


def test_longest_of_overlapping_names_counts_once():
    text = "The NATO liaison office, an office, a liaison"
    names = ("office", "liaison office", "NATO liaison", "liaison")
    assert found(text, *names) == ["liaison office", "office", "liaison"]
    assert found(text, *reversed(names)) == ["liaison office", "office", "liaison"]


def test_same_words_name_two_concepts():
    names = Names([Name(1, 10, "the bloc"), Name(2, 20, "bloc"), Name(3, 20, "the")])
    mentions = names.find("the bloc")
    assert [(one.name.id, one.start, one.end) for one in mentions] == [
        (3, 0, 3),
        (1, 0, 8),
        (2, 4, 8),
    ]


def test_name_without_words_is_never_found_and_twins_count_once():
    assert found("a – b … ??", "…", "??", " ") == []
    assert found("the Bloc", "bloc", "BLOC", "“bloc”") == ["Bloc"]


@pytest.mark.parametrize(
    ("one", "other"),
    [("the  Office", "The office"), ("liaison-office", "“Liaison” office"), ("don’t", "Don't")],
)
def test_wordings_that_name_the_same_places_are_the_same(one, other):
    assert same_as(one) == same_as(other) != ""


@pytest.mark.parametrize(("one", "other"), [("US", "us"), ("U.S.", "US"), ("office", "offices")])
def test_wordings_that_name_other_places_are_not_the_same(one, other):
    assert same_as(one) != same_as(other)


TEXTS = st.text(st.sampled_from("ab’'-“” ,\nUS北é🚢"), max_size=40)


@given(TEXTS, st.lists(TEXTS.filter(lambda text: "\n" not in text), max_size=5))
def test_mentions_never_overlap_and_name_what_they_hold(text, wordings):
    names = Names(Name(number, 1, wording) for number, wording in enumerate(wordings))
    mentions = names.find(text)
    assert all(one.end <= after.start for one, after in pairwise(mentions))
    for one in mentions:
        words = text[one.start : one.end]
        assert same_as(words).casefold() == same_as(one.name.wording).casefold()
        assert "\n" not in words


@given(TEXTS)
def test_every_wording_is_found_in_itself(wording):
    line = wording.replace("\n", " ")
    assert bool(found(line, line)) == bool(same_as(line))


def test_ninety_articles_and_thirty_concepts_take_less_than_a_second():
    words = [f"w{number % 700}" for number in range(1000)]
    names = Names(Name(n, n // 5, f"w{n * 4} w{n * 4 + 1}") for n in range(150))
    began = time.perf_counter()
    assert sum(len(names.find(" ".join(words))) for _ in range(90)) > 90
    assert time.perf_counter() - began < 1
