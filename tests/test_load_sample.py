from io import StringIO

import pytest
from django.core.management import CommandError, call_command

from annotations.models import Fact


def test_accounts_cannot_log_in_unless_a_password_opens_them(db, client):
    call_command("load_sample", stdout=StringIO())
    assert not client.login(username="ada", password="parallax-demo")


def test_password_opens_all_four_accounts(db, client):
    call_command("load_sample", password="parallax-demo", stdout=StringIO())
    for name in ("ada", "ben", "mira", "admin"):
        assert client.login(username=name, password="parallax-demo")


def test_taken_account_name_is_refused_and_nothing_is_written(db, django_user_model):
    django_user_model.objects.create_user("ada")
    with pytest.raises(CommandError, match="ada"):
        call_command("load_sample")
    assert not Fact.objects.exists()
