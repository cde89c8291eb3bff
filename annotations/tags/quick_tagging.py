# ruff: noqa: S608 - the SQL is put together from constants of ours
"""Tag words in one statement, if nothing speaks against it, and see what stands around them.

Look-up, check, three rows and the marks nearby take the ORM some fifteen round trips and
`tag_span` two more; a tag is what reviewers do all day. What this refuses it does not explain:
the caller then asks `tag_span`, which keeps the same rules and says which one is broken.
"""

import uuid
from typing import Any, NamedTuple

from django.contrib.auth.models import User
from django.db import connection

from annotations.models import Code, Study, Voice
from annotations.tags.marks import COLUMNS, READING_ORDER, Mark, near, new_mark
from annotations.tags.tagging import GIVEN, LOCKED, WRITTEN
from annotations.texts.anchoring import CONTEXT
from sources.models import Article, Revision


class Ground(NamedTuple):
    """What a tag stands on; fields of these models that drawing it does not need are deferred.

    `near` are the marks on the passages that the words touch, as they were before the tag; None in
    a blind study, where what its reader may see is another question.
    """

    study: Study
    revision: Revision
    code: Code | None  # None: the study's codebook has no such code
    is_newest: bool  # whether the article has no newer revision
    near: list[Mark] | None
    mark: Mark | None  # the new tag; None: nothing was written


def tag_quickly(
    annotator: User,
    key: str,
    *,
    revision: int,
    code: str,
    id: uuid.UUID,
    start: int | None,
    end: int | None,
    exact: str,
    **coding: Any,
) -> Ground | None:
    """Tag words of a revision in the study `key`; return None if there is none for `annotator`.

    Site administrators see every study, others those of which they are members. Takes what
    `tag_span` takes, with `code` and `revision` by key and pk. Writes nothing without `start`.
    """
    if start is None or end is None or end != start + len(exact) or not exact.strip():
        start, end, exact = 0, 0, ""
    given: dict[str, Any] = {"key": key, "code": code, "revision": revision, "id": id}
    given |= {"annotator_id": annotator.pk, "all": annotator.is_superuser}
    given |= {"start": start, "end": end, "exact": exact}
    with connection.cursor() as cursor:
        cursor.execute(TAG_QUICKLY, given | coding)
        rows = cursor.fetchall()
    if not rows:
        return None
    study, found, known, is_newest, written = _models(rows[0])
    # Where nothing stands nearby, the one row has nulls for a mark.
    marks = None
    if not study.blind:
        marks = [Mark._make(row[MARK_AT:-1]) for row in rows if row[MARK_AT] is not None]
    mark = None
    if known and written:
        mark = new_mark(str(id), (revision, start, end, exact), known, annotator, coding)
    return Ground(study, found, known, is_newest, marks, mark)


def _models(row: tuple) -> tuple[Study, Revision, Code | None, bool, bool]:
    """Return what the first row brings beside a mark."""
    known = connection.alias
    fields, row = row[: len(STUDY_FIELDS)], row[len(STUDY_FIELDS) :]
    study = Study.from_db(known, STUDY_FIELDS, fields)
    revision = Revision.from_db(known, ("id", "article_id", "text"), row[:3])
    revision.article = Article.from_db(known, ("id", "story_id"), (row[1], row[3]))
    code = Code.from_db(known, CODE_FIELDS, row[CODE_AT:CODE_END]) if row[CODE_AT] else None
    return study, revision, code, row[4], row[5]


STUDY_FIELDS = ("id", "key", "codebook_id", "blind", "outlets_hidden")
# In the order of the model: that is how `from_db` takes the values.
CODE_FIELDS = (
    "id", "key", "name", "hotkey", "asks_target", "marks_spans", "counts_as_bias", "retired_at",
    "codebook_id",
)  # fmt: skip
CODE_AT = 6  # after the study
CODE_END = CODE_AT + len(CODE_FIELDS)
MARK_AT = len(STUDY_FIELDS) + CODE_END
REACH = 1_500  # code points on either side of the words in which their passage mostly ends
NEAR = near(
    "%(revision)s",
    "(SELECT study_id FROM ground)",
    "(SELECT line_start FROM line)",
    "(SELECT line_end FROM line)",
)
# `base` is where `around` begins in the text: to cut a long text takes as long as to read it, so
# it is done once. A passage is a line; where that does not end within reach, all marks on that
# side come, which are more than are needed and do no harm. In a blind study the line is empty, so
# that no mark is read. What is not a mark comes with the first row only. The rules of `sound` are
# those of `quote_at`, `check_coding` and `begin_tagging`; tests hold them against each other.
TAG_QUICKLY = f"""
WITH {GIVEN}, ground AS (
    SELECT study.id AS study_id, study.key, study.codebook_id, study.blind, study.outlets_hidden,
        revision.id AS revision_id, article_id, text, story_id,
        NOT EXISTS (
            SELECT FROM sources_revision newer
            WHERE newer.article_id = revision.article_id AND newer.number > revision.number
        ) AS is_newest,
        base, substr(text, base + 1, %(end)s - base + {REACH}) AS around,
        code, book.revision AS codebook_revision, 1::bigint AS first
    FROM sources_revision revision
    JOIN sources_article article ON article.id = article_id
    JOIN annotations_study_stories coded USING (story_id)
    JOIN annotations_study study ON study.id = study_id
    JOIN annotations_codebook book ON book.id = study.codebook_id
    LEFT JOIN annotations_code code
        ON code.codebook_id = study.codebook_id AND code.key = %(code)s
    CROSS JOIN (SELECT greatest(%(start)s - {REACH}, 0) AS base) reach
    WHERE revision.id = %(revision)s AND study.key = %(key)s
        AND (%(all)s OR EXISTS (
            SELECT FROM annotations_membership member
            WHERE member.study_id = study.id AND user_id = %(annotator_id)s))
), line AS (
    SELECT
        coalesce(%(start)s - nullif(strpos(reverse(left(around, %(start)s - base)), E'\\n'), 0), 0)
            AS line_start,
        CASE WHEN blind THEN 0 ELSE
            coalesce(%(end)s + nullif(strpos(substr(around, %(end)s - base + 1), E'\\n'), 0),
                2147483647)
        END AS line_end
    FROM ground
), sound AS (
    SELECT study_id, revision_id, (code).id AS code_id, codebook_revision, given.*,
        right(left(around, start - base), {CONTEXT}) AS prefix,
        substr(around, "end" - base + 1, {CONTEXT}) AS suffix
    FROM ground, given
    WHERE exact <> '' AND substr(around, start - base + 1, "end" - start) = exact
        AND (code).marks_spans AND (code).retired_at IS NULL
        AND (NOT (code).asks_target OR (target <> '' AND polarity <> ''))
        AND (speaker = '' OR voice = '{Voice.ATTRIBUTED.value}')
        AND NOT {LOCKED.format(study="ground.study_id", story="ground.story_id")}
), {WRITTEN}
SELECT study_id, ground.key, codebook_id, blind, outlets_hidden,
    ground.revision_id, article_id, text, story_id, is_newest, EXISTS (SELECT FROM annotation),
    {", ".join(f"(code).{name}" for name in CODE_FIELDS)}, mark.*
FROM ground FULL JOIN (
    SELECT {COLUMNS}, row_number() OVER ({READING_ORDER}) AS nth FROM {NEAR}
) mark ON nth = first
ORDER BY nth
"""
