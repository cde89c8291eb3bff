"""Carry spans of a text to a changed text, without the database: JSON lines in, JSON lines out."""

import json
from dataclasses import asdict

from django.core.management.base import BaseCommand, CommandError

from annotations.export.json_lines import BadLine, fields, parsed, rewrite
from annotations.revisions.carrying import carry
from annotations.texts.anchoring import OutsideText


class Command(BaseCommand):
    help = (
        "Carry spans to a changed text (docs/carries.md). Reads one object a line, {id, old, new, "
        "spans: [{id, start, end}]}, and writes {id, spans: [{id, outcome, start, end, score}]}. "
        "Places are code points, half-open. Nothing is left half-written: OUT appears when the "
        "last line is carried. The database is not used."
    )
    requires_system_checks = []

    def add_arguments(self, parser):
        parser.add_argument("--jsonl", required=True, metavar="IN", help="a file, or - for stdin")
        parser.add_argument("--out", required=True, metavar="OUT", help="a file, or - for stdout")

    def handle(self, *, jsonl, out, **_options):
        try:
            count = rewrite(jsonl, out, carry_lines)
        except BadLine as problem:
            raise CommandError(f"{problem} Nothing was written.") from problem
        except OSError as error:
            raise CommandError(f"Cannot use {error.filename}: {error.strerror}") from error
        self.stderr.write(f"{count:,} spans carried")


def carry_lines(lines, file):
    """Write the carries of each line, and return how many there are. Raises BadLine."""
    count = 0
    for number, line in enumerate(lines, 1):
        if line.strip():
            try:
                carried = carried_line(line)
            except (BadLine, OutsideText) as problem:
                raise BadLine(f"Line {number}: {problem}") from problem
            count += len(carried["spans"])
            file.write(json.dumps(carried).encode() + b"\n")
    return count


def carried_line(line):
    """Return what is written for a line. Raises BadLine or OutsideText."""
    asked = parsed(line)
    of_line = fields(asked, {"id": object, "old": str, "new": str, "spans": list})
    spans = [fields(span, {"id": object, "start": int, "end": int}) for span in of_line["spans"]]
    places = [(span["start"], span["end"]) for span in spans]
    carries = carry(of_line["old"], of_line["new"], places)
    return {
        "id": of_line["id"],
        "spans": [
            {"id": span["id"]} | asdict(carried)
            for span, carried in zip(spans, carries, strict=True)
        ],
    }
