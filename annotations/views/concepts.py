"""Word choice: the names that each outlet gives a concept, and the passages behind the numbers."""

import io
from itertools import groupby

from django.contrib import messages
from django.core.paginator import Paginator
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils import timezone
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from annotations.access import concept_for, revision_for, study_for
from annotations.export.concept_export import export_word_choice
from annotations.forms.concepts import (
    ConceptForm,
    NameForm,
    NamingForm,
    NewConceptForm,
    OtherConceptForm,
    PlaceForm,
    ScopeForm,
)
from annotations.language.conceiving import (
    ConceptConflict,
    ConceptRefused,
    add_name,
    delete_concept,
    edit_concept,
    exclude_place,
    make_concept,
    may_delete,
    merge_concepts,
    move_name,
    readmit_place,
    removable,
    remove_name,
)
from annotations.language.phrasing import propose_names
from annotations.language.word_choice import WordChoice, concepts_of, other_concepts_of
from annotations.plans import planned_anew

PLACES_PER_PAGE = 50
PLACES_PER_OUTLET = 4  # on the page of a concept; the rest is behind its number
PROPOSED_FROM = 200  # texts at most that more names are looked for in


@require_http_methods(["GET", "POST"])
@planned_anew()
def concepts(request, key):
    """Read the table of concepts × outlets, and make a concept."""
    study = study_for(request.user, key)
    asked = ScopeForm(request.GET, study=study)
    form = NewConceptForm(request.POST or None, label_suffix="")
    if request.method == "POST" and form.is_valid():
        try:
            concept = make_concept(study, **_without_version(form), author=request.user)
        except ConceptRefused as refusal:
            form.add_error(None, str(refusal))
        else:
            messages.success(request, f"“{concept}” is there. Add the names that outlets give it.")
            return redirect(_address("concept", study, concept, query=asked.query))
    choice = WordChoice(study, list(concepts_of(study)), asked.scope)
    context = {"study": study, "asked": asked, "query": asked.query, "form": form}
    context["table"] = choice.table(asked.order)
    status = 422 if request.method == "POST" else 200
    return render(request, "annotations/concepts.html", context, status=status)


@require_safe
def concepts_csv(request, key):
    """Send the table as a file, a row per concept, outlet and name."""
    study = study_for(request.user, key)
    asked = ScopeForm(request.GET, study=study)
    table = WordChoice(study, list(concepts_of(study)), asked.scope).table(asked.order)
    file = io.BytesIO()
    story = asked.scope.story.title if asked.scope.story else ""
    export_word_choice(table, file, study=study.key, story=story, lossless=asked.lossless)
    filename = f"{study.key}-concepts-{timezone.now():%Y-%m-%d}.csv"
    headers = {
        "Content-Disposition": f'attachment; filename="{filename}"',
        "Cache-Control": "no-store",
    }
    return HttpResponse(file.getvalue(), content_type="text/csv; charset=utf-8", headers=headers)


@require_http_methods(["GET", "POST"])
def concept(request, key, concept_id):
    """Read what each outlet calls one concept, and where; edit the concept."""
    study = study_for(request.user, key)
    shown = concept_for(study, concept_id)
    if request.method == "GET":
        return _page(request, study, shown)
    form = ConceptForm(request.POST.copy(), label_suffix="")
    status = 422
    if form.is_valid():
        given = form.cleaned_data | {"version": form.cleaned_data["version"] or 0}
        try:
            edit_concept(shown, **given)
        except ConceptConflict as conflict:
            form.add_error(None, str(conflict))
            form.data["version"] = conflict.current.version
            status = 409
        except ConceptRefused as refusal:
            form.add_error(None, str(refusal))
        else:
            return _back(request, study, shown)
    return _page(request, study, shown, form=form, status=status)


