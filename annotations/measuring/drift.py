# ruff: noqa: S608 - the SQL is put together from constants of ours
"""Drift: how each coder's coding went over time, and which codes they use more than others.

Questions only; nothing here writes. Everything is counted by coder and article; an article belongs
to the day on which the coder put their first tag there, or else said that their part was done.
Training stories and those that are closed to the reader are left out. Nobody is ranked: coders
come by name, whatever their numbers.
"""

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime, timedelta
from typing import Any

from django.db import connection, transaction
from django.db.models import QuerySet

from annotations.codebook.codes import successors
from annotations.models import Annotation, Code, Study, TrainingStory
from annotations.team.assignments import coders_by_story

PAUSE = 5  # minutes: the most that a gap between two steps counts as work
FEW = 5  # below so many expected tags a ratio says little
PERIODS = {1: "by week", 2: "by two weeks", 4: "by four weeks"}
MONDAY = date(2024, 1, 1)  # periods of several weeks are counted from here
NOBODY_ELSE = "nobody else coded these stories"
NO_TAGS = "nobody tagged a passage of them"
NO_WORDS = "their texts have no words"


@dataclass(frozen=True, slots=True)
class Part:
    """One coder's work on one article, or the sum of several, with how many stories they are of.

    `others` is how many further coders it has, times its passages; `own`, `theirs` and `both`
    count passages that the coder tagged, that another one tagged, and that both did, by pairs.
    """

    story_count: int = 0
    texts: int = 0
    words: int = 0
    tags: int = 0
    seconds: float = 0
    others: int = 0
    own: int = 0
    theirs: int = 0
    both: int = 0

    @property
    def per_1000(self) -> float | None:
        return 1000 * self.tags / self.words if self.words else None

    @property
    def minutes_per_story(self) -> float | None:
        return self.seconds / 60 / self.story_count if self.story_count else None

    @property
    def alike(self) -> float | None:
        """Specific agreement on the passages that were noticed, 0 to 1 (Dice 1945)."""
        noticed = self.own + self.theirs
        return 2 * self.both / noticed if noticed else None

    @property
    def why_not_alike(self) -> str:
        """Why `alike` is undefined; "" if it is defined."""
        if self.own + self.theirs:
            return ""
        return NO_TAGS if self.others else NOBODY_ELSE


@dataclass(frozen=True, slots=True)
class Work:
    """What a coder did on an article of a story, and when they began."""

    coder: int
    story: int
    began_at: datetime
    part: Part

    def period(self, weeks: int) -> date:
        """Return the Monday on which the period of `weeks` begins that this falls into."""
        day = self.began_at.date()
        return day - timedelta(days=(day - MONDAY).days % (7 * weeks))


@dataclass(frozen=True, slots=True)
class Leaning:
    """How often a coder used a code, and how often they would have with everybody's shares."""

    observed: int
    expected: float

    @property
    def ratio(self) -> float | None:
        return self.observed / self.expected if self.expected else None

    @property
    def few(self) -> bool:
        return self.expected < FEW


@dataclass(frozen=True, slots=True)
class Figures:
    """What the page draws: work by coder and period, and leanings by coder and code."""

    parts: dict[int, dict[date, Part]]
    leanings: dict[int, dict[int, Leaning]]


@dataclass(frozen=True, slots=True)
class Scope:
    """The stories that do not count, and who coded those that several coded.

    With `only`, no others than these stories count.
    """

    left_out: list[int]
    shared: dict[int, list[int]]
    only: list[int] | None = None

    @classmethod
    def of(cls, study: Study, only: list[int] | None = None) -> "Scope":
        """Return that of the study's reader. Four queries at most."""
        return cls.without(study, _closed(study), only)

    @classmethod
    def without(cls, study: Study, closed: Iterable[int], only: list[int] | None = None) -> "Scope":
        """Return that of whoever these stories are closed to. Four queries at most."""
        left_out = _left_out(study, closed)
        hidden, every = set(left_out), coders_by_story(study, only).items()
        shared = {story: who for story, who in every if len(who) > 1 and story not in hidden}
        return cls(left_out, shared, only)


