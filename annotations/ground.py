# ruff: noqa: S608 - the SQL is put together from constants of ours
"""What a tag stands on, and what stands around it, in one query.

It comes before every tag, where every round trip to the database and every model that is made
can be felt. Questions only; nothing here writes.
"""

from typing import NamedTuple

from django.contrib.auth.models import User
from django.db import connection

from annotations.marks import COLUMNS, Mark, near
from annotations.models import Code, Study
from sources.models import Article, Revision


class Ground(NamedTuple):
    """What a tag needs to stand on; other fields of these than it needs are deferred.

    `near` are the marks on the passages that the place touches, as they were before the tag.
    """

    study: Study
    revision: Revision
    code: Code | None  # None: the study's codebook has no such code
    is_newest: bool  # whether the article has no newer revision
    near: list[Mark]


def ground_of(
    user: User, key: str, revision_id: int, code_key: str, place: tuple[int, int]
) -> Ground | None:
    """Return what a tag at `place` of a revision stands on; None if `user` may not see it.

    Site administrators see every study, others those of which they are members.
    """
    given = {"user": user.pk, "all": user.is_superuser, "key": key, "code": code_key}
    given |= {"revision": revision_id, "start": place[0], "end": place[1]}
    with connection.cursor() as cursor:
        cursor.execute(GROUND, given)
        rows = cursor.fetchall()
    if not rows:
        return None
    known, first = connection.alias, rows[0]
    article = Article.from_db(known, ("id", "story_id"), first[6:8])
    revision = Revision.from_db(known, ("id", "article_id", "text"), first[3:6])
    revision.article = article
    at = 9 + len(CODE_FIELDS)
    return Ground(
        Study.from_db(known, ("id", "key", "codebook_id"), first[:3]),
        revision,
        None if first[9] is None else Code.from_db(known, CODE_FIELDS, first[9:at]),
        first[8],
        # Where nothing stands, one row of nulls brings the rest.
        [Mark._make(row[at:-1]) for row in rows if row[at] is not None],
    )


CODE_FIELDS = (
    "id", "codebook_id", "key", "name", "hotkey", "asks_target", "marks_spans", "counts_as_bias",
)  # fmt: skip
# A passage reaches from the line end before its words to the one behind them. The text comes
# with the first row only: every mark brings a row.
GROUND = f"""
WITH ground AS (
    SELECT study.id AS study_id, study.key, study.codebook_id,
        revision.id AS revision_id, revision.article_id, revision.text, article.story_id,
        NOT EXISTS (
            SELECT FROM sources_revision newer
            WHERE newer.article_id = revision.article_id AND newer.number > revision.number
        ) AS is_newest,
        %(start)s - nullif(strpos(reverse(left(revision.text, %(start)s)), E'\\n'), 0) AS before,
        %(end)s + nullif(strpos(substr(revision.text, %(end)s + 1), E'\\n'), 0) AS behind
    FROM sources_revision revision
    JOIN sources_article article ON article.id = revision.article_id
    JOIN annotations_study_stories coded ON coded.story_id = article.story_id
    JOIN annotations_study study ON study.id = coded.study_id
    WHERE revision.id = %(revision)s AND study.key = %(key)s
        AND (%(all)s OR EXISTS (
            SELECT FROM annotations_membership member
            WHERE member.study_id = study.id AND member.user_id = %(user)s))
)
SELECT study_id, ground.key, ground.codebook_id, ground.revision_id, article_id,
    CASE WHEN row_number() OVER reading = 1 THEN text END, article_id, story_id, is_newest,
    {", ".join(f"used.{name}" for name in CODE_FIELDS)}, mark.*
FROM ground
LEFT JOIN annotations_code used
    ON used.codebook_id = ground.codebook_id AND used.key = %(code)s
LEFT JOIN (
    SELECT {COLUMNS}, annotation.created_at AS tagged_at
    FROM {
    near(
        "%(revision)s",
        "(SELECT study_id FROM ground)",
        "coalesce((SELECT before FROM ground), 0)",
        "coalesce((SELECT behind FROM ground), 2147483647)",
    )
}
) mark ON true
WINDOW reading AS (ORDER BY mark.start, mark."end" DESC, mark.tagged_at, mark.mark_id)
ORDER BY mark.start, mark."end" DESC, mark.tagged_at, mark.mark_id
"""
