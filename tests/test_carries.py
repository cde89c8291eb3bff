"""Carries: made once for each span, ruled on by people, and every step of it kept."""

import pytest
from django.db import IntegrityError, transaction
from hypothesis import given
from hypothesis import strategies as st

from annotations.models import (
    Annotation,
    Carry,
    CarryDecision,
    CarryRuling,
    Fact,
    Report,
    ReportSpan,
    Role,
)
from annotations.revisions import carries
from annotations.revisions.carries import (
    CarryConflict,
    CarryRefused,
    carries_missing,
    carry_to,
    revised,
    rule_carry,
    undo_carry_ruling,
)
from annotations.revisions.carrying import Outcome
from annotations.tags.tagging import remove_annotation
from annotations.texts.anchoring import AnchorError, QuoteMismatch
from sources.models import Revision
from tests.conftest import HARBOUR, make_study, revise

pytestmark = pytest.mark.django_db

WORDS = "military suffocation"
NOTED = "Updated on Tuesday.\n\n" + HARBOUR
OTHER_WORDS = "military strangulation"
CHANGED = HARBOUR.replace(WORDS, OTHER_WORDS)
WITHOUT = HARBOUR.replace("\n\nCritics spoke of a military suffocation of the strait", "")


@pytest.fixture
def annotation(tag, revision):
    return tag(revision, WORDS)


@pytest.fixture
def carried(revision):
    """Store a newer text and carry to it: carried(text) returns the carry of WORDS."""

    def carried(text, after=revision):
        newer = revise(after, text)
        carry_to(newer)
        return Carry.objects.select_related("revision").get(revision=newer, span__exact=WORDS)

    return carried


@pytest.fixture
def ruled(cast):
    """Rule as the moderator on what stands: ruled(carry, "gone", …)."""

    def ruled(carry, ruling, **how):
        how = {"version": carry.version, "moderator": cast.moderator} | how
        return rule_carry(carry, ruling=ruling, **how)

    return ruled


def stands(carry):
    carry.refresh_from_db()
    return carry.ruling, carry.exact


def words_at(carry, text):
    return text[carry.proposed_start : carry.proposed_end]


@pytest.mark.parametrize(
    ("text", "outcome", "exact"),
    [
        (NOTED, "kept", WORDS),
        (HARBOUR.replace("strait;", "straits;"), "kept", WORDS),
        (CHANGED, "review", ""),
        (WITHOUT, "gone", ""),
    ],
)
def test_carry_holds_outcome_and_certain_words(annotation, carried, text, outcome, exact):
    carry = carried(text)
    assert (carry.outcome, carry.exact, carry.ruling) == (outcome, exact, "")
    assert (carry.start is None) == (exact == "")
    assert (carry.proposed_start is None) == (outcome == "gone")


def test_annotation_stays_where_it_was_made(annotation, carried, revision):
    carried(NOTED)
    annotation.refresh_from_db()
    assert annotation.span.revision == revision
    assert annotation.span.start == HARBOUR.index(WORDS)


def test_carrying_again_makes_nothing(annotation, carried):
    carry = carried(NOTED)
    assert carry_to(carry.revision) == 0
    assert Carry.objects.count() == 1


def test_span_that_two_reviewers_tagged_is_carried_once(tag, revision, carried, cast):
    tag(revision, WORDS)
    tag(revision, WORDS, code="damage", annotator=cast.colleague)
    carried(NOTED)
    assert Carry.objects.count() == 1


def test_removed_tag_is_not_carried(annotation, revision, cast):
    remove_annotation(annotation, actor=cast.reviewer)
    assert carry_to(revise(revision, NOTED)) == 0


def test_quote_of_a_report_is_carried(annotation, study, story, revision, cast):
    fact = Fact.objects.create(study=study, story=story, statement="Signed.", created_by=cast.owner)
    report = Report.objects.create(
        fact=fact, article=revision.article, status="reported", set_by=cast.owner
    )
    ReportSpan.objects.create(report=report, span=annotation.span)
    Annotation.objects.update(removed_at="2024-01-01T00:00Z")
    newer = revise(revision, NOTED)
    assert list(carries_missing()) == [newer]
    assert (carry_to(newer), Carry.objects.get().exact) == (1, WORDS)


def test_each_study_has_its_own_carry(annotation, revision, cast):
    other = make_study("other", "Other", users=[(cast.moderator, Role.MODERATOR)])
    annotation.pk, annotation.study = "00000000-0000-4000-8000-000000000000", other
    annotation.save(force_insert=True)
    assert carry_to(revise(revision, NOTED)) == 2
    assert set(Carry.objects.values_list("study__key", flat=True)) == {"press", "other"}


def test_next_text_is_carried_to_from_the_newest_certain_place(annotation, carried):
    first = carried(NOTED)
    second = carried("Corrected.\n\n" + NOTED, after=first.revision)
    assert second.origin == first.revision
    third = carried(CHANGED, after=second.revision)
    fourth = carried(CHANGED + " More.", after=third.revision)
    assert (third.outcome, fourth.origin) == ("review", second.revision)


