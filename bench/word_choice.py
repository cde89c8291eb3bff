"""Count 30 concepts of 5 names each in a story of 90 articles, and in a study of 1,000.

Every article has 1,000 words, and 20 outlets share them. Targets: the story's table in less than
1 s, the study's page in less than 5 s: it is counted at request time, and no page counts more than
2,000,000 words.
"""

import time

import world
from django.db import connection
from django.test import Client

from annotations.language.conceiving import make_concept
from annotations.language.scope import MOST_WORDS, Scope
from annotations.language.word_choice import WordChoice, concepts_of
from sources.models import Article, Outlet

OUTLETS = 20
RUNS = 3


def share_outlets() -> None:
    """Give the articles, which have an outlet each, to the first 20."""
    few = list(Outlet.objects.order_by("pk").values_list("pk", flat=True)[:OUTLETS])
    for number, outlet in enumerate(few):
        articles = Article.objects.extra(where=["id %% %s = %s"], params=[OUTLETS, number])
        articles.update(outlet=outlet)


def seconds(study, scope: Scope) -> tuple[float, int]:
    """Return the best of some runs, and how many places were counted."""
    best, places = float("inf"), 0
    for _ in range(RUNS):
        begun = time.perf_counter()
        table = WordChoice(study, list(concepts_of(study)), scope).table()
        best = min(best, time.perf_counter() - begun)
        places = sum(row.count for row in table.rows)
    return best, places


def main() -> None:
    study, reviewer = world.build_world()
    world.build_story(study, 90, 1_000, seed=1)
    world.build_story(study, 910, 1_000, seed=2)
    share_outlets()
    # Some 45 mentions in an article: a frequent name for each concept, and four rare ones.
    words = sorted({*world.write_text(20_000, seed=3).lower().replace(".", "").split()}, key=len)
    often, rarely = words[100:130], words[1000:1120]
    for number, name in enumerate(often):
        rare = rarely[4 * number : 4 * number + 4]
        names = [name, rare[0], *(f"{name} {word}" for word in rare[1:])]
        make_concept(study, f"concept {number}", wordings=names, author=reviewer)
    story = study.stories.get(title="Story 1")
    with connection.cursor() as cursor:
        cursor.execute("ANALYZE")
    for what, scope in (("story of 90", Scope(story)), ("study of 1,000", Scope())):
        took, places = seconds(study, scope)
        print(f"{what} articles: {took:.2f} s, {places} places")
    client = Client()
    client.force_login(reviewer)
    for path in ("", f"{study.concepts.first().pk}/", f"{study.concepts.first().pk}/passages/"):
        begun = time.perf_counter()
        answer = client.get(f"/studies/bench/concepts/{path}", headers={"host": "localhost"})
        took = time.perf_counter() - begun
        print(f"page concepts/{path}: {answer.status_code}, {took:.2f} s, {len(answer.content)} B")
    print(f"no page counts more than {MOST_WORDS:,} words")


if __name__ == "__main__":
    main()
