"""Undo and redo of a reviewer's own steps in one story; both survive a reload.

The steps are the Change rows. Undoing one puts the state before it in force;
a new step after an undo leaves what was undone out of reach, as in an editor.
"""

from dataclasses import dataclass

from django.contrib.auth.models import User
from django.db import transaction
from django.db.models import Max, QuerySet

from annotations.models import Annotation, Change, Study
from annotations.models.annotation import ClockNow
from annotations.tagging import CODING, take_state
from sources.models import Story


class UndoRefused(ValueError):
    """There is nothing to undo or redo, or the annotation changed since."""


@dataclass(frozen=True, slots=True)
class Steps:
    """The step that undo would take back, and the one that redo would bring back."""

    undo: Change | None
    redo: Change | None


def steps(study: Study, story: Story, actor: User) -> Steps:
    """Return what the actor can undo and redo. Two queries."""
    mine = _steps_of(study, story, actor)
    last = mine.filter(undone_at=None).order_by("-pk").first()
    newest = mine.aggregate(at=Max("made_at"))["at"]
    undone = newest and mine.filter(undone_at__gt=newest).order_by("pk").first()
    return Steps(last, undone or None)


def undo(study: Study, story: Story, *, actor: User) -> Annotation:
    """Take back the actor's last step in the story. Raises UndoRefused."""
    with transaction.atomic():
        change = steps(study, story, actor).undo
        if change is None:
            raise UndoRefused("There is nothing to undo in this story.")
        annotation = _locked(change, change.number)
        previous = annotation.changes.filter(number=change.before).first()
        take_state(
            annotation,
            _coding(previous or change),
            removed=previous is None or previous.removed,
            version=change.before,
        )
        Change.objects.filter(pk=change.pk).update(undone_at=ClockNow())
    return annotation


def redo(study: Study, story: Story, *, actor: User) -> Annotation:
    """Bring back the step that the actor undid last in the story. Raises UndoRefused."""
    with transaction.atomic():
        change = steps(study, story, actor).redo
        if change is None:
            raise UndoRefused("There is nothing to redo in this story.")
        annotation = _locked(change, change.before)
        take_state(annotation, _coding(change), removed=change.removed, version=change.number)
        Change.objects.filter(pk=change.pk).update(undone_at=None)
    return annotation


def _steps_of(study: Study, story: Story, actor: User) -> QuerySet[Change]:
    return Change.objects.filter(
        actor=actor, annotation__study=study, annotation__span__revision__article__story=story
    ).select_related("annotation__span", "code")


def _locked(change: Change, version: int) -> Annotation:
    annotation = (
        Annotation.objects.select_for_update(of=("self",))
        .select_related("span__revision__article", "code")
        .get(pk=change.annotation_id)
    )
    if annotation.version != version:
        raise UndoRefused("The tag was changed since then, so this step cannot be taken back.")
    return annotation


def _coding(change: Change) -> dict[str, object]:
    return {field: getattr(change, field) for field in CODING}
