"""Computing agreement: the figures of a selection of a study's tags, stored until the next time."""

import tomllib
from collections.abc import Callable
from functools import cache
from time import monotonic
from typing import TYPE_CHECKING

from django.conf import settings
from django.db import transaction
from django.utils import timezone

from annotations.agreement.selection import Selection
from annotations.measuring.agreement_runs import (
    ABOUT,
    CONFUSION,
    QUICK,
    SMALL,
    Basis,
    basis_of,
)
from annotations.models import AgreementFigure, AgreementRun, Study
from annotations.plans import planned_anew

if TYPE_CHECKING:
    import numpy as np

    from annotations.agreement.codings import Codings
    from annotations.agreement.figures import Figure
    from annotations.agreement.parts import Part
    from annotations.measuring.coded import Coded

SAMPLES, SEED = 1000, 0
MOST_KEPT = 200  # selections of a study, beside the whole: what nobody asks for is forgotten
NOTE_EVERY = 1.0  # seconds between two notes of how far it is
BY_A_WORKER = "γ takes long: a worker computes it, if one runs"
REST = 10  # times as long as it took the figures are left alone before they are renewed


def prepare(study: Study, chosen: Selection, *, now: bool = False) -> None:
    """Compute the figures of a selection, or have a worker do it if that takes too long.

    `now` computes them here in any case; without a worker so are those of a study of some size.
    """
    # The task calls `agree`: imported here, since the two modules need each other.
    from annotations.tasks import agree_later, workers_alive

    has_worker = workers_alive() > 0
    if now or basis_of(study).effort <= (QUICK if has_worker else SMALL):
        agree(study, chosen)
        if not (has_worker and has_gamma()):
            return
    agree_later(study.pk, chosen.address)


def renew() -> None:
    """Have a worker compute anew the figures of each whole study that changed since.

    Where tags come all the time, figures rest for ten times as long as they took.
    """
    from annotations.tasks import agree_later

    runs = {run.study_id: run for run in AgreementRun.objects.filter(selection="")}
    for study in Study.objects.filter(annotations__isnull=False).distinct():
        run = runs.get(study.pk)
        if run and run.finished_at:
            took = run.finished_at - run.started_at
            if run.finished_at + REST * took > timezone.now():
                continue
            if run.basis == basis_of(study).digest:
                continue
        agree_later(study.pk, "")


@planned_anew()
def agree(study: Study, chosen: Selection, *, gamma: bool = False) -> AgreementRun:
    """Compute the figures of a selection and put them in the place of the old ones, all at once.

    Until then the old ones stand. Twice, or two at once, is as good as once. `gamma` computes that
    one too, which may take minutes.
    """
    basis = basis_of(study)
    run = _begin(study, chosen)
    _replace(run, basis, _figures(run, chosen, gamma=gamma, note=_noting(run)))
    return run


def compute(study: Study, chosen: Selection) -> tuple[AgreementRun, list[AgreementFigure]]:
    """Return the figures of a selection and their run; nothing is stored. γ is not among them.

    The same data give the same, whatever is installed.
    """
    from annotations.agreement.gamma import GAMMA

    run = AgreementRun(
        study=study,
        selection=chosen.address,
        basis=basis_of(study).digest,
        version=version(),
        samples=SAMPLES,
        seed=SEED,
    )
    figures = _figures(run, chosen, gamma=False, note=lambda: None)
    return run, [figure for figure in figures if figure.measure != GAMMA.key]


def _figures(
    run: AgreementRun, chosen: Selection, *, gamma: bool, note: Callable[[], None]
) -> list[AgreementFigure]:
    """Return the figures of a selection; `run.total` is set to the number of steps to `note`."""
    # Here, so that pages that compute nothing need not wait for numpy.
    import numpy as np

    from annotations.agreement.everything import MEASURES
    from annotations.agreement.parts import WHOLE, Plan
    from annotations.measuring.coded import load

    everything = load(run.study, chosen)
    coded = everything.shared()
    # Who asks for one code wants it, whether it speaks of bias or not.
    counts = coded.counts if chosen.code is None else np.ones_like(coded.counts)
    plan = Plan(coded.codings, counts, coded.outlets, MEASURES, SAMPLES, SEED)
    run.total = plan.steps
    rows = _about(run, coded, everything)
    for part, figures in plan.figures():
        if part.kind == WHOLE:
            counted = coded.codings.select(spans=counts[coded.codings.code])
            figures.append(_gamma(counted, compute=gamma))
        of = _key(part, coded)
        rows += [_row(run, part.kind, of, figure) for figure in figures]
        note()
    return rows + _confusion(run, chosen, coded, counts)


def has_gamma() -> bool:
    """Return whether the optional package that computes γ is installed."""
    from annotations.agreement.gamma import is_installed

    return is_installed()


