"""Read the files of a .zip in memory, and refuse what would harm us."""

import lzma
import zipfile
import zlib
from collections.abc import Iterator
from io import BytesIO
from pathlib import PurePosixPath

MAX_MEMBERS = 2000
MAX_TOTAL_BYTES = 64 * 1024 * 1024
MAX_RATIO = 200  # text packs ten to one, markup and tables thirty to one; bombs a thousand to one
_CHUNK = 64 * 1024
_DAMAGE = (
    *(zipfile.BadZipFile, NotImplementedError, RuntimeError),
    *(EOFError, OSError, ValueError, zlib.error, lzma.LZMAError),
)
_RATIO_FROM = 1024 * 1024  # bytes: a small file may well be one letter repeated


class BadArchive(Exception):
    """Nothing of the archive is used; the message says why."""


def members(data: bytes, *, limit: int) -> Iterator[tuple[str, bytes | str]]:
    """Yield the name of each file in the archive with its bytes, or with what is wrong with it.

    Nothing is written to disk, so a name is only a name. What a file unpacks to is counted
    while it is unpacked: the sizes that an archive declares may be lies. `limit` is the most
    bytes a file may have. Raises BadArchive for what is no archive and for zip bombs.
    """
    try:
        archive = zipfile.ZipFile(BytesIO(data))
    except (zipfile.BadZipFile, NotImplementedError, ValueError, OSError):
        raise BadArchive("This is not a zip archive, or it is damaged. Pack it again.") from None
    entries = [entry for entry in archive.infolist() if not _is_furniture(entry)]
    if len(entries) > MAX_MEMBERS:
        raise BadArchive(
            f"The archive holds {len(entries)} files; the limit is {MAX_MEMBERS}. Split it."
        )
    total = 0
    for entry in entries:
        problem = _problem(entry)
        content = problem or _unpacked(archive, entry, limit, MAX_TOTAL_BYTES - total)
        total += 0 if isinstance(content, str) else len(content)
        yield entry.filename, content


def _is_furniture(entry: zipfile.ZipInfo) -> bool:
    """Tell folders, and what macOS and hidden files add to an archive."""
    parts = PurePosixPath(entry.filename).parts
    return entry.is_dir() or any(
        part == "__MACOSX" or (part.startswith(".") and part != "..") for part in parts
    )


def _problem(entry: zipfile.ZipInfo) -> str:
    parts = PurePosixPath(entry.filename.replace("\\", "/")).parts
    if ".." in parts or entry.filename.startswith(("/", "\\")) or entry.filename[1:2] == ":":
        return "its name leads out of the archive; left out."
    if entry.flag_bits & 0x1:
        return "it is encrypted; left out. Pack it again without a password."
    if entry.filename.lower().endswith(".zip"):
        return "an archive inside an archive is not read; left out. Unpack it first."
    return ""


def _unpacked(
    archive: zipfile.ZipFile, entry: zipfile.ZipInfo, limit: int, left: int
) -> bytes | str:
    content = bytearray()
    try:
        with archive.open(entry) as file:
            while chunk := file.read(_CHUNK):
                content += chunk
                ratio = len(content) / max(entry.compress_size, 1)
                if len(content) > left or (len(content) > _RATIO_FROM and ratio > MAX_RATIO):
                    raise BadArchive(
                        "The archive unpacks to far more than it should and was refused. "
                        f"All files together may have {MAX_TOTAL_BYTES // 1024 // 1024} MB."
                    )
                if len(content) > limit:
                    return f"it has more than {limit // 1024 // 1024} MB; left out."
    except _DAMAGE:
        return "it is damaged or packed in a way that we do not read; left out."
    return bytes(content)
