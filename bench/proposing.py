"""Propose the facts of a story: in a request, and in a worker.

Ten articles of 1,000 words, as the page asks for them without a worker (target: 1 s); and ninety,
as the worker does (target: 20 s). Half of an article's sentences report facts of the story, each
with a third of the words left out or replaced. Then again when nothing changed, when one article
was corrected, and the page that shows the first 25.

The words are of random letters and as unevenly common as in a language: those of `world` are made
of so few syllables that any two sentences look alike.
"""

import hashlib
import random
import time
from string import ascii_lowercase

import world
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from annotations.finding.proposing import propose
from annotations.models import Proposal, ProposedSpan, Study
from sources.models import Revision, Story

WORDS = 1_000
SHARED = 0.5  # share of an article's sentences that report a fact of the story
KEPT = 0.67  # share of a fact's words that an outlet keeps


def build(study: Study, articles: int, seed: int) -> Story:
    """Add a story whose articles report facts in words of their own."""
    dice = random.Random(seed)
    tongue = ["".join(dice.choices(ascii_lowercase, k=dice.randint(3, 9))) for _ in range(9_000)]
    often = [1 / (rank + 3) for rank in range(len(tongue))]

    def sentence() -> list[str]:
        return dice.choices(tongue, often, k=18)

    facts = [sentence() for _ in range(6 * articles)]
    revisions = world.build_story(study, articles, WORDS, seed)
    for revision in revisions:
        told = [
            tell(dice.choice(facts), sentence(), dice) if dice.random() < SHARED else sentence()
            for _ in range(WORDS // 18)
        ]
        said = [" ".join(words).capitalize() + "." for words in told]
        keep(revision, "\n\n".join(" ".join(said[n : n + 5]) for n in range(0, len(said), 5)))
    return revisions[0].article.story


def tell(fact: list[str], own: list[str], dice: random.Random) -> list[str]:
    """Return a fact in an outlet's own words."""
    return [word if dice.random() < KEPT else other for word, other in zip(fact, own, strict=True)]


def keep(revision: Revision, text: str) -> None:
    sha256 = hashlib.sha256(text.encode()).hexdigest()
    Revision.objects.filter(pk=revision.pk).update(text=text, sha256=sha256)


def correct(story: Story) -> None:
    """Give one article a new text."""
    old = Revision.objects.filter(article__story=story).latest("pk")
    text = f"A correction.\n\n{old.text}"
    Revision.objects.create(
        article=old.article, number=old.number + 1, headline=old.headline, text=text,
        sha256=hashlib.sha256(text.encode()).hexdigest(), word_count=old.word_count,
        original=old.original,
    )  # fmt: skip


def timed(work) -> float:
    begun = time.perf_counter()
    work()
    return time.perf_counter() - begun


def main() -> None:
    study, reviewer = world.build_world()
    client = Client(SERVER_NAME="localhost")
    client.force_login(reviewer)
    small, large = build(study, 10, seed=1), build(study, 90, seed=3)
    world.finish_world()
    propose(study, build(study, 2, seed=9))  # numpy is loaded
    print(world.conditions())
    for name, story, target in (
        ("10 articles, in a request", small, 1),
        ("90 articles", large, 20),
    ):
        address = reverse("proposals_find", args=[study.key, story.pk])
        page = reverse("proposals", args=[study.key, story.pk])

        def ask(address=address) -> None:
            data = {"now": "1"}
            assert client.post(address, data, headers={"HX-Request": "true"}).status_code == 200

        took = timed(ask)
        made = Proposal.objects.filter(story=story)
        spans = ProposedSpan.objects.filter(proposal__in=made).count()
        count = f"{made.count()} proposals, {spans} sentences"
        print(f"{name:<30}{count:<36}{took:>7.2f} s, {took / target:.2f} of the target")
        correct(story)
        print(f"{'  an article corrected':<66}{timed(ask):>7.2f} s")
        with CaptureQueriesContext(connection) as queries:
            shown = timed(lambda page=page: client.get(page))
        print(f"{'  the page':<66}{shown:>7.2f} s, {len(queries)} queries")


if __name__ == "__main__":
    main()
