"""What the tests that commit leave to the next."""

import pytest
from django.contrib.auth.models import Permission
from django.core.management import call_command
from django.db import IntegrityError, connection, transaction

from annotations.models import Decision
from annotations.rulings.ruling import rule
from tests.emptying import KEPT

pytestmark = pytest.mark.django_db(transaction=True)


def filled_tables():
    tables = connection.introspection.django_table_names(only_existing=True, include_views=False)
    with connection.cursor() as cursor:
        cursor.execute(" UNION ALL ".join(f"(SELECT '{one}' FROM {one} LIMIT 1)" for one in tables))
        return {table for (table,) in cursor.fetchall()}


def test_nothing_is_left_and_decisions_are_guarded_again(tag, revision, cast):
    permissions = list(Permission.objects.values_list("pk", flat=True))
    rule(tag(revision, "accord"), "accept", version=1, moderator=cast.moderator)
    with pytest.raises(IntegrityError, match="append-only"), transaction.atomic():
        Decision.objects.all().delete()
    assert filled_tables() > KEPT
    call_command("flush", interactive=False, verbosity=0)
    assert filled_tables() == KEPT
    assert list(Permission.objects.values_list("pk", flat=True)) == permissions
    with connection.cursor() as cursor:
        cursor.execute("SELECT count(*) FROM pg_trigger WHERE NOT tgisinternal AND tgenabled = 'D'")
        assert cursor.fetchone() == (0,)
