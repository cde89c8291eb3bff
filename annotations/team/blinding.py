# ruff: noqa: S608 - the SQL is put together from constants of ours
"""Blind coding: which stories of a study are closed to whom.

In a closed story a person sees nobody's tags but their own, and no rulings. Questions only;
nothing here writes.
"""

from collections.abc import Iterable

from django.contrib.auth.models import User
from django.db import connection
from django.db.models import Case, Exists, OuterRef, Q, When
from django.db.models.functions import Coalesce

from annotations.models import (
    Adjudication,
    Annotation,
    BlindUntil,
    Role,
    Status,
    Study,
    TrainingStory,
)
from annotations.models.annotation import AnnotationQuerySet
from annotations.team.seeing import Sight

STORY = "span__revision__article__story"
TRAINS = """EXISTS (
    SELECT FROM annotations_trainingstory training
    WHERE training.study_id = study.id AND training.story_id = coded.story_id
)"""
# Of `coded`, a study's story: whether it is closed to asked.reader, who is asked.role in `study`.
# A moderator is blind as a coder is, as long as their own part of the story is to do. A training
# story never opens to a reviewer: the next one is to learn from it too.
CLOSED = f"""
study.blind AND NOT EXISTS (
    SELECT FROM annotations_adjudication ruled
    WHERE ruled.study_id = study.id AND ruled.story_id = coded.story_id
        AND ruled.ruled_at IS NOT NULL
        AND (asked.role >= {Role.MODERATOR.value} OR NOT {TRAINS})
) AND CASE WHEN asked.role >= {Role.MODERATOR.value} THEN EXISTS (
    SELECT FROM annotations_assignment part
    WHERE part.study_id = study.id AND part.story_id = coded.story_id
        AND part.coder_id = asked.reader AND part.state <> 'done'
) ELSE NOT (study.blind_until = '{BlindUntil.PART_DONE.value}' AND EXISTS (
    SELECT FROM annotations_assignment part
    WHERE part.study_id = study.id AND part.story_id = coded.story_id
        AND part.coder_id = asked.reader AND part.state = 'done'
) AND NOT {TRAINS}) END
"""
# A story that the study codes no more may have tags of it still: it is closed as before, if
# somebody had a part of it.
CLOSED_STORIES = f"""
SELECT study.id, asked.reader, coded.story_id, asked.role < {Role.MODERATOR.value} AND {TRAINS},
    {CLOSED}
FROM unnest(%(studies)s::bigint[], %(readers)s::int[], %(roles)s::int[])
    AS asked (study, reader, role)
JOIN annotations_study study ON study.id = asked.study
CROSS JOIN LATERAL (
    SELECT story_id FROM annotations_study_stories WHERE study_id = study.id
    UNION SELECT story_id FROM annotations_assignment WHERE study_id = study.id
) coded
"""


def sight_of(study: Study, reader: User, role: Role) -> Sight | None:
    """Return what a member sees of a study; None is all of it. One query if it is blind."""
    return sights_of([(study, role)], reader).get(study.pk)


def sights_of(studies: Iterable[tuple[Study, Role]], reader: User) -> dict[int, Sight]:
    """Return what a person sees of those of the studies that are blind, by pk; one query at most.

    Each study comes with the reader's role in it.
    """
    roles = {study.pk: int(role) for study, role in studies if study.blind}
    if not roles:
        return {}
    closed: dict[int, set[int]] = {study: set() for study in roles}
    lasting: dict[int, set[int]] = {study: set() for study in roles}
    partly = set()
    asked = [(pk, reader.pk, role) for pk, role in roles.items()]
    for study, _, story, trains, is_closed in _stories(asked):
        if not is_closed:
            partly.add(study)
            continue
        closed[study].add(story)
        if trains:
            lasting[study].add(story)
    return {
        pk: Sight(reader.pk, frozenset(closed[pk]), frozenset(lasting[pk]), pk not in partly)
        for pk in roles
    }


