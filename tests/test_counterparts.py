"""Words find their counterparts: inflected, as numbers, as abbreviations; and no others."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from annotations.facts.counterparts import Kin, abbreviations_in, akin, terms_of
from annotations.texts.wording import Words

TEXTS = st.text("ab Us’-.,%$12\n会谈é\u0301", max_size=40)


def content(text, language="", abbreviations=()):
    terms = terms_of(text, language, abbreviations)
    return [term.keys for term in terms if term.weight]


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("ministers", "minister’s"),
        ("signed", "signing"),
        ("agree", "agreement"),
        ("China", "Chinese"),
        ("co-operation", "cooperation"),
        ("Café", "cafe\u0301"),
        ("47,000", "47 thousand"),
        ("47.000", "47000"),
        ("3bn", "three billion"),
        ("twenty-four", "24"),
        ("2.5", "2,50"),
        ("3rd", "third"),
        ("U.S.", "US"),
        ("Nato", "NATO"),
        ("переговоров", "переговоры"),
    ],
)
def test_forms_of_one_word_or_number_are_counterparts(one, other):
    [(left,)], [(right,)] = content(one), content(other)
    assert akin(left, right)
    assert Kin([left]).of(right) == {left}


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("enemy", "adversary"),
        ("port", "portrait"),
        ("commander", "community"),
        ("24", "240"),
        ("3", "third"),
        ("US", "user"),
    ],
)
def test_other_words_are_none(one, other):
    [(left,)], [(right,)] = content(one), content(other)
    assert not akin(left, right)
    assert not Kin([left]).of(right)


@pytest.mark.parametrize(
    ("text", "language"),
    [
        ("of the one that he said", "en"),
        ("the us and i", ""),
        ("nach dem ist wurde", "de"),
        ("per cent", ""),
        ("2".replace("2", "%"), ""),
    ],
)
def test_grammar_carries_nothing(text, language):
    assert content(text, language) == []


def test_negation_and_short_words_count_in_english():
    assert content("not war", "en") == [("not",), ("war",)]


def test_abbreviation_is_met_by_what_it_stands_for():
    assert abbreviations_in("The U.S. and NATO, EU.") == {"US", "nato", "EU"}
    full = content("the United States of the Union", abbreviations={"US"})
    assert full == [("united", "US"), ("state", "US"), ("union",)]


def test_ideographs_are_compared_in_pairs():
    assert content("会谈后", "zh") == [("会谈",), ("会谈", "谈后"), ("谈后",)]


@given(TEXTS, st.sampled_from(["", "en", "de", "zh"]))
def test_terms_stand_in_their_order_and_hold_every_word(text, language):
    terms = terms_of(text, language, abbreviations_in(text))
    borders = [border for term in terms for border in (term.start, term.end)]
    assert borders == sorted(borders)
    held = {at for term in terms for at in range(term.start, term.end)}
    letters = {at for start, end in Words(text).places for at in range(start, end)}
    assert {at for at in letters if text[at] not in "-‐‑’"} <= held
    assert all(term.keys and all(term.keys) for term in terms)
