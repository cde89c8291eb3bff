"""A large world, written straight into the tables: articles in stories of seven, ten tags on each.

One study codes nearly all stories; three others share the rest, and overlap with it. Three in ten
tags are ruled on, one article in fifty has a newer text to which its words were carried, one story
in ten has facts, one in twenty is adjudicated. Foreign keys are not asked row by row: every number
is made here.
"""

import hashlib
import itertools
import random

import world
from django.contrib.auth.models import User
from django.db import connection

from annotations.models import Code, Codebook, Membership, Role, Study
from sources.models import Original, Outlet

PER_STORY, TAGS, CODERS, OUTLETS, CODES = 7, 10, 20, 40, 25
PARAGRAPHS, PER_TEXT, WORDS = 500, 8, 90
NOTE = "A note of a reviewer, as long as such notes are."
TOP = "A note on top.\n\n"  # what a newer text begins with
CHUNK = 1_000  # articles at a time
# What numbers its rows from a sequence, and was given numbers here.
RENUMBERED = ("sources_story", "sources_article", "sources_revision")
STORY = "(s.revision_id - 1) / %(per_story)s + 1"
# Two tags on the first span of a text and one on the others, by two coders of the story.
FILL = f"""
INSERT INTO annotations_study_stories (study_id, story_id) SELECT %(study)s, id FROM sources_story;
INSERT INTO annotations_study_stories (study_id, story_id)
SELECT (%(others)s::bigint[])[mod(id, 60)], id FROM sources_story WHERE mod(id, 60) BETWEEN 1 AND 3;
INSERT INTO annotations_assignment (study_id, story_id, coder_id, state, position, done_at)
SELECT %(study)s, id, (%(coders)s::int[])[mod(id * 2 + nth, 20) + 1],
    CASE WHEN mod(id, 5) = 4 THEN 'to do' ELSE 'done' END, 0,
    CASE WHEN mod(id, 5) <> 4 THEN now() END
FROM sources_story, generate_series(0, 1) nth;
INSERT INTO annotations_annotation (id, study_id, span_id, annotator_id, code_id, target, polarity,
    voice, speaker, note, version, status, created_at)
SELECT md5(s.id || ' ' || nth)::uuid, %(study)s, s.id,
    (%(coders)s::int[])[mod(({STORY}) * 2 + mod(s.id + nth, 2), 20) + 1],
    (%(codes)s::bigint[])[mod(s.id * 7 + nth, 25) + 1], 'the ministry', 'negative',
    CASE WHEN mod(s.id, 4) = 0 THEN 'attributed' ELSE 'outlet' END,
    CASE WHEN mod(s.id, 4) = 0 THEN 'Speaker ' || mod(s.id, 300) ELSE '' END,
    %(note)s, 1, CASE WHEN mod(s.id, 10) < 2 THEN 'accepted' WHEN mod(s.id, 10) = 2 THEN 'rejected'
        ELSE 'pending' END,
    now() - make_interval(secs => mod(s.id * 7919, 10000000))
FROM annotations_span s,
    generate_series(1, CASE WHEN mod(s.id, %(tags)s - 1) = 1 THEN 2 ELSE 1 END) nth;
INSERT INTO annotations_annotation (id, study_id, span_id, annotator_id, code_id, target, polarity,
    voice, speaker, note, version, status)
SELECT md5('other ' || s.id)::uuid, (%(others)s::bigint[])[mod({STORY}, 60)], s.id, %(owner)s,
    (%(codes)s::bigint[])[mod(s.id, 25) + 1], '', '', 'outlet', '', '', 1, 'pending'
FROM annotations_span s WHERE mod({STORY}, 60) BETWEEN 1 AND 3;
INSERT INTO annotations_change (annotation_id, number, before, removed, actor_id, code_id, target,
    polarity, voice, speaker, note)
SELECT id, 1, 0, false, annotator_id, code_id, target, polarity, voice, speaker, note
FROM annotations_annotation;
INSERT INTO annotations_decision (annotation_id, version, ruling, reason, moderator_id)
SELECT id, 1, CASE status WHEN 'accepted' THEN 'accept' ELSE 'reject' END,
    'Reason ' || substr(id::text, 1, 1), %(owner)s
FROM annotations_annotation WHERE status <> 'pending';
INSERT INTO sources_revision (article_id, number, headline, text, sha256, word_count, original_id,
    way)
SELECT article_id, 2, headline, %(top)s || text,
    encode(sha256(convert_to(%(top)s || text, 'UTF8')), 'hex'), word_count + 4, original_id, way
FROM sources_revision WHERE mod(article_id, 50) = 0;
INSERT INTO annotations_carry (study_id, span_id, revision_id, origin_id, outcome, score, ruling,
    start, "end", exact, proposed_start, proposed_end, version)
SELECT %(study)s, s.id, newer.id, s.revision_id, 'kept', 1, '', s.start + length(%(top)s),
    s."end" + length(%(top)s), s.exact, NULL, NULL, 0
FROM sources_revision newer JOIN sources_revision older ON older.article_id = newer.article_id
JOIN annotations_span s ON s.revision_id = older.id
WHERE newer.number = 2 AND older.number = 1 AND mod(s.id, 10) > 0
UNION ALL SELECT %(study)s, s.id, newer.id, s.revision_id, 'review', .5, '', NULL, NULL, '',
    s.start + length(%(top)s), s."end" + length(%(top)s), 0
FROM sources_revision newer JOIN sources_revision older ON older.article_id = newer.article_id
JOIN annotations_span s ON s.revision_id = older.id
WHERE newer.number = 2 AND older.number = 1 AND mod(s.id, 10) = 0;
INSERT INTO annotations_fact (study_id, story_id, statement, position, version, created_by_id)
SELECT %(study)s, story.id, 'Fact ' || nth, nth, 1, %(owner)s
FROM sources_story story, generate_series(0, 2) nth WHERE mod(story.id, 10) = 0;
INSERT INTO annotations_report (fact_id, article_id, status, note, version, set_by_id, set_at)
SELECT fact.id, article.id, 'reported', '', 1, %(owner)s, now()
FROM annotations_fact fact JOIN sources_article article ON article.story_id = fact.story_id;
INSERT INTO annotations_reportspan (report_id, span_id, stance, speaker)
SELECT report.id, (report.article_id - 1) * (%(tags)s - 1) + 1, 'asserted', ''
FROM annotations_report report;
INSERT INTO annotations_adjudication (study_id, story_id, opened_by_id, ruled_by_id, ruled_at)
SELECT %(study)s, id, %(owner)s, CASE WHEN mod(id, 20) = 0 THEN %(owner)s END,
    CASE WHEN mod(id, 20) = 0 THEN now() END
FROM sources_story WHERE mod(id, 10) = 0;
INSERT INTO annotations_card (adjudication_id, revision_id, start, "end", state, version)
SELECT ad.id, s.revision_id, s.start, s."end",
    CASE WHEN ad.ruled_at IS NULL THEN 'open' ELSE 'ruled' END, 1
FROM annotations_adjudication ad JOIN annotations_span s ON {STORY} = ad.story_id;
INSERT INTO annotations_cardtag (card_id, annotation_id, start, "end", version)
SELECT card.id, a.id, s.start, s."end", 1 FROM annotations_card card
JOIN annotations_span s USING (revision_id, start, "end")
JOIN annotations_annotation a ON a.span_id = s.id AND a.study_id = %(study)s;
INSERT INTO annotations_cardruling (card_id, number, kind, reason, guideline, automatic,
    moderator_id)
SELECT id, 1, CASE mod(id, 3) WHEN 0 THEN 'nobody' ELSE 'one' END, 'Because.', mod(id, 9) = 0,
    false, %(owner)s FROM annotations_card WHERE state = 'ruled';
INSERT INTO annotations_goldtag (ruling_id, span_id, annotation_id, code_id, target, polarity,
    voice, speaker, note)
SELECT DISTINCT ON (ruling.id) ruling.id, a.span_id, a.id, a.code_id, a.target, a.polarity,
    a.voice, a.speaker, ''
FROM annotations_cardruling ruling JOIN annotations_cardtag tag USING (card_id)
JOIN annotations_annotation a ON a.id = tag.annotation_id WHERE ruling.kind = 'one';
INSERT INTO annotations_speaker (study_id, name, note, created_by_id)
SELECT %(study)s, 'Speaker ' || nth, '', %(owner)s FROM generate_series(0, 99) nth;
INSERT INTO annotations_speakerspelling (study_id, speaker_id, spelling)
SELECT study_id, id, name FROM annotations_speaker;
INSERT INTO sources_draft (id, batch, position, story_id, way, held_because, original_id, text,
    outlet_name, headline, url, byline, language, created_by_id)
SELECT md5('draft ' || nth)::uuid, md5('batch ' || nth / 20)::uuid, mod(nth, 20),
    nth / 20 + 1, 'upload', '', %(original)s, 'A text.', 'Outlet 01', 'Draft ' || nth, '', '', '',
    %(owner)s
FROM generate_series(0, 399) nth
"""


