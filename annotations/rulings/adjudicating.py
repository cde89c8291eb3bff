"""Adjudication: moderators open a story's cards, rule on them, and close it.

Every ruling, and every undoing of one, adds a CardRuling; what it says of the tags goes through
decisions, as the rulings of the queue do.
"""

import uuid
from collections.abc import Collection, Iterable, Sequence

from django.contrib.auth.models import User
from django.db import transaction
from django.utils import timezone

from annotations.models import (
    Adjudication,
    Card,
    CardRuling,
    CardTag,
    Decision,
    GoldTag,
    Study,
)
from annotations.rulings.cards import codes_counted
from annotations.rulings.gilding import (
    REPLACED,
    Merged,
    decisions_of_merging,
    decisions_on,
    gold_of,
    merged_gold,
    right_tags,
)
from annotations.rulings.laying import lay_cards, plan_of
from annotations.rulings.recording import (
    CardConflict,
    CardRefused,
    Kind,
    Verdict,
    check_codes_not,
    check_free,
    check_may_rule,
    check_moderates,
    locked_card,
    locked_tags,
    record_verdicts,
    withdrawn,
)
from annotations.rulings.reinstating import reinstating
from annotations.tags.tagging import TagRefused
from annotations.texts.anchoring import AnchorError
from sources.models import Revision, Story

WANTS_REASON = {
    Kind.NOBODY: "Say why nobody is right: the reviewers read the reason.",
    Kind.DISCUSS: "Say what is to be discussed.",
}


def open_adjudication(study: Study, story: Story, *, moderator: User) -> Adjudication:
    """Begin to rule on a story: lay its cards. Again, it lays anew what changed since.

    Raises CardRefused if the moderator codes the story and the study does not allow that.
    """
    check_moderates(study.pk, moderator)
    check_codes_not(study, story, moderator)
    with transaction.atomic():
        adjudication, _ = Adjudication.objects.get_or_create(
            study=study, story=story, defaults={"opened_by": moderator}
        )
        lay_cards(adjudication, moderator=moderator)
    return adjudication


def close_adjudication(adjudication: Adjudication, *, moderator: User) -> Adjudication:
    """Say that a story is ruled: blind reviewers see it from now on. Twice is once.

    Raises CardRefused while a card is open or the tags are not those that were laid.
    """
    with transaction.atomic():
        current = _locked(adjudication)
        if current.ruled_at:
            return current
        check_may_rule(current, moderator)
        # Rulings hold the lock of their card: none can come in between.
        cards = list(current.cards.select_for_update(of=("self",)).order_by("pk"))
        if count := sum(card.state == Card.State.OPEN for card in cards):
            raise CardRefused(f"{_number(count, 'card')} still open. Rule on every card first.")
        if touched := plan_of(current).touched:
            raise CardRefused(
                f"{_number(len(touched), 'tag')} not as when the cards were laid. Lay them anew."
            )
        return _ruled(current, moderator)


def reopen_adjudication(adjudication: Adjudication, *, moderator: User) -> Adjudication:
    """Let a story's cards be ruled on again; everything ruled so far stays. Twice is once."""
    with transaction.atomic():
        current = _locked(adjudication)
        check_moderates(current.study_id, moderator)
        check_codes_not(current.study, current.story, moderator)
        return _ruled(current, None) if current.ruled_at else current


def rule_card(
    card: Card,
    kind: str,
    *,
    version: int,
    chosen: Collection[uuid.UUID] = (),
    merged: Merged | None = None,
    reason: str = "",
    guideline: bool = False,
    moderator: User,
) -> CardRuling:
    """Rule on a card; the same ruling sent again is the one that stands.

    ONE and SEVERAL take the ids of `chosen` annotations, MERGED takes `merged`; NOBODY and
    DISCUSS need a reason. `version` is the card's as the moderator saw it. Raises CardConflict
    if another stands, a tag changed or another moderator is on the card; CardRefused, TagRefused
    or AnchorError for what no retry can mend.
    """
    kind, reason = Kind(kind), reason.strip()
    if kind == Kind.REOPEN:
        return reopen_card(card, version=version, reason=reason, moderator=moderator)
    if not reason and kind in WANTS_REASON:
        raise CardRefused(WANTS_REASON[kind])
    with transaction.atomic():
        current = locked_card(card, moderator)
        tags = locked_tags([current])[current.pk]
        try:
            gold, decisions = _made_of(current, kind, tags, chosen, merged, reason)
        except (CardRefused, TagRefused, AnchorError):
            # That the card changed is the likelier cause, and says what to do.
            _check_unchanged(current, version, moderator)
            raise
        if same := _repeated(current, kind, reason, guideline, gold, version, moderator):
            return same
        _check_unchanged(current, version, moderator)
        _check_tags(current, tags)
        verdict = Verdict(current, kind, reason, guideline, gold=gold, decisions=decisions)
        return record_verdicts([verdict], moderator=moderator)[0]


