"""What a release says of its own files, and the seal that covers every byte of it.

The manifest lists each file with its SHA-256, its bytes and its rows. The seal is the comment of
the zip: the SHA-256 of all bytes before it. Whoever opens the zip sees neither.
"""

import hashlib
import io
import json
import re
from collections.abc import Mapping
from dataclasses import asdict, dataclass, field
from typing import Any, BinaryIO

MANIFEST = "manifest.json"
VERSION = 1  # of the manifest; grows when an older verify_release could not read it
SEAL_BYTES = 64
MOST_BYTES = 1_000_000
CHUNK = 1024 * 1024
DIGEST = re.compile(r"[0-9a-f]{64}")


class BadManifest(ValueError):
    """There is no manifest, or it is not one of ours; the message says in what."""


@dataclass(frozen=True, slots=True)
class FileFact:
    """What is true of a file; `rows` are annotations, articles, lines of figures and the like."""

    sha256: str
    bytes: int
    rows: int | None = None


@dataclass(frozen=True, slots=True)
class Manifest:
    """What is true of a release."""

    study: str
    name: str
    licence: str
    texts: bool
    pseudonyms: bool
    software: str
    files: Mapping[str, FileFact] = field(default_factory=dict)


class Measured(io.RawIOBase):
    """Passes on what is written to it, and knows its digest and its length."""

    def __init__(self, file: BinaryIO) -> None:
        self._file = file
        self._digest = hashlib.sha256()
        self.bytes = 0

    def writable(self) -> bool:
        return True

    def write(self, data: Any) -> int:
        piece = bytes(data)
        self._digest.update(piece)
        self.bytes += len(piece)
        self._file.write(piece)
        return len(piece)

    def fact(self, rows: int | None) -> FileFact:
        """Return what is true of all that was written, of which there are `rows`."""
        return FileFact(self._digest.hexdigest(), self.bytes, rows)


def as_json(manifest: Manifest) -> bytes:
    """Return the manifest as a file, its own files in the order in which they were written."""
    whole = {"parallax_release": VERSION, **asdict(manifest)}
    return (json.dumps(whole, ensure_ascii=False, indent=2) + "\n").encode()


def read_manifest(data: bytes) -> Manifest:
    """Return what a manifest says. Raises BadManifest."""
    try:
        whole = json.loads(data)
    except (ValueError, RecursionError) as error:
        raise BadManifest(f"{MANIFEST} is missing or no JSON: {error}.") from error
    if not isinstance(whole, dict) or whole.get("parallax_release") != VERSION:
        raise BadManifest(f"{MANIFEST} is not that of a release of version {VERSION}.")
    kinds = {"study": str, "name": str, "licence": str, "texts": bool, "pseudonyms": bool}
    kinds |= {"software": str, "files": dict}
    for name, kind in kinds.items():
        if not isinstance(whole.get(name), kind):
            raise BadManifest(f"{MANIFEST}: {name!r} is missing or of the wrong kind.")
    files = {name: _fact(name, said) for name, said in whole["files"].items()}
    return Manifest(**{name: whole[name] for name in kinds} | {"files": files})


def _fact(name: str, said: Any) -> FileFact:
    said = said if isinstance(said, dict) else {}
    digest, size, rows = (said.get(key) for key in ("sha256", "bytes", "rows"))
    if not isinstance(digest, str) or not DIGEST.fullmatch(digest):
        raise BadManifest(f"{MANIFEST} has no SHA-256 of {name[:100]!r}.")
    if not isinstance(size, int) or not isinstance(rows, int | None):
        raise BadManifest(f"{MANIFEST} has no whole numbers for {name[:100]!r}.")
    return FileFact(digest, size, rows)


def seal(file: BinaryIO) -> None:
    """Put the digest of a zip, which has no comment yet, into its comment."""
    file.seek(-2, io.SEEK_END)
    file.write(SEAL_BYTES.to_bytes(2, "little"))
    digest = _digest_up_to(file, file.tell())
    file.seek(0, io.SEEK_END)
    file.write(digest.encode("ascii"))


def is_sealed(file: BinaryIO) -> bool:
    """Return whether the file is byte for byte what was sealed."""
    size = file.seek(0, io.SEEK_END)
    if size <= SEAL_BYTES:
        return False
    digest = _digest_up_to(file, size - SEAL_BYTES)
    file.seek(size - SEAL_BYTES)
    return file.read() == digest.encode("ascii")


def _digest_up_to(file: BinaryIO, end: int) -> str:
    digest = hashlib.sha256()
    file.seek(0)
    while end and (piece := file.read(min(CHUNK, end))):
        digest.update(piece)
        end -= len(piece)
    return digest.hexdigest()
