"""Line up the facts: the matrix, one fact, and one cell."""

from urllib.parse import urlencode

from django.contrib import messages
from django.http import Http404
from django.shortcuts import redirect, render
from django.urls import reverse
from django.views.decorators.http import require_http_methods
from django.views.decorators.vary import vary_on_headers

from annotations.access import article_for, fact_for, revision_for, story_for, study_for
from annotations.anchoring import AnchorError, quote_at
from annotations.carries import revised
from annotations.forms.facts import (
    STATUSES,
    LookForm,
    MoveForm,
    QuoteFormSet,
    ReportForm,
    SelectionForm,
    StatementForm,
)
from annotations.matrix import SORTS, matrix_of
from annotations.stating import (
    FactConflict,
    FactRefused,
    QuotedSpan,
    ReportConflict,
    ReportRefused,
    edit_fact,
    may_withdraw,
    move_fact,
    set_report,
    state_fact,
    state_quoted_fact,
    withdraw_fact,
)
from sources.passages import passages


@require_http_methods(["GET", "POST"])
@vary_on_headers("HX-Request")
def matrix(request, key, story_id):
    """Read the facts of a story across its articles, and state one more."""
    study = study_for(request.user, key)
    story = story_for(study, story_id)
    if request.method == "POST":
        return _state(request, study, story)
    context = _look(request, study, story)
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
            stated = _stated(study, story, form.cleaned_data["statement"], selection, request.user)
        except (FactRefused, ReportRefused, AnchorError) as refusal:
            form.add_error("statement", str(refusal))
    if stated and not request.htmx:
        return redirect(_address(request, study, story, f"fact-{stated.pk}"))
    context = _look(request, study, story) | {"form": form, "selection": selection}
    if stated:
        context |= {"form": StatementForm(), "selection": None, "stated": stated}
    template = "annotations/_state_fact.html" if request.htmx else "annotations/facts.html"
    return render(request, template, context, status=200 if stated else 422)


def _stated(study, story, statement, selection, author):
    if selection is None:
        return state_fact(study, story, statement, author=author)
    quote = QuotedSpan(selection["start"], selection["end"], selection["exact"])
    revision = selection["revision"]
    fact = state_quoted_fact(study, statement, revision=revision, quote=quote, author=author)
    newest = revision.article.revisions.first()
    if newest != revision:
        revised(newest)
    return fact


@require_http_methods(["GET", "POST"])
def fact(request, key, fact_id):
    """Read one fact across the articles; reword, move or withdraw it."""
    study = study_for(request.user, key)
    stated = fact_for(study, fact_id)
    form = StatementForm(initial={"statement": stated.statement, "version": stated.version})
    status = 200
    if request.method == "POST":
        if "withdraw" in request.POST:
            withdraw_fact(stated, editor=request.user)
            messages.success(request, f"Withdrawn: {stated.statement}")
            return redirect(_address(request, study, stated.story))
        move = MoveForm(request.POST)
        if move.is_valid():
            move_fact(stated, position=move.cleaned_data["position"])
            status = 303
        else:
            form, status = _reword(request, stated)
    if status == 303:
        return redirect(_address(request, study, stated.story, f"fact-{stated.pk}"))
    context = _look(request, study, stated.story) | {"form": form, "fact": stated}
    context["row"] = context["matrix"].row_of(stated)
    context["may_withdraw"] = may_withdraw(stated, request.user)
    return render(request, "annotations/fact.html", context, status=status)


def _reword(request, stated) -> tuple[StatementForm, int]:
    """Reword the fact; return the form and the status to answer with, 303 once it is done."""
    form = StatementForm(request.POST.copy())
    if not form.is_valid():
        return form, 422
    try:
        version = form.cleaned_data["version"] or 0
        edit_fact(stated, form.cleaned_data["statement"], version=version)
    except FactConflict as conflict:
        form.add_error("statement", str(conflict))
        form.data["version"] = conflict.current.version
        return form, 409
    except FactRefused as refusal:
        form.add_error("statement", str(refusal))
        return form, 422
    return form, 303


@require_http_methods(["GET", "POST"])
@vary_on_headers("HX-Request")
def report(request, key, fact_id, article_id):
    """Read one cell beside the article's text, and set it."""
    study = study_for(request.user, key)
    stated = fact_for(study, fact_id)
    article = article_for(study, article_id)
    revision = article.revisions.first()
    if article.story_id != stated.story_id or revision is None:
        raise Http404("This fact and this article do not meet")
    if request.method == "POST":
        return _set(request, study, stated, revision)
    look = _look(request, study, stated.story)
    context = look | _cell(look["matrix"], stated, revision)
    return render(request, _report_template(request), context)


