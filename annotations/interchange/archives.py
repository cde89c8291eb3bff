"""Read a .zip that somebody sent without being harmed, and write one that is always the same.

Nothing is unpacked under a name: a name is only a name. What a file unpacks to is counted while it
is unpacked, since the sizes that an archive declares may be lies.
"""

import io
import stat
import struct
import zipfile
import zlib
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import PurePosixPath
from tempfile import SpooledTemporaryFile
from types import TracebackType
from typing import BinaryIO, cast

from annotations.interchange.records import Unreadable

MAX_MEMBERS = 200_000
MAX_TOTAL_BYTES = 4 * 1024**3
MAX_RATIO = 200  # text packs ten to one, markup and tables thirty to one; bombs a thousand to one
RATIO_FROM = 1024 * 1024  # bytes: a small file may well be one letter repeated
IN_MEMORY = 4 * 1024 * 1024  # bytes of a member; a longer one waits on disk
CHUNK = 64 * 1024
SIGNATURE = b"PK\x03\x04"
# Both unpack in steps of a size that we choose; others may give gigabytes for one step.
METHODS = {zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED}
DAMAGE = (
    *(zipfile.BadZipFile, NotImplementedError, RuntimeError, EOFError, OSError),
    *(zlib.error, struct.error),
)
ENCRYPTED = 0x1
FIRST_DAY = (1980, 1, 1, 0, 0, 0)  # of a zip's calendar
UNIX = 3
PLAIN_FILE = (stat.S_IFREG | 0o644) << 16


def members(
    file: BinaryIO,
    *,
    wanted: Callable[[str], bool] | None = None,
    zips: bool = False,
) -> Iterator[tuple[str, BinaryIO]]:
    """Yield each file in the archive: its name, with forward slashes, and its unpacked bytes.

    The bytes can be read again until the next member is asked for. Folders and hidden files are
    passed over, and so is what `wanted` does not want: it is not unpacked. `zips`: a zip in the
    zip is yielded as it is. Raises Unreadable before the first member for an archive with names
    that lead out of it or come twice, links, passwords or too many files; and at a member that is
    damaged, or that unpacks to far more than text does.
    """
    left = MAX_TOTAL_BYTES
    with _opened(file) as archive:
        for name, entry in _entries(archive).items():
            if wanted and not wanted(name):
                continue
            with SpooledTemporaryFile(max_size=IN_MEMORY) as unpacked:
                left -= _unpack(archive, entry, unpacked, left)
                unpacked.seek(0)
                if not zips and unpacked.read(len(SIGNATURE)) == SIGNATURE:
                    raise Unreadable(f"{name} is an archive in the archive. Unpack it first.")
                unpacked.seek(0)
                yield name, cast("BinaryIO", unpacked)


def names_in(file: BinaryIO) -> list[str]:
    """Return the names that `members` would yield, without unpacking. Raises Unreadable."""
    with _opened(file) as archive:
        return list(_entries(archive))


def is_archive(file: BinaryIO) -> bool:
    """Tell a zip by its first bytes, and leave the file at its beginning."""
    file.seek(0)
    first = file.read(len(SIGNATURE))
    file.seek(0)
    return first in {SIGNATURE, b"PK\x05\x06"}  # the second: an archive of nothing


@contextmanager
def _opened(file: BinaryIO) -> Iterator[zipfile.ZipFile]:
    file.seek(0)
    try:
        archive = zipfile.ZipFile(file)
    except (*DAMAGE, ValueError):
        raise Unreadable("This is not a zip archive, or it is damaged. Pack it again.") from None
    with archive:
        yield archive


