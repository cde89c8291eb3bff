"""Coding blind: the owner switches it on, a reviewer sees their own tags, and a story opens."""

import pytest
from django.urls import reverse
from django.utils import timezone
from playwright.sync_api import expect

from annotations.models import Adjudication

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture
def tagged(revision, tag, cast):
    """A tag of each reviewer on the same words."""
    tag(revision, "military suffocation")
    tag(revision, "suffocation of the strait", annotator=cast.colleague)


@pytest.mark.expects_http_status(422)
def test_owner_sets_the_study_blind_and_is_asked_before_it_opens(
    page, log_in, cast, study, axe, tagged
):
    log_in(page, cast.owner)
    page.goto(reverse("study_settings", args=[study.key]))
    axe(page)
    page.get_by_label("Code blind").check()
    page.get_by_role("button", name="Save the settings").click()
    expect(page.locator("body")).to_contain_text("Code blind: was off")
    page.get_by_label("Code blind").uncheck()
    page.get_by_role("button", name="Save the settings").click()
    expect(page.get_by_role("alert")).to_contain_text("This shows 2 tags in 1 story to 2 people")
    axe(page)
    study.refresh_from_db()
    assert study.blind
    page.get_by_label("Show them").check()
    page.get_by_role("button", name="Save the settings").click()
    expect(page.locator("body")).to_contain_text("Code blind: was on")


def test_blind_reviewer_tags_among_their_own_until_the_story_opens(
    phone, log_in, cast, study, story, tagged, axe
):
    study.blind = True
    study.save(update_fields=["blind"])
    log_in(phone, cast.reviewer)
    desk = reverse("desk", args=[study.key, story.pk])
    phone.goto(desk)
    expect(phone.locator(".unseen")).to_contain_text("until the story is adjudicated")
    expect(phone.locator("mark")).to_have_count(1)
    axe(phone)
    ruled = {"opened_by": cast.owner, "ruled_at": timezone.now()}
    Adjudication.objects.create(study=study, story=story, **ruled)
    phone.goto(desk)
    expect(phone.locator(".unseen")).to_have_count(0)
    expect(phone.locator("mark")).to_have_count(3)


def test_settings_fit_a_phone(phone, log_in, cast, study, axe):
    log_in(phone, cast.owner)
    phone.goto(reverse("study_settings", args=[study.key]))
    wide = "document.documentElement.scrollWidth > document.documentElement.clientWidth"
    assert not phone.evaluate(wide)
    axe(phone)
