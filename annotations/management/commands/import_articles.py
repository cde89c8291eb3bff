"""Import articles from files and folders, or fetch those of a story again."""

from collections import defaultdict
from collections.abc import Iterable, Iterator
from contextlib import closing
from dataclasses import replace
from itertools import zip_longest
from pathlib import Path
from urllib.parse import urlsplit

from django.contrib.auth import get_user_model
from django.core.management.base import BaseCommand, CommandError
from tqdm import tqdm

from annotations.models import Study
from annotations.revisions.carries import revised
from annotations.team.founding import add_story
from sources.courtesy import LONGEST_PAUSE, NotYet
from sources.importing import import_article, many_at_once, open_story
from sources.models import Article, Original, Refetch, Story, Way
from sources.originals import kept
from sources.reading import SUFFIXES, Reading
from sources.reading_ahead import FileRead, Proposed, read_files, usual_processes
from sources.refetching import refetch
from sources.refusals import ImportRefused
from sources.revising import Doubtful, hold

MAX_FILE_BYTES = 256 * 1024 * 1024  # whoever may run commands here may fill the disk anyway
MOST_PROCESSES = 61  # the most of a pool on Windows


class Command(BaseCommand):
    help = (
        "Import articles from .txt, .html, .csv, .jsonl and .zip files and folders of them. "
        "What is there already is left alone, so a run that was broken off can be repeated; a "
        "changed text under a known address or file becomes the article's next revision, or is "
        "held for a person if it may be none. With --refetch the articles of a story are fetched "
        "from their addresses again. Exits with 1 if anything could not be imported or fetched."
    )

    def add_arguments(self, parser):
        parser.add_argument("paths", nargs="*", type=Path, metavar="PATH")
        parser.add_argument("--story", help="title of the story; new if unknown")
        parser.add_argument(
            "--refetch", metavar="STORY", help="fetch all addresses of this story, politely"
        )
        parser.add_argument("--study", metavar="KEY", help="the study that codes the story")
        parser.add_argument("--user", metavar="NAME", help="who imports")
        parser.add_argument("--outlet", default="", help="for articles that name no outlet")
        parser.add_argument(
            "--keep-all", action="store_true", help="drop no lines, whatever cleaning proposes"
        )
        parser.add_argument(
            "--processes",
            type=int,
            default=usual_processes(),
            metavar="N",
            help="how many read .txt and .html files beside this one; 0 for none "
            "(default here: %(default)s)",
        )

    def handle(self, *, paths, story, refetch, study, user, outlet, keep_all, processes, **_):
        self.study = self._named(Study, "key", study)
        self.user = self._named(get_user_model(), "username", user)
        if bool(paths) == bool(refetch) or (paths and not story):
            raise CommandError("Say what to import: PATH … --story TITLE, or --refetch TITLE.")
        if not 0 <= processes <= MOST_PROCESSES:
            raise CommandError(f"--processes is a number from 0 to {MOST_PROCESSES}.")
        if refetch:
            self._refetch_all(self._stories_to_refetch(refetch))
        else:
            self.outlet, self.keep_all = outlet, keep_all
            self.stories: dict[str, Story] = {}
            self._import_all(paths, story, processes)
        self.stdout.write(", ".join(f"{count} {what}" for what, count in self.counts.items()))
        if self.counts.get("problems") or self.counts.get("failed"):
            raise SystemExit(1)

    def _import_all(self, paths: list[Path], story: str, processes: int) -> None:
        self.counts = dict.fromkeys(("imported", "revised", "already there", "held", "problems"), 0)
        missing = [str(path) for path in paths if not path.exists()]
        if missing:
            raise CommandError(f"No such file or folder: {', '.join(missing)}")
        files = list(_files(paths))
        if not files:
            raise CommandError(f"No file to import. We read {', '.join(sorted(SUFFIXES))}.")
        reads = read_files(files, processes=processes, limit=MAX_FILE_BYTES)
        with (
            many_at_once(),
            closing(reads),
            tqdm(total=len(files), unit=" articles", disable=None) as bar,
        ):
            for file, read in zip(files, reads, strict=True):
                self._import_file(file, read, story, bar)

    def _stories_to_refetch(self, title: str) -> list[Story]:
        stories = Story.objects.filter(title=title)
        if self.study:
            stories = stories.filter(studies=self.study)
        if not stories:
            raise CommandError(f"There is no story {title!r}{' in the study' * bool(self.study)}.")
        return list(stories)

    def _refetch_all(self, stories: list[Story]) -> None:
        """Fetch the articles of `stories`, the sites in turn so that none waits for another."""
        self.counts = dict.fromkeys(("revised", "unchanged", "held", "put off", "failed"), 0)
        articles = Article.objects.filter(story__in=stories).exclude(url="")
        if not articles:
            raise CommandError("No article of this story has an address.")
        articles = _in_turn(articles.select_related("story", "outlet"))
        for article in tqdm(articles, unit=" articles", disable=None):
            self._refetch(article)

    def _refetch(self, article: Article) -> None:
        label = f"{article.outlet}: {article.headline}"
        try:
            row = refetch(article, made_by=self.user, way=Way.COMMAND, patience=LONGEST_PAUSE)
        except NotYet as not_yet:
            self._say("put off", f"{label}: {not_yet}")
            return
        if row.outcome == Refetch.Outcome.REVISED:
            revised(article.revisions.order_by("-number")[0])
        self._say(row.outcome, f"{label}: {row.said}" if row.said else label)

    def _named(self, model, field, value):
        if value is None:
            return None
        found = model.objects.filter(**{field: value}).first()
        if found is None:
            raise CommandError(f"There is no {model._meta.verbose_name} {value!r}.")
        return found

    def _import_file(self, file: Path, read: FileRead, story: str, bar) -> None:
        for problem in read.problems:
            self._say("problems", problem)
        bar.total += max(len(read.readings), 1) - 1
        came = kept(read.readings, uploaded_by=self.user)
        for (reading, original), proposed in zip(came, read.proposed, strict=True):
            self._import_reading(file, reading, original, proposed, story)
            bar.update()
        if not read.readings:
            bar.update()

    def _import_reading(
        self, file: Path, reading: Reading, original: Original, proposed: Proposed, story: str
    ) -> None:
        title = reading.details.story or story
        details = replace(proposed.details, outlet=proposed.details.outlet or self.outlet)
        label = f"{file}: {details.headline or reading.text.strip()[:60]!r}"
        try:
            imported = import_article(
                self._story(title),
                original=original,
                text=reading.text,
                dropped=set() if self.keep_all else None,
                details=details,
                way=Way.COMMAND,
                imported_by=self.user,
                proposals=proposed.lines,
            )
        except Doubtful as doubtful:
            self._hold(doubtful, reading, original, details.headline, label)
        except ImportRefused as refusal:
            self._say("problems", f"{label}: {refusal}")
        else:
            if not imported.created:
                self._say("already there", label)
            elif imported.revision.number == 1:
                self._say("imported", label)
            else:
                revised(imported.revision)
                self._say("revised", f"{label} (revision {imported.revision.number})")

    def _hold(self, doubtful, reading: Reading, original: Original, headline: str, label: str):
        """Let a text that may be none of its article wait for whoever is of the study."""
        hold(
            doubtful.article,
            original=original,
            text=reading.text,
            headline=headline,
            way=Way.COMMAND,
            because=str(doubtful),
            made_by=None,
        )
        self._say("held", f"{label}: {doubtful}")

    def _story(self, title: str) -> Story:
        """Return the story of that title: the study's, or else one that no study codes."""
        if title not in self.stories:
            known = Story.objects.filter(title=title)
            if self.study:
                story = known.filter(studies=self.study).first() or add_story(self.study, title)
            else:
                story = known.filter(studies=None).first() or open_story(title)
                self.stdout.write(f"No study codes the story {title!r} yet (see --study).")
            self.stories[title] = story
        return self.stories[title]

    def _say(self, what: str, line: str) -> None:
        self.counts[what] += 1
        with tqdm.external_write_mode():
            self.stdout.write(f"{what.removesuffix('s')}: {line}")


def _in_turn(articles: Iterable[Article]) -> list[Article]:
    """Return the first article of each site, then the second of each, and so on."""
    sites: dict[str, list[Article]] = defaultdict(list)
    for article in articles:
        sites[urlsplit(article.url).netloc].append(article)
    return [article for row in zip_longest(*sites.values()) for article in row if article]


def _files(paths: list[Path]) -> Iterator[Path]:
    """Yield the files, and those in the folders that we can read, sorted by name."""
    for path in paths:
        if path.is_dir():
            yield from (
                file
                for file in sorted(path.rglob("*"))
                if file.is_file() and file.suffix.lower() in SUFFIXES
            )
        else:
            yield path
