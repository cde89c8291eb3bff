"""A stub, an error page and another article raise a doubt; an everyday edit raises none."""

import random
import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from sources.likeness import Doubt, doubt, words_changed
from tests.test_seeds import SEEDS

ARTICLE = " ".join(
    f"On day {number} the port authority of town {number * 7} said that crew {number % 5} had "
    f"moored ship number {number * 13} at quay {number % 11}, while {number} reporters waited."
    for number in range(1, 25)
)
PAYWALL = ARTICLE[:250] + " … Subscribe now to read on. Already a subscriber? Log in."
ERROR = "Page not found. The page that you asked for was moved or taken away. Try the search."
OTHER = " ".join(
    f"In vineyard {number} growers picked {number * 3} crates of grapes before rain came, and "
    f"barrel {number} went to cellar {number % 4} of the old estate above the river."
    for number in range(1, 25)
)


def rewritten(text, share, seed=0):
    """Replace a share of the words, here and there, by words that stand nowhere else."""
    dice = random.Random(seed)
    parts = re.split(r"(\s+)", text)
    return "".join(
        f"neu{n}" if p.strip() and dice.random() < share else p for n, p in enumerate(parts)
    )


@pytest.mark.parametrize(
    ("new", "found"),
    [
        (PAYWALL, Doubt.LOST_TEXT),
        (ERROR, Doubt.LOST_TEXT),
        ("403 Forbidden", Doubt.LOST_TEXT),
        ("—", Doubt.LOST_TEXT),
        (OTHER, Doubt.OTHER_ARTICLE),
        (ARTICLE.encode("utf-16").decode("gb18030", "replace"), Doubt.OTHER_ARTICLE),
        (ARTICLE, None),
        (f"{ARTICLE} A note was added.", None),
        (f"{ARTICLE} {OTHER}", None),
        (ARTICLE[: int(len(ARTICLE) * 0.6)], None),
        (ARTICLE[int(len(ARTICLE) * 0.5) :] + ARTICLE[: int(len(ARTICLE) * 0.5)], None),
        (ARTICLE.upper(), None),
    ],
)
def test_new_text_raises_the_doubt_that_fits(new, found):
    assert doubt(ARTICLE, new) is found


@pytest.mark.parametrize("seed", range(20))
def test_rewrite_of_two_words_in_five_raises_no_doubt(seed):
    assert doubt(ARTICLE, rewritten(ARTICLE, 0.4, seed)) is None


@pytest.mark.parametrize(
    ("old", "new", "found"),
    [
        ("Blast in the harbour", "Blast in the harbour: two hurt", None),
        ("Blast in the harbour", f"Blast shakes the harbour. {ARTICLE}", None),
        ("Blast in the harbour", "Grapes are ripe", Doubt.OTHER_ARTICLE),
        ("部长们周二在港口会谈", "部长们周三在港口会谈", None),
        ("部长们周二在港口会谈，双方签署了协议", "葡萄园今年收成很好", Doubt.OTHER_ARTICLE),
        ("รัฐมนตรีพบกันที่ท่าเรือเมื่อวันอังคาร", "รัฐมนตรีพบกันที่ท่าเรือเมื่อวันพุธ", None),
        ("التقى الوزراء في الميناء يوم الثلاثاء", "التقى الوزراء في الميناء يوم الأربعاء", None),
        ("It’s over", "It's over", None),
        ("", "Words", None),
        ("…", "Words", None),
    ],
)
def test_short_texts_of_any_script_are_judged_by_their_words(old, new, found):
    assert doubt(old, new) is found


@pytest.mark.skipif(not SEEDS.is_dir(), reason="the seed articles are not here")
def test_seeds_are_other_articles_to_each_other_and_themselves_when_edited():
    texts = [path.read_text() for path in sorted(SEEDS.glob("*.txt"))]
    for one in texts:
        assert all(doubt(one, other) for other in texts if other is not one)
        assert doubt(one, rewritten(one, 0.4)) is None
        assert doubt(one, f"{one[: len(one) // 5]} Subscribe to read on.") is Doubt.LOST_TEXT


@given(st.text(), st.text())
def test_text_and_itself_raise_no_doubt_and_change_no_word(one, other):
    assert doubt(one, one) is None
    assert words_changed(one, one) == (0, 0)
    added, removed = words_changed(one, other)
    assert words_changed(other, one) == (removed, added)


@pytest.mark.parametrize(
    ("old", "new", "changed"),
    [
        ("one two three", "three one two", (0, 0)),
        ("one two", "one two two", (1, 0)),
        ("one two", "", (0, 2)),
        ("It’s “fine”", 'It\'s "fine"', (0, 0)),
        ("The end", "the end", (1, 1)),
        ("部长们周二", "部长们周三", (1, 1)),
    ],
)
def test_words_added_and_removed_are_counted_and_moved_ones_are_not(old, new, changed):
    assert words_changed(old, new) == changed
