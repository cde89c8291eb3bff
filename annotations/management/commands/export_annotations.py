"""Export a study's annotations, gold layer, rulings or facts: as CSV, or for other tools."""

import functools
import shutil
import sys
import tempfile
from pathlib import Path

from django.core.management.base import BaseCommand, CommandError
from tqdm import tqdm

from annotations.export.documents import export_as
from annotations.export.exporting import (
    ExportMismatch,
    export_annotations,
    export_facts,
    export_gold,
    export_rulings,
)
from annotations.interchange.formats import FORMATS, outgoing
from annotations.models import Annotation, Fact, GoldTag, Role, Study
from annotations.rulings.gold import gold_for, rulings_for


class Command(BaseCommand):
    help = (
        "Export a study's annotations, its gold layer, the rulings that made it, or its facts, as "
        "CSV (docs/export.md), or its annotations in the format of another tool (docs/formats.md). "
        "Nothing is left half-written: the file appears once every row was checked against its "
        "text."
    )

    def add_arguments(self, parser):
        parser.add_argument("--study", required=True, metavar="KEY")
        parser.add_argument("--out", type=Path, metavar="FILE", help="instead of standard output")
        instead = parser.add_mutually_exclusive_group()
        instead.add_argument("--gold", action="store_true", help="the gold layer")
        instead.add_argument("--rulings", action="store_true", help="the rulings on cards")
        instead.add_argument("--facts", action="store_true", help="the facts, not the annotations")
        instead.add_argument(
            "--format",
            choices=["csv", *(kind.key for kind in outgoing())],
            default="csv",
            help="of the annotations; CSV if it is left out",
        )
        parser.add_argument(
            "--lossless",
            action="store_true",
            help="leave cells as they are that a spreadsheet would run as formulas",
        )

    def handle(self, *, study, out, gold, rulings, facts, format, lossless, **_options):
        study = _study(study)
        chosen, self.write = _chosen(study, gold=gold, rulings=rulings, facts=facts)
        if format != "csv":
            self.write = functools.partial(_write_as, format, study)
        self.lossless = lossless
        try:
            count = self._to_file(chosen, out) if out else self._to_standard_output(chosen)
        except ExportMismatch as mismatch:
            raise CommandError(f"{mismatch} Nothing was exported.") from mismatch
        except OSError as error:
            raise CommandError(f"Cannot write {out}: {error.strerror}") from error
        form = "lossless" if lossless else "safe"
        what = f"rows, {form} form" if format == "csv" else f"annotations, {FORMATS[format].title}"
        self.stderr.write(f"{count:,} {what}, to {out or 'standard output'}")

    def _to_file(self, chosen, out):
        """Write beside `out` and rename, so that `out` is at all times old or new, and whole."""
        unfinished = out.with_name(f".{out.name}.part")
        try:
            with unfinished.open("w+b") as file:
                count = self._write(chosen, file)
            unfinished.replace(out)
        finally:
            unfinished.unlink(missing_ok=True)
        return count

    def _to_standard_output(self, chosen):
        with tempfile.TemporaryFile() as file:
            count = self._write(chosen, file)
            file.seek(0)
            shutil.copyfileobj(file, sys.stdout.buffer)
        sys.stdout.buffer.flush()
        return count

    def _write(self, chosen, file):
        # A fact and a ruling have several rows each, so their number is not known beforehand.
        total = chosen.count() if chosen.model in (Annotation, GoldTag) else None
        with tqdm(total=total, unit=" rows", disable=None) as bar:
            return self.write(
                chosen,
                file,
                lossless=self.lossless,
                progress=lambda rows: bar.update(rows - bar.n),
            )


def _write_as(format, study, chosen, file, *, lossless, progress):
    """Write the annotations in the format of another tool, which has no cells to make safe."""
    if lossless:
        raise CommandError("--lossless is a form of CSV. Leave it out with --format.")
    return export_as(format, study, chosen, file, progress=progress)


def _study(key):
    if study := Study.objects.filter(key=key).first():
        return study
    keys = ", ".join(Study.objects.order_by("key").values_list("key", flat=True))
    raise CommandError(f"There is no study {key!r}. There are: {keys or 'none yet'}.")


def _chosen(study, *, gold, rulings, facts):
    """Return what to export and what writes it; whoever runs a command sees the study whole."""
    if gold:
        return gold_for(study, Role.OWNER), export_gold
    if rulings:
        return rulings_for(study, Role.OWNER), export_rulings
    if facts:
        return Fact.objects.filter(study=study), export_facts
    return Annotation.objects.in_study(study).standing(), export_annotations
