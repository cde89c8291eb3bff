"""GET of the reading desk: queries, bytes and time, for few and for many annotations.

Targets: at most 12 queries whatever the number of annotations; HTML at most 2.5 x the text and 400
bytes per segment.
"""

import re
import statistics
import time

import world
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

RUNS = 5


def measure(label: str, reviewer, revisions) -> None:
    """Print what the desk with the columns of `revisions` costs."""
    client = Client(SERVER_NAME="localhost")
    client.force_login(reviewer)
    address = f"/studies/bench/stories/{revisions[0].article.story_id}/desk/"
    client.get(address)
    with CaptureQueriesContext(connection) as queries:
        page = client.get(address).content
        count = len(queries)
    times = []
    for _ in range(RUNS):
        begun = time.perf_counter()
        client.get(address)
        times.append(time.perf_counter() - begun)
    text = sum(len(revision.text.encode()) for revision in revisions)
    segments = page.count(b"<mark ")
    columns = sum(map(len, re.findall(rb'<section class="column".*?</section>', page, re.DOTALL)))
    entries = sum(map(len, re.findall(rb'<ol id="g-.*?</ol>', page, re.DOTALL)))
    bound = 2.5 * text + 400 * segments
    print(
        f"{label:>24}  {count:>2} queries  {statistics.median(times) * 1000:>6.0f} ms  "
        f"text {text / 1000:>4.0f} kB, {segments:>5} segments  "
        f"columns {columns / bound:.2f}, list {entries / bound:.2f}, "
        f"page {len(page) / bound:.2f} of the bound"
    )


def main() -> None:
    """Measure the desk with 30, 300 and 3,000 annotations on three articles, then a long one."""
    study, reviewer = world.build_world()
    revisions = world.build_story(study, 3, 700)
    there = 0
    for count in (30, 300, 3_000):
        world.annotate(study, reviewer, revisions, count - there)
        there = count
        world.finish_world()
        measure(f"3 x 700 words, {count:,}", reviewer, revisions)
    long = world.build_story(study, 3, 20_000, seed=1)
    world.annotate(study, reviewer, long, 5_000)
    world.finish_world()
    measure("3 x 20,000 words, 5,000", reviewer, long)
    print(world.conditions())


if __name__ == "__main__":
    main()
