"""Clusters of overlapping places, and which card laid before goes on as which cluster."""

from collections.abc import Hashable, Mapping, Sequence, Set
from typing import Protocol, TypeVar


class Place(Protocol):
    """A half-open range of code points in one revision."""

    @property
    def revision_id(self) -> int: ...

    @property
    def start(self) -> int: ...

    @property
    def end(self) -> int: ...


P = TypeVar("P", bound=Place)
T = TypeVar("T", bound=Hashable)


def clusters(places: Sequence[P]) -> list[list[P]]:
    """Return the places in groups, by revision and start.

    Two are in one group if they overlap, or if a third joins them. Places that only touch, the
    end of one being the start of the other, do not overlap.
    """
    found: list[list[P]] = []
    revision, reach = None, 0
    for place in sorted(places, key=lambda one: (one.revision_id, one.start, -one.end)):
        if place.revision_id != revision or place.start >= reach:
            found.append([])
            revision, reach = place.revision_id, 0
        found[-1].append(place)
        reach = max(reach, place.end)
    return found


def continuing(found: Sequence[Set[T]], laid: Mapping[int, Set[T]]) -> list[int | None]:
    """Return for each group the card that goes on as it, or None.

    That is the card which shares most with it; each card goes on as one group at most. Of
    equals the earlier group and the lower number come first.
    """
    home: dict[T, list[int]] = {}
    for card, tags in laid.items():
        for tag in tags:
            home.setdefault(tag, []).append(card)
    pairs = [
        (-len(group & laid[card]), number, card)
        for number, group in enumerate(found)
        for card in {card for tag in group for card in home.get(tag, ())}
    ]
    group_of: dict[int, int] = {}
    card_of: dict[int, int] = {}
    for _, number, card in sorted(pairs):
        if number not in card_of and card not in group_of:
            card_of[number], group_of[card] = card, number
    return [card_of.get(number) for number in range(len(found))]
