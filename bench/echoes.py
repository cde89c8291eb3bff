"""Echoes among 100,000 articles: the page's server time by kind of phrase, against bare look-ups.

    .venv/bin/python bench/echoes.py --articles 100000

The articles are invented, 700 words each in 20 passages, with words as frequent as in a natural
language; one in twenty is in Chinese. Phrases are taken from them at random, by frequency. The
floor is the same passages by the same index, their texts and nothing else, of the same phrases.
Target: p95 < 200 ms.
"""

import argparse
import hashlib
import statistics
import time

import numpy
import world
from django.db import connection
from django.test import Client

from annotations.language import echoes
from annotations.language.rewording import phrase_of, probes
from sources.indexing import index_texts
from sources.models import Original, Outlet, Story
from sources.terms import key_of

WORDS, PASSAGES, OUTLETS, PER_STORY = 700, 20, 40, 20
VOCABULARY, CHARACTERS = 200_000, 4_000
COMMON = "the of to and in a that for on is with as at by from it was be are has".split()
PHRASES = 40  # of each kind
CHUNK = 500  # articles that are made at a time
KINDS = "one rare word|one frequent word|two words|three words|five words|function words|Chinese"


def vocabulary(dice) -> list[str]:
    """Return invented words, the commonest first; the first of all are function words."""
    letters = [list("bcdfghjklmnprstvwz"), list("aeiou")]
    columns = [dice.choice(letters[at % 2], VOCABULARY) for at in range(5)]
    endings = dice.choice(["", "", "t", "r", "ning", "tions", "ly", "s"], VOCABULARY)
    stems = map("".join, zip(*columns, endings, strict=True))
    return [*COMMON, *dict.fromkeys(stems)]


def zipf(count: int):
    """Return the cumulative shares of `count` words, the n-th of which is 1/n as frequent."""
    shares = numpy.cumsum(1 / (numpy.arange(count) + 2.7))
    return shares / shares[-1]


