"""Members of a study: its owners say who belongs, and in which role."""

from django.contrib import messages
from django.shortcuts import get_object_or_404, redirect, render
from django.views.decorators.http import require_http_methods, require_POST

from annotations.access import study_for
from annotations.forms.members import MemberForm, RoleForm
from annotations.models import Membership, Role
from annotations.team.staffing import StaffingRefused, add_member, change_role, remove_member


@require_http_methods(["GET", "POST"])
def members(request, key):
    """List the members; POST adds one by the name of the account."""
    study = study_for(request.user, key, Role.OWNER)
    form = MemberForm(request.POST or None, label_suffix="", initial={"role": Role.REVIEWER})
    if request.method == "POST" and form.is_valid():
        try:
            member = add_member(study, **form.cleaned_data)
        except StaffingRefused as refusal:
            form.add_error("username", str(refusal))
        else:
            messages.success(request, f"{member}.")
            return _to("members", key)
    status = 422 if request.method == "POST" else 200
    return _page(request, study, form, status)


@require_POST
def member(request, key, membership_id):
    """Change a member's role."""
    study = study_for(request.user, key, Role.OWNER)
    membership = get_object_or_404(Membership, pk=membership_id, study=study)
    form = RoleForm(request.POST)
    try:
        if not form.is_valid():
            raise StaffingRefused("Choose one of the roles.")
        changed = change_role(membership, form.cleaned_data["role"])
    except StaffingRefused as refusal:
        return _page(request, study, MemberForm(label_suffix=""), 422, str(refusal))
    messages.success(request, f"{changed}.")
    # Who steps down as an owner may not see the list of members any more.
    stays = request.user.is_superuser or changed.user_id != request.user.pk
    return _to("members" if stays or changed.role == Role.OWNER else "study", key)


@require_POST
def member_remove(request, key, membership_id):
    """Take a member out of the study; what they did in it stays."""
    study = study_for(request.user, key, Role.OWNER)
    members = Membership.objects.select_related("user")
    membership = get_object_or_404(members, pk=membership_id, study=study)
    try:
        remove_member(membership)
    except StaffingRefused as refusal:
        return _page(request, study, MemberForm(label_suffix=""), 422, str(refusal))
    messages.success(request, f"{membership.user} is no longer a member.")
    if membership.user_id == request.user.pk and not request.user.is_superuser:
        return _to("home")
    return _to("members", key)


def _page(request, study, form, status=200, problem=""):
    staff = study.memberships.select_related("user").order_by("-role", "user__username")
    context = {
        "study": study,
        "form": form,
        "problem": problem,
        "memberships": staff,
        "roles": Role.choices,
    }
    return render(request, "annotations/members.html", context, status=status)


def _to(name, *args):
    response = redirect(name, *args)
    response.status_code = 303
    return response
