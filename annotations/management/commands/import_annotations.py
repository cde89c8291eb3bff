"""Import annotations, and articles if the study lacks them, from files of many formats."""

import csv
import os
import shutil
import sys
import tempfile
from contextlib import ExitStack, contextmanager
from pathlib import Path

from django.contrib.auth import get_user_model
from django.core.management.base import BaseCommand, CommandError
from tqdm import tqdm

from annotations.intake.decisions import Decisions, Outcome
from annotations.intake.importing import import_records
from annotations.intake.intakes import REJECT_COLUMNS, Rejects, begin, finish, reject_row, running
from annotations.interchange.formats import FORMATS, recognise
from annotations.interchange.records import Unreadable
from annotations.models import Role, Study

READABLE = sorted(key for key, format in FORMATS.items() if format.read)
SHOWN = 20  # rejects and unknown names that are printed; --rejects has all


class Command(BaseCommand):
    help = (
        "Import annotations into a study from CSV, JSON lines, releases, W3C Web Annotation, UIMA "
        "CAS XMI, WebAnno TSV, brat, Label Studio and doccano (docs/import-annotations.md). What "
        "is there already is left alone, so an import that was broken off can be repeated. Exits "
        "with 1 if anything was rejected."
    )

    def add_arguments(self, parser):
        parser.add_argument("files", nargs="+", metavar="FILE", help="- is standard input")
        parser.add_argument("--study", required=True, metavar="KEY")
        parser.add_argument(
            "--format", choices=READABLE, help="instead of what the file looks like"
        )
        parser.add_argument("--story", default="", metavar="TITLE", help="of new articles")
        parser.add_argument("--outlet", default="", metavar="NAME", help="of new articles")
        parser.add_argument("--annotator", default="", metavar="NAME", help="whose all tags are")
        parser.add_argument(
            "--annotators",
            nargs="+",
            default=[],
            action="extend",
            metavar="OLD=NEW",
            help="whom a name in the file means; OLD= leaves theirs out, =NEW is of tags of nobody",
        )
        parser.add_argument(
            "--create-annotators",
            action="store_true",
            help="make a reviewer, who cannot log in, of each name that nobody has",
        )
        parser.add_argument(
            "--code",
            nargs="+",
            default=[],
            action="extend",
            metavar="OLD=NEW",
            help="which code a label in the file means; OLD= leaves it out",
        )
        parser.add_argument(
            "--codes", type=Path, metavar="FILE", help="the same as CSV: label and key, no heading"
        )
        parser.add_argument(
            "--rejects", type=Path, metavar="FILE", help="write what is rejected, and why, as CSV"
        )
        parser.add_argument(
            "--dry-run", action="store_true", help="say what would happen, and write nothing"
        )
        parser.add_argument("--user", metavar="NAME", help="who imports: an owner of the study")

    def handle(self, *, files, study, user, rejects, dry_run, **options):
        self.study = _study(study)
        self.user = _owner(self.study, user)
        self.decisions = _decisions(options)
        self.format = FORMATS[options["format"]] if options["format"] else None
        self.dry_run, self.printed = dry_run, 0
        total = Outcome()
        with _rejects_file(rejects) as self.rejects:
            for name in files:
                total.add(self._import(name))
        if len(files) > 1:
            self.stdout.write("together:")
            self._tell(total)
        if total.rejected:
            raise SystemExit(1)

    def _import(self, name: str) -> Outcome:
        """Import one file, and say what became of it."""
        with _opened(name) as file, ExitStack() as stack:
            try:
                format = self.format or recognise(file, name)
                if format.read is None:
                    raise Unreadable(f"We write {format.title}, but do not read it.")
                file.seek(0)
                bar = stack.enter_context(tqdm(unit=" records", disable=None))
                outcome = self._records(format, file, name, bar)
            except Unreadable as error:
                raise CommandError(f"{name}: {error}") from error
            except KeyboardInterrupt:
                self.stderr.write(f"{name}: broken off. Run the same again to go on.")
                raise SystemExit(130) from None
        self.stdout.write(f"{name}: {format.title}, {'dry run' if self.dry_run else 'imported'}")
        self._tell(outcome)
        return outcome

    def _records(self, format, file, name: str, bar) -> Outcome:
        kept = Rejects()

        def reject(one):
            kept.add(one)
            self._reject(one)

        given = {"study": self.study, "made_by": self.user, "decisions": self.decisions}
        if self.dry_run:
            return import_records(
                format.read(file), **given, dry_run=True, progress=_progress(bar), reject=reject
            )
        intake = begin(
            self.study,
            filename=Path(name).name,
            format=format.key,
            decisions=self.decisions,
            made_by=self.user,
        )
        with running(intake) as note:
            outcome = import_records(
                format.read(file),
                **given,
                id=intake.pk,
                progress=_progress(bar, note),
                reject=reject,
            )
            finish(intake, outcome, kept)
        return outcome

    def _reject(self, one) -> None:
        if self.rejects:
            self.rejects.writerow(reject_row(one))
        self.printed += 1
        if self.printed <= SHOWN:
            with tqdm.external_write_mode():
                self.stdout.write(f"  rejected: {one.place}: {one.reason}")
        elif self.printed == SHOWN + 1:
            with tqdm.external_write_mode():
                self.stdout.write("  … --rejects FILE has them all")

    def _tell(self, outcome: Outcome) -> None:
        """Print the numbers, and the names for which nobody said what they stand for."""
        would = " (would be)" if self.dry_run else ""
        for what, count in (
            (f"annotations imported{would}", outcome.imported),
            ("already there", outcome.already_there),
            ("removed here, and left so", outcome.removed_here),
            (f"articles made{would}", outcome.articles_made),
            ("found again by their words", outcome.reanchored),
            *((f"offsets converted from {unit}", n) for unit, n in outcome.converted.items()),
            ("rulings of moderators left behind", outcome.rulings),
            ("rejected", outcome.rejected),
        ):
            if count or what.startswith("annotations"):
                self.stdout.write(f"  {count:,} {what}")
        if outcome.people_made:
            self.stdout.write(f"  reviewers made{would}: {', '.join(outcome.people_made)}")
        for what, names in (
            ("codes", outcome.unknown_codes),
            ("annotators", outcome.unknown_annotators),
            ("articles", outcome.unknown_articles),
        ):
            if names:
                listed = ", ".join(f"“{name}” ({n:,})" for name, n in names.most_common(SHOWN))
                self.stdout.write(f"  unknown {what}: {listed}")


