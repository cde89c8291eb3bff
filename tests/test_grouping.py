"""Sentences of several articles that seem to report one fact are grouped; others stay apart."""

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from annotations.finding.grouping import Sentence, group, statement_of, weight_of
from annotations.finding.ranking import Ranker
from annotations.finding.ranking.meaning import load_meaning

SIGNED = "The ministers of both towns signed the harbour accord on Monday."
SIGNED_TOO = "On Monday the harbour accord was signed by the two towns' ministers."
STORM = "A heavy storm is expected over the northern bay by the weekend."
STORM_TOO = "By the weekend a heavy storm will reach the northern bay, forecasters say."
CREWS = "Ferry crews went on waiting in the rain until late for word from their union."
ROBBED = "Two masked men robbed a jeweller in the old market on Thursday night."


def story(*articles):
    """Return the sentences of articles, each of an outlet of its own."""
    return [Sentence(n, n, text) for n, texts in enumerate(articles) for text in texts]


def groups(*articles):
    """Return the groups of a story as sets of (article, text)."""
    sentences = story(*articles)
    found = group(sentences, Ranker([sentence.text for sentence in sentences]))
    return [{(sentences[n].article, sentences[n].text) for n in one.members} for one in found]


def together(one, other):
    """Tell whether two sentences are in one group, in a story with others."""
    found = groups([one, STORM], [other, ROBBED], [CREWS])
    return any({(0, one), (1, other)} <= its for its in found)


def test_same_fact_in_other_words_is_a_group():
    assert groups([SIGNED, STORM], [ROBBED, STORM_TOO], [SIGNED_TOO, CREWS]) == [
        {(0, SIGNED), (2, SIGNED_TOO)},
        {(0, STORM), (1, STORM_TOO)},
    ]


@pytest.mark.parametrize("articles", [[], [[]], [[SIGNED, SIGNED_TOO]], [[SIGNED], []]])
def test_nothing_is_grouped_without_two_articles(articles):
    assert groups(*articles) == []


def test_sentences_of_one_article_alone_are_no_group():
    assert groups([SIGNED, SIGNED_TOO, STORM], [ROBBED], [CREWS]) == []


def test_identical_sentences_are_one_group_wherever_they_stand():
    repeated = [[SIGNED, text] for text in (STORM, ROBBED, CREWS)]
    assert groups(*repeated) == [{(0, SIGNED), (1, SIGNED), (2, SIGNED)}]


def test_sentence_that_reports_two_facts_is_in_two_groups():
    both = f"{SIGNED[:-1]}, and {STORM[0].lower()}{STORM[1:]}"
    found = groups([both, ROBBED], [SIGNED, CREWS], [STORM, "Nobody at the market was hurt."])
    assert [(0, both) in its for its in found] == [True, True]


@pytest.mark.parametrize(
    ("one", "other"),
    [
        (
            "The council decided on Friday to open an office of Norland at AZTU next year.",
            "The council decided on Friday to open an office of AZTU in Norland next year.",
        ),
        ("On Friday Acme sued Bolt for fraud.", "On Friday Bolt sued Acme for fraud."),
    ],
)
def test_nearly_the_same_words_with_other_roles_stay_apart(one, other):
    assert not together(one, other)


def test_third_wording_does_not_bring_other_roles_together():
    first = "The council decided to open an office of Norland at AZTU next year."
    second = "The council decided to open an office of AZTU in Norland next year."
    third = "The council decided to open an office next year, Norland and AZTU said."
    for its in groups([first, STORM], [second, ROBBED], [third, CREWS]):
        assert len(its & {(0, first), (1, second)}) < 2


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("Acme sued Bolt for fraud on Friday.", "Bolt was sued by Acme for fraud on Friday."),
        ("The fire on the quay killed 12 sailors.", "The fire on the quay killed 21 sailors."),
        ("Ann Vall will attend the harbour talks.", "Ann Vall will not attend the harbour talks."),
        ("Ein Sturm erreicht die Küste am Abend.", "Am Abend erreicht ein Sturm die Küste."),
        ("港口协议星期一在北城签署。", "星期一港口协议在北城签署了。"),
        ("В понедельник порт закрыли из-за шторма.", "Порт закрыли в понедельник из-за шторма."),
    ],
)
def test_passive_other_figures_and_denial_tell_the_same_fact(one, other):
    assert together(one, other)


def test_like_sentences_do_not_chain_unlike_ones():
    ends = ["Ann Vall opened the new bridge in Norland.", "Two trawlers sank off Cape Ruma."]
    chain = f"{ends[0][:-1]} and two trawlers sank off Cape Ruma."
    for its in groups([ends[0], STORM], [ends[1], ROBBED], [chain, CREWS]):
        assert len(its & {(0, ends[0]), (1, ends[1])}) < 2


def test_scraps_and_headings_of_few_words_are_not_grouped():
    assert groups(["The new accord", SIGNED], ["The new accord", STORM]) == []


