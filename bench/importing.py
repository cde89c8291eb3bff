"""Import 1,000 articles of 700 words, as the command does, against bare INSERTs of the same rows.

Both write an original, an article and a revision each, in one transaction per article, into a
database of their own. Target: 100 articles/s.
"""

import multiprocessing
import time

if multiprocessing.parent_process() is None:  # a process that reads files begins by this script
    import world
    from django.core.management import call_command
    from django.db import connection, transaction

    from sources.models import Article, Original, Revision

ARTICLES, WORDS, OUTLETS = 1_000, 700, 20
HEAD = "Headline of number {n}\nBy Ann Lee\n2026-01-31\n\n"
PAGE = (
    '<html lang="en"><head><title>Headline {n}</title>'
    '<link rel="canonical" href="https://outlet-{outlet}.example/{n}">'
    '<meta property="og:site_name" content="Outlet {outlet}"></head>'
    "<body><article><h1>Headline {n}</h1>{paragraphs}</article></body></html>"
)
ORIGINAL = """
INSERT INTO sources_original (sha256, data, filename, media_type, charset)
VALUES (%s, %s, %s, %s, %s) RETURNING id
"""
ARTICLE = """
INSERT INTO sources_article
    (story_id, outlet_id, headline, url, byline, published_at, language, external_id)
VALUES (%s, %s, %s, %s, %s, %s, %s, %s) RETURNING id
"""
REVISION = """
INSERT INTO sources_revision
    (article_id, original_id, number, headline, text, sha256, word_count, way)
VALUES (%s, %s, %s, %s, %s, %s, %s, %s)
"""


def write_files(kind: str) -> None:
    """Write invented articles of one kind as files into a folder of its name."""
    folder = world.FOLDER / kind
    folder.mkdir()
    for n in range(ARTICLES):
        text = world.write_text(WORDS, n)
        if kind == "html":
            paragraphs = "".join(f"<p>{line}</p>" for line in text.split("\n\n"))
            text = PAGE.format(n=n, outlet=n % OUTLETS, paragraphs=paragraphs)
        else:
            text = HEAD.format(n=n) + text
        (folder / f"{n}.{kind}").write_text(text)


def import_files(kind: str) -> float:
    """Import the files by the command; return articles per second."""
    begun = time.perf_counter()
    with (world.FOLDER / "said.txt").open("w") as said:
        call_command(
            "import_articles", str(world.FOLDER / kind), story=kind, study="bench",
            outlet="Outlet", stdout=said,
        )  # fmt: skip
    return ARTICLES / (time.perf_counter() - begun)


def rows_of(kind: str) -> list[tuple[tuple, tuple, tuple]]:
    """Return the rows of the imported articles: of each its original, article and revision."""
    revisions = Revision.objects.filter(article__story__title=kind)
    return [
        (
            (one.original.sha256, bytes(one.original.data), one.original.filename,
             one.original.media_type, one.original.charset),
            (one.article.story_id, one.article.outlet_id, one.article.headline, one.article.url,
             one.article.byline, one.article.published_at, one.article.language,
             one.article.external_id),
            (one.number, one.headline, one.text, one.sha256, one.word_count, one.way),
        )
        for one in revisions.select_related("article", "original")
    ]  # fmt: skip


def insert(rows: list[tuple[tuple, tuple, tuple]]) -> float:
    """Insert the rows, a transaction per article; return articles per second."""
    begun = time.perf_counter()
    for original, article, revision in rows:
        with transaction.atomic(), connection.cursor() as cursor:
            cursor.execute(ORIGINAL, original)
            (original_id,) = cursor.fetchone()
            cursor.execute(ARTICLE, article)
            (article_id,) = cursor.fetchone()
            cursor.execute(REVISION, (article_id, original_id, *revision))
    return len(rows) / (time.perf_counter() - begun)


def forget() -> None:
    """Delete what was imported."""
    with connection.cursor() as cursor:
        cursor.execute("TRUNCATE sources_cleanedline, sources_revision, sources_article,"
                       " sources_original CASCADE")  # fmt: skip


def main() -> None:
    """Measure each kind of file and its floor by turns, and print both."""
    world.build_world()
    print(world.conditions())
    for kind in ("txt", "html"):
        write_files(kind)
        world.finish_world()
        imported = import_files(kind)
        count = Article.objects.count(), Original.objects.count()
        if count != (ARTICLES, ARTICLES):
            raise RuntimeError(f"{count} of {ARTICLES} were imported")
        rows = rows_of(kind)
        forget()
        floor = insert(rows)
        forget()
        print(
            f"{kind:4}  {imported:.0f} articles/s (target >= 100), bare INSERTs {floor:.0f}/s: "
            f"{imported / floor:.2f} x"
        )


if __name__ == "__main__":
    main()
