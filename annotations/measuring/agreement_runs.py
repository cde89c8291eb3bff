"""What was computed of a study's agreement, how far it is, and whether newer tags exist.

Questions only; nothing here writes, and nothing here needs numpy.
"""

import hashlib
from dataclasses import dataclass

from django.db import connection

from annotations.agreement.selection import Selection
from annotations.models import AgreementRun, Annotation, Study
from annotations.tasks import is_queued, workers_alive

METHOD = 1  # grows when figures are computed in another way: all are computed anew then
# Parts of a run beside those of `annotations.agreement.parts`.
CONFUSION, ABOUT = "confusion", "about"
QUICK, SMALL = 6_000, 60_000  # effort of a second or two, and of a quarter of a minute
OF_PAIR = 1_000  # tags: two coders more cost as much, however little they tagged


@dataclass(frozen=True, slots=True)
class Basis:
    """What figures are computed from: a digest of it, and how many tags and coders there are."""

    digest: str
    tags: int
    coders: int

    @property
    def effort(self) -> int:
        """Return how long it takes to compute the figures, in tags."""
        return self.tags + OF_PAIR * (self.coders * (self.coders - 1) // 2)


@dataclass(frozen=True, slots=True)
class Standing:
    """How far the figures of a selection are; `run` is None if they were never asked for.

    `tags` are those of the study, counted up to one more than SMALL. `is_stale` says whether tags,
    texts, codes or parts changed since the figures were computed; None: that was not asked.
    """

    chosen: Selection
    run: AgreementRun | None
    tags: int
    is_queued: bool
    has_worker: bool
    is_stale: bool | None

    @property
    def is_large(self) -> bool:
        """Whether the study has more tags than are counted."""
        return self.tags > SMALL

    @property
    def is_there(self) -> bool:
        """Whether there are figures to show."""
        return self.run is not None and self.run.finished_at is not None

    @property
    def is_under_way(self) -> bool:
        """Whether somebody has begun to compute them and is not done."""
        run = self.run
        if run is None or not run.total:
            return False
        return run.finished_at is None or run.started_at > run.finished_at

    @property
    def shown_at(self) -> str:
        """Return which figures there are, by the time when they were finished."""
        finished = self.run.finished_at if self.run else None
        return finished.isoformat() if finished else ""

    @property
    def asks_again(self) -> str:
        """Return when the page asks for this anew, in the words of htmx; "" for never."""
        if self.is_queued:
            return "every 2s" if self.has_worker else ""
        return "load" if self.is_there and self.is_stale is None else ""


def standing_of(study: Study, chosen: Selection, *, compare: bool = True) -> Standing:
    """Return how far the figures of a selection are. Five queries at most.

    Without `compare` it is not asked whether those of a large study are stale: that takes a while.
    """
    run = AgreementRun.objects.filter(study=study, selection=chosen.address).first()
    tags = Annotation.objects.in_study(study).standing().order_by()[: SMALL + 1].count()
    waits = is_queued("agree", study_id=study.pk, selection=chosen.address)
    compares = run and run.finished_at and not waits and (compare or tags <= SMALL)
    return Standing(
        chosen=chosen,
        run=run,
        tags=tags,
        is_queued=waits,
        has_worker=workers_alive() > 0,
        is_stale=run.basis != basis_of(study).digest if run and compares else None,
    )


def basis_of(study: Study) -> Basis:
    """Return the digest of all that a study's figures are computed from. One query.

    It changes with every tag, code, text, carry and part, and with nothing else.
    """
    with connection.cursor() as cursor:
        cursor.execute(BASIS, {"study": study.pk})
        coders, tags, *rest = cursor.fetchone()
    said = "|".join(map(str, (METHOD, tags, *rest)))
    return Basis(hashlib.sha256(said.encode()).hexdigest(), tags, coders)


# A tag's version names the state in force, so the two together say what stands: a moderator's
# ruling changes neither. Exclusive or, since the order of rows means nothing.
BASIS = """
SELECT greatest(parts.coders, (
        SELECT count(*) FROM annotations_membership WHERE study_id = %(study)s AND role = 1)),
    tags.standing, tags.states, parts.count, parts.states, carries.count, carries.versions,
    texts.count, texts.said, codes.said, training.attempts, training.stories
FROM (
    SELECT count(*) AS standing, bit_xor(uuid_hash_extended(id, version)) AS states
    FROM annotations_annotation WHERE study_id = %(study)s AND removed_at IS NULL
) tags, (
    SELECT count(*), count(DISTINCT coder_id) AS coders, bit_xor(hash_record_extended(
        (id, story_id, coder_id, state, done_at), 0)) AS states
    FROM annotations_assignment WHERE study_id = %(study)s
) parts, (
    SELECT count(*), sum(version) AS versions FROM annotations_carry WHERE study_id = %(study)s
) carries, (
    SELECT count(*), bit_xor(hash_record_extended((article.id, revision.id, article.story_id,
        article.outlet_id, article.language, outlet.language), 0)) AS said
    FROM annotations_study_stories coded
    JOIN sources_article article ON article.story_id = coded.story_id
    JOIN sources_outlet outlet ON outlet.id = article.outlet_id
    JOIN sources_revision revision ON revision.article_id = article.id
    WHERE coded.study_id = %(study)s
) texts, (
    SELECT md5(string_agg(concat_ws(' ', code.id, code.parent_id, code.counts_as_bias,
        code.merged_into_id), ',' ORDER BY code.id)) AS said
    FROM annotations_code code JOIN annotations_study study
        ON study.codebook_id = code.codebook_id
    WHERE study.id = %(study)s
) codes, (
    SELECT (SELECT count(*) FROM annotations_trainingattempt attempt
            JOIN annotations_assignment part ON part.id = attempt.assignment_id
            WHERE part.study_id = %(study)s) AS attempts,
        (SELECT string_agg(story_id::text, ',' ORDER BY story_id)
            FROM annotations_trainingstory WHERE study_id = %(study)s) AS stories
) training
"""
