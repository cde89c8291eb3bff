"""What takes rulings on cards back: verdicts that put what stood before them in force again."""

import uuid
from collections import defaultdict
from collections.abc import Iterable, Sequence

from django.contrib.auth.models import User

from annotations.models import Annotation, Card, CardRuling, Decision, GoldTag, Ruling
from annotations.rulings.cards import rulings_in_force
from annotations.rulings.gilding import SAID
from annotations.rulings.recording import CardConflict, CardRefused, Kind, Verdict, locked_tags

Log = dict[uuid.UUID, list[Decision]]


def reinstating(
    pairs: Sequence[tuple[Card, CardRuling]], moderator: User
) -> tuple[list[Verdict], list[CardRefused]]:
    """Return a verdict for each locked card whose ruling can be taken back, and the refusals.

    Refused is a ruling that is somebody else's, that came of itself, or that is not the one in
    force any more. Six queries, however many there are.
    """
    cards = [card for card, _ in pairs]
    rulings: dict[int, list[CardRuling]] = {card.pk: [] for card in cards}
    for row in CardRuling.objects.filter(card__in=cards).prefetch_related("gold"):
        rulings[row.card_id].append(row)
    tags = locked_tags(cards)
    log: Log = defaultdict(list)
    rows = [tag.annotation_id for group in tags.values() for tag in group]
    for decision in Decision.objects.filter(annotation__in=rows).order_by("-pk"):
        log[decision.annotation_id].append(decision)
    verdicts, refusals = [], []
    for card, ruling in pairs:
        try:
            before = _before(card, ruling, rulings[card.pk], moderator)
        except CardRefused as refusal:
            refusals.append(refusal)
            continue
        annotations = [tag.annotation for tag in tags[card.pk]]
        decisions = _decisions_before(ruling, rulings[card.pk], annotations, log)
        verdicts.append(_verdict(card, ruling, before, decisions))
    return verdicts, refusals


def _before(
    card: Card, ruling: CardRuling, rulings: Iterable[CardRuling], moderator: User
) -> CardRuling | None:
    """Return the ruling that stood before; None if the card was never ruled."""
    if ruling.moderator_id != moderator.pk:
        raise CardRefused("This is somebody else's ruling. Rule anew if you see it otherwise.")
    if ruling.automatic and ruling.batch is None:
        raise CardRefused("The tags changed, so the card is to be ruled on again.")
    standing = rulings_in_force(rulings)
    if not standing or standing[0].pk != ruling.pk:
        raise CardConflict(card, "This ruling no longer stands, so there is nothing to take back.")
    return standing[1] if len(standing) > 1 else None


def _verdict(
    card: Card, ruling: CardRuling, before: CardRuling | None, decisions: list[Decision]
) -> Verdict:
    if before is None:
        return Verdict(card, Kind.REOPEN, takes_back=ruling, decisions=decisions)
    return Verdict(
        card,
        Kind(before.kind),
        before.reason,
        before.guideline,
        automatic=before.automatic,
        takes_back=ruling,
        gold=[_again(tag) for tag in before.gold.all()],
        decisions=decisions,
    )


def _decisions_before(
    ruling: CardRuling, rulings: Iterable[CardRuling], rows: Iterable[Annotation], log: Log
) -> list[Decision]:
    """Return the decisions that put the tags as they were before a ruling.

    What was changed, removed or ruled on in the queue since stays as it is.
    """
    here = {one.pk for one in rulings}
    made = []
    for row in rows:
        decided = [one for one in log[row.pk] if one.card_ruling_id == ruling.pk]
        if row.removed_at or not decided or decided[0].version != row.version:
            continue
        if log[row.pk][0].card_ruling_id not in here:
            continue
        older = (one for one in log[row.pk] if one.pk < decided[0].pk)
        earlier = next((one for one in older if one.version == row.version), None)
        made.append(
            Decision(
                annotation=row,
                version=row.version,
                ruling=earlier.ruling if earlier else Ruling.REOPEN,
                code_id=earlier.code_id if earlier else None,
                reason=earlier.reason if earlier else "",
            )
        )
    return made


def _again(tag: GoldTag) -> GoldTag:
    """Return a gold tag as it was, for a ruling to come."""
    said = {name: getattr(tag, name) for name in SAID}
    return GoldTag(
        span_id=tag.span_id,
        annotation_id=tag.annotation_id,
        code_id=tag.code_id,
        codebook_revision=tag.codebook_revision,
        **said,
    )
