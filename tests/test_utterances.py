"""The same utterance in other articles: identical, shortened, altered, or another one."""

import random
import time

import pytest
from hypothesis import given
from hypothesis import strategies as st

from annotations.language.utterances import (
    Likeness,
    Quoted,
    difference,
    is_edited,
    utterances_of,
)
from annotations.texts.comparing import Op


def likeness_of(one, other, before=("", ""), speakers=("", ""), languages=("en", "en")):
    """Return the class of two quotations, None if they are two utterances."""
    given = [
        Quoted(number, number, words, languages[number], before[number], "", speakers[number])
        for number, words in enumerate((one, other))
    ]
    found = utterances_of(given)
    return found[0].likeness.value if found else None


@pytest.mark.parametrize(
    ("one", "other", "expected"),
    [
        ("We will not leave the strait.", "we will not leave  the strait", "identical"),
        ("It’s the ‘old’ trap,", 'It\'s the "old" trap', "identical"),
        ("[We] will not leave the strait", "will not leave the strait", "identical"),
        ("We will not leave the strait", "We will not leave the strait until dawn breaks",
         "shortened"),
        ("We will not leave the strait … until dawn",
         "We will not leave the strait of Veya until dawn", "shortened"),
        ("It feeds our farmers. It protects the strait and its ships for a century.",
         "It protects the strait and its ships for a century. Nobody fears it.", "shortened"),
        ("We will never leave the strait until the last ship is safe.",
         "We shall not leave the strait until every ship is safe.", "altered"),
        ("The harbour will stay open to every ship that carries grain",
         "The harbour will stay closed to every ship that carries grain", "altered"),
        ("我们不会离开海峡", "我们不会离开海峡，除非最后一艘船安全", "shortened"),
        ("这不是我们的敌人和朋友", "这不是我们的对手和朋友", "altered"),
        ("Мы не уйдём из пролива, пока последний корабль не спасён",
         "Мы не уйдем из пролива, пока последнее судно не спасено", "altered"),
        ("Wir verlassen die Meerenge nicht, solange Schiffe fahren",
         "Wir verlassen die Bucht nicht, solange Schiffe fahren", "altered"),
    ],
)  # fmt: skip
def test_utterance_is_recognised_in_its_wordings(one, other, expected):
    assert likeness_of(one, other) == likeness_of(other, one) == expected


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("The accord is good for fishermen and farmers. It protects the strait.",
         "It protects the strait. Nobody should fear it now."),
        ("We want peace in the strait and trade for all",
         "We want trade for all ships and peace for our sons"),
        ("The strait belongs to all who fish in it", "The strait belongs to those who guard it"),
        ("Serevia threatens its neighbours and builds weapons",
         "Serevia builds roads and helps its neighbours"),
        ("peace and stability across the strait", "peace and stability depend on trade here"),
        ("military suffocation", "economic suffocation of the coast is a crime"),
        ("of the", "of the"),
        ("yes", "yes"),
        ("我们支持和平", "我们反对战争"),
        ("", "…"),
    ],
)  # fmt: skip
def test_two_utterances_on_one_topic_stay_two(one, other):
    assert likeness_of(one, other) is None


def test_short_altered_quotation_needs_the_same_words_around_it():
    short, long = "not our enemy", "Serevia is not our adversary, though we keep watch"
    assert likeness_of(short, long, before=("He said that Serevia was ", "")) == "altered"
    assert likeness_of(short, long, before=("He said that the sea was ", "")) is None


def test_reordered_phrase_is_altered():
    before = ("urged them to abandon their ", "asks it to abandon its ")
    assert likeness_of("Cold War mentality", "the mentality of Cold War", before) == "altered"


def test_short_words_of_other_named_speakers_are_other_utterances():
    words = ("not our enemy", "Serevia is not our adversary at all")
    before = ("called Serevia ", "")
    assert likeness_of(*words, before, speakers=("Ilsa Brand", "Tom Okafor")) is None
    assert likeness_of(*words, before, speakers=("Okafor", "Prime Minister Okafor")) == "altered"