@require_http_methods(["GET", "POST"])
def concept_naming(request, key):
    """Let the words in the address name a concept: one that is there, or a new one."""
    study = study_for(request.user, key)
    form = NamingForm(request.POST or None, initial=request.GET.dict(), study=study)
    if request.method == "POST" and form.is_valid():
        given = form.cleaned_data
        try:
            if named := given["concept"]:
                add_name(named, given["wording"], author=request.user)
            else:
                kind = {"kind": given["kind"]} if given["kind"] else {}
                named = make_concept(
                    study, given["name"], wordings=[given["wording"]], author=request.user, **kind
                )
        except ConceptRefused as refusal:
            form.add_error(None, str(refusal))
        else:
            messages.success(request, f"“{given['wording']}” is a name of “{named}” now.")
            return redirect(_address("concept", study, named, query=_query(request, study)))
    context = {"study": study, "form": form, "query": _query(request, study)}
    status = 422 if request.method == "POST" else 200
    return render(request, "annotations/concept_naming.html", context, status=status)


@require_POST
def concept_name_add(request, key, concept_id):
    """Add a name to a concept."""
    study = study_for(request.user, key)
    shown = concept_for(study, concept_id)
    form = NameForm(request.POST, label_suffix="")
    if form.is_valid():
        try:
            add_name(shown, form.cleaned_data["wording"], author=request.user)
        except ConceptRefused as refusal:
            form.add_error("wording", str(refusal))
        else:
            return _back(request, study, shown)
    return _page(request, study, shown, name_form=form, status=422)


@require_POST
def concept_name(request, key, concept_id, name_id):
    """Remove a name from its concept, or move it to another one."""
    study = study_for(request.user, key)
    shown = concept_for(study, concept_id)
    name = get_object_or_404(shown.names, pk=name_id)
    if "into" not in request.POST:
        remove_name(name, editor=request.user)
        messages.success(request, f"“{name}” is no name of “{shown}” any more.")
        return _back(request, study, shown)
    form = OtherConceptForm(request.POST, concept=shown)
    if not form.is_valid():
        return _page(request, study, shown, problem="Choose where to move the name.", status=422)
    try:
        moved = move_name(name, form.cleaned_data["into"], editor=request.user)
    except ConceptRefused as refusal:
        return _page(request, study, shown, problem=str(refusal), status=422)
    messages.success(request, f"“{moved}” is a name of “{moved.concept}” now.")
    return _back(request, study, shown)


@require_POST
def concept_exclude(request, key, concept_id):
    """Leave a place out: the words mean something else there."""
    study = study_for(request.user, key)
    shown = concept_for(study, concept_id)
    form = PlaceForm(request.POST)
    if not form.is_valid():
        return _page(request, study, shown, problem="No place is given.", status=422)
    given = form.cleaned_data
    name = get_object_or_404(shown.names, pk=given["name"])
    revision = revision_for(study, given["revision"])
    try:
        exclude_place(name, revision, start=given["start"], end=given["end"], reviewer=request.user)
    except ConceptRefused as refusal:
        return _page(request, study, shown, problem=str(refusal), status=422)
    anchor = f"place-{name.pk}-{revision.pk}-{given['start']}"
    return _back(request, study, shown, anchor)


@require_POST
def concept_readmit(request, key, concept_id, exclusion_id):
    """Count a place again that was left out."""
    study = study_for(request.user, key)
    shown = concept_for(study, concept_id)
    readmit_place(shown, exclusion_id)
    return _back(request, study, shown)


@require_POST
def concept_merge(request, key, concept_id):
    """Give a concept's names to another one, and delete it."""
    study = study_for(request.user, key)
    shown = concept_for(study, concept_id)
    form = OtherConceptForm(request.POST, concept=shown)
    if not form.is_valid():
        problem = "Choose another concept of this study to merge it with."
        return _page(request, study, shown, problem=problem, status=422)
    try:
        kept = merge_concepts(shown, form.cleaned_data["into"], editor=request.user)
    except ConceptRefused as refusal:
        return _page(request, study, shown, problem=str(refusal), status=422)
    messages.success(request, f"“{shown}” is part of “{kept}” now.")
    return _back(request, study, kept)


@require_POST
def concept_delete(request, key, concept_id):
    """Delete a concept with its names."""
    study = study_for(request.user, key)
    shown = concept_for(study, concept_id)
    delete_concept(shown, editor=request.user)
    messages.success(request, f"“{shown}” is deleted.")
    return redirect(_address("concepts", study, query=_query(request, study)))


