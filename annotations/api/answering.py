"""How the API answers: masked where outlets are hidden, tagged for caches, and never with HTML."""

import functools
import hashlib
from collections.abc import Callable, Mapping
from datetime import UTC, datetime
from typing import Any

from django.conf import settings
from django.contrib.auth.decorators import login_not_required
from django.core.exceptions import PermissionDenied, RequestDataTooBig
from django.http import Http404, HttpRequest, HttpResponse
from django.utils.cache import get_conditional_response, patch_vary_headers
from django.views.decorators.csrf import csrf_exempt
from ninja import NinjaAPI
from ninja.errors import AuthenticationError, HttpError, ValidationError
from ninja.renderers import JSONRenderer
from ninja.responses import NinjaJSONEncoder

from annotations.api.asking import Conflict, Refused, TooMany
from annotations.tags.tagging import TagRefused
from annotations.team.masking import mask_text
from annotations.texts.anchoring import AnchorError
from config.problems import problem

# What programs tell things by; all other strings are words, in which a masthead may stand.
IDENTIFYING = set(
    """annotation code colour created_at finished_at happened_on hotkey id key language made_at
    measure merged_into next parent part polarity published_at retired_at role ruled_at ruled_code
    ruling set_at sha256 stance status updated_at voice""".split()
)


class Encoder(NinjaJSONEncoder):
    """Times to the microsecond, so that `since` can be given the newest one that was seen."""

    def default(self, o: Any) -> Any:
        if isinstance(o, datetime):
            return o.astimezone(UTC).isoformat().replace("+00:00", "Z")
        return super().default(o)


class Renderer(JSONRenderer):
    """JSON in which mastheads are blotted out, if outlets are hidden from who asks."""

    encoder_class = Encoder
    json_dumps_params = {"ensure_ascii": False}

    def render(self, request: HttpRequest, data: Any, *, response_status: int) -> str:
        if names := mastheads_hidden(request):
            data = masked(data, names)
        return super().render(request, data, response_status=response_status)


def mastheads_hidden(request: HttpRequest) -> tuple[str, ...]:
    """Return the names that `annotations.access` found to be masked for who asks."""
    veil = getattr(getattr(request, "auth", None), "veil", None)
    return veil.mastheads if veil else ()


def masked(data: Any, names: tuple[str, ...]) -> Any:
    """Return the data with the names blotted out of all words. Lengths stay, and so do offsets."""
    if isinstance(data, str):
        return mask_text(data, names)
    if isinstance(data, Mapping):
        return {
            key: value if key in IDENTIFYING else masked(value, names)
            for key, value in data.items()
        }
    if isinstance(data, (list, tuple)):
        return [masked(value, names) for value in data]
    return data


def answered(view: Callable) -> Callable:
    """Wrap a view of the API: no login page, no CSRF, no HTML, and an ETag for what is read."""

    @functools.wraps(view)
    def answer(request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        asks_head = request.method == "HEAD"
        if asks_head:
            request.method = "GET"
        try:
            request.body  # noqa: B018 - read here, where its size is told from its sense
        except RequestDataTooBig:
            return problem(413, "The body is too large.")
        try:
            response = view(request, *args, **kwargs)
        except Http404:  # of the API's root, where nothing is
            response = problem(404, "Nothing is here. See /api/v1/docs.")
        if response.status_code == 405:
            response = problem(405, "Ask in another way.", headers={"Allow": response["Allow"]})
        response = _with_headers(request, response)
        if asks_head:
            response["Content-Length"] = len(response.content)
            response.content = b""
        return response

    return csrf_exempt(login_not_required(answer))


def _with_headers(request: HttpRequest, response: HttpResponse) -> HttpResponse:
    response["Cache-Control"] = "private, no-cache"
    patch_vary_headers(response, ["Authorization"])
    if request.method == "GET" and response.status_code == 200:
        etag = f'"{hashlib.sha256(response.content).hexdigest()[:32]}"'
        response["ETag"] = etag
        response = get_conditional_response(request, etag=etag, response=response)
    if use := getattr(request, "use", None):
        most = settings.API_PER_MINUTE
        response["RateLimit-Limit"] = most
        response["RateLimit-Remaining"] = max(0, most - use.asked)
        response["RateLimit-Reset"] = use.seconds_left
    return response


def say_problems(api: NinjaAPI) -> None:
    """Have the API answer each refusal with a problem; anything else breaks, and is logged."""

    def refusing(status: int) -> Callable:
        return lambda request, refusal: _refusal(request, status, str(refusal))

    api.add_exception_handler(AuthenticationError, _unknown)
    api.add_exception_handler(TooMany, _too_many)
    api.add_exception_handler(ValidationError, _invalid)
    api.add_exception_handler(Http404, refusing(404))
    api.add_exception_handler(PermissionDenied, refusing(403))
    api.add_exception_handler(Conflict, refusing(409))
    for refusal in (Refused, AnchorError, TagRefused):
        api.add_exception_handler(refusal, refusing(422))
    api.add_exception_handler(
        HttpError, lambda request, error: _refusal(request, error.status_code, error.message)
    )
    api.add_exception_handler(Exception, _broken)


def _refusal(request: HttpRequest, status: int, said: str) -> HttpResponse:
    """Say why; a sentence of ours may quote a text, in which a masthead may stand."""
    return problem(status, mask_text(said, mastheads_hidden(request)) or "Not found.")


def _unknown(request: HttpRequest, _error: Exception) -> HttpResponse:
    challenge = 'Bearer realm="Parallax"'
    if "Authorization" in request.headers:
        challenge += ', error="invalid_token"'
    said = (
        "Send a token of yours that is in use, as “Authorization: Bearer px_…”. You make one on "
        "the page of your tokens."
    )
    return problem(401, said, headers={"WWW-Authenticate": challenge})


def _too_many(request: HttpRequest, _error: Exception) -> HttpResponse:
    wait = request.use.seconds_left
    said = f"A token may ask {settings.API_PER_MINUTE} times a minute. Wait {wait} seconds."
    return problem(429, said, headers={"Retry-After": str(wait)})


def _invalid(request: HttpRequest, error: ValidationError) -> HttpResponse:
    names = mastheads_hidden(request)
    errors = [
        {
            "field": ".".join(str(part) for part in each["loc"][1:]) or str(each["loc"][0]),
            "message": mask_text(each["msg"].removeprefix("Value error, "), names),
        }
        for each in error.errors
    ]
    said = "; ".join(f"{each['field']}: {each['message']}" for each in errors)
    return problem(422, said, errors=errors)


def _broken(_request: HttpRequest, error: Exception) -> HttpResponse:
    raise error  # to Django, which logs it and asks config.errors for the answer
