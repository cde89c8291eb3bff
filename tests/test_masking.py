"""Names blotted out of a page: as long as they were, tags and fields of forms untouched."""

import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from annotations.team.masking import MASK, mask, mask_text, unmasked

TIMES = MASK * 7 + " " + MASK * 5


@pytest.mark.parametrize(
    ("page", "masked"),
    [
        ("", ""),
        ("<p>the Harbour Times said</p>", f"<p>the {TIMES} said</p>"),
        ("<p>Harbour Times</p>", f"<p>{TIMES}</p>"),
        ("<p>(Harbour Times)</p>", f"<p>({TIMES})</p>"),
        ("<p>Harbour Timeserver, MyHarbour Times</p>",) * 2,
        ("<p>harbour times</p>",) * 2,
        (
            '<p>Har<mark class="x">bour T</mark>imes</p>',
            f'<p>{MASK * 3}<mark class="x">{MASK * 4} {MASK}</mark>{MASK * 4}</p>',
        ),
        ('<b aria-label="Text of Harbour Times">', f'<b aria-label="Text of {TIMES}">'),
        ('<input value="Harbour Times" title="x">',) * 2,
        ('<a href="?q=Harbour Times">',) * 2,
        ("<textarea>\nHarbour Times</textarea>",) * 2,
        ("<script>'Harbour Times'</script>",) * 2,
        ("<p>Harbour\nTimes</p>",) * 2,
    ],
)
def test_names_are_blotted_out_as_words_of_their_own(page, masked):
    assert mask(page, ["Harbour Times", ""]) == masked


def test_names_with_signs_of_html_are_found():
    assert mask("<p>Bold &amp; Co.</p>", ["Bold & Co."]) == f"<p>{MASK * 4} {MASK} {MASK * 3}</p>"


def test_longest_name_goes_first():
    assert mask("<p>The Post of Ayr</p>", ["The Post", "The Post of Ayr"]) == (
        f"<p>{MASK * 3} {MASK * 4} {MASK * 2} {MASK * 3}</p>"
    )


def test_without_names_the_page_is_as_it_was():
    assert mask("<p>Harbour Times</p>", []) == "<p>Harbour Times</p>"


@given(st.text("ab <>&\"'", max_size=40), st.lists(st.text("ab &", max_size=4), max_size=3))
def test_text_keeps_its_length_and_its_other_signs(text, names):
    from html import escape, unescape

    read = unescape(re.sub("<[^>]*>", "", mask(f"<p>{escape(text)}</p>", names)))
    assert len(read) == len(text)
    assert all(shown in (MASK, real) for shown, real in zip(read, text, strict=True))


def test_words_that_were_read_masked_are_the_texts_own():
    text = "said the Harbour Times today"
    assert unmasked(text, 5, 22, f"the {TIMES}") == "the Harbour Times"
    assert unmasked(text, 5, 22, f"teh {TIMES}") == f"teh {TIMES}"
    assert unmasked(text, 5, 21, f"the {TIMES}") == f"the {TIMES}"


@pytest.mark.parametrize(
    ("text", "masked"),
    [
        ("The Times & Co <b> said", "███ █████ █ ██ <b> said"),
        ("the times; Timeses; Xinhua.", "the times; Timeses; ██████."),
        ("", ""),
    ],
)
def test_plain_text_is_masked_as_it_is(text, masked):
    assert mask_text(text, ("The Times & Co", "Xinhua", " ")) == masked
    assert mask_text(text, (" ", "")) == text