def build(articles: int) -> tuple[Study, User]:
    """Fill an empty database; return the study with nearly all of it, and its owner."""
    study, owner = world.build_world(codes=0)
    others = [
        Study.objects.create(key=f"other-{n}", name=f"Other {n}", codebook=study.codebook)
        for n in range(3)
    ]
    coders = [User.objects.create_user(f"coder-{n:02}") for n in range(CODERS)]
    Membership.objects.bulk_create(
        [Membership(study=study, user=coder, role=Role.REVIEWER) for coder in coders]
        + [Membership(study=other, user=owner, role=Role.OWNER) for other in others]
    )
    codes = _codes(study.codebook)
    outlets = Outlet.objects.bulk_create(Outlet(name=f"Outlet {n:02}") for n in range(OUTLETS))
    original = Original.objects.create(
        sha256="0" * 64, data=b"", media_type="text/csv", charset="utf-8"
    )
    given = {
        "study": study.pk, "others": [other.pk for other in others], "owner": owner.pk,
        "coders": [coder.pk for coder in coders], "codes": codes, "note": NOTE,
        "original": original.pk, "top": TOP, "tags": TAGS, "per_story": PER_STORY,
    }  # fmt: skip
    with connection.cursor() as cursor:
        cursor.execute("SET session_replication_role = replica")
        _copy_texts(cursor, articles, [outlet.pk for outlet in outlets], original.pk)
        for table in RENUMBERED:
            last = f"SELECT setval(pg_get_serial_sequence('{table}', 'id'), max(id)) FROM {table}"
            cursor.execute(last)
        cursor.execute("ANALYZE")
        for statement in FILL.split(";\n"):
            cursor.execute(statement, given)
        cursor.execute("SET session_replication_role = origin")
    world.finish_world()
    return study, owner


