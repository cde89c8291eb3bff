from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from sources.terms import key_of, keys_of, terms_of, words_in


def forms(text):
    return {word.term for word in words_in(text)}


@pytest.mark.parametrize(
    "words",
    [
        "mentality mentalities Mentality's",
        "killed kills killing KILL",
        "enemy enemies",
        "wars War",
        "İstanbul istanbul ISTANBUL",
        "Irak ırak",
        "Straße STRASSE strasse",
        "café cafe\u0301 CAFÉ",
        "Krieg Krieges Kriege Kriegen",
        "guerre guerres",
        "nación naciones",
        "война войны войной войну",
        "الحرب والحرب حرب",
        "전쟁을 전쟁이",
        "U.S. US",
        "1,000 1000 1.000 ١٠٠٠",
    ],
)
def test_forms_of_a_word_share_a_term(words):
    assert len(forms(words)) == 1


@pytest.mark.parametrize("words", ["war peace", "cold colder-war gold", "1000 100", "3.5 35"])
def test_other_words_have_other_terms(words):
    assert len(forms(words)) == len(words.replace("-", " ").split()) - ("colder" in words)


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("“‘cold-war mentalities’”", ["cold", "war", "mentalities"]),
        ("China's l'OTAN rock'n'roll", ["China", "OTAN", "rock", "roll"]),
        ("the U.S. Navy", ["the", "U.S", "Navy"]),
        ("AI芯片 7月", ["AI", "芯", "片", "7", "月"]),
        ("युद्ध की", ["युद्ध", "की"]),
        ("می‌خواهم", ["می‌خواهم"]),
        ("…!? 😀 — “”", []),
        ("", []),
    ],
)
def test_words_stand_where_the_text_has_them(text, words):
    assert [text[word.start : word.end] for word in words_in(text)] == words


def test_characters_without_spaces_are_indexed_alone_and_in_pairs():
    assert terms_of("军事窒息") == ["军", "事", "窒", "息", "军事", "事窒", "窒息"]


@given(st.text(max_size=80))
def test_words_are_in_order_and_their_terms_are_in_the_index(text):
    words = words_in(text)
    assert all(0 <= word.start < word.end <= len(text) for word in words)
    assert all(one.end <= other.start for one, other in pairwise(words))
    assert {key_of(word.term) for word in words} <= set(keys_of(text))


@given(st.text(max_size=40))
def test_keys_are_integers_of_postgresql_in_order(text):
    keys = keys_of(text)
    assert keys == sorted(set(keys))
    assert all(-(2**31) <= key < 2**31 for key in keys)
