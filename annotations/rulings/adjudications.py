"""The overview of adjudication: how far each story of a study is. Questions only."""

from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass
from typing import Any
from uuid import UUID

from django.contrib.auth.models import User
from django.db.models import Count, F, Max, OuterRef, Q, QuerySet, Subquery
from django.db.models.functions import Substr

from annotations.models import (
    Adjudication,
    Annotation,
    Assignment,
    Card,
    CardRuling,
    Study,
)
from annotations.rulings.card_page import GUIDELINE
from annotations.rulings.cards import in_order
from sources.models import Story


@dataclass(frozen=True, slots=True)
class Parts:
    """The reviewers' parts of a story."""

    done: int = 0
    total: int = 0

    @property
    def left(self) -> int:
        return self.total - self.done


@dataclass(frozen=True, slots=True)
class StoryRow:
    """A story, and how far the ruling on it is."""

    story: Story
    parts: Parts
    tags: int
    coders: int
    adjudication: Adjudication | None  # with open_count, ruled_count and discussed_count
    is_closed: bool  # to the person who looks, who has yet to code it


@dataclass(frozen=True, slots=True)
class Batch:
    """Rulings that a rule made at once, and that its moderator can take back."""

    batch: UUID
    count: int


def story_rows(study: Study, stories: Iterable[Story]) -> list[StoryRow]:
    """Return stories of the study with how far the ruling on each is. Three queries."""
    shown = list(stories)
    adjudications = {
        row.story_id: row
        for row in Adjudication.objects.filter(study=study, story__in=shown)
        .select_related("opened_by", "ruled_by")
        .annotate(
            open_count=_number_of(Card.State.OPEN),
            ruled_count=_number_of(Card.State.RULED),
            discussed_count=_number_of(Card.State.DISCUSSED),
        )
    }
    parts, tagged = _parts(study, story__in=shown), _tagged(study, shown)
    closed = study.sight.closed if study.sight else frozenset()
    return [
        StoryRow(
            story,
            parts.get(story.pk, Parts()),
            *tagged.get(story.pk, (0, 0)),
            adjudications.get(story.pk),
            story.pk in closed,
        )
        for story in shown
    ]


def parts_of(study: Study, story: Story) -> Parts:
    """Return the reviewers' parts of a story. One query."""
    return _parts(study, story=story).get(story.pk, Parts())


def listed_cards(adjudication: Adjudication, show: str) -> QuerySet[Card]:
    """Return the cards that a filter keeps, as a story is read."""
    cards = in_order(adjudication.cards.all())
    if show == GUIDELINE:
        newest = CardRuling.objects.filter(card=OuterRef("pk")).order_by("-number")
        return cards.annotate(says=Subquery(newest.values("guideline")[:1])).filter(says=True)
    return cards.filter(state=show) if show else cards


def with_rows(cards: list[int]) -> QuerySet[Card]:
    """Return cards by their pks, with what a row of the list shows. Two queries.

    `words` are those of the card, `tag_count` and `coder_count` what is on it, `newest` the kind
    of its newest ruling.
    """
    newest = CardRuling.objects.filter(card=OuterRef("pk")).order_by("-number")
    return (
        in_order(Card.objects.filter(pk__in=cards))
        .annotate(
            words=Substr("revision__text", F("start") + 1, F("end") - F("start")),
            tag_count=Count("tags"),
            coder_count=Count("tags__annotation__annotator", distinct=True),
            newest=Subquery(newest.values("kind")[:1]),
            says_guideline=Subquery(newest.values("guideline")[:1]),
        )
        .select_related("revision__article__outlet")
        .defer("revision__text")
    )


def last_batch(adjudication: Adjudication, moderator: User) -> Batch | None:
    """Return the moderator's newest batch of which some rulings still stand. One query."""
    newest = CardRuling.objects.filter(card=OuterRef("card")).order_by("-number")
    standing = CardRuling.objects.filter(
        card__adjudication=adjudication,
        moderator=moderator,
        pk=Subquery(newest.values("pk")[:1]),
    )
    found = standing.exclude(batch=None).order_by().values_list("batch")
    row = found.annotate(Count("pk"), last=Max("made_at")).order_by("-last").first()
    return Batch(*row[:2]) if row else None


def _number_of(state: str) -> Count:
    return Count("cards", filter=Q(cards__state=state))


def _parts(study: Study, **which: Any) -> Mapping[int, Parts]:
    done = Count("pk", filter=Q(state=Assignment.State.DONE))
    rows = Assignment.objects.filter(study=study, **which).order_by().values("story")
    counted = rows.annotate(done=done, total=Count("pk"))
    return {row["story"]: Parts(row["done"], row["total"]) for row in counted}


def _tagged(study: Study, stories: Collection[Story]) -> Mapping[int, tuple[int, int]]:
    """Return how many tags stand in each of the stories, and how many people made them."""
    story = "span__revision__article__story"
    seen = Annotation.objects.seen_in(study).filter(**{f"{story}__in": stories})
    rows = seen.order_by().values(story)
    counted = rows.annotate(tags=Count("pk"), coders=Count("annotator", distinct=True))
    return {row[story]: (row["tags"], row["coders"]) for row in counted}
