# ruff: noqa: S608 - the SQL is put together from constants of ours
"""The annotations of a revision as the desk draws them: plain values, read by plain SQL.

A page may hold thousands of marks, and the few around a tag are asked for with every tag; the
ORM takes longer to compile such a question, and to make models of the answer, than PostgreSQL
to answer. Questions only; nothing here writes.
"""

import re
from collections.abc import Iterable, Sequence
from typing import Any, NamedTuple

from django.contrib.auth.models import User
from django.db import connection

from annotations.models import Code, Status, Study
from annotations.team.blinding import own_only
from sources.models import Revision


class Mark(NamedTuple):
    """An annotation where it stands on the revision that is shown.

    The code is the one in force: a moderator's replacement, or the reviewer's own. A mark that
    was tagged on an older revision names it in `tagged_on`, and says in `carried` how it got
    here: kept, moved, accepted or placed; review, gone or pending if it has no place here.
    """

    id: str
    revision_id: int
    start: int
    end: int
    exact: str
    tagged_on: int | None  # number of the older revision
    carried: str
    code_id: int
    code_key: str
    code_name: str
    hotkey: str
    counts_as_bias: bool
    own_code: str | None  # the reviewer's, by name, if a moderator replaced it
    target: str
    polarity: str
    voice: str
    speaker: str
    note: str
    status: str
    annotator_id: int
    annotator: str


def marks_on(study: Study, story: int, revisions: Iterable[int]) -> list[Mark]:
    """Return what stands on revisions of a story, carried there or tagged there, in reading order.

    One query. As everywhere here, only what the study's reader may see.
    """
    own = own_only(study, story)
    return _asked(MARKS_ON, own, {"study": study.pk, "revisions": list(revisions)})


def marks_near(study: Study, story: int, revision: Revision, start: int, end: int) -> list[Mark]:
    """Return what stands on [start, end) of a story's revision, in reading order. One query."""
    given: dict[str, Any] = {"study": study.pk, "revision": revision.pk, "start": start, "end": end}
    return _asked(MARKS_NEAR, own_only(study, story), given)


def marks_over(study: Study, places: Sequence[tuple[int, int, int, int]]) -> list[list[Mark]]:
    """Return for each place (story, revision, start, end) what stands on its words.

    One query, and a second one if some of the stories are closed to the reader and some not.
    """
    found: list[list[Mark]] = [[] for _ in places]
    closed = [own_only(study, story) is not None for story, *_ in places]
    for only in (False, True):
        numbers = [number for number, hidden in enumerate(closed) if hidden is only]
        if numbers:
            _fill(found, study, {number: places[number][1:] for number in numbers}, only)
    return found


def _fill(
    found: list[list[Mark]], study: Study, places: dict[int, tuple[int, ...]], only: bool
) -> None:
    """Give each of the places (revision, start, end) its marks; `only` the reader's own."""
    revisions, starts, ends = zip(*places.values(), strict=True)
    given: dict[str, Any] = {"study": study.pk, "numbers": [*places], "revisions": [*revisions]}
    given |= {"starts": [*starts], "ends": [*ends]}
    own = study.sight.reader if only and study.sight else None
    with connection.cursor() as cursor:
        cursor.execute(MARKS_OVER[only], given | {"own": own})
        for number, *row in cursor.fetchall():
            found[number].append(Mark._make(row))


def count_marks(study: Study, story: int, revision: Revision) -> int:
    """Return how many annotations stand on the revision. One query, as slow as there are many."""
    own = own_only(study, story)
    given: dict[str, Any] = {"study": study.pk, "revision": revision.pk, "own": own}
    with connection.cursor() as cursor:
        cursor.execute(COUNT[own is not None], given)
        return cursor.fetchone()[0]


def marks_adrift(study: Study, story: int, revisions: Iterable[int]) -> dict[int, list[Mark]]:
    """Return, for each of the revisions, what was tagged on older texts and has no place on it.

    The marks say where they were tagged. One query.
    """
    found: dict[int, list[Mark]] = {pk: [] for pk in revisions}
    own = own_only(study, story)
    given: dict[str, Any] = {"study": study.pk, "revisions": list(found), "own": own}
    with connection.cursor() as cursor:
        cursor.execute(MARKS_ADRIFT[own is not None], given)
        for shown, *row in cursor.fetchall():
            found[shown].append(Mark._make(row))
    return found


def new_mark(
    id: str, place: tuple[int, int, int, str], code: Code, annotator: User, coding: dict[str, str]
) -> Mark:
    """Return the mark of a new annotation; `place` is revision, start, end and exact. No query."""
    return Mark(
        id, *place, None, "",
        code.pk, code.key, code.name, code.hotkey, code.counts_as_bias, None,
        coding["target"], coding["polarity"], coding["voice"], coding["speaker"], coding["note"],
        Status.PENDING.value, annotator.pk, annotator.get_username(),
    )  # fmt: skip


def _asked(sql: tuple[str, str], own: int | None, given: dict[str, Any]) -> list[Mark]:
    """Return the marks that a statement finds: everybody's, or only those of `own`."""
    with connection.cursor() as cursor:
        cursor.execute(sql[own is not None], given | {"own": own})
        return [Mark._make(row) for row in cursor.fetchall()]


