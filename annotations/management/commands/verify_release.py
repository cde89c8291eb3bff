"""Check a dataset release, by itself and against the database."""

from itertools import islice
from pathlib import Path

from django.core.management.base import BaseCommand, CommandError

from annotations.export.exporting import ExportMismatch
from annotations.export.release_differences import differences
from annotations.export.verifying import SHOWN, verify
from annotations.management.commands.make_release import study_called


class Command(BaseCommand):
    help = (
        "Check a dataset release: that it is as it was made, that its files fit each other, and "
        "with --study that the database says the same. Needs no database without --study. Ends "
        "with 1 and the first faults if there are any (docs/release.md)."
    )
    requires_system_checks = []

    def add_arguments(self, parser):
        parser.add_argument("file", type=Path)
        parser.add_argument("--study", metavar="KEY", help="compare with this study as it is now")

    def handle(self, *, file, study, **_options):
        try:
            with file.open("rb") as release:
                verdict = verify(release)
                for line in verdict.checked:
                    self.stdout.write(line)
                if verdict.count:
                    faults = verdict.faults
                    raise CommandError(_listed(faults, verdict.count, "is not sound", file))
                if study:
                    self._compare(release, verdict.manifest, study_called(study), file)
        except OSError as error:
            raise CommandError(f"Cannot read {file}: {error.strerror}") from error
        self.stdout.write(self.style.SUCCESS(f"{file} is sound."))

    def _compare(self, release, manifest, study, file):
        try:
            found = differences(release, manifest, study)
        except ExportMismatch as mismatch:
            raise CommandError(f"The database itself is not sound: {mismatch}") from mismatch
        lines = [line for one in found for line in one.lines()]
        if lines:
            first = list(islice(lines, SHOWN))
            said = f"is sound by itself, but the study {study.key} is another one now"
            raise CommandError(_listed(first, len(lines), said, file))
        self.stdout.write(f"The database says the same of the study {study.key}.")


def _listed(lines, count, said, file):
    rest = f"\n… and {count - len(lines):,} more" if count > len(lines) else ""
    return f"{file} {said}:\n" + "\n".join(lines) + rest
