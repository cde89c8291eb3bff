"""Staffing: who belongs to a study, and in which role. A study keeps an owner."""

from django.contrib.auth.models import User
from django.db import IntegrityError, transaction

from annotations.models import Membership, Role, Study


class StaffingRefused(ValueError):
    """The membership cannot be as asked; the message says why."""


def add_member(study: Study, *, username: str, role: int) -> Membership:
    """Make an account a member. Raises StaffingRefused if there is none or it is one already."""
    user = User.objects.filter(username=username, is_active=True).first()
    if user is None:
        raise StaffingRefused(
            f"There is no account “{username}”. Check the spelling, or ask an administrator "
            "to make one."
        )
    try:
        with transaction.atomic():
            return Membership.objects.create(study=study, user=user, role=Role(role))
    except IntegrityError as error:
        raise StaffingRefused(
            f"{username} is a member already; change the role in the list."
        ) from error


def change_role(membership: Membership, role: int) -> Membership:
    """Give a member another role; the same role writes nothing.

    Raises StaffingRefused if that leaves the study without an owner.
    """
    with transaction.atomic():
        current = _locked(membership)
        if current.role == role:
            return current
        if role != Role.OWNER:
            _check_owner_left(current)
        current.role = Role(role)
        current.save(update_fields=["role"])
    return current


def remove_member(membership: Membership) -> None:
    """Take a member out of the study; what they tagged and ruled stays.

    Raises StaffingRefused for the last owner.
    """
    with transaction.atomic():
        current = _locked(membership)
        _check_owner_left(current)
        current.delete()


def _locked(membership: Membership) -> Membership:
    """Return the membership as it stands, with the study's staff locked.

    Two owners who leave at the same moment would otherwise each see the other stay.
    """
    staff = Membership.objects.select_for_update(of=("self",)).select_related("user", "study")
    current = {row.pk: row for row in staff.filter(study=membership.study_id).order_by("pk")}
    if membership.pk not in current:
        raise StaffingRefused("This person is no longer a member.")
    return current[membership.pk]


def _check_owner_left(leaving: Membership) -> None:
    owners = Membership.objects.filter(study=leaving.study_id, role=Role.OWNER)
    if leaving.role == Role.OWNER and not owners.exclude(pk=leaving.pk).exists():
        raise StaffingRefused(
            f"{leaving.user} is the study's last owner. Make somebody else an owner first."
        )