# The columns of a mark, from a place that is called `place`. `{study}` is the study's id.
COLUMNS = """
    tag.id::text AS mark_id, place.revision_id, place.start, place."end", place.exact,
    place.tagged_on, place.carried,
    code.id, code.key, code.name, code.hotkey, code.counts_as_bias,
    CASE WHEN tag.ruled_code_id <> tag.code_id THEN
        (SELECT name FROM annotations_code own WHERE own.id = tag.code_id) END,
    tag.target, tag.polarity, tag.voice, tag.speaker,
    tag.note, tag.status, person.id, person.username
"""
STANDING = """
    JOIN annotations_annotation tag ON tag.span_id = place.span_id
        AND tag.study_id = {study} AND tag.removed_at IS NULL
"""
JOINED = (
    STANDING
    + """
    JOIN annotations_code code ON code.id = coalesce(tag.ruled_code_id, tag.code_id)
    JOIN auth_user person ON person.id = tag.annotator_id
"""
)
# The reader's own tags where a story is closed to them, as if nobody had ruled on them. Each
# question has two statements: a condition in one would cost the studies that are not blind.
UNRULED = f"""(
    SELECT id, span_id, study_id, removed_at, annotator_id, code_id, target, polarity, voice,
        speaker, note, created_at, '{Status.PENDING.value}' AS status, NULL::bigint AS ruled_code_id
    FROM annotations_annotation WHERE annotator_id = %(own)s AND study_id = %(study)s
)"""
# So that the time does not grow with the words that others tagged: their places are not looked at.
OWN_SPANS = """(
    SELECT span_id FROM annotations_annotation
    WHERE annotator_id = %(own)s AND study_id = %(study)s AND removed_at IS NULL
)"""
TAGGED = """
    SELECT id AS span_id, revision_id, start, "end", exact,
        NULL::integer AS tagged_on, '' AS carried
    FROM annotations_span WHERE revision_id {which} /* own: id */
"""
CARRIED = """
    SELECT carry.span_id, carry.revision_id, carry.start, carry."end", carry.exact, home.number,
        coalesce(nullif(carry.ruling, ''), carry.outcome)
    FROM annotations_carry carry
    JOIN annotations_span span ON span.id = carry.span_id
    JOIN sources_revision home ON home.id = span.revision_id
    WHERE carry.revision_id {which} AND carry.study_id = {study} /* own: carry.span_id */
"""
READING_ORDER = """
    ORDER BY place.revision_id, place.start, place."end" DESC, tag.created_at, tag.id
"""


def _places(which: str, study: str, within: str) -> str:
    """Return the query of the places on some revisions; `within` narrows both of its halves."""
    carried = CARRIED.format(which=which, study=study) + within.format(of="carry.")
    return f"({TAGGED.format(which=which)} {within.format(of='')} UNION ALL {carried}) place"


def near(revision: str, study: str, start: str, end: str) -> str:
    """Return what follows FROM in a query of the marks on [start, end) of a revision.

    All are expressions of SQL; none is ever a person's input.
    """
    within = f'AND {{of}}start < {end} AND {{of}}"end" > {start}'
    return _places(f"= {revision}", study, within) + JOINED.format(study=study)


def _own(sql: str) -> tuple[str, str]:
    """Return the statement, and the one that finds the tags of `own` alone and no rulings."""
    own = sql.replace("annotations_annotation tag", f"{UNRULED} tag")
    return sql, re.sub(r"/\* own: (\S+) \*/", rf"AND \1 IN {OWN_SPANS}", own)


_STUDY = "%(study)s"
MARKS_ON = _own(
    f"SELECT {COLUMNS} FROM "
    + _places("= ANY(%(revisions)s)", _STUDY, "AND {of}start IS NOT NULL")
    + JOINED.format(study=_STUDY)
    + READING_ORDER
)
MARKS_NEAR = _own(
    f"SELECT {COLUMNS} FROM " + near("%(revision)s", _STUDY, "%(start)s", "%(end)s") + READING_ORDER
)
MARKS_OVER = _own(
    f"""SELECT wanted.number, {COLUMNS}
    FROM unnest(%(numbers)s::int[], %(revisions)s::bigint[], %(starts)s::int[], %(ends)s::int[])
        AS wanted(number, revision, first, behind)
    CROSS JOIN LATERAL """
    + near("wanted.revision", _STUDY, "wanted.first", "wanted.behind")
    + READING_ORDER
)
COUNT = _own(
    "SELECT count(*) FROM "
    + _places("= %(revision)s", _STUDY, "AND {of}start IS NOT NULL")
    + STANDING.format(study=_STUDY)
)
MARKS_ADRIFT = _own(f"""
SELECT place.shown, {COLUMNS}
FROM (
    SELECT shown.id AS shown, span.id AS span_id, span.revision_id,
        span.start, span."end", span.exact, older.number AS tagged_on,
        CASE WHEN carry.id IS NULL THEN 'pending'
            WHEN carry.ruling = 'gone' THEN 'gone' ELSE carry.outcome END AS carried
    FROM sources_revision shown
    JOIN sources_revision older
        ON older.article_id = shown.article_id AND older.number < shown.number
    JOIN annotations_span span ON span.revision_id = older.id
    LEFT JOIN annotations_carry carry ON carry.span_id = span.id
        AND carry.revision_id = shown.id AND carry.study_id = %(study)s
    WHERE shown.id = ANY(%(revisions)s) AND carry.start IS NULL /* own: span.id */
) place {JOINED.format(study=_STUDY)} {READING_ORDER}
""")
