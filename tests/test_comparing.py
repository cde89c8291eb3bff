from random import Random

import pytest
from hypothesis import given
from hypothesis import strategies as st

from annotations.texts.comparing import (
    OF_BASELINE,
    Op,
    Piece,
    compare,
    compare_pairs,
    compare_quotes,
)

SIGNS = {Op.DELETE: "-", Op.INSERT: "+", Op.MOVE_FROM: "<", Op.MOVE_TO: ">"}


def marked(pieces):
    """Write pieces as one line: [-deleted-], [+inserted+], [<moved away<], [>moved here>]."""
    return "".join(
        f"[{sign}{piece.text}{sign}]" if (sign := SIGNS.get(piece.op)) else piece.text
        for piece in pieces
    )


def rebuilt(pieces):
    """Return the two wordings that the pieces are made of."""
    baseline = "".join(piece.text if piece.op in OF_BASELINE else piece.before for piece in pieces)
    other = "".join(piece.text for piece in pieces if piece.op not in OF_BASELINE)
    return baseline, other


@pytest.mark.parametrize(
    ("baseline", "other", "expected"),
    [
        ("", "", ""),
        ("the deal", "the deal", "the deal"),
        ("", "the deal", "[+the deal+]"),
        ("the deal", "", "[-the deal-]"),
        ("the quick fox", "the slow fox", "the [-quick-][+slow+] fox"),
        ("the fox", "the slow fox", "the [+slow+] fox"),
        ("the slow fox", "the fox", "the [-slow-]fox"),
        ("It held.", "It held firm.", "It held [+firm+]."),
        ("signed on Monday.", "signed.", "signed[-on Monday-]."),
        ("the deal", "The deal", "[-the-][+The+] deal"),
        ("it’s signed", "it's sealed", "it's [-signed-][+sealed+]"),
        ("1,000 men", "1,500 men", "[-1,000-][+1,500+] men"),
        ("cost $5", "cost €5", "cost [-$-][+€+]5"),
        ("5%", "5", "5[-%-]"),
    ],
)
def test_pieces_show_which_words_changed(baseline, other, expected):
    assert marked(compare(baseline, other)) == expected


@pytest.mark.parametrize(
    ("baseline", "other"),
    [
        ("“a Cold War mentality”, he said", "«a Cold War mentality» he said"),
        ("it’s here", "it's here"),
        ("a well-known port", "a well‑known port"),
        ("the port – a gate – closed", "the port, a gate, closed!"),
        ("two\n\nlines", "two lines"),
        ("‘quoted’", '"quoted"'),
        ("co\u00adoperate", "cooperate"),
        ("caf\u00e9", "cafe\u0301"),
        ("\u200fשלום עולם", "שלום, עולם"),
        ("港口协议，今天", "港口协议。今天"),
        ("…", "!"),
    ],
)
def test_punctuation_quote_style_and_space_are_no_change(baseline, other):
    assert compare(baseline, other) == [Piece(Op.EQUAL, other, baseline)]


@pytest.mark.parametrize(
    ("baseline", "other", "expected"),
    [
        ("港口协议今天签署", "港口协议昨天签署", "港口协议[-今-][+昨+]天签署"),
        ("السفن في الميناء", "السفن غادرت الميناء", "السفن [-في-][+غادرت+] الميناء"),
        ("हम नदी गए", "हम नदियाँ गए", "हम [-नदी-][+नदियाँ+] गए"),
        ("sail 👩🏽‍🚀 on", "sail 🚢 on", "sail [-👩🏽‍🚀-][+🚢+] on"),
    ],
)
def test_words_are_found_in_every_script(baseline, other, expected):
    assert marked(compare(baseline, other)) == expected


def test_words_that_stand_elsewhere_have_moved():
    pieces = compare(
        "After months of talks, both ministers signed the accord in the hall.",
        "Both ministers signed the accord in the hall after months of talks.",
    )
    assert marked(pieces) == (
        "[-After -][<months of talks, <][-both-][+Both+] ministers signed the accord in the hall "
        "[+after +][>months of talks>]."
    )


def test_common_words_between_changes_stay_common():
    pieces = compare("it stopped two cargo ships near the bay", "armed men seized two cargo ships")
    assert marked(pieces) == "[-it stopped-][+armed men seized+] two cargo ships[-near the bay-]"


def test_grammar_that_stands_elsewhere_has_not_moved():
    ops = {piece.op for piece in compare("of the ships sank here", "here sank ships of the")}
    assert Op.MOVE_TO not in ops


