import time

from hypothesis import given
from hypothesis import strategies as st

from annotations.texts.comparing import OF_BASELINE
from annotations.texts.prose import Fate, folded, prose_diff
from annotations.texts.styling import Style
from tests.test_comparing import marked

OLD = (
    "The ministers signed the harbour accord on Monday.\n\n"
    "Critics spoke of a military suffocation; “a Cold War mentality”, one said.\n\n"
    "The ferry company declined to comment on the timetable.\n\n"
    "A heavy storm is expected over the northern bay on Friday."
)


def fates(old, new):
    return [row.fate.value for row in prose_diff(old, new).rows]


def parts(text):
    return text.split("\n\n")


def test_same_text_has_unchanged_rows_only():
    prose = prose_diff(OLD, OLD)
    assert {row.fate for row in prose.rows} == {Fate.SAME}
    assert prose.summary() == "Both texts are the same."


def test_word_changed_in_a_paragraph_is_shown_in_it():
    prose = prose_diff(OLD, OLD.replace("Monday", "Tuesday"))
    assert [row.fate for row in prose.rows] == [Fate.CHANGED, *[Fate.SAME] * 3]
    assert marked(prose.rows[0].pieces).endswith("accord on [-Monday-][+Tuesday+].")
    assert prose.summary() == "1 word added, 1 removed."


def test_paragraphs_come_and_go():
    first, second, _, fourth = parts(OLD)
    new = "\n\n".join([first, second, fourth, "Nobody knows when the talks begin."])
    assert fates(OLD, new) == ["same", "same", "removed", "same", "added"]
    assert prose_diff(OLD, new).summary() == "5 words added, 8 removed."  # “the” stays


def test_paragraph_that_moved_and_was_edited_is_a_move():
    first, second, third, fourth = parts(OLD)
    new = "\n\n".join([fourth.replace("heavy", "violent"), first, second, third])
    prose = prose_diff(OLD, new)
    there, *same, here = prose.rows
    assert (there.fate, here.fate) == (Fate.MOVED_TO, Fate.MOVED_FROM)
    assert (there.other, here.other) == (here.number, there.number)
    assert marked(there.pieces).startswith("A [-heavy-][+violent+] storm")
    assert [row.fate for row in same] == [Fate.SAME] * 3
    assert there.said == "Moved here and edited"
    assert prose.summary() == "1 word added, 1 removed, 1 paragraph moved."


def test_paragraph_that_moved_with_other_quotes_is_named_so():
    first, second, third, fourth = parts(OLD)
    new = "\n\n".join([first, third, fourth, second.replace("“", '"').replace("”", '"')])
    moved = prose_diff(OLD, new).rows[-1]
    assert moved.said == "Moved here; only the style of quotation marks changed"


def test_sentence_that_went_to_another_paragraph_is_a_move():
    stays = " The crews waited in the rain until the evening."
    old = OLD.replace("on Monday.", "on Monday." + stays)
    new = OLD.replace("timetable.", "timetable." + stays)
    prose = prose_diff(old, new)
    assert prose.moves == {1: (0, 2)}
    assert marked(prose.rows[2].pieces).endswith(
        "timetable. [>The crews waited in the rain until the evening.>]"
    )
    assert prose.summary() == "0 words added, 0 removed, 1 shorter stretch moved."


def test_paragraph_made_of_words_from_elsewhere_is_no_addition():
    stays = "The crews waited in the rain until the evening."
    prose = prose_diff(OLD.replace("on Monday.", f"on Monday. {stays}"), f"{OLD}\n\n{stays}")
    assert prose.rows[-1].fate == Fate.MOVED_TO
    assert prose.rows[-1].other is None


def test_split_paragraph_is_one_row_with_the_break_in_it():
    stays = " The crews waited in the rain until the evening."
    old, new = OLD.replace("one said.", "one said." + stays), None
    new = old.replace(stays, "\n\n" + stays.strip())
    row = prose_diff(old, new).rows[1]
    assert (row.paragraphs, row.style) == ((1, 2), Style.WHITE_SPACE)
    assert row.said == "Only white space changed, split into 2"
    back = prose_diff(new, old).rows[1]
    assert back.said == "Only white space changed, 2 paragraphs joined"


def test_style_changes_beside_changed_words_are_counted():
    new = OLD.replace("“", '"').replace("”", '"').replace("military", "slow").replace("; ", " - ")
    prose = prose_diff(OLD, new)
    assert prose.rows[1].style is None
    assert prose.summary() == (
        "1 word added, 1 removed; changed too: the style of quotation marks at 1 place,"
        " punctuation at 1 place."
    )


def test_quotes_alone_are_named_for_the_whole():
    prose = prose_diff(OLD, OLD.replace("“", '"').replace("”", '"'))
    assert prose.summary() == "Only the style of quotation marks changed, at 2 places."
    assert prose_diff(OLD, OLD.replace("\n\n", "\n")).summary() == "Only white space changed."


def test_unchanged_stretches_fold_but_for_one_row_of_context():
    numbers = [f"Paragraph number {n} of the long report." for n in range(9)]
    new = [*numbers]
    new[4] = new[4].replace("long", "short")
    rows = prose_diff("\n".join(numbers), "\n".join(new)).rows
    assert [len(part) for part in folded(rows)] == [3, 1, 1, 1, 3]


def test_two_texts_without_a_common_word_are_removed_and_added():
    assert fates("One thing here.", "别的东西。") == ["removed", "added"]
    assert fates("", "A text.") == ["added"]
    assert fates("", "") == []


def test_repeated_paragraphs_do_not_multiply():
    old = "\n".join(["Advertisement", "* * *"] * 300 + ["The end of it."])
    prose = prose_diff(old, old.replace("end", "start"))
    assert sum(row.changed for row in prose.rows) == 1


def test_rewrite_of_five_thousand_words_takes_bounded_time():
    def text(step):
        words = [f"word{number * step % 1709}" for number in range(5000)]
        return "\n".join(" ".join(words[at : at + 60]) for at in range(0, 5000, 60))

    begun = time.perf_counter()
    prose_diff(text(7919), text(104729))
    assert time.perf_counter() - begun < 5  # .4 s on a quiet machine


PARAGRAPHS = st.lists(
    st.sampled_from([*parts(OLD), "* * *", "港口协议今天签署。", "It held.", "“Never” – he"])
    | st.text("ab .,“”\"'’\u00ad\u0301é👩🏽‍🚀", max_size=12),
    max_size=7,
).map("\n".join)


@given(PARAGRAPHS, PARAGRAPHS)
def test_rows_hold_every_passage_of_both_texts_and_nothing_else(old, new):
    rows = prose_diff(old, new).rows
    here = [row.new for row in rows if row.new]
    gone = [row.old for row in rows if row.old and row.fate != Fate.MOVED_TO]
    for text, places in ((new, here), (old, gone)):
        assert places == sorted(places)
        left = text
        for start, end in reversed(places):
            left = left[:start] + left[end:]
        assert not left.strip()


@given(PARAGRAPHS, PARAGRAPHS)
def test_pieces_of_a_row_add_up_to_both_of_its_wordings(old, new):
    for row in prose_diff(old, new).rows:
        if row.fate != Fate.SAME:
            before = "".join(p.text if p.op in OF_BASELINE else p.before for p in row.pieces)
            after = "".join(p.text for p in row.pieces if p.op not in OF_BASELINE)
            assert not row.old or before == row.before
            assert not row.new or after == row.after
