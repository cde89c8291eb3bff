"""Computing agreement: what is loaded, what is left out, what is stored and when it is stale."""

from datetime import date, timedelta

import numpy as np
import pytest
from django.utils import timezone
from procrastinate.contrib.django.models import ProcrastinateJob

from annotations.agreement import parts
from annotations.agreement.everything import MEASURES, NAMED
from annotations.agreement.parts import Plan, confusion_of
from annotations.agreement.selection import Selection, Unit
from annotations.measuring.agreeing import (
    BY_A_WORKER,
    MOST_KEPT,
    SMALL,
    agree,
    has_gamma,
    prepare,
    renew,
)
from annotations.measuring.agreement_runs import basis_of, standing_of
from annotations.measuring.coded import load
from annotations.models import AgreementFigure, AgreementRun, Annotation, Assignment, Membership
from annotations.revisions.carries import carry_to
from annotations.tags.tagging import remove_annotation
from annotations.tasks import agree_later
from sources.models import Story
from tests.conftest import CORRECTED, HARBOUR, make_revision, revise
from tests.workers import empty_queue, waits, work_off

pytestmark = pytest.mark.django_db
WHOLE = Selection()


@pytest.fixture(autouse=True)
def emptied(db):
    empty_queue()


@pytest.fixture
def both(tag, revision, cast):
    """Two reviewers: both saw the suffocation, one of them the accord."""
    tag(revision, "harbour accord")
    tag(revision, "military suffocation", annotator=cast.colleague)
    return tag(revision, "military suffocation")


@pytest.fixture
def part(study, story):
    """Give somebody a part of the story: part(user, state)."""

    def part(coder, state=Assignment.State.DONE):
        done_at = timezone.now() if state == Assignment.State.DONE else None
        return Assignment.objects.create(
            study=study, story=story, coder=coder, state=state, done_at=done_at
        )

    return part


def figure(run, part, measure, of=""):
    return run.figures.get(part=part, of=str(of), measure=measure)


def about(run, name):
    return run.figures.get(part="about", of=name).units


def test_selection_has_one_address_and_comes_back_from_it():
    chosen = Selection(story=3, pair=(2, 9), since=timezone.now().date(), unit=Unit.PASSAGE)
    assert chosen.address.startswith("story=3&pair=2-9&since=")
    assert Selection.of(chosen.address) == chosen
    assert Selection.of("pair=9-2") == Selection(pair=(2, 9))
    assert Selection().address == ""
    for address in ("story=x", "unit=word", "pair=1", "since=soon"):
        with pytest.raises(ValueError, match=r"\w"):
            Selection.of(address)


def test_whole_study_is_computed_and_stored(both, study):
    run = agree(study, WHOLE)
    found = figure(run, "whole", "where_f1_exact")
    assert (found.value, found.units) == (pytest.approx(2 / 3), 3)
    assert (found.stories, found.coders) == (1, 2)
    assert found.interval_reason.startswith("one story only")
    assert run.basis == basis_of(study).digest
    assert run.version.startswith("Parallax ")


def test_every_part_of_a_study_has_figures(both, study, story, codes, cast, gazette):
    run = agree(study, WHOLE)
    pair = f"{cast.reviewer.pk}-{cast.colleague.pk}"
    outlet = both.span.revision.article.outlet_id
    for kind, of in [
        ("story", story.pk),
        ("code", codes["loaded"].pk),
        ("pair", pair),
        ("outlet", outlet),
    ]:
        assert figure(run, kind, "where_f1_exact", of).value == pytest.approx(2 / 3), kind


def test_parts_are_pooled_from_the_same_statistics_as_when_computed_alone(both, study, story, tag):
    other = Story.objects.create(title="Another")
    study.stories.add(other)
    tag(make_revision(other, outlet="Gazette"), "the strait")
    tag(make_revision(other), "the strait")
    run = agree(study, WHOLE)
    for kind, chosen in [
        ("story", Selection(story=story.pk)),
        ("outlet", Selection(outlet=both.span.revision.article.outlet_id)),
    ]:
        alone = agree(study, chosen)
        of = chosen.story or chosen.outlet
        for measure in MEASURES:
            one, whole = figure(run, kind, measure.key, of), figure(alone, "whole", measure.key)
            assert (one.value, one.low, one.units) == (whole.value, whole.low, whole.units)


def test_code_that_is_no_bias_has_a_row_of_its_own_and_no_part_in_the_whole(
    both, study, tag, codes, cast, revision
):
    tag(revision, "one said", code="damage")
    tag(revision, "one said", code="damage", annotator=cast.colleague)
    run = agree(study, WHOLE)
    assert figure(run, "whole", "where_f1_exact").units == 3
    assert figure(run, "code", "where_f1_exact", codes["damage"].pk).value == 1
    asked = agree(study, Selection(code=codes["damage"].pk))
    assert figure(asked, "whole", "where_f1_exact").value == 1


def test_reviewers_own_code_counts_whatever_a_moderator_ruled(both, study, codes, cast):
    Annotation.objects.filter(pk=both.pk).update(ruled_code=codes["threat"])
    coded = load(study, WHOLE)
    assert {coded.codes[code] for code in coded.codings.code} == {codes["loaded"].pk}


