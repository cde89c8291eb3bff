"""Agreement at the size it has to hold: 20 coders × 500 articles × 50 tags each.

    python bench/agreement_page.py [--stories 100]

Prints how long the tags take to load, a full recomputation with 1,000 bootstrap samples, and the
page from the stored result; the last two as ratios of what they may take. One process.
"""

import argparse
import random
import statistics
import time
import uuid
from collections.abc import Callable, Iterable

import world
from django.contrib.auth.models import User
from django.db import connection
from django.db.models import Max
from django.test import Client

from annotations.agreement.selection import Selection
from annotations.measuring.agreeing import agree
from annotations.measuring.coded import load
from annotations.models import Annotation, Assignment, Code, Membership, Role, Span, Study
from sources.models import Revision

ARTICLES, CODERS, TAGS, CODES, WORDS = 5, 20, 50, 25, 600
PLACES = 80  # of a text that invite a tag: coders choose among them, and wander a word off
BOUNDS = {"recomputation, 1,000 samples": 60.0, "page from the stored result": 2.0}


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--stories", type=int, default=100, help="of 5 articles each")
    stories = parser.parse_args().stories
    study, owner = world.build_world(codes=0)
    add_codes(study)
    coders = [User.objects.create_user(f"coder-{n:02}") for n in range(CODERS)]
    Membership.objects.bulk_create(
        Membership(study=study, user=coder, role=Role.REVIEWER) for coder in coders
    )
    for number in range(stories):
        revisions = world.build_story(study, ARTICLES, WORDS, seed=number)
        tag(study, coders, revisions)
    assign(study, coders)
    world.finish_world()
    print(
        f"{Annotation.objects.count():,} tags of {CODERS} coders in {stories * ARTICLES} articles"
    )
    print(f"load, first       {took(lambda: load(study, Selection())):8.2f} s  (sentences are cut)")
    print(f"load, again       {took(lambda: load(study, Selection())):8.2f} s")
    client = Client(SERVER_NAME="localhost")
    client.force_login(owner)
    address = f"/studies/{study.key}/agreement/"
    seen = {
        "recomputation, 1,000 samples": took(lambda: agree(study, Selection())),
        "page from the stored result": statistics.median(
            took(lambda: client.get(address).content) for _ in range(5)
        ),
    }
    cases = statistics.median(took(lambda: client.get(f"{address}cases/")) for _ in range(3))
    print(f"cases of it all   {cases:8.2f} s")
    for name, seconds in seen.items():
        print(f"{name:30} {seconds:8.2f} s  {seconds / BOUNDS[name]:.2f} of the bound")
    print(world.conditions())


def took(work: Callable[[], object]) -> float:
    begun = time.perf_counter()
    work()
    return time.perf_counter() - begun


def add_codes(study: Study) -> None:
    """Give the codebook codes in two levels: five upper ones, each with four below it."""
    for number in range(CODES):
        above = number - number % 5
        Code.objects.create(
            codebook=study.codebook, key=f"code-{number}", name=f"Code {number}", position=number,
            definition="A definition.", colour=f"#{16 + 9 * number:02x}5a8c",
            parent=Code.objects.get(key=f"code-{above}") if number > above else None,
        )  # fmt: skip


def tag(study: Study, coders: list[User], revisions: list[Revision]) -> None:
    """Have each coder tag each text 50 times, mostly where others do and mostly alike."""
    codes = list(study.codebook.codes.values_list("pk", flat=True))
    dice = random.Random(revisions[0].pk)
    spans: dict[tuple[int, int, int, str], int] = {}
    tags = []
    begun = Span.objects.aggregate(last=Max("pk"))["last"] or 0
    for revision in revisions:
        starts = [*world.word_starts(revision.text), len(revision.text) + 1]
        places = [
            (dice.randrange(len(starts) - 9), dice.randint(1, 6), dice.choice(codes))
            for _ in range(PLACES)
        ]
        for coder in coders:
            for place, words, code in dice.sample(places, TAGS):
                first = place + (dice.random() < 0.15)
                last = first + words + (dice.random() < 0.15)
                chosen = code if dice.random() < 0.7 else dice.choice(codes)
                exact = revision.text[starts[first] : starts[last] - 1]
                span = (revision.pk, starts[first], starts[first] + len(exact), exact)
                number = spans.setdefault(span, begun + len(spans) + 1)
                tags.append((uuid.UUID(int=dice.getrandbits(128)), number, coder.pk, chosen))
    copy("annotations_span (id, revision_id, start, \"end\", exact, prefix, suffix)",
         ((number, *span, "", "") for span, number in spans.items()))  # fmt: skip
    copy("annotations_annotation (id, span_id, annotator_id, code_id, study_id, target, polarity,"
         " voice, speaker, note, status, version)",
         ((*row, study.pk, "", "", "outlet", "", "", "pending", 1) for row in tags))  # fmt: skip


def copy(table: str, rows: Iterable[tuple]) -> None:
    with connection.cursor() as cursor, cursor.copy(f"COPY {table} FROM STDIN") as stream:
        for row in rows:
            stream.write_row(row)


def assign(study: Study, coders: list[User]) -> None:
    """Say that everybody is done with everything."""
    Assignment.objects.bulk_create(
        Assignment(
            study=study, story=story, coder=coder, state=Assignment.State.DONE,
            done_at="2026-02-01T12:00:00Z",
        )
        for story in study.stories.all()
        for coder in coders
    )  # fmt: skip


if __name__ == "__main__":
    main()
