"""How coding went over time, and which codes coders lean to."""

from datetime import UTC, date, datetime, timedelta

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from annotations.measuring.drift import (
    NO_TAGS,
    NOBODY_ELSE,
    Scope,
    by_period,
    by_story,
    leanings_in,
    sum_of,
    tags_with,
    work_in,
)
from annotations.models import Annotation, Assignment, Change, Study, TrainingStory
from annotations.revisions.carries import carry_to
from annotations.tags.tagging import remove_annotation
from annotations.team.seeing import Sight
from sources.models import Story
from tests.conftest import CORRECTED, make_revision, revise

pytestmark = pytest.mark.django_db
DRIFT = "/studies/press/drift/"
MONDAY = datetime(2026, 1, 5, 9, tzinfo=UTC)


def at(annotation, moment):
    """Put a tag and its steps to a time."""
    Annotation.objects.filter(pk=annotation.pk).update(created_at=moment)
    annotation.changes.update(made_at=moment)


def part_of(study, person):
    return sum_of(work for work in work_in(study) if work.coder == person.pk)


def done(study, story, person, moment=MONDAY):
    return Assignment.objects.create(
        study=study, story=story, coder=person, state="done", done_at=moment
    )


def test_tags_are_counted_over_the_words_of_the_texts(study, revision, gazette, tag, cast):
    tag(revision, "accord")
    tag(revision, "Monday")
    own = part_of(study, cast.reviewer)
    assert (own.story_count, own.texts, own.words, own.tags) == (1, 1, revision.word_count, 2)
    assert own.per_1000 == pytest.approx(2000 / revision.word_count)


def test_texts_of_a_done_part_count_without_a_tag(study, story, revision, gazette, tag, cast):
    tag(revision, "accord")
    done(study, story, cast.reviewer)
    own = part_of(study, cast.reviewer)
    assert (own.texts, own.words) == (2, revision.word_count + gazette.word_count)


def test_removed_tags_and_training_and_closed_stories_do_not_count(
    study, story, revision, gazette, tag, cast
):
    remove_annotation(tag(revision, "accord"), actor=cast.reviewer)
    assert work_in(study) == []
    tag(revision, "Monday")
    TrainingStory.objects.create(study=study, story=story)
    assert work_in(study) == []
    TrainingStory.objects.all().delete()
    assert len(work_in(study)) == 1
    study.sight = Sight(cast.moderator.pk, frozenset({story.pk}))
    assert work_in(study) == []


def test_story_counts_in_the_week_of_its_first_tag(study, story, revision, tag, cast):
    at(tag(revision, "accord"), MONDAY + timedelta(days=6))
    at(tag(revision, "Monday"), MONDAY + timedelta(days=8))
    done(study, story, cast.colleague, MONDAY + timedelta(days=14))
    weekly = by_period(work_in(study), 1)
    assert list(weekly[cast.reviewer.pk]) == [
        date(2026, 1, 5), date(2026, 1, 12), date(2026, 1, 19),
    ]  # fmt: skip
    assert [part.tags for part in weekly[cast.reviewer.pk].values()] == [2, 0, 0]
    assert [part.story_count for part in weekly[cast.colleague.pk].values()] == [0, 0, 1]
    fortnightly = by_period(work_in(study), 2)[cast.reviewer.pk]
    assert sum(part.tags for part in fortnightly.values()) == 2


def test_texts_of_a_story_count_in_their_own_weeks(study, story, revision, gazette, tag, cast):
    at(tag(revision, "accord"), MONDAY)
    at(tag(gazette, "accord"), MONDAY + timedelta(days=7))
    weekly = by_period(work_in(study), 1)[cast.reviewer.pk].values()
    assert [(part.texts, part.story_count) for part in weekly] == [(1, 1), (1, 1)]
    [both] = by_story(work_in(study))
    assert (both.part.texts, both.part.story_count, both.began_at) == (2, 1, MONDAY)
    assert both.part.seconds == 5 * 60


def test_gaps_count_as_five_minutes_at_most(study, revision, tag, cast):
    for words, minutes in (("accord", 0), ("Monday", 2), ("strait", 60)):
        at(tag(revision, words), MONDAY + timedelta(minutes=minutes))
    assert part_of(study, cast.reviewer).seconds == 7 * 60
    assert part_of(study, cast.reviewer).minutes_per_story == 7
    Change.objects.all().update(actor=cast.owner)
    assert part_of(study, cast.reviewer).seconds == 0


