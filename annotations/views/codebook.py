"""The codebook: what each code means; its owners edit it in place."""

from django.contrib import messages
from django.forms.models import model_to_dict
from django.http import Http404, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils.cache import get_conditional_response, patch_cache_control
from django.views.decorators.http import require_http_methods, require_safe

from annotations.access import code_for, codified_by, codifies, study_for
from annotations.codebook.codes import (
    all_codes,
    entries,
    fingerprint,
    former_keys,
    in_use,
    retired,
    stylesheet_of,
)
from annotations.codebook.codifying import (
    EDITABLE,
    CodeRefused,
    add_code,
    edit_code,
    remove_code,
)
from annotations.codebook.worklist import count_waiting
from annotations.forms.codebook import CodeForm, NewCodeForm
from annotations.models import Code, Codebook, Study

NEW = "new"
YEAR = 365 * 24 * 60 * 60  # seconds


@require_http_methods(["GET", "POST"])
def codebook(request, key):
    """Read the codebook; `?code=` opens one code, or a new one, for editing."""
    study = study_for(request.user, key)
    wanted = request.GET.get("code", "")
    code, form = None, None
    if wanted:
        codified_by(request.user, study)
        code = None if wanted == NEW else _wanted(study, wanted)
        form = _form(request.POST or None, study, code)
    elif request.method == "POST":
        raise Http404("No code is named")
    if request.method == "POST":
        saved = _save(request, study, form, code)
        if saved:
            return back_to(study, saved)
    context = _context(request, study) | {"opened": code, "form": form}
    status = 422 if request.method == "POST" else 200
    return render(request, "annotations/codebook.html", context, status=status)


def _context(request, study) -> dict:
    listed = entries(study)
    had: dict[int, list[str]] = {}
    for former, number in sorted(former_keys(study.codebook).items()):
        had.setdefault(number, []).append(former)
    may_edit = codifies(request.user, study)
    others = Study.objects.filter(codebook=study.codebook_id).exclude(pk=study.pk)
    return {
        "study": study,
        "entries": in_use(listed),
        "retired": retired(listed),
        "former": had,
        "fingerprint": fingerprint(stylesheet_of(all_codes(listed))),
        "may_edit": may_edit,
        "others": others if may_edit else [],
        "waiting": count_waiting(study, request.user),
    }


@require_safe
def code_panel(request, key):
    """Send the codes with all that they say, for the desk to show without leaving it."""
    study = study_for(request.user, key)
    codes = study.codebook.codes.filter(retired_at=None).select_related("parent")
    return render(request, "annotations/_code_panel.html", {"study": study, "codes": codes})


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


def back_to(study, code: Code):
    """Go back to a code's place on the codebook page."""
    response = redirect(reverse("codebook", args=[study.key]) + f"#code-{code.pk}")
    response.status_code = 303
    return response


def _wanted(study, pk: str) -> Code:
    if not pk.isdecimal():
        raise Http404("No such code")
    return code_for(study, int(pk))


def _form(data, study, code: Code | None) -> CodeForm:
    how = {"label_suffix": "", "auto_id": "code-%s"}
    if code is None:
        return NewCodeForm(data, codebook=study.codebook, initial={"colour": "#6750a4"}, **how)
    return CodeForm(data, initial=model_to_dict(code, fields=EDITABLE), **how)


def _save(request, study, form: CodeForm, code: Code | None) -> Code | None:
    """Carry out what the form asks; return a code to go on with, or None if it was refused."""
    who = {"made_by": request.user}
    try:
        if code and "remove" in request.POST:
            remove_code(code, **who)
            messages.success(request, f"“{code}” is removed.")
            return code.parent or study.codebook.codes.first()
        if not form.is_valid():
            return None
        given = form.cleaned_data | who
        saved = edit_code(code, **given) if code else add_code(study.codebook, **given)
    except CodeRefused as refusal:
        form.refuse(refusal)
        return None
    messages.success(request, f"“{saved}” is saved.")
    return saved
