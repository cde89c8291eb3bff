"""The administrators' site: bulk rulings, read-only logs, constant queries."""

import pytest
from django.contrib import admin
from django.contrib.auth.models import Permission
from django.urls import reverse

from annotations.models import Annotation, Carry, Code, Decision, Membership, Role, Status
from annotations.revisions.carries import carry_to, rule_carry
from annotations.rulings.ruling import rule
from annotations.tags.tagging import remove_annotation
from tests.conftest import make_study, revise

pytestmark = pytest.mark.django_db

ANNOTATIONS = "admin:annotations_annotation_changelist"


@pytest.fixture
def administering(client_of, cast):
    return client_of(cast.administrator)


@pytest.fixture
def act(administering):
    """Run an admin action on annotations: act("accept", [annotation], …fields)."""

    def act(action, annotations, client=administering, **fields):
        posted = {"action": action, "_selected_action": [str(a.pk) for a in annotations]}
        return client.post(reverse(ANNOTATIONS), posted | fields, follow=True)

    return act


@pytest.mark.parametrize("who", ["reviewer", "moderator", "owner", "outsider"])
def test_site_is_for_administrators(client_of, cast, who):
    answer = client_of(getattr(cast, who)).get(reverse(ANNOTATIONS))
    assert answer.status_code == 302


def test_bulk_accept_goes_through_the_ruling(act, cast, tag, revision):
    one, two, gone = tag(revision, "Critics"), tag(revision, "Monday"), tag(revision, "strait")
    rule(two, "accept", version=1, moderator=cast.moderator)
    remove_annotation(gone, actor=cast.reviewer)
    page = act("accept", [one, two, gone])
    assert "1 accepted, 1 ruled the same before." in page.text
    assert "1 left alone" in page.text
    decision = one.decisions.get()
    assert (decision.moderator, decision.ruling) == (cast.administrator, "accept")


def test_bulk_reject_asks_for_a_reason_first(act, tag, revision):
    one = tag(revision, "Critics")
    asked = act("reject", [one])
    assert "1 annotation will be rejected" in asked.text
    assert not Decision.objects.exists()
    refused = act("reject", [one], reason=" ")
    assert (refused.status_code, "Say why" in refused.text) == (422, True)
    page = act("reject", [one], reason="Plain words.")
    assert "1 rejected" in page.text
    assert one.decisions.get().reason == "Plain words."


def test_bulk_ruling_across_pages_takes_all_that_match(act, tag, revision):
    some = [tag(revision, "Critics") for _ in range(3)]
    act("reject", some[:1], select_across="1", reason="Plain.")
    assert Annotation.objects.filter(status=Status.REJECTED).count() == 3


def test_staff_who_do_not_moderate_a_study_rule_on_none_of_it(act, client_of, cast, tag, revision):
    cast.outsider.is_staff = True
    cast.outsider.save()
    rights = Permission.objects.filter(content_type__app_label="annotations")
    cast.outsider.user_permissions.set(rights)
    page = act("accept", [tag(revision, "Critics")], client=client_of(cast.outsider))
    assert not Decision.objects.exists()
    assert page.status_code in (200, 403)


@pytest.mark.parametrize("name", ["annotation", "decision", "fact", "report"])
def test_what_the_pages_write_is_read_only_here(administering, cast, tag, revision, name):
    rule(tag(revision, "Critics"), "accept", version=1, moderator=cast.moderator)
    assert administering.get(reverse(f"admin:annotations_{name}_add")).status_code == 403
    model = next(m for m in admin.site._registry if m._meta.model_name == name)
    for row in model.objects.all():
        view = administering.get(reverse(f"admin:annotations_{name}_change", args=[row.pk]))
        assert view.status_code == 200
        assert 'name="_save"' not in view.text
        gone = reverse(f"admin:annotations_{name}_delete", args=[row.pk])
        assert administering.post(gone, {"post": "yes"}).status_code == 403


@pytest.mark.parametrize(
    "query",
    ["q=critics", "q=harsh", "q=reviewer", "status=pending", "voice=outlet", "study=1",
     "created_at__year=2020", "removed_at__isempty=1"],
)  # fmt: skip
def test_annotations_are_searched_and_filtered(administering, tag, revision, query, study):
    tag(revision, "Critics", note="Harsh words.")
    query = query.replace("study=1", f"study__id__exact={study.pk}")
    page = administering.get(f"{reverse(ANNOTATIONS)}?{query}")
    assert page.status_code == 200
    expected = 0 if "2020" in query else 1
    assert page.context["cl"].result_count == expected


