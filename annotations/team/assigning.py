"""Assigning: give members stories to code, by hand or balanced, and take parts back."""

from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime

from django.contrib.auth.models import User
from django.db import transaction
from django.db.models import Max

from annotations.models import Assignment, Study
from annotations.team.assignments import (
    Balance,
    Wish,
    balance_of,
    last_batch,
    may_code,
    needing_coder,
    people_of,
    replacement_of,
)
from annotations.team.balancing import Part
from annotations.team.training import give_training

State = Assignment.State


class AssignRefused(ValueError):
    """The parts cannot be as asked; the message says why. Nothing was written."""


class PartsBegun(AssignRefused):
    """Parts that were begun would be taken away. `parts` are these."""

    def __init__(self, parts: list[Assignment]) -> None:
        super().__init__("Some of these parts were begun.")
        self.parts = parts


class PlanChanged(AssignRefused):
    """What would be assigned is not what was shown."""


@dataclass(frozen=True, slots=True)
class Changed:
    """How many parts an action gave and took."""

    given: int
    taken: int


def change_parts(
    study: Study,
    *,
    add: Collection[Part],
    remove: Collection[Part],
    sure: bool = False,
    moderator: User,
) -> Changed:
    """Give the parts (story, coder) of `add` and take those of `remove`; no others change.

    What is there already, or gone already, is passed over. Raises AssignRefused for a person who
    may not code, and PartsBegun for parts that were begun unless `sure`. Tags always stay.
    """
    with transaction.atomic():
        _lock(study)
        stories = set(study.stories.values_list("pk", flat=True))
        wanted = [part for part in add if part[0] in stories]
        _check_coders(study, {coder for _, coder in wanted})
        there = study.assignments.filter(coder__in={coder for _, coder in remove})
        going = [part for part in there if (part.story_id, part.coder_id) in set(remove)]
        if begun := [part.pk for part in going if part.state != State.TO_DO and not sure]:
            parts = study.assignments.filter(pk__in=begun).select_related("story", "coder")
            raise PartsBegun(list(parts.order_by("story__title", "coder__username")))
        study.assignments.filter(pk__in=[part.pk for part in going]).delete()
        given = _give(study, _by_coder(sorted(wanted)), moderator)
    return Changed(given, len(going))


def assign_balanced(study: Study, wish: Wish, *, digest: str, moderator: User) -> Changed:
    """Give the parts of the plan that was shown, which `digest` names.

    Raises PlanChanged if it would be another one by now, and AssignRefused if stories would lack
    coders.
    """
    with transaction.atomic():
        _lock(study)
        _check_coders(study, wish.coders)
        balance = balance_of(study, wish)
        if balance.digest != digest:
            raise PlanChanged(
                "Parts or stories changed since you looked, so the plan is another one now. Look "
                "at it again before you assign it."
            )
        _check_enough(balance)
        return Changed(_give(study, balance.plan.stories, moderator), 0)


def replace_coders(study: Study, *, seed: int, moderator: User) -> Changed:
    """Give the parts that need a coder to others, balanced; what was tagged stays.

    Raises AssignRefused if there are not enough people.
    """
    with transaction.atomic():
        _lock(study)
        balance = replacement_of(study, seed)
        _check_enough(balance)
        gone = list(needing_coder(study).values_list("pk", flat=True))
        study.assignments.filter(pk__in=gone).delete()
        return Changed(_give(study, balance.plan.stories, moderator), len(gone))


def take_back_batch(study: Study, at: datetime) -> int:
    """Take back what was assigned last, at `at`; return how many parts.

    Raises AssignRefused if anything of it was begun, or something was assigned since. Training
    that was given along is taken back as far as it was not begun.
    """
    with transaction.atomic():
        _lock(study)
        batch = last_batch(study)
        if batch is None or batch.at != at:
            raise AssignRefused(
                "This cannot be undone any more: somebody began, or assigned something else, or "
                "undid it already."
            )
        given = study.assignments.filter(assigned_at=at, state=State.TO_DO)
        given.delete()
        return batch.parts


def _give(study: Study, stories: Mapping[int, Iterable[int]], moderator: User) -> int:
    """Make the parts, behind those that each coder has; training comes along. Return how many."""
    mine = study.assignments.filter(coder__in=stories).order_by()
    last = dict(mine.values_list("coder").annotate(Max("position")))
    before = study.assignments.count()
    Assignment.objects.bulk_create(
        [
            Assignment(
                study=study,
                story_id=story,
                coder_id=coder,
                position=position,
                assigned_by=moderator,
            )
            for coder, own in sorted(stories.items())
            for position, story in enumerate(own, last.get(coder, 0) + 1)
        ],
        ignore_conflicts=True,
    )
    given = study.assignments.count() - before
    give_training(study, stories, by=moderator)
    return given


def _by_coder(parts: Iterable[Part]) -> dict[int, list[int]]:
    own: dict[int, list[int]] = {}
    for story, coder in parts:
        own.setdefault(coder, []).append(story)
    return own


def _check_coders(study: Study, coders: Collection[int]) -> None:
    known = {person.pk for person in people_of(study) if may_code(person)}
    if not known >= set(coders):
        raise AssignRefused(
            "Somebody you chose is no longer a member of the study, or their account is closed. "
            "Load the page again."
        )


def _check_enough(balance: Balance) -> None:
    if short := len(balance.plan.short):
        stories = "1 story" if short == 1 else f"{short} stories"
        raise AssignRefused(
            f"There are not enough people: {stories} would have fewer coders than you ask. Choose "
            "more people, or fewer coders for a story."
        )


def _lock(study: Study) -> None:
    """Have those who assign in one study at the same moment do it one after the other."""
    Study.objects.select_for_update().get(pk=study.pk)
