"""Harvests: list what a feed, a sitemap or a person names, choose, and have it fetched."""

from django.contrib import messages
from django.core.paginator import Paginator
from django.db import transaction
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods, require_POST
from django.views.decorators.vary import vary_on_headers

from annotations.access import sees_outlets, story_for, study_for
from annotations.forms.harvests import AddressesForm, FeedForm, PageFilterForm, PagesForm
from annotations.intake.harvests import harvests_of, pages_to_choose, progress_of
from annotations.tasks import fetch_pages_later, list_later, workers_alive
from sources.harvesting import (
    choose_failed,
    choose_pages,
    discard_harvest,
    list_again,
    start_harvest,
    start_list,
    stop_harvest,
)
from sources.models import Harvest

WAYS = {"feed": FeedForm, "list": AddressesForm}
PAGES_PER_PAGE = 200
MOST_IN_ONE_GO = 500  # pages that one press of a button has fetched
HARVESTS_SHOWN = 20
PROBLEMS_SHOWN = 8


@require_http_methods(["GET", "POST"])
def harvests(request, key, story_id):
    """Take the address of a feed or a sitemap, or a list of addresses."""
    study = sees_outlets(study_for(request.user, key))
    story = story_for(study, story_id)
    way = request.POST.get("way") if request.method == "POST" else None
    forms = {
        name: form(request.POST if name == way else None, auto_id=f"{name}-%s", label_suffix="")
        for name, form in WAYS.items()
    }
    if way in forms and forms[way].is_valid():
        harvest = _started(story, way, forms[way], request.user)
        if way == "list":
            _tell_all(request, forms[way].typed.problems)
        return _see(reverse("harvest", args=[study.key, story.pk, harvest.pk]))
    context = {
        "study": study,
        "story": story,
        "has_worker": workers_alive() > 0,
        "begun": harvests_of(story, request.user)[:HARVESTS_SHOWN],
        **{f"{name}_form": form for name, form in forms.items()},
    }
    status = 422 if request.method == "POST" else 200
    return render(request, "annotations/harvests.html", context, status=status)


@never_cache
@require_http_methods(["GET", "POST"])
@vary_on_headers("HX-Request")
def harvest(request, key, story_id, harvest_id):
    """List the pages of a harvest, have those that are ticked fetched, and say how far it is."""
    study = sees_outlets(study_for(request.user, key))
    story = story_for(study, story_id)
    harvest = _harvest(request, story, harvest_id)
    refused = _refused(request, harvest) if request.method == "POST" else ""
    if request.method == "POST" and not refused:
        return _see(request.get_full_path())
    progress = progress_of(harvest)
    if request.htmx and request.GET.get("part") == "list" and not progress.is_listing:
        return HttpResponse(headers={"HX-Refresh": "true"})  # the list is there
    filters = PageFilterForm(request.GET)
    pages = pages_to_choose(harvest, filters.filters)
    tick = request.GET.get("tick", "all" if harvest.kind == Harvest.Kind.LIST else "none")
    context = {
        "study": study,
        "story": story,
        "harvest": harvest,
        "progress": progress,
        "refused": refused,
        "filters": filters,
        "page": Paginator(pages, PAGES_PER_PAGE).get_page(request.GET.get("page")),
        "are_ticked": tick == "all",
    }
    template = "_harvest_progress.html" if request.htmx else "harvest.html"
    status = 422 if refused else 200
    return render(request, f"annotations/{template}", context, status=status)


@require_POST
def harvest_discard(request, key, story_id, harvest_id):
    """Throw the list of a harvest away; its drafts stay."""
    study = sees_outlets(study_for(request.user, key))
    story = story_for(study, story_id)
    discard_harvest(_harvest(request, story, harvest_id))
    messages.success(request, "Discarded the list. What was fetched still waits as drafts.")
    return _see(reverse("harvests", args=[study.key, story.pk]))


def _harvest(request, story, harvest_id):
    """Return a harvest of the user's: as drafts are, it is nobody else's."""
    harvests = Harvest.objects.select_related("story").filter(story=story)
    return get_object_or_404(harvests, pk=harvest_id, started_by=request.user)


@transaction.atomic
def _started(story, way, form, person):
    """Begin the harvest, with the job that lists it: both, or neither."""
    if way == "list":
        return start_list(story, form.typed.listed, started_by=person)
    harvest = start_harvest(story, url=form.cleaned_data["url"], started_by=person)
    list_later(harvest)
    return harvest


@transaction.atomic
def _refused(request, harvest):
    """Do what a button of the page asks, and return "", or else why not."""
    action = request.POST.get("action")
    if action == "fetch":
        form = PagesForm(request.POST, most=MOST_IN_ONE_GO)
        if not form.is_valid():
            return form.errors["page"][0]
        fetch_pages_later(choose_pages(harvest, form.cleaned_data["page"]))
    elif action == "again":
        fetch_pages_later(choose_failed(harvest))
    elif action == "list":
        list_again(harvest)
        list_later(harvest)
    elif action == "stop":
        number = stop_harvest(harvest)
        messages.success(request, f"Stopped: {number} page{'' if number == 1 else 's'} less.")
    else:
        return "Choose what to do."
    return ""


def _see(place):
    """Redirect to a page that is to be fetched by GET."""
    response = redirect(place)
    response.status_code = 303
    return response


def _tell_all(request, problems):
    """Say the first of the problems one by one, and how many more there are."""
    for problem in problems[:PROBLEMS_SHOWN]:
        messages.warning(request, problem, "stays")
    if (more := len(problems) - PROBLEMS_SHOWN) > 0:
        messages.warning(request, f"And {more} more of the kind.", "stays")
