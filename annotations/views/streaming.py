"""Long files, sent while they are written.

A response that has begun cannot say any more that something went wrong. So it is sent in chunks,
and broken off without the last one: no client takes it for the whole then. HTTP/1.0 has no chunks,
and other servers than gunicorn may end theirs as if all was well.
"""

import logging
from collections.abc import Iterator

from django.http import HttpRequest, StreamingHttpResponse

from annotations.export.breaking_off import note_break
from annotations.export.exporting import ExportMismatch
from annotations.models import Study

LONG = 50_000  # rows; a shorter file is written and checked in about a second

logger = logging.getLogger(__name__)


def may_break_off(request: HttpRequest) -> bool:
    """Tell whether a response that stops in the middle is known for that by who reads it."""
    serves = request.META.get("SERVER_SOFTWARE", "")
    return serves.startswith("gunicorn") and request.META.get("SERVER_PROTOCOL") != "HTTP/1.0"


def stream(request: HttpRequest, study: Study, pieces: Iterator[bytes]) -> StreamingHttpResponse:
    """Answer with `pieces` as they come; the export page says why, if they broke off."""
    if request.method == "HEAD":
        pieces = iter(())
    return StreamingHttpResponse(_noting(request, study, pieces))


def _noting(request: HttpRequest, study: Study, pieces: Iterator[bytes]) -> Iterator[bytes]:
    try:
        yield from pieces
    except ExportMismatch as mismatch:
        logger.error("An export of %s was broken off: %s", study.key, mismatch)
        note_break(request.session, study, str(mismatch))
        raise
