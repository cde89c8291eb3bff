"""Answers to requests that are refused before a view sees them."""

from typing import Any

from django.conf import settings
from django.core.exceptions import RequestDataTooBig, TooManyFieldsSent, TooManyFilesSent
from django.core.files.uploadhandler import FileUploadHandler
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render

TOO_LARGE = (RequestDataTooBig, TooManyFieldsSent, TooManyFilesSent)


def bad_request(request: HttpRequest, exception: Exception) -> HttpResponse:
    """Say that a form was too large (413), or only that the request made no sense (400)."""
    if isinstance(exception, TOO_LARGE):
        limits = {
            "total": settings.MAX_REQUEST_BYTES // 1024**2,
            "megabytes": settings.DATA_UPLOAD_MAX_MEMORY_SIZE // 1024**2,
            "files": settings.DATA_UPLOAD_MAX_NUMBER_FILES,
        }
        return render(request, "413.html", limits, status=413)
    return render(request, "400.html", status=400)


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