def _set(request, study, stated, revision):
    """Set a cell; htmx gets the row, the counts, and the next cell's form if asked for."""
    article = revision.article
    form = ReportForm(request.POST.copy())
    quotes = QuoteFormSet(
        _with_another(request.POST), prefix="quotes", form_kwargs={"revision": revision}
    )
    status = 200
    if "another" not in request.POST:
        status = _try_to_set(form, quotes, stated, article, request.user)
    look = _look(request, study, stated.story)
    if status != 303:
        context = look | _cell(look["matrix"], stated, revision, form, quotes)
        return render(request, _report_template(request), context, status=status)
    following = look["matrix"].next_unchecked(stated, article) if "next" in request.POST else None
    if request.htmx:
        context = look | _saved(look["matrix"], stated, revision, following)
        return render(request, "annotations/_report_saved.html", context)
    if following:
        address = reverse("report", args=[study.key, following.fact.pk, following.article.pk])
        return redirect(f"{address}?{look['query']}")
    return redirect(_address(request, study, stated.story, f"cell-{stated.pk}-{article.pk}"))


def _try_to_set(form, quotes, stated, article, reviewer) -> int:
    """Set the cell if the forms allow; return the status to answer with, 303 once it is set."""
    if not all([form.is_valid(), quotes.is_valid()]):
        return 422
    try:
        set_report(stated, article, **form.cleaned_data, quotes=quotes.quotes(), reviewer=reviewer)
    except ReportConflict as conflict:
        form.add_error(None, str(conflict))
        form.data["version"] = conflict.current.version if conflict.current else ""
        form.conflict = True
        return 409
    except (ReportRefused, AnchorError) as refusal:
        form.add_error(None, str(refusal))
        return 422
    return 303


def _cell(matrix, stated, revision, form=None, quotes=None) -> dict:
    """Return what the form of a cell needs beside the matrix."""
    article = revision.article
    row, cell = matrix.row_of(stated), matrix.cell_of(stated, article)
    kept = cell.report
    form = form or ReportForm(
        initial={"status": kept.status, "note": kept.note, "version": kept.version} if kept else {}
    )
    quotes = quotes or QuoteFormSet(
        initial=[_filled(quote, revision) for quote in cell.quotes],
        prefix="quotes",
        form_kwargs={"revision": revision},
    )
    first = row.first_reported
    quotes.show_places(cell.places)
    return {
        "row": row,
        "cell": cell,
        "revision": revision,
        "passages": [(p, revision.text[p.start : p.end]) for p in passages(revision.text)],
        "form": form,
        "quotes": quotes,
        "statuses": STATUSES,
        "older": first and article.published_at and article.published_at < first,
    }


def _filled(quote, revision) -> dict:
    """Return a row's values; words of an older revision have no place in the text shown."""
    values = {"exact": quote.span.exact, "stance": quote.stance, "speaker": quote.speaker}
    if quote.span.revision_id == revision.pk:
        return values | {"start": quote.span.start, "end": quote.span.end}
    return values | {"span": quote.span_id}


def _saved(matrix, stated, revision, following) -> dict:
    """Return what changed on the page by saving a cell, and the next cell's form, if any."""
    changed = {
        "saved": matrix.cell_of(stated, revision.article),
        "saved_row": matrix.row_of(stated),
        "column": matrix.column_of(revision.article),
        "following": following,
    }
    if following is None:
        return changed
    return changed | _cell(matrix, following.fact, following.article.revisions.first())


def _with_another(data):
    """Return the posted rows of quotes, with an empty one more if that was asked for."""
    data = data.copy()
    total = data.get("quotes-TOTAL_FORMS", "")
    if "another" in data and total.isdecimal() and len(total) < 4:
        data["quotes-TOTAL_FORMS"] = int(total) + 1
    return data


def _report_template(request) -> str:
    return "annotations/_report_form.html" if request.htmx else "annotations/report.html"


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


def _look(request, study, story) -> dict:
    """Return the matrix as the address, or the form that is posted from it, asks to see it."""
    chosen = LookForm(request.POST if "sort" in request.POST else request.GET).chosen()
    return {
        "study": study,
        "story": story,
        "matrix": matrix_of(
            study,
            story,
            baseline=chosen.get("baseline"),
            sort=chosen.get("sort", "position"),
        ),
        "look": chosen,
        "sorts": SORTS.items(),
        "query": urlencode(chosen),
    }


def _address(request, study, story, anchor="") -> str:
    """Return the matrix's address, looked at as before."""
    chosen = LookForm(request.POST if "sort" in request.POST else request.GET).chosen()
    query = f"?{urlencode(chosen)}" if chosen else ""
    return reverse("facts", args=[study.key, story.pk]) + query + (f"#{anchor}" if anchor else "")
