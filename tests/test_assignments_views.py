"""Pages of the assignments, and of one's own parts."""

import re

import pytest
from django.urls import reverse

from annotations.models import Assignment, Membership
from annotations.team.assigning import change_parts
from annotations.team.staffing import remove_member
from annotations.team.taking_part import finish_part, start_part
from sources.models import Story

pytestmark = pytest.mark.django_db
State = Assignment.State


@pytest.fixture
def page(study):
    return reverse("assignments", args=[study.key])


@pytest.fixture
def balance(study):
    return reverse("assignments_balance", args=[study.key])


@pytest.fixture
def moderator(client_of, cast):
    return client_of(cast.moderator)


@pytest.fixture
def reviewer(client_of, cast):
    return client_of(cast.reviewer)


@pytest.fixture
def give(study, cast):
    """Give parts: give(story, person, …)."""

    def give(story, *people):
        add = {(story.pk, person.pk) for person in people}
        change_parts(study, add=add, remove=(), moderator=cast.moderator)
        return Assignment.objects.filter(story=story, coder=people[0]).get()

    return give


@pytest.fixture
def step(study, story, reviewer):
    """Take a step of one's own part: step("start")."""
    return lambda name: reviewer.post(reverse(f"part_{name}", args=[study.key, story.pk]))


def name(story, person):
    return f"{story.pk}-{person.pk}"


def wish(study, *people, **more):
    given = {"each": 1, "coders": [one.pk for one in people], "which": "all", "seed": 3}
    return given | more


@pytest.mark.parametrize(
    ("who", "status"),
    [("outsider", 404), ("reviewer", 403), ("moderator", 200), ("administrator", 200)],
)
def test_assignments_are_for_moderators(client_of, cast, page, balance, study, who, status):
    client = client_of(getattr(cast, who))
    assert client.get(page).status_code == client.get(balance).status_code == status
    if status != 200:
        for address in (page, balance, f"{page}undo/", f"{page}replace/"):
            assert client.post(address).status_code == status


def test_anonymous_visitor_logs_in_first(client, page, study):
    for address in (page, reverse("next", args=[study.key])):
        assert client.get(address).url.startswith(reverse("login"))


def test_ticked_parts_are_given_and_unticked_ones_taken(moderator, page, story, cast, give):
    give(story, cast.reviewer)
    given = {"part": [name(story, cast.colleague)], "was": [name(story, cast.reviewer)]}
    assert moderator.post(page, given).status_code == 303
    assert [part.coder for part in story.assignments.all()] == [cast.colleague]


def test_part_that_somebody_else_gave_meanwhile_stays(moderator, page, story, cast, give):
    give(story, cast.reviewer)
    moderator.post(page, {"part": [name(story, cast.colleague)]})
    assert story.assignments.count() == 2


def test_part_that_was_begun_is_asked_about(moderator, page, story, cast, give):
    start_part(give(story, cast.reviewer), coder=cast.reviewer)
    given = {"was": [name(story, cast.reviewer)]}
    asked = moderator.post(page, given)
    assert asked.status_code == 409
    assert "Nothing is saved yet" in asked.content.decode()
    assert story.assignments.exists()
    assert moderator.post(page, given | {"sure": "1"}).status_code == 303
    assert not story.assignments.exists()


def test_nonsense_in_a_stale_form_changes_nothing(moderator, page, story, cast):
    given = {"part": ["x", "1-", f"{10**17}-1", f"{story.pk}-{10**12}"]}
    assert moderator.post(page, given).status_code == 303
    refused = moderator.post(page, {"part": [name(story, cast.outsider)]})
    assert refused.status_code == 422
    assert not Assignment.objects.exists()


def test_preview_is_assigned_only_as_it_was_shown(moderator, balance, study, story, cast):
    asked = wish(study, cast.reviewer)
    shown = moderator.post(balance, asked | {"do": "preview"}).content.decode()
    assert "1 new part" in shown
    assert not Assignment.objects.exists()
    digest = re.search(r'name="digest" value="(\w+)"', shown)[1]
    other = asked | {"coders": [cast.colleague.pk], "do": "assign", "digest": digest}
    assert moderator.post(balance, other).status_code == 409
    assert not Assignment.objects.exists()
    assert moderator.post(balance, asked | {"do": "assign", "digest": digest}).status_code == 303
    assert Assignment.objects.get().coder == cast.reviewer


@pytest.mark.parametrize(
    "wrong",
    [{"each": 0}, {"each": "x"}, {"coders": []}, {"seed": -1}, {"which": "chosen"}, {"which": ""}],
)
def test_invalid_wish_is_422(moderator, balance, study, story, cast, wrong):
    assert moderator.post(balance, wish(study, cast.reviewer) | wrong).status_code == 422


