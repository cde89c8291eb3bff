"""Save a tag on a 700-word article with 100 tags, against a view that inserts one row.

Both are served by the same gunicorn, behind the same middleware, from the same database, and asked
by turns. Targets: p50 at most 1.5 x the floor's; eight clients at least .66 x its throughput.
"""

import http.client
import random
import statistics
import time
import uuid
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from urllib.parse import urlencode

import world
from django.db import connection
from django.test import Client
from django.utils.crypto import get_random_string
from floor import TABLE
from serving import WAIT_SECONDS, server

RUNS, LATENCY_REQUESTS, CLIENTS, REQUESTS_PER_CLIENT = 5, 40, 8, 20


class Person:
    """A reviewer with a session and a lasting connection, who works on one revision."""

    def __init__(self, port: int, reviewer, revision, seed: int) -> None:
        browser = Client()
        browser.force_login(reviewer)
        secret = get_random_string(32)
        session = browser.cookies["sessionid"].value
        self.headers = {
            "Content-Type": "application/x-www-form-urlencoded",
            "Cookie": f"sessionid={session}; csrftoken={secret}",
            "X-CSRFToken": secret,
            "HX-Request": "true",
        }
        self.connection = http.client.HTTPConnection("127.0.0.1", port, timeout=WAIT_SECONDS)
        self.revision, self.dice = revision, random.Random(seed)
        self.starts = world.word_starts(revision.text)

    def tag(self) -> float:
        """Put a tag on one to eight words; return the seconds that it took."""
        return self._post("/studies/bench/tag/", self._fields(), b"hx-swap-oob")

    def insert(self) -> float:
        """Ask the floor for a row; return the seconds that it took."""
        return self._post("/bench/insert/", self._fields(), b"saved")

    def _fields(self) -> dict[str, object]:
        span = world.any_span([self.revision], [self.starts], self.dice)
        return {
            "id": uuid.UUID(int=self.dice.getrandbits(128)), "revision": self.revision.pk,
            "start": span.start, "end": span.end, "exact": span.exact, "voice": "outlet",
            "code": f"code-{self.dice.randrange(12)}", "articles": self.revision.article_id,
            "tag_count": 100,
        }  # fmt: skip

    def _post(self, path: str, fields: dict[str, object], expected: bytes) -> float:
        body = urlencode(fields)
        try:
            seconds, response, content = self._ask(path, body)
        except (ConnectionError, http.client.RemoteDisconnected):
            # The server ends a connection that was idle for two seconds.
            self.connection.close()
            seconds, response, content = self._ask(path, body)
        if response.status != 200 or expected not in content:
            raise RuntimeError(f"{path}: {response.status} {content[:300]!r}")
        return seconds

    def _ask(self, path: str, body: str) -> tuple[float, http.client.HTTPResponse, bytes]:
        begun = time.perf_counter()
        self.connection.request("POST", path, body, self.headers)
        response = self.connection.getresponse()
        content = response.read()
        return time.perf_counter() - begun, response, content


def throughput(people: list[Person], ask: Callable[[Person], float]) -> float:
    """Return the requests per second that all people at once get answered."""

    def work(person: Person) -> None:
        for _ in range(REQUESTS_PER_CLIENT):
            ask(person)

    begun = time.perf_counter()
    with ThreadPoolExecutor(len(people)) as pool:
        list(pool.map(work, people))
    return len(people) * REQUESTS_PER_CLIENT / (time.perf_counter() - begun)


def forget(kept: set[uuid.UUID]) -> None:
    """Take every revision back to its 100 tags, and to the spans under them."""
    with connection.cursor() as cursor:
        cursor.execute("TRUNCATE annotations_change, bench_row")
        cursor.execute("DELETE FROM annotations_annotation WHERE id <> ALL(%s)", [list(kept)])
        cursor.execute(
            "DELETE FROM annotations_span span WHERE NOT EXISTS"
            " (SELECT FROM annotations_annotation WHERE span_id = span.id)"
        )


def main() -> None:
    """Measure both by turns and print the ratios of the medians."""
    study, reviewer = world.build_world()
    revisions = world.build_story(study, CLIENTS, 700)
    for revision in revisions:
        world.annotate(study, reviewer, [revision], 100)
    kept = set(world.Annotation.objects.values_list("pk", flat=True))
    with connection.cursor() as cursor:
        cursor.execute(TABLE)
    world.finish_world()
    seen: dict[str, list[float]] = {"tag": [], "insert": [], "tags/s": [], "inserts/s": []}
    with server() as (port, _):
        people = [Person(port, reviewer, one, n) for n, one in enumerate(revisions)]
        throughput(people, Person.tag), throughput(people, Person.insert)  # warm
        for _ in range(RUNS):
            forget(kept)
            turns = [people[n % CLIENTS] for n in range(LATENCY_REQUESTS)]
            times = [(one.tag() * 1_000, one.insert() * 1_000) for one in turns]
            seen["tag"].append(statistics.median(tag for tag, _ in times))
            seen["insert"].append(statistics.median(insert for _, insert in times))
            forget(kept)
            seen["tags/s"].append(throughput(people, Person.tag))
            seen["inserts/s"].append(throughput(people, Person.insert))
    mid = {name: statistics.median(values) for name, values in seen.items()}
    print(world.conditions())
    print(f"one client     p50 {mid['tag']:.1f} ms, floor {mid['insert']:.1f} ms: "
          f"{mid['tag'] / mid['insert']:.2f} x (target <= 1.5)")  # fmt: skip
    print(f"eight clients  {mid['tags/s']:.0f}/s, floor {mid['inserts/s']:.0f}/s: "
          f"{mid['tags/s'] / mid['inserts/s']:.2f} x (target >= .66)")  # fmt: skip


if __name__ == "__main__":
    main()
