"""Sentences: where they stand, and that nothing is too long to work with."""

from hypothesis import given
from hypothesis import strategies as st

from sources.sentences import LONGEST, sentences_of
from sources.words import words


def cut(text, language=""):
    return [text[start:end] for start, end in sentences_of(text, language)]


def test_abbreviation_and_quotation_do_not_end_a_sentence():
    text = "Mr. Okafor flew to the U.S. on Jan. 5. “We won’t go,” said Dr. Ng. He left!"
    assert cut(text) == [
        "Mr. Okafor flew to the U.S. on Jan. 5.",
        "“We won’t go,” said Dr. Ng.",
        "He left!",
    ]


def test_sentence_never_crosses_a_line_break():
    assert cut("A headline without a stop\n\n  The text. \n") == [
        "A headline without a stop",
        "The text.",
    ]


def test_chinese_needs_no_white_space():
    assert cut("他说:“不会。”然后走了。港口关闭！", "zh-Hans") == [
        "他说:“不会。”",
        "然后走了。",
        "港口关闭！",
    ]


def test_unknown_language_is_cut_all_the_same():
    assert cut("One. Two.", "tlh") == ["One.", "Two."]


def test_endless_sentence_is_cut_at_a_clause_first():
    text = "word " * 90 + "here, " + "word " * 19_909 + "end"
    parts = cut(text)
    assert parts[0].endswith("here,")
    assert all(words(part) <= LONGEST for part in parts)
    assert sum(words(part) for part in parts) == 20_001


def test_endless_sentence_without_white_space_is_cut_too():
    assert max(map(words, cut("港" * 1_000, "zh"))) == LONGEST


@given(st.text(alphabet=st.characters(exclude_categories=["Cs"]), max_size=200))
def test_sentences_are_in_order_trimmed_and_lose_only_white_space(text):
    places = sentences_of(text)
    borders = [0, *(border for place in places for border in place), len(text)]
    assert borders == sorted(borders)
    for start, end in places:
        assert text[start:end] == text[start:end].strip() != ""
    gaps = zip(borders[::2], borders[1::2], strict=True)
    assert not "".join(text[start:end] for start, end in gaps).strip()
