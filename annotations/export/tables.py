"""The exported files as tables: what PostgreSQL is asked for, and in which order.

The columns are in `annotations.export.columns`, and `annotations.export.exporting` writes the rows.
"""

from dataclasses import dataclass

from annotations.export.columns import ANNOTATIONS, FACTS, GOLD, RULINGS, Column
from annotations.rulings.ruling import STATUS_AFTER


@dataclass(frozen=True, slots=True)
class Table:
    """What a file is made from.

    Within a `scope` texts are remembered; a text is sent where `brings_text`, and with an older
    one the newest. The first `ids` columns name a row.
    """

    columns: tuple[Column, ...]
    ids: int
    source: str
    order: str
    scope: str
    brings_text: str


# The status that the ruling led to still stands: an edit or an undo since then takes it back.
IN_FORCE = " ".join(f"WHEN '{ruling}' THEN '{status}'" for ruling, status in STATUS_AFTER.items())

REVISIONS = r"""
    SELECT id, article_id, number, sha256, text, CASE WHEN text ~ '[\U00010000-\U0010FFFF]' THEN
        ARRAY(SELECT place FROM string_to_table(text, NULL) WITH ORDINALITY AS mark(sign, place)
              WHERE octet_length(sign) = 4)
        END AS wide
    FROM sources_revision
"""

NEWEST = """
    SELECT DISTINCT ON (article_id) id, article_id, number FROM sources_revision
    WHERE article_id IN ({articles}) ORDER BY article_id, number DESC
"""

CARRIED = """
    SELECT carry.*, origin.number AS origin_number FROM annotations_carry carry
    JOIN newest ON newest.id = carry.revision_id
    JOIN sources_revision origin ON origin.id = carry.origin_id
"""

# Whom the study recorded under the spelling of a tag or a report.
SPEAKER = """
    LEFT JOIN annotations_speakerspelling spelt
        ON spelt.study_id = st.id AND spelt.spelling = {spelling}
    LEFT JOIN annotations_speaker w ON w.id = spelt.speaker_id
"""

CODE = """
    SELECT c.id, c.key, c.name, c.counts_as_bias, concat_ws('/', above.key, c.key) AS path
    FROM annotations_code c LEFT JOIN annotations_code above ON above.id = c.parent_id
"""

# Whether a ruling found a tag right, of pairs of a ruling and a `tag` on its card: gold is made of
# one of those that put the same code on the same words, and stands for all of them.
FOUND_RIGHT = """
    SELECT pair.ruling_id, pair.annotation_id, bool_or(gold.id IS NOT NULL) AS is_right
    FROM ({pairs}) pair
    JOIN annotations_cardtag tag ON tag.id = pair.tag_id
    JOIN annotations_card card ON card.id = tag.card_id
    JOIN annotations_annotation a ON a.id = tag.annotation_id
    JOIN annotations_code own ON own.id = a.code_id
    LEFT JOIN (
        SELECT made.id, made.ruling_id, made.annotation_id, made.code_id,
            place.revision_id, place.start, place."end"
        FROM annotations_goldtag made JOIN annotations_span place ON place.id = made.span_id
    ) gold ON gold.ruling_id = pair.ruling_id AND (
        gold.annotation_id = a.id
        OR gold.revision_id = card.revision_id AND gold.start = tag.start AND gold."end" = tag."end"
        AND gold.code_id IN (a.code_id, a.ruled_code_id, own.merged_into_id))
    GROUP BY 1, 2
"""
# What the newest rulings on their cards say of the chosen tags.
NEWEST_RULINGS = """
    SELECT newest.id AS ruling_id, tag.id AS tag_id, tag.annotation_id
    FROM chosen
    JOIN annotations_cardtag tag ON tag.annotation_id = chosen.id
    JOIN (
        SELECT DISTINCT ON (card_id) id, card_id, kind FROM annotations_cardruling
        WHERE card_id IN (
            SELECT card_id FROM annotations_cardtag WHERE annotation_id IN (SELECT id FROM chosen))
        ORDER BY card_id, number DESC) newest ON newest.card_id = tag.card_id
    WHERE newest.kind NOT IN ('discuss', 'reopen')
"""
VERDICT = f"""
    SELECT annotation_id, bool_or(is_right) AS in_gold
    FROM ({FOUND_RIGHT.format(pairs=NEWEST_RULINGS)}) found GROUP BY 1
"""  # noqa: S608 - constants of ours

