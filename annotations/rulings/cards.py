"""Cards of overlapping tags, the rulings on them, and the gold layer. Questions only.

The gold layer of a story is what the newest rulings on its cards say.
"""

from collections.abc import Iterable

from django.db.models import Exists, OuterRef, Q, QuerySet

from annotations.codebook.codes import successors
from annotations.models import Annotation, Assignment, Card, CardRuling, Code, GoldTag, Study
from sources.models import Story

COLUMNS = ("span", "code", "annotation__annotator", "ruling__moderator")


def gold_in_force(study: Study, story: Story | int | None = None) -> QuerySet[GoldTag]:
    """Return the gold tags of the newest ruling on each card, with span, code and ruling."""
    gold = gold_tags_in_force().filter(ruling__card__adjudication__study=study)
    if story is not None:
        gold = gold.filter(ruling__card__adjudication__story=story)
    return gold.select_related(*COLUMNS)


def gold_tags_in_force() -> QuerySet[GoldTag]:
    """Return the gold tags of the newest ruling on each card of any study."""
    later = CardRuling.objects.filter(
        card=OuterRef("ruling__card"), number__gt=OuterRef("ruling__number")
    )
    return GoldTag.objects.filter(~Exists(later))


def gold_seen_in(study: Study) -> QuerySet[GoldTag]:
    """Return the gold tags in force that the study's reader sees: none of a closed story."""
    gold = gold_in_force(study)
    if study.sight is None:
        return gold
    return gold.exclude(ruling__card__adjudication__story__in=study.sight.closed)


def in_order(cards: QuerySet[Card]) -> QuerySet[Card]:
    """Order cards as a story is read: by article, then by place."""
    return cards.order_by("revision__article_id", "start", "pk")


def following(cards: QuerySet[Card], card: Card) -> QuerySet[Card]:
    """Keep the cards that come after one, in that order."""
    article = card.revision.article_id
    later = Q(start=card.start, pk__gt=card.pk) | Q(start__gt=card.start)
    return cards.filter(Q(revision__article=article) & later | Q(revision__article__gt=article))


def rulings_in_force(rulings: Iterable[CardRuling]) -> list[CardRuling]:
    """Return those of a card's rulings that were not taken back, the one in force first."""
    newest_first = sorted(rulings, key=lambda ruling: -ruling.number)
    undone = {ruling.takes_back_id for ruling in newest_first}
    return [row for row in newest_first if row.takes_back_id is None and row.pk not in undone]


def codes_counted(study: Study) -> dict[int, Code]:
    """Return the code that each code of the study counts as: itself, or what it was merged into.

    By the pk of the code that was tagged with. Two queries.
    """
    codes = {code.pk: code for code in study.codebook.codes.select_related("merged_into")}
    merged = successors(study.codebook)
    return {pk: codes[merged.get(pk, pk)] for pk in codes}


def codes_story(study: Study, story: Story | int, person_id: int) -> bool:
    """Return whether a person codes a story: has a part of it, or a tag that stands there."""
    return person_id in coders_of_story(study, story)


def coders_of_story(study: Study, story: Story | int) -> set[int]:
    """Return who has a part of a story, done or not, or a tag that stands there. Two queries."""
    tags = (
        Annotation.objects.in_study(study).standing().filter(span__revision__article__story=story)
    )
    coders = set(tags.order_by().values_list("annotator", flat=True).distinct())
    parts = Assignment.objects.filter(study=study, story=story)
    return coders | set(parts.values_list("coder", flat=True))