def test_most_outlets_come_first_then_most_articles_then_most_quoted():
    one, two, three = Sentence(1, 1, "a"), Sentence(2, 2, "b"), Sentence(3, 2, "c")
    said = Sentence(2, 2, "“b”", quoted=True)
    ordered = [[one, two, three], [one, said], [one, two, one], [two, three], [one]]
    weights = [weight_of(members, 0.5) for members in ordered]
    assert weights == sorted(weights, reverse=True)
    assert weight_of([one, two], 0.6) > weight_of([one, two], 0.5)


def test_group_is_heavier_for_what_it_quotes():
    sentences = [Sentence(n, n, SIGNED, quoted=n == 1) for n in range(2)]
    [found] = group(sentences, Ranker([SIGNED, SIGNED]))
    assert int(found.weight) == weight_of(sentences) == 2_002_001


def test_sentences_that_the_ranker_does_not_know_are_refused():
    with pytest.raises(ValueError, match="corpus"):
        group(story([SIGNED], [STORM]), Ranker([SIGNED]))


def test_grouping_by_meaning_keeps_facts_apart_too():
    meaning, reason = load_meaning()
    if meaning is None:
        pytest.skip(reason)
    sentences = story([SIGNED, STORM], [ROBBED, STORM_TOO], [SIGNED_TOO, CREWS])
    ranker = Ranker([sentence.text for sentence in sentences], meaning)
    assert ranker.by_meaning
    assert {frozenset(one.members) for one in group(sentences, ranker)} == {
        frozenset({0, 4}),
        frozenset({1, 3}),
    }


def test_ten_languages_stay_apart():
    lines = [
        SIGNED,
        "Die Minister unterzeichneten am Montag das Hafenabkommen.",
        "Les ministres ont signé lundi l’accord sur le port.",
        "Los ministros firmaron el lunes el acuerdo del puerto.",
        "В понедельник министры подписали соглашение о порте.",
        "部长们星期一签署了港口协议。",
        "閣僚は月曜日に港湾協定に署名した。",
        "وقع الوزراء اتفاق الميناء يوم الاثنين",
        "장관들은 월요일에 항만 협정에 서명했다.",
        "รัฐมนตรีลงนามข้อตกลงท่าเรือเมื่อวันจันทร์",
    ]
    assert groups(*[[line] for line in lines]) == []


def test_enormous_sentence_is_grouped_with_its_twin():
    enormous = " ".join(f"word{n}" for n in range(20_000))
    assert groups([enormous, STORM], [enormous, CREWS]) == [{(0, enormous), (1, enormous)}]


def test_identical_articles_give_a_group_for_each_sentence():
    lines = [SIGNED, STORM, CREWS, ROBBED]
    assert sorted(len(its) for its in groups(*[lines] * 30)) == [30] * 4


vocabulary = st.sampled_from(
    "storm bay accord Norland AZTU the of in at signed on Monday 12".split()
)
sentence_texts = st.one_of(st.lists(vocabulary, max_size=9).map(" ".join), st.text(max_size=20))
stories = st.lists(st.tuples(st.integers(0, 3), sentence_texts), max_size=12)


@settings(deadline=None)
@given(stories, st.randoms(use_true_random=False))
def test_order_of_the_sentences_plays_no_part(rows, chance):
    shuffled = list(rows)
    chance.shuffle(shuffled)
    found = []
    for order in (rows, shuffled):
        sentences = [Sentence(article, article, text) for article, text in order]
        ranker = Ranker([sentence.text for sentence in sentences])
        found.append(
            [([order[n] for n in one.members], one.weight) for one in group(sentences, ranker)]
        )
    assert found[0] == found[1]


@settings(deadline=None)
@given(stories)
def test_group_holds_different_sentences_of_two_articles_or_more(rows):
    sentences = [Sentence(article, article, text) for article, text in rows]
    found = group(sentences, Ranker([sentence.text for sentence in sentences]))
    for one in found:
        assert len({rows[n][0] for n in one.members}) > 1
        assert len(set(one.members)) == len(one.members)
    assert [one.weight for one in found] == sorted((one.weight for one in found), reverse=True)


@pytest.mark.parametrize(
    ("texts", "statement"),
    [
        ([], ""),
        ([SIGNED], SIGNED),
        (["A long and central sentence, said twice.", "A short one.", "Far."], "A short one."),
        (["The accord\n  was signed.", "Signed:"], "The accord was signed."),
        (["“We signed,” he said.", "Signed!", "No", "Yes"], "Signed!"),
        (["Accord signed", "The accord was signed.", "x", "y"], "The accord was signed."),
        (["word " * 200], "word " * 99 + "word…"),
        (["港" * 600], "港" * 499 + "…"),
    ],
)
def test_statement_is_the_shortest_whole_sentence_of_the_central_half(texts, statement):
    assert statement_of(texts) == statement


@given(st.lists(st.text(min_size=1), max_size=5))
def test_statement_fits_into_its_field(texts):
    assert len(statement_of(texts)) <= 500
    assert "\n" not in statement_of(texts)
