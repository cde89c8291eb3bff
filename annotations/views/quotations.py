"""Quotations of a story: the same utterance as each outlet quotes it."""

import re

from django.contrib import messages
from django.core.paginator import Paginator
from django.http import Http404
from django.shortcuts import redirect, render
from django.views.decorators.http import require_http_methods

from annotations.access import revision_for, story_for, study_for
from annotations.forms.quotations import SAID, FilterForm, TagQuotationForm
from annotations.language.quotations import altered_code, mark_tagged, quotations_in, takes_back
from annotations.models import Voice
from annotations.revisions.carries import revised
from annotations.tags.tagging import TagRefused, tag_span
from annotations.tags.undoing import UndoRefused, steps
from annotations.tags.undoing import undo as undo_step
from annotations.texts.anchoring import AnchorError, shortened

PER_PAGE = 25  # utterances
CHANGED_PAGE = "The words of the page are not those of the text any more. Reload the page."


@require_http_methods(["GET", "POST"])
def quotations(request, key, story_id):
    """Read who is quoted with which words, outlet by outlet; tag what was altered."""
    study = study_for(request.user, key)
    story = story_for(study, story_id)
    code, problem = altered_code(study), ""
    if request.method == "POST":
        problem = _act(request, study, story, code)
        if not problem:
            return _back(request)
    form = FilterForm(request.GET)
    found = quotations_in(study, story, form.filters)
    form.offer(found, study)
    page = Paginator(found.comparisons, PER_PAGE).get_page(request.GET.get("page"))
    if code:
        mark_tagged(study, story, code, page, request.user)
    context = {
        "study": study,
        "story": story,
        "found": found,
        "page": page,
        "form": form,
        "filters": form.filters,
        "code": code,
        "problem": problem,
        "classes": [(SAID[one], count) for one, count in found.counts.items()],
    }
    status = 422 if problem else 200
    return render(request, "annotations/quotations.html", context, status=status)


def _act(request, study, story, code) -> str:
    """Tag the posted words, or take the last tag back; return what speaks against it."""
    if "undo" in request.POST:
        return _undo(request, study, story)
    form = TagQuotationForm(request.POST)
    if code is None or not form.is_valid():
        return "This study has no code for altered quotations." if code is None else CHANGED_PAGE
    given = form.cleaned_data
    revision = revision_for(study, given.pop("revision"))
    if revision.article.story_id != story.pk:
        raise Http404("The words are of another story")
    try:
        tag_span(
            revision,
            **given,
            study=study,
            code=code,
            voice=Voice.ATTRIBUTED,
            annotator=request.user,
        )
    except AnchorError:
        return CHANGED_PAGE
    except TagRefused as refusal:
        return str(refusal)
    newest = revision.article.revisions.first()
    if newest != revision:
        revised(newest)
    messages.success(request, f"Tagged “{shortened(given['exact'])}” as {code.name}.")
    return ""


def _undo(request, study, story) -> str:
    """Take the tag back if that is still the last step; return what speaks against it."""
    last = steps(study, story, request.user).undo
    if last is None or not takes_back(last, request.POST["undo"]):
        return "That tag is not your last step any more. Open it to remove it."
    try:
        undo_step(study, story, actor=request.user)
    except UndoRefused as refusal:
        return str(refusal)
    messages.success(request, "Undone.")
    return ""


def _back(request):
    """Go back to the utterance that was dealt with, with the filters as they were."""
    place = request.POST.get("at", "")
    anchor = f"#said-{place}" if re.fullmatch(r"\d{1,12}-\d{1,12}", place) else ""
    response = redirect(request.get_full_path() + anchor)
    response.status_code = 303
    return response
