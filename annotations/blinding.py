# ruff: noqa: S608 - the SQL is put together from constants of ours
"""Blind coding: which stories of a study are closed to whom.

In a closed story a person sees nobody's tags but their own, and no rulings. Questions only;
nothing here writes.
"""

from django.contrib.auth.models import User
from django.db import connection

from annotations.models import BlindUntil, Role, Study
from annotations.seeing import Sight

# Of `coded`, a study's story: whether it is closed to %(reader)s, who is %(role)s in `study`. A
# moderator is blind as a coder is, as long as their own part of the story is to do. A training
# story never opens to a reviewer: the next one is to learn from it too.
CLOSED = f"""
study.blind AND NOT EXISTS (
    SELECT FROM annotations_adjudication ruled
    WHERE ruled.study_id = study.id AND ruled.story_id = coded.story_id
        AND ruled.ruled_at IS NOT NULL
        AND (%(role)s >= {Role.MODERATOR.value} OR NOT EXISTS (
            SELECT FROM annotations_trainingstory training
            WHERE training.study_id = study.id AND training.story_id = coded.story_id))
) AND CASE WHEN %(role)s >= {Role.MODERATOR.value} THEN EXISTS (
    SELECT FROM annotations_assignment part
    WHERE part.study_id = study.id AND part.story_id = coded.story_id
        AND part.coder_id = %(reader)s AND part.state <> 'done'
) ELSE NOT (study.blind_until = '{BlindUntil.PART_DONE.value}' AND EXISTS (
    SELECT FROM annotations_assignment part
    WHERE part.study_id = study.id AND part.story_id = coded.story_id
        AND part.coder_id = %(reader)s AND part.state = 'done'
) AND NOT EXISTS (
    SELECT FROM annotations_trainingstory training
    WHERE training.study_id = study.id AND training.story_id = coded.story_id)
) END
"""
CLOSED_STORIES = f"""
SELECT coded.story_id FROM annotations_study study
JOIN annotations_study_stories coded ON coded.study_id = study.id
WHERE study.id = %(study)s AND {CLOSED}
"""


def sight_of(study: Study, reader: User, role: Role) -> Sight | None:
    """Return what a member sees of a study; None is all of it. One query if it is blind."""
    if not study.blind:
        return None
    with connection.cursor() as cursor:
        given = {"study": study.pk, "reader": reader.pk, "role": int(role)}
        cursor.execute(CLOSED_STORIES, given)
        return Sight(reader.pk, frozenset(story for (story,) in cursor.fetchall()))
