import random
import time

import pytest
from hypothesis import given
from hypothesis import strategies as st

from annotations.revisions.carrying import Carried, Outcome, carry
from annotations.revisions.carrying.aligning import align
from annotations.revisions.carrying.wording import Wording
from annotations.texts.anchoring import OutsideText

LEAD = "The ministers signed the harbour accord on Monday after eleven months of talks."
CRITICS = "Critics spoke of a military suffocation of the strait; “a Cold War mentality”, one said."
PATROL = "The coastguards of both countries will patrol the strait together from September on."
OWNERS = "Ship owners welcomed the accord and asked for cheaper pilots and a second tug."
UNION = "The dockers’ union said that it had not been asked and will strike next week."
ARTICLE = f"{LEAD} {CRITICS}\n\n{PATROL} {OWNERS}\n\n{UNION}"
WORDS = (
    "the the the strait war “war” war's don’t e-mail 1,000 straße STRASSE İstanbul ﬁ café "
    "cafe\u0301 co\u00adoperate 👩\u200d🚀 👍🏽 🇺🇦 שלום مرحبا नमस्ते ไทย 港口协议 。 港 "
    "がんばれ 한국어 \u200d \u202e , . !"
).split()
GAPS = st.sampled_from([" ", " ", " ", "", "\n", "\n\n", "\r\n", "\u00a0", "\u2003 ", "\t"])


def carried(old, new, words, number=1):
    """Carry the `number`-th place of `words`; return the outcome and the words it is at now."""
    start = -1
    for _ in range(number):
        start = old.index(words, start + 1)
    (carry_,) = carry(old, new, [(start, start + len(words))])
    if carry_.start is None:
        return carry_.outcome, None
    return carry_.outcome, new[carry_.start : carry_.end]


@pytest.mark.parametrize(
    ("words", "new", "outcome", "now"),
    [
        ("military suffocation", "Update!\n\n" + ARTICLE, "kept", "military suffocation"),
        ("“a Cold War", ARTICLE.replace("“", '"').replace("”", '"'), "kept", '"a Cold War'),
        ("dockers’ union", ARTICLE.replace("’", "'"), "kept", "dockers' union"),
        ("harbour accord on", ARTICLE.replace("our accord", "our\n accord"), "kept", None),
        ("accord on", ARTICLE.replace("harbour", "port").replace("Monday", "May 1"), "kept", None),
        ("suffocation", ARTICLE.replace("suffocation", "suffocations"), "review", "suffocations"),
        ("suffocation", ARTICLE.replace("suffocation", "suff\u00adocation"), "review", None),
        ("suffocation", ARTICLE.replace("suffocation", "Suffocation"), "review", "Suffocation"),
        ("suffocation", ARTICLE.replace("suffocation", "siege"), "review", "siege"),
        ("Cold War", ARTICLE.replace("Cold War", "Cold-War"), "review", "Cold-War"),
        ("one", ARTICLE.replace("one said", "ona said"), "review", "ona"),
        ("military suffocation", ARTICLE.replace("a military suffocation of", "of"), "gone", None),
        ("military suffocation", ARTICLE.replace(CRITICS, ""), "gone", None),
        ("military suffocation", "", "gone", None),
        ("military suffocation", " \n ", "gone", None),
        ("military suffocation", "Entirely different words.", "gone", None),
    ],
)
def test_edit_decides_the_outcome(words, new, outcome, now):
    expected = {"gone": None, "review": now or words.replace("suff", "suff\u00ad")}.get(outcome)
    found, place = carried(ARTICLE, new, words)
    assert found == outcome
    if outcome == "kept":
        assert Wording(place).plain == Wording(now or words).plain
    else:
        assert place == expected


@pytest.mark.parametrize("words", ["one", "strait", "Cold War", CRITICS])
def test_words_of_a_moved_sentence_move_with_it(words):
    new = ARTICLE.replace(f" {CRITICS}", "").replace(UNION, f"{UNION} {CRITICS}")
    start = ARTICLE.index(CRITICS) + CRITICS.index(words)
    shift = new.index(CRITICS) - ARTICLE.index(CRITICS)
    (moved,) = carry(ARTICLE, new, [(start, start + len(words))])
    assert (moved.outcome, moved.start, moved.end) == (
        "moved",
        start + shift,
        moved.start + len(words),
    )
    assert carried(ARTICLE, new, "patrol")[0] == "kept"


def test_changed_word_in_a_moved_sentence_is_for_review_where_the_sentence_stands():
    changed = CRITICS.replace("military", "naval")
    new = ARTICLE.replace(f" {CRITICS}", "").replace(UNION, f"{UNION} {changed}")
    assert carried(ARTICLE, new, "military suffocation") == ("review", "naval suffocation")
    assert carried(ARTICLE, new, "Cold War") == ("moved", "Cold War")


