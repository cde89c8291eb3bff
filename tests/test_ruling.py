"""Rulings: the states they lead to, what they refuse, and the log that only grows."""

import uuid

import pytest
from django.db import IntegrityError, transaction

from annotations.models import Annotation, Code, Decision, Ruling, Status
from annotations.rulings.ruling import (
    Ruled,
    RulingConflict,
    RulingRefused,
    rule,
    rule_many,
    take_back,
)
from annotations.tags.tagging import edit_annotation, remove_annotation
from tests.conftest import make_revision, make_study

pytestmark = pytest.mark.django_db

WORDS = "military suffocation"


@pytest.fixture
def annotation(tag, revision):
    return tag(revision, WORDS)


@pytest.fixture
def ruled(cast):
    """Rule as the moderator on the version that stands: ruled(annotation, "accept", …)."""

    def ruled(annotation, ruling, **how):
        how = {"version": 1, "moderator": cast.moderator} | how
        decision = rule(annotation, ruling, **how)
        annotation.refresh_from_db()
        return decision

    return ruled


@pytest.mark.parametrize(
    ("steps", "status"),
    [
        (["accept"], Status.ACCEPTED),
        (["reject"], Status.REJECTED),
        (["accept", "reject"], Status.REJECTED),
        (["reject", "accept"], Status.ACCEPTED),
        (["accept", "reopen"], Status.PENDING),
        (["reject", "reopen", "accept"], Status.ACCEPTED),
    ],
)
def test_ruling_sets_the_status_and_adds_a_decision(annotation, ruled, steps, status):
    for step in steps:
        ruled(annotation, step, reason="Plain words." if step == "reject" else "")
    assert annotation.status == status
    assert [decision.ruling for decision in annotation.decisions.all()] == steps[::-1]


def test_recoding_keeps_the_reviewers_code(annotation, ruled, codes):
    decision = ruled(annotation, "recode", code=codes["damage"], reason="A fault.")
    assert (annotation.code, annotation.ruled_code) == (codes["loaded"], codes["damage"])
    assert annotation.status == Status.ACCEPTED
    assert (decision.code, decision.reason, decision.version) == (codes["damage"], "A fault.", 1)


def test_recoding_to_the_reviewers_own_code_accepts(annotation, ruled, codes):
    decision = ruled(annotation, "recode", code=codes["loaded"])
    assert decision.ruling == Ruling.ACCEPT
    assert annotation.ruled_code is None


@pytest.mark.parametrize("later", ["accept", "reject", "reopen"])
def test_later_ruling_takes_the_replacement_away(annotation, ruled, codes, later):
    ruled(annotation, "recode", code=codes["damage"])
    ruled(annotation, later, reason="On second thought.")
    assert annotation.ruled_code is None


@pytest.mark.parametrize(
    ("ruling", "reason"), [("accept", ""), ("accept", "Clear."), ("reject", "Plain words.")]
)
def test_ruling_the_same_again_writes_nothing(annotation, ruled, ruling, reason):
    assert ruled(annotation, ruling, reason=reason)
    before = annotation.updated_at
    assert ruled(annotation, ruling, reason=reason, after=0) is None
    assert (annotation.decisions.count(), annotation.updated_at) == (1, before)


def test_recoding_the_same_again_writes_nothing(annotation, ruled, codes):
    assert ruled(annotation, "recode", code=codes["damage"])
    assert ruled(annotation, "recode", code=codes["damage"]) is None


def test_reopening_what_is_pending_writes_nothing(annotation, ruled):
    assert ruled(annotation, "reopen") is None
    assert not Decision.objects.exists()


def test_another_reason_is_another_decision(annotation, ruled):
    ruled(annotation, "reject", reason="Plain words.")
    assert ruled(annotation, "reject", reason="A quotation.")


def test_rejecting_needs_a_reason(annotation, ruled):
    with pytest.raises(RulingRefused, match="Say why"):
        ruled(annotation, "reject", reason="  ")
    assert not Decision.objects.exists()


def test_replacement_is_a_code_of_the_study_that_marks_spans(annotation, ruled, study):
    foreign = make_study("other", "Other study").codebook.codes.first()
    whole = Code.objects.create(
        codebook=study.codebook, key="omission", name="Omission", definition="Left out.",
        colour="#333333", marks_spans=False,
    )  # fmt: skip
    for code, message in [(None, "Choose"), (foreign, "not in this"), (whole, "whole article")]:
        with pytest.raises(RulingRefused, match=message):
            ruled(annotation, "recode", code=code)


@pytest.mark.parametrize("who", ["reviewer", "colleague", "outsider"])
def test_only_moderators_rule(annotation, ruled, cast, who):
    with pytest.raises(RulingRefused, match="Only moderators"):
        ruled(annotation, "accept", moderator=getattr(cast, who))
    assert rule_many(Annotation.objects.all(), "accept", moderator=getattr(cast, who)).refused == 1
    assert not Decision.objects.exists()


@pytest.mark.parametrize("who", ["moderator", "owner", "administrator"])
def test_moderators_owners_and_administrators_rule(annotation, ruled, cast, who):
    assert ruled(annotation, "accept", moderator=getattr(cast, who))


