"""Laying cards: one for each cluster of overlapping tags in a story, and again when tags change.

A card is laid on the newest revision of its article; tags without a certain place there make
cards on the revision they were made on. A ruled card stays as it is as long as its tags do.
"""

import uuid
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import NamedTuple

from django.contrib.auth.models import User
from django.db import transaction

from annotations.models import Adjudication, Annotation, Card, CardRuling, CardTag, Carry
from annotations.rulings.clustering import clusters, continuing
from annotations.rulings.recording import (
    SOME,
    CardRefused,
    Kind,
    Verdict,
    check_moderates,
    locked_tags,
    record_verdicts,
    withdrawn,
)

CHANGED = "A tag on this card was added, changed or removed since the ruling."
EMPTIED = "No tag is left on this card."


class PlacedTag(NamedTuple):
    """A tag where it stands now."""

    id: uuid.UUID
    version: int
    revision_id: int
    start: int
    end: int


@dataclass(frozen=True, slots=True)
class Cluster:
    """Tags that overlap, by their start."""

    tags: tuple[PlacedTag, ...]

    @property
    def ids(self) -> set[uuid.UUID]:
        return {tag.id for tag in self.tags}


@dataclass(frozen=True, slots=True)
class Plan:
    """What laying the cards anew would do; `touched` are the tags that make it necessary."""

    new: list[Cluster]
    changed: list[tuple[Card, Cluster]]  # other tags, or other versions of them
    moved: list[tuple[Card, Cluster]]  # the same tags in another place
    emptied: list[Card]
    touched: frozenset[uuid.UUID]


def lay_cards(adjudication: Adjudication, *, moderator: User) -> Plan:
    """Lay what the story's tags ask for; return what was done. Twice is once.

    Ruled cards whose tags are the same stay. A card whose tags changed is open again, with its
    earlier rulings kept. Cards that lost their tags go away, unless they were ruled.
    """
    with transaction.atomic():
        current = Adjudication.objects.select_for_update().get(pk=adjudication.pk)
        check_moderates(current.study_id, moderator)
        if current.ruled_at:
            raise CardRefused("This story is adjudicated. Reopen its adjudication first.")
        locked = Card.objects.select_for_update(of=("self",)).order_by("pk")
        plan = _plan(current, list(locked.filter(adjudication=current)))
        new = Card.objects.bulk_create(
            (_placed(Card(adjudication=current), cluster) for cluster in plan.new),
            batch_size=SOME,
        )
        again = plan.changed + plan.moved
        for card, cluster in again:
            _placed(card, cluster).version += 1
        fields = ["revision", "start", "end", "version"]
        Card.objects.bulk_update([card for card, _ in again], fields, batch_size=SOME)
        CardTag.objects.filter(card__in=[card for card, _ in again] + plan.emptied).delete()
        _put_tags([*zip(new, plan.new, strict=True), *again])
        changed = [card for card, _ in plan.changed]
        _withdraw_rulings(new + changed, plan.emptied, moderator)
    return plan


def plan_of(adjudication: Adjudication) -> Plan:
    """Return what laying the cards anew would do. Four queries."""
    return _plan(adjudication, list(adjudication.cards.order_by("pk")))


def placed_tags(adjudication: Adjudication) -> list[PlacedTag]:
    """Return the story's standing tags where they stand: on the newest revision if they can.

    Two queries.
    """
    story = {"revision__article__story": adjudication.story_id}
    carries = Carry.objects.filter(**story, study=adjudication.study_id, start__isnull=False)
    places = {
        span: place
        for span, *place in carries.to_newest().values_list("span", "revision", "start", "end")
    }
    tags = Annotation.objects.filter(
        study=adjudication.study_id, span__revision__article__story=adjudication.story_id
    ).standing()
    fields = ("pk", "version", "span", "span__revision", "span__start", "span__end")
    return [
        PlacedTag(pk, version, *places.get(span, own))
        for pk, version, span, *own in tags.order_by("created_at", "pk").values_list(*fields)
    ]


