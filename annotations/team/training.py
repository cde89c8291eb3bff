"""Training: stories with a known answer that reviewers code and pass before real work."""

from collections.abc import Iterable

from django.contrib.auth.models import User
from django.db import transaction
from django.db.models import Max

from annotations.models import (
    Adjudication,
    Annotation,
    Assignment,
    Membership,
    Role,
    Study,
    TrainingAttempt,
    TrainingStory,
)
from annotations.team.assignments import real_parts
from annotations.team.feedback import feedback_on
from sources.models import Story


class TrainingRefused(ValueError):
    """The story cannot be one of training as asked; the message says why."""


def add_training(study: Study, story: Story, *, expert: User | None, owner: User) -> TrainingStory:
    """Make a story one of training, the last; its gold standard is the gold layer or an expert's.

    Reviewers who have parts get it too. The same again changes the gold standard. Raises
    TrainingRefused if there is nothing to measure by.
    """
    _check_gold(study, story, expert)
    with transaction.atomic():
        last = study.training_stories.aggregate(at=Max("position"))["at"] or 0
        training, _ = TrainingStory.objects.update_or_create(
            study=study,
            story=story,
            defaults={"expert": expert},
            create_defaults={"expert": expert, "position": last + 1},
        )
        coders = real_parts(study).order_by().values_list("coder", flat=True).distinct()
        give_training(study, coders, by=owner)
    return training


def remove_training(training: TrainingStory) -> None:
    """Make the story an ordinary one. Parts that were begun stay, with their attempts."""
    with transaction.atomic():
        parts = Assignment.objects.filter(study=training.study_id, story=training.story_id)
        parts.filter(state=Assignment.State.TO_DO, attempts=None).delete()
        training.delete()


def move_training(training: TrainingStory, *, by: int) -> None:
    """Move the story up (-1) or down (1) in the order of training; at an end nothing changes."""
    with transaction.atomic():
        rows = TrainingStory.objects.select_for_update().filter(study=training.study_id)
        order = list(rows)
        at = order.index(training)
        if 0 <= at + by < len(order):
            order[at], order[at + by] = order[at + by], order[at]
            for position, row in enumerate(order, 1):
                row.position = position
            TrainingStory.objects.bulk_update(order, ["position"])


def give_training(study: Study, coders: Iterable[int], *, by: User) -> None:
    """Give the reviewers among these the parts of training that they lack.

    Moderators rule on the gold layer, so they need not pass it; nor does who tagged a story of
    training without a part, as they helped to make its gold standard.
    """
    reviewers = Membership.objects.filter(study=study, role=Role.REVIEWER, user__in=list(coders))
    tagged = set(
        Annotation.objects.in_study(study)
        .standing()
        .filter(span__revision__article__story__in=study.training_stories.values("story"))
        .order_by()
        .values_list("span__revision__article__story", "annotator")
        .distinct()
    )
    Assignment.objects.bulk_create(
        [
            Assignment(study=study, story_id=training.story_id, coder_id=reviewer, assigned_by=by)
            for training in study.training_stories.all()
            for reviewer in reviewers.values_list("user", flat=True).order_by("user")
            if (training.story_id, reviewer) not in tagged and reviewer != training.expert_id
        ],
        ignore_conflicts=True,
    )


def attempt(part: Assignment) -> TrainingAttempt | None:
    """Measure a part that is done by the gold standard, if it is one of training.

    Of the expert whose tags are the standard nothing is measured.
    """
    training = TrainingStory.objects.filter(study=part.study_id, story=part.story_id).first()
    if training is None or training.expert_id == part.coder_id:
        return None
    score = feedback_on(part, training).score
    return TrainingAttempt.objects.create(
        assignment=part,
        number=part.attempts.count() + 1,
        score=score,
        passed=score >= part.study.pass_mark,
    )


def _check_gold(study: Study, story: Story, expert: User | None) -> None:
    if not study.blind:
        raise TrainingRefused(
            "Turn blind coding on first, in the settings of the study: else reviewers read the "
            "gold standard on the desk."
        )
    if expert is None:
        ruled = Adjudication.objects.filter(study=study, story=story, ruled_at__isnull=False)
        if not ruled.exists():
            raise TrainingRefused(
                f"“{story}” has no gold layer yet: adjudicate it first, or choose an expert whose "
                "tags are the gold standard."
            )
        return
    tags = Annotation.objects.in_study(study).standing().filter(annotator=expert)
    if not tags.filter(span__revision__article__story=story).exists():
        raise TrainingRefused(f"{expert} has no tags in “{story}” to measure others by.")
