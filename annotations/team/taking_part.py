"""A coder's way through their part of a story: to do, in progress, done, and open again.

Tags of a part that is done are locked: what was measured as somebody's coding stays that. The
first tag of a part that is to do starts it, and training comes before real work.
"""

from django.contrib.auth.models import User
from django.db import transaction
from django.db.models.functions import Now

from annotations.models import Adjudication, Assignment, BlindUntil, Study, TrainingAttempt
from annotations.team.assignments import UNDER_WAY, part_of, training_left
from annotations.team.training import attempt
from sources.models import Story

State = Assignment.State


class PartRefused(ValueError):
    """The part cannot take this step; the message says why."""


class TrainingFirst(PartRefused):
    """There is training to pass before real work."""


def begin_tagging(study: Study, story: int | Story, *, coder: User) -> None:
    """Start the coder's part, if they have one that is to do; see that tags may change.

    Raises PartRefused for a part that is done, and TrainingFirst. One query where nothing is to
    start. `quick_tagging` asks the same before it writes.
    """
    part = part_of(study, story, coder)
    if part is None or part.state in UNDER_WAY:
        return
    if part.state == State.DONE:
        raise PartRefused(
            "You said that you are done with this story, so its tags are locked. Reopen your part "
            "to change them."
        )
    start_part(part, coder=coder)


def start_part(part: Assignment, *, coder: User) -> Assignment:
    """Put a part in progress. Twice is once. Raises PartRefused, and TrainingFirst."""
    with transaction.atomic():
        current = _locked(part, coder)
        if current.state in UNDER_WAY:
            return current
        if current.state == State.DONE:
            raise PartRefused("You are done with this story. Reopen your part to go on with it.")
        training = list(training_left(current.study, coder))
        if training and current not in training:
            raise TrainingFirst(
                "Pass the training first: real stories open as soon as you have passed "
                f"“{training[0].story}”."
                if len(training) == 1
                else f"Pass the training first: {len(training)} stories of it are left."
            )
        if current in training and not current.study.blind:
            raise PartRefused(
                "Training waits until blind coding is on: else the gold standard could be read "
                "on the desk. Ask an owner of the study."
            )
        return _set(current, State.IN_PROGRESS, started_at=Now())


def finish_part(part: Assignment, *, coder: User) -> TrainingAttempt | None:
    """Say that a part is done; return how a training story went. Twice is once.

    Raises PartRefused for a part that was not started.
    """
    with transaction.atomic():
        current = _locked(part, coder)
        if current.state == State.DONE:
            return current.attempts.order_by("-number").first()
        if current.state == State.TO_DO:
            raise PartRefused("Start this story before you say that you are done with it.")
        _set(current, State.DONE, done_at=Now())
        return attempt(current)


def reopen_part(part: Assignment, *, coder: User) -> Assignment:
    """Go on with a story of which one said to be done. Raises PartRefused.

    Who has seen what others made of the story cannot reopen their own part: their coding would
    not be independent any more.
    """
    with transaction.atomic():
        current = _locked(part, coder)
        if current.state != State.DONE:
            return current
        if current.attempts.filter(passed=True).exists():
            raise PartRefused("You have passed this training story; there is nothing to do over.")
        if not current.attempts.exists():
            _check_independent(current)
        return _set(current, State.REOPENED)


def reopen_for_coder(part: Assignment) -> Assignment:
    """Open a part that somebody said is done, so that they can go on with it. Twice is once.

    Raises PartRefused once the story is ruled on: its coders have seen the outcome.
    """
    with transaction.atomic():
        current = Assignment.objects.select_for_update().get(pk=part.pk)
        if current.state != State.DONE:
            return current
        ruled = Adjudication.objects.filter(study=current.study_id, story=current.story_id)
        if ruled.filter(ruled_at__isnull=False).exists():
            raise PartRefused(
                "The story is adjudicated. Reopen its adjudication before the part of a coder."
            )
        return _set(current, State.REOPENED)


def _check_independent(part: Assignment) -> None:
    study = part.study
    if Adjudication.objects.filter(study=study, story=part.story_id).exists():
        raise PartRefused(
            "The adjudication of this story has begun. Ask a moderator to reopen your part."
        )
    if study.blind and study.blind_until == BlindUntil.PART_DONE:
        raise PartRefused(
            "You have been shown the tags of others since you were done. Ask a moderator to "
            "reopen your part."
        )


def _locked(part: Assignment, coder: User) -> Assignment:
    """Return the part as it stands; two requests at once take their steps one after the other."""
    parts = Assignment.objects.select_for_update(of=("self",)).select_related("study", "story")
    current = parts.filter(pk=part.pk, coder=coder).first()
    if current is None:
        raise PartRefused("This part is not yours any more.")
    return current


def _set(part: Assignment, state: str, **times: Now) -> Assignment:
    part.state = state
    for name, value in times.items():
        setattr(part, name, value)
    part.save(update_fields=["state", *times])
    return part
