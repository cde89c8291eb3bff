"""Importing annotations: a file is looked at, its names are decided on, and it is imported."""

from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.views.decorators.http import require_http_methods, require_POST, require_safe
from django.views.decorators.vary import vary_on_headers

from annotations.access import sees_outlets, study_for
from annotations.forms.intakes import DecisionsForm, IntakeForm
from annotations.intake.decisions import Outcome
from annotations.intake.intakes import (
    IntakeRefused,
    decide,
    discard,
    first_rejects,
    start,
    take_in,
    undo_intake,
)
from annotations.interchange.formats import FORMATS
from annotations.interchange.records import Unreadable
from annotations.models import Intake, Role
from annotations.tasks import is_queued, workers_alive

MOST_LISTED = 50


@require_http_methods(["GET", "POST"])
def intakes(request, key):
    """List the imports of a study; POST takes a file in, to be looked at."""
    study = _study(request, key)
    form = IntakeForm(request.POST or None, request.FILES or None, label_suffix="")
    if request.method == "POST" and form.is_valid():
        file = form.cleaned_data["file"]
        try:
            intake = take_in(study, file, filename=file.name, made_by=request.user)
        except Unreadable as problem:
            form.add_error("file", str(problem))
        else:
            return _to("intake", key, intake.pk)
    listed = study.intakes.defer("data", "rejects", "decisions").select_related("made_by")
    context = {
        "study": study,
        "form": form,
        "intakes": listed[:MOST_LISTED],
        "readable": [kind for kind in FORMATS.values() if kind.read],
    }
    status = 422 if request.method == "POST" else 200
    return render(request, "annotations/intakes.html", context, status=status)


@require_http_methods(["GET", "POST"])
@vary_on_headers("HX-Request")
def intake(request, key, intake_id):
    """Show what a file brings or brought; POST decides what its names stand for, and imports it."""
    study = _study(request, key)
    intake = _intake(study, intake_id)
    form = DecisionsForm(request.POST or None, intake=intake)
    if request.method == "POST" and form.is_valid():
        try:
            _take_step(request, intake, form)
        except (IntakeRefused, Unreadable) as problem:
            messages.error(request, str(problem))
        return _to("intake", key, intake.pk)
    context = _context(study, intake) | {"form": form}
    if request.htmx:
        return render(request, "annotations/_intake_state.html", context)
    status = 422 if request.method == "POST" else 200
    return render(request, "annotations/intake.html", context, status=status)


@require_safe
def intake_rejects(request, key, intake_id):
    """Send what is not imported, and why."""
    intake = _intake(_study(request, key), intake_id)
    name = f"{key}-rejects.csv"
    disposition = {"Content-Disposition": f'attachment; filename="{name}"'}
    return HttpResponse(
        "\ufeff" + intake.rejects, content_type="text/csv; charset=utf-8", headers=disposition
    )


@require_POST
def intake_undo(request, key, intake_id):
    """Take the annotations of an import off the texts again."""
    intake = _intake(_study(request, key), intake_id)
    try:
        count = undo_intake(intake, actor=request.user)
    except IntakeRefused as refusal:
        messages.error(request, str(refusal))
    else:
        messages.success(request, f"{count:,} tag{'' if count == 1 else 's'} taken back.")
    return _to("intake", key, intake_id)


@require_POST
def intake_discard(request, key, intake_id):
    """Forget a file that was only looked at."""
    intake = _intake(_study(request, key), intake_id)
    try:
        discard(intake)
    except IntakeRefused as refusal:
        messages.error(request, str(refusal))
        return _to("intake", key, intake_id)
    messages.success(request, f"{intake.filename} was discarded; nothing was imported.")
    return _to("intakes", key)


def _take_step(request, intake: Intake, form: DecisionsForm) -> None:
    """Do what the button says: look again, import, or import here without a worker."""
    step = request.POST.get("step")
    if step in ("look", "import") and intake.state in (Intake.State.LOOKED_AT, Intake.State.UNDONE):
        decide(intake, form.decisions())
    if step in ("import", "now"):
        start(intake, now=step == "now")


def _study(request, key):
    """Return the study for an owner who sees all of it.

    What is there already, and what an import is told of it, would tell the others' tags to
    whoever codes blind.
    """
    study = sees_outlets(study_for(request.user, key, Role.OWNER))
    if study.sight and study.sight.closed:
        raise PermissionDenied(
            "You code stories of this study blind, and an import would tell what others tagged. "
            "Finish your own parts first, or ask another owner."
        )
    return study


def _intake(study, intake_id) -> Intake:
    found = Intake.objects.select_related("made_by").defer("data", "rejects")
    intake = get_object_or_404(found, pk=intake_id, study=study)
    intake.study = study
    return intake


def _context(study, intake: Intake) -> dict:
    outcome = Outcome.of(intake.found)
    running = intake.state == Intake.State.RUNNING
    kind = FORMATS.get(intake.format)
    return {
        "study": study,
        "intake": intake,
        "found": outcome,
        "format": kind.title if kind else intake.format,
        "converted": dict(outcome.converted),
        "missing": outcome.unknown_articles.most_common(20),
        "examples": first_rejects(intake) if outcome.rejected and not running else [],
        "is_queued": running and is_queued("import_annotations", intake_id=str(intake.pk)),
        "has_worker": running and workers_alive() > 0,
        "stories": study.stories.order_by("title").values_list("title", flat=True)[:200],
    }


def _to(name, *args):
    response = redirect(name, *args)
    response.status_code = 303
    return response
