"""Line up the facts: the matrix, and one fact."""

from urllib.parse import urlencode

from django.contrib import messages
from django.forms import model_to_dict
from django.http import Http404
from django.shortcuts import redirect, render
from django.urls import reverse
from django.views.decorators.http import require_http_methods
from django.views.decorators.vary import vary_on_headers
from django_htmx.http import trigger_client_event

from annotations.access import fact_for, revision_for, story_for, study_for
from annotations.facts.fact_page import fact_page
from annotations.facts.matrix import SORTS, matrix_of
from annotations.facts.stating import (
    FactConflict,
    FactRefused,
    QuotedSpan,
    ReportRefused,
    edit_fact,
    may_withdraw,
    move_fact,
    state_fact,
    state_quoted_fact,
    withdraw_fact,
)
from annotations.finding.awaiting import awaited
from annotations.finding.suggestions import offers_of
from annotations.forms.fact_page import ORDERS, VIEWS, FactLookForm
from annotations.forms.facts import (
    LookForm,
    MoveForm,
    SelectionForm,
    StatementForm,
)
from annotations.models import SuggestionRun
from annotations.revisions.carries import revised
from annotations.texts.anchoring import AnchorError, quote_at


@require_http_methods(["GET", "POST"])
@vary_on_headers("HX-Request")
def matrix(request, key, story_id):
    """Read the facts of a story across its articles, and state one more."""
    study = study_for(request.user, key)
    story = story_for(study, story_id)
    if request.method == "POST":
        return _state(request, study, story)
    context = look_at(request, study, story)
    if request.htmx:
        return render(request, "annotations/_matrix.html", context)
    form = StatementForm(initial=request.GET.dict())
    try:
        selection = _selection(study, story, request.GET)
    except AnchorError as refusal:
        messages.error(request, str(refusal))
        selection = None
    context |= {"form": form, "selection": selection}
    return render(request, "annotations/facts.html", context)


def _state(request, study, story):
    """State a fact; htmx gets the emptied form, and the matrix out of band."""
    form = StatementForm(request.POST)
    selection = stated = None
    if form.is_valid():
        try:
            selection = _selection(study, story, request.POST)
            stated = _stated(study, story, form.cleaned_data, selection, request.user)
        except (FactRefused, ReportRefused, AnchorError) as refusal:
            form.add_error("statement", str(refusal))
    if stated and not request.htmx:
        return redirect(address_of(request, study, story, f"fact-{stated.pk}"))
    context = look_at(request, study, story) | {"form": form, "selection": selection}
    if stated:
        context |= {"form": StatementForm(), "selection": None, "stated": stated}
    template = "annotations/_state_fact.html" if request.htmx else "annotations/facts.html"
    answer = render(request, template, context, status=200 if stated else 422)
    return with_stale(answer, context["offers"])


def _stated(study, story, given, selection, author):
    stated = {"statement": given["statement"], "happened_on": given["happened_on"]}
    if selection is None:
        return state_fact(study, story, **stated, author=author)
    quote = QuotedSpan(selection["start"], selection["end"], selection["exact"])
    revision = selection["revision"]
    fact = state_quoted_fact(study, **stated, revision=revision, quote=quote, author=author)
    newest = revision.article.revisions.first()
    if newest != revision:
        revised(newest)
    return fact


@require_http_methods(["GET", "POST"])
@vary_on_headers("HX-Request")
def fact(request, key, fact_id):
    """Read one fact across the articles; reword, move or withdraw it."""
    study = study_for(request.user, key)
    stated = fact_for(study, fact_id)
    form = StatementForm(initial=model_to_dict(stated, ["statement", "happened_on", "version"]))
    status = 200
    if request.method == "POST":
        if "withdraw" in request.POST:
            withdraw_fact(stated, editor=request.user)
            messages.success(request, f"Withdrawn: {stated.statement}")
            return redirect(address_of(request, study, stated.story))
        move = MoveForm(request.POST)
        if move.is_valid():
            move_fact(stated, position=move.cleaned_data["position"])
            status = 303
        else:
            form, status = _reword(request, stated)
    if status == 303:
        return redirect(address_of(request, study, stated.story, f"fact-{stated.pk}"))
    context = _reports(request, study, stated) | {"form": form}
    template = "annotations/_fact_body.html" if request.htmx else "annotations/fact.html"
    return render(request, template, context, status=status)


def _reports(request, study, stated) -> dict:
    """Return the fact's reports as the address asks to see them."""
    look = FactLookForm(request.GET).chosen()
    page = fact_page(
        study,
        stated,
        baseline=look.get("baseline", ""),
        order=look.get("order", "date"),
        aligned=look.get("view") == "aligned",
        outlet=look.get("outlet"),
    )
    return {
        "study": study,
        "story": stated.story,
        "fact": stated,
        "page": page,
        "row": page.row,
        "look": look,
        "look_query": urlencode(look),
        "query": urlencode(LookForm(request.GET).chosen()),
        "orders": ORDERS,
        "views": VIEWS,
        "may_withdraw": may_withdraw(stated, request.user),
    }


def _reword(request, stated) -> tuple[StatementForm, int]:
    """Reword the fact; return the form and the status to answer with, 303 once it is done."""
    form = StatementForm(request.POST.copy())
    if not form.is_valid():
        return form, 422
    try:
        given = form.cleaned_data
        edit_fact(
            stated,
            given["statement"],
            happened_on=given["happened_on"],
            version=given["version"] or 0,
        )
    except FactConflict as conflict:
        form.add_error("statement", str(conflict))
        form.data["version"] = conflict.current.version
        return form, 409
    except FactRefused as refusal:
        form.add_error("statement", str(refusal))
        return form, 422
    return form, 303


def _selection(study, story, data) -> dict | None:
    """Return the words of the story that a fact starts from; raises AnchorError if not there."""
    form = SelectionForm(data)
    if not form.is_valid():
        return None
    given = form.cleaned_data
    revision = revision_for(study, given["revision"])
    if revision.article.story_id != story.pk:
        raise Http404("The words are of another story")
    quote_at(revision.text, given["start"], given["end"], given["exact"])
    exact = revision.text[given["start"] : given["end"]]
    return given | {"revision": revision, "exact": exact}


def with_stale(answer, offers):
    """Have the page ask for suggestions if what was done here made some of them stale."""
    return trigger_client_event(answer, "suggestions-stale") if offers.stale else answer


def look_at(request, study, story) -> dict:
    """Return the matrix as the address, or the form that is posted from it, asks to see it."""
    chosen = LookForm(request.POST if "sort" in request.POST else request.GET).chosen()
    matrix = matrix_of(
        study, story, baseline=chosen.get("baseline"), sort=chosen.get("sort", "position")
    )
    offers = offers_of(study, story, matrix)
    return {
        "study": study,
        "story": story,
        "matrix": matrix,
        "offers": offers,
        "awaited": None
        if offers.is_quick
        else awaited(study, story, SuggestionRun.Kind.SUGGESTIONS),
        "look": chosen,
        "sorts": SORTS.items(),
        "query": urlencode(chosen),
    }


def address_of(request, study, story, anchor="") -> str:
    """Return the matrix's address, looked at as before."""
    chosen = LookForm(request.POST if "sort" in request.POST else request.GET).chosen()
    query = f"?{urlencode(chosen)}" if chosen else ""
    return reverse("facts", args=[study.key, story.pk]) + query + (f"#{anchor}" if anchor else "")
