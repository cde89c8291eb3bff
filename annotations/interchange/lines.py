"""The lines of a file that may be huge, wrongly encoded, or one endless line."""

import codecs
import io
from collections.abc import Iterator
from typing import BinaryIO

MAX_LINE = 16 * 1024 * 1024  # bytes: the longest article that we take


def lines(file: BinaryIO) -> Iterator[str | None]:
    """Yield each line with its end, without a byte order mark; None for one that is too long.

    UTF-8, or UTF-16 with a byte order mark. Bytes that are neither come as lone surrogates, by
    which `annotations.interchange.rows` refuses what holds them, and nothing else.
    """
    file.seek(0)
    mark = file.read(len(codecs.BOM_UTF16_LE))
    file.seek(0)
    if mark in {codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE}:
        yield from _sixteen_bit_lines(file)
        return
    is_first = True
    while line := file.readline(MAX_LINE):
        if is_first:
            line = line.removeprefix(codecs.BOM_UTF8)
            is_first = False
        if len(line) == MAX_LINE and not line.endswith(b"\n"):
            while len(rest := file.readline(MAX_LINE)) == MAX_LINE and not rest.endswith(b"\n"):
                pass
            yield None
            continue
        try:
            yield line.decode()
        except UnicodeDecodeError:
            yield line.decode(errors="surrogateescape")


def _sixteen_bit_lines(file: BinaryIO) -> Iterator[str | None]:
    text = io.TextIOWrapper(file, "utf-16", errors="replace", newline="\n")
    try:
        while line := text.readline(MAX_LINE):
            if line.endswith("\n") or len(line) < MAX_LINE:
                yield line
                continue
            while len(rest := text.readline(MAX_LINE)) == MAX_LINE and not rest.endswith("\n"):
                pass
            yield None
    finally:
        text.detach()  # else the file would be closed with it
