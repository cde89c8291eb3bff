"""Recoding: what becomes of tags whose code was retired, many at once, as one step of undo.

Moderators act on any tag that they see, coders on their own. The reviewer's first code stays in
the history of each tag.
"""

import uuid
from collections.abc import Mapping
from dataclasses import dataclass

from django.contrib.auth.models import User
from django.db import transaction
from django.db.models import OuterRef, QuerySet, Subquery
from django.db.models.functions import Now

from annotations.codebook.codes import successors
from annotations.models import Annotation, Change, Code, Ruling, Status, Study
from annotations.models.decision import MOST_IN_A_QUERY
from annotations.rulings.ruling import rule, studies_moderated_by
from annotations.tags.tagging import STATE, TagRefused, check_not_retired
from annotations.team.taking_part import PartRefused, begin_tagging
from sources.models import Article

RECODED = "The code that stood here was retired; this one took its place."


@dataclass(frozen=True, slots=True)
class Recoded:
    """How it went, in numbers of tags."""

    count: int
    ruled: int  # of these, those on which a new ruling was made, which undo does not take back
    refused: int  # changed or removed since they were seen, or without the target that is asked


def recode(
    tags: QuerySet[Annotation],
    *,
    study: Study,
    batch: uuid.UUID,
    code: Code | None,
    versions: Mapping[uuid.UUID, int] | None = None,
    own: bool = False,
    actor: User,
) -> Recoded:
    """Give the tags another code; with None they are kept as they are, and so leave the work list.

    A ruling stays where the codes count as one, since the old was merged into the new; otherwise
    the tag waits for a ruling anew. Where a moderator's ruling set the retired code, the new one
    is a ruling too; whoever acts on their `own` tags makes none. `versions` are those that the
    person saw: what changed since is counted as refused. Raises TagRefused for a code that takes
    no tags, and for tags of others.
    """
    if code is not None:
        _check_code(study, code)
    with transaction.atomic():
        rows = _locked(tags, study, actor, own=own)
        fit = [row for row in rows if _is_fit(row, code, versions)]
        ruled = [row for row in fit if code and row.ruled_code_id and not own]
        for row in ruled:
            seen = row.version
            rule(row, Ruling.RECODE, version=seen, code=code, reason=RECODED, moderator=actor)
        by_ruling = {row.pk for row in ruled}
        plain = [row for row in fit if row.pk not in by_ruling]
        _record(plain, batch, actor, code=code)
        if code is not None:
            same = {old for old, new in successors(study.codebook).items() if new == code.pk}
            _lapse([row for row in plain if row.code_id not in same])
    return Recoded(len(fit), len(ruled), len(rows) - len(fit))


def remove_tags(
    tags: QuerySet[Annotation],
    *,
    study: Study,
    batch: uuid.UUID,
    versions: Mapping[uuid.UUID, int] | None = None,
    own: bool = False,
    actor: User,
) -> Recoded:
    """Take the tags off the words, as `recode` gives them a code."""
    with transaction.atomic():
        rows = _locked(tags, study, actor, own=own)
        fit = [row for row in rows if _is_fit(row, None, versions)]
        _record(fit, batch, actor, removed=True)
        _lapse(fit)
    return Recoded(len(fit), 0, len(rows) - len(fit))


def _check_code(study: Study, code: Code) -> None:
    if code.codebook_id != study.codebook_id:
        raise TagRefused(f"The code “{code.name}” is not in this study's codebook.")
    if not code.marks_spans:
        raise TagRefused(f"“{code.name}” speaks of a whole article, not of words in it.")
    check_not_retired(code)


def _locked(
    tags: QuerySet[Annotation], study: Study, actor: User, *, own: bool
) -> list[Annotation]:
    """Return the tags, locked in the order of the key, so that two such steps cannot wait for
    each other. Raises TagRefused if the actor may not change them."""
    wanted = Annotation.objects.filter(study=study, pk__in=tags.order_by().values("pk"))
    rows = list(wanted.select_for_update(of=("self",)).order_by("pk"))
    if own and any(row.annotator_id != actor.pk for row in rows):
        raise TagRefused("These are not your own tags.")
    if own:
        _begin_parts(rows, study, actor)
    if not own and not studies_moderated_by(actor, [study.pk]):
        raise TagRefused("Only moderators change the tags of others.")
    return rows


def _begin_parts(rows: list[Annotation], study: Study, coder: User) -> None:
    """See that the coder's parts of these stories are under way. Raises TagRefused."""
    articles = Article.objects.filter(revisions__spans__annotations__in=rows)
    try:
        for story in articles.order_by().values_list("story", flat=True).distinct():
            begin_tagging(study, story, coder=coder)
    except PartRefused as refusal:
        raise TagRefused(str(refusal)) from refusal


def _is_fit(row: Annotation, code: Code | None, versions: Mapping[uuid.UUID, int] | None) -> bool:
    if row.removed_at or (versions is not None and versions.get(row.pk) != row.version):
        return False
    return code is None or not code.asks_target or bool(row.target and row.polarity)


def _record(
    rows: list[Annotation],
    batch: uuid.UUID,
    actor: User,
    *,
    code: Code | None = None,
    removed: bool = False,
) -> None:
    """Add the step to each history and put it in force: a few queries for every 10,000."""
    changed: dict[str, object] = {}
    if rows:
        changed["codebook_revision"] = rows[0].study.codebook.revision
    if code is not None:
        changed["code_id"] = code.pk
    last = Change.objects.filter(annotation=OuterRef("pk")).order_by("-number").values("number")
    for at in range(0, len(rows), MOST_IN_A_QUERY):
        some = rows[at : at + MOST_IN_A_QUERY]
        tags = Annotation.objects.filter(pk__in=[row.pk for row in some]).order_by()
        numbers = dict(tags.annotate(last=Subquery(last[:1])).values_list("pk", "last"))
        steps = (
            Change(
                annotation=row,
                number=(numbers[row.pk] or 0) + 1,
                before=row.version,
                removed=removed,
                actor=actor,
                batch=batch,
                **({field: getattr(row, field) for field in STATE} | changed),
            )
            for row in some
        )
        Change.objects.bulk_create(steps, batch_size=2000)
        gone = Now() if removed else None
        tags.update(version=Subquery(last[:1]), removed_at=gone, updated_at=Now(), **changed)


def _lapse(rows: list[Annotation]) -> None:
    """Let the rulings on the tags lapse: what they were on no longer stands."""
    ruled = [row.pk for row in rows if row.status != Status.PENDING]
    for at in range(0, len(ruled), MOST_IN_A_QUERY):
        some = Annotation.objects.filter(pk__in=ruled[at : at + MOST_IN_A_QUERY])
        some.update(status=Status.PENDING, ruled_code=None)
