"""What a coder's tags on a training story look like beside the gold standard. Questions only."""

from collections.abc import Iterable
from dataclasses import dataclass
from typing import TYPE_CHECKING, Protocol

from django.db.models import Exists, OuterRef, Subquery

from annotations.codebook.codes import successors
from annotations.models import (
    Annotation,
    Assignment,
    Carry,
    Code,
    GoldTag,
    Span,
    Study,
    TrainingStory,
)
from annotations.rulings.cards import gold_in_force
from annotations.team.assignments import parts_in
from sources.models import Revision

if TYPE_CHECKING:
    from annotations.team.scoring import Compared, Placed


class Tagged(Protocol):
    """An annotation or a gold tag, loaded with its span and code."""

    @property
    def span(self) -> Span: ...

    @property
    def code(self) -> Code: ...


@dataclass(frozen=True, slots=True)
class Row:
    """Words that the coder tagged, the gold standard did, or both."""

    verdict: str
    revision: Revision
    start: int
    end: int
    own: Annotation | None
    gold: Annotation | GoldTag | None
    overlap: int  # percent of the words that both have in common

    @property
    def reason(self) -> str:
        """Return what the moderator gave as reason for the gold tag; an expert gives none."""
        return self.gold.ruling.reason if isinstance(self.gold, GoldTag) else ""


@dataclass(frozen=True, slots=True)
class Feedback:
    score: int
    rows: list[Row]


def feedback_on(part: Assignment, training: TrainingStory) -> Feedback:
    """Return how the part's tags, as they stand, compare with the gold standard.

    Six queries, and two if older revisions are tagged.
    """
    # numpy and scipy take a third of a second to load, and no other page of coding needs them.
    from annotations.team.scoring import compare, score

    own = _tags(part.study, part.story_id, part.coder_id)
    gold = gold_standard(training)
    loaded: dict[object, Tagged] = {tag.pk: tag for tag in [*own, *gold]}
    compared = compare(*_placed(part.study, own, gold))
    known = Revision.objects.select_related("article__outlet").defer("text")
    revisions = known.in_bulk({one.place[0] for one in compared})
    rows = [_row(one, loaded, revisions) for one in compared]
    return Feedback(score(compared), rows)


def training_parts(study: Study) -> list[Assignment]:
    """Return the parts of training with their attempts, by the coders' names. Two queries."""
    training = study.training_stories.filter(story=OuterRef("story"))
    parts = parts_in(study).filter(Exists(training)).select_related("coder", "story")
    position = Subquery(training.values("position")[:1])
    return list(parts.order_by("coder__username", position, "pk").prefetch_related("attempts"))


def gold_standard(training: TrainingStory) -> list[Annotation] | list[GoldTag]:
    """Return the tags that a training story is measured by, with span and code. One query."""
    if training.expert_id is not None:
        return _tags(training.study, training.story_id, training.expert_id)
    gold = gold_in_force(training.study, training.story)
    return list(gold.select_related("span", "code", "ruling"))


def _tags(study: Study, story: int, person: int) -> list[Annotation]:
    mine = Annotation.objects.in_study(study).standing().filter(annotator=person)
    mine = mine.filter(span__revision__article__story=story).with_card()
    return list(mine.in_reading_order())


def _placed(study: Study, *sides: Iterable[Tagged]) -> "list[list[Placed]]":
    """Put the tags where they stand on the newest texts; merged codes are what they became.

    What has no place there stays on its own text, and so matches only what is there too.
    """
    from annotations.team.scoring import Placed

    became = successors(study.codebook)
    moved = _carried(study, {tag.span.pk for side in sides for tag in side})
    return [
        [
            Placed(
                tag.pk,
                *moved.get(tag.span_id, (tag.span.revision_id, tag.span.start, tag.span.end)),
                became.get(tag.code_id, tag.code_id),
            )
            for tag in side
        ]
        for side in sides
    ]


def _carried(study: Study, spans: set[int]) -> dict[int, tuple[int, int, int]]:
    """Return where spans of older texts stand on newer ones: revision, start, end."""
    carries = Carry.objects.filter(study=study, span__in=spans, start__isnull=False)
    rows = carries.order_by("revision__number")
    return {
        span: (revision, start, end)
        for span, revision, start, end in rows.values_list("span", "revision", "start", "end")
    }


def _row(one: "Compared", loaded: dict[object, Tagged], revisions: dict[int, Revision]) -> Row:
    text, start, end = one.place
    own = loaded[one.own.id] if one.own else None
    gold = loaded[one.gold.id] if one.gold else None
    return Row(one.verdict.value, revisions[text], start, -end, own, gold, round(100 * one.overlap))
