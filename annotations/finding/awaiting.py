"""How far the worker is with what it prepares for a story, and whether there is a worker at all.

Questions only; nothing here writes.
"""

from dataclasses import dataclass

from annotations.models import Study, SuggestionRun
from annotations.tasks import is_queued, workers_alive
from sources.models import Story

TASKS = {SuggestionRun.Kind.SUGGESTIONS: "suggest", SuggestionRun.Kind.PROPOSALS: "propose"}


@dataclass(frozen=True, slots=True)
class Awaited:
    """`run` is None if it never ran; a job may wait for a worker, or for another try."""

    run: SuggestionRun | None
    is_queued: bool
    has_worker: bool


def awaited(study: Study, story: Story, kind: SuggestionRun.Kind) -> Awaited:
    """Return how far the worker is with a story. Three queries."""
    return Awaited(
        run=SuggestionRun.objects.filter(study=study, story=story, kind=kind).first(),
        is_queued=is_queued(TASKS[kind], study_id=study.pk, story_id=story.pk),
        has_worker=workers_alive() > 0,
    )
