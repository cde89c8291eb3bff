"""Take the study away: its tables as CSV, and its annotations in the formats of other tools."""

import contextlib
import functools
import tempfile

from django.http import FileResponse, Http404
from django.shortcuts import render
from django.utils import timezone
from django.utils.http import content_disposition_header
from django.views.decorators.http import require_safe
from django.views.decorators.vary import vary_on_headers

from annotations.access import sees_outlets, study_for
from annotations.export.breaking_off import told_break
from annotations.export.choosing import told_to
from annotations.export.columns import ANNOTATIONS, FACTS, GOLD, RULINGS
from annotations.export.concept_export import CONCEPTS
from annotations.export.documents import export_as
from annotations.export.exporting import (
    ExportMismatch,
    export_annotations,
    export_facts,
    export_gold,
    export_rulings,
    stream_annotations,
)
from annotations.export.prepared import extent_of, standing_of
from annotations.forms.export import ExportForm
from annotations.interchange.formats import FORMATS, PURPOSES, outgoing
from annotations.plans import planned_anew
from annotations.views.streaming import LONG, may_break_off, stream

CSV = FORMATS["csv"]


@require_safe
@vary_on_headers("HX-Request")
@planned_anew()
def export(request, key):
    """Show what the files hold; the choices of the form go to the files' addresses.

    htmx asks for the files that are prepared, and whether they are stale, which takes a while.
    """
    study = study_for(request.user, key)
    if request.htmx.target == "prepared":
        standing = standing_of(study, study.role, request.user, compare=True)
        context = {"study": study, "standing": standing}
        return render(request, "annotations/_prepared.html", context)
    return export_page(request, study, ExportForm(study=study))


@require_safe
def annotations_csv(request, key):
    """Send a row per annotation that stands."""
    study = sees_outlets(study_for(request.user, key))
    form = ExportForm(request.GET, study=study)
    if not form.is_valid():
        return export_page(request, study, form, status=422)
    told = told_to(study, study.role)
    chosen = form.annotations()
    if may_break_off(request) and chosen[: LONG + 1].count() > LONG:
        pieces = stream_annotations(chosen, lossless=form.lossless, **told)
        return as_file(stream(request, study, pieces), study, "annotations")
    write = functools.partial(export_annotations, **told)
    return _file(request, form, "annotations", write, chosen)


@require_safe
def gold_csv(request, key):
    """Send a row per tag of the gold layer."""
    study = sees_outlets(study_for(request.user, key))
    form = ExportForm(request.GET, study=study)
    if not form.is_valid():
        return export_page(request, study, form, status=422)
    return _file(request, form, "gold", export_gold, form.gold())


@require_safe
def rulings_csv(request, key):
    """Send a row per ruling on a card and annotation on it."""
    study = sees_outlets(study_for(request.user, key))
    form = ExportForm(request.GET, study=study)
    if not form.is_valid():
        return export_page(request, study, form, status=422)
    return _file(request, form, "rulings", export_rulings, form.rulings())


@require_safe
def facts_csv(request, key):
    """Send a row per fact, article and span."""
    study = sees_outlets(study_for(request.user, key))
    form = ExportForm(request.GET, study=study)
    if not form.is_valid():
        return export_page(request, study, form, status=422)
    return _file(request, form, "facts", export_facts, form.facts())


@require_safe
@planned_anew()
def export_format(request, key, format):
    """Send the annotations in a format of other tools, or say that they have to be prepared."""
    study = sees_outlets(study_for(request.user, key))
    kind = format_for(format)
    form = ExportForm(request.GET, study=study)
    if not form.is_valid():
        return export_page(request, study, form, status=422)
    if extent_of(form.annotations()).is_long(kind.key):
        return export_page(request, study, form, status=409, too_long=kind)
    told = told_to(study, study.role)

    def write(chosen, file, *, lossless):  # noqa: ARG001 - cells are a matter of CSV
        return export_as(kind.key, study, chosen, file, **told)

    return _file(request, form, "annotations", write, form.annotations(), kind)


def format_for(key):
    """Return a format that annotations go out in."""
    kind = next((kind for kind in outgoing() if kind.key == key), None)
    if kind is None:
        raise Http404("No such format")
    return kind


def export_page(request, study, form, *, status=200, mismatch=None, too_long=None, refusal=""):
    """Answer with the page; `too_long` is a format that has to be prepared for what was asked."""
    broken = "" if mismatch else told_break(request.session, study)
    compare = "compare" in request.GET
    whole = ExportForm({}, study=study)
    whole.full_clean()
    extent = extent_of(whole.annotations())
    formats = [(kind, PURPOSES[kind.key], extent.is_long(kind.key)) for kind in outgoing()]
    context = {
        "study": study,
        "form": form,
        "mismatch": mismatch or broken,
        "broken_off": bool(broken),
        "too_long": too_long,
        "refusal": refusal,
        "standing": standing_of(study, study.role, request.user, compare=compare),
        "annotation_count": extent.tags,
        "gold_count": whole.gold().count(),
        "ruling_count": whole.rulings().count(),
        "fact_count": whole.facts().count(),
        "concept_count": study.concepts.count(),
        "formats": formats,
        "some_prepared": any(is_long for *_, is_long in formats),
        "tables": {
            "annotations.csv": ANNOTATIONS,
            "gold.csv": GOLD,
            "rulings.csv": RULINGS,
            "facts.csv": FACTS,
            "concepts.csv": CONCEPTS,
        },
    }
    return render(request, "annotations/export.html", context, status=status)


def _file(request, form, name, write, chosen, kind=CSV):
    """Answer with a file that is whole: it is written and checked before its first byte is sent.

    It waits on disk, so neither memory nor the database is held for as long as a slow client
    reads, and its length is known, so a transfer that breaks off is not taken for the whole.
    """
    with contextlib.ExitStack() as closing:
        file = closing.enter_context(tempfile.TemporaryFile())
        try:
            write(chosen, file, lossless=form.lossless)
        except ExportMismatch as mismatch:
            return export_page(request, form.study, form, status=500, mismatch=mismatch)
        closing.pop_all()  # from here on the response closes it
    file.seek(0)
    return as_file(FileResponse(file), form.study, name, kind)


def as_file(response, study, name, kind=CSV, made_at=None):
    """Let a response be kept as a file of the study, of today or of when it was made."""
    day = timezone.localtime(made_at)
    filename = f"{study.key}-{name}-{day:%Y-%m-%d}{kind.suffix}"
    response["Content-Type"] = kind.media_type
    response["Content-Disposition"] = content_disposition_header(True, filename)
    response["Cache-Control"] = "no-store"
    return response
