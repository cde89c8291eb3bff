"""Keep what came, byte for byte."""

import hashlib
from collections.abc import Iterable, Iterator

from django.contrib.auth.models import User
from django.db import connection

from sources.details import tidy
from sources.models import Original
from sources.reading import Reading


def keep_original(
    data: bytes,
    *,
    filename: str,
    media_type: str,
    charset: str,
    uploaded_by: User | None,
) -> Original:
    """Store `data` as it came; the same bytes are the same row, under their first name."""
    sha256 = hashlib.sha256(data).hexdigest()
    original = Original(
        sha256=sha256,
        data=data,
        filename=tidy(filename)[-255:],
        media_type=media_type,
        charset=charset[:40],
        uploaded_by=uploaded_by,
    )
    row = [sha256, data, original.filename, media_type, original.charset, original.uploaded_by_id]
    with connection.cursor() as cursor:
        cursor.execute(_KEEP, row)
        if kept := cursor.fetchone():
            original.pk, original.created_at = kept
            original._state.adding = False
            return original
    return Original.objects.defer("data").get(sha256=sha256)


# One statement, safe when two do it at once; get_or_create needs five.
_KEEP = """
INSERT INTO sources_original (sha256, data, filename, media_type, charset, uploaded_by_id)
VALUES (%s, %s, %s, %s, %s, %s) ON CONFLICT (sha256) DO NOTHING RETURNING id, created_at
"""


def kept(
    readings: Iterable[Reading], *, uploaded_by: User | None
) -> Iterator[tuple[Reading, Original]]:
    """Yield each reading with its original, which is stored as `keep_original` does.

    The rows of one table stand together and share their bytes, which are hashed but once.
    """
    data: bytes | None = None
    for reading in readings:
        if reading.original is not data:
            data = reading.original
            original = keep_original(
                data,
                filename=reading.filename,
                media_type=reading.media_type,
                charset=reading.charset,
                uploaded_by=uploaded_by,
            )
        yield reading, original
