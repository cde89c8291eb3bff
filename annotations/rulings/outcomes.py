"""Outcomes: what became of a coder's own tags once their story was ruled, and what is said of it.

Questions only; nothing here writes. Nothing is told before the story is ruled. Other coders are
never named here.
"""

from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field

from django.contrib.auth.models import User
from django.db import models
from django.db.models import Case, Exists, F, OuterRef, Q, QuerySet, Subquery, Value, When

from annotations.models import (
    Annotation,
    Card,
    CardReply,
    CardRuling,
    CardTag,
    GoldTag,
    Role,
    Study,
)
from annotations.rulings.gold import readable
from annotations.texts.excerpts import Excerpt, excerpt
from sources.models import Revision

Kind = CardRuling.Kind


class Outcome(models.TextChoices):
    """What a ruling made of one tag."""

    KEPT = "kept", "kept as gold"
    RECODED = "recoded", "kept with another code"
    MERGED = "merged", "kept on other words"
    NOT_KEPT = "not kept", "not kept"
    DISCUSSED = "discussed", "under discussion"
    OPEN = "open", "being ruled on again"


@dataclass(frozen=True, slots=True)
class Said:
    """What somebody wrote on a card; `who` names a moderator, and of coders only the reader."""

    reply: CardReply
    who: str


@dataclass(slots=True)
class RuledCard:
    """A card with the reader's tags on it, the gold beside them, and the thread."""

    card: Card
    excerpt: Excerpt
    ruling: CardRuling | None
    tags: list[tuple[CardTag, Outcome]] = field(default_factory=list)
    gold: list[GoldTag] = field(default_factory=list)
    thread: list[Said] = field(default_factory=list)
    own: CardReply | None = None

    @property
    def asked(self) -> bool:
        """Whether the moderators put the card up for discussion."""
        return self.ruling is not None and self.ruling.kind == Kind.DISCUSS


def told(study: Study, role: Role) -> QuerySet[Card]:
    """Return the cards of the ruled stories whose rulings the reader of the study may see."""
    ruled = readable(study, role).filter(ruled_at__isnull=False)
    return Card.objects.filter(adjudication__in=ruled)


def tags_of(cards: QuerySet[Card], coder: User) -> QuerySet[CardTag]:
    """Return the coder's standing tags on the cards, each with its `outcome`."""
    newest = CardRuling.objects.filter(card=OuterRef("card")).order_by("-number")
    own = CardTag.objects.filter(
        card__in=cards, annotation__annotator=coder, annotation__removed_at=None
    )
    return own.annotate(
        kind=Subquery(newest.values("kind")[:1]), ruling=Subquery(newest.values("pk")[:1])
    ).annotate(outcome=_outcome())


def _outcome() -> Case:
    """Return the outcome of a card's tag by the gold tags of its newest `ruling`.

    Gold is made of one of those tags that put the same code on the same words, for all of them.
    """
    gold = GoldTag.objects.filter(ruling=OuterRef("ruling"))
    here = gold.filter(
        span__revision=OuterRef("card__revision"),
        span__start__lt=OuterRef("end"),
        span__end__gt=OuterRef("start"),
    )
    same_words = here.filter(span__start=OuterRef("start"), span__end=OuterRef("end"))
    # One of the two may have been merged into the other since.
    own_code = OuterRef("annotation__code")
    same_code = Q(code=own_code) | Q(code__merged_into=own_code)
    same_code |= Q(code=OuterRef("annotation__code__merged_into"))
    kept = gold.filter(annotation=OuterRef("annotation"))
    return Case(
        When(kind=Kind.DISCUSS, then=Value(Outcome.DISCUSSED)),
        When(Q(kind=None) | Q(kind=Kind.REOPEN), then=Value(Outcome.OPEN)),
        When(Exists(kept) | Exists(same_words.filter(same_code)), then=Value(Outcome.KEPT)),
        When(Exists(here.filter(same_code)), then=Value(Outcome.MERGED)),
        When(Exists(same_words), then=Value(Outcome.RECODED)),
        default=Value(Outcome.NOT_KEPT),
        output_field=models.CharField(),
    )


