"""Suggestions in the matrix: have sentences looked for, and say that it is none of them."""

from django.contrib import messages
from django.http import Http404
from django.shortcuts import redirect, render
from django.urls import reverse
from django.views.decorators.http import require_http_methods, require_POST
from django.views.decorators.vary import vary_on_headers
from django_htmx.http import trigger_client_event

from annotations.access import article_for, fact_for, story_for, study_for
from annotations.finding.suggesting import SuggestionsChanged, offer_again, prepare, refuse, suggest
from annotations.views.cells import cell_context
from annotations.views.facts import address_of, look_at


@require_http_methods(["GET", "POST"])
@vary_on_headers("HX-Request")
def suggestions(request, key, story_id):
    """Say how far the suggestions of a story are; POST has those made that are missing.

    htmx gets the state, and what each cell offers out of band.
    """
    study = study_for(request.user, key)
    story = story_for(study, story_id)
    if request.method == "POST":
        prepare(study, story)
    if not request.htmx:
        return redirect(address_of(request, study, story))
    context = look_at(request, study, story) | {"asked": True}
    return render(request, "annotations/_suggestions.html", context)


@require_POST
@vary_on_headers("HX-Request")
def cell_suggestions(request, key, fact_id, article_id):
    """Look for the sentences of a cell or a fact at once, refuse them, or show them again."""
    study = study_for(request.user, key)
    stated = fact_for(study, fact_id)
    article = article_for(study, article_id)
    revision = article.revisions.first()
    if article.story_id != stated.story_id or revision is None:
        raise Http404("This fact and this article do not meet")
    problem = _done(request.POST, study, stated, revision, request.user)
    if not request.htmx:
        if problem:
            messages.error(request, problem)
        return redirect(reverse("report", args=[study.key, stated.pk, article.pk]))
    look = look_at(request, study, stated.story)
    context = look | cell_context(look["matrix"], stated, revision)
    context |= {"asked": True, "problem": problem}
    status = 409 if problem else 200
    answer = render(request, "annotations/_offer_shown.html", context, status=status)
    # A look for suggestions that is on its way knows nothing of this yet, and may answer later.
    return trigger_client_event(answer, "suggestions-stale")


def _done(given, study, stated, revision, reviewer) -> str:
    """Do what is asked for; return what stands against it, or ""."""
    action = given.get("action")
    if action == "refuse":
        try:
            refuse(stated, revision, basis=given.get("basis", ""), reviewer=reviewer)
        except SuggestionsChanged as refusal:
            return str(refusal)
    elif action == "again":
        offer_again(stated, revision)
    elif action == "fact":
        suggest(study, stated.story, fact=stated.pk)
    else:
        suggest(study, stated.story, fact=stated.pk, article=revision.article_id)
    return ""
