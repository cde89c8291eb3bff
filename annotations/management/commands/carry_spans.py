"""Carry spans of a text to a changed text, without the database: JSON lines in, JSON lines out."""

import json
import shutil
import sys
import tempfile
from contextlib import nullcontext
from dataclasses import asdict
from pathlib import Path

from django.core.management.base import BaseCommand, CommandError

from annotations.anchoring import OutsideText
from annotations.carrying import carry


class BadLine(ValueError):
    """A line is not what it has to be; the message says in what."""


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
            with nullcontext(sys.stdin.buffer) if jsonl == "-" else Path(jsonl).open("rb") as lines:
                count = to_standard_output(lines) if out == "-" else to_file(lines, Path(out))
        except BadLine as problem:
            raise CommandError(f"{problem} Nothing was written.") from problem
        except OSError as error:
            raise CommandError(f"Cannot use {error.filename}: {error.strerror}") from error
        self.stderr.write(f"{count:,} spans carried")


def to_file(lines, out):
    """Write beside `out` and rename, so that `out` is at all times old or new, and whole."""
    unfinished = out.with_name(f".{out.name}.part")
    try:
        with unfinished.open("wb") as file:
            count = carry_lines(lines, file)
        unfinished.replace(out)
    finally:
        unfinished.unlink(missing_ok=True)
    return count


def to_standard_output(lines):
    with tempfile.TemporaryFile() as file:
        count = carry_lines(lines, file)
        file.seek(0)
        shutil.copyfileobj(file, sys.stdout.buffer)
    sys.stdout.buffer.flush()
    return count


def carry_lines(lines, file):
    """Write the carries of each line, and return how many there are. Raises BadLine."""
    count = 0
    for number, line in enumerate(lines, 1):
        if line.strip():
            try:
                carried = carried_line(line.removeprefix(b"\xef\xbb\xbf"))
            except (BadLine, OutsideText) as problem:
                raise BadLine(f"Line {number}: {problem}") from problem
            count += len(carried["spans"])
            file.write(json.dumps(carried).encode() + b"\n")
    return count


def carried_line(line):
    """Return what is written for a line. Raises BadLine or OutsideText."""
    try:
        asked = json.loads(line)
    except ValueError as error:
        raise BadLine(f"this is no JSON in UTF-8 ({error}).") from error
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


def fields(value, kinds):
    """Return `value`, an object that has these fields of these kinds. Raises BadLine."""
    if not isinstance(value, dict):
        raise BadLine(f"{json.dumps(value)[:40]} is no object with {', '.join(kinds)}.")
    for name, kind in kinds.items():
        if name not in value:
            raise BadLine(f"{name!r} is missing.")
        if not isinstance(value[name], kind) or isinstance(value[name], bool):
            kind_name = {str: "a string", list: "a list", int: "a whole number"}.get(kind, "an id")
            raise BadLine(f"{name!r} is not {kind_name}.")
    return value