def test_languages_are_not_mixed():
    words = ("Die Meerenge bleibt offen", "Die Meerenge bleibt offen")
    assert likeness_of(*words, languages=("de", "nl")) is None
    assert likeness_of(*words, languages=("de-AT", "de")) == "identical"


def test_baseline_is_the_wording_that_most_have():
    usual, odd = (
        "We would be careless not to watch the strait",
        ("It would then be careless of us not to watch over the strait"),
    )
    [found] = utterances_of([Quoted(n, n, words) for n, words in enumerate((odd, usual, usual))])
    assert found.members == (0, 1, 2)
    assert (found.baseline, found.likeness) == (1, Likeness.ALTERED)
    assert found.likenesses == (Likeness.ALTERED, Likeness.IDENTICAL, Likeness.IDENTICAL)


def test_groups_do_not_chain():
    first, second = "Serevia keeps the strait open for grain", "Veya keeps its harbour shut to coal"
    both = [Quoted(0, 0, first), Quoted(1, 1, second), Quoted(2, 2, f"{first}. {second}.")]
    longer = "Nobody asked whether anyone there wanted any of it in the first place"
    found = utterances_of([*both, Quoted(3, 3, longer), Quoted(4, 4, longer)])
    assert [utterance.members for utterance in found] == [(0, 1, 2), (3, 4)]


def test_difference_of_identical_words_is_empty():
    found = difference("We sail at dawn.", "we  sail at ‘dawn’")
    assert [piece.op for piece in found.pieces] == [Op.EQUAL]
    assert (found.before, found.behind) == (0, 0)


def test_difference_counts_what_is_left_out_at_the_ends():
    found = difference("Serevia is not our adversary, though we keep watch", "not our enemy,")
    assert (found.before, found.behind) == (2, 4)
    assert [(piece.op, piece.text) for piece in found.pieces] == [
        (Op.EQUAL, "not our "), (Op.DELETE, "adversary"), (Op.INSERT, "enemy"), (Op.EQUAL, ","),
    ]  # fmt: skip


@pytest.mark.parametrize("words", ["[the strait] is ours", "It is … ours", "It is ... ours"])
def test_brackets_and_dots_say_that_the_outlet_edited(words):
    assert is_edited(words)
    assert not is_edited("It is ours.")


@given(st.lists(st.text(st.sampled_from("ab cd“’… [].我们"), max_size=20), max_size=6))
def test_any_words_give_each_quotation_one_utterance_at_most(wordings):
    found = utterances_of([Quoted(n, n, words) for n, words in enumerate(wordings)])
    members = [number for utterance in found for number in utterance.members]
    assert len(members) == len(set(members))
    for utterance in found:
        assert len(utterance.members) > 1
        for number in utterance.members:
            pieces = difference(wordings[utterance.baseline], wordings[number]).pieces
            kept = [p.text for p in pieces if p.op not in (Op.DELETE, Op.MOVE_FROM)]
            assert "".join(kept) == wordings[number]


def test_ninety_articles_of_twenty_quotations_take_no_two_seconds():
    chance = random.Random(1)
    vocabulary = [f"word{number}" for number in range(3000)] + ["the", "of", "and"] * 500
    said = [chance.choices(vocabulary, k=chance.choice([3, 6, 12, 40])) for _ in range(800)]
    quotations = []
    for number in range(1800):
        words = list(chance.choice(said))
        words[chance.randrange(len(words))] = chance.choice(vocabulary)
        quotations.append(Quoted(number // 20, number // 20, " ".join(words), "en"))
    started = time.process_time()
    assert utterances_of(quotations)
    assert time.process_time() - started < 4  # on a busy machine


def test_one_utterance_of_twenty_thousand_words_is_workable():
    long = " ".join(f"word{number % 700}" for number in range(20_000))
    started = time.process_time()
    assert utterances_of([Quoted(0, 0, long), Quoted(1, 1, f"{long} more"), Quoted(2, 2, long)])
    difference(long, f"{long} more")
    assert time.process_time() - started < 10
