"""Write a study's dataset release to a file."""

import hashlib
from pathlib import Path

from django.core.management.base import BaseCommand, CommandError
from tqdm import tqdm

from annotations.export.exporting import ExportMismatch
from annotations.export.release_files import rows_to_write, write_release
from annotations.models import Study


class Command(BaseCommand):
    help = (
        "Write a study's dataset release: a .zip of all tables, with a README and a manifest "
        "(docs/release.md). The same data give the same bytes. Whether the articles' texts are in "
        "it, the study's settings say. The file appears once all of it was checked."
    )

    def add_arguments(self, parser):
        parser.add_argument("--study", required=True, metavar="KEY")
        parser.add_argument("--out", type=Path, required=True, metavar="FILE")
        parser.add_argument(
            "--usernames",
            action="store_true",
            help="name people by their usernames, not as coder-1, coder-2 and so on",
        )

    def handle(self, *, study, out, usernames, **_options):
        chosen = study_called(study)
        unfinished = out.with_name(f".{out.name}.part")
        try:
            with unfinished.open("w+b") as file, tqdm(unit=" rows", disable=None) as bar:
                bar.total = rows_to_write(chosen)
                write_release(
                    chosen,
                    file,
                    with_texts=chosen.texts_released,
                    pseudonyms=not usernames,
                    note=lambda rows, _said: bar.update(rows - bar.n),
                )
                file.seek(0)
                digest = hashlib.file_digest(file, "sha256").hexdigest()
            unfinished.replace(out)
        except ExportMismatch as mismatch:
            raise CommandError(str(mismatch)) from mismatch
        except OSError as error:
            raise CommandError(f"Cannot write {out}: {error.strerror}") from error
        finally:
            unfinished.unlink(missing_ok=True)
        texts = "with texts" if chosen.texts_released else "without texts"
        self.stdout.write(f"{digest}  {out}")
        self.stderr.write(f"{out.stat().st_size:,} bytes, {texts}")


def study_called(key):
    """Return the study; raises CommandError that lists those that there are."""
    if study := Study.objects.filter(key=key).first():
        return study
    keys = ", ".join(Study.objects.order_by("key").values_list("key", flat=True))
    raise CommandError(f"There is no study {key!r}. There are: {keys or 'none yet'}.")
