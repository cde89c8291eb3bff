"""The gold layer as people may see it: of which stories, and where its tags stand in the texts.

Questions only; nothing here writes. Gold is what the newest rulings on a story's cards say. A
reviewer reads it once the story is ruled, and never that of a training story: the next one is to
learn from it too.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field

from django.db.models import Count, QuerySet

from annotations.models import (
    Adjudication,
    CardRuling,
    Carry,
    GoldTag,
    Role,
    Status,
    Study,
    TrainingStory,
)
from annotations.rulings.cards import gold_in_force
from annotations.tags.desk import Filters, MarkedPassage, lay_out
from annotations.tags.marks import Mark
from sources.models import Article, Revision, Story
from sources.passages import passages

NOT_CARRIED = "pending"


@dataclass(frozen=True, slots=True)
class Placed:
    """A gold tag and where it stands on the text that is shown; `passage` is an index or None.

    `tagged_on` is the number of the older revision on which it was ruled, and `carried` says how
    it came here, in the words of `annotations.tags.drawing.CARRIED`.
    """

    tag: GoldTag
    mark: Mark | None
    passage: int | None
    tagged_on: int | None = None
    carried: str = ""


@dataclass(slots=True)
class GoldText:
    """An article's newest text with its gold tags: those on it in reading order, then the rest."""

    article: Article
    revision: Revision
    passages: list[MarkedPassage]
    placed: list[Placed] = field(default_factory=list)


def readable(study: Study, role: Role) -> QuerySet[Adjudication]:
    """Return the adjudications whose rulings and gold the reader of the study may see."""
    found = Adjudication.objects.filter(study=study, story__studies=study)
    if study.sight is not None:
        found = found.exclude(story__in=study.sight.closed)
    if role < Role.MODERATOR:
        training = TrainingStory.objects.filter(study=study)
        found = found.filter(ruled_at__isnull=False).exclude(story__in=training.values("story"))
    return found


def why_not(study: Study, story: Story, role: Role) -> str:
    """Return why the reader of the study may not see a story's gold yet; "" if they may.

    Whether there is any is not told either. At most one query.
    """
    if study.sight is not None and story.pk in study.sight.closed:
        if role >= Role.MODERATOR:
            return "You have a part of this story to code. Finish it first; then this page opens."
        return "You code this story blind. Its gold layer opens to you when the story is ruled."
    trains = TrainingStory.objects.filter(study=study, story=story)
    if role < Role.MODERATOR and trains.exists():
        return "This is a training story. Its gold standard is kept from those who train on it."
    return ""


def gold_for(study: Study, role: Role) -> QuerySet[GoldTag]:
    """Return the gold tags in force that the reader of the study may see."""
    return gold_in_force(study).filter(ruling__card__adjudication__in=readable(study, role))


def rulings_for(study: Study, role: Role) -> QuerySet[CardRuling]:
    """Return all rulings on cards that the reader of the study may see."""
    return CardRuling.objects.filter(card__adjudication__in=readable(study, role))


def articles_with_gold(gold: QuerySet[GoldTag]) -> dict[int, int]:
    """Return how many of the gold tags stand in which article, by the articles' pks. One query."""
    article = "span__revision__article"
    counted = gold.order_by().values(article).annotate(tags=Count("pk"))
    return dict(counted.values_list(article, "tags"))


def texts_of(study: Study, gold: QuerySet[GoldTag], articles: Sequence[Article]) -> list[GoldText]:
    """Return the newest text of each article with those of the gold tags on it. Three queries."""
    newest = Revision.objects.filter(article__in=articles)
    newest = newest.order_by("article_id", "-number").distinct("article_id")
    shown = {revision.article_id: revision for revision in newest}
    chosen = gold.filter(span__revision__article__in=articles).select_related(
        "span__revision", "code", "ruling__card", "ruling__moderator", "annotation"
    )
    tags: dict[int, list[GoldTag]] = {pk: [] for pk in shown}
    for tag in chosen.defer("span__revision__text").order_by("span__start", "-span__end", "pk"):
        tags[tag.span.revision.article_id].append(tag)
    carries = Carry.objects.filter(study=study, revision__in=shown.values())
    spans = [tag.span_id for every in tags.values() for tag in every]
    carried = {(c.span_id, c.revision_id): c for c in carries.filter(span__in=spans)}
    return [
        _text(article, shown[article.pk], tags[article.pk], carried)
        for article in articles
        if article.pk in shown
    ]


def _text(
    article: Article,
    revision: Revision,
    tags: Iterable[GoldTag],
    carried: dict[tuple[int, int], Carry],
) -> GoldText:
    found = [(tag, *_mark(tag, revision, carried.get((tag.span_id, revision.pk)))) for tag in tags]
    marks = sorted((mark for _, mark, _ in found if mark), key=lambda mark: (mark.start, -mark.end))
    laid = lay_out(revision, passages(revision.text), marks, Filters())
    home = {mark.id: each.passage.index for each in laid for mark in each.entries}
    placed = [
        Placed(
            tag,
            mark,
            home[mark.id] if mark else None,
            tag.span.revision.number if tag.span.revision_id != revision.pk else None,
            how,
        )
        for tag, mark, how in found
    ]
    placed.sort(key=lambda each: (each.mark is None, each.mark.start if each.mark else 0))
    return GoldText(article, revision, laid, placed)


def _mark(tag: GoldTag, revision: Revision, carry: Carry | None) -> tuple[Mark | None, str]:
    """Return the tag where it stands on the revision, if it has a place there, and how it came."""
    place = tag.span if tag.span.revision_id == revision.pk else carry
    how = ""
    if tag.span.revision_id != revision.pk:
        how = (carry.ruling or carry.outcome) if carry else NOT_CARRIED
    if place is None or place.start is None or place.end is None:
        return None, how
    older = tag.span.revision.number if how else None
    code = tag.code
    return Mark(
        f"gold-{tag.pk}", revision.pk, place.start, place.end, place.exact, older, how,
        code.pk, code.key, code.name, code.hotkey, code.counts_as_bias, None,
        tag.target, tag.polarity, tag.voice, tag.speaker, tag.note,
        Status.ACCEPTED.value, tag.ruling.moderator_id, "",
    ), how  # fmt: skip
