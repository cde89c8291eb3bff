"""A world of its own for each bench: a temporary data folder, its own database, synthetic texts.

Import this before anything of Django's: it chooses the data folder and sets Django up. The folder
and the server in it are gone when the script ends, and nobody's own data is touched.
"""

import atexit
import hashlib
import os
import random
import shutil
import sys
import tempfile
import uuid
from collections.abc import Sequence
from datetime import UTC, datetime
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
FOLDER = Path(tempfile.mkdtemp(prefix="parallax-bench-"))
os.environ["PARALLAX_DATA"] = str(FOLDER)
for name in ("DATABASE_URL", "DEBUG", "HTTPS", "ALLOWED_HOSTS", "CSRF_TRUSTED_ORIGINS"):
    os.environ.pop(name, None)
os.environ["DJANGO_SETTINGS_MODULE"] = "config.settings"
sys.path.insert(0, str(ROOT))
# Registered before the database's own farewell, so run after it: the server stops first.
atexit.register(shutil.rmtree, FOLDER, ignore_errors=True)

import django

django.setup()

from django.contrib.auth.models import User
from django.core.management import call_command
from django.db import connection

from annotations.models import Annotation, Code, Codebook, Membership, Role, Span, Study
from sources.models import Article, Original, Outlet, Revision, Story

SYLLABLES = "ba do ke li mu na po ri sa te vu zo har len mar sol tin ver".split()
BATCH = 5_000


def build_world(codes: int = 12) -> tuple[Study, User]:
    """Migrate an empty database; return a study with `codes` codes, and its only reviewer."""
    call_command("migrate", verbosity=0)
    call_command("collectstatic", verbosity=0, interactive=False)
    reviewer = User.objects.create_user("reviewer")
    codebook = Codebook.objects.create(name="Bench")
    Code.objects.bulk_create(
        Code(
            codebook=codebook, key=f"code-{n}", name=f"Code {n}", definition="A definition.",
            colour=f"#{40 + 15 * n:02x}5a8c", hotkey=chr(97 + n), position=n,
        )
        for n in range(codes)
    )  # fmt: skip
    study = Study.objects.create(key="bench", name="Bench", codebook=codebook)
    Membership.objects.create(study=study, user=reviewer, role=Role.OWNER)
    return study, reviewer


def write_text(words: int, seed: int) -> str:
    """Return `words` invented words in sentences of 18 and passages of 90."""
    dice = random.Random(seed)
    made = ["".join(dice.choices(SYLLABLES, k=dice.choice((1, 2, 2, 3)))) for _ in range(words)]
    for n in range(0, words, 18):
        made[n] = made[n].capitalize()
        if n:
            made[n - 1] += "."
    return "\n\n".join(" ".join(made[n : n + 90]) for n in range(0, words, 90)) + "."


def build_story(study: Study, articles: int, words: int, seed: int = 0) -> list[Revision]:
    """Add a story with one revision per article; the articles have outlets of their own."""
    story = Story.objects.create(title=f"Story {seed}")
    study.stories.add(story)
    original = Original.objects.create(
        sha256=hashlib.sha256(str(seed).encode()).hexdigest(),
        data=b"", media_type="text/plain", charset="utf-8",
    )  # fmt: skip
    made = []
    for n in range(articles):
        outlet, _ = Outlet.objects.get_or_create(name=f"Outlet {n}")
        article = Article.objects.create(
            story=story, outlet=outlet, headline=f"Headline {n} of {seed}", language="en",
            url=f"https://outlet-{n}.example/{seed}", published_at="2026-01-31T09:30:00Z",
        )  # fmt: skip
        text = write_text(words, seed * 1_000 + n)
        sha256 = hashlib.sha256(text.encode()).hexdigest()
        made.append(
            Revision(
                article=article,
                headline=article.headline,
                text=text,
                word_count=words,
                original=original,
                sha256=sha256,
            )
        )
    return Revision.objects.bulk_create(made, batch_size=2000)


def annotate(study: Study, annotator: User, revisions: Sequence[Revision], count: int) -> None:
    """Tag `count` ranges of 1 to 8 words, spread over the revisions; many of them overlap."""
    codes = list(study.codebook.codes.all())
    dice = random.Random(f"{revisions[0].pk} {count}")
    starts = [word_starts(revision.text) for revision in revisions]
    taken = set(Span.objects.values_list("revision_id", "start", "end"))
    while count:
        spans = []
        while len(spans) < min(count, BATCH):
            span = any_span(revisions, starts, dice)
            if (place := (span.revision_id, span.start, span.end)) not in taken:
                taken.add(place)
                spans.append(span)
        made = [
            Annotation(
                id=uuid.UUID(int=dice.getrandbits(128)), study=study, span=span,
                annotator=annotator, code=dice.choice(codes), target="the ministry",
                polarity="negative", note="A note of a reviewer, as long as such notes are.",
            )
            for span in Span.objects.bulk_create(spans, batch_size=2000)
        ]  # fmt: skip
        Annotation.objects.bulk_create(made, batch_size=2000)
        count -= len(spans)


def finish_world() -> None:
    """Let the planner know the tables, as autovacuum would have by the time it matters."""
    with connection.cursor() as cursor:
        cursor.execute("VACUUM ANALYZE")


def conditions() -> str:
    """Return what the figures were seen on, as a line for docs/performance.md."""
    with connection.cursor() as cursor:
        cursor.execute("SHOW server_version")
        version = cursor.fetchone()[0].split()[0]
    python = ".".join(map(str, sys.version_info[:3]))
    day = f"{datetime.now(UTC):%Y-%m-%d}"
    return f"{day}, {os.cpu_count()} cores, PostgreSQL {version}, Python {python}"


def word_starts(text: str) -> list[int]:
    return [n for n in range(len(text)) if text[n].isalpha() and (n == 0 or text[n - 1].isspace())]


def any_span(
    revisions: Sequence[Revision], starts: Sequence[list[int]], dice: random.Random
) -> Span:
    """Return a span of one of the revisions that begins and ends with words."""
    place = dice.randrange(len(revisions))
    revision, first = revisions[place], dice.randrange(len(starts[place]) - 9)
    start, after = starts[place][first], starts[place][first + dice.randint(1, 8)]
    exact = revision.text[start:after].rstrip()
    end = start + len(exact)
    return Span(
        revision=revision, start=start, end=end, exact=exact,
        prefix=revision.text[max(0, start - 32) : start], suffix=revision.text[end : end + 32],
    )  # fmt: skip