@dataclass(frozen=True, slots=True)
class Counts:
    """How many tags have which outcome, and how many cards they are on; None counts all cards."""

    tags: dict[Outcome, int]
    cards: dict[Outcome | None, int]


def counts_of(tags: QuerySet[CardTag]) -> Counts:
    """Count tags, and the cards that they are on, in the order of outcomes. One query."""
    rows = tags.order_by().values_list("outcome", "card")
    counted = Counter(Outcome(outcome) for outcome, _ in rows)
    on = Counter(Outcome(outcome) for outcome, _ in set(rows))
    every = len({card for _, card in rows})
    return Counts({each: counted[each] for each in Outcome if counted[each]}, {**on, None: every})


def cards_with(tags: QuerySet[CardTag]) -> QuerySet[Card]:
    """Return the cards that the tags are on: those of the story ruled last first."""
    found = Card.objects.filter(pk__in=tags.order_by().values("card"))
    found = found.select_related("adjudication__story", "revision__article__outlet")
    found = found.defer("revision__text")
    return found.order_by(
        F("adjudication__ruled_at").desc(), "adjudication_id", "revision_id", "start", "pk"
    )


def replied_cards(study: Study, role: Role) -> QuerySet[Card]:
    """Return the cards on which somebody answered, by `replied_at`, the newest first."""
    newest = CardReply.objects.filter(card=OuterRef("pk")).order_by("-made_at")
    found = told(study, role).annotate(replied_at=Subquery(newest.values("made_at")[:1]))
    found = found.filter(replied_at__isnull=False).select_related(
        "adjudication__story", "revision__article__outlet"
    )
    return found.defer("revision__text").order_by("-replied_at", "pk")


def shown(cards: Sequence[Card], tags: QuerySet[CardTag], reader: User) -> list[RuledCard]:
    """Return the cards with what belongs to them: of `tags` those on each. Six queries."""
    pks = [card.pk for card in cards]
    texts = Revision.objects.filter(pk__in={card.revision_id for card in cards})
    text_of = dict(texts.order_by().values_list("pk", "text"))
    newest = CardRuling.objects.filter(card__in=pks).select_related("moderator")
    rulings = {row.card_id: row for row in newest.order_by("card_id", "-number").distinct("card")}
    built = {
        card.pk: RuledCard(
            card, excerpt(text_of[card.revision_id], card.start, card.end), rulings.get(card.pk)
        )
        for card in cards
    }
    on_cards = tags.filter(card__in=pks).select_related("annotation__span", "annotation__code")
    for tag in on_cards.order_by("card_id", "start", "-end", "pk"):
        built[tag.card_id].tags.append((tag, Outcome(tag.outcome)))
    gold = GoldTag.objects.filter(ruling__in=rulings.values()).select_related("span", "code")
    for gold_tag in gold.annotate(card=F("ruling__card")).order_by("span__start", "pk"):
        built[gold_tag.card].gold.append(gold_tag)
    for reply in _replies(pks):
        built[reply.card_id].thread.append(Said(reply, _name(reply, reader)))
        if reply.author_id == reader.pk:
            built[reply.card_id].own = reply
    return list(built.values())


def outcome_of(study: Study, annotation: Annotation, reader: User) -> RuledCard | None:
    """Return the ruled card of an annotation, for its annotator and for moderators.

    None before the story is ruled, and for everybody else. At most seven queries.
    """
    if annotation.annotator_id != reader.pk and study.role < Role.MODERATOR:
        return None
    tags = tags_of(told(study, study.role), annotation.annotator).filter(annotation=annotation)
    cards = list(cards_with(tags)[:1])
    return shown(cards, tags, reader)[0] if cards else None


def _replies(cards: Iterable[int]) -> QuerySet[CardReply]:
    """Return the replies on cards, first to last; `coded` says whether its author tagged there."""
    tagged = CardTag.objects.filter(card=OuterRef("card"), annotation__annotator=OuterRef("author"))
    replies = CardReply.objects.filter(card__in=cards).annotate(coded=Exists(tagged))
    return replies.select_related("author").order_by("made_at", "pk")


def _name(reply: CardReply, reader: User) -> str:
    if reply.author_id == reader.pk:
        return "You"
    return "Another coder" if reply.coded else f"{reply.author}, moderator"
