"""Arranging a study: its name, who sees what of it, and how its stories are coded."""

import hashlib
import json
from collections.abc import Mapping
from typing import Any

from django.db import transaction

from annotations.models import Annotation, Study
from annotations.team.blinding import closed_to_members
from annotations.team.veiling import letter_outlets

SETTINGS = (
    "name",
    "blind",
    "blind_until",
    "outlets_hidden",
    "mastheads_masked",
    "coders_per_story",
    "coders_may_rule",
    "pass_mark",
    "licence",
    "texts_released",
)


class SettingsConflict(ValueError):
    """Somebody changed the settings since they were read. `current` is the study as it stands."""

    def __init__(self, current: Study) -> None:
        super().__init__(
            "Somebody changed these settings since you opened them. What you chose is kept in the "
            "form: compare it with what stands now and save again."
        )
        self.current = current


class OpensTags(ValueError):
    """The change would show tags to people who do not see them yet, and nobody confirmed that."""

    def __init__(self, tags: int, stories: int, people: int) -> None:
        super().__init__(
            f"This shows {_number(tags, 'tag')} in {_number(stories, 'story', 'stories')} to "
            f"{_number(people, 'person', 'people')} who now see only their own there. It cannot be "
            "taken back: who has seen what others tagged does not code independently any more."
        )
        self.tags = tags


def settings_of(study: Study) -> dict[str, Any]:
    """Return the study's settings as they are in memory."""
    return {name: getattr(study, name) for name in SETTINGS}


def digest_of(study: Study) -> str:
    """Return a digest of the settings: what a change says it has seen."""
    return hashlib.sha256(json.dumps(settings_of(study)).encode()).hexdigest()


def arrange_study(
    study: Study, wanted: Mapping[str, Any], *, seen: str, confirmed: int | None = None
) -> dict[str, Any]:
    """Change the settings; return those that changed, with what they were.

    `seen` is the `digest_of` what the person saw. Raises SettingsConflict if something else
    stands; OpensTags if tags would be shown that are hidden now, unless their number is
    `confirmed`. Nothing is written then. Hidden outlets get their letters.
    """
    with transaction.atomic():
        current = Study.objects.select_for_update().get(pk=study.pk)
        was = settings_of(current)
        changed = {name: was[name] for name in SETTINGS if wanted[name] != was[name]}
        if not changed:
            return {}
        if digest_of(current) != seen:
            raise SettingsConflict(current)
        closed = closed_to_members(current)
        for name in changed:
            setattr(current, name, wanted[name])
        current.save(update_fields=list(changed))
        _check_opened(current, closed - closed_to_members(current), confirmed)
        letter_outlets(current)
    return changed


def _check_opened(study: Study, opened: set[tuple[int, int]], confirmed: int | None) -> None:
    """Raise OpensTags for (member, story) that are closed no more and where there are tags."""
    stories = {story for _, story in opened}
    tags = Annotation.objects.in_study(study).standing()
    tags = tags.filter(span__revision__article__story__in=stories)
    count = tags.count() if stories else 0
    if count and confirmed != count:
        raise OpensTags(count, len(stories), len({member for member, _ in opened}))


def _number(count: int, one: str, many: str = "") -> str:
    return f"{count} {one if count == 1 else many or one + 's'}"
