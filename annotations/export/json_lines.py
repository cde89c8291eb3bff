"""Read and write files of one JSON object a line, so that what is written is whole or not there."""

import json
import shutil
import sys
import tempfile
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import IO, Any

KINDS = {str: "a string", list: "a list", int: "a whole number"}

# Reads the lines of one file, which may be read again, and writes another; returns a count.
Work = Callable[[IO[bytes], IO[bytes]], int]


class BadLine(ValueError):
    """A line is not what it has to be; the message says in what."""


def rewrite(source: str, out: str, work: Work) -> int:
    """Have `work` read `source` and write `out`, of which - are the standard streams."""
    if source == "-":
        with tempfile.TemporaryFile() as lines:
            shutil.copyfileobj(sys.stdin.buffer, lines)
            lines.seek(0)
            return _written(lines, out, work)
    with Path(source).open("rb") as lines:
        return _written(lines, out, work)


def _written(lines: IO[bytes], out: str, work: Work) -> int:
    return _to_standard_output(lines, work) if out == "-" else _to_file(lines, Path(out), work)


def _to_file(lines: IO[bytes], out: Path, work: Work) -> int:
    """Write beside `out` and rename, so that `out` is at all times old or new, and whole."""
    unfinished = out.with_name(f".{out.name}.part")
    try:
        with unfinished.open("wb") as file:
            count = work(lines, file)
        unfinished.replace(out)
    finally:
        unfinished.unlink(missing_ok=True)
    return count


def _to_standard_output(lines: IO[bytes], work: Work) -> int:
    with tempfile.TemporaryFile() as file:
        count = work(lines, file)
        file.seek(0)
        shutil.copyfileobj(file, sys.stdout.buffer)
    sys.stdout.buffer.flush()
    return count


def parsed(line: bytes) -> Any:
    """Return what a line says, which may begin with a byte order mark. Raises BadLine."""
    try:
        return json.loads(line.removeprefix(b"\xef\xbb\xbf"))
    except (ValueError, RecursionError) as error:
        raise BadLine(f"this is no JSON in UTF-8 ({error}).") from error


def fields(value: Any, kinds: Mapping[str, type]) -> dict[str, Any]:
    """Return `value`, an object that has these fields of these kinds. Raises BadLine."""
    if not isinstance(value, dict):
        raise BadLine(f"{json.dumps(value)[:40]} is no object with {', '.join(kinds)}.")
    for name, kind in kinds.items():
        if name not in value:
            raise BadLine(f"{name!r} is missing.")
        if not isinstance(value[name], kind) or isinstance(value[name], bool):
            raise BadLine(f"{name!r} is not {KINDS.get(kind, 'an id')}.")
    return value
