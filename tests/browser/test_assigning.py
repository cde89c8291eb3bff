"""Assigning and coding one's part: the matrix by keyboard, a balanced plan, and training."""

import pytest
from django.urls import reverse
from playwright.sync_api import expect

from annotations.models import Assignment
from annotations.team.assigning import change_parts
from annotations.team.training import add_training
from sources.models import Story
from tests.conftest import make_revision

pytestmark = pytest.mark.django_db(transaction=True)
State = Assignment.State


@pytest.fixture
def stories(study, story, revision):
    """Three stories by title: A second, A third, The harbour accord."""
    more = [Story.objects.create(title=title) for title in ("A second", "A third")]
    study.stories.add(*more)
    for each in more:
        make_revision(each)
    return [*more, story]


@pytest.fixture
def lesson(study, stories, revision, cast, tag):
    """Training on the accord; the reviewer's real story is “A second”."""
    study.blind = True
    study.save(update_fields=["blind"])
    tag(revision, "military suffocation", annotator=cast.owner)
    add_training(study, stories[2], expert=cast.owner, owner=cast.owner)
    given = {(stories[0].pk, cast.reviewer.pk)}
    change_parts(study, add=given, remove=(), moderator=cast.moderator)
    return stories[2]


def test_moderator_assigns_by_keyboard(page, log_in, cast, study, stories, axe):
    log_in(page, cast.moderator)
    page.goto(reverse("assignments", args=[study.key]))
    axe(page)
    page.get_by_label("colleague codes A second").focus()
    page.keyboard.press("Space")
    page.keyboard.press("ArrowDown")
    page.keyboard.press("ArrowRight")
    expect(page.get_by_label("moderator codes A third")).to_be_focused()
    page.keyboard.press("Space")
    page.keyboard.press("Enter")
    expect(page.get_by_text("2 parts given.")).to_be_visible()
    given = study.assignments.values_list("story__title", "coder__username")
    assert set(given) == {("A second", "colleague"), ("A third", "moderator")}
    axe(page)
    page.get_by_role("button", name="Undo").click()
    expect(page.get_by_text("2 parts taken back.")).to_be_visible()


def test_moderator_balances_after_a_look_at_the_plan(page, log_in, cast, study, stories, axe):
    log_in(page, cast.moderator)
    page.goto(reverse("assignments_balance", args=[study.key]))
    for name in ("reviewer", "colleague", "moderator"):
        page.get_by_label(name, exact=True).check()
    page.get_by_role("button", name="Preview").click()
    expect(page.get_by_role("heading", name="6 new parts")).to_be_visible()
    expect(page.get_by_text("Two of them share: 1 story (3 pairs)")).to_be_visible()
    axe(page)
    page.get_by_role("button", name="Assign 6 parts").click()
    expect(page.get_by_text("6 parts given.")).to_be_visible()
    assert study.assignments.count() == 6


def test_coder_trains_fails_and_tries_again(page, log_in, cast, study, lesson, revision, tag, axe):
    log_in(page, cast.reviewer)
    page.goto(reverse("next", args=[study.key]))
    axe(page)
    expect(page.get_by_role("button", name="Start")).to_be_focused()
    page.keyboard.press("Enter")
    expect(page.locator("#part")).to_contain_text("Your training: in progress")
    axe(page)
    page.get_by_role("link", name="I am done").click()
    expect(page.get_by_text("Nothing found here?")).to_be_visible()
    axe(page)
    page.get_by_role("button", name="I am done with this story").click()
    expect(page.get_by_role("heading", name="Missed")).to_be_visible()
    axe(page)
    page.get_by_role("button", name="Try again").click()
    expect(page.locator("#part")).to_contain_text("reopened")
    tag(revision, "military suffocation")
    page.get_by_role("link", name="I am done").click()
    page.get_by_role("button", name="I am done with this story").click()
    expect(page.get_by_text("passed", exact=True)).to_be_visible()
    page.get_by_role("link", name="Go on").click()
    expect(page.get_by_role("heading", name="A second")).to_be_visible()


def test_pages_fit_on_a_phone(phone, log_in, cast, study, lesson, axe):
    log_in(phone, cast.owner)
    for name in ("assignments", "assignments_balance", "training", "next"):
        phone.goto(reverse(name, args=[study.key]))
        assert phone.evaluate("document.documentElement.scrollWidth") <= 390, name
        axe(phone)
