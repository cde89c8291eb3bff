"""Ruling: what moderators say about annotations. Every ruling adds a Decision.

The queue and the administrators' site both come through here. The reviewer's
own code is never overwritten; a replacement stands beside it as `ruled_code`.
"""

import dataclasses
import uuid
from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence

from django.contrib.auth.models import User
from django.db import transaction
from django.db.models import QuerySet
from django.utils import timezone

from annotations.models import Annotation, Code, Decision, Membership, Role, Ruling, Status
from annotations.models.decision import MOST_IN_A_QUERY

STATUS_AFTER = {
    Ruling.ACCEPT: Status.ACCEPTED,
    Ruling.REJECT: Status.REJECTED,
    Ruling.RECODE: Status.ACCEPTED,
    Ruling.REOPEN: Status.PENDING,
}


class RulingRefused(ValueError):
    """The ruling cannot stand as asked; the message says what to do."""


class RulingConflict(RulingRefused):
    """The annotation is not as the moderator saw it. `current` is what stands now."""

    def __init__(self, current: Annotation, message: str) -> None:
        super().__init__(message)
        self.current = current


@dataclasses.dataclass(frozen=True, slots=True)
class Ruled:
    """How a ruling on many went, in numbers of annotations."""

    count: int
    unchanged: int  # ruled the same before
    refused: int  # removed, changed since they were seen, or of a study that is not theirs


def rule(
    annotation: Annotation,
    ruling: str,
    *,
    version: int,
    code: Code | None = None,
    reason: str = "",
    after: int | None = None,
    moderator: User,
) -> Decision | None:
    """Rule on one annotation; return the decision, or None if it was ruled the same before.

    `version` is the annotation's as the moderator saw it, and `after` the pk of
    the newest decision they saw (0: none; None: do not compare). RECODE needs
    `code`; with the reviewer's own code it is an ACCEPT. REJECT needs `reason`.
    Raises RulingConflict if another version or decision stands, or the
    annotator removed the tag; RulingRefused for what no retry can mend.
    """
    ruling, reason = Ruling(ruling), reason.strip()
    with transaction.atomic():
        locked = Annotation.objects.select_for_update(of=("self",)).select_related("study")
        current = locked.get(pk=annotation.pk)
        if not studies_moderated_by(moderator, [current.study_id]):
            raise RulingRefused("Only moderators of the study rule on its tags.")
        if ruling == Ruling.RECODE:
            check_replacement(current, code)
            ruling = Ruling.ACCEPT if code and code.pk == current.code_id else ruling
        code = code if ruling == Ruling.RECODE else None
        check_reason(ruling, reason)
        last = current.decisions.first()
        if not current.removed_at and _is_same(current, last, ruling, code, reason):
            return None
        check_unchanged(current, last, version, after)
        return _record([current], ruling, code, reason, moderator)[0]


def rule_many(
    annotations: QuerySet[Annotation],
    ruling: str,
    *,
    reason: str = "",
    versions: Mapping[uuid.UUID, int] | None = None,
    moderator: User,
) -> Ruled:
    """Rule alike on all of `annotations`, all or nothing, with a few queries for every 10,000.

    `versions` are those that the moderator saw, by id: what changed since is
    counted as refused. Raises RulingRefused without a reason to REJECT, and
    for RECODE, which is a ruling on one annotation.
    """
    ruling, reason = Ruling(ruling), reason.strip()
    if ruling == Ruling.RECODE:
        raise RulingRefused("Change the code of one tag at a time.")
    check_reason(ruling, reason)
    with transaction.atomic():
        # In the order of the key, so that two bulk rulings cannot wait for each other.
        wanted = Annotation.objects.filter(pk__in=annotations.order_by().values("pk"))
        rows = list(wanted.select_for_update(of=("self",)).order_by("pk"))
        moderated = studies_moderated_by(moderator, {row.study_id for row in rows})
        last = Decision.objects.newest_of(rows)
        ruled, unchanged = [], 0
        for row in rows:
            seen = row.version if versions is None else versions.get(row.pk)
            if row.removed_at or row.study_id not in moderated or seen != row.version:
                continue
            if _is_same(row, last.get(row.pk), ruling, None, reason):
                unchanged += 1
            else:
                ruled.append(row)
        _record(ruled, ruling, None, reason, moderator)
    return Ruled(len(ruled), unchanged, len(rows) - len(ruled) - unchanged)


