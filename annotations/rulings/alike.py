"""Ruling at once on the cards whose tags say the same, by a rule that a moderator applies.

What the rule would do is shown first. Its rulings are one batch, which is taken back as one.
"""

import hashlib
import uuid
from collections import Counter, defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from django.contrib.auth.models import User
from django.db import transaction
from django.db.models import Q, QuerySet
from django.utils import timezone

from annotations.models import Adjudication, Card, CardRuling, CardTag, Code
from annotations.rulings.cards import codes_counted, in_order
from annotations.rulings.gilding import Codes, coding_of, decisions_on, gold_of
from annotations.rulings.recording import (
    CardConflict,
    CardRefused,
    Kind,
    Verdict,
    check_may_rule,
    locked_tags,
    record_verdicts,
)
from annotations.rulings.reinstating import reinstating
from sources.models import Revision

LEAST = 2  # reviewers: one alone agrees with nobody


@dataclass(frozen=True, slots=True)
class Rule:
    """At least so many reviewers put the same code on the same words, and no other tag differs.

    `whole`: target, polarity, voice and speaker are the same too.
    """

    coders: int = LEAST
    whole: bool = True


@dataclass(frozen=True, slots=True)
class Alike:
    """A card that a rule settles, with its tags: the one that becomes gold first."""

    card: Card
    tags: tuple[CardTag, ...]
    code: Code
    coders: int


@dataclass(frozen=True, slots=True)
class Undone:
    """How taking a batch back went: rulings, and those that somebody ruled over since."""

    count: int
    left: int


def alike_in(adjudication: Adjudication, rule: Rule, moderator: User) -> list[Alike]:
    """Return the open cards that the rule settles, as a story is read. Five queries.

    Not those that another moderator is on, nor those with a tag that changed since.
    """
    cards = in_order(_open(adjudication, moderator)).select_related("revision__article__outlet")
    found = list(cards.defer("revision__text"))
    tags: dict[int, list[CardTag]] = {card.pk: [] for card in found}
    rows = CardTag.objects.filter(card__in=tags).select_related("annotation__span")
    for tag in rows:
        tags[tag.card_id].append(tag)
    return _settled(found, tags, codes_counted(adjudication.study), rule)


def digest_of(found: Iterable[Alike]) -> str:
    """Return what tells whether the same cards are meant, in the same state."""
    seen = sorted((one.card.pk, one.card.version) for one in found)
    return hashlib.sha256(repr(seen).encode()).hexdigest()[:16]


def rule_alike(
    adjudication: Adjudication, rule: Rule, *, seen: str, moderator: User
) -> list[CardRuling]:
    """Rule on all cards that the rule settles, all or nothing; return the rulings, one batch.

    `seen` is the digest of what the moderator saw. Raises CardRefused if that differs now.
    """
    with transaction.atomic():
        cards = list(_open(adjudication, moderator).select_for_update(of=("self",)).order_by("pk"))
        current = Adjudication.objects.select_related("study__codebook", "story")
        current_one = current.get(pk=adjudication.pk)
        check_may_rule(current_one, moderator)
        codes = codes_counted(current_one.study)
        found = _settled(cards, locked_tags(cards), codes, rule)
        if digest_of(found) != seen:
            raise CardRefused("The cards changed since you saw this list. Look at it again.")
        texts = Revision.objects.in_bulk({one.card.revision_id for one in found})
        batch = uuid.uuid4()
        verdicts = [
            Verdict(
                one.card,
                Kind.ONE,
                automatic=True,
                batch=batch,
                gold=gold_of(
                    one.tags,
                    texts[one.card.revision_id],
                    codes,
                    current_one.study.codebook.revision,
                ),
                decisions=decisions_on(one.tags, {tag.annotation_id for tag in one.tags}, "", ""),
            )
            for one in found
        ]
        return record_verdicts(verdicts, moderator=moderator)


def take_back_batch(adjudication: Adjudication, batch: uuid.UUID, *, moderator: User) -> Undone:
    """Take one's own batch back; what somebody ruled over since stays. Raises CardRefused."""
    with transaction.atomic():
        rulings = CardRuling.objects.filter(card__adjudication=adjudication, batch=batch)
        meant = {ruling.card_id: ruling for ruling in rulings.filter(takes_back=None)}
        locked = Card.objects.select_for_update(of=("self",)).order_by("pk")
        cards = list(locked.filter(pk__in=meant))
        stories = Adjudication.objects.select_related("study", "story")
        check_may_rule(stories.get(pk=adjudication.pk), moderator)
        pairs = [(card, meant[card.pk]) for card in cards]
        verdicts, refusals = reinstating(pairs, moderator)
        lost = [one for one in refusals if not isinstance(one, CardConflict)]
        if lost:
            raise lost[0]
        if not verdicts:
            raise CardRefused("There is nothing to take back: these rulings no longer stand.")
        record_verdicts(verdicts, moderator=moderator)
    return Undone(len(verdicts), len(refusals))


def _open(adjudication: Adjudication, moderator: User) -> QuerySet[Card]:
    """Return the open cards that no other moderator is on."""
    free = Q(claimed_by=None) | Q(claimed_by=moderator) | Q(claimed_until__lte=timezone.now())
    return adjudication.cards.filter(free, state=Card.State.OPEN)


def _settled(
    cards: Iterable[Card], tags: Mapping[int, list[CardTag]], codes: Codes, rule: Rule
) -> list[Alike]:
    settled = []
    for card in cards:
        group = tags[card.pk]
        coders = len({tag.annotation.annotator_id for tag in group})
        if coders < max(rule.coders, LEAST) or any(_is_stale(tag) for tag in group):
            continue
        places = {(tag.start, tag.end, codes[tag.annotation.code_id].pk) for tag in group}
        code = codes[group[0].annotation.code_id]
        first = _usual(group, codes)
        if len(places) > 1 or code.retired_at or first is None:
            continue
        if rule.whole and len({coding_of(tag, codes) for tag in group}) > 1:
            continue
        others = [tag for tag in group if tag is not first]
        settled.append(Alike(card, (first, *others), code, coders))
    return settled


def _usual(tags: list[CardTag], codes: Codes) -> CardTag | None:
    """Return a tag that says what most say; None if as many say something else."""
    said: dict[tuple[object, ...], list[CardTag]] = defaultdict(list)
    for tag in tags:
        said[coding_of(tag, codes)].append(tag)
    (coding, most), *rest = Counter({key: len(group) for key, group in said.items()}).most_common(2)
    return None if rest and rest[0][1] == most else said[coding][0]


def _is_stale(tag: CardTag) -> bool:
    return tag.annotation.removed_at is not None or tag.annotation.version != tag.version
