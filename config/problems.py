"""Errors of the API, as RFC 9457 writes them: JSON, whatever went wrong and wherever."""

import json
from collections.abc import Mapping, Sequence
from http import HTTPStatus
from typing import Any

from django.http import HttpRequest, HttpResponse

MEDIA_TYPE = "application/problem+json"
API = "/api/"  # below this no answer is HTML, but for the page that describes the API


def is_of_api(request: HttpRequest) -> bool:
    """Whether a program asks, which could make nothing of a page."""
    return request.path.startswith(API)


def problem(
    status: int,
    detail: str,
    *,
    errors: Sequence[Mapping[str, Any]] = (),
    headers: Mapping[str, str] | None = None,
) -> HttpResponse:
    """Return an answer that says what went wrong; `errors` are those of single fields."""
    said: dict[str, Any] = {
        "type": "about:blank",
        "title": HTTPStatus(status).phrase,
        "status": status,
        "detail": detail,
    }
    if errors:
        said["errors"] = list(errors)
    body = json.dumps(said, ensure_ascii=False)
    return HttpResponse(body, status=status, content_type=MEDIA_TYPE, headers=dict(headers or {}))
