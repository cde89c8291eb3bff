"""Answers to requests that are refused before a view sees them."""

from typing import Any

from django.conf import settings
from django.core.exceptions import RequestDataTooBig, TooManyFieldsSent, TooManyFilesSent
from django.core.files.uploadhandler import FileUploadHandler
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.defaults import server_error as default_server_error

from config.problems import is_of_api, problem

TOO_LARGE = (RequestDataTooBig, TooManyFieldsSent, TooManyFilesSent)


def bad_request(request: HttpRequest, exception: Exception) -> HttpResponse:
    """Say that a form was too large (413), or only that the request made no sense (400)."""
    if is_of_api(request):
        if isinstance(exception, TOO_LARGE):
            return problem(413, "The body is too large.")
        return problem(400, "The request makes no sense: its host, address or headers are wrong.")
    if isinstance(exception, TOO_LARGE):
        limits = {
            "total": settings.MAX_REQUEST_BYTES // 1024**2,
            "megabytes": settings.DATA_UPLOAD_MAX_MEMORY_SIZE // 1024**2,
            "files": settings.DATA_UPLOAD_MAX_NUMBER_FILES,
        }
        return render(request, "413.html", limits, status=413)
    return render(request, "400.html", status=400)


def server_error(request: HttpRequest) -> HttpResponse:
    """Say that something broke here; the server's log has what."""
    if is_of_api(request):
        return problem(500, "Something broke here. It is in the server's log.")
    return default_server_error(request)


class RefuseTooLarge(FileUploadHandler):
    """Refuse an upload by its announced length, before a byte of it is written to disk.

    Django limits the fields of a form, not its files.
    """

    def handle_raw_input(self, *given: Any) -> None:
        """Raise RequestDataTooBig, which becomes the page of `bad_request`."""
        _, _, content_length, *_ = given
        if content_length > settings.MAX_REQUEST_BYTES:
            raise RequestDataTooBig(f"{content_length} bytes in one upload")

    def receive_data_chunk(self, raw_data: bytes, start: int) -> bytes:  # noqa: ARG002 - Django's
        """Leave the data to the next handler."""
        return raw_data

    def file_complete(self, file_size: int) -> None:
        """Leave the file to the next handler."""
