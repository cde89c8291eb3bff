"""What the desk of cards shows: a card with its rows, and where it stands among the story's.

Reviewers are numbered in an order of each card's own, and nameless until it is ruled. Questions
only; nothing here writes.
"""

from dataclasses import dataclass
from typing import NamedTuple

from django.contrib.auth.models import User
from django.db.models import OuterRef, Prefetch, QuerySet, Subquery
from django.utils import timezone
from django.utils.crypto import salted_hmac

from annotations.models import (
    Adjudication,
    Card,
    CardReply,
    CardRuling,
    CardTag,
    Code,
    GoldTag,
    Study,
)
from annotations.rulings.cards import coders_of_story, codes_counted, in_order, rulings_in_force
from annotations.texts.segmenting import Segment, segments
from sources.models import Revision
from sources.passages import Passage, passages, touched

GUIDELINE = "guideline"
SHOWS = {
    Card.State.OPEN.value: "Open",
    Card.State.DISCUSSED.value: "To discuss",
    Card.State.RULED.value: "Ruled",
    GUIDELINE: "Guideline",
    "": "All",
}


class Entry(NamedTuple):
    """A card in the deck. `guideline`: its newest ruling says that the guideline needs work."""

    pk: int
    state: str
    guideline: bool | None

    def is_shown(self, show: str) -> bool:
        return show in ("", self.state) or (show == GUIDELINE and bool(self.guideline))


@dataclass(frozen=True, slots=True)
class Deck:
    """A story's cards in order, narrowed to what is shown."""

    entries: list[Entry]
    show: str = ""

    @property
    def total(self) -> int:
        return len(self.entries)

    def count(self, show: str) -> int:
        return sum(entry.is_shown(show) for entry in self.entries)

    @property
    def counts(self) -> list[tuple[str, str, int]]:
        """(value, label, number) of each filter."""
        return [(show, label, self.count(show)) for show, label in SHOWS.items()]

    @property
    def open(self) -> int:
        return self.count(Card.State.OPEN)

    @property
    def settled(self) -> int:
        return self.total - self.open

    @property
    def shown(self) -> list[int]:
        return [entry.pk for entry in self.entries if entry.is_shown(self.show)]

    def position(self, card: Card) -> int:
        """Return the card's place among all of the story, from 1."""
        return [entry.pk for entry in self.entries].index(card.pk) + 1

    def beside(self, card: Card) -> tuple[int | None, int | None]:
        """Return the shown cards before and after one, which need not be shown itself."""
        at = self.position(card) - 1
        before = [one.pk for one in self.entries[:at] if one.is_shown(self.show)]
        after = [one.pk for one in self.entries[at + 1 :] if one.is_shown(self.show)]
        return (before[-1] if before else None, after[0] if after else None)


@dataclass(frozen=True, slots=True)
class Row:
    """A tag on a card, under the number by which it is chosen."""

    number: int
    coder: str
    name: str  # "" until the card is ruled
    tag: CardTag
    code: Code  # that the reviewer's counts as
    words: str
    is_gold: bool
    status: str  # "" until the card is ruled

    @property
    def start(self) -> int:
        return self.tag.start

    @property
    def end(self) -> int:
        return self.tag.end

    @property
    def own_code(self) -> Code | None:
        """The code that the reviewer took, if it was merged since."""
        own = self.tag.annotation.code
        return None if own.pk == self.code.pk else own

    @property
    def changed(self) -> str:
        """What became of the tag since the card was laid."""
        if self.tag.annotation.removed_at:
            return "removed since"
        return "changed since" if self.tag.annotation.version != self.tag.version else ""


@dataclass(frozen=True, slots=True)
class Marked:
    """A passage around the card, cut at the rows' spans."""

    passage: Passage
    segments: list[Segment[Row]]


@dataclass(frozen=True, slots=True)
class CardPage:
    """A card with all that a ruling on it asks for."""

    card: Card
    rows: list[Row]
    passages: list[Marked]
    rulings: list[CardRuling]  # newest first, with `gold`
    coders: set[int]  # who codes the story: a moderator among them is named as such
    replies: list[CardReply]
    newest: Revision  # of the article, without its text

    @property
    def ruling(self) -> CardRuling | None:
        """The ruling in force, if the card is ruled or to be discussed."""
        standing = rulings_in_force(self.rulings)
        return standing[0] if standing and self.card.state != Card.State.OPEN else None

    @property
    def stale(self) -> bool:
        return any(row.changed for row in self.rows)

    @property
    def named(self) -> bool:
        return self.card.state == Card.State.RULED


