"""Two at once: each carry is made once, and of two moderators one is told."""

import threading
from contextlib import closing

import pytest
from django.db import connection

from annotations.models import Carry, CarryDecision
from annotations.revisions.carries import CarryConflict, carry_to, rule_carry
from tests.conftest import HARBOUR, revise

pytestmark = pytest.mark.django_db(transaction=True)


def at_once(*works):
    """Run the functions in threads of their own, begun together."""
    ready = threading.Barrier(len(works))

    def run(work):
        with closing(connection):
            ready.wait()
            work()

    threads = [threading.Thread(target=run, args=[work]) for work in works]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()


def test_two_at_once_make_each_carry_once(tag, revision):
    for start in range(0, len(HARBOUR) - 8, 2):
        if HARBOUR[start : start + 6].strip() == HARBOUR[start : start + 6]:
            tag(revision, HARBOUR[start : start + 6])
    newer = revise(revision, f"Noted. {HARBOUR}")
    at_once(lambda: carry_to(newer), lambda: carry_to(newer))
    spans = revision.spans.count()
    assert spans > 20
    assert Carry.objects.count() == spans == Carry.objects.values("span").distinct().count()


def test_of_two_moderators_at_once_one_is_told(tag, revision, cast):
    tag(revision, "Critics")
    carry_to(revise(revision, f"Noted. {HARBOUR}"))
    carry, told = Carry.objects.get(), []

    def rule(ruling, moderator):
        try:
            rule_carry(carry, ruling=ruling, version=0, moderator=moderator)
        except CarryConflict as conflict:
            told.append(conflict.current.ruling)

    at_once(lambda: rule("gone", cast.moderator), lambda: rule("accepted", cast.owner))
    carry.refresh_from_db()
    assert told == [carry.ruling]
    assert CarryDecision.objects.get().ruling == carry.ruling
