"""A coder's own parts: what comes next, and the steps through one story."""

from django.contrib import messages
from django.http import Http404
from django.shortcuts import redirect, render
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from annotations.access import story_for, study_for
from annotations.models import Assignment
from annotations.team.assignments import UNDER_WAY, articles_tagged, own_parts, part_of
from annotations.team.taking_part import (
    PartRefused,
    TrainingFirst,
    finish_part,
    reopen_part,
    start_part,
)


@require_safe
def next_part(request, key):
    """Show the story that one is to code next, and the rest of one's parts."""
    return _page(request, study_for(request.user, key))


@require_POST
def part_start(request, key, story_id):
    """Begin one's part of a story, and go to the desk."""
    study, story, part = _own(request, key, story_id)
    try:
        start_part(part, coder=request.user)
    except PartRefused as refusal:
        status = 403 if isinstance(refusal, TrainingFirst) else 409
        return _page(request, study, str(refusal), status)
    return _to("desk", study.key, story.pk)


@require_http_methods(["GET", "POST"])
def part_done(request, key, story_id):
    """Look over what one has tagged in a story; POST says that it is done."""
    study, story, part = _own(request, key, story_id)
    problem = ""
    if request.method == "POST":
        try:
            attempt = finish_part(part, coder=request.user)
        except PartRefused as refusal:
            problem = str(refusal)
        else:
            if attempt:
                return _to("training_feedback", study.key, part.pk)
            messages.success(request, f"You are done with “{story}”.")
            return _to("next", study.key)
    articles = articles_tagged(study, story, request.user)
    context = {
        "study": study,
        "story": story,
        "part": part,
        "articles": articles,
        "tag_count": sum(article.own_tags for article in articles),
        "untagged": [article for article in articles if not article.own_tags],
        "problem": problem,
    }
    return render(request, "annotations/part_done.html", context, status=409 if problem else 200)


@require_POST
def part_reopen(request, key, story_id):
    """Go on with a story of which one said to be done."""
    study, story, part = _own(request, key, story_id)
    try:
        reopen_part(part, coder=request.user)
    except PartRefused as refusal:
        return _page(request, study, str(refusal), 409)
    return _to("desk", study.key, story.pk)


def _own(request, key, story_id):
    study = study_for(request.user, key)
    story = story_for(study, story_id)
    part = part_of(study, story, request.user)
    if part is None:
        raise Http404("No part of yours")
    return study, story, part


def _page(request, study, problem="", status=200):
    parts = own_parts(study, request.user)
    training = [part for part in parts if part.is_training_left]
    open_now = training or [part for part in parts if part.state != Assignment.State.DONE]
    first = next((part for part in open_now if part.state in UNDER_WAY), None)
    context = {
        "study": study,
        "next": first or next(iter(open_now), None),
        "parts": parts,
        "training_left": len(training),
        "done": sum(part.state == Assignment.State.DONE for part in parts if not part.trains),
        "real": sum(not part.trains for part in parts),
        "problem": problem,
    }
    return render(request, "annotations/next.html", context, status=status)


def _to(name, *args):
    response = redirect(name, *args)
    response.status_code = 303
    return response