@pytest.mark.parametrize(
    ("heavy", "outcome"), [(CRITICS, "moved"), (f"{LEAD} {CRITICS} {OWNERS} {UNION} " * 2, "kept")]
)
def test_of_two_paragraphs_that_change_places_the_lighter_or_both_have_moved(heavy, outcome):
    light = "The harbour police counted forty boats."
    old, new = f"{PATROL}\n\n{light}\n\n{heavy}", f"{PATROL}\n\n{heavy}\n\n{light}"
    assert carried(old, new, "counted") == ("moved", "counted")
    assert carried(old, new, "Critics") == (outcome, "Critics")


@pytest.mark.parametrize("phrase", ["the strait", "accord", "extremist", "war"])
@pytest.mark.parametrize("number", [1, 2])
def test_deleted_phrase_never_jumps_to_its_twin(phrase, number):
    old = f"{PATROL[:16]} {phrase} {PATROL[16:]} {OWNERS}\n\n{LEAD[:14]} {phrase}{LEAD[13:]}"
    first, second = old.index(phrase), old.rindex(phrase)
    at = (first, second)[number - 1]
    new = old[:at] + old[at + len(phrase) + 1 :]
    outcomes = [
        item.outcome for item in carry(old, new, [(n, n + len(phrase)) for n in (first, second)])
    ]
    assert outcomes[number - 1] in ("gone", "review")
    assert outcomes[2 - number] == "kept"


def test_sentence_deleted_before_one_that_begins_alike_takes_its_own_words_along():
    alike = "The ministers signed nothing else, their spokesman told the press."
    old, new = f"{OWNERS} {LEAD} {alike}", f"{OWNERS} {alike}"
    assert carried(old, new, "ministers signed", 1) == ("gone", None)
    assert carried(old, new, "ministers signed", 2) == ("kept", "ministers signed")


def test_words_that_fit_both_sides_of_a_deletion_are_for_review():
    old = f"{OWNERS} They sail again and they sail again and they rest. {LEAD}"
    new = old.replace("they sail again and ", "", 1)
    assert {carried(old, new, "sail again", number)[0] for number in (1, 2)} == {"review"}


def test_one_of_two_equal_sentences_side_by_side_is_for_review():
    old, new = f"{OWNERS} {UNION} {UNION} {LEAD}", f"{OWNERS} {UNION} {LEAD}"
    assert {carried(old, new, "strike", number)[0] for number in (1, 2)} == {"review"}


def test_line_that_stands_twice_can_move():
    old = f"{UNION}\n\n{LEAD}\n\n{UNION}\n\n{PATROL}\n\n{OWNERS}"
    new = f"{LEAD}\n\n{UNION}\n\n{PATROL}\n\n{UNION}\n\n{OWNERS}"
    assert carried(old, new, "strike", 1)[0] == "moved"
    assert carried(old, new, "strike", 2)[0] == "kept"


def test_unchanged_words_in_a_rewritten_paragraph_are_never_certain():
    new = ARTICLE.replace(
        PATROL, "Together, boats of the two will sail; both fleets meet in autumn."
    )
    assert carried(ARTICLE, new, "both")[0] in ("review", "gone")


@pytest.mark.parametrize(
    ("words", "between"),
    [("the", "to against anything in the"), ("dissent", "no dissent, nor dissent,")],
)
def test_words_that_may_stand_by_chance_between_new_neighbours_are_for_review(words, between):
    old = f"{OWNERS} Nobody in all of the dissent parties asked. {PATROL} {CRITICS}"
    new = old.replace("in all of the dissent parties", f"{between} crowd")
    assert carried(old, new, words, old[: old.index("the dissent")].count(words) + 1)[0] == "review"


@pytest.mark.parametrize(
    ("gap", "held", "new_gap", "outcome", "now"),
    [
        ("\r\n\r\n", "\r", "\r\n\r\n", "kept", "\r"),
        (" ", " ", "\n\n", "kept", "\n"),
        ("\r\n\r\n", "\r\n", "\n\n", "kept", "\n\n"),
        ("\n\n", "\n\n", " ", "review", " "),
    ],
)
def test_span_holds_as_much_white_space_at_its_end_as_before(gap, held, new_gap, outcome, now):
    old = f"The talks{gap}The harbour accord of the two ministers was signed."
    (found,) = carry(old, f"Now. {old.replace(gap, new_gap)}", [(4, 9 + len(held))])
    assert (found.outcome, found.end - found.start) == (outcome, 5 + len(now))


@pytest.mark.parametrize("span", [(-1, 3), (3, 3), (4, 2), (0, len(ARTICLE) + 1)])
def test_range_outside_the_old_text_is_refused(span):
    with pytest.raises(OutsideText):
        carry(ARTICLE, "new", [(0, 3), span])


