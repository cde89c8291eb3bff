"""Clips: a bookmark in the browser sends the page that a person is reading."""

from urllib.parse import quote

from django.contrib.auth.decorators import login_not_required
from django.contrib.auth.views import redirect_to_login
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.template.loader import render_to_string
from django.urls import reverse
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods, require_safe
from django.views.decorators.vary import vary_on_headers
from django_htmx.http import HttpResponseClientRedirect

from annotations.forms.clips import ClipForm
from sources.fetching import MAX_PAGE_BYTES
from sources.importing import draft_articles
from sources.models import Way
from sources.reading import UnreadableUpload

LAST_PLACE = "clip_place"  # key in the session


@login_not_required
@never_cache
@require_http_methods(["GET", "POST"])
@vary_on_headers("HX-Request")
def clip(request):
    """Take a page from the window that opened this one; nothing is stored before it is sent.

    Who is not logged in may open it: to be sent to the login would cut the window off from the
    one that has the page. The form asks for the login instead.
    """
    if request.method == "POST" and not request.user.is_authenticated:
        return HttpResponse(status=401) if request.htmx else redirect_to_login(reverse("clip"))
    initial = {"place": request.session.get(LAST_PLACE)}
    form = ClipForm(request.POST or None, user=request.user, initial=initial)
    if request.method == "POST" and form.is_valid():
        try:
            draft = _drafted(request, form)
        except UnreadableUpload as refusal:
            form.add_error(None, str(refusal))
        else:
            place = reverse(
                "draft", args=[form.cleaned_data["place"][0].key, draft.batch, draft.pk]
            )
            return HttpResponseClientRedirect(place) if request.htmx else redirect(place)
    template = "annotations/_clip_place.html" if request.htmx else "annotations/clip.html"
    context = {"form": form, "most": MAX_PAGE_BYTES}
    status = 422 if request.method == "POST" else 200
    response = render(request, template, context, status=status)
    # The page that opens the window must stay its opener; the policy of all other pages cuts it.
    response["Cross-Origin-Opener-Policy"] = "unsafe-none"
    return response


@require_safe
def clip_setup(request):
    """Show the bookmark that sends a page, and how to get it into the browser."""
    address = request.build_absolute_uri(reverse("clip"))
    script = render_to_string("annotations/clip_bookmarklet.js", {"address": address})
    bookmarklet = "javascript:" + quote(" ".join(script.split()), safe="!'()*,/:;=?@[]~{}|+-_.&$")
    return render(request, "annotations/clip_setup.html", {"bookmarklet": bookmarklet})


def _drafted(request, form):
    """Draft what a valid form holds, and remember where it went. Raises UnreadableUpload."""
    study, story = form.cleaned_data["place"]
    [draft] = draft_articles([form.read()], story=story, way=Way.CLIP, created_by=request.user)
    request.session[LAST_PLACE] = f"{study.key}/{story.pk}"
    return draft
