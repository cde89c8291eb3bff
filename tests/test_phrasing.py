import pytest

from annotations.language.phrasing import head_of, propose_names


def proposed(names, **texts):
    return [phrase.wording for phrase in propose_names({k: [v] for k, v in texts.items()}, names)]


@pytest.mark.parametrize(
    ("name", "head"),
    [
        ("the liaison office", "office"),
        ("office of Japan", "office"),
        ("NATO's offices", "office"),
        ("NATO", "nato"),
        ("the", ""),
        ("北约", ""),
        ("", ""),
    ],
)
def test_head_is_the_word_that_the_others_describe(name, head):
    assert head_of(name) == head


def test_phrases_around_the_head_are_proposed_those_of_most_outlets_first():
    found = propose_names(
        {1: ["A new spy office in Tarrow opens."], 2: ["The spy office. That spy office!"]},
        ["liaison office"],
    )
    assert [(phrase.wording, dict(phrase.counts)) for phrase in found] == [
        ("spy office", {1: 1, 2: 2}),
        ("new spy office in Tarrow", {1: 1}),
    ]


def test_phrase_ends_at_grammar_punctuation_and_line_ends():
    text = "This is what that office, big\noffice. Their “small” office was shut"
    assert proposed(["office"], outlet=text) == ["small” office"]


def test_names_that_are_there_and_parts_of_longer_phrases_are_left_out():
    text = "the modest liaison office and the Liaison-Office"
    assert proposed(["liaison office"], outlet=text) == ["modest liaison office"]


def test_possessive_ending_is_no_part_of_a_name():
    assert proposed(["alliance"], outlet="the military alliance’s chief") == ["military alliance"]


def test_texts_without_words_propose_nothing():
    assert proposed(["office"], one="", two="…", three="在北约办事处") == []
    assert proposed([], one="the office") == []