def test_passages_noticed_alike_are_pooled_over_pairs(study, revision, tag, cast):
    # Three passages: the headline, the signing, the critics.
    for words, people in (
        ("signed", ("reviewer", "colleague")), ("the harbour", ("reviewer", "owner")),
        ("Critics", ("reviewer",)), ("Harbour", ("colleague",)),
    ):  # fmt: skip
        for person in people:
            tag(revision, words, annotator=getattr(cast, person))
    own = part_of(study, cast.reviewer)
    # Reviewer: 2, 3. Colleague: 1, 2. Owner: 2. Each pair with the reviewer has passage 2 alike.
    assert (own.others, own.own, own.theirs, own.both) == (6, 4, 3, 2)
    assert own.alike == pytest.approx(4 / 7)
    assert part_of(study, cast.owner).alike == pytest.approx(4 / 6)


def test_span_over_two_passages_notices_both(study, revision, tag, cast):
    tag(revision, "Monday.\n\nCritics")
    tag(revision, "Critics", annotator=cast.colleague)
    own = part_of(study, cast.reviewer)
    assert (own.own, own.both) == (2, 1)


def test_span_that_ends_before_a_passage_does_not_notice_it(study, revision, tag, cast):
    tag(revision, "Monday.\n\n")
    tag(revision, "Critics", annotator=cast.colleague)
    assert part_of(study, cast.reviewer).own == 1
    assert part_of(study, cast.reviewer).alike == 0


def test_passages_are_those_of_the_newest_text(study, newest, cast, tag):
    tag(newest, "accord", annotator=cast.colleague)
    tag(newest, "A note", annotator=cast.colleague)
    own = part_of(study, cast.reviewer)  # `accord` was carried, `military suffocation` was not
    assert (own.others, own.own, own.theirs, own.both) == (4, 1, 2, 1)


def test_work_of_one_coder_is_the_same_as_among_all(study, story, newest, gazette, tag, cast):
    tag(newest, "accord", annotator=cast.colleague)
    done(study, story, cast.owner)
    for person in (cast.reviewer, cast.colleague, cast.owner):
        alone = work_in(study, person.pk)
        assert alone
        assert alone == [each for each in work_in(study) if each.coder == person.pk]


def test_work_of_some_stories_is_part_of_all(study, story, newest, gazette, tag, cast):
    other = _story(study)
    for person in (cast.reviewer, cast.colleague):
        tag(make_revision(other, outlet=f"Third of {person}"), "accord", annotator=person)
    some = work_in(study, scope=Scope.of(study, [other.pk]))
    assert {each.story for each in some} == {other.pk}
    assert some == [each for each in work_in(study) if each.story == other.pk]
    assert work_in(study, scope=Scope.of(study, [])) == []


def test_agreement_that_is_undefined_says_why(study, story, revision, tag, cast):
    tag(revision, "accord")
    assert part_of(study, cast.reviewer).alike is None
    assert part_of(study, cast.reviewer).why_not_alike == NOBODY_ELSE
    Annotation.objects.all().delete()
    done(study, story, cast.reviewer)
    done(study, story, cast.colleague)
    assert part_of(study, cast.reviewer).alike is None
    assert part_of(study, cast.reviewer).why_not_alike == NO_TAGS


def test_leaning_is_observed_against_the_shares_of_all(study, revision, tag, cast, codes):
    for words in ("accord", "Monday", "strait"):
        tag(revision, words)
    tag(revision, "Critics", code="damage")
    for words in ("accord", "Monday"):
        tag(revision, words, code="damage", annotator=cast.colleague)
    found = leanings_in(study)
    loaded, damage = codes["loaded"].pk, codes["damage"].pk
    assert (found[cast.reviewer.pk][loaded].observed, found[cast.reviewer.pk][loaded].expected) == (
        3, pytest.approx(4 * 3 / 6),
    )  # fmt: skip
    assert found[cast.colleague.pk][loaded].observed == 0
    assert found[cast.colleague.pk][damage].ratio == pytest.approx(2)
    assert found[cast.colleague.pk][damage].few


def test_leaning_counts_stories_of_several_coders_only(study, revision, tag, cast, codes):
    tag(revision, "accord")
    other = make_revision(_story(study), outlet="Third")
    tag(other, "accord")
    tag(other, "accord", annotator=cast.colleague)
    found = leanings_in(study)[cast.reviewer.pk]
    assert found[codes["loaded"].pk].observed == 1
    assert [one.span.revision for one in tags_with(study, cast.reviewer.pk, codes["loaded"])] == [
        other
    ]


def test_merged_code_leans_as_its_successor(study, revision, tag, cast, codes):
    tag(revision, "accord")
    tag(revision, "Monday", code="damage", annotator=cast.colleague)
    codes["damage"].retired_at, codes["damage"].merged_into = MONDAY, codes["loaded"]
    codes["damage"].save()
    found = leanings_in(study)
    assert found[cast.colleague.pk].keys() == {codes["loaded"].pk}
    assert tags_with(study, cast.colleague.pk, codes["loaded"]).count() == 1