def _plan(adjudication: Adjudication, cards: list[Card]) -> Plan:
    found = [Cluster(tuple(group)) for group in clusters(placed_tags(adjudication))]
    laid = _laid(cards)
    kept = _kept(cards, laid, found)
    settled = {tag.id for pk in kept for tag in laid[pk]}
    found = [cluster for cluster in found if not settled & cluster.ids]
    free = {pk: {tag.id for tag in tags} for pk, tags in laid.items() if pk not in kept}
    heirs = continuing([cluster.ids for cluster in found], free)
    by_pk = {card.pk: card for card in cards}
    new = [cluster for cluster, heir in zip(found, heirs, strict=True) if heir is None]
    again = [
        (by_pk[heir], cluster)
        for cluster, heir in zip(found, heirs, strict=True)
        if heir is not None and laid[heir] != set(cluster.tags)
    ]
    left = free.keys() - set(heirs)
    emptied = [
        card
        for card in cards
        if card.pk in left and (laid[card.pk] or card.state != Card.State.RULED)
    ]
    touched = {tag.id for cluster in new for tag in cluster.tags}
    touched |= {tag.id for card in emptied for tag in laid[card.pk]}
    for card, cluster in again:
        touched |= {tag.id for tag in laid[card.pk] ^ set(cluster.tags)}
    same = {card.pk: _versions(laid[card.pk]) == _versions(cluster.tags) for card, cluster in again}
    return Plan(
        new=new,
        changed=[pair for pair in again if not same[pair[0].pk]],
        moved=[pair for pair in again if same[pair[0].pk]],
        emptied=emptied,
        touched=frozenset(touched),
    )


def _laid(cards: Iterable[Card]) -> dict[int, set[PlacedTag]]:
    """Return the tags as they were put on each card. One query."""
    laid: dict[int, set[PlacedTag]] = {card.pk: set() for card in cards}
    fields = ("card", "annotation", "version", "card__revision", "start", "end")
    tags = CardTag.objects.filter(card__in=laid).order_by().values_list(*fields)
    for card, *tag in tags:
        laid[card].add(PlacedTag(*tag))
    return laid


def _kept(
    cards: Iterable[Card], laid: Mapping[int, set[PlacedTag]], found: Iterable[Cluster]
) -> set[int]:
    """Return the ruled cards that stay: no tag of theirs changed, and no other joined them.

    A newer revision is no reason to rule again. Nor is it that all the tags were removed: what
    was found right of the words is not withdrawn with them.
    """
    home = {tag.id: cluster for cluster in found for tag in cluster.tags}
    kept = set()
    for card in cards:
        tags = laid[card.pk]
        if card.state != Card.State.RULED or not tags:
            continue
        homes = [home[tag.id] for tag in tags if tag.id in home]
        now = {version for cluster in homes for version in _versions(cluster.tags)}
        if not homes or now == _versions(tags):
            kept.add(card.pk)
    return kept


def _versions(tags: Iterable[PlacedTag]) -> set[tuple[uuid.UUID, int]]:
    return {(tag.id, tag.version) for tag in tags}


def _placed(card: Card, cluster: Cluster) -> Card:
    first = cluster.tags[0]
    card.revision_id = first.revision_id
    card.start, card.end = first.start, max(tag.end for tag in cluster.tags)
    return card


def _put_tags(laid: Iterable[tuple[Card, Cluster]]) -> None:
    CardTag.objects.bulk_create(
        (
            CardTag(
                card=card, annotation_id=tag.id, start=tag.start, end=tag.end, version=tag.version
            )
            for card, cluster in laid
            for tag in cluster.tags
        ),
        batch_size=SOME,
    )


def _withdraw_rulings(cards: list[Card], emptied: list[Card], moderator: User) -> None:
    """Open the cards whose tags came under a ruling that is none on these tags together.

    `emptied` go away; those that were ruled before say that nothing is right.
    """
    tags = locked_tags(cards)
    decisions = withdrawn(tag for group in tags.values() for tag in group)
    verdicts = []
    for card in cards:
        lapsed = [
            decisions[tag.annotation_id] for tag in tags[card.pk] if tag.annotation_id in decisions
        ]
        if lapsed or card.state != Card.State.OPEN:
            verdicts.append(Verdict(card, Kind.REOPEN, CHANGED, automatic=True, decisions=lapsed))
    ruled = CardRuling.objects.filter(card__in=emptied).order_by().values_list("card", flat=True)
    known = set(ruled)
    verdicts += [
        Verdict(card, Kind.NOBODY, EMPTIED, automatic=True) for card in emptied if card.pk in known
    ]
    record_verdicts(verdicts, moderator=moderator)
    Card.objects.filter(pk__in=[card.pk for card in emptied if card.pk not in known]).delete()
