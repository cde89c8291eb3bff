"""Files of a study that take too long for a download: ask for one, take it, remove it."""

from urllib.parse import urlencode

from django.contrib import messages
from django.http import StreamingHttpResponse
from django.shortcuts import redirect
from django.urls import reverse
from django.views.decorators.http import require_POST, require_safe

from annotations.access import prepared_for, sees_outlets, study_for, taken_by
from annotations.export.prepared import extent_of
from annotations.export.preparing import PreparingRefused, order_export, remove_export
from annotations.export.releases import pieces_of
from annotations.forms.export import ExportForm
from annotations.interchange.formats import FORMATS
from annotations.plans import planned_anew
from annotations.views.export import as_file, export_page, format_for


@require_POST
@planned_anew()
def export_prepare(request, key, format):
    """Have a worker make a file; one that is made quickly is sent at once instead."""
    study = sees_outlets(study_for(request.user, key))
    kind = format_for(format)
    form = ExportForm(request.POST, study=study)
    if not form.is_valid():
        return export_page(request, study, form, status=422)
    choice = form.choice()
    if not extent_of(choice.annotations(study)).is_long(kind.key):
        asked = urlencode({field.name: field.value() or "" for field in form})
        return _see(f"{reverse('export_format', args=[key, kind.key])}?{asked}")
    try:
        order_export(study, kind.key, choice, made_by=request.user, now="now" in request.POST)
    except PreparingRefused as refusal:
        return export_page(request, study, form, status=409, refusal=refusal)
    return _see(f"{reverse('export', args=[key])}#prepared")


@require_safe
def prepared_file(request, key, prepared_id):
    """Send the file, piece by piece as it lies in the database, to whoever asked for it."""
    study = study_for(request.user, key)
    prepared = taken_by(request.user, study, prepared_id)
    response = StreamingHttpResponse(pieces_of(prepared))
    response["Content-Length"] = prepared.size
    kind = FORMATS[prepared.format]
    return as_file(response, study, "annotations", kind, made_at=prepared.finished_at)


@require_POST
def prepared_remove(request, key, prepared_id):
    """Remove a file, or cancel its making."""
    study = study_for(request.user, key)
    prepared = prepared_for(request.user, study, prepared_id)
    remove_export(prepared)
    said = "The file was removed." if prepared.finished_at else "The file is not made any more."
    messages.success(request, said)
    return _see(f"{reverse('export', args=[key])}#prepared")


def _see(address):
    response = redirect(address)
    response.status_code = 303
    return response
