"""The settings of a study: owners alone change them, and nothing hidden is shown by a slip."""

import pytest
from django.urls import reverse

from annotations.models import Assignment, OutletAlias, Study
from annotations.team.arranging import (
    OpensTags,
    SettingsConflict,
    arrange_study,
    digest_of,
    settings_of,
)

pytestmark = pytest.mark.django_db


@pytest.fixture
def address(study):
    return reverse("study_settings", args=[study.key])


@pytest.fixture
def given(study):
    """What the form sends for the settings as they stand; others by name."""

    def given(**changes):
        now = Study.objects.get(pk=study.pk)
        sent = settings_of(now) | {"seen": digest_of(now)} | changes
        # A box that is not ticked is not sent.
        return {name: value for name, value in sent.items() if value is not False and value != ""}

    return given


@pytest.fixture
def arranged(study):
    """Change settings as somebody does who has just read them."""

    def arranged(confirmed=None, **changes):
        now = Study.objects.get(pk=study.pk)
        how = {"seen": digest_of(now), "confirmed": confirmed}
        return arrange_study(now, settings_of(now) | changes, **how)

    return arranged


@pytest.mark.parametrize(
    ("who", "status"),
    [("outsider", 404), ("reviewer", 403), ("moderator", 403), ("owner", 200)],
)
def test_settings_are_for_owners(client_of, cast, study, address, given, who, status):
    client = client_of(getattr(cast, who))
    assert client.get(address).status_code == status
    if status != 200:
        assert client.post(address, given(blind=True)).status_code == status
        study.refresh_from_db()
        assert not study.blind


def test_anonymous_visitor_logs_in_first(client, address):
    assert client.get(address).url.startswith(reverse("login"))


def test_owner_changes_settings_and_is_told_what_they_were(client_of, cast, study, address, given):
    changes = {"name": "Blind study", "blind": True, "coders_per_story": 3, "pass_mark": 80}
    client = client_of(cast.owner)
    done = client.post(address, given(**changes))
    assert (done.status_code, done.url) == (303, address)
    study.refresh_from_db()
    assert settings_of(study).items() >= changes.items()
    told = client.get(address).text
    assert "Coders per story: was 2" in told
    assert "Code blind: was off" in told
    assert "they have seen" in told


def test_settings_that_do_not_change_write_nothing(study, arranged, django_assert_num_queries):
    with django_assert_num_queries(4):  # a savepoint, the study twice, and its release
        assert arranged() == {}


@pytest.mark.parametrize(
    ("wrong", "said"),
    [
        ({"name": ""}, "required"),
        ({"coders_per_story": 0}, "greater than or equal to 1"),
        ({"pass_mark": 101}, "less than or equal to 100"),
        ({"blind_until": "never"}, "not one of the available choices"),
        ({"seen": ""}, "required"),
    ],
)
def test_bad_setting_is_refused(client_of, cast, study, address, given, wrong, said):
    answer = client_of(cast.owner).post(address, given(blind=True, **wrong))
    assert answer.status_code == 422
    assert said in answer.text
    study.refresh_from_db()
    assert not study.blind


def test_stale_form_is_409_shows_what_stands_and_may_be_sent_again(
    client_of, cast, study, address, given, arranged
):
    stale = given(name="Mine")
    arranged(name="Theirs")
    client = client_of(cast.owner)
    answer = client.post(address, stale)
    assert answer.status_code == 409
    assert "Theirs" in answer.text
    assert 'value="Mine"' in answer.text
    again = stale | {"seen": answer.context["form"]["seen"].value()}
    assert client.post(address, again).status_code == 303
    study.refresh_from_db()
    assert study.name == "Mine"


def test_conflict_carries_what_stands(study, arranged):
    seen = digest_of(study)
    arranged(name="Theirs")
    with pytest.raises(SettingsConflict) as conflict:
        arrange_study(study, settings_of(study) | {"name": "Mine"}, seen=seen)
    assert conflict.value.current.name == "Theirs"


@pytest.fixture
def blind(study, revision, tag, cast, arranged):
    """A blind study with two tags of the reviewer's, whose part of the story is done."""
    tag(revision, "accord")
    tag(revision, "suffocation")
    arranged(blind=True)
    part = {"study": study, "story": revision.article.story, "done_at": "2026-01-01T00:00Z"}
    Assignment.objects.create(coder=cast.reviewer, state="done", **part)


def test_hidden_tags_are_shown_only_once_their_number_is_confirmed(blind, study, arranged):
    for confirmed in (None, 1):
        with pytest.raises(OpensTags) as opening:
            arranged(blind=False, confirmed=confirmed)
    assert str(opening.value).startswith("This shows 2 tags in 1 story to 2 people")
    study.refresh_from_db()
    assert study.blind
    assert arranged(blind=False, confirmed=2) == {"blind": True}


def test_earlier_opening_counts_those_for_whom_it_opens(blind, arranged):
    with pytest.raises(OpensTags, match="2 tags in 1 story to 1 person"):
        arranged(blind_until="part done")


def test_page_asks_before_it_shows_hidden_tags(blind, client_of, cast, study, address, given):
    client = client_of(cast.owner)
    asked = client.post(address, given(blind=False))
    assert asked.status_code == 422
    assert 'name="confirmed" value="2"' in asked.text
    assert client.post(address, given(blind=False, confirmed=2)).status_code == 303
    study.refresh_from_db()
    assert not study.blind


def test_hidden_outlets_get_letters(study, revision, gazette, arranged):
    arranged(outlets_hidden=True)
    letters = OutletAlias.objects.filter(study=study).values_list("letter", flat=True)
    assert sorted(letters) == ["A", "B"]