def test_place_ruled_by_hand_is_where_the_next_carry_starts(annotation, carried, ruled):
    carry = carried(CHANGED)
    ruled(carry, "accepted")
    following = carried("Noted.\n\n" + CHANGED, after=carry.revision)
    assert (following.outcome, following.exact) == ("kept", OTHER_WORDS)


def test_text_put_back_returns_the_words_to_their_place(annotation, carried, ruled):
    gone = carried(WITHOUT)
    noted = carried(NOTED, after=gone.revision)
    again = carried(HARBOUR, after=noted.revision)
    assert (again.origin, again.outcome) == (annotation.span.revision, "kept")
    assert (again.start, again.score) == (annotation.span.start, 1.0)


def test_tag_made_on_an_older_text_is_missing_until_carried(tag, revision):
    newer = revise(revision, NOTED)
    assert not carries_missing()
    tag(revision, WORDS)
    assert [missing.pk for missing in carries_missing()] == [newer.pk]
    carry_to(newer)
    assert not carries_missing()


def test_only_the_newest_text_can_lack_carries(annotation, revision):
    middle = revise(revision, NOTED)
    newest = revise(middle, CHANGED)
    assert list(carries_missing()) == [newest]


def test_killed_worker_leaves_whole_rows_and_the_next_run_makes_the_rest(
    tag, revision, monkeypatch
):
    monkeypatch.setattr(carries, "BATCH", 1)
    for words in ("Critics", "Monday", WORDS):
        tag(revision, words)
    newer = revise(revision, NOTED)
    store = Carry.objects.bulk_create

    def killed(rows, **how):
        if Carry.objects.exists():
            raise KeyboardInterrupt
        return store(rows, **how)

    with monkeypatch.context() as patch:
        patch.setattr(Carry.objects, "bulk_create", killed)
        with pytest.raises(KeyboardInterrupt):
            carry_to(newer)
    assert Carry.objects.count() == 1
    assert (carry_to(newer), Carry.objects.count()) == (2, 3)


def test_carrying_takes_a_constant_number_of_queries(tag, revision, django_assert_num_queries):
    for words in ("Critics", "Monday", WORDS, "harbour accord", "mentality"):
        tag(revision, words)
    newer = revise(revision, NOTED)
    with django_assert_num_queries(8):  # seven questions, one write
        carry_to(newer)


def test_certain_place_with_other_words_is_never_stored(annotation, revision):
    newer = revise(revision, NOTED)
    wanted = carries._missing(newer)[0][0]
    wrong = carries.Carried(Outcome.KEPT, 0, 7, 1.0)
    with pytest.raises(QuoteMismatch, match="carried to other words"):
        carries._unsaved(newer, wanted, WORDS, wrong)


def test_new_text_is_carried_to_as_soon_as_it_is_committed(
    annotation, revision, django_capture_on_commit_callbacks
):
    newer = revise(revision, NOTED)
    with django_capture_on_commit_callbacks(execute=True):
        revised(newer)
        assert not Carry.objects.exists()
    assert Carry.objects.get().revision == newer


@pytest.mark.parametrize("limit", ["AT_ONCE", "LONGEST_AT_ONCE", "BATCH"])
def test_what_takes_too_long_is_left_to_the_worker(
    annotation, revision, monkeypatch, django_capture_on_commit_callbacks, limit
):
    monkeypatch.setattr(carries, limit, 0)
    with django_capture_on_commit_callbacks(execute=True):
        revised(revise(revision, NOTED))
    assert not Carry.objects.exists()


def test_accepting_puts_the_words_at_the_proposed_place(annotation, carried, ruled):
    carry = carried(CHANGED)
    assert words_at(carry, CHANGED) == OTHER_WORDS
    ruled(carry, "accepted")
    assert stands(carry) == ("accepted", OTHER_WORDS)
    assert (carry.outcome, carry.version) == ("review", 1)


def test_words_are_placed_by_hand_where_the_quote_is(annotation, carried, ruled):
    carry = carried(WITHOUT)
    start = WITHOUT.index("Cold War")
    ruled(carry, "placed", start=start, end=start + 8, exact="Cold War")
    assert stands(carry) == ("placed", "Cold War")


def test_placing_at_the_proposed_place_is_accepting(annotation, carried, ruled):
    carry = carried(CHANGED)
    ruled(carry, "placed", start=carry.proposed_start, end=carry.proposed_end)
    assert stands(carry)[0] == CarryRuling.ACCEPTED


def test_wrongly_kept_words_can_be_ruled_gone(annotation, carried, ruled):
    carry = carried(NOTED)
    ruled(carry, "gone")
    assert (stands(carry), carry.start) == (("gone", ""), None)


