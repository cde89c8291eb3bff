"""That lists are read from indexes: EXPLAIN of what pages ask of a million tags.

The world is small, so the planner is told to take a table scan as the last resort.
"""

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from annotations.codebook.codes import uses_in
from annotations.language.speakers import spellings_tagged
from annotations.models import Annotation, Carry, Role, Study
from annotations.rulings.adjudications import story_rows
from annotations.rulings.queue import Filters, matching, page_of, progress
from annotations.tags.counting import (
    articles_with_counts,
    stories_with_counts,
    studies_with_counts,
    taggers_of,
)
from tests.conftest import make_study

pytestmark = pytest.mark.django_db(transaction=True)  # VACUUM stands in no transaction


# Stories of two texts, each with ten spans; two studies tag every span.
FILL = """
INSERT INTO sources_story (title) SELECT 'Story ' || n FROM generate_series(1, 60) n;
INSERT INTO annotations_study_stories (study_id, story_id)
SELECT study.id, story.id FROM annotations_study study, sources_story story
WHERE story.title LIKE 'Story %%';
INSERT INTO sources_article (story_id, outlet_id, headline, url, byline, language, external_id)
SELECT story.id, sample.outlet_id, 'Headline ' || n, '', '', '', ''
FROM sources_story story, generate_series(1, 2) n, sources_article sample
WHERE story.title LIKE 'Story %%' AND sample.id = %(article)s;
INSERT INTO sources_revision (article_id, number, headline, text, sha256, word_count, original_id,
    way)
SELECT article.id, 1, '', sample.text || article.id, article.id::text, 9, sample.original_id, ''
FROM sources_article article, sources_revision sample
WHERE article.headline LIKE 'Headline %%' AND sample.article_id = %(article)s;
INSERT INTO annotations_span (revision_id, start, "end", exact, prefix, suffix)
SELECT revision.id, n, n + 2, substr(text, n + 1, 2), '', ''
FROM sources_revision revision, generate_series(0, 9) n WHERE revision.headline = '';
INSERT INTO annotations_annotation (id, study_id, span_id, annotator_id, code_id, target, polarity,
    voice, speaker, note, version, status)
SELECT gen_random_uuid(), study.id, span.id, sample.annotator_id, sample.code_id, '', '', 'outlet',
    '', '', 1, CASE WHEN mod(span.id, 5) = 0 THEN 'accepted' ELSE 'pending' END
FROM annotations_study study, annotations_span span, annotations_annotation sample
WHERE sample.id = %(tag)s AND span.id <> sample.span_id
"""


@pytest.fixture
def world(study, cast, tag, revision):
    """Two studies that tagged the same 1,200 spans, and a planner that knows the tables."""
    make_study("other", "Other")
    sample = tag(revision, "Monday")
    with connection.cursor() as cursor:
        for statement in FILL.split(";\n"):
            cursor.execute(statement, {"article": revision.article_id, "tag": sample.pk})
        cursor.execute("VACUUM ANALYZE")
        cursor.execute("SET enable_seqscan = off; SET enable_bitmapscan = off")
        study.role = Role.OWNER
        yield study
        cursor.execute("RESET enable_seqscan; RESET enable_bitmapscan")


def plan_of(ask) -> str:
    """Return the plans of the queries that `ask` makes."""
    with CaptureQueriesContext(connection) as seen:
        ask()
    with connection.cursor() as cursor:
        plans = []
        for query in seen.captured_queries:
            cursor.execute(f"EXPLAIN {query['sql']}")
            plans += [line for (line,) in cursor.fetchall()]
    return "\n".join(plans)


def reads(plan: str, index: str) -> bool:
    """Tell whether a plan reads the index, and scans no table of tags, spans or texts."""
    tables = ("annotations_annotation", "annotations_span", "sources_revision", "sources_article")
    return index in plan and not any(f"Seq Scan on {table}" in plan for table in tables)


def test_lists_are_read_from_indexes(world, cast):
    story = world.stories.order_by("-pk").first()
    articles = story.articles.order_by("pk")
    shown = world.stories.filter(pk=story.pk)
    asked = {
        "annotation_standing": [
            lambda: progress(world),
            lambda: matching(world, Filters()).count(),
            lambda: uses_in(world),
            lambda: list(studies_with_counts(Study.objects.all(), cast.owner)),
        ],
        "annotation_of_annotator": [lambda: list(taggers_of(Annotation.objects.seen_in(world)))],
        "annotation_speaker": [lambda: spellings_tagged(world)],
        "span_once": [
            lambda: list(stories_with_counts(shown, world)),
            lambda: list(articles_with_counts(articles, world)),
            lambda: page_of(matching(world, Filters())),
            lambda: story_rows(world, [story]),
        ],
        "carry_to_review": [
            lambda: list(Carry.objects.filter(study=world).to_review()[:25]),
        ],
    }
    for index, questions in asked.items():
        for place, ask in enumerate(questions):
            assert reads(plan := plan_of(ask), index), f"{index}, {place}:\n{plan}"