def take_back(decision: Decision, *, moderator: User) -> Decision | None:
    """Reinstate what stood before `decision`, by a new decision; None if that stands already.

    Raises RulingConflict unless the annotation stands as `decision` left it.
    """
    annotation = Annotation.objects.get(pk=decision.annotation_id)
    left = (decision.version, STATUS_AFTER[Ruling(decision.ruling)], decision.code_id)
    if (annotation.version, annotation.status, annotation.ruled_code_id) != left:
        raise RulingConflict(
            annotation, "This ruling no longer stands, so there is nothing to take back."
        )
    newest = annotation.decisions.first()
    before = annotation.decisions.filter(pk__lt=decision.pk, version=decision.version).first()
    return rule(
        annotation,
        before.ruling if before else Ruling.REOPEN,
        version=decision.version,
        code=before.code if before else None,
        reason=before.reason if before else "",
        after=newest.pk if newest else 0,
        moderator=moderator,
    )


def studies_moderated_by(user: User, study_ids: Iterable[int]) -> set[int]:
    """Return those of `study_ids` whose annotations `user` may rule on."""
    if user.is_superuser:
        return set(study_ids)
    mine = Membership.objects.filter(user=user, study__in=study_ids, role__gte=Role.MODERATOR)
    return set(mine.values_list("study_id", flat=True))


def check_reason(ruling: Ruling, reason: str) -> None:
    """Raise RulingRefused for a rejection that does not say why."""
    if ruling == Ruling.REJECT and not reason:
        raise RulingRefused("Say why the tag is rejected: its reviewer reads the reason.")


def check_replacement(annotation: Annotation, code: Code | None) -> None:
    """Raise RulingRefused for a code that cannot stand on the annotation's words."""
    if code is None:
        raise RulingRefused("Choose the code that takes the place of the reviewer's.")
    if code.codebook_id != annotation.study.codebook_id:
        raise RulingRefused(f"The code “{code.name}” is not in this study's codebook.")
    if not code.marks_spans:
        raise RulingRefused(f"“{code.name}” speaks of a whole article, not of words in it.")
    if code.retired_at is not None:
        raise RulingRefused(f"“{code.name}” is retired and takes no new tags: choose another code.")


def check_unchanged(
    current: Annotation, last: Decision | None, version: int, after: int | None
) -> None:
    """Raise RulingConflict unless `current` is what the moderator saw."""
    if current.removed_at:
        raise RulingConflict(current, "The reviewer removed this tag. There is nothing to rule on.")
    if current.version != version:
        raise RulingConflict(
            current,
            "The reviewer changed this tag since you opened it. Read it again and rule on "
            "what stands now.",
        )
    if after is not None and last is not None and last.pk != after:
        raise RulingConflict(
            current,
            f"{last.moderator} ruled on this tag since you opened it: "
            f"{last.get_ruling_display()}. Rule again if you see it otherwise.",
        )


def _is_same(
    annotation: Annotation,
    last: Decision | None,
    ruling: Ruling,
    code: Code | None,
    reason: str,
) -> bool:
    """Whether `ruling` would change neither the annotation nor the reason that is on record."""
    stands = (annotation.status, annotation.ruled_code_id)
    if stands != (STATUS_AFTER[ruling], code.pk if code else None):
        return False
    return not reason or (last is not None and last.reason == reason)


def record(decisions: Sequence[Decision]) -> list[Decision]:
    """Add decisions on locked annotations, at most one on each, and put them in force."""
    added = Decision.objects.bulk_create(decisions, batch_size=2000)
    alike: dict[tuple[Status, int | None], list[uuid.UUID]] = defaultdict(list)
    for decision in added:
        after = (STATUS_AFTER[Ruling(decision.ruling)], decision.code_id)
        alike[after].append(decision.annotation_id)
    now = timezone.now()
    for (status, code_id), ids in alike.items():
        for at in range(0, len(ids), MOST_IN_A_QUERY):
            Annotation.objects.filter(pk__in=ids[at : at + MOST_IN_A_QUERY]).update(
                status=status, ruled_code=code_id, updated_at=now
            )
    return added


def _record(
    rows: list[Annotation], ruling: Ruling, code: Code | None, reason: str, moderator: User
) -> list[Decision]:
    """Add a decision for each of the locked rows, and put it in force."""
    return record(
        [
            Decision(
                annotation=row,
                version=row.version,
                ruling=ruling,
                code=code,
                reason=reason,
                moderator=moderator,
            )
            for row in rows
        ]
    )