@pytest.mark.parametrize(
    ("how", "message"),
    [
        ({"start": 3, "end": 3}, "does not lie within"),
        ({"start": 0, "end": 9999}, "does not lie within"),
        ({"start": 0, "end": 7, "exact": "Strait"}, "reads “Harbour”"),
        ({}, "Select the words"),
    ],
)
def test_place_that_is_none_is_refused(annotation, carried, ruled, how, message):
    with pytest.raises((AnchorError, CarryRefused), match=message):
        ruled(carried(CHANGED), "placed", **how)
    assert not CarryDecision.objects.exists()


def test_nothing_proposed_cannot_be_accepted(annotation, carried, ruled):
    with pytest.raises(CarryRefused, match="No place is proposed"):
        ruled(carried(WITHOUT), "accepted")


@pytest.mark.parametrize("ruling", ["accepted", "gone"])
def test_ruling_the_same_again_writes_nothing(annotation, carried, ruled, ruling):
    carry = carried(CHANGED)
    ruled(carry, ruling)
    ruled(carry, ruling)
    assert CarryDecision.objects.count() == 1
    assert Carry.objects.get().version == 1


def test_second_moderator_is_told_of_the_first(annotation, carried, ruled, cast):
    carry = carried(CHANGED)
    ruled(carry, "accepted")
    with pytest.raises(CarryConflict, match=r"moderator ruled .* accepted") as caught:
        ruled(carry, "gone", moderator=cast.owner)
    assert (caught.value.current.version, stands(carry)[0]) == (1, "accepted")


@pytest.mark.parametrize("who", ["reviewer", "colleague", "outsider"])
def test_only_moderators_rule(annotation, carried, ruled, cast, who):
    with pytest.raises(CarryRefused, match="Only moderators"):
        ruled(carried(CHANGED), "accepted", moderator=getattr(cast, who))


def test_carry_to_a_text_that_is_not_the_newest_is_not_ruled_on(annotation, carried, ruled):
    carry = carried(CHANGED)
    revise(carry.revision, NOTED)
    with pytest.raises(CarryRefused, match="Revision 3 of this article has come"):
        ruled(carry, "accepted")


def test_undoing_steps_back_ruling_by_ruling(annotation, carried, ruled, cast):
    carry = carried(NOTED)
    ruled(carry, "gone")
    carry.refresh_from_db()
    ruled(carry, "placed", start=0, end=7)
    second, first = carry.decisions.order_by("-number")
    undo_carry_ruling(second, moderator=cast.moderator)
    assert stands(carry) == ("gone", "")
    undo_carry_ruling(first, moderator=cast.moderator)
    assert (stands(carry), carry.version) == (("", WORDS), 4)
    assert [row.undoes for row in carry.decisions.order_by("number")] == [None, None, 2, 1]


def test_undoing_a_ruling_on_an_uncertain_place_leaves_it_uncertain(
    annotation, carried, ruled, cast
):
    carry = carried(CHANGED)
    ruled(carry, "accepted")
    undo_carry_ruling(carry.decisions.get(), moderator=cast.moderator)
    assert stands(carry) == ("", "")


def test_ruling_that_no_longer_stands_cannot_be_taken_back(annotation, carried, ruled, cast):
    carry = carried(CHANGED)
    ruled(carry, "accepted")
    mine = carry.decisions.get()
    ruled(carry, "gone", version=1, moderator=cast.owner)
    with pytest.raises(CarryConflict, match="no longer stands"):
        undo_carry_ruling(mine, moderator=cast.moderator)
    with pytest.raises(CarryRefused, match="somebody else's"):
        undo_carry_ruling(carry.decisions.order_by("-number")[0], moderator=cast.moderator)


@pytest.mark.parametrize(
    "change", [lambda log: log.update(ruling="gone"), lambda log: log.delete()]
)
def test_database_refuses_to_change_a_ruling_in_the_log(annotation, carried, ruled, change):
    ruled(carried(CHANGED), "accepted")
    with pytest.raises(IntegrityError, match="append-only"), transaction.atomic():
        change(CarryDecision.objects.all())


@given(
    before=st.text("ab “\n", max_size=30),
    words=st.text("cd \"'’a", min_size=1, max_size=12).filter(str.strip),
    after=st.text("ab ”\n", max_size=30),
    restyle=st.booleans(),
)
def test_certain_carry_holds_the_words_that_were_tagged(before, words, after, restyle):
    old, new = before + words + after, f"Noted. {before} {words}{after}"
    if restyle:
        new = new.replace("“", '"').replace("’", "'")
    place = carries.Place(1, 1, "", len(before), len(before) + len(words))
    found = carries.carry(old, new, [(place.start, place.end)])[0]
    made = carries._unsaved(Revision(pk=2, text=new), carries.Wanted(1, 1, place), words, found)
    assert made.exact == (new[made.start : made.end] if made.start is not None else "")
    assert (made.exact == "") == (made.outcome in ("review", "gone"))
