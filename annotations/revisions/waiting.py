# ruff: noqa: S608 - the SQL is put together from constants of ours
"""How many carries wait for a moderator, for the navigation of every page.

In SQL, since to put the query together with the ORM took longer than all else that a page asks of
access. What it counts is `carry_queue.standing` to review; a test keeps the two in step.
"""

from django.db import connection
from django.db.models import IntegerField
from django.db.models.expressions import RawSQL

from annotations.models import Study

MANY = 100  # it is counted no further
# What bears something for a reader: a tag or gold that they see, or words quoted for a fact.
WAITING = f"""
SELECT count(*) FROM (
    SELECT FROM annotations_carry carry
    JOIN sources_revision revision ON revision.id = carry.revision_id
    JOIN sources_article article ON article.id = revision.article_id
    WHERE carry.study_id = {{study}} AND carry.outcome = 'review' AND carry.ruling = ''
        AND NOT EXISTS (
            SELECT FROM sources_revision newer
            WHERE newer.article_id = revision.article_id AND newer.number > revision.number)
        AND (EXISTS (
            SELECT FROM annotations_annotation tag
            WHERE tag.span_id = carry.span_id AND tag.study_id = carry.study_id
                AND tag.removed_at IS NULL AND {{tag_seen}}
        ) OR EXISTS (
            SELECT FROM annotations_reportspan quote
            JOIN annotations_report report ON report.id = quote.report_id
            JOIN annotations_fact fact ON fact.id = report.fact_id
            WHERE quote.span_id = carry.span_id AND fact.study_id = carry.study_id
        ) OR EXISTS (
            SELECT FROM annotations_goldtag gold
            JOIN annotations_cardruling ruling ON ruling.id = gold.ruling_id
            JOIN annotations_card card ON card.id = ruling.card_id
            JOIN annotations_adjudication adjudication ON adjudication.id = card.adjudication_id
            WHERE gold.span_id = carry.span_id AND adjudication.study_id = carry.study_id
                AND {{gold_seen}} AND NOT EXISTS (
                    SELECT FROM annotations_cardruling later
                    WHERE later.card_id = ruling.card_id AND later.number > ruling.number)))
    LIMIT {MANY}
) waiting
"""
OPEN = {"tag_seen": "true", "gold_seen": "true"}
OF_READER = WAITING.format(
    study="%(study)s",
    tag_seen="(tag.annotator_id = %(reader)s OR article.story_id <> ALL(%(closed)s::bigint[]))",
    gold_seen="adjudication.story_id <> ALL(%(closed)s::bigint[])",
)


def waiting_of() -> RawSQL:
    """Return how many carries wait in a study that is not blind, as an expression.

    For a query of studies, or of rows with their study. In a blind study it is null: what waits
    there depends on who asks. See `count_waiting`.
    """
    count = WAITING.format(study="annotations_study.id", **OPEN)
    case = f"CASE WHEN NOT annotations_study.blind THEN ({count}) END"
    return RawSQL(case, [], IntegerField())  # noqa: S611 - constants of ours


def count_waiting(study: Study) -> int:
    """Return how many of the carries that the study's reader sees wait."""
    sight = study.sight
    told = {
        "study": study.pk,
        "reader": sight.reader if sight else None,
        "closed": list(sight.closed) if sight else [],
    }
    with connection.cursor() as cursor:
        cursor.execute(OF_READER, told)
        return int(cursor.fetchone()[0])
