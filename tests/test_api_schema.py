"""The API's schema says what the API does: Schemathesis asks as it says, and as it does not."""

import pytest
import schemathesis
from django.core.signals import request_finished, request_started
from django.core.wsgi import get_wsgi_application
from django.db import close_old_connections
from hypothesis import HealthCheck, settings
from schemathesis.core.parameters import ParameterLocation
from schemathesis.specs.openapi.checks import positive_data_acceptance

from annotations.facts.stating import QuotedSpan, state_quoted_fact
from annotations.rulings.ruling import rule
from tests.programs import Program

pytestmark = pytest.mark.django_db
schema = schemathesis.openapi.from_wsgi("/api/v1/openapi.json", get_wsgi_application())


@pytest.fixture
def in_transaction():
    """Keep the connection, and with it the test's transaction, through requests by WSGI.

    Django's own test client does the same.
    """
    around = (request_started, request_finished)
    for signal in around:
        signal.disconnect(close_old_connections)
    yield
    for signal in around:
        signal.connect(close_old_connections)


@pytest.fixture
def world(in_transaction, cast, study, revision, gazette, tag, settings):
    """Fill a study, and return what names its things in an address, and a token of its owner's."""
    settings.API_PER_MINUTE = 1_000_000
    made = tag(revision, "accord")
    rule(made, "accept", version=1, moderator=cast.owner)
    quote = QuotedSpan(0, 9, gazette.text[:9])
    state_quoted_fact(study, "They signed.", revision=gazette, quote=quote, author=cast.owner)
    there = {
        "key": "press",
        "article_id": revision.article_id,
        "revision_id": revision.pk,
        "annotation_id": str(made.pk),
    }
    return there, Program(cast.owner, may_write=True).token


@schema.parametrize()
@settings(
    max_examples=5,
    deadline=None,
    derandomize=True,
    database=None,
    suppress_health_check=list(HealthCheck),
)
def test_answers_are_as_the_schema_says(case, world):
    there, token = world
    path = case.meta.components.get(ParameterLocation.PATH)
    if path is None or path.mode.is_positive:  # what is there has more to answer
        case.path_parameters = {name: there[name] for name in case.path_parameters or {}}
    # Which words, codes and cursors there are, no schema can say: others are refused by 422.
    says_all = case.method == "GET" and not {"cursor", "code"} & set(case.query or {})
    excluded = [] if says_all else [positive_data_acceptance]
    bearer = {"Authorization": f"Bearer {token}"}
    case.call_and_validate(headers=bearer, excluded_checks=excluded)
