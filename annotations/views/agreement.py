"""How far coders agree: the figures, the cases behind them, and both to take away."""

import io
from urllib.parse import urlencode

from django.core.paginator import Paginator
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.views.decorators.http import require_POST, require_safe
from django.views.decorators.vary import vary_on_headers

from annotations.access import agreement_for
from annotations.forms.agreement import CasesForm, SelectionForm
from annotations.measuring.agreeing import prepare
from annotations.measuring.agreement_export import export_agreement, methods_of, methods_text
from annotations.measuring.agreement_page import HEADS, Names, figures_shown, names_of, report_of
from annotations.measuring.agreement_runs import standing_of
from annotations.plans import planned_anew
from annotations.team.assignments import coders_in

KEYS = [
    ("j k", "next and previous case"),
    ("Enter", "read the words on the desk"),
    ("] [", "next and previous page"),
]


@require_safe
@vary_on_headers("HX-Request")
@planned_anew()
def agreement(request, key):
    """Show the stored figures of a selection, how old they are, and how to have them.

    Whether those of a large study are stale comes by htmx, since it takes a while to find out.
    """
    study, names = _study(request, key)
    form = SelectionForm(request.GET, names=names)
    if not form.is_valid():
        context = {"study": study, "form": form}
        return render(request, "annotations/agreement.html", context, status=422)
    is_part = request.htmx.target == "agreement-standing"
    standing = standing_of(study, form.chosen, compare=is_part)
    context = {
        "study": study,
        "form": form,
        "standing": standing,
        "query": form.chosen.address,
        "shown_at": request.GET.get("shown", standing.shown_at),
    }
    if is_part:
        return render(request, "annotations/_agreement_standing.html", context)
    if standing.is_there:
        context["report"] = report_of(standing.run, figures_shown(standing.run), names)
    return render(request, "annotations/agreement.html", context | {"heads": HEADS.values()})


@require_POST
def agreement_compute(request, key):
    """Compute the figures of a selection: at once, or by a worker if that takes longer."""
    study, names = _study(request, key)
    form = SelectionForm(request.GET, names=names)
    if not form.is_valid():
        return render(
            request, "annotations/agreement.html", {"study": study, "form": form}, status=422
        )
    prepare(study, form.chosen, now="now" in request.POST)
    response = redirect(_address("agreement", study, form.chosen))
    response.status_code = 303
    return response


@require_safe
@planned_anew()
def agreement_cases(request, key):
    """Show what coders tagged in the sentences or passages behind a figure, side by side."""
    # Here, so that the other pages need not wait for numpy.
    from annotations.measuring.agreement_cases import Asked, cases_of, found_of

    study, names = _study(request, key)
    form = CasesForm(request.GET, names=names)
    context = {"study": study, "form": form, "keys": KEYS}
    if not form.is_valid():
        return render(request, "annotations/agreement_cases.html", context, status=422)
    asked = Asked.of(form.chosen, form.cleaned_data)
    found = found_of(study, asked)
    page = Paginator(found, 20).get_page(request.GET.get("page"))
    context |= {
        "page": page,
        "cases": cases_of(found.coded, list(page), asked, names),
        "asked": asked,
        "query": form.chosen.address,
        "codes": [names.of("code", str(pk)) if pk else "nothing there" for pk in asked.codes],
    }
    return render(request, "annotations/agreement_cases.html", context)


@require_safe
def agreement_csv(request, key):
    """Send the figures as a file, one row each."""
    study, names, standing = _stored(request, key)
    if standing is None:
        return _to_compute(request, study, names)
    file = io.BytesIO()
    lossless = request.GET.get("form") == "lossless"
    export_agreement(study, standing.run, names, file, lossless=lossless)
    return _file(study, file.getvalue(), "csv", "text/csv")


@require_safe
def agreement_methods(request, key):
    """Show a paragraph for a paper's section on methods, with all values."""
    study, names, standing = _stored(request, key)
    if standing is None:
        return _to_compute(request, study, names)
    context = {
        "study": study,
        "standing": standing,
        "methods": methods_of(study, standing.run, names),
        "query": standing.chosen.address,
    }
    return render(request, "annotations/agreement_methods.html", context)


@require_safe
def agreement_md(request, key):
    """Send the same paragraph as Markdown."""
    study, names, standing = _stored(request, key)
    if standing is None:
        return _to_compute(request, study, names)
    text = methods_text(methods_of(study, standing.run, names))
    return _file(study, text.encode(), "md", "text/markdown")


def _study(request, key) -> tuple:
    """Return the study, if its reader may see the agreement of its coders, and the names."""
    study = agreement_for(request.user, key)
    return study, names_of(study, coders_in(study))


def _stored(request, key) -> tuple:
    """Return study, names, and what is stored of the selection; None if there is nothing."""
    study, names = _study(request, key)
    form = SelectionForm(request.GET, names=names)
    standing = standing_of(study, form.chosen) if form.is_valid() else None
    return study, names, standing if standing and standing.is_there else None


def _to_compute(request, study, names: Names):
    """Send whoever asks for figures that are not there to the page that offers to compute them."""
    form = SelectionForm(request.GET, names=names)
    if not form.is_valid():
        return render(
            request, "annotations/agreement.html", {"study": study, "form": form}, status=422
        )
    return redirect(_address("agreement", study, form.chosen))


def _address(name, study, chosen, **more) -> str:
    asked = urlencode(chosen.parts() | more)
    return reverse(name, args=[study.key]) + (f"?{asked}" if asked else "")


def _file(study, content: bytes, ending: str, media_type: str) -> HttpResponse:
    filename = f"{study.key}-agreement-{timezone.now():%Y-%m-%d}.{ending}"
    headers = {
        "Content-Disposition": f'attachment; filename="{filename}"',
        "Cache-Control": "no-store",
    }
    return HttpResponse(content, content_type=f"{media_type}; charset=utf-8", headers=headers)