ANNOTATION_TABLE = Table(
    columns=ANNOTATIONS,
    ids=1,
    source=f"""
        WITH chosen AS MATERIALIZED (SELECT id FROM ({{chosen}}) AS chosen (id)),
        r AS MATERIALIZED ({REVISIONS} WHERE id IN (
            SELECT revision_id FROM annotations_span WHERE id IN (
                SELECT span_id FROM annotations_annotation WHERE id IN (SELECT id FROM chosen)))),
        newest AS MATERIALIZED ({NEWEST.format(articles="SELECT article_id FROM r")}),
        carried AS ({CARRIED}),
        code AS ({CODE}),
        closed AS (SELECT unnest('{{{{{{closed}}}}}}'::bigint[]) AS story_id),
        verdict AS ({VERDICT}),
        decision AS (
            SELECT DISTINCT ON (annotation_id) * FROM annotations_decision
            WHERE annotation_id IN (SELECT id FROM chosen)
            ORDER BY annotation_id, id DESC)
        SELECT {{cells}}
        FROM chosen
        JOIN annotations_annotation a ON a.id = chosen.id
        JOIN annotations_study st ON st.id = a.study_id
        JOIN annotations_span s ON s.id = a.span_id
        JOIN r ON r.id = s.revision_id
        JOIN newest n ON n.article_id = r.article_id
        LEFT JOIN carried k ON k.study_id = a.study_id AND k.span_id = s.id
            AND k.revision_id = n.id
        JOIN sources_article ar ON ar.id = r.article_id
        JOIN sources_outlet o ON o.id = ar.outlet_id
        JOIN sources_story y ON y.id = ar.story_id
        JOIN code c ON c.id = a.code_id
        LEFT JOIN closed ON closed.story_id = y.id
        LEFT JOIN verdict ON verdict.annotation_id = a.id AND {{gold_in}}
        LEFT JOIN code rc ON rc.id = a.ruled_code_id AND closed.story_id IS NULL
        JOIN auth_user annotator ON annotator.id = a.annotator_id
        LEFT JOIN decision d ON d.annotation_id = a.id AND d.version = a.version
            AND closed.story_id IS NULL
            AND a.status = CASE d.ruling {IN_FORCE} END
        LEFT JOIN auth_user moderator ON moderator.id = d.moderator_id
        {SPEAKER.format(spelling="a.speaker")}
        WINDOW reading AS (ORDER BY {{order}})
        ORDER BY {{order}}""",  # noqa: S608 - constants of ours
    order='y.id, ar.published_at, ar.id, r.id, s.start, s."end" DESC, a.created_at, a.id',
    scope="r.id",
    brings_text="lag(r.id) OVER reading IS DISTINCT FROM r.id",
)

CHOSEN_ARTICLES = """
    SELECT article.id FROM chosen JOIN annotations_fact fact ON fact.id = chosen.id
    JOIN sources_article article ON article.story_id = fact.story_id
"""