def test_ruling_on_words_that_changed_is_a_conflict(annotation, ruled, codes, cast):
    coding = {"target": "", "polarity": "", "voice": "outlet", "speaker": "", "note": "Sharper."}
    edit_annotation(annotation, version=1, coding=coding, code=codes["loaded"], actor=cast.reviewer)
    with pytest.raises(RulingConflict, match="changed this tag") as caught:
        ruled(annotation, "accept")
    assert caught.value.current.note == "Sharper."
    assert not Decision.objects.exists()


def test_edit_after_a_ruling_needs_a_new_one(annotation, ruled, codes, cast):
    ruled(annotation, "accept")
    coding = {"target": "", "polarity": "", "voice": "outlet", "speaker": "", "note": "Sharper."}
    edit_annotation(annotation, version=1, coding=coding, code=codes["loaded"], actor=cast.reviewer)
    assert ruled(annotation, "accept", version=2).version == 2


def test_ruling_on_a_removed_tag_is_a_conflict(annotation, ruled, cast):
    remove_annotation(annotation, actor=cast.reviewer)
    for version in (1, 2):
        with pytest.raises(RulingConflict, match="removed"):
            ruled(annotation, "accept", version=version)


def test_second_moderator_is_told_of_the_first(annotation, ruled, cast):
    ruled(annotation, "accept", after=0)
    with pytest.raises(RulingConflict, match=r"moderator ruled on this tag .* accepted"):
        ruled(annotation, "reject", reason="Plain.", after=0, moderator=cast.owner)


def test_taking_back_reinstates_what_stood_before(annotation, ruled, codes, cast):
    ruled(annotation, "recode", code=codes["damage"])
    rejection = ruled(annotation, "reject", reason="Plain words.")
    again = take_back(rejection, moderator=cast.moderator)
    annotation.refresh_from_db()
    assert (again.ruling, annotation.ruled_code) == (Ruling.RECODE, codes["damage"])
    first = annotation.decisions.last()
    take_back(first, moderator=cast.moderator)
    annotation.refresh_from_db()
    assert annotation.status == Status.PENDING
    assert annotation.decisions.count() == 4


def test_ruling_that_no_longer_stands_cannot_be_taken_back(annotation, ruled, cast):
    acceptance = ruled(annotation, "accept")
    ruled(annotation, "reject", reason="Plain words.")
    with pytest.raises(RulingConflict, match="no longer stands"):
        take_back(acceptance, moderator=cast.moderator)


def test_ruling_on_many_counts_what_it_did(tag, revision, gazette, ruled, cast):
    first, second, third, fourth = (
        tag(revision, WORDS), tag(revision, "Critics"), tag(gazette, "accord"), tag(gazette, "two")
    )  # fmt: skip
    ruled(first, "accept")
    remove_annotation(second, actor=cast.reviewer)
    versions = {first.pk: 1, second.pk: 1, third.pk: 1, fourth.pk: 7}
    done = rule_many(
        Annotation.objects.all(), "accept", versions=versions, moderator=cast.moderator
    )
    assert done == Ruled(count=1, unchanged=1, refused=2)
    third.refresh_from_db()
    assert (third.status, third.decisions.get().moderator) == (Status.ACCEPTED, cast.moderator)


def test_ruling_on_many_leaves_other_studies_alone(tag, revision, study, cast):
    tag(revision, WORDS)
    make_study("other", "Other study", users=[(cast.moderator, 1)])
    other = make_revision(study.stories.get(), outlet="Echo", text="Echo of the strait")
    foreign = tag(other, "Echo")
    Annotation.objects.filter(pk=foreign.pk).update(study_id=make_study("third", "Third").pk)
    done = rule_many(Annotation.objects.all(), "reject", reason="Plain.", moderator=cast.moderator)
    assert done == Ruled(count=1, unchanged=0, refused=1)


def test_ruling_on_many_takes_a_constant_number_of_queries(
    tag, revision, cast, django_assert_num_queries
):
    for _ in range(12):
        tag(revision, WORDS)
    with django_assert_num_queries(7):  # three questions, two writes, and the savepoint
        rule_many(Annotation.objects.all(), "accept", moderator=cast.moderator)


@pytest.mark.parametrize("ruling", ["reject", "recode"])
def test_ruling_on_many_refuses_what_needs_more(annotation, cast, ruling):
    with pytest.raises(RulingRefused):
        rule_many(Annotation.objects.all(), ruling, moderator=cast.moderator)


@pytest.mark.parametrize(
    "change", [lambda log: log.update(reason="Never said."), lambda log: log.delete()]
)
def test_database_refuses_to_change_a_decision(annotation, ruled, change):
    ruled(annotation, "accept")
    with pytest.raises(IntegrityError, match="append-only"), transaction.atomic():
        change(Decision.objects.all())
    assert Decision.objects.get().reason == ""


def test_ruling_on_an_unknown_id_finds_nothing(cast):
    with pytest.raises(Annotation.DoesNotExist):
        rule(Annotation(pk=uuid.uuid4()), "accept", version=1, moderator=cast.moderator)
