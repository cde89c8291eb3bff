"""The codebook: what each code means; its owners edit it in place."""

from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.forms.models import model_to_dict
from django.http import Http404, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils.cache import get_conditional_response, patch_cache_control
from django.views.decorators.http import require_http_methods, require_safe

from annotations.access import study_for
from annotations.codes import all_codes, entries, fingerprint, stylesheet_of
from annotations.codifying import (
    EDITABLE,
    CodeRefused,
    add_code,
    edit_code,
    may_codify,
    remove_code,
)
from annotations.forms.codebook import CodeForm, NewCodeForm
from annotations.models import Code, Codebook, Role

NEW = "new"
YEAR = 365 * 24 * 60 * 60  # seconds


@require_http_methods(["GET", "POST"])
def codebook(request, key):
    """Read the codebook; `?code=` opens one code, or a new one, for editing."""
    study = study_for(request.user, key)
    may_edit = study.role >= Role.OWNER and may_codify(request.user, study.codebook)
    code, form = None, None
    if wanted := request.GET.get("code", ""):
        if not may_edit:
            raise PermissionDenied("Only an owner of every study with this codebook edits it.")
        code = None if wanted == NEW else _code(study, wanted)
        form = _form(request.POST or None, study, code)
    elif request.method == "POST":
        raise Http404("No code is named")
    if request.method == "POST":
        saved = _save(request, study, form, code)
        if saved:
            return _back(study, saved)
    listed = entries(study)
    context = {
        "study": study,
        "entries": listed,
        "fingerprint": fingerprint(stylesheet_of(all_codes(listed))),
        "may_edit": may_edit,
        "opened": code,
        "form": form,
    }
    status = 422 if request.method == "POST" else 200
    return render(request, "annotations/codebook.html", context, status=status)


@require_safe
def stylesheet(request, codebook_id):
    """Serve the colours of a codebook; with the fingerprint as `v` it may be kept for good."""
    books = Codebook.objects.all()
    if not request.user.is_superuser:
        books = books.filter(studies__memberships__user=request.user).distinct()
    book = get_object_or_404(books, pk=codebook_id)
    css = stylesheet_of(book.codes.all())
    mark = fingerprint(css)
    response = HttpResponse(
        css, content_type="text/css; charset=utf-8", headers={"ETag": f'"{mark}"'}
    )
    if request.GET.get("v") == mark:
        patch_cache_control(response, private=True, immutable=True, max_age=YEAR)
    else:
        patch_cache_control(response, private=True, no_cache=True)
    return get_conditional_response(request, etag=response["ETag"], response=response)


def _code(study, wanted: str) -> Code:
    if not wanted.isdecimal():
        raise Http404("No such code")
    return get_object_or_404(study.codebook.codes, pk=int(wanted))


def _form(data, study, code: Code | None) -> CodeForm:
    how = {"label_suffix": "", "auto_id": "code-%s"}
    if code is None:
        return NewCodeForm(data, codebook=study.codebook, initial={"colour": "#6750a4"}, **how)
    return CodeForm(data, initial=model_to_dict(code, fields=EDITABLE), **how)


def _save(request, study, form: CodeForm, code: Code | None) -> Code | None:
    """Carry out what the form asks; return a code to go on with, or None if it was refused."""
    try:
        if code and "remove" in request.POST:
            remove_code(code)
            messages.success(request, f"“{code}” is removed.")
            return code.parent or study.codebook.codes.first()
        if not form.is_valid():
            return None
        cleaned = form.cleaned_data
        saved = edit_code(code, **cleaned) if code else add_code(study.codebook, **cleaned)
    except CodeRefused as refusal:
        form.refuse(refusal)
        return None
    messages.success(request, f"“{saved}” is saved.")
    return saved


def _back(study, code: Code):
    response = redirect(reverse("codebook", args=[study.key]) + f"#code-{code.pk}")
    response.status_code = 303
    return response
