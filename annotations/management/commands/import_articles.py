"""Import articles from files and folders."""

from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

from django.contrib.auth import get_user_model
from django.core.management.base import BaseCommand, CommandError
from tqdm import tqdm

from annotations.founding import add_story
from annotations.models import Study
from sources.importing import (
    ImportRefused,
    import_article,
    kept,
    open_story,
    proposed_details,
)
from sources.models import Original, Story
from sources.reading import SUFFIXES, Reading, UnreadableUpload, read_upload

MAX_FILE_BYTES = 256 * 1024 * 1024  # whoever may run commands here may fill the disk anyway


class Command(BaseCommand):
    help = (
        "Import articles from .txt, .html, .csv, .jsonl and .zip files and folders of them. "
        "What is there already is left alone, so a run that was broken off can be repeated. "
        "Exits with 1 if anything could not be imported."
    )

    def add_arguments(self, parser):
        parser.add_argument("paths", nargs="+", type=Path, metavar="PATH")
        parser.add_argument("--story", required=True, help="title of the story; new if unknown")
        parser.add_argument("--study", metavar="KEY", help="the study that codes the story")
        parser.add_argument("--user", metavar="NAME", help="who imports")
        parser.add_argument("--outlet", default="", help="for articles that name no outlet")
        parser.add_argument(
            "--keep-all", action="store_true", help="drop no lines, whatever cleaning proposes"
        )

    def handle(self, *, paths, story, study, user, outlet, keep_all, **_options):
        self.study = self._named(Study, "key", study)
        self.user = self._named(get_user_model(), "username", user)
        self.outlet, self.keep_all = outlet, keep_all
        self.stories: dict[str, Story] = {}
        self.counts = {"imported": 0, "already there": 0, "problems": 0}
        missing = [str(path) for path in paths if not path.exists()]
        if missing:
            raise CommandError(f"No such file or folder: {', '.join(missing)}")
        files = list(_files(paths))
        if not files:
            raise CommandError(f"No file to import. We read {', '.join(sorted(SUFFIXES))}.")
        with tqdm(total=len(files), unit=" articles", disable=None) as bar:
            for file in files:
                self._import_file(file, story, bar)
        self.stdout.write(", ".join(f"{count} {what}" for what, count in self.counts.items()))
        if self.counts["problems"]:
            raise SystemExit(1)

    def _named(self, model, field, value):
        if value is None:
            return None
        found = model.objects.filter(**{field: value}).first()
        if found is None:
            raise CommandError(f"There is no {model._meta.verbose_name} {value!r}.")
        return found

    def _import_file(self, file: Path, story: str, bar) -> None:
        try:
            upload = read_upload(file.name, file.read_bytes(), limit=MAX_FILE_BYTES)
        except (UnreadableUpload, OSError) as error:
            self._say("problems", f"{file}: {error}")
            bar.update()
            return
        for problem in upload.problems:
            self._say("problems", f"{file.parent / problem}")
        bar.total += len(upload.readings) - 1
        for reading, original in kept(upload.readings, uploaded_by=self.user):
            self._import_reading(file, reading, original, reading.details.story or story)
            bar.update()

    def _import_reading(self, file: Path, reading: Reading, original: Original, title: str) -> None:
        details = proposed_details(reading)
        details = replace(details, outlet=details.outlet or self.outlet)
        label = f"{file}: {details.headline or reading.text.strip()[:60]!r}"
        try:
            imported = import_article(
                self._story(title),
                original=original,
                text=reading.text,
                dropped=set() if self.keep_all else None,
                details=details,
                imported_by=self.user,
            )
        except ImportRefused as refusal:
            self._say("problems", f"{label}: {refusal}")
            return
        self._say("imported" if imported.created else "already there", label)

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
