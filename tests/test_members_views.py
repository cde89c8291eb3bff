"""Members of a study: owners alone say who belongs, and an owner always stays."""

import pytest
from django.urls import reverse

from annotations.models import Membership, Role
from annotations.team.staffing import StaffingRefused, change_role, remove_member
from tests.conftest import make_study

pytestmark = pytest.mark.django_db


@pytest.fixture
def address(study):
    return reverse("members", args=[study.key])


@pytest.fixture
def member_of(study):
    def member_of(user):
        return Membership.objects.get(study=study, user=user)

    return member_of


@pytest.fixture
def post_to(client_of, cast, study):
    """Post to a member's page: post_to("member", membership, role=2)."""

    def post_to(name, membership, *, who=None, key=study.key, **fields):
        url = reverse(name, args=[key, membership.pk])
        return client_of(who or cast.owner).post(url, fields)

    return post_to


@pytest.mark.parametrize(
    ("who", "status"),
    [
        ("outsider", 404),
        ("reviewer", 403),
        ("moderator", 403),
        ("owner", 200),
        ("administrator", 200),
    ],
)
def test_members_are_for_owners(client_of, cast, address, post_to, member_of, who, status):
    person = getattr(cast, who)
    assert client_of(person).get(address).status_code == status
    if status != 200:
        role = member_of(cast.reviewer)
        assert client_of(person).post(address, {"username": who}).status_code == status
        assert post_to("member", role, who=person, role=3).status_code == status
        assert post_to("member_remove", role, who=person).status_code == status
        assert member_of(cast.reviewer).role == Role.REVIEWER


def test_anonymous_visitor_logs_in_first(client, address):
    assert client.get(address).url.startswith(reverse("login"))


def test_owner_adds_a_member_by_account_name(client_of, cast, address, member_of):
    done = client_of(cast.owner).post(address, {"username": "outsider", "role": Role.MODERATOR})
    assert (done.status_code, done.url) == (303, address)
    assert member_of(cast.outsider).role == Role.MODERATOR


@pytest.mark.parametrize(
    ("posted", "message"),
    [
        ({"username": "nobody", "role": 1}, "There is no account “nobody”"),
        ({"username": "reviewer", "role": 3}, "is a member already"),
        ({"username": "", "role": 1}, "required"),
        ({"username": "outsider", "role": 9}, "not one of the available choices"),
    ],
)
def test_bad_member_is_refused(client_of, cast, address, posted, message):
    before = list(Membership.objects.values_list("user", "role"))
    answer = client_of(cast.owner).post(address, posted)
    assert answer.status_code == 422
    assert message in answer.text
    assert list(Membership.objects.values_list("user", "role")) == before


def test_closed_account_is_no_account(client_of, cast, address):
    cast.outsider.is_active = False
    cast.outsider.save()
    answer = client_of(cast.owner).post(address, {"username": "outsider", "role": 1})
    assert "There is no account" in answer.text


def test_owner_changes_a_role(post_to, cast, member_of):
    assert post_to("member", member_of(cast.reviewer), role=2).status_code == 303
    assert member_of(cast.reviewer).role == Role.MODERATOR


def test_unknown_role_is_refused(post_to, cast, member_of):
    answer = post_to("member", member_of(cast.reviewer), role=7)
    assert (answer.status_code, "Choose one of the roles" in answer.text) == (422, True)


def test_removed_member_leaves_their_tags(post_to, cast, member_of, tag, revision):
    annotation = tag(revision, "Critics")
    post_to("member_remove", member_of(cast.reviewer))
    assert not Membership.objects.filter(user=cast.reviewer).exists()
    annotation.refresh_from_db()
    assert annotation.annotator == cast.reviewer


@pytest.mark.parametrize(("name", "fields"), [("member", {"role": 1}), ("member_remove", {})])
def test_last_owner_stays(post_to, cast, member_of, name, fields):
    answer = post_to(name, member_of(cast.owner), **fields)
    assert answer.status_code == 422
    assert "last owner" in answer.text
    assert member_of(cast.owner).role == Role.OWNER


def test_second_owner_may_step_down_and_leave(post_to, cast, member_of, study):
    change_role(member_of(cast.moderator), Role.OWNER)
    assert post_to("member", member_of(cast.owner), role=1).url == reverse("study", args=["press"])
    change_role(member_of(cast.owner), Role.OWNER)
    assert post_to("member_remove", member_of(cast.owner)).url == reverse("home")


def test_member_of_another_study_is_not_found(post_to, cast, member_of):
    make_study("other", "Other", users=[(cast.owner, Role.OWNER)])
    role = member_of(cast.reviewer)
    assert post_to("member", role, key="other", role=3).status_code == 404
    assert post_to("member_remove", role, key="other").status_code == 404


def test_member_who_left_meanwhile_is_said(cast, member_of):
    role = member_of(cast.reviewer)
    Membership.objects.filter(pk=role.pk).delete()
    for change in (remove_member, lambda gone: change_role(gone, Role.OWNER)):
        with pytest.raises(StaffingRefused, match="no longer a member"):
            change(role)


def test_members_take_a_constant_number_of_queries(
    client_of, cast, address, study, django_user_model, django_assert_max_num_queries
):
    client = client_of(cast.owner)
    with django_assert_max_num_queries(5) as few:
        client.get(address)
    for number in range(9):
        user = django_user_model.objects.create_user(f"more{number}")
        Membership.objects.create(study=study, user=user)
    with django_assert_max_num_queries(len(few)):
        client.get(address)