def _codes(codebook: Codebook) -> list[int]:
    made = Code.objects.bulk_create(
        Code(
            codebook=codebook, key=f"code-{n}", name=f"Code {n}", definition="A definition.",
            colour=f"#{40 + 8 * n:02x}5a8c", position=n,
        )
        for n in range(CODES)
    )  # fmt: skip
    return [code.pk for code in made]


def _copy_texts(cursor, count: int, outlets: list[int], original: int) -> None:
    """Copy stories, articles, their texts, and the spans in them; all are numbered from 1."""
    with cursor.copy("COPY sources_story (id, title) FROM STDIN") as copy:
        for n in range(1, -(-count // PER_STORY) + 1):
            copy.write_row((n, f"Story {n}"))
    with cursor.copy(
        "COPY sources_article (id, story_id, outlet_id, headline, url, byline, language,"
        " external_id, published_at) FROM STDIN"
    ) as copy:
        for n in range(1, count + 1):
            at = f"20{n % 20 + 5:02}-0{n % 9 + 1}-{n % 28 + 1:02} 09:30:00+00"
            story, outlet = (n - 1) // PER_STORY + 1, outlets[n % OUTLETS]
            url = f"https://outlet.example/{n}"
            copy.write_row((n, story, outlet, f"Headline {n}", url, "", "en", "", at))
    dice = random.Random(1)
    paragraphs = [world.write_text(WORDS, n) for n in range(PARAGRAPHS)]
    ranges = [_ranges(paragraph) for paragraph in paragraphs]
    for first in range(1, count + 1, CHUNK):
        here = range(first, min(first + CHUNK, count + 1))
        drawn = {n: [dice.randrange(PARAGRAPHS) for _ in range(PER_TEXT)] for n in here}
        texts = {n: "\n\n".join(paragraphs[one] for one in drawn[n]) for n in here}
        with cursor.copy(
            "COPY sources_revision (id, article_id, number, headline, text, sha256, word_count,"
            " original_id, way) FROM STDIN"
        ) as copy:
            for n, text in texts.items():
                sha256 = hashlib.sha256(text.encode()).hexdigest()
                row = n, n, 1, f"Headline {n}", text, sha256, WORDS * PER_TEXT, original, "upload"
                copy.write_row(row)
        with cursor.copy(
            'COPY annotations_span (revision_id, start, "end", exact, prefix, suffix) FROM STDIN'
        ) as copy:
            for n, text in texts.items():
                begins = [0, *itertools.accumulate(len(paragraphs[one]) + 2 for one in drawn[n])]
                for start, end in _places(begins, [ranges[one] for one in drawn[n]], dice):
                    context = text[max(0, start - 32) : start], text[end : end + 32]
                    copy.write_row((n, start, end, text[start:end], *context))


def _ranges(paragraph: str) -> list[tuple[int, int]]:
    """Return ranges of one to eight words of a paragraph, each from another word."""
    starts, dice = world.word_starts(paragraph), random.Random(paragraph)
    found = []
    for at, start in enumerate(starts[:-9]):
        after = starts[at + dice.randint(1, 8)]
        found.append((start, start + len(paragraph[start:after].rstrip())))
    return found


def _places(
    begins: list[int], ranges: list[list[tuple[int, int]]], dice: random.Random
) -> list[tuple[int, int]]:
    """Return one place fewer than an article has tags: two share one."""
    places: set[tuple[int, int]] = set()
    while len(places) < TAGS - 1:
        which = dice.randrange(PER_TEXT)
        start, end = dice.choice(ranges[which])
        places.add((begins[which] + start, begins[which] + end))
    return sorted(places)