@pytest.mark.parametrize("size", [700, 5_000])
def test_complete_rewrite_stays_near_the_limit_of_time(size):
    chance = random.Random(1)
    old, new = (
        " ".join(f"{kind}{chance.randrange(size)} the" for _ in range(size // 2)) for kind in "ab"
    )
    begun = time.process_time()
    outcomes = {carried_.outcome for carried_ in carry(old, new, [(0, 9), (90, 99)], seconds=0.2)}
    assert outcomes <= {Outcome.REVIEW, Outcome.GONE}
    assert time.process_time() - begun < 1.5


def test_no_time_at_all_is_no_error():
    new = ARTICLE.replace("military suffocation", "siege")
    assert carry(ARTICLE, new, [(4, 13)], seconds=0)[0].outcome == Outcome.KEPT


@st.composite
def texts(draw):
    words = draw(st.lists(st.sampled_from(WORDS), max_size=40))
    return "".join(word + draw(GAPS) for word in words)


@st.composite
def edited_texts(draw):
    """Draw a text, spans of it, and what some cuts, insertions and moves made of it."""
    old = draw(texts().filter(bool))
    new = old
    for _ in range(draw(st.integers(0, 3))):
        start, end = sorted(draw(st.tuples(*[st.integers(0, len(new))] * 2)))
        kind = draw(st.sampled_from(["cut", "put", "move", "copy"]))
        piece = draw(texts()) if kind == "put" else new[start:end]
        rest = new if kind in ("put", "copy") else new[:start] + new[end:]
        to = draw(st.integers(0, len(rest)))
        new = rest if kind == "cut" else rest[:to] + piece + rest[to:]
    places = st.tuples(*[st.integers(0, len(old))] * 2).map(sorted).map(tuple)
    return old, draw(st.lists(places.filter(lambda place: place[0] < place[1]), max_size=6)), new


@given(edited_texts())
def test_kept_and_moved_have_the_same_words_and_gone_has_no_place(drawn):
    old, spans, new = drawn
    for (start, end), carried_ in zip(spans, carry(old, new, spans), strict=True):
        assert 0 <= carried_.score <= 1
        if carried_.outcome == Outcome.GONE:
            assert (carried_.start, carried_.end) == (None, None)
            continue
        assert 0 <= carried_.start < carried_.end <= len(new)
        if carried_.outcome != Outcome.REVIEW:
            now = new[carried_.start : carried_.end]
            assert Wording(now).plain == Wording(old[start:end]).plain


@given(edited_texts())
def test_carrying_there_and_back_returns_what_was_kept_or_moved(drawn):
    old, spans, new = drawn
    certain = [
        (span, there)
        for span, there in zip(spans, carry(old, new, spans), strict=True)
        if there.outcome in (Outcome.KEPT, Outcome.MOVED)
    ]
    back = carry(new, old, [(there.start, there.end) for _, there in certain])
    assert [(item.outcome, item.start, item.end) for item in back] == [
        (there.outcome, *span) for span, there in certain
    ]


@given(edited_texts())
def test_aligning_the_other_way_round_changes_only_the_sides(drawn):
    old, new = Wording(drawn[0]), Wording(drawn[2])
    if old.text != new.text:
        assert align(old, new, 1.0) == align(new, old, 1.0).swapped()


@given(texts().filter(bool))
def test_same_text_keeps_every_span_in_its_place(text):
    spans = [(start, end) for start in range(len(text)) for end in (start + 1, len(text))]
    assert carry(text, text, spans) == [Carried(Outcome.KEPT, *span, 1.0) for span in spans]


@given(texts(), st.integers(0, 40))
def test_plain_form_leads_back_to_the_text(text, start):
    wording = Wording(text)
    for end in range(start + 1, len(text) + 1):
        first, last = wording.holding(start, end)
        assert wording.raw(first) <= start < end <= wording.raw(last)
        assert wording.plain[first:last] == Wording(text[start:end]).plain


def test_proposal_that_has_to_end_somewhere_ends_with_a_word():
    ends = "\n\nA second vote on the budget follows in April, said the mayor."
    old = "It rained on Monday in town.\n\nThere was comfort. “The city is not our rival,” Ann Lee"
    old += " assured the hall, and the hall was glad to hear it." + ends
    new = "It rained on Monday in town.\n\n“The city is not our rival, but we would be careless not"
    new += " to watch it reporters closely,” Ann Lee told reporters after the meeting." + ends
    span = old.index("“The city"), old.index(" hall, and")
    (found,) = carry(old, new, [span])
    assert found.outcome == Outcome.REVIEW
    assert not (new[found.end - 1].isalpha() and new[found.end].isalpha())