def _gamma(codings: "Codings", *, compute: bool) -> "Figure":
    """Return γ, or the reason why it is not there; never raises."""
    from annotations.agreement.figures import Figure
    from annotations.agreement.gamma import GAMMA, gamma_figure

    if compute or not has_gamma():
        return gamma_figure(codings, samples=SAMPLES, seed=SEED)
    coders = codings.coder_count
    return Figure(GAMMA.key, None, None, None, 0, 0, coders, reason=BY_A_WORKER)


def _begin(study: Study, chosen: Selection) -> AgreementRun:
    run, _ = AgreementRun.objects.get_or_create(study=study, selection=chosen.address)
    run.started_at, run.done, run.said = timezone.now(), 0, ""
    run.save(update_fields=["started_at", "done", "said"])
    return run


def _noting(run: AgreementRun) -> Callable[[], None]:
    """Return what notes one more step, now and then also in the database."""
    noted = monotonic()

    def note() -> None:
        nonlocal noted
        run.done = min(run.done + 1, run.total)
        if monotonic() - noted > NOTE_EVERY:
            noted = monotonic()
            run.save(update_fields=["done", "total"])

    return note


def _row(run: AgreementRun, part: str, of: str, figure: "Figure") -> AgreementFigure:
    return AgreementFigure(
        run=run,
        part=part,
        of=of,
        measure=figure.measure,
        value=figure.value,
        low=figure.low,
        high=figure.high,
        units=figure.units,
        stories=figure.stories,
        coders=figure.coders,
        reason=figure.reason[:300],
        interval_reason=figure.interval_reason[:300],
    )


def _key(part: "Part", coded: "Coded") -> str:
    """Return the primary keys of what a figure is of, joined as in an address."""
    keys = {"story": coded.stories, "code": coded.codes, "pair": coded.coders}.get(part.kind)
    return "-".join(str(keys[index] if keys else index) for index in part.of)


def _confusion(
    run: AgreementRun, chosen: Selection, coded: "Coded", counts: "np.ndarray"
) -> list[AgreementFigure]:
    """Return how often two coders gave which codes to matched spans, a row for each cell.

    0 stands for no partner. Empty cells are left out.
    """
    from annotations.agreement.parts import confusion_of

    codings = coded.codings.select(spans=counts[coded.codings.code])
    table = confusion_of(codings, ordered=chosen.pair is not None)
    keys = (*coded.codes, 0)
    return [
        AgreementFigure(
            run=run,
            part=CONFUSION,
            of=f"{keys[row]}-{keys[column]}",
            measure=CONFUSION,
            value=float(table[row, column]),
            units=int(table[row, column]),
        )
        for row, column in zip(*map(list, table.nonzero()), strict=True)
    ]


def _about(run: AgreementRun, coded: "Coded", alone: "Coded") -> list[AgreementFigure]:
    """Return what the figures are about, as counts that are stored beside them."""
    codings = coded.codings
    counts = {
        "stories": len(coded.stories),
        "texts": len(coded.texts),
        "coders": codings.coder_count,
        "tags": len(codings.text),
        "counted": int(coded.counts[codings.code].sum()),
        "units": sum(len(ranges) for ranges in codings.units),
        "characters": int(codings.lengths.sum()),
        "adrift": coded.adrift,
        "codebook": run.study.codebook.revision,
        "texts_alone": len(alone.texts) - len(coded.texts),
        "stories_alone": len(alone.stories) - len(coded.stories),
    }
    return [
        AgreementFigure(run=run, part=ABOUT, of=name, measure=ABOUT, value=count, units=count)
        for name, count in counts.items()
    ]


def _replace(run: AgreementRun, basis: Basis, rows: list[AgreementFigure]) -> None:
    """Put new figures in the place of the old ones; nobody ever sees half."""
    with transaction.atomic():
        AgreementRun.objects.select_for_update().get(pk=run.pk)
        run.figures.all().delete()
        AgreementFigure.objects.bulk_create(rows, batch_size=1000)
        run.basis, run.version, run.samples, run.seed = basis.digest, version(), SAMPLES, SEED
        run.done, run.finished_at = run.total, timezone.now()
        run.save()
        _forget(run.study)


def _forget(study: Study) -> None:
    """Delete the selections that were computed longest ago, but for so many."""
    narrowed = AgreementRun.objects.filter(study=study).exclude(selection="")
    old = narrowed.order_by("-started_at").values_list("pk", flat=True)[MOST_KEPT:]
    AgreementRun.objects.filter(pk__in=list(old)).delete()


@cache
def version() -> str:
    """Return the version of the software, which the figures name."""
    project = tomllib.loads((settings.BASE_DIR / "pyproject.toml").read_text())
    return f"Parallax {project['project']['version']}"
