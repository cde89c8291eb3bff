"""The codebook as a file: taken away as CSV or JSON, and brought in again after a preview."""

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.utils.text import slugify
from django.views.decorators.http import require_http_methods, require_safe

from annotations.access import codified_by, study_for
from annotations.codebook.codebook_files import BadFile, Row, as_csv, as_json, as_read, read_file
from annotations.codebook.codebook_plan import plan_import, rows_of
from annotations.codebook.codebooks import import_codes
from annotations.codebook.codifying import CodeRefused
from annotations.forms.codebook import ApplyFileForm, CodebookFileForm
from annotations.models import Role

MEDIA_TYPES = {"csv": "text/csv; charset=utf-8", "json": "application/json"}


@require_safe
def codebook_file(request, key, form):
    """Send the codebook as it stands."""
    study = study_for(request.user, key)
    book = study.codebook
    rows = rows_of(list(book.codes.all()))
    data = as_csv(rows) if form == "csv" else as_json(book.name, rows)
    name = f"{slugify(book.name) or 'codebook'}-{book.revision}.{form}"
    disposition = {"Content-Disposition": f'attachment; filename="{name}"'}
    return HttpResponse(data, content_type=MEDIA_TYPES[form], headers=disposition)


@require_http_methods(["GET", "POST"])
def codebook_import(request, key):
    """Take a file with codes, show what it would change, and carry that out when confirmed."""
    study = codified_by(request.user, study_for(request.user, key, Role.OWNER))
    if "seen" in request.POST:
        return _apply(request, study)
    form = CodebookFileForm(request.POST or None, request.FILES or None, label_suffix="")
    if request.method == "POST" and form.is_valid():
        try:
            rows = read_file(form.data_of())
        except BadFile as problem:
            form.add_error(None, str(problem))
        else:
            return _preview(request, study, rows)
    context = {"study": study, "form": form}
    status = 422 if request.method == "POST" else 200
    return render(request, "annotations/codebook_import.html", context, status=status)


def _apply(request, study):
    """Carry out a preview that was confirmed, or show it anew if it can no longer be so."""
    form = ApplyFileForm(request.POST, label_suffix="")
    try:
        rows = read_file(request.POST.get("text", "").encode())
    except BadFile as problem:
        messages.error(request, str(problem))
        return redirect("codebook_import", study.key)
    if form.is_valid():
        given = {"seen": form.cleaned_data["seen"], "reason": form.cleaned_data["reason"]}
        given["retire_missing"] = form.cleaned_data["missing"] == "retire"
        try:
            plan = import_codes(study.codebook, rows, **given, made_by=request.user)
        except CodeRefused as refusal:
            form.refuse(refusal)
        else:
            added, changed = len(plan.added), len(plan.changed)
            messages.success(request, f"The file is imported: {added} added, {changed} changed.")
            return redirect("codebook_history", study.key)
    study.codebook.refresh_from_db()
    form.data = form.data | {"seen": study.codebook.revision}
    return _preview(request, study, rows, form, status=422)


def _preview(request, study, rows: list[Row], form: ApplyFileForm | None = None, status: int = 200):
    """Show what the rows would change; the file travels in the form that confirms it."""
    if form is None:
        kept = {"text": as_read(rows), "seen": study.codebook.revision, "missing": "keep"}
        form = ApplyFileForm(initial=kept, label_suffix="")
    plan = plan_import(study.codebook, rows)
    context = {"study": study, "plan": plan, "form": form}
    status = 422 if plan.problems else status
    return render(request, "annotations/codebook_preview.html", context, status=status)
