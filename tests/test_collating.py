"""A score loses no word: its columns are the baseline, and each row is its wording."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from annotations.facts.collating import Kind, aligned, collate, lines_up, systems
from annotations.texts.comparing import BETWEEN_QUOTES, OF_BASELINE, Op, compare

SIGNED = "The ministers signed the harbour accord on Monday"
WORDS = st.sampled_from(
    "the ministers signed harbour accord Monday, “today” 港口 … 👩🏽 – a".split()
)
WORDING = st.lists(st.lists(WORDS, max_size=9).map(" ".join), min_size=1, max_size=2)


def texts(row):
    return ["".join(piece.text for piece in cell.pieces) for cell in row]


def drawn(baseline, *wordings):
    """Return the columns, and the rows as (kind, words, span)."""
    score = collate([baseline], [[wording] for wording in wordings])
    rows = [
        [(cell.kind, words, cell.span) for cell, words in zip(row, texts(row), strict=True)]
        for row in score.rows
    ]
    return score.columns, rows


def test_words_stand_under_the_baselines():
    columns, [first, second] = drawn(
        SIGNED, "The two ministers signed the harbour accord", "Both signed it on Monday"
    )
    assert columns == ["The ", "", "ministers ", "signed ", "the harbour accord ", "on Monday"]
    assert first[:3] == [
        (Kind.SAME, "The ", 1), (Kind.ADDED, "two", 1), (Kind.SAME, " ministers ", 1),
    ]  # fmt: skip
    assert first[-1] == (Kind.LEFT_OUT, "", 1)
    assert second[0][0] == Kind.CHANGED


def test_identical_wordings_are_one_column_of_the_same():
    assert drawn(SIGNED, SIGNED, SIGNED) == (
        [SIGNED], [[(Kind.SAME, SIGNED, 1)], [(Kind.SAME, SIGNED, 1)]],
    )  # fmt: skip


def test_words_that_moved_are_told_apart_from_added_ones():
    _, [row] = drawn(
        "After three weeks of talks the ministers signed", "The ministers signed after weeks"
    )
    assert {kind for kind, _, _ in row} >= {Kind.SAME}
    _, [row] = drawn(
        "harbour accord: the ministers signed it today",
        "the ministers signed it today: harbour accord",
    )
    assert [kind for kind, _, _ in row] == [Kind.MOVED, Kind.SAME, Kind.MOVED]


@pytest.mark.parametrize(
    ("baseline", "wordings", "columns"),
    [("", [""], [""]), ("…", ["…"], ["…"]), ("the deal", [], ["the deal"]), ("", ["a"], [""])],
)
def test_wordings_without_words_are_no_trouble(baseline, wordings, columns):
    assert drawn(baseline, *wordings)[0] == columns


@given(WORDING, st.lists(WORDING, max_size=4), st.integers(1, 80))
def test_score_and_its_lines_add_up_to_the_wordings(baseline, wordings, width):
    score = collate(baseline, wordings)
    lines = systems(score, width)
    assert "".join(score.columns) == BETWEEN_QUOTES.join(baseline)
    assert [words for line in lines for words in line.columns] == score.columns
    for number, quotes in enumerate(wordings):
        assert "".join(texts(score.rows[number])) == BETWEEN_QUOTES.join(quotes)
        in_lines = [words for line in lines for words in texts(line.rows[number])]
        assert "".join(in_lines) == BETWEEN_QUOTES.join(quotes)
        for line in lines:
            assert sum(cell.span for cell in line.rows[number]) == len(line.columns)


def test_words_across_a_line_end_are_shared_out():
    long = "one two three four five six seven eight"
    score = collate([SIGNED], [["The ministers signed nothing at all, they say"], [long], [SIGNED]])
    lines = systems(score, 40)
    assert len(lines) > 1
    assert lines[0].rows[1][-1].goes_on
    assert all(texts(line.rows[1])[0] for line in lines)


@pytest.mark.parametrize(
    ("other", "expected"),
    [("They signed the accord", True), ("the on", False), ("A pact was sealed", False)],
)
def test_wordings_line_up_by_words_that_say_something(other, expected):
    assert lines_up(aligned(compare(SIGNED, other))) is expected


def test_words_that_were_kept_in_a_replaced_stretch_line_up():
    pieces = compare(SIGNED, "They signed the accord")
    assert len(pieces) == 2
    kept = [piece.text for piece in aligned(pieces) if piece.op == Op.EQUAL]
    assert kept == ["signed the ", "accord"]


def test_stretch_that_keeps_hardly_anything_stays_replaced():
    pieces = compare(SIGNED, "Nobody knows what happened to all those harbour workers in May")
    assert aligned(pieces) == pieces


@given(WORDING, WORDING)
def test_aligned_pieces_are_of_the_same_wordings(baseline, other):
    old, new = " ".join(baseline), " ".join(other)
    pieces = aligned(compare(old, new))
    assert "".join(p.text if p.op in OF_BASELINE else p.before for p in pieces) == old
    assert "".join(p.text for p in pieces if p.op not in OF_BASELINE) == new
