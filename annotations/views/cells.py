"""One cell of the facts: read it beside the article's text, and set it."""

from django.http import Http404
from django.shortcuts import redirect, render
from django.urls import reverse
from django.views.decorators.http import require_http_methods
from django.views.decorators.vary import vary_on_headers

from annotations.access import article_for, fact_for, study_for
from annotations.facts.stating import ReportConflict, ReportRefused, set_report
from annotations.finding.suggestions import candidates_of
from annotations.forms.facts import STATUSES, QuoteFormSet, ReportForm
from annotations.texts.anchoring import AnchorError
from annotations.views.facts import address_of, look_at, with_stale
from sources.passages import passages


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
    look = look_at(request, study, stated.story)
    context = look | cell_context(look["matrix"], stated, revision)
    context["just_set"] = "stays" in request.GET and context["cell"].report
    return render(request, _report_template(request), context)


def _set(request, study, stated, revision):
    """Set a cell; htmx gets the row, the counts, and a form if one is asked for.

    That is the next unchecked cell's, or with `stay` this one's, to be changed or undone.
    """
    article = revision.article
    form = ReportForm(request.POST.copy())
    quotes = QuoteFormSet(
        _with_another(request.POST), prefix="quotes", form_kwargs={"revision": revision}
    )
    status = 200
    if "another" not in request.POST:
        status = _try_to_set(form, quotes, stated, article, request.user)
    look = look_at(request, study, stated.story)
    if status != 303:
        context = look | cell_context(look["matrix"], stated, revision, form, quotes)
        return render(request, _report_template(request), context, status=status)
    following = _following(request, look["matrix"], stated, article)
    if request.htmx:
        context = look | _saved(look["matrix"], stated, revision, following)
        answer = render(request, "annotations/_report_saved.html", context)
        return with_stale(answer, look["offers"])
    if following:
        address = reverse("report", args=[study.key, following.fact.pk, following.article.pk])
        stays = "&stays=1" if "stay" in request.POST else ""
        return redirect(f"{address}?{look['query']}{stays}")
    return redirect(address_of(request, study, stated.story, f"cell-{stated.pk}-{article.pk}"))


def _following(request, matrix, stated, article):
    """Return the cell to open now that one is set, or None."""
    if "stay" in request.POST:
        return matrix.cell_of(stated, article)
    return matrix.next_unchecked(stated, article) if "next" in request.POST else None


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


def cell_context(matrix, stated, revision, form=None, quotes=None) -> dict:
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
    quotes.show_places(cell.places)
    return {
        "row": row,
        "cell": cell,
        "revision": revision,
        "passages": [(p, revision.text[p.start : p.end]) for p in passages(revision.text)],
        "form": form,
        "quotes": quotes,
        "statuses": STATUSES,
        "candidates": candidates_of(cell.offer, revision.text) if cell.offer else [],
        "next_offered": matrix.next_offered(stated, article),
    }


def _filled(quote, revision) -> dict:
    """Return a row's values; words of an older revision have no place in the text shown."""
    values = {"exact": quote.span.exact, "stance": quote.stance, "speaker": quote.speaker}
    if quote.span.revision_id == revision.pk:
        return values | {"start": quote.span.start, "end": quote.span.end}
    return values | {"span": quote.span_id}


def _saved(matrix, stated, revision, following) -> dict:
    """Return what changed on the page by saving a cell, and the next cell's form, if any."""
    cell = matrix.cell_of(stated, revision.article)
    changed = {
        "saved": cell,
        "saved_row": matrix.row_of(stated),
        "column": matrix.column_of(revision.article),
        "following": following,
        "just_set": following is cell and cell.report,
    }
    if following is None:
        return changed
    return changed | cell_context(matrix, following.fact, following.article.revisions.first())


def _with_another(data):
    """Return the posted rows of quotes, with an empty one more if that was asked for."""
    data = data.copy()
    total = data.get("quotes-TOTAL_FORMS", "")
    if "another" in data and total.isdecimal() and len(total) < 4:
        data["quotes-TOTAL_FORMS"] = int(total) + 1
    return data


def _report_template(request) -> str:
    return "annotations/_report_form.html" if request.htmx else "annotations/report.html"