CHANGELISTS = [
    f"admin:annotations_{name}_changelist"
    for name in ("annotation", "decision", "code", "codebook", "study", "fact", "report")
]


@pytest.mark.parametrize("name", [*CHANGELISTS, "admin:auth_user_changelist"])
def test_changelists_take_a_constant_number_of_queries(
    administering, cast, tag, revision, codes, name, django_assert_max_num_queries, make_rows
):
    make_rows(3)
    administering.get(reverse(name))  # content types are read once per process
    with django_assert_max_num_queries(14) as few:
        administering.get(reverse(name))
    make_rows(9)
    with django_assert_max_num_queries(len(few)):
        administering.get(reverse(name))


@pytest.fixture
def make_rows(tag, revision, cast, study, story, django_user_model):
    """Make so many more of everything that has a list."""
    made = []

    def make_rows(count):
        for _ in range(count):
            number = len(made)
            made.append(number)
            user = django_user_model.objects.create_user(f"user{number}")
            Membership.objects.create(study=study, user=user, role=Role.REVIEWER)
            rule(
                tag(revision, "Critics", annotator=user),
                "accept",
                version=1,
                moderator=cast.moderator,
            )
            make_study(f"study{number}", f"Study {number}")
            fact = study.facts.create(story=story, statement=f"No {number}", created_by=user)
            fact.reports.create(article=revision.article, status="omitted", set_by=user)

    return make_rows


def test_codebook_and_study_are_edited_here(administering, study, codes, cast):
    page = administering.get(reverse("admin:annotations_codebook_change", args=[study.codebook_id]))
    assert 'name="name"' in page.text
    page = administering.get(reverse("admin:annotations_study_change", args=[study.pk]))
    assert "memberships-TOTAL_FORMS" in page.text
    page = administering.get(reverse("admin:auth_user_change", args=[cast.reviewer.pk]))
    assert "memberships-TOTAL_FORMS" in page.text


def test_codebook_form_takes_a_constant_number_of_queries(
    administering, study, codes, django_assert_max_num_queries
):
    url = reverse("admin:annotations_codebook_change", args=[study.codebook_id])
    administering.get(url)
    with django_assert_max_num_queries(12) as few:
        administering.get(url)
    for number in range(9):
        Code.objects.create(
            codebook=study.codebook, key=f"k{number}", name="N", definition="D", colour="#112233"
        )
    with django_assert_max_num_queries(len(few)):
        administering.get(url)


def test_code_is_only_read_in_the_admin_since_its_own_page_keeps_the_change_log(
    administering, study, codes
):
    url = reverse("admin:annotations_code_change", args=[codes["loaded"].pk])
    page = administering.get(url)
    assert "Charged words." in page.text
    assert 'name="key"' not in page.text
    assert administering.post(url, {"name": "Other"}).status_code == 403
    codebook = reverse("admin:annotations_codebook_change", args=[study.codebook_id])
    assert 'name="codes-0-key"' not in administering.get(codebook).text


@pytest.fixture
def ruled_carries(tag, revision, cast):
    """Carry some tags to another text, and rule on each: ruled_carries(count)."""

    def ruled_carries(count):
        newest = revision.article.revisions.order_by("-number")[0]
        words = revision.text[: 20 + newest.number]
        for start in range(count):
            tag(revision, words[start:])
        newer = revise(newest, f"Noted. {newest.text}")
        carry_to(newer)
        for carry in Carry.objects.filter(revision=newer):
            rule_carry(carry, ruling="gone", version=0, moderator=cast.moderator)

    return ruled_carries


@pytest.mark.parametrize("name", ["carry", "carrydecision"])
def test_carries_are_read_only_and_listed_in_few_queries(
    administering, name, ruled_carries, django_assert_max_num_queries
):
    ruled_carries(2)
    assert administering.get(reverse(f"admin:annotations_{name}_add")).status_code == 403
    listed = f"{reverse(f'admin:annotations_{name}_changelist')}?q=deal&ruling__exact=gone"
    assert administering.get(listed).context["cl"].result_count == 2
    with django_assert_max_num_queries(14) as few:
        administering.get(listed)
    ruled_carries(4)
    with django_assert_max_num_queries(len(few)):
        page = administering.get(listed)
    row = page.context["cl"].queryset[0]
    view = administering.get(reverse(f"admin:annotations_{name}_change", args=[row.pk]))
    assert 'name="_save"' not in view.text
    gone = reverse(f"admin:annotations_{name}_delete", args=[row.pk])
    assert administering.post(gone, {"post": "yes"}).status_code == 403
