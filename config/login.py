"""Logging in without losing what was begun."""

from typing import Any

from django.contrib import messages
from django.contrib.auth.middleware import LoginRequiredMiddleware
from django.contrib.auth.views import redirect_to_login
from django.http import HttpRequest, HttpResponse, HttpResponseBase
from django.shortcuts import redirect, render, resolve_url
from django.urls import reverse
from django.utils.http import url_has_allowed_host_and_scheme
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods

KEPT = "kept_post"  # key in the session: {"path", "fields": [[name, value], …], "files": count}
MOST_KEPT = 256 * 1024  # characters of names and values; the session is a row in the database
NEVER_KEPT = {"csrfmiddlewaretoken"}


class LoginRequired(LoginRequiredMiddleware):
    """Ask for login, and keep what an expired session was about to save.

    An htmx request gets an empty 401: its script keeps the words and says what to do. The fields
    of a plain form (never files, never passwords) wait in the anonymous session, from where
    `resume` offers them after the login. CSRF is checked before this runs.
    """

    def process_view(
        self, request: HttpRequest, view_func: Any, view_args: Any, view_kwargs: Any
    ) -> HttpResponseBase | None:
        """Let people with a login in; a form that they send after all need not wait any more."""
        if request.user.is_authenticated and request.method == "POST":
            kept = request.session.get(KEPT)
            if kept and kept["path"] == request.get_full_path():
                del request.session[KEPT]
        return super().process_view(request, view_func, view_args, view_kwargs)

    def handle_no_permission(self, request: HttpRequest, view_func: Any) -> HttpResponseBase:
        """Answer an anonymous request for a page that needs a login."""
        if request.headers.get("HX-Request") == "true":
            return HttpResponse(status=401)
        if request.method != "POST":
            return super().handle_no_permission(request, view_func)
        after = reverse("resume") if keep_post(request) else reverse("home")
        login_url = resolve_url(self.get_login_url(view_func))
        return redirect_to_login(after, login_url, self.get_redirect_field_name(view_func))


def keep_post(request: HttpRequest) -> bool:
    """Keep the posted fields in the session until the login; say if they cannot be kept."""
    fields = [
        [name, value]
        for name, values in request.POST.lists()
        if name not in NEVER_KEPT
        for value in values
    ]
    # A logout needs nothing saved; a password never goes into a session.
    if not fields or any("password" in name for name, _ in fields):
        return False
    if sum(len(name) + len(value) for name, value in fields) > MOST_KEPT:
        messages.warning(
            request,
            "You were logged out, and your text is too long to be kept here. Press “Back” in "
            "your browser and copy it before you log in.",
        )
        return False
    files = sum(len(chosen) for _, chosen in request.FILES.lists())
    request.session[KEPT] = {"path": request.get_full_path(), "fields": fields, "files": files}
    return True


@never_cache
@require_http_methods(["GET", "POST"])
def resume(request: HttpRequest) -> HttpResponse:
    """Show what was about to be saved when the session ended; POST discards it.

    To save, the page posts the kept fields to the path they were meant for: same site always, as
    the path is the one of a request that we served.
    """
    if request.method == "POST":
        request.session.pop(KEPT, None)
        messages.success(request, "Discarded. Nothing was saved.")
        return redirect("home")
    return render(request, "registration/resume.html", {"kept": request.session.get(KEPT)})


def csrf_failure(request: HttpRequest, reason: str = "") -> HttpResponse:  # noqa: ARG001 - Django's
    """Refuse a form whose token does not fit, and show its fields so that they can be copied."""
    fields = [
        (name, value)
        for name, values in request.POST.lists()
        if name not in NEVER_KEPT and "password" not in name
        for value in values
        if value.strip()
    ]
    back = request.headers.get("Referer", "")
    if not url_has_allowed_host_and_scheme(back, {request.get_host()}):
        back = ""
    return render(request, "403_csrf.html", {"fields": fields, "back": back}, status=403)
