"""Who codes which story, so that nobody has more than the others and every two coders often meet.

Balanced are, in this order: how many stories a coder has, how often two coders share a story, and
how many words a coder has to read. The same input and seed give the same parts. Greedy choice,
then a search that swaps coders while that makes anything more even.
"""

import itertools
import random
from collections import Counter
from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass

TRIES_PER_PART = 60
MOST_TRIES = 30_000  # a quarter of a second

Part = tuple[int, int]  # story, coder


@dataclass(frozen=True, slots=True)
class Plan:
    """What each coder gets, in the coder's own order; and the stories that would lack coders."""

    stories: dict[int, list[int]]
    short: dict[int, int]  # story: how many coders it would lack

    @property
    def parts(self) -> list[Part]:
        return [(story, coder) for coder, own in self.stories.items() for story in own]


def balanced(
    words: Mapping[int, int],
    wanted: Mapping[int, int],
    coders: Collection[int],
    *,
    existing: Collection[Part] = (),
    seed: int = 0,
) -> Plan:
    """Plan parts so that each story has as many coders as `wanted`; `existing` parts are kept.

    `words` are those of every story. `existing` parts count as load and as meetings, in whichever
    story they are; they may be of people who get nothing new.
    """
    chance = random.Random(seed)  # noqa: S311 - a shuffle to be repeated, not a secret
    desk = _Desk(words, existing)
    people = sorted(set(coders))
    short = {}
    order = sorted(wanted)
    chance.shuffle(order)
    # The longest first: what comes last evens out.
    for story in sorted(order, key=lambda story: -words.get(story, 0)):
        here = desk.coders.setdefault(story, set())
        for lacking in range(wanted[story] - len(here), 0, -1):
            free = [one for one in people if one not in here]
            if not free:
                short[story] = lacking
                break
            chance.shuffle(free)
            desk.give(story, min(free, key=lambda coder: desk.burden(story, coder)))
    _even_out(desk, people, chance)
    return Plan(_in_own_order(desk.new, seed), dict(sorted(short.items())))


class _Desk:
    """Who has what so far. `new` are the parts that may still be changed."""

    def __init__(self, words: Mapping[int, int], existing: Iterable[Part]) -> None:
        self.words = words
        self.load: Counter[int] = Counter()
        self.read: Counter[int] = Counter()
        self.meetings: Counter[Part] = Counter()
        self.coders: dict[int, set[int]] = {}
        self.new: list[Part] = []
        for story, coder in sorted(set(existing)):
            self.add(story, coder)

    def add(self, story: int, coder: int) -> None:
        here = self.coders.setdefault(story, set())
        self._meet(coder, here, 1)
        here.add(coder)
        self.load[coder] += 1
        self.read[coder] += self.words.get(story, 0)

    def give(self, story: int, coder: int) -> None:
        self.add(story, coder)
        self.new.append((story, coder))

    def burden(self, story: int, coder: int) -> tuple[int, int, int]:
        """Return what speaks against giving the story to the coder; the least is chosen."""
        met = sum(self.meetings[_pair(coder, other)] for other in self.coders.get(story, ()))
        return self.load[coder], met, self.read[coder]

    def hand_over(self, number: int, coder: int) -> tuple[int, int, int]:
        """Give a new part to another coder; return by how much that is less even.

        The three are differences of sums of squares: of loads, meetings and words.
        """
        story, before = self.new[number]
        length = self.words.get(story, 0)
        here = self.coders[story]
        here.discard(before)
        loads = 2 * (self.load[coder] - self.load[before] + 1)
        reads = 2 * length * (self.read[coder] - self.read[before] + length)
        met = self._meet(before, here, -1) + self._meet(coder, here, 1)
        here.add(coder)
        self.load[before] -= 1
        self.load[coder] += 1
        self.read[before] -= length
        self.read[coder] += length
        self.new[number] = (story, coder)
        return loads, met, reads

    def _meet(self, coder: int, others: Iterable[int], step: int) -> int:
        """Count that the coder meets the others once more or less; return the change of squares."""
        changed = 0
        for other in others:
            pair = _pair(coder, other)
            changed += 2 * step * self.meetings[pair] + 1
            self.meetings[pair] += step
        return changed


def _even_out(desk: _Desk, people: list[int], chance: random.Random) -> None:
    """Hand parts over, or swap two of them, while that makes something more even."""
    count = len(desk.new)
    if not count or len(people) < 2:
        return
    for _ in range(min(MOST_TRIES, TRIES_PER_PART * count)):
        first = chance.randrange(count)
        story, coder = desk.new[first]
        if chance.random() < 0.5:
            other = chance.choice(people)
            if other not in desk.coders[story]:
                _unless_worse(desk, [(first, other)])
            continue
        second = chance.randrange(count)
        elsewhere, other = desk.new[second]
        if other not in desk.coders[story] and coder not in desk.coders[elsewhere]:
            _unless_worse(desk, [(first, other), (second, coder)])


def _unless_worse(desk: _Desk, moves: list[tuple[int, int]]) -> None:
    """Make the moves, and take them back unless all in all they even something out."""
    before = [(number, desk.new[number][1]) for number, _ in moves]
    changes = [desk.hand_over(number, coder) for number, coder in moves]
    if tuple(map(sum, zip(*changes, strict=True))) >= (0, 0, 0):
        for number, coder in reversed(before):
            desk.hand_over(number, coder)


def _in_own_order(parts: Iterable[Part], seed: int) -> dict[int, list[int]]:
    """Shuffle each coder's stories: an order that all share would tire all at the same story."""
    own: dict[int, list[int]] = {}
    for story, coder in sorted(parts, key=lambda part: (part[1], part[0])):
        own.setdefault(coder, []).append(story)
    for coder, stories in own.items():
        random.Random(f"{seed} {coder}").shuffle(stories)  # noqa: S311 - as above
    return own


def meetings(parts: Iterable[Part], coders: Iterable[int]) -> dict[Part, int]:
    """Return how many stories each two of the coders share."""
    here: dict[int, set[int]] = {}
    for story, coder in parts:
        here.setdefault(coder, set()).add(story)
    pairs = itertools.combinations(sorted(set(coders)), 2)
    return {(a, b): len(here.get(a, set()) & here.get(b, set())) for a, b in pairs}


def _pair(one: int, other: int) -> Part:
    return (one, other) if one < other else (other, one)
