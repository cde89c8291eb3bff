"""Undo and redo of a reviewer's own steps in one story; both survive a reload.

The steps are the Change rows. Undoing one puts the state before it in force;
a new step after an undo leaves what was undone out of reach, as in an editor.
Changes that one action made together are one step, in whichever of their stories it is taken back.
"""

import uuid
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from django.contrib.auth.models import User
from django.db import transaction
from django.db.models import Max, QuerySet

from annotations.models import Annotation, Change, Intake, Study
from annotations.models.annotation import ClockNow
from annotations.tags.tagging import STATE, take_state
from annotations.team.taking_part import PartRefused, begin_tagging
from annotations.texts.anchoring import shortened
from sources.models import Story


class UndoRefused(ValueError):
    """There is nothing to undo or redo, or an annotation changed since."""


@dataclass(frozen=True, slots=True)
class Step:
    """What one action did: `count` changes, of which `change` is one in the story."""

    change: Change
    count: int = 1


@dataclass(frozen=True, slots=True)
class Steps:
    """The step that undo would take back, and the one that redo would bring back."""

    undo: Step | None
    redo: Step | None


def steps(study: Study, story: Story, actor: User) -> Steps:
    """Return what the actor can undo and redo. Two queries, and one for a step of many changes."""
    mine = _steps_of(study, story, actor)
    last = mine.filter(undone_at=None).order_by("-pk").first()
    newest = mine.aggregate(at=Max("made_at"))["at"]
    undone = newest and mine.filter(undone_at__gt=newest).order_by("pk").first()
    return Steps(_step(last), _step(undone or None))


def undo(study: Study, story: Story, *, actor: User) -> list[Annotation]:
    """Take back the actor's last step in the story; return what changed, that story's first.

    Raises UndoRefused, and then nothing changed.
    """
    with transaction.atomic():
        step = steps(study, story, actor).undo
        if step is None:
            raise UndoRefused("There is nothing to undo in this story.")
        return _story_first(_take_back(_together(step.change)), story)


def redo(study: Study, story: Story, *, actor: User) -> list[Annotation]:
    """Bring back the step that the actor undid last in the story, as `undo` takes one back."""
    with transaction.atomic():
        step = steps(study, story, actor).redo
        if step is None:
            raise UndoRefused("There is nothing to redo in this story.")
        changes = _together(step.change)
        annotations = _locked(changes, "before")
        for change in changes:
            take_state(
                annotations[change.annotation_id],
                _coding(change),
                removed=change.removed,
                version=change.number,
            )
        _mark(changes, None)
        return _story_first(list(annotations.values()), story)


def undo_batch(study: Study, batch: uuid.UUID, *, actor: User) -> list[Annotation]:
    """Take back what the actor did in one action, wherever that was. Raises UndoRefused."""
    with transaction.atomic():
        changes = list(standing_in(study, batch, actor).order_by("pk"))
        if not changes:
            raise UndoRefused("There is nothing to undo: these tags are taken back already.")
        return _take_back(changes)


def standing_in(study: Study, batch: uuid.UUID, actor: User) -> QuerySet[Change]:
    """Return the actor's changes of one action that are not undone."""
    # Among the actor's own, for which there is an index; there is none of batches.
    return Change.objects.filter(
        actor=actor, batch=batch, annotation__study=study, undone_at=None
    ).select_related("code")


def _steps_of(study: Study, story: Story, actor: User) -> QuerySet[Change]:
    """Return the actor's steps in the story, but for imports: their own page takes those back."""
    mine = Change.objects.filter(
        actor=actor, annotation__study=study, annotation__span__revision__article__story=story
    )
    imports = Intake.objects.filter(study=study).values("pk")
    return mine.exclude(batch__in=imports).select_related("annotation__span", "code")


def _step(change: Change | None) -> Step | None:
    if change is None:
        return None
    return Step(change, len(_together(change)) if change.batch else 1)


def _together(change: Change) -> list[Change]:
    """Return the changes that are undone or redone with `change`."""
    if change.batch is None:
        return [change]
    undone = change.undone_at is not None
    same = Change.objects.filter(actor=change.actor_id, batch=change.batch)
    return list(same.filter(undone_at__isnull=not undone).select_related("code").order_by("pk"))


def _take_back(changes: Sequence[Change]) -> list[Annotation]:
    """Put the states before the changes in force."""
    annotations = _locked(changes, "number")
    states = Change.objects.filter(annotation__in=annotations).select_related("code")
    known = {(state.annotation_id, state.number): state for state in states}
    for change in changes:
        previous = known.get((change.annotation_id, change.before))
        take_state(
            annotations[change.annotation_id],
            _coding(previous or change),
            removed=previous is None or previous.removed,
            version=change.before,
        )
    _mark(changes, ClockNow())
    return list(annotations.values())


def _locked(changes: Sequence[Change], state: str) -> dict[uuid.UUID, Annotation]:
    """Return the annotations of the changes, locked; each must be at that state of its change."""
    rows = (
        Annotation.objects.select_for_update(of=("self",))
        .select_related("span__revision__article", "code", "study", "annotator")
        .filter(pk__in=[change.annotation_id for change in changes])
        .order_by("pk")
    )
    annotations = {annotation.pk: annotation for annotation in rows}
    _check_parts(annotations.values())
    for change in changes:
        annotation = annotations[change.annotation_id]
        if annotation.version != getattr(change, state):
            raise UndoRefused(_refusal(annotation, len(changes)))
    return annotations


def _check_parts(annotations: Iterable[Annotation]) -> None:
    """Raise UndoRefused if one stands in a story of which its annotator's part is locked."""
    mine = {(one.study, one.annotator, one.span.revision.article.story_id) for one in annotations}
    try:
        for study, annotator, story in mine:
            begin_tagging(study, story, coder=annotator)
    except PartRefused as refusal:
        raise UndoRefused(str(refusal)) from refusal


def _refusal(annotation: Annotation, count: int) -> str:
    if count == 1:
        return "The tag was changed since then, so this step cannot be taken back."
    return (
        f"{count} tags were made together, and the one on “{shortened(annotation.span.exact)}” was "
        "changed since then. So the step cannot be taken back; remove the tags one by one."
    )


def _mark(changes: Sequence[Change], undone_at: ClockNow | None) -> None:
    pks = [change.pk for change in changes]
    Change.objects.filter(pk__in=pks).update(undone_at=undone_at)


def _story_first(annotations: list[Annotation], story: Story) -> list[Annotation]:
    return sorted(annotations, key=lambda one: one.span.revision.article.story_id != story.pk)


def _coding(change: Change) -> dict[str, object]:
    return {field: getattr(change, field) for field in STATE}
