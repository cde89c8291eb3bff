"""A million tags on 100,000 articles: the export, the list pages, and an import of 10,000 articles.

    python bench/scale.py [--articles 100000] [--imports 10000] [--only export pages import]

The export is asked of the production server by HTTP, and copied by psql's \\copy, of the same rows
in the same order; psql neither checks the quotes nor makes cells safe. Targets: half of \\copy's
rows per second, the first byte within 500 ms, and no more memory for a million rows than for
10,000. Each page is asked 30 times of one thread that has answered it before, so that what
PostgreSQL plans once for all values counts: p95 < 300 ms, and as many queries as in a small study.
The import is that of the command; it is broken off in the middle and run again. Target: 100
articles/s, memory flat.
"""

import argparse
import http.client
import os
import signal
import statistics
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from itertools import count as numbers
from pathlib import Path

import importing
import scale_world
import world
from django.contrib.auth.models import User
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from export import MEASURE, floor
from serving import WAIT_SECONDS, server

from annotations.models import Annotation, Study
from sources.models import Article, Original, Revision

RUNS, REQUESTS, TARGET_MS = 3, 30, 300
WARM = 10  # requests, after which PostgreSQL has the plans that it stays with
PARTS = ("export", "pages", "import")
PATIENCE = 600  # seconds for one answer
LONGEST = 60  # seconds for all requests of one page


class Reader:
    """The owner with a session and a lasting connection."""

    def __init__(self, owner: User, port: int) -> None:
        browser = Client()
        browser.force_login(owner)
        self.headers = {"Cookie": f"sessionid={browser.cookies['sessionid'].value}"}
        self.connection = http.client.HTTPConnection("127.0.0.1", port, timeout=PATIENCE)

    def get(self, path: str, keep: Path | None = None) -> tuple[float, float]:
        """Ask for a page or a file; return the seconds to its first byte, and to its last."""
        begun = time.perf_counter()
        self.connection.close()  # the server ends one that was idle for two seconds
        self.connection.request("GET", path, headers=self.headers)
        response = self.connection.getresponse()
        first = response.read(1)
        reached = time.perf_counter() - begun
        if response.status != 200 or not first:
            raise RuntimeError(f"{path}: {response.status}")
        with (keep or Path(os.devnull)).open("wb") as file:
            file.write(first)
            while piece := response.read(1024 * 1024):
                file.write(piece)
        return reached, time.perf_counter() - begun


def measure_export(study: Study, small: Study, owner: User) -> None:
    """Print the rate against \\copy's, the first byte, and the server's peak memory."""
    rows = Annotation.objects.in_study(study).standing().count()
    out = world.FOLDER / "ours.csv"
    with server(workers=1) as (port, master):
        reader = Reader(owner, port)
        reader.get(f"/studies/{small.key}/export/annotations.csv", out)
        before = peak_megabytes(master)
        few = small.annotations.count()
        for form in ("safe", "lossless"):
            path = f"/studies/{study.key}/export/annotations.csv?form={form}"
            ours, theirs, first = [], [], []
            for _ in range(RUNS):
                begun, ended = reader.get(path, out)
                first.append(begun)
                ours.append(ended)
                theirs.append(floor(study))
            bare, own = min(theirs), min(ours)
            print(
                f"{rows:,} rows, {form}: {rows / own:,.0f}/s, \\copy {rows / bare:,.0f}/s: "
                f"{bare / own:.2f} x (target >= .5); first byte after "
                f"{max(first) * 1_000:.0f} ms (< 500); {out.stat().st_size / 1e6:,.0f} MB"
            )
        print(f"peak memory of the server's worker: {before:.0f} MB after {few:,} rows, "
              f"{peak_megabytes(master):.0f} MB after {rows:,}")  # fmt: skip


def peak_megabytes(master: int) -> float:
    """Return the most memory that a worker of the server had; nan where there is no /proc."""
    try:
        workers = Path(f"/proc/{master}/task/{master}/children").read_text().split()
        said = [Path(f"/proc/{worker}/status").read_text() for worker in workers]
    except OSError:
        return float("nan")
    return max(int(one.split("VmHWM:")[1].split()[0]) for one in said) / 1024


