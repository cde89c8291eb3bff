import pytest
from hypothesis import given

from annotations.texts.comparing import Op, Piece, compare
from annotations.texts.styling import Style, of_one_side, only_style, with_styles
from tests.test_comparing import SCRIPTS, marked, rebuilt


@pytest.mark.parametrize(
    ("old", "new", "style"),
    [
        ("a deal", "a deal", None),
        ("a  deal\nhere", "a deal here", Style.WHITE_SPACE),
        ("a\u00a0deal", "a deal", Style.WHITE_SPACE),
        ("co\u00adoperate", "cooperate", Style.WHITE_SPACE),
        ("“a deal”, it’s said", '"a deal", it\'s said', Style.QUOTES),
        ("« a deal », he said", '"a deal", he said', Style.QUOTES),
        ("„ein Abkommen“", "»ein Abkommen«", Style.QUOTES),
        ("「协议」今天", "“协议”今天", Style.QUOTES),
        ("“a deal”", '"a  deal"', Style.SPACE_AND_QUOTES),
        ("a deal, now", "a deal; now", Style.PUNCTUATION),
        ("a well-known deal", "a well‑known deal", Style.PUNCTUATION),
        ("a deal", "a pact", None),
        ("a deal", "A deal", None),
        ("", "a deal", None),
    ],
)
def test_change_of_style_alone_is_named(old, new, style):
    assert only_style(old, new) == style


def test_changed_punctuation_is_shown():
    pieces, styles = with_styles(compare("It held, he said.", "It held; he said!"))
    assert marked(pieces) == "It held[-,-][+;+] he said[-.-][+!+]"
    assert styles.punctuation == 2


@pytest.mark.parametrize(
    ("old", "new", "counted"),
    [
        ("the old pier, now", "the  old pier, now", (1, 0, 0)),
        ("the “old” pier", 'the "old" pier', (0, 2, 0)),
        ("it’s old", "it's old", (0, 1, 0)),
        ("a well-known pier", "a well‑known pier", (0, 0, 1)),
        ("the old pier", "the new  pier", (0, 0, 0)),
        ("It held.", "It held. They left.", (0, 0, 0)),
    ],
)
def test_places_of_each_style_are_counted(old, new, counted):
    _, styles = with_styles(compare(old, new))
    assert (styles.white_space, styles.quotes, styles.punctuation) == counted


def test_full_stop_goes_with_the_sentence_that_came():
    pieces, _ = with_styles(compare("It held firm", "It held firm. They left."))
    assert marked(pieces) == "It held firm[+. They left.+]"


def test_wording_that_has_no_other_is_one_piece():
    assert of_one_side(compare("", "“It held.”")) == [Piece(Op.INSERT, "“It held.”")]
    assert of_one_side(compare("* * *", "")) == [Piece(Op.DELETE, "* * *")]


@given(SCRIPTS, SCRIPTS)
def test_pieces_with_styles_add_up_to_both_wordings(old, new):
    pieces, _ = with_styles(compare(old, new))
    assert rebuilt(pieces) == (old, new)
