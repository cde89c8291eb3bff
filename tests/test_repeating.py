"""A group of sentences is known again by its words, whatever became of the texts."""

import pytest

from annotations.finding.shared_words import content_words, shared_words
from annotations.texts.repeating import Familiar, wording

SIGNED, MET, RAIN, TOLL = (
    "The two ministers signed the accord on Monday morning.",
    "On Monday an accord was signed by both ministers.",
    "It rained in the capital.",
    "The toll for ships falls by half.",
)


@pytest.fixture
def familiar():
    return Familiar({1: [SIGNED, RAIN], 2: [MET, TOLL]})


@pytest.mark.parametrize(
    ("group", "known"),
    [
        ([SIGNED, MET], True),
        ([SIGNED, MET, RAIN], True),
        ([SIGNED.upper().replace(".", " !"), f"“{MET}”"], True),
        ([SIGNED, TOLL], False),
        ([RAIN, TOLL], False),
    ],
)
def test_group_that_shares_more_than_half_with_a_settled_one_is_known(familiar, group, known):
    familiar.settle([(1, SIGNED), (2, MET)])
    assert familiar.knows(group) is known


def test_settled_group_is_known_after_an_article_was_edited(familiar):
    familiar.settle([(1, SIGNED.replace("morning", "afternoon")), (2, MET)])
    assert familiar.knows([SIGNED, MET])


def test_sentence_that_was_written_anew_is_another(familiar):
    familiar.settle([(1, "The accord of the ministers is dead."), (2, MET)])
    assert not familiar.knows([SIGNED, MET])


def test_same_sentence_in_another_article_is_the_same(familiar):
    familiar.settle([(7, SIGNED), (8, MET)])
    assert familiar.knows([SIGNED, MET])


def test_group_is_known_if_one_fact_quotes_most_of_it(familiar):
    familiar.quote([(1, "ministers signed the accord on Monday"), (2, MET)])
    assert familiar.knows([SIGNED, MET, TOLL])
    assert not familiar.knows([SIGNED, TOLL])


def test_few_quoted_words_do_not_cover_their_sentence(familiar):
    familiar.quote([(1, "on Monday"), (2, "an accord")])
    assert not familiar.knows([SIGNED, MET])


def test_sentences_without_words_are_told_by_their_characters():
    assert wording("…!") != wording("—")
    assert not Familiar({}).knows([])


def marked(sentences):
    return [
        [text[start:end] for start, end in places]
        for (_, text), places in zip(sentences, shared_words(sentences), strict=True)
    ]


def test_words_of_another_article_are_shared_in_any_inflection():
    assert marked(
        [(1, "The ministers signed it."), (2, "A minister will sign."), (3, "Rain.")]
    ) == [
        ["ministers"],
        ["minister"],
        [],
    ]


def test_words_of_the_same_article_are_not_shared():
    assert marked([(1, "Ships pay."), (1, "Ships sail.")]) == [[], []]


def test_words_of_grammar_are_not_shared():
    assert content_words("They were, about the EU, from 2026 there would be tolls.") == [
        "eu",
        "2026",
        "tolls",
    ]


def test_shared_ideographs_are_shared_words():
    assert marked([(1, "部长签署"), (2, "签署协议")]) == [["签", "署"], ["签", "署"]]
