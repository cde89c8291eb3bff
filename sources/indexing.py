"""Put the passages of new texts into the index in which echoes are sought.

A trigger keeps the list of what is to be indexed, `TextToIndex`; here it is worked off.
"""

import time
from collections.abc import Iterable, Iterator
from typing import Any

from django.db import connection, transaction

from sources.passages import passages
from sources.terms import keys_of

BATCH = 100  # texts in one transaction: what a killed process loses


def index_texts(
    stories: list[int] | None = None, *, most: int | None = None, seconds: float | None = None
) -> int:
    """Index what waits, of `stories` or of all; return how many texts were worked off.

    At most about `most`, and for about `seconds`. Only the newest revision of an article is in
    the index: the passages of older ones leave it in the same transaction. Several may do this at
    once, and one that is killed leaves whole batches behind.
    """
    deadline = time.monotonic() + seconds if seconds is not None else None
    done = 0
    while most is None or done < most:
        count = _index_batch(stories, BATCH if most is None else min(BATCH, most - done))
        done += count
        if not count or (deadline is not None and time.monotonic() > deadline):
            break
    if stories is None:
        with connection.cursor() as cursor:
            cursor.execute(_FORGET_GONE)
    return done


def texts_waiting(stories: list[int] | None = None) -> int:
    """Return how many texts of `stories`, or of all, are not in the index yet. One query."""
    with connection.cursor() as cursor:
        cursor.execute(_WAITING if stories is None else _WAITING_OF, {"stories": stories})
        return cursor.fetchone()[0]


@transaction.atomic
def _index_batch(stories: list[int] | None, size: int) -> int:
    """Index up to `size` texts that nobody else is indexing; return how many there were."""
    with connection.cursor() as cursor:
        cursor.execute(_TAKE if stories is None else _TAKE_OF, {"stories": stories, "size": size})
        taken = cursor.fetchall()
        revisions = [revision for revision, _ in taken]
        articles = [article for _, article in taken if article]
        cursor.execute(_FORGET, {"articles": articles})
        cursor.execute(_TEXTS, {"articles": articles})
        texts = cursor.fetchall()
        with cursor.copy(_COPY) as copy:
            for row in _rows(texts):
                copy.write_row(row)
        cursor.execute(_DONE, {"revisions": revisions})
    return len(taken)


def _rows(texts: Iterable[tuple[int, int, str]]) -> Iterator[tuple[Any, ...]]:
    for revision, story, text in texts:
        for passage in passages(text):
            keys = keys_of(text[passage.start : passage.end])
            numbers = "{" + ",".join(map(str, keys)) + "}"
            yield revision, story, passage.start, passage.end, numbers


# The article's row is locked, so that two revisions of it are not indexed at once: the one that
# is not the newest any more could not tell. A row of a revision that is gone locks none.
_TAKE = """
SELECT waiting.revision_id, article.id
FROM sources_texttoindex waiting
JOIN sources_revision revision ON revision.id = waiting.revision_id
JOIN sources_article article ON article.id = revision.article_id
ORDER BY waiting.revision_id LIMIT %(size)s
FOR NO KEY UPDATE OF waiting, article SKIP LOCKED
"""
_TAKE_OF = _TAKE.replace("ORDER BY", "WHERE article.story_id = ANY(%(stories)s)\nORDER BY")
_WAITING = """
SELECT count(*) FROM sources_texttoindex waiting
JOIN sources_revision revision ON revision.id = waiting.revision_id
JOIN sources_article article ON article.id = revision.article_id
"""
_WAITING_OF = _WAITING + "WHERE article.story_id = ANY(%(stories)s)"
_FORGET = """
DELETE FROM sources_indexedpassage passage USING sources_revision revision
WHERE revision.id = passage.revision_id AND revision.article_id = ANY(%(articles)s)
"""
_TEXTS = """
SELECT DISTINCT ON (article_id) revision.id, article.story_id, text
FROM sources_revision revision JOIN sources_article article ON article.id = article_id
WHERE article_id = ANY(%(articles)s) ORDER BY article_id, number DESC
"""
_COPY = 'COPY sources_indexedpassage (revision_id, story_id, start, "end", keys) FROM STDIN'
_FORGET_GONE = """
DELETE FROM sources_texttoindex waiting
WHERE NOT EXISTS (SELECT FROM sources_revision WHERE id = waiting.revision_id)
"""
_DONE = "DELETE FROM sources_texttoindex WHERE revision_id = ANY(%(revisions)s)"
