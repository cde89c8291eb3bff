"""Pair the paragraphs of two texts by the words that they share.

Paragraphs that stay in order are the heaviest chain of like pairs; like ones that cross it have
moved. Then each pair takes in its neighbours that were split off it or joined to it.
"""

from collections import Counter, defaultdict
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from annotations.texts.chaining import heaviest_chain
from annotations.texts.wording import Words, weight_of

ALIKE = 0.4  # share of words in common; below, the word diff of a pair is harder to read than both
MOVED = 0.6  # elsewhere in the text; there a pair has no neighbours to speak for it
BETTER = 0.75  # of the best partner's likeness: with less than that, the partner is another
PART = 0.5  # of a neighbour's words that a pair lacks, if it was split off or joined
GRAMMAR = 0.2  # what a short word weighs against a content word
COMMON = 16  # paragraphs; a word in more of them tells none apart, and would cost quadratic time
TWINS = 4  # equal paragraphs on one side; more of them are paired first with first, and so on
ENOUGH = 2.0  # content words that a paragraph needs to have moved


@dataclass(frozen=True, slots=True)
class Pair:
    """Neighbouring old paragraphs, and the new ones that hold the same: mostly one of each."""

    old: range
    new: range
    moved: bool


class _Paragraph:
    """What a paragraph is recognised by: its words, and what those that tell it apart weigh."""

    def __init__(self, text: str) -> None:
        words = Words(text).keys
        self.identity = tuple(words) or text.strip()
        self.weights = {
            word: count * (weight_of(word) or GRAMMAR) for word, count in Counter(words).items()
        }
        self.total = sum(self.weights.values())


def pair_up(olds: Sequence[str], news: Sequence[str]) -> list[Pair]:
    """Return the pairs in the order of the old text; a paragraph stands in one pair at most."""
    left, right = [_Paragraph(text) for text in olds], [_Paragraph(text) for text in news]
    _forget_common(left, right)
    likeness = _likeness(left, right)
    in_order = heaviest_chain(
        (i, j, like * (left[i].total + right[j].total + 1)) for (i, j), like in likeness.items()
    )
    pairs = [Pair(range(i, i + 1), range(j, j + 1), moved=False) for i, j in in_order]
    free_old = set(range(len(olds))) - {i for i, _ in in_order}
    free_new = set(range(len(news))) - {j for _, j in in_order}
    for (i, j), like in sorted(likeness.items(), key=lambda item: -item[1]):
        heavy = left[i].total >= ENOUGH and like >= MOVED
        if heavy and i in free_old and j in free_new:
            pairs.append(Pair(range(i, i + 1), range(j, j + 1), moved=True))
            free_old.remove(i)
            free_new.remove(j)
    widened = [_take_in(pair, left, right, free_old, free_new) for pair in pairs]
    return sorted(widened, key=lambda pair: pair.old.start)


def _forget_common(*sides: Sequence[_Paragraph]) -> None:
    common: set[str] = set()
    for side in sides:
        counts = Counter(word for paragraph in side for word in paragraph.weights)
        common.update(word for word, count in counts.items() if count > COMMON)
    for paragraph in (paragraph for side in sides for paragraph in side):
        for word in common & paragraph.weights.keys():
            paragraph.total -= paragraph.weights.pop(word)


def _likeness(
    left: Sequence[_Paragraph], right: Sequence[_Paragraph]
) -> dict[tuple[int, int], float]:
    """Return how alike (Dice) the pairs are that are ALIKE, where neither has a BETTER partner."""
    holders: dict[str, list[int]] = defaultdict(list)
    for j, paragraph in enumerate(right):
        for word in paragraph.weights:
            holders[word].append(j)
    shared: dict[tuple[int, int], float] = defaultdict(float)
    for i, paragraph in enumerate(left):
        for word, weight in paragraph.weights.items():
            for j in holders[word]:
                shared[i, j] += min(weight, right[j].weights[word])
    found = {
        (i, j): like
        for (i, j), weight in shared.items()
        if (like := 2 * weight / (left[i].total + right[j].total)) >= ALIKE
    } | dict.fromkeys(_equal(left, right), 1.0)
    best: dict[tuple[str, int], float] = defaultdict(float)
    for (i, j), like in found.items():
        best["old", i] = max(best["old", i], like)
        best["new", j] = max(best["new", j], like)
    return {
        (i, j): like
        for (i, j), like in found.items()
        if like >= BETTER * max(best["old", i], best["new", j])
    }


def _equal(left: Sequence[_Paragraph], right: Sequence[_Paragraph]) -> Iterator[tuple[int, int]]:
    """Yield the pairs of paragraphs with the very same words."""
    places: dict[object, tuple[list[int], list[int]]] = defaultdict(lambda: ([], []))
    for side, paragraphs in enumerate((left, right)):
        for place, paragraph in enumerate(paragraphs):
            places[paragraph.identity][side].append(place)
    for olds, news in places.values():
        if max(len(olds), len(news)) > TWINS:
            yield from zip(olds, news, strict=False)
        else:
            yield from ((i, j) for i in olds for j in news)


def _take_in(
    pair: Pair,
    left: Sequence[_Paragraph],
    right: Sequence[_Paragraph],
    free_old: set[int],
    free_new: set[int],
) -> Pair:
    """Return the pair with the free neighbours that hold what one side of it lacks."""
    old, new = pair.old, pair.new
    while True:
        wider_old = _widened(old, left, [right[j] for j in new], free_old)
        wider_new = _widened(new, right, [left[i] for i in wider_old], free_new)
        if (wider_old, wider_new) == (old, new):
            return Pair(old, new, pair.moved)
        old, new = wider_old, wider_new


def _widened(
    own: range, side: Sequence[_Paragraph], other: Sequence[_Paragraph], free: set[int]
) -> range:
    """Return `own` with one more of its free neighbours, if one completes it; take it from them."""
    for place in (own.start - 1, own.stop):
        if place in free and _completes(side[place], [side[k] for k in own], other):
            free.remove(place)
            return range(min(place, own.start), max(place + 1, own.stop))
    return own


def _completes(
    paragraph: _Paragraph, side: Sequence[_Paragraph], other: Sequence[_Paragraph]
) -> bool:
    """Tell whether PART of the paragraph is what `other` has and its own side has not."""
    lacking: dict[str, float] = defaultdict(float)
    for one in other:
        for word, weight in one.weights.items():
            lacking[word] += weight
    for one in side:
        for word, weight in one.weights.items():
            lacking[word] -= weight
    found = sum(min(weight, max(lacking[word], 0)) for word, weight in paragraph.weights.items())
    return paragraph.total > 0 and found >= PART * paragraph.total