def work_in(study: Study, coder: int | None = None, scope: Scope | None = None) -> list[Work]:
    """Return what each coder, or one, did on each article, by coder and time. Nine queries."""
    scope = scope or Scope.of(study)
    shared = scope.shared
    if coder:
        shared = {story: who for story, who in shared.items() if coder in who}
    given = _given(study, coder, scope) | _pairs(shared)
    seconds = {(who, article): value for who, article, value in _asked(SECONDS, given)}
    noticed = {(who, article): row for who, article, *row in _asked(NOTICED, given)}
    found = []
    for who, story, article, began_at, words, tags in _asked(AMOUNTS, given):
        passages, others, own, theirs, both = noticed.get((who, article), (0, 0, 0, 0, 0))
        part = Part(
            1, 1, words, tags, seconds.get((who, article), 0.0),
            passages * others, own * others, theirs, both,
        )  # fmt: skip
        found.append(Work(who, story, began_at, part))
    return sorted(found, key=lambda work: (work.coder, work.began_at, work.story))


def begun_by(study: Study, coder: int) -> list[Work]:
    """Return what a coder began, by time: `work_in` with nothing but words and tags. 3 queries."""
    given = _given(study, coder, Scope(_left_out(study, _closed(study)), {}))
    found = [
        Work(who, story, began_at, Part(1, 1, words, tags))
        for who, story, _, began_at, words, tags in _asked(AMOUNTS, given)
    ]
    return sorted(found, key=lambda work: (work.began_at, work.story))


def sum_of(work: Iterable[Work]) -> Part:
    """Return the sum of several pieces of work; a story of several articles counts once."""
    work = list(work)
    sums = {
        name: sum(getattr(each.part, name) for each in work) for name in Part.__dataclass_fields__
    }
    return Part(**sums | {"story_count": len({each.story for each in work})})


def by_story(work: Iterable[Work]) -> list[Work]:
    """Return the sums by coder and story, in the order in which the stories were begun."""
    together: dict[tuple[int, int], list[Work]] = defaultdict(list)
    for each in work:
        together[each.coder, each.story].append(each)
    return [replace(own[0], part=sum_of(own)) for own in together.values()]


def by_period(work: Iterable[Work], weeks: int) -> dict[int, dict[date, Part]]:
    """Return the sums by coder and period, periods ascending; empty periods between included."""
    together: dict[int, dict[date, list[Work]]] = defaultdict(lambda: defaultdict(list))
    for each in work:
        together[each.coder][each.period(weeks)].append(each)
    days = [day for own in together.values() for day in own]
    if not days:
        return {}
    span = range(0, (max(days) - min(days)).days + 1, 7 * weeks)
    every = [min(days) + timedelta(days=step) for step in span]
    return {
        coder: {day: sum_of(own.get(day, ())) for day in every} for coder, own in together.items()
    }


def figures_of(study: Study, weeks: int) -> Figures:
    """Return what the page draws, computed now. Thirteen queries at most."""
    scope = Scope.of(study)
    return Figures(by_period(work_in(study, scope=scope), weeks), leanings_in(study, scope))


def leanings_in(study: Study, scope: Scope | None = None) -> dict[int, dict[int, Leaning]]:
    """Return by coder and code how often it was used, in stories that several coded.

    Expected is the coder's number of tags in each story times the code's share of all coders'
    tags there. It is the coder's own code that counts, not a ruling's; a merged code counts as
    the one that took its place. At most six queries.
    """
    scope = scope or Scope.of(study)
    merged = successors(study.codebook)
    given: dict[str, Any] = {"study": study.pk, "left_out": scope.left_out}
    given |= _pairs(scope.shared) | {"old": [*merged], "new": [*merged.values()]}
    found: dict[int, dict[int, Leaning]] = defaultdict(dict)
    for coder, code, observed, expected in _asked(LEANINGS, given):
        found[coder][code] = Leaning(observed, expected)
    return dict(found)


def tags_with(study: Study, coder: int, code: Code) -> QuerySet[Annotation]:
    """Return the tags that a coder's `leanings_in` counts for a code, in reading order."""
    merged = successors(study.codebook)
    codes = [code.pk, *(old for old, new in merged.items() if new == code.pk)]
    stories = [story for story, coders in Scope.of(study).shared.items() if coder in coders]
    found = Annotation.objects.seen_in(study).filter(annotator=coder, code__in=codes)
    return found.filter(span__revision__article__story__in=stories).in_queue_order()


def _closed(study: Study) -> Iterable[int]:
    return study.sight.closed if study.sight else ()


def _left_out(study: Study, closed: Iterable[int]) -> list[int]:
    training = TrainingStory.objects.filter(study=study).values_list("story", flat=True)
    return [*training, *closed]


