"""Tokens: what is kept of them, whom they let in, and the page on which they are made."""

import hashlib
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta

import pytest
from django.db import connection
from django.urls import reverse
from django.utils import timezone

from annotations.models import ApiToken
from annotations.team.tokens import MINUTE, TokenRefused, make_token, revoke_token, use_token

pytestmark = pytest.mark.django_db


def test_only_the_digest_of_a_token_is_kept(cast):
    made = make_token("notebook", user=cast.reviewer)
    kept = ApiToken.objects.values().get()
    assert made.secret.startswith("px_")
    assert len(made.secret) == 46
    assert kept["digest"] == hashlib.sha256(made.secret.encode()).hexdigest()
    assert made.secret not in str(kept)
    assert kept["beginning"] == made.secret[:7]


def test_token_lets_its_user_in_and_is_counted(cast, django_assert_num_queries):
    made = make_token("notebook", may_write=True, user=cast.reviewer)
    with django_assert_num_queries(1):
        use = use_token(made.secret)
    assert (use.user, use.user.username, use.may_write) == (cast.reviewer, "reviewer", True)
    assert (use.asked, use_token(made.secret).asked) == (1, 2)
    assert 0 < use.seconds_left <= MINUTE
    assert ApiToken.objects.get().used_at is not None


def test_count_begins_anew_after_a_minute(cast):
    made = make_token("notebook", user=cast.reviewer)
    use_token(made.secret)
    past = timezone.now() - timedelta(seconds=MINUTE + 1)
    ApiToken.objects.update(window_at=past, asked=500)
    assert use_token(made.secret).asked == 1


@pytest.mark.parametrize(
    "spoil",
    [
        lambda made: revoke_token(made.token),
        lambda made: ApiToken.objects.update(expires_at=timezone.now() - timedelta(1)),
        lambda made: type(made.token.user).objects.update(is_active=False),
        lambda made: made.token.delete(),
    ],
    ids=["revoked", "expired", "account closed", "deleted"],
)
def test_token_that_ended_lets_nobody_in(cast, spoil):
    made = make_token("notebook", user=cast.reviewer)
    assert use_token(made.secret)
    spoil(made)
    assert use_token(made.secret) is None


def test_other_secrets_let_nobody_in(cast):
    made = make_token("notebook", user=cast.reviewer)
    for secret in ("", "px_", made.secret[:-1], made.secret.upper(), "é\x00", made.token.digest):
        assert use_token(secret) is None


def test_second_token_of_a_name_is_refused_until_the_first_is_revoked(cast):
    made = make_token("notebook", user=cast.reviewer)
    with pytest.raises(TokenRefused, match="“notebook” already"):
        make_token("notebook", user=cast.reviewer)
    make_token("notebook", user=cast.colleague)
    first = revoke_token(made.token).revoked_at
    assert revoke_token(made.token).revoked_at == first
    assert make_token("notebook", user=cast.reviewer).secret != made.secret


def test_page_shows_a_secret_once(cast, client_of):
    client = client_of(cast.reviewer)
    given = {"name": "notebook", "lasts": "30", "may_write": "on"}
    answer = client.post(reverse("tokens"), given)
    token = ApiToken.objects.get()
    secret = answer.context["made"].secret
    assert answer.status_code == 200
    assert secret in answer.text
    assert "no-store" in answer["Cache-Control"]
    assert 29 <= (token.expires_at - timezone.now()).days <= 30
    again = client.get(reverse("tokens"))
    assert secret not in again.text
    assert token.beginning in again.text
    assert "read and tag" in again.text


@pytest.mark.parametrize("given", [{}, {"name": "x" * 101}, {"name": "x", "lasts": "forever"}])
def test_form_that_is_wrong_makes_nothing(cast, client_of, given):
    assert client_of(cast.reviewer).post(reverse("tokens"), given).status_code == 422
    assert not ApiToken.objects.exists()


def test_form_sent_twice_makes_one_token(cast, client_of):
    client = client_of(cast.reviewer)
    statuses = [client.post(reverse("tokens"), {"name": "notebook"}).status_code for _ in "ab"]
    assert statuses == [200, 422]
    assert ApiToken.objects.get().expires_at is None


def test_token_is_revoked_by_its_owner_only(cast, client_of, client):
    token = make_token("notebook", user=cast.reviewer).token
    address = reverse("token_revoke", args=[token.pk])
    assert client_of(cast.administrator).post(address).status_code == 404
    assert client_of(cast.reviewer).get(address).status_code == 405
    assert client.post(address).status_code == 302
    token.refresh_from_db()
    assert token.revoked_at is None
    assert client_of(cast.reviewer).post(address).status_code == 303
    token.refresh_from_db()
    assert token.revoked_at
    assert list(client_of(cast.reviewer).get(reverse("tokens")).context["tokens"]) == []


def test_page_of_tokens_takes_the_same_queries_for_many(
    cast, client_of, django_assert_max_num_queries
):
    for name in "abcdefgh":
        make_token(name, user=cast.reviewer)
    make_token("hers", user=cast.colleague)
    client = client_of(cast.reviewer)
    with django_assert_max_num_queries(3):  # session, user, tokens
        assert "hers" not in client.get(reverse("tokens")).text


def test_page_of_the_api_describes_every_operation(cast, client_of, client):
    assert client.get(reverse("api_docs")).status_code == 302
    page = client_of(cast.reviewer).get(reverse("api_docs"))
    schema = client.get("/api/v1/openapi.json").json()  # says nothing of the data
    for path, operations in schema["paths"].items():
        for operation in operations.values():
            assert f'id="{operation["operationId"]}"' in page.text, path
    linked = {name for name in schema["components"]["schemas"] if f'href="#{name}"' in page.text}
    assert {"AnnotationIn", "AnnotationOut", "Problem", "QuoteOut"} <= linked
    unit = "“code points” or “UTF-16 units” or “UTF-8 bytes”"
    assert unit in page.text


def test_administrator_revokes_anybodys_token(cast, client_of):
    token = make_token("leaked", user=cast.reviewer).token
    client = client_of(cast.administrator)
    list_page = reverse("admin:annotations_apitoken_changelist")
    assert "leaked" in client.get(list_page).text
    client.post(list_page, {"action": "revoke", "_selected_action": [token.pk]})
    token.refresh_from_db()
    assert token.revoked_at
    detail = client.get(reverse("admin:annotations_apitoken_change", args=[token.pk]))
    assert token.digest not in detail.text


@pytest.mark.django_db(transaction=True)
def test_requests_at_once_are_all_counted(cast):
    secret = make_token("notebook", user=cast.reviewer).secret

    def ask():
        counted = [use_token(secret).asked for _ in range(10)]
        connection.close()
        return counted

    with ThreadPoolExecutor(4) as pool:
        asked = [
            number for each in [pool.submit(ask) for _ in range(4)] for number in each.result()
        ]
    assert sorted(asked) == list(range(1, 41))
