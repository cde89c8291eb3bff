"""Watch the addresses of a story: start, stop, and fetch at once."""

from django.contrib import messages
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.views.decorators.http import require_http_methods, require_POST
from django.views.decorators.vary import vary_on_headers

from annotations.access import sees_outlets, story_for, study_for
from annotations.forms.watch import WatchForm
from annotations.models import Role
from annotations.revisions.watching import watch_card
from annotations.tasks import refetch_later
from sources.models import Way
from sources.refetching import due, start_watch, stop_watch


@require_http_methods(["GET", "POST"])
@vary_on_headers("HX-Request")
def watch(request, key, story_id):
    """Show how a story's articles fare at their addresses; POST starts or stops a watch."""
    role = Role.MODERATOR if request.method == "POST" else Role.REVIEWER
    study = sees_outlets(study_for(request.user, key, role))
    story = story_for(study, story_id)
    action = request.POST.get("action")
    form = WatchForm(request.POST) if action == "start" else None
    if action == "stop":
        stop_watch(story)
        return _done(request, study, story, "The watch is stopped. What it found stays.")
    if form and form.is_valid():
        start_watch(story, **form.cleaned_data, started_by=request.user)
        refetch_later(due(timezone.now()).filter(story=story))
        return _done(request, study, story, "The watch is on.")
    status = 422 if request.method == "POST" else 200
    return _card(request, study, story, form, status=status)


@require_POST
def refetch_now(request, key, story_id):
    """Have a worker fetch all articles of a story that have an address."""
    study = sees_outlets(study_for(request.user, key, Role.MODERATOR))
    story = story_for(study, story_id)
    articles = story.articles.exclude(url="")
    count = refetch_later(articles, way=Way.URL, made_by=request.user)
    plural = "" if count == 1 else "s"
    said = f"{count} article{plural} will be fetched." if count else "All are being fetched."
    if not articles:
        said = "No article of this story has an address."
    return _done(request, study, story, said)


def _done(request, study, story, said):
    """Say what was done: by the card for htmx, else on the story's page."""
    if request.htmx:
        return _card(request, study, story, said=said)
    messages.success(request, said)
    response = redirect(reverse("story", args=[study.key, story.pk]) + "#watch")
    response.status_code = 303
    return response


def _card(request, study, story, form=None, *, said="", status=200):
    card = watch_card(story, study.role)
    context = {
        "study": study,
        "story": story,
        "card": card,
        "watch_form": form or WatchForm(initial=card.terms),
        "said": said,
    }
    template = "annotations/_watch.html" if request.htmx else "annotations/watch.html"
    return render(request, template, context, status=status)