def closed_to_members(study: Study) -> set[tuple[int, int]]:
    """Return (member, story) for each story of the study that is closed to a member. Two queries.

    As the study stands in the database, not as it is in memory.
    """
    members = study.memberships.order_by().values_list("user", "role")
    asked = [(study.pk, member, role) for member, role in members]
    return {(member, story) for _, member, story, _, is_closed in _stories(asked) if is_closed}


def _stories(asked: Iterable[tuple[int, int, int]]) -> list[tuple[int, int, int, bool, bool]]:
    """Return study, reader, story, whether it is one of training, and whether it is closed.

    Each of `asked` is a study, a reader, and the reader's role in it.
    """
    rows = list(asked)
    studies, readers, roles = zip(*rows, strict=True) if rows else ((), (), ())
    with connection.cursor() as cursor:
        given = {"studies": [*studies], "readers": [*readers], "roles": [*roles]}
        cursor.execute(CLOSED_STORIES, given)
        return cursor.fetchall()


def own_only(study: Study, story: int) -> int | None:
    """Return whose tags alone the study's reader sees in a story: their own; None: everybody's."""
    return study.sight.own_only(story) if study.sight else None


def is_hidden(study: Study, annotation: Annotation) -> bool:
    """Return whether the study's reader may not know of the annotation. It comes with its article.

    One's own is never hidden.
    """
    own = own_only(study, annotation.span.revision.article.story_id)
    return own is not None and annotation.annotator_id != own


def closed_in(study: Study, story: str = STORY) -> Q:
    """Return the condition that a row is of a story closed to the study's reader.

    `story` names the story from the row; an annotation's by default.
    """
    return Q(**{f"{story}__in": study.sight.closed}) if study.sight else Q(pk__in=[])


def code_seen(study: Study) -> Case | Coalesce:
    """Return the code of an annotation that the study's reader sees, as an expression.

    It is the one in force, or in a closed story the reader's own.
    """
    in_force = Coalesce("ruled_code", "code")
    if not study.sight or not study.sight.closed:
        return in_force
    return Case(When(closed_in(study), then="code"), default=in_force)


def status_seen(study: Study, status: str) -> Q:
    """Return the condition that the study's reader sees an annotation as being of that status.

    In a story that is closed to them all are pending, as far as they know.
    """
    hidden = closed_in(study)
    if status == Status.PENDING:
        return Q(status=status) | hidden
    return Q(status=status) & ~hidden


def without_ruling(study: Study, story: int, annotation: Annotation) -> Annotation:
    """Return an annotation of the story as the study's reader sees it: if closed, not ruled on.

    It is changed in memory, to be shown and not to be saved.
    """
    if own_only(study, story) is not None:
        annotation.status, annotation.ruled_code = Status.PENDING, None
    return annotation


def open_to_all(study: Study) -> AnnotationQuerySet:
    """Return the standing tags that every member may see.

    What is made from tags once for all members, as suggestions are, may be made from no others.
    """
    tags = Annotation.objects.in_study(study).standing()
    if not study.blind:
        return tags
    at_story = {"study": study, "story": OuterRef(STORY)}
    ruled = Adjudication.objects.filter(ruled_at__isnull=False, **at_story)
    return tags.filter(Exists(ruled), ~Exists(TrainingStory.objects.filter(**at_story)))


def until(study: Study, role: Role, story: int | None = None) -> str:
    """Return in a sentence what the study's reader, in that role, does not see yet, or "".

    Of one story, or of the whole study.
    """
    sight = study.sight
    if sight is None or not (sight.closed if story is None else story in sight.closed):
        return ""
    if story is None:
        count = len(sight.closed)
        where = f"In {count} {'story' if count == 1 else 'stories'} of this study you see"
    elif story in sight.lasting:
        return "You see only your own tags here: others train on this story, too."
    else:
        where = "You see"
    if role >= Role.MODERATOR:
        return f"{where} only your own tags until your own part is done."
    if study.blind_until == BlindUntil.PART_DONE:
        return f"{where} only your own tags until your part is done, or the story adjudicated."
    return f"{where} only your own tags until the story is adjudicated."