def deck_of(adjudication: Adjudication, show: str = "") -> Deck:
    """Return the story's cards in the order in which they are read. One query."""
    newest = CardRuling.objects.filter(card=OuterRef("pk")).order_by("-number")
    cards = in_order(adjudication.cards.all()).annotate(
        says_guideline=Subquery(newest.values("guideline")[:1])
    )
    return Deck([Entry(*row) for row in cards.values_list("pk", "state", "says_guideline")], show)


def card_page(study: Study, card: Card) -> CardPage:
    """Return the page of a card that comes with its revision and article. Ten queries."""
    text = card.revision.text
    rows = rows_of(study, card)
    every = passages(text)
    around = touched(every, card.start, card.end)
    first, last = around[0].index, around[-1].index
    newest = Revision.objects.defer("text").filter(article=card.revision.article_id)
    return CardPage(
        card=card,
        rows=rows,
        passages=[
            Marked(one, segments(text, one.start, one.end, rows))
            for one in every[max(0, first - 1) : last + 2]
        ],
        rulings=list(_rulings(card)),
        coders=coders_of_story(study, card.adjudication.story_id),
        replies=list(card.replies.select_related("author")),
        newest=newest.order_by("-number")[0],
    )


def rows_of(study: Study, card: Card) -> list[Row]:
    """Return the tags on a card, those of one reviewer together. Five queries.

    The reviewers' order is the same each time, but tells nothing of who they are.
    """
    tags = card.tags.select_related("annotation__span", "annotation__code", "annotation__annotator")
    found = sorted(tags, key=lambda tag: (_shuffled(card, tag), tag.start, -tag.end, tag.pk))
    codes = codes_counted(study)
    coders = list(dict.fromkeys(tag.annotation.annotator_id for tag in found))
    ruled = card.state == Card.State.RULED
    gold = _gold_places(card) if ruled else set()
    return [
        Row(
            number=number,
            coder=f"Coder {coders.index(tag.annotation.annotator_id) + 1}",
            name=tag.annotation.annotator.get_username() if ruled else "",
            tag=tag,
            code=codes[tag.annotation.code_id],
            words=card.revision.text[tag.start : tag.end],
            is_gold=(tag.start, tag.end, codes[tag.annotation.code_id].pk) in gold,
            status=tag.annotation.status if ruled else "",
        )
        for number, tag in enumerate(found, start=1)
    ]


def claim_on(card: Card, person: User) -> str:
    """Return how a card is claimed: mine, taken, lapsed (by another), free; "" if there is none.

    A card that is ruled is not claimed.
    """
    if card.state == Card.State.RULED or card.adjudication.ruled_at:
        return ""
    holder, until = card.claimed_by_id, card.claimed_until
    if holder is None or until is None:
        return "free"
    if until <= timezone.now():
        return "free" if holder == person.pk else "lapsed"
    return "mine" if holder == person.pk else "taken"


def last_ruling(adjudication: Adjudication, moderator_id: int) -> CardRuling | None:
    """Return the newest of the moderator's own rulings that can be taken back. One query."""
    later = CardRuling.objects.filter(card=OuterRef("card")).order_by("-number")
    own = CardRuling.objects.filter(
        card__adjudication=adjudication,
        moderator=moderator_id,
        takes_back=None,
        batch=None,
        automatic=False,
        pk=Subquery(later.values("pk")[:1]),
    )
    return own.order_by("-pk").first()


def _rulings(card: Card) -> QuerySet[CardRuling]:
    gold = GoldTag.objects.select_related("span", "code")
    rulings = card.rulings.select_related("moderator", "takes_back")
    return rulings.prefetch_related(Prefetch("gold", gold)).order_by("-number")


def _gold_places(card: Card) -> set[tuple[int, int, int]]:
    newest = card.rulings.order_by("-number").values("pk")[:1]
    gold = GoldTag.objects.filter(ruling=Subquery(newest))
    return set(gold.values_list("span__start", "span__end", "code"))


def _shuffled(card: Card, tag: CardTag) -> str:
    """Return where a reviewer stands on a card: a number that nobody can guess without our key."""
    return salted_hmac("cards", f"{card.pk} {tag.annotation.annotator_id}").hexdigest()
