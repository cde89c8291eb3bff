"""Look for the sentences that may report the facts of a story: in a request, and in a worker.

Ten articles of 1,000 words and thirty facts, as the matrix asks for them without a worker (target:
1 s); and ninety with sixty facts, as the worker does (target: 20 s). Then again what a reworded
fact and a corrected article make stale, and nothing else.
"""

import time

import world
from django.test import Client
from django.urls import reverse

from annotations.finding.suggesting import suggest
from annotations.models import Fact, Study, Suggestion
from sources.models import Revision, Story

WORDS = 1_000


def build(study: Study, articles: int, facts: int, seed: int) -> Story:
    """Add a story with facts in words of its articles: every other word of a sentence."""
    revisions = world.build_story(study, articles, WORDS, seed)
    story = revisions[0].article.story
    author = study.members.get()
    for number in range(facts):
        sentence = revisions[number % articles].text.split(". ")[number % 40]
        statement = " ".join(sentence.split()[::2])[:500]
        Fact.objects.create(
            study=study, story=story, statement=f"{number} {statement}", created_by=author
        )
    return story


def timed(work) -> tuple[float, float]:
    """Return the seconds that it took, and those that this process computed."""
    begun, computed = time.perf_counter(), time.process_time()
    work()
    return time.perf_counter() - begun, time.process_time() - computed


def say(name: str, cells: int, took: tuple[float, float], target: float = 0) -> None:
    line = f"{name:<40}{cells:>6} cells{took[0]:>8.2f} s, {took[1]:>5.2f} s computing"
    print(line + (f"; {took[0] / target:.2f} of the target" if target else ""))


def change(story: Story) -> None:
    """Reword a fact and correct an article: a row and a column are stale."""
    fact = story.facts.first()
    Fact.objects.filter(pk=fact.pk).update(statement=f"{fact.statement} anew")
    revision = Revision.objects.filter(article__story=story).first()
    Revision.objects.filter(pk=revision.pk).update(
        sha256="0" * 64, text=f"A correction.\n\n{revision.text}"
    )


def main() -> None:
    study, reviewer = world.build_world()
    client = Client(SERVER_NAME="localhost")
    client.force_login(reviewer)
    small, large = build(study, 10, 30, seed=1), build(study, 90, 60, seed=2)
    address = reverse("suggestions", args=[study.key, small.pk])
    client.get(reverse("facts", args=[study.key, small.pk]))  # numpy and templates are loaded

    def ask() -> None:
        assert client.post(address, headers={"HX-Request": "true"}).status_code == 200

    for name, story, work, target in (
        ("10 articles, 30 facts, in a request", small, ask, 1),
        ("90 articles, 60 facts, in a worker", large, lambda: suggest(study, large), 20),
    ):
        took = timed(work)
        made = Suggestion.objects.filter(fact__story=story).count()
        say(name, made, took, target)
        say("  with nothing to do", 0, timed(work))
        change(story)
        before = dict(Suggestion.objects.values_list("pk", "basis"))
        again = timed(work)
        after = dict(Suggestion.objects.values_list("pk", "basis"))
        anew = sum(before[pk] != basis for pk, basis in after.items())
        say("  a fact reworded, an article corrected", anew, again)


if __name__ == "__main__":
    main()
