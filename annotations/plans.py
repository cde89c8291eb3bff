"""Have PostgreSQL plan statements over a whole study for the study at hand."""

from collections.abc import Iterator
from contextlib import contextmanager

from django.db import connection


@contextmanager
def planned_anew() -> Iterator[None]:
    """Prepare no statement meanwhile, so that each is planned for its own values. A decorator too.

    A statement that is prepared has one plan for all values after five runs. That suits look-ups,
    which take less time than their planning. It suits no sum over a study: the plan is for one of
    middling size, and in a large one it took up to ten times as long.
    """
    connection.ensure_connection()
    raw = connection.connection
    before, raw.prepare_threshold = raw.prepare_threshold, None
    try:
        yield
    finally:
        raw.prepare_threshold = before