def reopen_card(card: Card, *, version: int, reason: str = "", moderator: User) -> CardRuling:
    """Say that a card is to be ruled on again; its rulings stay on record.

    Raises CardRefused if it is open, and as `rule_card` does.
    """
    with transaction.atomic():
        current = locked_card(card, moderator)
        _check_unchanged(current, version, moderator)
        if current.state == Card.State.OPEN:
            raise CardRefused("This card is open already.")
        lapsed = withdrawn(locked_tags([current])[current.pk])
        verdict = Verdict(current, Kind.REOPEN, reason.strip(), decisions=[*lapsed.values()])
        return record_verdicts([verdict], moderator=moderator)[0]


def take_back(ruling: CardRuling, *, moderator: User) -> CardRuling:
    """Reinstate what stood before one's own ruling, by a new one.

    Raises CardConflict unless the ruling is the one in force, and CardRefused for somebody
    else's and for one that came of itself.
    """
    with transaction.atomic():
        current = locked_card(ruling.card, moderator)
        verdicts, refusals = reinstating([(current, ruling)], moderator)
        if refusals:
            raise refusals[0]
        return record_verdicts(verdicts, moderator=moderator)[0]


def _made_of(
    card: Card,
    kind: CardRuling.Kind,
    tags: Sequence[CardTag],
    chosen: Collection[uuid.UUID],
    merged: Merged | None,
    reason: str,
) -> tuple[list[GoldTag], list[Decision]]:
    """Return the gold and the decisions of a ruling."""
    if kind == Kind.DISCUSS:
        return [], [*withdrawn(tags).values()]
    if kind == Kind.NOBODY:
        return [], decisions_on(tags, (), reason, reason)
    study, codes = card.adjudication.study, codes_counted(card.adjudication.study)
    text = Revision.objects.get(pk=card.revision_id)
    if kind == Kind.MERGED:
        if merged is None:
            raise CardRefused("Say which words the merged tag stands on, and its code.")
        if merged.start >= card.end or merged.end <= card.start:
            raise CardRefused("These words lie outside the card. Choose some that overlap it.")
        gold = merged_gold(merged, text, study)
        return [gold], decisions_of_merging(tags, gold, reason, codes)
    if kind == Kind.ONE and len(set(chosen)) > 1:
        raise CardRefused("Choose one tag, or say that several are right.")
    right = right_tags(tags, set(chosen), codes)
    ids = {tag.annotation_id for tag in right}
    gold_tags = gold_of(right, text, codes, study.codebook.revision)
    return gold_tags, decisions_on(tags, ids, reason, REPLACED[kind])


def _repeated(
    card: Card,
    kind: CardRuling.Kind,
    reason: str,
    guideline: bool,
    gold: Iterable[GoldTag],
    version: int,
    moderator: User,
) -> CardRuling | None:
    """Return the newest ruling if it is this very one, sent before."""
    last = card.rulings.order_by("-number").first()
    if last is None or card.version != version + 1:
        return None
    said = (last.kind, last.reason, last.guideline, last.moderator_id)
    if said != (kind, reason, guideline, moderator.pk):
        return None
    made = {(tag.span_id, tag.code_id) for tag in gold}
    return last if made == set(last.gold.values_list("span", "code")) else None


def _check_unchanged(card: Card, version: int, moderator: User) -> None:
    """Raise CardConflict unless the card is as the moderator saw it, and free."""
    if card.version != version:
        raise CardConflict(card, _what_happened(card))
    check_free(card, moderator)


def _check_tags(card: Card, tags: Sequence[CardTag]) -> None:
    """Raise CardConflict if a tag on the card is not as it was laid."""
    if not tags:
        raise CardRefused("No tag is left on this card: there is nothing to rule on.")
    if any(tag.annotation.removed_at or tag.version != tag.annotation.version for tag in tags):
        raise CardConflict(
            card,
            "A reviewer changed or removed a tag on this card. Lay the cards anew, and rule on "
            "what stands now.",
        )


def _what_happened(card: Card) -> str:
    last = card.rulings.select_related("moderator").order_by("-number").first()
    if last is None or last.automatic:
        return "The tags on this card changed since you opened it. Rule on what stands now."
    did = "took a ruling back" if last.takes_back_id else last.get_kind_display()
    return (
        f"{last.moderator} ruled on this card since you opened it: {did}. "
        "Rule again if you see it otherwise."
    )


def _locked(adjudication: Adjudication) -> Adjudication:
    locked = Adjudication.objects.select_for_update(of=("self",))
    return locked.select_related("study", "story").get(pk=adjudication.pk)


def _ruled(adjudication: Adjudication, moderator: User | None) -> Adjudication:
    adjudication.ruled_by = moderator
    adjudication.ruled_at = timezone.now() if moderator else None
    adjudication.save(update_fields=["ruled_by", "ruled_at"])
    return adjudication


def _number(count: int, what: str) -> str:
    return f"1 {what} is" if count == 1 else f"{count} {what}s are"