def test_merged_code_counts_as_the_one_it_was_merged_into(both, study, codes):
    loaded, threat = codes["loaded"], codes["threat"]
    loaded.retired_at, loaded.merged_into = timezone.now(), threat
    loaded.save(update_fields=["retired_at", "merged_into"])
    coded = load(study, WHOLE)
    assert {coded.codes[code] for code in coded.codings.code} == {threat.pk}
    assert len(load(study, Selection(code=threat.pk)).codings.text) == 3
    assert len(load(study, Selection(code=loaded.pk)).codings.text) == 0


def test_tags_stand_where_the_newest_text_has_them_and_those_adrift_are_counted(
    both, study, revision, cast
):
    carry_to(revise(revision, CORRECTED))
    coded = load(study, WHOLE)
    start, end = CORRECTED.index("harbour accord"), CORRECTED.index("harbour accord") + 14
    assert list(zip(coded.codings.start.tolist(), coded.codings.end.tolist(), strict=True)) == [
        (start, end)
    ]
    assert coded.adrift == 2
    assert about(agree(study, WHOLE), "adrift") == 2


def test_removed_tag_is_left_out(both, study, cast):
    remove_annotation(both, actor=cast.reviewer)
    assert len(load(study, WHOLE).codings.text) == 2


def test_done_part_counts_without_a_tag_and_an_unfinished_one_does_not(both, study, part, cast):
    part(cast.reviewer)
    part(cast.colleague, Assignment.State.IN_PROGRESS)
    part(cast.moderator)
    coded = load(study, WHOLE)
    assert coded.coders == (cast.reviewer.pk, cast.moderator.pk)
    assert len(coded.codings.text) == 2
    assert figure(agree(study, WHOLE), "whole", "where_f1_exact").value == 0


def test_coder_who_left_still_counts(both, study, cast):
    Membership.objects.filter(study=study, user=cast.colleague).delete()
    assert figure(agree(study, WHOLE), "whole", "where_f1_exact").units == 3


def test_same_words_tagged_twice_with_one_code_count_once(both, study, tag, revision):
    tag(revision, "military suffocation")
    assert len(load(study, WHOLE).codings.text) == 3


@pytest.mark.parametrize("by_a_worker", [True, False])
def test_gamma_is_computed_by_a_worker_where_its_package_is(both, study, by_a_worker):
    shown = figure(agree(study, WHOLE, gamma=by_a_worker), "whole", "where_gamma")
    if not has_gamma():
        assert "requirements-gamma.txt" in shown.reason
    elif by_a_worker:
        assert shown.value is not None
    else:
        assert shown.reason == BY_A_WORKER


def test_one_coder_or_nothing_tagged_gives_reasons_and_no_number(study, tag, revision):
    for _ in range(2):
        run = agree(study, WHOLE)
        found = run.figures.filter(part="whole")
        assert [one.measure for one in found] == [*NAMED]
        assert all(one.value is None and one.reason for one in found)
        tag(revision, "harbour accord")
    assert about(agree(study, WHOLE), "texts_alone") == 1


def test_study_without_stories_or_members_has_reasons(study):
    assert all(one.reason for one in agree(study, WHOLE).figures.filter(part="whole"))


def test_days_narrow_tags_and_who_counts_as_a_coder(both, study, cast):
    Annotation.objects.filter(annotator=cast.colleague).update(created_at="2026-01-31T23:59:59Z")
    january = Selection(until=date(2026, 1, 31))
    coded = load(study, january)
    assert (coded.coders, len(coded.codings.text)) == ((cast.colleague.pk,), 1)
    since = Selection(since=date(2026, 2, 1))
    assert load(study, since).coders == (cast.reviewer.pk,)


def test_pair_keeps_the_texts_that_both_coded(both, study, tag, revision, cast):
    other = Story.objects.create(title="Another")
    study.stories.add(other)
    tag(make_revision(other), "the strait")
    pair = Selection(pair=(cast.reviewer.pk, cast.colleague.pk))
    coded = load(study, pair)
    assert [text.revision for text in coded.texts] == [revision.pk]


def test_units_are_sentences_or_passages(both, study):
    sentences, passages = (load(study, Selection(unit=unit)).codings.units for unit in Unit)
    assert len(passages[0]) == 3
    assert len(sentences[0]) >= 3
    first, behind = passages[0][1]
    assert HARBOUR[first:behind] == "The ministers signed the harbour accord on Monday."


def test_confusion_counts_pairs_and_tags_without_a_partner(both, study, tag, revision, codes, cast):
    tag(revision, "one said", code="threat", target="critics", polarity="negative")
    tag(revision, "one said", annotator=cast.colleague)
    run = agree(study, WHOLE)
    cells = dict(run.figures.filter(part="confusion").values_list("of", "units"))
    loaded, threat = codes["loaded"].pk, codes["threat"].pk
    assert cells == {
        f"{loaded}-{loaded}": 1, f"{loaded}-{threat}": 1, f"{threat}-{loaded}": 1,
        f"{loaded}-0": 1, f"0-{loaded}": 1,
    }  # fmt: skip
    ordered = agree(study, Selection(pair=(cast.reviewer.pk, cast.colleague.pk)))
    cells = dict(ordered.figures.filter(part="confusion").values_list("of", "units"))
    assert cells == {f"{loaded}-{loaded}": 1, f"{threat}-{loaded}": 1, f"{loaded}-0": 1}


