"""Take the study away: annotations, gold, rulings and facts as CSV."""

import contextlib
import functools
import tempfile

from django.http import FileResponse
from django.shortcuts import render
from django.utils import timezone
from django.views.decorators.http import require_safe

from annotations.access import sees_outlets, study_for
from annotations.export.columns import ANNOTATIONS, FACTS, GOLD, RULINGS
from annotations.export.concept_export import CONCEPTS
from annotations.export.exporting import (
    ExportMismatch,
    export_annotations,
    export_facts,
    export_gold,
    export_rulings,
)
from annotations.forms.export import ExportForm


@require_safe
def export(request, key):
    """Show what the files hold; the choices of the form go to the files' addresses."""
    study = study_for(request.user, key)
    return _page(request, study, ExportForm(study=study))


@require_safe
def annotations_csv(request, key):
    """Send a row per annotation that stands."""
    study = sees_outlets(study_for(request.user, key))
    form = ExportForm(request.GET, study=study)
    if not form.is_valid():
        return _page(request, study, form, status=422)
    told = {"closed": form.closed(), "gold_in": form.gold_in()}
    write = functools.partial(export_annotations, **told)
    return _file(request, form, "annotations", write, form.annotations())


@require_safe
def gold_csv(request, key):
    """Send a row per tag of the gold layer."""
    study = sees_outlets(study_for(request.user, key))
    form = ExportForm(request.GET, study=study)
    if not form.is_valid():
        return _page(request, study, form, status=422)
    return _file(request, form, "gold", export_gold, form.gold())


@require_safe
def rulings_csv(request, key):
    """Send a row per ruling on a card and annotation on it."""
    study = sees_outlets(study_for(request.user, key))
    form = ExportForm(request.GET, study=study)
    if not form.is_valid():
        return _page(request, study, form, status=422)
    return _file(request, form, "rulings", export_rulings, form.rulings())


@require_safe
def facts_csv(request, key):
    """Send a row per fact, article and span."""
    study = sees_outlets(study_for(request.user, key))
    form = ExportForm(request.GET, study=study)
    if not form.is_valid():
        return _page(request, study, form, status=422)
    return _file(request, form, "facts", export_facts, form.facts())


def _page(request, study, form, *, status=200, mismatch=None):
    whole = ExportForm({}, study=study)
    whole.full_clean()
    context = {
        "study": study,
        "form": form,
        "mismatch": mismatch,
        "annotation_count": whole.annotations().count(),
        "gold_count": whole.gold().count(),
        "ruling_count": whole.rulings().count(),
        "fact_count": whole.facts().count(),
        "concept_count": study.concepts.count(),
        "tables": {
            "annotations.csv": ANNOTATIONS,
            "gold.csv": GOLD,
            "rulings.csv": RULINGS,
            "facts.csv": FACTS,
            "concepts.csv": CONCEPTS,
        },
    }
    return render(request, "annotations/export.html", context, status=status)


def _file(request, form, name, write, chosen):
    """Answer with a file that is whole: it is written and checked before its first byte is sent.

    It waits on disk, so neither memory nor the database is held for as long as a slow client
    reads, and its length is known, so a transfer that breaks off is not taken for the whole.
    """
    with contextlib.ExitStack() as closing:
        file = closing.enter_context(tempfile.TemporaryFile())
        try:
            write(chosen, file, lossless=form.lossless)
        except ExportMismatch as mismatch:
            return _page(request, form.study, form, status=500, mismatch=mismatch)
        closing.pop_all()  # from here on the response closes it
    file.seek(0)
    filename = f"{form.study.key}-{name}-{timezone.now():%Y-%m-%d}.csv"
    response = FileResponse(
        file, as_attachment=True, filename=filename, content_type="text/csv; charset=utf-8"
    )
    response["Cache-Control"] = "no-store"
    return response
