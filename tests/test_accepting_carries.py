"""Accepting many proposed places at once: what it reaches, what it leaves, and the questions."""

import pytest
from django.urls import reverse

from annotations.models import Carry, CarryDecision
from annotations.revisions.carries import accept_carries, carry_to, rule_carry, undo_carry_ruling
from tests.conftest import HARBOUR, revise

pytestmark = pytest.mark.django_db

CHANGED = (
    HARBOUR.replace("military suffocation", "military strangulation")
    .replace("harbour accord", "harbour treaty")
    .replace("Cold War mentality", "Cold War thinking")
)


@pytest.fixture
def carries(tag, revision):
    """Three proposed places that score 0.5, 0.8 and 0.95, in reading order."""
    for words in ("harbour accord", "military suffocation", "Cold War mentality"):
        tag(revision, words)
    carry_to(revise(revision, CHANGED))
    for carry, score in zip(Carry.objects.order_by("span__start"), (0.5, 0.8, 0.95), strict=True):
        Carry.objects.filter(pk=carry.pk).update(score=score)
    return list(Carry.objects.order_by("span__start"))


@pytest.fixture
def accept(client_of, cast, study):
    """Post the form: accept(at_least=0.8, …fields)."""

    def accept(query="", who="moderator", **fields):
        address = reverse("accept_carries", args=[study.key]) + query
        return client_of(getattr(cast, who)).post(address, fields)

    return accept


def accepted():
    found = Carry.objects.filter(ruling="accepted").order_by("span__start")
    return [carry.exact for carry in found]


def test_places_that_score_enough_are_accepted_and_logged(carries, cast):
    done = accept_carries(Carry.objects.all(), at_least=0.8, moderator=cast.moderator)
    assert (done, accepted()) == (2, ["military strangulation", "Cold War thinking"])
    log = CarryDecision.objects.values_list("carry", "number", "ruling", "moderator")
    who = cast.moderator.pk
    assert set(log) == {(carry.pk, 1, "accepted", who) for carry in carries[1:]}


def test_each_of_many_is_undone_for_itself(carries, cast):
    accept_carries(Carry.objects.all(), at_least=0.8, moderator=cast.moderator)
    undo_carry_ruling(carries[1].decisions.get(), moderator=cast.moderator)
    assert accepted() == ["Cold War thinking"]


def test_what_somebody_ruled_on_is_left_alone(carries, cast):
    rule_carry(carries[2], ruling="gone", version=0, moderator=cast.owner)
    accept_carries(Carry.objects.all(), at_least=0.0, moderator=cast.moderator)
    assert accepted() == ["harbour treaty", "military strangulation"]


def test_places_in_a_text_that_is_not_the_newest_are_left_alone(carries, cast):
    revise(carries[0].revision, HARBOUR)
    assert accept_carries(Carry.objects.all(), at_least=0.0, moderator=cast.moderator) == 0


@pytest.mark.parametrize("who", ["reviewer", "outsider"])
def test_others_accept_none(carries, cast, accept, who):
    found = Carry.objects.all()
    assert accept_carries(found, at_least=0.0, moderator=getattr(cast, who)) == 0
    assert accept(at_least=0, confirmed=3, who=who).status_code in (403, 404)
    assert accepted() == []


def test_accepting_many_takes_a_constant_number_of_queries(
    carries, cast, django_assert_num_queries
):
    with django_assert_num_queries(6):  # two questions, two writes, two savepoints
        accept_carries(Carry.objects.all(), at_least=0.0, moderator=cast.moderator)


def test_number_is_confirmed_before_anything_is_written(carries, accept):
    asked = accept(at_least=0.8)
    assert (asked.status_code, "Accept 2 proposed places?" in asked.text) == (200, True)
    assert accepted() == []
    done = accept(at_least=0.8, confirmed=2)
    assert (done.status_code, len(accepted())) == (303, 2)


def test_number_that_changed_meanwhile_is_asked_again(carries, accept):
    again = accept(at_least=0.8, confirmed=7)
    assert (again.status_code, "number changed" in again.text) == (422, True)
    assert accepted() == []


@pytest.mark.parametrize(
    ("query", "fields"),
    [
        ("", {"at_least": 0.99, "confirmed": 0}),
        ("", {"at_least": "nonsense"}),
        ("", {"at_least": 7}),
        ("", {}),
        ("?story=99999", {"at_least": 0, "confirmed": 3}),
    ],
)
def test_what_means_none_accepts_none(carries, accept, query, fields):
    assert accept(query, **fields).status_code == 303
    assert accepted() == []
