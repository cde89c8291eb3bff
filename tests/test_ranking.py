import random
import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from annotations.finding.ranking import Ranker
from annotations.finding.ranking.features import runs, tokens, trunks

ROOT = Path(__file__).parent.parent
STORY = [
    "Ostmere and Pelland signed the port accord in Halvik on Tuesday.",
    "The two countries put their names to the agreement about the harbour in Halvik.",
    "Pelland's parliament will vote on the accord in May.",
    "Fishermen fear for their 4,200 jobs, the union of the harbour said.",
    "About 4200 jobs are at stake, according to the fishermen's union.",
    "The weather stayed mild.",
    "The council of Tarrow was not heard before the accord was signed.",
    "Rain fell on the market of Tarrow.",
]
TEXTS = st.lists(st.text(max_size=60), max_size=8)


def best(query, candidates=STORY, story=STORY):
    return candidates[Ranker(story).rank([query], candidates, 1)[0].number]


@pytest.mark.parametrize(
    ("query", "answer"),
    [
        ("The union says that 4,200 jobs are in danger", STORY[3]),
        ("Parliaments voting in Pelland", STORY[2]),
        ("RAINFALL IN TARROW", STORY[7]),
        ("Ostmere’s and Pelland’s signature", STORY[0]),
    ],
)
def test_sentence_with_the_rarest_shared_words_comes_first(query, answer):
    assert best(query) == answer


@pytest.mark.parametrize(
    ("query", "right", "wrong"),
    [
        ("日本政府决定开设办事处", "北约将在日本开设办事处。", "天气一直很好。"),
        ("북대서양조약기구 사무소", "도쿄에 사무소를 연다.", "날씨가 좋다."),
        ("Договор подписали в Москве", "Подписание договора прошло спокойно.", "Погода хорошая."),
        ("مكتب الناتو في طوكيو", "يفتح الناتو مكتبا هناك", "الطقس جميل"),
        ("cafe\u0301 fermé", "Le CAFÉ a fermé.", "Le temps est doux."),
    ],
)
def test_any_script_is_ranked_by_its_words(query, right, wrong):
    assert best(query, [wrong, right], [wrong, right, query]) == right


def test_what_other_outlets_wrote_nearly_the_same_brings_their_words():
    query = "The two ministers signed the harbour treaty in the capital"
    bridge = "Both ministers signed the harbour treaty, or pact, in a palace"
    far, other = "A pact was sealed in the palace", "A parade was held in the village"
    noise = ["Ships waited.", "Nobody asked the fishermen.", "It rained all night long."]
    without = Ranker([far, other, *noise]).rank([query], [far, other])
    with_bridge = Ranker([bridge, far, other, *noise]).rank([query], [far, other])
    assert [one.number for one in with_bridge] == [0, 1]
    assert with_bridge[0].score - with_bridge[1].score > without[0].score - without[1].score


def test_several_wordings_count_together():
    ranker = Ranker(STORY)
    one, other = "the jobs of fishermen", "Tarrow's council was not heard"
    both = ranker.rank([one, other], STORY, 3)
    assert {both[0].number, both[1].number, both[2].number} == {3, 4, 6}


def test_matched_words_are_code_points_merged_and_without_common_words():
    text = "😡 The union of FISHERMEN fears: fishermen’s jobs go."
    matched = Ranker([*STORY, *STORY[:1] * 9]).rank(["jobs of the Fishermen's Union"], [text])[0]
    assert [text[start:end] for start, end in matched.matched] == [
        "union", "FISHERMEN", "fishermen’s jobs",
    ]  # fmt: skip


@pytest.mark.parametrize(
    ("queries", "candidates", "story"),
    [([], ["a", "b"], ["a"]), ([""], ["", "."], []), (["x"], ["b", "a", "b"], ["", "…"])],
)
def test_equal_scores_are_ordered_by_text(queries, candidates, story):
    ranked = Ranker(story).rank(queries, candidates)
    assert [candidates[one.number] for one in ranked] == sorted(candidates)
    assert {one.score for one in ranked} == {0.0}


def test_one_endless_sentence_and_no_candidates_are_ranked():
    endless = "word " * 20_000
    assert Ranker([endless]).rank(["word"], [endless])[0].score > 0
    assert Ranker([]).rank(["word"], []) == []


@settings(max_examples=60, deadline=None)
@given(TEXTS, TEXTS, TEXTS, st.randoms())
def test_no_order_changes_a_score(story, queries, candidates, chance):
    def scores(*parts):
        first, asked, given = ([*chance.sample(part, len(part))] for part in parts)
        return sorted(
            (given[r.number], r.score, r.matched) for r in Ranker(first).rank(asked, given)
        )

    assert scores(story, queries, candidates) == scores(story, queries, candidates)


@settings(max_examples=60, deadline=None)
@given(TEXTS, TEXTS)
def test_any_text_is_ranked_with_places_within_it(story, candidates):
    ranker = Ranker(story)
    ranked = ranker.rank(story, candidates)
    assert sorted(one.number for one in ranked) == [*range(len(candidates))]
    for one in ranked:
        assert np.isfinite(one.score)
        borders = [place for span in one.matched for place in span]
        assert borders == sorted(set(borders))
        assert not borders or 0 <= borders[0] < borders[-1] <= len(candidates[one.number])


@settings(max_examples=60, deadline=None)
@given(TEXTS)
def test_similarities_are_symmetric_and_from_0_to_1(story):
    alike = Ranker(story * 2).similarities()
    half = len(story)
    assert alike.shape == (2 * half, 2 * half)
    assert np.array_equal(alike, alike.T)
    assert not alike.size or 0 <= alike.min() <= alike.max() <= 1
    assert np.array_equal(alike[:half, :half], alike[half:, half:])


def test_candidates_from_elsewhere_do_not_change_the_story_s_scores():
    ranker, untouched = Ranker(STORY), Ranker(STORY)
    ranker.rank([STORY[0]], ["Nothing of the kind.", "Ostmere signed something new."])
    before = [one.score for one in untouched.rank([STORY[0]], STORY)]
    assert [one.score for one in ranker.rank([STORY[0]], STORY)] == pytest.approx(before)


def test_similarities_in_blocks_are_those_of_the_whole(monkeypatch):
    chance = random.Random(3)
    story = [" ".join(chance.choices(" ".join(STORY).split(), k=9)) for _ in range(40)]
    whole = Ranker(story).similarities()
    monkeypatch.setattr("annotations.finding.ranking.index.BLOCK", 7)
    assert Ranker(story).similarities() == pytest.approx(whole)


def test_features_are_trunks_and_runs_of_letters_in_any_script():
    assert tokens("Pelland’s 日本政府 G7-led") == ["pelland", "g7-led", "日本政府"]
    assert [*map(trunks, ("negotiations", "日本"))] == [("negot",), ("日", "本")]
    assert (runs("a"), runs("ab")) == ((" a ",), (" ab", "ab ", " ab "))
    assert (runs("日"), runs("日本政")) == (("日",), ("日本", "本政", "日本政"))


def test_numpy_is_not_loaded_before_something_is_ranked():
    code = "import sys, annotations.finding.ranking; sys.exit('numpy' in sys.modules)"
    subprocess.run([sys.executable, "-c", code], cwd=ROOT, check=True)
