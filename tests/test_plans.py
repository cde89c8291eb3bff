"""Which statements PostgreSQL keeps a plan of."""

import pytest
from django.db import connection

from annotations.plans import planned_anew

pytestmark = pytest.mark.django_db

ASKED = "SELECT count(*) AS told FROM auth_user WHERE id > %s"


def _plans() -> int:
    """Return how many plans of the statement this connection keeps."""
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT count(*) FROM pg_prepared_statements WHERE statement LIKE %s",
            ["SELECT count(*) AS told FROM auth_user%"],
        )
        return cursor.fetchone()[0]


def _ask_often() -> None:
    with connection.cursor() as cursor:
        for number in range(10):
            cursor.execute(ASKED, [number])


def test_what_is_planned_anew_keeps_no_plan_and_what_follows_does():
    with planned_anew():
        _ask_often()
        assert _plans() == 0
    _ask_often()
    assert _plans() == 1


def test_a_failure_meanwhile_leaves_later_statements_as_they_were():
    before = connection.connection.prepare_threshold
    with pytest.raises(RuntimeError), planned_anew():
        raise RuntimeError
    assert connection.connection.prepare_threshold == before