FACT_TABLE = Table(
    columns=FACTS,
    ids=3,
    source=f"""
        WITH chosen AS MATERIALIZED (SELECT id FROM ({{chosen}}) AS chosen (id)),
        r AS MATERIALIZED ({REVISIONS} WHERE id IN (
            SELECT s.revision_id FROM annotations_report p
            JOIN annotations_reportspan q ON q.report_id = p.id
            JOIN annotations_span s ON s.id = q.span_id
            WHERE p.fact_id IN (SELECT id FROM chosen))),
        newest AS MATERIALIZED ({NEWEST.format(articles=CHOSEN_ARTICLES)}),
        carried AS ({CARRIED})
        SELECT {{cells}}
        FROM chosen
        JOIN annotations_fact f ON f.id = chosen.id
        JOIN annotations_study st ON st.id = f.study_id
        JOIN sources_story y ON y.id = f.story_id
        JOIN sources_article ar ON ar.story_id = y.id
        JOIN sources_outlet o ON o.id = ar.outlet_id
        LEFT JOIN annotations_report p ON p.fact_id = f.id AND p.article_id = ar.id
        LEFT JOIN auth_user setter ON setter.id = p.set_by_id
        LEFT JOIN annotations_reportspan q ON q.report_id = p.id
        LEFT JOIN annotations_span s ON s.id = q.span_id
        LEFT JOIN r ON r.id = s.revision_id
        LEFT JOIN newest n ON n.article_id = ar.id
        LEFT JOIN carried k ON k.study_id = f.study_id AND k.span_id = s.id
            AND k.revision_id = n.id
        {SPEAKER.format(spelling="q.speaker")}
        WINDOW reading AS (PARTITION BY r.id ORDER BY {{order}})
        ORDER BY {{order}}""",  # noqa: S608 - constants of ours
    order="y.id, f.position, f.id, ar.published_at, ar.id, r.id, s.start, q.id",
    scope="y.id",
    brings_text="row_number() OVER reading = 1",
)

# The text in which a span stands, and the newest of its article; `chosen` are ruled on.
PLACED = """
    JOIN annotations_card cd ON cd.id = d.card_id
    JOIN annotations_adjudication adjudication ON adjudication.id = cd.adjudication_id
    JOIN annotations_study st ON st.id = adjudication.study_id
    JOIN r ON r.id = s.revision_id
    JOIN newest n ON n.article_id = r.article_id
    LEFT JOIN carried k ON k.study_id = st.id AND k.span_id = s.id AND k.revision_id = n.id
    JOIN sources_article ar ON ar.id = r.article_id
    JOIN sources_outlet o ON o.id = ar.outlet_id
    JOIN sources_story y ON y.id = ar.story_id
    JOIN auth_user moderator ON moderator.id = d.moderator_id
"""

GOLD_TABLE = Table(
    columns=GOLD,
    ids=2,
    source=f"""
        WITH chosen AS MATERIALIZED (SELECT id FROM ({{chosen}}) AS chosen (id)),
        r AS MATERIALIZED ({REVISIONS} WHERE id IN (
            SELECT revision_id FROM annotations_span WHERE id IN (
                SELECT span_id FROM annotations_goldtag WHERE id IN (SELECT id FROM chosen)))),
        newest AS MATERIALIZED ({NEWEST.format(articles="SELECT article_id FROM r")}),
        carried AS ({CARRIED}),
        code AS ({CODE}),
        made AS (
            SELECT g.id, g.span_id, g.code_id, ruling.card_id
            FROM chosen JOIN annotations_goldtag g ON g.id = chosen.id
            JOIN annotations_cardruling ruling ON ruling.id = g.ruling_id),
        tagged AS (
            SELECT tag.card_id, tag.start, tag."end", a.code_id, a.annotator_id
            FROM annotations_cardtag tag
            JOIN annotations_annotation a ON a.id = tag.annotation_id
            WHERE tag.card_id IN (SELECT card_id FROM made)),
        on_card AS (
            SELECT card_id, count(DISTINCT annotator_id) AS coders FROM tagged GROUP BY 1),
        alike AS (
            SELECT made.id, count(DISTINCT tagged.annotator_id) AS coders
            FROM made
            JOIN annotations_card card ON card.id = made.card_id
            JOIN annotations_span place ON place.id = made.span_id
                AND place.revision_id = card.revision_id
            JOIN tagged ON tagged.card_id = made.card_id AND tagged.code_id = made.code_id
                AND tagged.start = place.start AND tagged."end" = place."end"
            GROUP BY 1)
        SELECT {{cells}}
        FROM chosen
        JOIN annotations_goldtag g ON g.id = chosen.id
        JOIN annotations_span s ON s.id = g.span_id
        JOIN annotations_cardruling d ON d.id = g.ruling_id
        {PLACED}
        JOIN code c ON c.id = g.code_id
        JOIN on_card ON on_card.card_id = cd.id
        LEFT JOIN alike ON alike.id = g.id
        {SPEAKER.format(spelling="g.speaker")}
        WINDOW reading AS (ORDER BY {{order}})
        ORDER BY {{order}}""",  # noqa: S608 - constants of ours
    order='y.id, ar.published_at, ar.id, r.id, s.start, s."end" DESC, g.id',
    scope="r.id",
    brings_text="lag(r.id) OVER reading IS DISTINCT FROM r.id",
)