def test_both_ends_of_a_move_hold_the_same_words():
    pieces = compare(
        "the grey old fortress fell. Rain came at dawn over the wide quiet bay.",
        "Rain came at dawn over the wide quiet bay: the grey old fortress fell!",
    )
    ends = [piece.text for piece in pieces if piece.op in (Op.MOVE_FROM, Op.MOVE_TO)]
    assert ends == ["the grey old fortress fell"] * 2


def test_each_quote_has_its_own_pieces():
    found = compare_quotes(["the port closed", "ships left"], ["the port opened", "ships left"])
    assert [marked(pieces) for pieces in found] == ["the port [-closed-][+opened+]", "ships left"]


def test_a_quote_that_is_missing_is_shown_deleted():
    found = compare_quotes(["the port closed", "ships left"], ["the port closed"])
    assert [marked(pieces) for pieces in found] == ["the port closed[-ships left-]"]


SCRIPTS = st.text(
    st.sampled_from(
        "abcdefg AB.,'’-– “”\n\t0123é\u0301\u200f\u0000👩🏽‍🚀🇪🇺港口协议ไทยשלוםسلام\U0010fffd\ue000"
    )
)
WORDS = st.lists(
    st.sampled_from(["the", "of", "signed", "harbour", "accord", "Monday", "港", "🚢", "."])
)


@given(SCRIPTS | st.text(), SCRIPTS | st.text())
def test_pieces_add_up_to_both_wordings(baseline, other):
    assert rebuilt(compare(baseline, other)) == (baseline, other)


@given(WORDS, WORDS, WORDS, WORDS)
def test_moved_pieces_add_up_to_both_wordings(first, second, third, fourth):
    baseline, other = " ".join(first + second + third), " ".join(third + first + fourth + second)
    pieces = compare(baseline, other)
    assert rebuilt(pieces) == (baseline, other)
    assert all(piece.text or piece.before for piece in pieces)


@given(st.lists(st.text(st.characters(exclude_characters="\0"), min_size=1), min_size=1), SCRIPTS)
def test_quotes_are_shown_exactly(quotes, baseline):
    found = compare_quotes([baseline], quotes)
    assert [
        "".join(p.text for p in pieces if p.op not in OF_BASELINE) for pieces in found
    ] == quotes


def test_words_move_from_pair_to_pair():
    crews = "the crews waited until evening"
    first, second = compare_pairs([(f"It held, {crews}.", "It held."), ("", crews)])
    assert marked(first) == f"It held[<{crews}<]."
    assert marked(second) == f"[>{crews}>]"
    assert [piece.move for piece in (*first, *second) if piece.move] == [1, 1]


def test_moves_that_meet_keep_their_own_numbers():
    ships, storm = "two grey cargo ships", "heavy storm expected"
    pieces = compare(f"{ships} here {storm} then nothing new", f"then nothing new {storm} {ships}")
    moves = [piece.move for piece in pieces if piece.op == Op.MOVE_TO]
    assert len(set(moves)) == len(moves) == 2


@given(st.integers(), st.sampled_from([0.02, 0.3, 0.9]))
def test_pieces_of_long_wordings_add_up_too(seed, share):
    random = Random(seed)
    old = [f"word{random.randrange(600)}" for _ in range(500)]
    new = [word if random.random() > share else f"new{random.randrange(50)}" for word in old]
    start = random.randrange(400)
    new = new[:start] + new[start + 60 :] + new[start : start + 60]
    baseline, other = " ".join(old), ", ".join(new)
    assert rebuilt(compare(baseline, other)) == (baseline, other)


def test_edit_of_a_long_wording_is_found_as_in_a_short_one():
    old = [f"word{number}" for number in range(1000)]
    new = [*old[:300], "another", *old[301:]]
    pieces = compare(" ".join(old), " ".join(new))
    assert [(p.op, p.text) for p in pieces if p.op != Op.EQUAL] == [
        (Op.DELETE, "word300"),
        (Op.INSERT, "another"),
    ]


def test_a_long_pair_is_compared_in_bounded_time():
    old = [f"word{number * 7919 % 1500}" for number in range(5000)]
    new = [word if number % 5 else f"{word}x" for number, word in enumerate(old)]
    pieces = compare(" ".join(old), " ".join(new))
    assert rebuilt(pieces) == (" ".join(old), " ".join(new))