def _entries(archive: zipfile.ZipFile) -> dict[str, zipfile.ZipInfo]:
    """Return what is to be read by its name. Raises Unreadable, saying what is wrong with it."""
    listed = archive.infolist()
    if len(listed) > MAX_MEMBERS:
        raise Unreadable(f"The archive holds {len(listed):,} files; the limit is {MAX_MEMBERS:,}.")
    entries: dict[str, zipfile.ZipInfo] = {}
    for entry in listed:
        name = _name(entry)
        if entry.is_dir() or _is_furniture(name):
            continue
        if name in entries:
            raise Unreadable(f"The archive holds {name} twice. Pack it again.")
        if stat.S_ISLNK(entry.external_attr >> 16):
            raise Unreadable(f"{name} is a link, not a file. Pack the file itself.")
        if entry.flag_bits & ENCRYPTED:
            raise Unreadable(f"{name} is encrypted. Pack it again without a password.")
        if entry.compress_type not in METHODS:
            raise Unreadable(f"{name} is packed in a rare way. Pack it again as an ordinary zip.")
        entries[name] = entry
    return entries


def _name(entry: zipfile.ZipInfo) -> str:
    name = entry.filename.replace("\\", "/")
    path = PurePosixPath(name)
    drive = len(name) > 1 and name[1] == ":"
    if not path.parts or path.is_absolute() or drive or ".." in path.parts:
        raise Unreadable(f"The name {entry.filename[:100]!r} leads out of the archive. Refused.")
    if not name.isprintable():
        raise Unreadable(f"The name {entry.filename[:100]!r} holds control characters. Refused.")
    return str(path)


def _is_furniture(name: str) -> bool:
    """Tell hidden files and what macOS adds to an archive."""
    return any(part == "__MACOSX" or part.startswith(".") for part in PurePosixPath(name).parts)


def _unpack(
    archive: zipfile.ZipFile, entry: zipfile.ZipInfo, to: SpooledTemporaryFile[bytes], left: int
) -> int:
    """Unpack a member and return its size, of which `left` bytes may be. Raises Unreadable."""
    size = 0
    try:
        with archive.open(entry) as packed:
            while chunk := packed.read(CHUNK):
                size += len(chunk)
                swells = size > RATIO_FROM and size > MAX_RATIO * max(entry.compress_size, 1)
                if swells or size > left:
                    raise Unreadable(
                        f"{entry.filename} unpacks to far more than text does. The archive was "
                        f"refused. All its files together may have {MAX_TOTAL_BYTES // 1024**3} GB."
                    )
                to.write(chunk)
    except Unreadable:
        raise
    except (*DAMAGE, ValueError):  # ValueError: it begins before the archive does
        raise Unreadable(f"{entry.filename} is damaged in the archive. Pack it again.") from None
    return size


class Archive:
    """Writes a .zip whose bytes depend on the names and contents alone, in the order as added.

    No date, no owner, no system. (Another version of zlib may pack the same content otherwise:
    compare what is in two archives before you say that they differ.) `file` must be seekable.
    """

    def __init__(self, file: BinaryIO) -> None:
        self._archive = zipfile.ZipFile(file, "w", zipfile.ZIP_DEFLATED, strict_timestamps=True)

    def __enter__(self) -> "Archive":
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self._archive.close()

    @contextmanager
    def member(self, name: str, *, large: bool = False) -> Iterator[BinaryIO]:
        """Open a new member to write to; one at a time. `large`: it may have over 2 GB."""
        with self._archive.open(_sheet(name), "w", force_zip64=large) as member:
            # A writer of many small pieces need not pass each through the packer.
            pieces = io.BufferedWriter(cast("io.RawIOBase", member), CHUNK)
            yield cast("BinaryIO", pieces)
            pieces.flush()
            pieces.detach()

    def add(self, name: str, content: bytes) -> None:
        """Write a whole member."""
        with self._archive.open(_sheet(name), "w") as member:
            member.write(content)


def _sheet(name: str) -> zipfile.ZipInfo:
    entry = zipfile.ZipInfo(name, FIRST_DAY)
    entry.compress_type = zipfile.ZIP_DEFLATED
    entry.create_system = UNIX
    entry.external_attr = PLAIN_FILE
    return entry