CHOSEN_RULINGS = """
    SELECT ruling.id AS ruling_id, tag.id AS tag_id, tag.annotation_id
    FROM chosen JOIN annotations_cardruling ruling ON ruling.id = chosen.id
    JOIN annotations_cardtag tag ON tag.card_id = ruling.card_id
"""
RULED_SPANS = """
    SELECT a.span_id FROM chosen JOIN annotations_cardruling d ON d.id = chosen.id
    JOIN annotations_cardtag tag ON tag.card_id = d.card_id
    JOIN annotations_annotation a ON a.id = tag.annotation_id
"""

RULING_TABLE = Table(
    columns=RULINGS,
    ids=2,
    source=f"""
        WITH chosen AS MATERIALIZED (SELECT id FROM ({{chosen}}) AS chosen (id)),
        r AS MATERIALIZED ({REVISIONS} WHERE id IN (
            SELECT revision_id FROM annotations_span WHERE id IN ({RULED_SPANS}))),
        newest AS MATERIALIZED ({NEWEST.format(articles="SELECT article_id FROM r")}),
        carried AS ({CARRIED}),
        code AS ({CODE}),
        verdict AS ({FOUND_RIGHT.format(pairs=CHOSEN_RULINGS)})
        SELECT {{cells}}
        FROM chosen
        JOIN annotations_cardruling d ON d.id = chosen.id
        JOIN annotations_cardtag tag ON tag.card_id = d.card_id
        JOIN annotations_annotation a ON a.id = tag.annotation_id
        JOIN annotations_span s ON s.id = a.span_id
        {PLACED}
        JOIN sources_revision shown ON shown.id = cd.revision_id
        LEFT JOIN annotations_change laid
            ON laid.annotation_id = a.id AND laid.number = tag.version
        JOIN code c ON c.id = coalesce(laid.code_id, a.code_id)
        JOIN auth_user annotator ON annotator.id = a.annotator_id
        JOIN verdict ON verdict.ruling_id = d.id AND verdict.annotation_id = a.id
        LEFT JOIN LATERAL (
            SELECT id FROM annotations_cardruling newer
            WHERE newer.card_id = d.card_id AND newer.number > d.number LIMIT 1) later ON true
        LEFT JOIN LATERAL (
            SELECT made_at FROM annotations_cardruling taking
            WHERE taking.takes_back_id = d.id ORDER BY number LIMIT 1) undone ON true
        WINDOW reading AS (PARTITION BY r.id ORDER BY {{order}})
        ORDER BY {{order}}""",  # noqa: S608 - constants of ours
    order="y.id, ar.published_at, ar.id, cd.start, cd.id, d.number, s.start, a.id",
    scope="y.id",
    brings_text="row_number() OVER reading = 1",
)
