"""Releases: a study as one file to publish."""

from django.contrib import messages
from django.http import Http404, StreamingHttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.http import require_http_methods, require_safe
from django.views.decorators.vary import vary_on_headers

from annotations.access import release_for, releases_for, study_for, why_not_released
from annotations.export.releases import pieces_of, standing_of
from annotations.export.releasing import delete_release, order_release
from annotations.forms.releases import ReleaseForm
from annotations.models import Role


@require_http_methods(["GET", "POST"])
@vary_on_headers("HX-Request")
def releases(request, key):
    """List the study's releases and make one; htmx asks for the list while one is under way."""
    study = study_for(request.user, key, Role.OWNER)
    if reason := why_not_released(study):
        context = {"study": study, "reason": reason}
        return render(request, "annotations/releases.html", context, status=403)
    form, status = ReleaseForm(request.POST or None), 200
    if request.method == "POST":
        if form.is_valid():
            now = "now" in request.POST
            order_release(study, pseudonyms=form.pseudonyms, made_by=request.user, now=now)
            response = redirect("releases", key)
            response.status_code = 303
            return response
        status = 422
    context = {"study": study, "form": form, "standing": standing_of(study)}
    is_poll = request.htmx.target == "releases-made"
    template = "annotations/_releases_made.html" if is_poll else "annotations/releases.html"
    return render(request, template, context, status=status)


@require_safe
def release_zip(request, key, release_id):
    """Send the file, piece by piece as it lies in the database."""
    study = releases_for(request.user, key)
    release = release_for(study, release_id)
    if not release.finished_at:
        raise Http404("This release is not made yet")
    filename = f"{study.key}-release-{release.sha256[:8]}.zip"
    headers = {
        "Content-Disposition": f'attachment; filename="{filename}"',
        "Content-Length": release.size,
        "Cache-Control": "no-store",
    }
    return StreamingHttpResponse(
        pieces_of(release), content_type="application/zip", headers=headers
    )


@require_http_methods(["GET", "POST"])
def release_delete(request, key, release_id):
    """Ask whether to delete a release, and delete it."""
    study = releases_for(request.user, key)
    release = release_for(study, release_id)
    if request.method == "GET":
        context = {"study": study, "release": release}
        return render(request, "annotations/release_delete.html", context)
    delete_release(release)
    messages.success(request, "The release was deleted. Its tags are untouched.")
    response = redirect("releases", key)
    response.status_code = 303
    return response
