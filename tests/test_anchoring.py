import pytest
from hypothesis import given
from hypothesis import strategies as st

from annotations.texts.anchoring import (
    OutsideText,
    QuoteMismatch,
    QuoteNotFound,
    occurrence_of,
    quote_at,
    utf16_offsets,
)

TEXT = "Une “étouffade militaire” 🛳️ in 東京.\n\nAnother line."


def test_quote_carries_up_to_32_code_points_of_context():
    quote = quote_at("x" * 40 + "word" + "y" * 40, 40, 44)
    assert (quote.exact, quote.prefix, quote.suffix) == ("word", "x" * 32, "y" * 32)


def test_quote_at_the_edges_has_no_context_beyond_them():
    quote = quote_at("word", 0, 4, "word")
    assert (quote.prefix, quote.suffix) == ("", "")


@pytest.mark.parametrize(("start", "end"), [(-1, 3), (3, 3), (4, 2), (0, 10_000)])
def test_range_beyond_the_text_is_refused(start, end):
    with pytest.raises(OutsideText):
        quote_at(TEXT, start, end)


def test_white_space_alone_is_refused():
    at = TEXT.index("\n\n")
    with pytest.raises(OutsideText, match="white space"):
        quote_at(TEXT, at, at + 2)


def test_other_words_than_the_quote_are_refused_and_both_are_shown():
    with pytest.raises(QuoteMismatch, match="reads “Une”, not “Two”"):
        quote_at(TEXT, 0, 3, "Two")


def test_second_occurrence_is_found_and_overlapping_ones_count():
    assert occurrence_of("ana banana", "ana", 3).start == 7


def test_missing_occurrence_says_how_often_the_words_stand_there():
    with pytest.raises(QuoteNotFound, match="occurs 3 times"):
        occurrence_of("ana banana", "ana", 4)
    with pytest.raises(QuoteNotFound, match="does not occur"):
        occurrence_of("ana banana", "Ana")


def test_utf16_counts_two_units_beyond_the_bmp():
    start = TEXT.index("in")
    assert utf16_offsets(TEXT, start, start + 2) == (start + 1, start + 3)


@given(st.text(), st.data())
def test_utf16_offsets_slice_the_same_words_there(text, data):
    start = data.draw(st.integers(0, len(text)))
    end = data.draw(st.integers(start, len(text)))
    left, right = utf16_offsets(text, start, end)
    units = text.encode("utf-16-le", "surrogatepass")
    assert units[2 * left : 2 * right].decode("utf-16-le", "surrogatepass") == text[start:end]


@given(st.text(min_size=1), st.data())
def test_every_quote_re_slices_to_itself(text, data):
    start = data.draw(st.integers(0, len(text) - 1))
    end = data.draw(st.integers(start + 1, len(text)))
    if text[start:end].strip():
        quote = quote_at(text, start, end)
        assert text[quote.start : quote.end] == quote.exact
        assert quote.prefix + quote.exact + quote.suffix in text