@require_safe
@planned_anew()
def concept_places(request, key, concept_id):
    """Read the passages behind a number: of one outlet, of one name, or of both."""
    study = study_for(request.user, key)
    shown = concept_for(study, concept_id)
    asked = ScopeForm(request.GET, study=study)
    choice = WordChoice(study, [shown], asked.scope)
    outlet, name = _number(request, "outlet"), _number(request, "name")
    places = choice.places(outlet, name)
    page = Paginator(places, PLACES_PER_PAGE).get_page(request.GET.get("page"))
    kept = [f"{field}={value}" for field, value in (("outlet", outlet), ("name", name)) if value]
    outlets = {source.outlet: source.outlet_name for source in choice.sources}
    context = {
        "study": study,
        "concept": shown,
        "asked": asked,
        "query": asked.query,
        "here": "&".join([part for part in (asked.query, *kept, "back=places") if part]),
        "page": page,
        "groups": _groups(choice.in_context(page)),
        "counted": sum(place.is_counted for place in places),
        "outlet": outlets.get(outlet),
        "name": choice.names.get(name),
    }
    return render(request, "annotations/concept_places.html", context)


def _page(request, study, shown, *, form=None, name_form=None, problem=None, status=200):
    """Render a concept's page with the forms as they stand."""
    asked = ScopeForm(request.GET, study=study)
    choice = WordChoice(study, [shown], asked.scope)
    places = choice.places()
    [row] = choice.table_from(places).rows
    proposed = []
    if len(choice.sources) <= PROPOSED_FROM:
        wordings = [name.wording for name in shown.names.all()]
        proposed = propose_names(choice.texts_by_outlet(), wordings or [shown.name])
    initial = {field: getattr(shown, field) for field in ("name", "kind", "note", "version")}
    first = [place for _, group in _by_outlet(places) for place in group[:PLACES_PER_OUTLET]]
    context = {
        "study": study,
        "concept": shown,
        "asked": asked,
        "query": asked.query,
        "here": asked.query,
        "row": row,
        "removable": set(removable(shown, request.user)),
        "groups": _groups(choice.in_context(first)),
        "changed": choice.to_look_at_again(places),
        "proposed": [(phrase, _spread(phrase, choice)) for phrase in proposed],
        "others": other_concepts_of(shown),
        "form": form or ConceptForm(initial=initial, label_suffix=""),
        "name_form": name_form or NameForm(label_suffix=""),
        "problem": problem,
        "may_delete": may_delete(shown, request.user),
    }
    return render(request, "annotations/concept.html", context, status=status)


def _by_outlet(places):
    for outlet, group in groupby(places, key=lambda place: place.source.outlet):
        yield outlet, list(group)


def _groups(places):
    """Return the places by outlet, as a page lists them."""
    return [(group[0].source.outlet_name, group) for _, group in _by_outlet(places)]


def _spread(phrase, choice) -> list[tuple[str, int]]:
    """Return how often each outlet uses the phrase, the most often first."""
    names = {source.outlet: source.outlet_name for source in choice.sources}
    return [(names[outlet], count) for outlet, count in phrase.counts.most_common()]


def _number(request, name: str) -> int | None:
    value = request.GET.get(name, "")
    return int(value) if value.isdecimal() and len(value) < 19 else None


def _without_version(form) -> dict:
    return {name: value for name, value in form.cleaned_data.items() if name != "version"}


def _query(request, study) -> str:
    """Return what the address asks to count."""
    return ScopeForm(request.GET, study=study).query


def _back(request, study, shown, anchor: str = ""):
    """Go back to where a form was sent from, with the same articles counted."""
    query = _query(request, study)
    page = "concept"
    if request.GET.get("back") == "places":
        page = "concept_places"
        query = request.GET.urlencode()
    return redirect(_address(page, study, shown, query=query, anchor=anchor))


def _address(page, study, shown=None, *, query="", anchor="") -> str:
    address = reverse(page, args=[study.key, *([shown.pk] if shown else [])])
    return address + (f"?{query}" if query else "") + (f"#{anchor}" if anchor else "")