def _story(study, title="The second"):
    story = Story.objects.create(title=title)
    study.stories.add(story)
    return story


def test_page_names_coders_by_name_and_leads_to_the_cases(study, revision, tag, cast, client_of):
    tag(revision, "accord")
    tag(revision, "Monday")
    tag(revision, "accord", annotator=cast.colleague)
    page = client_of(cast.moderator).get(DRIFT).content.decode()
    assert "are not ranked" in page
    assert page.index(">colleague</a></h3>") < page.index(">reviewer</a></h3>")
    assert f'href="{DRIFT}{cast.reviewer.pk}/?code=' in page
    assert f'href="{DRIFT}{cast.reviewer.pk}/?weeks=1&amp;since=' in page
    assert "style=" not in page


def test_cases_of_a_coder_and_a_week_lead_to_the_desk(study, story, revision, tag, cast, client_of):
    at(tag(revision, "accord"), MONDAY)
    client, path = client_of(cast.moderator), f"{DRIFT}{cast.reviewer.pk}/"
    page = client.get(path, {"since": "2026-01-05"}).content.decode()
    assert f'href="/studies/press/stories/{story.pk}/desk/?by_reviewer=reviewer"' in page
    other = client.get(path, {"since": "2026-01-12"}).content.decode()
    assert "began no story in that time" in other
    assert client.get(path, {"since": "odd", "weeks": "x"}).status_code == 200


def test_stories_of_a_coder_come_in_pages(
    study, story, revision, tag, cast, client_of, monkeypatch
):
    other = _story(study)
    at(tag(make_revision(other), "accord"), MONDAY)
    at(tag(revision, "accord"), MONDAY + timedelta(days=1))
    path = f"{DRIFT}{cast.reviewer.pk}/"
    monkeypatch.setattr("annotations.views.drift.STORIES_PER_PAGE", 1)
    client = client_of(cast.moderator)
    first, second = (client.get(path, {"page": page}).context for page in (1, 2))
    assert [each.story for each, _ in first["work"]] == [other.pk]
    assert [each.story for each, _ in second["work"]] == [story.pk]
    assert second["sum"].words == revision.word_count


def test_tags_behind_a_code_are_listed(study, revision, tag, cast, codes, client_of):
    tag(revision, "accord")
    tag(revision, "Monday", annotator=cast.colleague)
    client, path = client_of(cast.moderator), f"{DRIFT}{cast.reviewer.pk}/"
    page = client.get(path, {"code": codes["loaded"].pk}).content.decode()
    assert "“accord”" in page
    assert "“Monday”" not in page
    for odd in ("0", "x", "9" * 30):
        assert client.get(path, {"code": odd}).status_code == 404


@pytest.mark.parametrize("path", [DRIFT, f"{DRIFT}1/"])
def test_drift_is_for_moderators(study, cast, client, client_of, path):
    assert client_of(cast.reviewer).get(path).status_code == 403
    assert client_of(cast.outsider).get(path).status_code == 404
    assert client.get(path).headers["Location"].startswith("/login/")


def test_moderator_with_an_open_part_sees_nothing_of_the_story(
    study, story, revision, tag, cast, client_of
):
    Study.objects.update(blind=True)
    tag(revision, "accord")
    Assignment.objects.create(study=study, story=story, coder=cast.moderator)
    page = client_of(cast.moderator).get(DRIFT).content.decode()
    assert "Nobody has tagged" in page
    cases = client_of(cast.moderator).get(f"{DRIFT}{cast.reviewer.pk}/").content.decode()
    assert story.title not in cases


@pytest.mark.parametrize("path", [DRIFT, f"{DRIFT}%s/", f"{DRIFT}%s/?code=%s"])
def test_queries_do_not_grow(study, revision, tag, cast, codes, client_of, path):
    client = client_of(cast.moderator)
    path = path % (cast.reviewer.pk, codes["loaded"].pk)[: path.count("%s")]
    tag(revision, "accord")
    tag(revision, "accord", annotator=cast.colleague)

    def count_queries():
        with CaptureQueriesContext(connection) as queries:
            assert client.get(path).status_code == 200
        return len(queries)

    few = count_queries()
    other = make_revision(_story(study), outlet="Third")
    for person in (cast.reviewer, cast.colleague, cast.owner):
        tag(other, "Monday", annotator=person)
    carry_to(revise(revision, CORRECTED))
    assert count_queries() == few
