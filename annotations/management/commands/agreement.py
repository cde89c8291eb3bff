"""Measure agreement without the database: JSON lines in, JSON out."""

import json
import sys
from contextlib import nullcontext
from pathlib import Path

from django.core.management.base import BaseCommand, CommandError
from tqdm import tqdm

from annotations.agreement.jsonl import read
from annotations.agreement.report import Wanted, report
from annotations.export.json_lines import BadLine
from annotations.measuring.agreeing import version


class Command(BaseCommand):
    help = (
        "Measure how far coders agree (docs/agreement.md). Reads one object a line: {unit, coder, "
        "code} if each unit gets one code, or {text, length, coder, start, end, code} for spans, "
        "offsets in code points; {text, length, coder} is a text that a coder left without a tag. "
        "A 'story' may be added to all lines: it is what the bootstrap resamples. Prints every "
        "measure with its 95 % interval, or why it is undefined, as JSON. The database is not used."
    )
    requires_system_checks = []

    def add_arguments(self, parser):
        parser.add_argument("--jsonl", required=True, metavar="IN", help="a file, or - for stdin")
        parser.add_argument("--out", type=Path, metavar="FILE", help="instead of standard output")
        parser.add_argument("--samples", type=int, default=1000, help="of the bootstrap (1000)")
        parser.add_argument("--seed", type=int, default=0, help="of the bootstrap (0)")
        parser.add_argument("--gamma", action="store_true", help="γ as well, which is slow")
        parser.add_argument("--no-parts", action="store_true", help="nothing by code and by pair")

    def handle(self, *, jsonl, out, samples, seed, gamma, no_parts, **_options):
        if not 0 <= samples <= 100_000 or seed < 0:
            raise CommandError("Give 0 to 100000 samples, and a seed of 0 or more.")
        try:
            with nullcontext(sys.stdin.buffer) if jsonl == "-" else Path(jsonl).open("rb") as lines:
                given = read(lines)
            wanted = Wanted(samples, seed, not no_parts, gamma, self._progress() if gamma else None)
            found = {"software": version()} | report(given, wanted)
            self._write(json.dumps(found, indent=2, allow_nan=False) + "\n", out)
        except BadLine as problem:
            raise CommandError(f"{problem} Nothing was written.") from problem
        except OSError as error:
            raise CommandError(f"Cannot use {error.filename or jsonl}: {error.strerror}") from error

    def _progress(self):
        """Return what shows how many texts γ has done, to who sits before a terminal."""
        bar = tqdm(unit=" texts", disable=None, leave=False)

        def show(done, total):
            bar.total = total
            bar.update(done - bar.n)

        return show

    def _write(self, text, out):
        """Write beside `out` and rename, so that `out` is at all times old or new, and whole."""
        if out is None:
            self.stdout.write(text, ending="")
            return
        unfinished = out.with_name(f".{out.name}.part")
        try:
            unfinished.write_text(text, encoding="utf-8")
            unfinished.replace(out)
        finally:
            unfinished.unlink(missing_ok=True)