def test_figures_are_replaced_and_nobody_else_is_touched(both, study, codes):
    other = agree(study, Selection(code=codes["loaded"].pk))
    first = agree(study, WHOLE)
    numbers = set(first.figures.values_list("pk", flat=True))
    again = agree(study, WHOLE)
    assert again.pk == first.pk
    assert not numbers & set(again.figures.values_list("pk", flat=True))
    assert AgreementFigure.objects.filter(run=other).exists()
    assert again.figures.count() == len(numbers)


def test_same_tags_give_the_same_figures(both, study):
    fields = ["part", "of", "measure", "value", "low", "high", "units", "reason"]
    first = list(agree(study, WHOLE).figures.values_list(*fields))
    assert list(agree(study, WHOLE).figures.values_list(*fields)) == first


@pytest.mark.parametrize("change", ["tag", "remove", "part", "text", "code"])
def test_figures_are_stale_once_what_they_rest_on_changed(
    change, both, study, tag, revision, part, codes, cast
):
    agree(study, WHOLE)
    assert not standing_of(study, WHOLE).is_stale
    match change:
        case "tag":
            tag(revision, "the strait")
        case "remove":
            remove_annotation(both, actor=cast.reviewer)
        case "part":
            part(cast.reviewer)
        case "text":
            revise(revision, CORRECTED)
        case "code":
            study.codebook.codes.filter(key="loaded").update(counts_as_bias=False)
    assert standing_of(study, WHOLE).is_stale


def test_ruling_and_another_study_make_nothing_stale(both, study, cast):
    agree(study, WHOLE)
    Annotation.objects.filter(pk=both.pk).update(status="accepted", updated_at=timezone.now())
    assert not standing_of(study, WHOLE).is_stale


def test_large_study_waits_for_a_worker_and_without_one_only_the_largest(both, study, monkeypatch):
    monkeypatch.setattr("annotations.measuring.agreeing.QUICK", 2)
    monkeypatch.setattr("annotations.measuring.agreeing.SMALL", 2)
    prepare(study, WHOLE)
    prepare(study, WHOLE)
    assert standing_of(study, WHOLE).is_queued
    assert not standing_of(study, WHOLE).is_there
    prepare(study, WHOLE, now=True)
    assert standing_of(study, WHOLE).is_there
    monkeypatch.setattr("annotations.measuring.agreeing.SMALL", SMALL)
    chosen = Selection(unit=Unit.PASSAGE)
    prepare(study, chosen)
    assert standing_of(study, chosen).is_there


def test_worker_renews_what_changed_and_lets_figures_rest(both, study, tag, revision):
    renew()
    assert standing_of(study, WHOLE).is_queued
    empty_queue()
    run = agree(study, WHOLE)
    AgreementRun.objects.update(finished_at=run.started_at)
    renew()
    assert not waits()
    tag(revision, "the strait")
    renew()
    assert standing_of(study, WHOLE).is_queued
    empty_queue()
    AgreementRun.objects.update(
        finished_at=timezone.now(), started_at=timezone.now() - timedelta(minutes=1)
    )
    renew()
    assert not waits()


def test_selections_that_nobody_asks_for_are_forgotten(both, study, monkeypatch):
    monkeypatch.setattr("annotations.measuring.agreeing.MOST_KEPT", 1)
    agree(study, WHOLE)
    agree(study, Selection(unit=Unit.PASSAGE))
    agree(study, Selection(since=date(2026, 1, 1)))
    assert sorted(AgreementRun.objects.values_list("selection", flat=True)) == [
        "",
        "since=2026-01-01",
    ]
    assert MOST_KEPT > 1


def test_pairs_computed_in_processes_of_their_own_are_the_same(both, study, monkeypatch):
    coded = load(study, WHOLE).shared()
    plan = Plan(
        coded.codings, coded.counts, np.array([text.outlet for text in coded.texts]), MEASURES, 10
    )
    here = list(plan.figures())
    monkeypatch.setattr(parts, "MANY_SPANS", 0)
    assert list(plan.figures()) == here


def test_confusion_of_nothing_is_empty(study, revision):
    assert not confusion_of(load(study, WHOLE).codings).any()


@pytest.mark.django_db(transaction=True)
def test_worker_computes_what_waits_for_it_once(both, study):
    agree_later(study.pk, "")
    agree_later(study.pk, "")
    assert ProcrastinateJob.objects.filter(task_name="agree").count() == 1
    work_off()
    standing = standing_of(study, WHOLE)
    assert standing.is_there
    assert not standing.is_queued
    assert standing.run.done == standing.run.total > 0
    empty_queue()
