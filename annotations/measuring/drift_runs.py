"""Drift of a large study, as a worker computes it: what is stored, how far it is, computing it.

What a reader sees is stored by the stories that are closed to them, so that nobody is shown
figures that count a story of which they have a part still to code.
"""

import hashlib
from collections.abc import Mapping
from dataclasses import astuple, dataclass
from datetime import date
from typing import Any

from django.utils import timezone

from annotations.measuring.agreement_runs import basis_of
from annotations.measuring.drift import (
    PERIODS,
    Figures,
    Leaning,
    Part,
    Scope,
    by_period,
    leanings_in,
    work_in,
)
from annotations.models import Annotation, DriftRun, Study
from annotations.plans import planned_anew
from annotations.tasks import drift_later, is_queued, workers_alive

AT_ONCE = 10_000  # standing tags: so many are counted in a quarter of a second or so
MOST_KEPT = 10  # runs of a study that leave stories out, beside the one of all its stories


@dataclass(frozen=True, slots=True)
class Standing:
    """How far the figures of a reader are; `run` is None if they were never asked for.

    `is_stale` says whether tags, texts, codes or parts changed since; None: that was not asked.
    """

    run: DriftRun | None
    is_queued: bool
    has_worker: bool
    is_stale: bool | None = None

    @property
    def is_there(self) -> bool:
        """Whether there are figures to show."""
        return self.run is not None and self.run.finished_at is not None

    @property
    def is_under_way(self) -> bool:
        """Whether somebody has begun to compute what was asked for."""
        run = self.run
        return bool(run and run.started_at and run.started_at >= run.asked_at)

    @property
    def asks_again(self) -> str:
        """Return when the page asks for this anew, in the words of htmx; "" for never."""
        if self.is_queued:
            return "every 2s" if self.has_worker else ""
        return "load" if self.is_there and self.is_stale is None else ""

    @property
    def shown_at(self) -> str:
        """Return which figures there are, by the time when they were finished."""
        finished = self.run.finished_at if self.run else None
        return finished.isoformat() if finished else ""


def is_large(study: Study) -> bool:
    """Return whether its drift takes too long to be computed while a page waits. One query."""
    tags = Annotation.objects.in_study(study).standing().order_by()
    return tags[: AT_ONCE + 1].count() > AT_ONCE


def standing_of(study: Study, *, compare: bool = False) -> Standing:
    """Return how far the figures of the study's reader are. Three queries at most.

    With `compare` also whether they are stale, if nobody is at it: one more, which takes a while.
    """
    run = DriftRun.objects.filter(study=study, left_out=_digest(_closed(study))).first()
    if run is None:
        return Standing(None, is_queued=False, has_worker=workers_alive() > 0)
    waits = not _is_answered(run) and is_queued("compute_drift", run_id=run.pk)
    compares = compare and run.finished_at is not None and not waits
    return Standing(
        run=run,
        is_queued=waits,
        has_worker=workers_alive() > 0,
        is_stale=run.basis != basis_of(study).digest if compares else None,
    )


def figures_in(run: DriftRun, weeks: int) -> Figures:
    """Return what a run stored, for periods of so many weeks."""
    return Figures(
        parts={
            int(coder): {date.fromisoformat(day): Part(*part) for day, part in own.items()}
            for coder, own in run.figures["parts"][str(weeks)].items()
        },
        leanings={
            int(coder): {int(code): Leaning(*leaning) for code, leaning in own.items()}
            for coder, own in run.figures["leanings"].items()
        },
    )


def prepare(study: Study, *, now: bool = False) -> None:
    """Have a worker compute what the study's reader may see; `now` computes it here."""
    closed = _closed(study)
    run, _ = DriftRun.objects.update_or_create(
        study=study,
        left_out=_digest(closed),
        defaults={"closed": closed, "asked_at": timezone.now()},
    )
    if now:
        _compute(run)
    else:
        drift_later(run.pk)


def carry_out(run_id: int) -> None:
    """Compute a run, unless somebody has since it was asked for."""
    run = DriftRun.objects.select_related("study__codebook").filter(pk=run_id).first()
    if run and not _is_answered(run):  # it may have been forgotten meanwhile
        _compute(run)


def _compute(run: DriftRun) -> None:
    """Put new figures in the place of the old ones; until then, and if it fails, these stand."""
    run.started_at, run.said = timezone.now(), ""
    run.save(update_fields=["started_at", "said"])
    basis = basis_of(run.study).digest
    try:
        figures = _figures(run)
    except Exception as error:
        run.said = f"{type(error).__name__}: {error}"[:500]
        run.save(update_fields=["said"])
        raise
    run.figures, run.basis, run.finished_at = figures, basis, timezone.now()
    run.save(update_fields=["figures", "basis", "finished_at"])
    _forget(run.study)


@planned_anew()
def _figures(run: DriftRun) -> dict[str, Any]:
    """Return the figures in the shape that `figures_in` reads."""
    scope = Scope.without(run.study, run.closed)
    work = work_in(run.study, scope=scope)
    parts = {weeks: by_period(work, weeks) for weeks in PERIODS}
    return {
        "parts": {weeks: _plain(by_coder) for weeks, by_coder in parts.items()},
        "leanings": _plain(leanings_in(run.study, scope)),
    }


def _plain(by_coder: Mapping[int, Mapping[Any, Part | Leaning]]) -> dict[int, dict[str, Any]]:
    return {
        coder: {str(of): astuple(each) for of, each in own.items()}
        for coder, own in by_coder.items()
    }


def _is_answered(run: DriftRun) -> bool:
    """Return whether it was computed after it was last asked for."""
    return run.finished_at is not None and run.finished_at >= run.asked_at


def _closed(study: Study) -> list[int]:
    return sorted(study.sight.closed) if study.sight else []


def _digest(closed: list[int]) -> str:
    if not closed:
        return ""
    return hashlib.sha256(",".join(map(str, closed)).encode()).hexdigest()


def _forget(study: Study) -> None:
    """Delete the runs that were asked for longest ago, but for so many and that of all stories."""
    narrowed = DriftRun.objects.filter(study=study).exclude(left_out="")
    old = narrowed.order_by("-asked_at").values_list("pk", flat=True)[MOST_KEPT:]
    DriftRun.objects.filter(pk__in=list(old)).delete()
