from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from annotations.language.rewording import (
    LONGEST,
    Likeness,
    PhraseRefused,
    are_forms,
    echoes_in,
    phrase_of,
    probes,
    terms_sought,
)
from sources.terms import terms_of

SAME, MARKS, FORMS, NEARLY = Likeness


def heard(phrase, text):
    return [(text[one.start : one.end], one.likeness) for one in echoes_in(phrase_of(phrase), text)]


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ("a Cold War mentality.", [("Cold War mentality", SAME)]),
        ("COLD WAR MENTALITY", [("COLD WAR MENTALITY", MARKS)]),
        ("a “Cold War” mentality", [("Cold War” mentality", MARKS)]),
        ("“‘cold-war mentalities’”", [("cold-war mentalities", FORMS)]),
        ("the mentality of Cold War", [("mentality of Cold War", FORMS)]),
        ("mentality of the old Cold War", [("mentality of the old Cold War", NEARLY)]),
        ("It was cold. War mentality grew.", []),
        ("a Cold War mention", []),
        ("a mentality of war", []),
        ("", []),
    ],
)
def test_cold_war_mentality_is_heard_in_its_forms(text, found):
    assert heard("Cold War mentality", text) == found


@pytest.mark.parametrize(
    ("phrase", "text", "found"),
    [
        ("military suffocation", "suffocation of the military", FORMS),
        ("military suffocation", "militarily suffocate", FORMS),
        ("not our enemy", "“not our enemy”", SAME),
        ("U.S. military", "The U.S. Military", MARKS),
        ("军事窒息", "对台湾的军事窒息行动", SAME),
        ("军事窒息", "窒息军事", FORMS),
        ("холодная война", "холодной войны", FORMS),
        ("قوات الاحتلال", "القوات الاحتلال", MARKS),
        ("no pasarán", "No pasaran", MARKS),
        ("of the", "out of the box", SAME),
        ("never again never again", "never again, never again!", MARKS),
        ("we must stop this dangerous escalation", "stop the dangerous escalation", NEARLY),
    ],
)
def test_phrase_is_heard(phrase, text, found):
    assert [likeness for _, likeness in heard(phrase, text)] == [found]


@pytest.mark.parametrize(
    ("phrase", "text"),
    [
        ("state", "station static status"),
        ("not our enemy", "our enemy"),
        ("military suffocation", "military. The suffocation"),
        ("冷战思维", "冷。战思"),
    ],
)
def test_other_words_are_not_heard(phrase, text):
    assert heard(phrase, text) == []


@pytest.mark.parametrize("phrase", ["", "  ", "…!?", "“”", "😀"])
def test_phrase_without_a_word_is_refused(phrase):
    with pytest.raises(PhraseRefused, match="no word"):
        phrase_of(phrase)


@pytest.mark.parametrize("phrase", ["word " * 1000, "w " * 41, "军" * 41, "w" * 301])
def test_too_long_a_phrase_is_refused_with_what_to_do(phrase):
    with pytest.raises(PhraseRefused, match=f"up to 40 words and {LONGEST} characters"):
        phrase_of(phrase)


def test_passage_of_the_same_words_over_and_over_is_looked_through():
    text = "the cold war mentality " * 5_000
    assert len(echoes_in(phrase_of("cold war mentality again"), text)) == 5_000


def test_phrase_longer_than_the_text_is_not_heard():
    assert heard("these are many more words than the passage has", "many words") == []


@pytest.mark.parametrize(
    ("one", "other", "same"),
    [("force", "forcing", True), ("enemy", "enemies", True), ("state", "station", False),
     ("mentality", "mention", False), ("suffocate", "suffocation", True), ("1000", "1001", False)],
)  # fmt: skip
def test_forms_of_a_word_are_told_by_their_endings(one, other, same):
    assert are_forms(one, other) is are_forms(other, one) is same


def test_one_word_of_a_long_phrase_may_be_missing_from_a_passage():
    sets = probes(phrase_of("alpha beta gamma delta"), {})
    assert len(sets) == 4
    assert all(len(terms) == 3 for terms in sets)


def test_the_rarest_words_are_looked_for():
    phrase = phrase_of("one two three four five six seven eight nine ten")
    common = dict.fromkeys(terms_sought(phrase)[:5], 0.5)
    assert not {term for terms in probes(phrase, common) for term in terms} & set(common)


words = st.lists(
    st.sampled_from("cold war mentality the of Köln 军 事 killing".split()), min_size=1
)


@given(words, words, words)
def test_phrase_within_a_text_is_always_heard_and_its_passage_found(phrase, before, after):
    sought = phrase_of(" ".join(phrase)[:LONGEST])
    text = " ".join([*before, sought.text, *after])
    found = echoes_in(sought, text)
    assert any(one.likeness == SAME for one in found)
    assert all(a.end <= b.start for a, b in pairwise(found))
    assert any(set(terms) <= set(terms_of(text)) for terms in probes(sought, {}))


@given(words, words)
def test_what_is_heard_is_in_a_passage_that_the_index_finds(phrase, around):
    text = " ".join(around)
    sought = phrase_of(" ".join(phrase)[:LONGEST])
    for one in echoes_in(sought, text):
        assert 0 <= one.start < one.end <= len(text)
        assert any(set(terms) <= set(terms_of(text)) for terms in probes(sought, {}))