def test_too_few_people_are_said(moderator, balance, study, story, cast):
    shown = moderator.post(balance, wish(study, cast.reviewer, each=2) | {"do": "preview"})
    assert "not enough people: 1 story" in shown.content.decode()
    digest = shown.context["balance"].digest
    given = wish(study, cast.reviewer, each=2) | {"do": "assign", "digest": digest}
    assert moderator.post(balance, given).status_code == 422


def test_undo_of_the_last_assigning_happens_once(moderator, page, story, cast, give):
    give(story, cast.reviewer)
    at = moderator.get(page).context["batch"].at.isoformat()
    assert moderator.post(f"{page}undo/", {"at": at}).status_code == 303
    assert not story.assignments.exists()
    assert moderator.post(f"{page}undo/", {"at": at}).status_code == 409
    assert moderator.post(f"{page}undo/", {"at": "x"}).status_code == 409


def test_parts_of_who_left_are_given_to_others(moderator, page, study, story, cast, give):
    give(story, cast.reviewer)
    remove_member(Membership.objects.get(study=study, user=cast.reviewer))
    assert "1 part needs a coder" in moderator.get(page).content.decode()
    assert moderator.post(f"{page}replace/").status_code == 303
    assert story.assignments.get().coder != cast.reviewer


def test_moderator_reopens_a_part(moderator, study, story, cast, give):
    part = give(story, cast.reviewer)
    start_part(part, coder=cast.reviewer)
    finish_part(part, coder=cast.reviewer)
    address = reverse("assignment_reopen", args=[study.key, part.pk])
    assert moderator.post(address).status_code == 303
    part.refresh_from_db()
    assert part.state == State.REOPENED


def test_coder_starts_and_finishes_from_the_next_page(reviewer, study, story, cast, give, step):
    part = give(story, cast.reviewer)
    address = reverse("next", args=[study.key])
    assert reviewer.get(address).context["next"] == part
    assert step("start").url == reverse("desk", args=[study.key, story.pk])
    assert "Go on" in reviewer.get(address).content.decode()
    assert step("done").url == address
    assert reviewer.get(address).context["next"] is None
    assert step("reopen").status_code == 303
    assert reviewer.get(address).context["next"] == part


def test_done_page_names_articles_without_a_tag(
    reviewer, study, story, revision, gazette, cast, give, tag
):
    give(story, cast.reviewer)
    tag(revision, "accord")
    tag(gazette, "accord", annotator=cast.colleague)
    shown = reviewer.get(reverse("part_done", args=[study.key, story.pk])).context
    assert shown["tag_count"] == 1
    assert [article.pk for article in shown["untagged"]] == [gazette.article_id]


def test_part_to_do_is_not_done(step, story, cast, give):
    give(story, cast.reviewer)
    assert step("done").status_code == 409


def test_who_has_no_part_has_no_steps(reviewer, study, story, step):
    assert "no story to code" in reviewer.get(reverse("next", args=[study.key])).content.decode()
    for each in ("start", "done", "reopen"):
        assert step(each).status_code == 404


@pytest.mark.parametrize("where", ["desk", "story"])
def test_own_part_is_shown_on_the_pages_of_its_story(
    reviewer, moderator, study, story, revision, cast, give, where
):
    give(story, cast.reviewer)
    address = reverse(where, args=[study.key, story.pk])
    assert 'id="part"' in reviewer.get(address).content.decode()
    assert 'id="part"' not in moderator.get(address).content.decode()


@pytest.mark.parametrize("where", ["assignments", "assignments_balance", "next"])
def test_queries_do_not_grow(
    client_of, study, story, cast, give, where, django_assert_max_num_queries
):
    client, address = client_of(cast.moderator), reverse(where, args=[study.key])
    give(story, cast.moderator, cast.reviewer)
    client.get(address)
    with django_assert_max_num_queries(40) as few:
        client.get(address)
    for number in range(8):
        more = Story.objects.create(title=f"Story {number}")
        study.stories.add(more)
        give(more, cast.moderator, cast.reviewer, cast.colleague)
    with django_assert_max_num_queries(len(few)):
        client.get(address)


def test_study_without_stories_or_members_has_pages(client_of, cast, study, page, balance):
    Membership.objects.all().delete()
    client = client_of(cast.administrator)
    assert "no stories yet" in client.get(page).content.decode()
    assert client.get(balance).status_code == 200
    study.stories.add(Story.objects.create(title="Alone"))
    assert "Nobody belongs" in client.get(page).content.decode()
