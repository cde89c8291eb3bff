"""The carries' queue: a person says where words of an older text stand in the newest."""

from django.contrib import messages
from django.core.paginator import Paginator
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.views.decorators.http import require_http_methods, require_POST, require_safe
from django.views.decorators.vary import vary_on_headers
from django_htmx.http import HttpResponseClientRedirect, push_url

from annotations.access import carry_for, study_for
from annotations.forms.carries import UNDO, AcceptForm, CarryFilterForm, CarryRulingForm
from annotations.models import Carry, CarryDecision, Role
from annotations.revisions.carries import (
    CarryConflict,
    CarryRefused,
    acceptable,
    rule_carry,
    undo_carry_ruling,
)
from annotations.revisions.carries import accept_carries as accept_all
from annotations.revisions.carry_queue import (
    ROWS,
    CarryFilters,
    card_of,
    last_carry_ruling,
    matching,
    next_after,
    progress,
    with_rows,
)
from annotations.texts.anchoring import AnchorError, shortened

SAMPLE = 12  # rows that the confirmation shows
KEYS = [
    ("a", "accept the proposed place"),
    ("p", "place by hand: select words, then Enter"),
    ("g", "the words are gone"),
    ("n", "next one, without a ruling"),
    ("u", "undo your last ruling"),
    ("Esc", "leave a field"),
]
SAID = {
    "accepted": "the proposed place stands",
    "placed": "placed by hand",
    "gone": "gone from the new text",
    "": "no ruling stands any more",
}


@require_safe
def carries(request, key):
    """List where words of older texts stand in the newest. Constant number of queries."""
    study = study_for(request.user, key)
    form, filters, found = _narrowed(request, study)
    page = Paginator(found.values_list("pk", flat=True), ROWS).get_page(request.GET.get("page"))
    context = {
        "study": study,
        "form": form,
        "narrowed": filters != CarryFilters(),
        "page": page,
        "rows": with_rows(found, list(page), study),
        "question": _question(filters),
    }
    return render(request, "annotations/carries.html", context | _head(request, study))


@require_http_methods(["GET", "POST"])
@vary_on_headers("HX-Request")
def carry(request, key, carry_id):
    """Compare both contexts of a carry, and rule on it; then comes the next one."""
    posted = request.method == "POST"
    study = study_for(request.user, key, Role.MODERATOR if posted else Role.REVIEWER)
    subject = carry_for(study, carry_id)
    if not posted:
        return _show(request, study, subject)
    form = CarryRulingForm(request.POST, text=subject.revision.text)
    try:
        if not form.is_valid():
            raise CarryRefused(form.problem())
        ruled = _carry_out(subject, form.cleaned_data, request.user)
    except CarryConflict as conflict:
        return _show(request, study, carry_for(study, carry_id), str(conflict), 409)
    except (CarryRefused, AnchorError) as refusal:
        return _show(request, study, subject, str(refusal), 422)
    said = f"“{shortened(subject.span.exact)}”: {SAID[ruled.ruling]}."
    if form.cleaned_data["ruling"] == UNDO:
        return _go_on(request, study, subject, said)
    return _go_on(request, study, next_after(_narrowed(request, study)[2], subject), said)


@require_POST
def accept_carries(request, key):
    """Accept all proposed places that score enough, once their number is confirmed."""
    study = study_for(request.user, key, Role.MODERATOR)
    form = AcceptForm(request.POST, label_suffix="")
    _, filters, found = _narrowed(request, study)
    back = redirect(reverse("carries", args=[study.key]) + _question(filters))
    back.status_code = 303
    if not form.is_valid():
        messages.error(request, form.problem())
        return back
    at_least, confirmed = form.cleaned_data["at_least"], form.cleaned_data["confirmed"]
    wanted = acceptable(found, at_least)
    count = wanted.count()
    if not count:
        messages.error(request, f"None of these has a proposed place that scores {at_least:.2f}.")
        return back
    if confirmed == count:
        done = accept_all(wanted, at_least=at_least, moderator=request.user)
        messages.success(request, f"{done} proposed {'place' if done == 1 else 'places'} accepted.")
        return back
    context = {
        "study": study,
        "count": count,
        "at_least": f"{at_least:.2f}",
        "sample": with_rows(wanted, wanted.values_list("pk", flat=True)[:SAMPLE], study),
        "rest": count - SAMPLE,
        "question": _question(filters),
        "moved": confirmed is not None,
    }
    status = 422 if context["moved"] else 200
    return render(request, "annotations/accept_carries.html", context, status=status)


def _carry_out(subject: Carry, asked: dict, moderator) -> Carry:
    if asked["ruling"] == UNDO:
        decision = get_object_or_404(CarryDecision, pk=asked["decision"], carry=subject)
        return undo_carry_ruling(decision, moderator=moderator)
    how = {name: asked[name] for name in ("ruling", "start", "end", "exact", "version")}
    return rule_carry(subject, **how, moderator=moderator)


def _go_on(request, study, following: Carry | None, said: str):
    """Answer a ruling with the next carry, or with the list when there is none."""
    if following is None:
        address = reverse("carries", args=[study.key])
    else:
        address = reverse("carry", args=[study.key, following.pk])
    address += _question(_narrowed(request, study)[1])
    if request.htmx and following:
        response = _show(request, study, carry_for(study, following.pk), said=said)
        return push_url(response, address)
    messages.success(request, said)
    if request.htmx:
        return HttpResponseClientRedirect(address)
    response = redirect(address)
    response.status_code = 303
    return response


def _show(request, study, subject: Carry, problem: str = "", status: int = 200, said: str = ""):
    """Draw the card: the whole page, or for htmx what a ruling changes of it."""
    _, filters, found = _narrowed(request, study)
    context = {
        "study": study,
        "carry": subject,
        "card": card_of(subject),
        "following": next_after(found, subject),
        "question": _question(filters),
        "problem": problem,
        "typed": request.POST if problem else {},
        "said": problem or said,
    }
    template = "annotations/_carry_ruled.html" if request.htmx else "annotations/carry.html"
    return render(request, template, context | _head(request, study), status=status)


def _head(request, study) -> dict:
    """Return what stands above the list and the card."""
    rules = study.role >= Role.MODERATOR
    return {
        "progress": progress(study),
        "last": last_carry_ruling(study, request.user) if rules else None,
        "rules": rules,
        "keys": KEYS,
    }


def _narrowed(request, study):
    """Return the filters' form, the filters, and what they keep: nothing, if one is unknown."""
    form = CarryFilterForm(request.GET, study=study)
    if not form.is_valid():
        return form, CarryFilters(), Carry.objects.none()
    return form, form.filters(), matching(study, form.filters())


def _question(filters: CarryFilters) -> str:
    """Return what the filters add to an address."""
    return f"?{filters.query}" if filters.query else ""
