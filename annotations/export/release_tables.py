"""The tables that only a release has: decisions, articles and their texts, codebook revisions.

The columns' expressions are PostgreSQL's, as those in `annotations.export.columns`. `chosen` are
decisions, revisions of texts, or revisions of the codebook.
"""

from annotations.export.columns import REVISION, SPAN, Column, moment, text
from annotations.export.tables import CARRIED, CODE, IN_FORCE, NEWEST, REVISIONS, Table

DECISIONS = (
    Column("decision_id", "d.id", "number of the decision"),
    Column("annotation_id", "a.id", "UUID of the annotation that was ruled on"),
    Column("study", "st.key", "key of the study"),
    Column("story_id", "y.id", "number of the story"),
    text("story", "y.title", "title of the story"),
    Column("article_id", "ar.id", "number of the article"),
    text("outlet", "o.name", "who published it"),
    *REVISION,
    *SPAN,
    text("code", "c.key", "key of the reviewer's code, as it is now"),
    text("code_path", "c.path", "that code with its parent: parent/code"),
    text("annotator", "annotator.username", "the reviewer"),
    Column("annotation_version", "d.version", "the state of the annotation that was ruled on"),
    Column("decision", "d.ruling", "accept, reject, recode or reopen"),
    text("ruled_code", "rc.key", "key of the code that a recoding put in its place"),
    text("ruled_code_path", "rc.path", "that code with its parent"),
    text("reason", "d.reason", "why"),
    text("moderator", "moderator.username", "who ruled"),
    Column("ruled_at", moment("d.made_at"), "when"),
    Column("ruling_id", "d.card_ruling_id", "number of the card's ruling that it follows from"),
    Column(
        "in_force",
        f"""(later.id IS NULL AND d.version = a.version
            AND a.status IS NOT DISTINCT FROM CASE d.ruling {IN_FORCE} END)::text""",
        "true if the annotation's status still follows from it",
    ),
)

DECISION_TABLE = Table(
    columns=DECISIONS,
    ids=2,
    source=f"""
        WITH chosen AS MATERIALIZED (SELECT id FROM ({{chosen}}) AS chosen (id)),
        r AS MATERIALIZED ({REVISIONS} WHERE id IN (
            SELECT place.revision_id FROM chosen
            JOIN annotations_decision made ON made.id = chosen.id
            JOIN annotations_annotation ruled ON ruled.id = made.annotation_id
            JOIN annotations_span place ON place.id = ruled.span_id)),
        newest AS MATERIALIZED ({NEWEST.format(articles="SELECT article_id FROM r")}),
        carried AS ({CARRIED}),
        code AS ({CODE})
        SELECT {{cells}}
        FROM chosen
        JOIN annotations_decision d ON d.id = chosen.id
        JOIN annotations_annotation a ON a.id = d.annotation_id
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
        LEFT JOIN code rc ON rc.id = d.code_id
        JOIN auth_user annotator ON annotator.id = a.annotator_id
        JOIN auth_user moderator ON moderator.id = d.moderator_id
        LEFT JOIN LATERAL (
            SELECT newer.id FROM annotations_decision newer
            WHERE newer.annotation_id = d.annotation_id AND newer.id > d.id LIMIT 1) later ON true
        WINDOW reading AS (ORDER BY {{order}})
        ORDER BY {{order}}""",  # noqa: S608 - constants of ours
    order='y.id, ar.published_at, ar.id, r.id, s.start, s."end" DESC, a.id, d.id',
    scope="r.id",
    brings_text="lag(r.id) OVER reading IS DISTINCT FROM r.id",
)

ARTICLES = (
    Column("revision_id", "r.id", "number of the text: what the other files call revision_id"),
    Column("article_id", "ar.id", "number of the article; all its texts share it"),
    Column("story_id", "y.id", "number of the story"),
    text("story", "y.title", "title of the story"),
    Column("outlet_id", "o.id", "number of the outlet"),
    text("outlet", "o.name", "who published it"),
    text("domain", "o.domain", "the outlet's domain"),
    text("country", "o.country", "the outlet's country"),
    text("headline", "r.headline", "the headline of this text"),
    text("url", "ar.url", "the article's address"),
    text("byline", "ar.byline", "who wrote it"),
    Column(
        "published_at",
        moment("ar.published_at", fraction=False),
        "when it was published; midnight stands for a date without a time",
    ),
    text("language", "coalesce(nullif(ar.language, ''), o.language)", "its language, BCP 47"),
    text("external_id", "ar.external_id", "what another tool or a corpus calls the article"),
    Column("revision", "r.number", "which text of the article, from 1"),
    Column("revision_sha256", "r.sha256", "SHA-256 of the text in UTF-8"),
    Column(
        "is_newest",
        """(NOT EXISTS (SELECT FROM sources_revision newer
            WHERE newer.article_id = r.article_id AND newer.number > r.number))::text""",
        "true for the article's newest text",
    ),
    Column("stored_at", moment("r.created_at"), "when this text was stored"),
    Column("words", "r.word_count", "words of the text"),
    Column("characters", "length(r.text)", "code points of the text"),
)
TEXT = text(
    "text",
    "r.text",
    "the text, if texts are released; lines end in LF, Unicode is in normal form C",
)
# All texts of the study's stories, and of those that it coded once.
TEXT_SOURCE = """
    SELECT {cells}
    FROM sources_revision r
    JOIN sources_article ar ON ar.id = r.article_id
    JOIN sources_outlet o ON o.id = ar.outlet_id
    JOIN sources_story y ON y.id = ar.story_id
    WHERE y.id IN (
        SELECT story_id FROM annotations_study_stories WHERE study_id = {study}
        UNION SELECT story_id FROM annotations_fact WHERE study_id = {study}
        UNION SELECT article.story_id FROM annotations_annotation tag
            JOIN annotations_span span ON span.id = tag.span_id
            JOIN sources_revision revision ON revision.id = span.revision_id
            JOIN sources_article article ON article.id = revision.article_id
            WHERE tag.study_id = {study})
    ORDER BY y.id, ar.published_at, ar.id, r.number"""

CODEBOOK_REVISIONS = (
    Column("codebook_revision", "r.number", "what the other files call codebook_revision"),
    Column("made_at", moment("r.made_at"), "when it was made"),
    text("said", "r.said", "what was done"),
    text("reason", "r.reason", "why"),
    Column("code_number", "t.code_number", "number of a code that changed, the same under any key"),
    text("code", "t.key", "its key from then on"),
    text("parent", "t.parent_key", "the code above it"),
    text("name", "t.name", "its name from then on"),
    text("definition", "t.definition", "what it means from then on"),
    text("include", "t.include", "what it is for"),
    text("exclude", "t.exclude", "what it is not for"),
    text("examples", "t.examples", "examples, one a line"),
    Column("counts_as_bias", "t.counts_as_bias::text", "true or false"),
    Column("retired_at", moment("t.retired_at"), "since when no new tag takes it"),
    text("merged_into", "t.merged_into_key", "the code that took its place"),
    text("split_from", "t.split_from_key", "the code whose place it took in part"),
    Column("removed", "t.removed::text", "true if it was deleted"),
)

CODEBOOK_SOURCE = """
    SELECT {cells}
    FROM annotations_codebookrevision r
    LEFT JOIN annotations_codestate t ON t.revision_id = r.id
    WHERE r.codebook_id = {codebook}
    ORDER BY r.number, t.position, t.code_number"""
