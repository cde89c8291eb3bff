"""Who asks, and what a request may say: tokens, values, and where a page of rows begins."""

import base64
import re
from typing import Annotated, Any
from uuid import UUID

from django.conf import settings
from django.core.exceptions import PermissionDenied, ValidationError
from django.db.models import Model, QuerySet
from django.http import HttpRequest
from ninja import Schema
from ninja.security import HttpBearer
from pydantic import (
    AfterValidator,
    AwareDatetime,
    BeforeValidator,
    Field,
    ValidationInfo,
    model_validator,
)

from annotations.team.tokens import use_token

MOST = 1_000  # rows in one answer
LARGEST = 2**63 - 1  # PostgreSQL's bigint
READING = {"GET", "HEAD"}


class TooMany(Exception):
    """The token asked more than it may within this minute."""


class Refused(ValueError):
    """The request asks for what cannot be; the message says why. 422."""


class Conflict(ValueError):
    """What is asked contradicts what stands; the message says how. 409."""


class Token(HttpBearer):
    """The token of a person, as their account's page on tokens makes it."""

    def authenticate(self, request: HttpRequest, token: str):
        """Return the person; None if the token lets nobody in. Sets `request.use`. One query."""
        request.use = use = use_token(token)
        if use is None:
            return None
        if use.asked > settings.API_PER_MINUTE:
            raise TooMany
        if request.method not in READING and not use.may_write:
            raise PermissionDenied(
                "This token may only read. Make one that may tag in your name, on the page of "
                "your tokens."
            )
        return use.user


def _without_nul(text: str) -> str:
    if "\x00" in text:
        raise ValueError("No text here holds the character NUL.")
    return text


def _is_written_out(moment: Any) -> Any:
    if isinstance(moment, str) and re.fullmatch(r"[-+\d.]*", moment.strip()):
        raise ValueError("Write a time as 2026-01-31T09:30:00Z.")  # no seconds since 1970
    return moment


Words = Annotated[str, AfterValidator(_without_nul)]
Key = Annotated[str, Field(pattern="^[-a-zA-Z0-9_]+$", max_length=50, description="of the study")]
Moment = Annotated[AwareDatetime, BeforeValidator(_is_written_out)]
Id = Annotated[int, Field(ge=1, le=LARGEST)]


class Asked(Schema):
    """Parameters of an address. One that is not known is refused: it would narrow nothing."""

    @model_validator(mode="after")
    def _are_all_known(self, info: ValidationInfo):
        request = (info.context or {}).get("request")
        if request is not None:
            known = set(type(self).model_fields)
            if unknown := sorted(set(request.GET) - known):
                raise ValueError(f"There is no parameter {unknown[0]!r} here.")
            if twice := sorted(name for name in known if len(request.GET.getlist(name)) > 1):
                raise ValueError(f"The parameter {twice[0]!r} is given twice.")
        return self


class Paged(Asked):
    """Which rows of a list."""

    limit: int = Field(100, ge=1, le=MOST, description="rows in one answer")
    cursor: Words = Field(
        "", max_length=300, description="as it stands in the address of the following rows"
    )


def page_of(request: HttpRequest, rows: QuerySet, asked: Paged) -> dict[str, Any]:
    """Return the rows after the cursor, by id, and the address of those that follow, or None.

    Ids never change: what comes or goes meanwhile shifts nothing, and no row is counted. Raises
    Refused for a cursor that is none of ours.
    """
    if asked.cursor:
        rows = rows.filter(pk__gt=_read(asked.cursor, rows.model))
    found = list(rows.order_by("pk")[: asked.limit + 1])
    following = None
    if len(found) > asked.limit:
        found.pop()
        parts = request.GET.copy()
        parts["cursor"] = _written(found[-1].pk)
        following = request.build_absolute_uri(f"{request.path}?{parts.urlencode()}")
    return {"items": found, "next": following}


def _written(pk: int | UUID) -> str:
    return base64.urlsafe_b64encode(str(pk).encode()).decode().rstrip("=")


def _read(cursor: str, model: type[Model]) -> int | UUID:
    """Return the id of which `_written` made the cursor."""
    try:
        padded = cursor + "=" * (-len(cursor) % 4)
        pk = model._meta.pk.to_python(base64.b64decode(padded, altchars=b"-_").decode())
        if pk is None or _written(pk) != cursor or (isinstance(pk, int) and not 0 < pk <= LARGEST):
            raise ValueError(cursor)
    except (ValueError, ValidationError) as error:
        raise Refused("The cursor is none of ours. Take “next” as it is.") from error
    return pk