def _given(study: Study, coder: int | None, scope: Scope) -> dict[str, Any]:
    """Return what the statements on work are asked with; None stands for all."""
    left_out = scope.left_out
    return {"study": study.pk, "left_out": left_out, "coder": coder, "only": scope.only}


def _pairs(shared: Mapping[int, Sequence[int]]) -> dict[str, list[int]]:
    pairs = [(story, coder) for story, coders in shared.items() for coder in coders]
    return {"stories": [story for story, _ in pairs], "coders": [coder for _, coder in pairs]}


def _asked(sql: str, given: dict[str, Any]) -> list[tuple[Any, ...]]:
    """Ask in memory: of 500,000 tags it takes half the time that it takes on disk."""
    with transaction.atomic(), connection.cursor() as cursor:
        cursor.execute("SET LOCAL work_mem = '64MB'; SET LOCAL jit = off")
        cursor.execute(sql, given)
        return cursor.fetchall()


TEXTS_OF = """
texts AS MATERIALIZED (
    SELECT DISTINCT ON (rev.article_id) rev.id AS revision_id, rev.article_id, ar.story_id,
        rev.word_count
    FROM sources_revision rev
    JOIN sources_article ar ON ar.id = rev.article_id
    WHERE {stories}
    ORDER BY rev.article_id, rev.number DESC)
"""
# The newest text of each article that counts, and of each that several coded.
TEXTS = TEXTS_OF.format(
    stories="""ar.story_id <> ALL(%(left_out)s)
        AND (%(only)s::bigint[] IS NULL OR ar.story_id = ANY(%(only)s)) AND ar.story_id IN (
        SELECT story_id FROM annotations_study_stories WHERE study_id = %(study)s)"""
)
SHARED_TEXTS = TEXTS_OF.format(stories="ar.story_id = ANY(%(stories)s)")
# Of a tag `a`: its span, and the newest text of the article in which it stands.
ITS_TEXT = """
    JOIN annotations_span s ON s.id = a.span_id
    JOIN sources_revision home ON home.id = s.revision_id
    JOIN texts ON texts.article_id = home.article_id
"""
STANDING = "a.study_id = %(study)s AND a.removed_at IS NULL"
THEIRS = "(%(coder)s::bigint IS NULL OR {coder} = %(coder)s)"
# Who coded which of the stories that several coded.
PAIRS = """
pairs AS (
    SELECT * FROM unnest(%(stories)s::bigint[], %(coders)s::bigint[]) AS pair(story_id, coder))
"""
AMOUNTS = f"""
WITH {TEXTS}, tagged AS (
    SELECT a.annotator_id AS coder, texts.article_id, count(*) AS tags,
        min(a.created_at) AS began_at
    FROM annotations_annotation a {ITS_TEXT}
    WHERE {STANDING} AND {THEIRS.format(coder="a.annotator_id")}
    GROUP BY 1, 2),
done AS (
    SELECT part.coder_id AS coder, texts.article_id, part.done_at
    FROM annotations_assignment part JOIN texts ON texts.story_id = part.story_id
    WHERE part.study_id = %(study)s AND part.state = 'done'
        AND {THEIRS.format(coder="part.coder_id")})
SELECT worked.coder, texts.story_id, texts.article_id, worked.at, texts.word_count, worked.tags
FROM (
    SELECT coalesce(tagged.coder, done.coder) AS coder,
        coalesce(tagged.article_id, done.article_id) AS article_id,
        coalesce(tagged.began_at, done.done_at) AS at, coalesce(tagged.tags, 0) AS tags
    FROM tagged FULL JOIN done
        ON done.coder = tagged.coder AND done.article_id = tagged.article_id) worked
JOIN texts ON texts.article_id = worked.article_id
ORDER BY texts.article_id
"""
SECONDS = f"""
WITH {TEXTS}
SELECT coder, article_id, extract(epoch FROM sum(
    least(made_at - before, interval '{PAUSE} minutes')))::float
FROM (
    SELECT a.annotator_id AS coder, texts.article_id, step.made_at,
        lag(step.made_at) OVER (
            PARTITION BY a.annotator_id, texts.story_id ORDER BY step.made_at) AS before
    FROM annotations_change step
    JOIN annotations_annotation a ON a.id = step.annotation_id AND a.annotator_id = step.actor_id
    {ITS_TEXT}
    WHERE a.study_id = %(study)s AND {THEIRS.format(coder="a.annotator_id")}) steps
WHERE before IS NOT NULL
GROUP BY 1, 2
"""
# A passage is a line that holds something; its number is that of the last start at or before.
NOTICED = f"""
WITH {SHARED_TEXTS}, {PAIRS},
shared AS (SELECT story_id, count(*) - 1 AS others FROM pairs GROUP BY 1),
passages AS MATERIALIZED (
    SELECT cut.revision_id, array_agg(cut.begins::int ORDER BY cut.begins) AS starts
    FROM (
        SELECT texts.revision_id, piece.line,
            sum(length(piece.line) + 1) OVER (
                PARTITION BY texts.revision_id ORDER BY piece.number) - length(piece.line) - 1
                AS begins
        FROM texts
        JOIN sources_revision rev ON rev.id = texts.revision_id
        CROSS JOIN LATERAL string_to_table(rev.text, E'\\n')
            WITH ORDINALITY AS piece(line, number)) cut
    WHERE cut.line ~ '\\S'
    GROUP BY 1),
placed AS (
    SELECT a.annotator_id AS coder, texts.revision_id, texts.story_id,
        CASE WHEN s.revision_id = texts.revision_id THEN s.start ELSE k.start END AS start,
        CASE WHEN s.revision_id = texts.revision_id THEN s."end" ELSE k."end" END AS "end"
    FROM annotations_annotation a {ITS_TEXT}
    LEFT JOIN annotations_carry k ON k.span_id = s.id AND k.study_id = a.study_id
        AND k.revision_id = texts.revision_id AND s.revision_id <> texts.revision_id
    WHERE {STANDING}),
noticed AS (
    SELECT DISTINCT placed.coder, placed.revision_id, passage.number
    FROM placed
    JOIN pairs ON pairs.story_id = placed.story_id AND pairs.coder = placed.coder
    JOIN passages ON passages.revision_id = placed.revision_id
    CROSS JOIN LATERAL generate_series(
        width_bucket(placed.start, passages.starts),
        width_bucket(placed."end" - 1, passages.starts)) AS passage(number)
    WHERE placed.start IS NOT NULL),
counted AS (
    SELECT coder, revision_id, count(*) OVER (PARTITION BY revision_id, number) - 1 AS others
    FROM noticed),
own AS (SELECT coder, revision_id, count(*) AS own, sum(others) AS both FROM counted GROUP BY 1, 2),
every AS (SELECT revision_id, sum(own) AS noticed FROM own GROUP BY 1)
SELECT pairs.coder, texts.article_id, cardinality(passages.starts), shared.others,
    coalesce(own.own, 0), (coalesce(every.noticed, 0) - coalesce(own.own, 0))::bigint,
    coalesce(own.both, 0)::bigint
FROM pairs
JOIN shared ON shared.story_id = pairs.story_id
JOIN texts ON texts.story_id = pairs.story_id
JOIN passages ON passages.revision_id = texts.revision_id
LEFT JOIN own ON own.revision_id = texts.revision_id AND own.coder = pairs.coder
LEFT JOIN every ON every.revision_id = texts.revision_id
"""
LEANINGS = f"""
WITH {SHARED_TEXTS}, {PAIRS},
merged AS (SELECT * FROM unnest(%(old)s::bigint[], %(new)s::bigint[]) AS code(old, new)),
counts AS (
    SELECT texts.story_id, a.annotator_id AS coder, coalesce(merged.new, a.code_id) AS code,
        count(*) AS tags
    FROM annotations_annotation a {ITS_TEXT}
    JOIN pairs ON pairs.story_id = texts.story_id AND pairs.coder = a.annotator_id
    LEFT JOIN merged ON merged.old = a.code_id
    WHERE {STANDING} GROUP BY 1, 2, 3),
by_coder AS (SELECT story_id, coder, sum(tags) AS tags FROM counts GROUP BY 1, 2),
by_code AS (SELECT story_id, code, sum(tags) AS tags FROM counts GROUP BY 1, 2),
by_story AS (SELECT story_id, sum(tags) AS tags FROM counts GROUP BY 1)
SELECT by_coder.coder, by_code.code, coalesce(sum(counts.tags), 0)::bigint,
    sum(by_coder.tags * by_code.tags / by_story.tags)::float
FROM by_coder
JOIN by_code ON by_code.story_id = by_coder.story_id
JOIN by_story ON by_story.story_id = by_coder.story_id
LEFT JOIN counts ON counts.story_id = by_coder.story_id AND counts.coder = by_coder.coder
    AND counts.code = by_code.code
GROUP BY 1, 2
"""