def pages_of(study: Study) -> Iterator[tuple[str, Callable[[int], str]]]:
    """Yield each page's name, and its address for the n-th request."""
    stories = list(study.stories.order_by("pk").values_list("pk", flat=True)[:1000])
    cards = Annotation.objects.in_study(study).order_by("pk").values_list("pk", flat=True)
    places = list(cards[:100])
    articles = list(Article.objects.filter(story=stories[0]).values_list("pk", flat=True))

    def plain(name: str, query: str = "", **given: object) -> Callable[[int], str]:
        address = reverse(name, kwargs={"key": study.key, **given}) + query
        return lambda _n: address

    def of_stories(name: str, query: str = "") -> Callable[[int], str]:
        return lambda n: reverse(name, args=[study.key, stories[n * 7 % len(stories)]]) + query

    last = -(-study.stories.count() // 50)
    yield "home", lambda _n: "/"
    yield "stories", lambda n: plain("study")(0) + f"?page={1 + n * 37 % last}"
    yield "stories with a word", lambda n: plain("study")(0) + f"?q=line+{n}"
    yield "stories of an outlet", lambda n: plain("study")(0) + f"?q=Outlet+{n:02}"
    yield "articles of a story", of_stories("story")
    yield "import of articles", of_stories("article_import")
    yield "desk", of_stories("desk")
    yield "list of tags", of_stories("annotation_list")
    yield "facts", of_stories("facts")
    yield "quotations", of_stories("quotations")
    yield "gold", of_stories("gold")
    yield "harvests", of_stories("harvests")
    yield "texts of an article", plain("revisions", article_id=articles[0])
    yield "queue", plain("queue")
    yield "queue, later", lambda n: plain("queue")(0) + f"?after={places[n % len(places)]}"
    yield "queue of a code", plain("queue", f"?code={study.codebook.codes.first().pk}")
    yield "queue of a reviewer", plain("queue", "?reviewer=coder-03&status=any")
    yield "queue with a word", plain("queue", "?q=ministry")
    yield "carries", plain("carries")
    yield "tokens", lambda _n: reverse("tokens")
    for name in (
        "adjudication", "outcomes", "speakers", "members", "codebook", "worklist",
        "codebook_history", "assignments", "training", "export", "agreement", "drift",
        "concepts", "study_settings", "releases", "intakes", "echoes",
    ):  # fmt: skip
        yield name.replace("_", " "), plain(name)


def measure_pages(study: Study, small: Study, owner: User) -> None:
    """Print the times of each page and its queries, in the large study and in the small one."""
    here, there = Client(), Client()
    here.force_login(owner), there.force_login(owner)
    few = dict(pages_of(small))
    print(f"{'page':24} {'p50':>6} {'p95':>6} ms  queries")
    with server(workers=1, threads=1) as (port, _):
        reader = Reader(owner, port)
        for name, address in pages_of(study):
            ask(reader, address, WARM)
            times = sorted(ask(reader, address, REQUESTS))
            late = times[int(len(times) * 0.95)]
            asked = [queries(here, address(1)), queries(there, few[name](1))]
            remark = " (slow)" * (late >= TARGET_MS)
            print(f"{name:24} {statistics.median(times):6.0f} {late:6.0f}     "
                  f"{asked[0]}, {asked[1]}{remark}", flush=True)  # fmt: skip


def ask(reader: Reader, address: Callable[[int], str], most: int) -> list[float]:
    """Ask for a page `most` times, or for as long as LONGEST; return the milliseconds of each."""
    times: list[float] = []
    begun = time.perf_counter()
    while len(times) < most and time.perf_counter() - begun < LONGEST:
        times.append(reader.get(address(len(times)))[1] * 1_000)
    return times


def queries(client: Client, path: str) -> int:
    """Return how many queries a page takes."""
    with CaptureQueriesContext(connection) as seen:
        client.get(path, SERVER_NAME="localhost")
    return len(seen)


def measure_import(articles: int) -> None:
    """Print the articles per second, the peak memory, and what a run does that was broken off."""
    runs = ("few", "txt", articles // 10), ("txt", "txt", articles), ("html", "html", articles)
    for name, kind, number in runs:
        importing.ARTICLES = number
        importing.write_files(kind)
        folder = (world.FOLDER / kind).rename(world.FOLDER / f"{name}-files")
        seconds, peak = import_all(folder, name)
        print(f"{number:,} articles, {kind}: {number / seconds:.0f}/s (target >= 100), "
              f"peak memory {peak:.0f} MB", flush=True)  # fmt: skip
        forget_articles()
    folder = world.FOLDER / "txt-files"
    quiet = {"stdout": subprocess.DEVNULL, "stderr": subprocess.DEVNULL}
    begun = subprocess.Popen(command(folder, "again"), cwd=world.ROOT, **quiet)
    for _ in numbers():
        time.sleep(0.2)
        there = Article.objects.filter(story__title="again").count()
        if there > articles / 4 or begun.poll() is not None:
            break
    begun.send_signal(signal.SIGINT)
    begun.wait(timeout=WAIT_SECONDS)
    there = Article.objects.filter(story__title="again").count()
    import_all(folder, "again")
    whole = Article.objects.filter(story__title="again").count()
    print(f"broken off after {there:,}, run again: {whole:,} articles of {articles:,}, once each")


def command(folder: Path, story: str) -> list[str]:
    given = [str(folder), f"--story={story}", "--study=bench", "--outlet=Outlet"]
    return [sys.executable, "manage.py", "import_articles", *given]


def import_all(folder: Path, story: str) -> tuple[float, float]:
    """Import a folder by the command; return its seconds, and its peak memory in megabytes."""
    small = [sys.executable, "-c", MEASURE, *command(folder, story)]
    with (world.FOLDER / "said.txt").open("w") as said:
        begun = time.perf_counter()
        done = subprocess.run(
            small, cwd=world.ROOT, stdout=subprocess.PIPE, stderr=said, check=True
        )
        seconds = time.perf_counter() - begun
    return seconds, int(done.stdout) / (1024 if sys.platform == "linux" else 1024 * 1024)


def forget_articles() -> None:
    """Delete what was imported, so that the next import is not of what is there already."""
    imported = Article.objects.filter(story__title__in=["few", "txt", "html"])
    Revision.objects.filter(article__in=imported).delete()
    imported.delete()
    Original.objects.filter(revisions=None, drafts=None).delete()


def main() -> None:
    """Build the world, and measure what is wanted."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--articles", type=int, default=100_000)
    parser.add_argument("--imports", type=int, default=10_000)
    parser.add_argument("--only", nargs="+", choices=PARTS, default=PARTS)
    wanted = parser.parse_args()
    begun = time.perf_counter()
    study, owner = scale_world.build(wanted.articles)
    print(f"{world.conditions()}; built in {time.perf_counter() - begun:.0f} s", flush=True)
    measure(study, owner, wanted.only, wanted.imports)


def measure(study: Study, owner: User, wanted: list[str], imports: int) -> None:
    """Measure the parts that are wanted."""
    small = Study.objects.get(key="other-0")
    if "export" in wanted:
        measure_export(study, small, owner)
    if "pages" in wanted:
        measure_pages(study, small, owner)
    if "import" in wanted:
        measure_import(imports)


if __name__ == "__main__":
    main()