def _progress(bar, note=None):
    def progress(outcome: Outcome) -> None:
        bar.update(outcome.read - bar.n)
        if note:
            note(outcome)

    return progress


def _study(key: str) -> Study:
    if study := Study.objects.select_related("codebook").filter(key=key).first():
        return study
    keys = ", ".join(Study.objects.order_by("key").values_list("key", flat=True))
    raise CommandError(f"There is no study {key!r}. There are: {keys or 'none yet'}.")


def _owner(study: Study, name: str | None):
    """Return who imports: the owner of that name, an administrator, or the only owner."""
    owners = [
        member.user
        for member in study.memberships.filter(role=Role.OWNER)
        .select_related("user")
        .order_by("pk")
    ]
    if name is None:
        if len(owners) == 1:
            return owners[0]
        named = ", ".join(owner.username for owner in owners)
        raise CommandError(f"Say who imports (--user). Owners are: {named or 'none'}.")
    user = get_user_model().objects.filter(username=name).first()
    if user is None or not (user.is_superuser or user in owners):
        raise CommandError(f"{name!r} is no owner of the study.")
    return user


def _decisions(options) -> Decisions:
    codes = {}
    if options["codes"]:
        try:
            with options["codes"].open(newline="", encoding="utf-8-sig") as file:
                rows = [row for row in csv.reader(file) if any(row)]
        except (OSError, UnicodeDecodeError, csv.Error) as error:
            raise CommandError(f"{options['codes']}: {error}") from error
        if bad := [row for row in rows if len(row) != 2]:
            raise CommandError(f"{options['codes']}: not a label and a key: {','.join(bad[0])}")
        codes = {label: key.strip() for label, key in rows}
    return Decisions(
        codes=codes | _pairs(options["code"]),
        annotators=_pairs(options["annotators"]),
        annotator=options["annotator"],
        create_annotators=options["create_annotators"],
        story=options["story"],
        outlet=options["outlet"],
    )


def _pairs(said: list[str]) -> dict[str, str]:
    """Return OLD=NEW as pairs; the last sign of equality parts them, as a label may hold some."""
    if bad := [each for each in said if "=" not in each]:
        raise CommandError(f"Write OLD=NEW, not {bad[0]!r}.")
    return {old: new for old, _, new in (each.rpartition("=") for each in said)}


@contextmanager
def _opened(name: str):
    """Open a file that can be read twice; standard input is kept in one until then."""
    if name == "-":
        with tempfile.TemporaryFile() as file:
            shutil.copyfileobj(sys.stdin.buffer, file)
            file.seek(0)
            yield file
        return
    try:
        file = Path(name).open("rb")  # noqa: SIM115 - closed below
    except OSError as error:
        raise CommandError(f"{name}: {os.strerror(error.errno)}") from error
    with file:
        yield file


@contextmanager
def _rejects_file(path: Path | None):
    """Yield a writer of the rejects, None if nobody wants them."""
    if path is None:
        yield None
        return
    try:
        file = path.open("w", newline="", encoding="utf-8")
    except OSError as error:
        raise CommandError(f"Cannot write {path}: {error.strerror}") from error
    with file:
        writer = csv.writer(file)
        writer.writerow(REJECT_COLUMNS)
        yield writer