class Writer:
    """Writes the articles, and picks phrases from what it writes."""

    def __init__(self) -> None:
        self.dice = numpy.random.default_rng(1)
        self.words = numpy.array(vocabulary(self.dice), dtype=object)
        self.characters = numpy.array(
            [chr(0x4E00 + 5 * n) for n in range(CHARACTERS)], dtype=object
        )
        self.shares, self.character_shares = zipf(len(self.words)), zipf(CHARACTERS)
        self.picked = []

    def texts(self, count: int, first: int):
        """Yield the texts of `count` articles."""
        ranks = numpy.searchsorted(
            self.shares, self.dice.random((count, PASSAGES, WORDS // PASSAGES))
        )
        signs = numpy.searchsorted(
            self.character_shares, self.dice.random((count // 20 + 1, PASSAGES, 60))
        )
        for n in range(count):
            if (first + n) % 20:
                lines = [" ".join(row) for row in self.words[ranks[n]]]
            else:
                lines = ["".join(row) for row in self.characters[signs[n // 20]]]
            if self.dice.random() < 0.05:
                self.picked.append(lines[self.dice.integers(PASSAGES)])
            yield "\n".join(lines)


def fill(study, count: int) -> Writer:
    """Write `count` articles and their revisions, straight into the tables."""
    writer = Writer()
    original = Original.objects.create(sha256="0" * 64, data=b"", media_type="text/plain")
    outlets = Outlet.objects.bulk_create(Outlet(name=f"Outlet {n:02}") for n in range(OUTLETS))
    stories = Story.objects.bulk_create(
        Story(title=f"Story {n}") for n in range(-(-count // PER_STORY))
    )
    study.stories.add(*stories)
    for first in range(0, count, CHUNK):
        here = range(first, min(first + CHUNK, count))
        with connection.cursor() as cursor:
            with cursor.copy(
                "COPY sources_article (id, story_id, outlet_id, headline, url, byline, language,"
                " published_at) FROM STDIN"
            ) as copy:
                for n in here:
                    story, outlet = stories[n // PER_STORY].pk, outlets[n % OUTLETS].pk
                    day = f"20{n % 20 + 5:02}-0{n % 9 + 1}-{n % 28 + 1:02}"
                    copy.write_row((n + 1, story, outlet, f"Headline {n}", "", "", "", day))
            with cursor.copy(
                "COPY sources_revision (id, article_id, number, headline, text, sha256,"
                " word_count, original_id, way) FROM STDIN"
            ) as copy:
                for n, text in zip(here, writer.texts(len(here), first), strict=True):
                    sha256 = hashlib.sha256(text.encode()).hexdigest()
                    row = (n + 1, n + 1, 1, f"Headline {n}", text, sha256, WORDS, original.pk, "")
                    copy.write_row(row)
    return writer


def phrases(writer: Writer) -> dict[str, list[str]]:
    """Return phrases of each kind, as they occur in passages picked at random."""
    dice = writer.dice
    made = {kind: [] for kind in KINDS.split("|")}
    lines = [line for line in writer.picked if " " in line]
    chinese = [line for line in writer.picked if " " not in line]
    for n in range(PHRASES):
        words = lines[n % len(lines)].split()
        at = int(dice.integers(len(words) - 6))
        made["two words"].append(" ".join(words[at : at + 2]))
        made["three words"].append(" ".join(words[at : at + 3]))
        made["five words"].append(" ".join(words[at : at + 5]))
        made["one frequent word"].append(str(writer.words[20 + 5 * n]))
        made["one rare word"].append(str(writer.words[60_000 + 100 * n]))
        made["function words"].append(" ".join(dice.choice(COMMON, 2)))
        line, length = chinese[n % len(chinese)], int(dice.integers(2, 7))
        made["Chinese"].append(line[at : at + length])
    return made


FLOOR = """
SELECT substr(text, passage.start + 1, passage."end" - passage.start)
FROM (SELECT * FROM sources_indexedpassage WHERE {sought} LIMIT %s) passage
JOIN sources_revision revision ON revision.id = revision_id
"""


def floor(phrase: str) -> float:
    """Return the milliseconds that the passages with these words take, and nothing else."""
    wanted = [[key_of(term) for term in terms] for terms in probes(phrase_of(phrase), {})]
    sought = " OR ".join(["keys @> %s::integer[]"] * len(wanted))
    begun = time.perf_counter()
    with connection.cursor() as cursor:
        cursor.execute(FLOOR.format(sought=sought), [*wanted, echoes.MOST + 1])
        cursor.fetchall()
    return 1000 * (time.perf_counter() - begun)


def page(client: Client, phrase: str, scope: str) -> float:
    """Return the milliseconds that the page of a phrase's echoes takes."""
    begun = time.perf_counter()
    answer = client.get("/studies/bench/echoes/", {"q": phrase, "scope": scope})
    took = 1000 * (time.perf_counter() - begun)
    if answer.status_code != 200:
        raise RuntimeError(f"{answer.status_code} for {phrase!r}")
    return took


def said(times: list[float]) -> str:
    """Return the median and the 95th percentile."""
    ordered = sorted(times)
    return (
        f"p50 {statistics.median(times):6.1f} ms, p95 {ordered[int(len(ordered) * 0.95)]:6.1f} ms"
    )


def main() -> None:
    """Fill the database, index it, and measure each kind of phrase in the study and the library."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--articles", type=int, default=10_000)
    count = parser.parse_args().articles
    study, reviewer = world.build_world()
    begun = time.perf_counter()
    writer = fill(study, count)
    print(f"{count:,} articles written in {time.perf_counter() - begun:.0f} s", flush=True)
    begun = time.perf_counter()
    index_texts()
    took = time.perf_counter() - begun
    print(f"indexed in {took:.0f} s: {count / took:.0f} articles/s", flush=True)
    world.finish_world()
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_size_pretty(pg_total_relation_size('sources_indexedpassage'))")
        print(f"index {cursor.fetchone()[0]}, {world.conditions()}", flush=True)
    client = Client(SERVER_NAME="localhost")
    client.force_login(reviewer)
    every = phrases(writer)
    page(client, "warm up", "study")
    for scope in ("study", "library"):
        together = []
        for kind, given in every.items():
            ours = [page(client, phrase, scope) for phrase in given]
            least = [floor(phrase) for phrase in given]
            together += ours
            ratio = statistics.median(ours) / statistics.median(least)
            print(
                f"{scope:8} {kind:18} {said(ours)}; floor {said(least)}; {ratio:.1f} x", flush=True
            )
        print(f"{scope:8} {'all':18} {said(together)} (target p95 < 200 ms)", flush=True)


if __name__ == "__main__":
    main()
