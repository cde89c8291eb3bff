"""Tokens: make one, revoke it, and let a program in by it. Only digests are kept."""

import hashlib
import secrets
from dataclasses import dataclass
from datetime import datetime

from django.contrib.auth.models import User
from django.db import connection
from django.utils import timezone

from annotations.models import ApiToken

START = "px_"  # by which scanners, and people, know what has leaked
SHOWN = 7  # characters of a token by which its owner knows it again
RANDOM_BYTES = 32
MINUTE = 60


class TokenRefused(ValueError):
    """The token cannot be made as asked; the message says what to do."""


@dataclass(frozen=True, slots=True)
class Made:
    """A new token, and its secret, which nothing can show again."""

    token: ApiToken
    secret: str


@dataclass(frozen=True, slots=True)
class Use:
    """One request by a token: the `asked`-th of its minute, which ends in `seconds_left`."""

    user: User
    may_write: bool
    asked: int
    seconds_left: int


def make_token(
    name: str, *, may_write: bool = False, expires_at: datetime | None = None, user: User
) -> Made:
    """Make a token for the user. Raises TokenRefused if they use one of that name.

    So a form that is sent twice makes one token.
    """
    in_use = ApiToken.objects.filter(user=user, name=name, revoked_at=None)
    if in_use.exists():
        raise TokenRefused(
            f"You have a token called “{name}” already. Revoke it first, or choose another name."
        )
    secret = START + secrets.token_urlsafe(RANDOM_BYTES)
    token = ApiToken.objects.create(
        user=user,
        name=name,
        beginning=secret[:SHOWN],
        digest=digest_of(secret),
        may_write=may_write,
        expires_at=expires_at,
    )
    return Made(token, secret)


def revoke_token(token: ApiToken) -> ApiToken:
    """End the token for good, from the next request on. Twice is once."""
    if token.revoked_at is None:
        token.revoked_at = timezone.now()
        token.save(update_fields=["revoked_at"])
    return token


def use_token(secret: str) -> Use | None:
    """Count a request by a token and return whose it is; None if it lets nobody in.

    That is: unknown, revoked, expired, or its user's account is closed. One statement.
    """
    with connection.cursor() as cursor:
        cursor.execute(USE, {"digest": digest_of(secret)})
        row = cursor.fetchone()
    if row is None:
        return None
    may_write, asked, seconds_left, *person = row
    user = User.from_db(connection.alias, ("id", "is_superuser", "username", "is_active"), person)
    return Use(user, may_write, asked, max(1, min(MINUTE, seconds_left)))


def digest_of(secret: str) -> str:
    """Return what is kept of a token. It is random, so that it needs no salt and no stretching."""
    return hashlib.sha256(secret.encode()).hexdigest()


USE = f"""
UPDATE annotations_apitoken token SET
    used_at = now(),
    asked = CASE WHEN is_within THEN asked + 1 ELSE 1 END,
    window_at = CASE WHEN is_within THEN window_at ELSE now() END
FROM (
    SELECT one.id, coalesce(one.window_at > now() - interval '{MINUTE} seconds', false)
        AS is_within
    FROM annotations_apitoken one WHERE one.digest = %(digest)s FOR UPDATE
) found, auth_user person
WHERE token.id = found.id AND person.id = token.user_id AND person.is_active
    AND token.revoked_at IS NULL AND (token.expires_at IS NULL OR token.expires_at > now())
RETURNING token.may_write, token.asked,
    ceil(extract(epoch FROM token.window_at - now()) + {MINUTE})::int,
    person.id, person.is_superuser, person.username, person.is_active
"""  # noqa: S608 - constants of ours
