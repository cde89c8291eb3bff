"""Read files in other processes, a few ahead of whoever stores their articles.

To find the article on a page takes longer than to store it, and is nothing but computing. The
processes are started afresh and know nothing of a database, so that no connection is shared.
"""

import contextlib
import logging
import multiprocessing
import os
import signal
import sys
import threading
from collections import deque
from collections.abc import Iterable, Iterator, Sequence
from concurrent.futures import Future, ProcessPoolExecutor
from concurrent.futures.process import BrokenProcessPool
from dataclasses import dataclass, field, replace
from itertools import islice
from multiprocessing import connection
from multiprocessing.process import BaseProcess
from pathlib import Path

from sources.cleaning import LineProposal, propose_cleaning
from sources.details import proposed_details
from sources.reading import TEXTS, Details, Reading, UnreadableUpload, read_upload

FEWEST = 100  # files; with fewer it takes longer to start a process than to read them
LARGEST = 1024 * 1024  # bytes; what is larger is read when its turn has come, so memory is flat
_EACH = 8  # files that are read ahead for each process

_log = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class Proposed:
    """What is proposed for a reading: its details, and what cleaning says of each line."""

    details: Details
    lines: list[LineProposal]


@dataclass(frozen=True, slots=True)
class FileRead:
    """What came of a file: its articles, what is proposed for each, and what could not be used.

    `proposed` may be asked for but once: for the rows of a table it is made one by one.
    """

    readings: list[Reading] = field(default_factory=list)
    proposed: Iterable[Proposed] = ()
    problems: list[str] = field(default_factory=list)


def usual_processes() -> int:
    """Return how many processes to read in: one core is left to the storing and the database."""
    cores = len(os.sched_getaffinity(0)) if sys.platform == "linux" else os.cpu_count() or 1
    return min(max(cores - 1, 1), 8)


def read_file(path: Path, *, limit: int) -> FileRead:
    """Read one file of up to `limit` bytes. What is wrong with it is a problem, never raised."""
    try:
        upload = read_upload(path.name, path.read_bytes(), limit=limit)
    except (UnreadableUpload, OSError) as error:
        return FileRead(problems=[f"{path}: {error}"])
    problems = [str(path.parent / problem) for problem in upload.problems]
    return FileRead(upload.readings, map(propose, upload.readings), problems)


def read_files(files: Sequence[Path], *, processes: int, limit: int) -> Iterator[FileRead]:
    """Yield what came of each file, in order. Close the iterator if you leave it early.

    In up to `processes` others the files of one article are read ahead, while the caller stores;
    tables, archives and large files are read here, and so is everything if the files are few, if
    no process can be started, or once one of them has been killed.
    """
    few = sum(map(_is_text, files)) < FEWEST
    begun = None if few or not processes else _begun(processes)
    if begun is None:
        yield from (read_file(path, limit=limit) for path in files)
        return
    pool, others = begun
    try:
        yield from _ahead(pool, files, limit, processes * _EACH)
    finally:
        # One that is in the middle of a page which nobody wants any more would be waited for.
        for process in others:
            process.terminate()
        pool.shutdown(cancel_futures=True)


def _ahead(
    pool: ProcessPoolExecutor, files: Sequence[Path], limit: int, most: int
) -> Iterator[FileRead]:
    """Yield what came of each file, at most `most` of which are waiting or being read."""
    coming = iter(files)
    waiting: deque[tuple[Path, Future[FileRead] | None]] = deque()
    with _deaf_to_interrupts():  # the first files start the processes
        waiting.extend(_sent(pool, file, limit) for file in islice(coming, most))
    while waiting:
        path, future = waiting.popleft()
        # What no process has begun yet is read here: to wait would be to do nothing.
        if future is None or future.cancel():
            yield read_file(path, limit=limit)
        else:
            try:
                came = future.result()
            except BrokenProcessPool:
                break
            yield came
        waiting.extend(_sent(pool, file, limit) for file in islice(coming, 1))
    else:
        return
    _log.warning("A process that read files ahead was killed. The rest is read without any.")
    for rest in (path, *(file for file, _ in waiting), *coming):
        yield read_file(rest, limit=limit)


def _sent(
    pool: ProcessPoolExecutor, path: Path, limit: int
) -> tuple[Path, Future[FileRead] | None]:
    """Let the file be read ahead, if it is one to be."""
    try:
        if _is_text(path) and path.stat().st_size <= LARGEST:
            return path, pool.submit(_read_whole, path, limit)
    except (OSError, BrokenProcessPool):
        pass  # whoever waits for the file finds out by himself
    return path, None


def _is_text(path: Path) -> bool:
    return path.suffix.lower() in TEXTS


def _read_whole(path: Path, limit: int) -> FileRead:
    """Read a file of one article. Its markup is of no use once the details are proposed."""
    came = read_file(path, limit=limit)
    proposed = list(came.proposed)
    return replace(
        came,
        readings=[replace(reading, markup="") for reading in came.readings],
        proposed=proposed,
    )


def propose(reading: Reading) -> Proposed:
    """Return what is proposed for a reading, the lines for the headline that is."""
    details = proposed_details(reading)
    return Proposed(details, propose_cleaning(reading.text, headline=details.headline))


def _begun(processes: int) -> tuple[ProcessPoolExecutor, list[BaseProcess]] | None:
    """Start a pool; return it and its processes, or None where the system has none."""
    context = multiprocessing.get_context("spawn")  # a fork would share the database connection
    before = set(multiprocessing.active_children())
    try:
        pool = ProcessPoolExecutor(processes, mp_context=context, initializer=_begin)
        with _deaf_to_interrupts():
            for _ in range(processes):  # each task that finds nobody idle starts another process
                pool.submit(os.getpid)
    # The first two where the system has no semaphores, the last where it allows no more processes.
    except (ImportError, NotImplementedError, OSError) as error:
        _log.warning("Files are read in one process only: %s", error)
        return None
    return pool, list(set(multiprocessing.active_children()) - before)


def _begin() -> None:
    """Leave Ctrl-C to the process that stores, and end when that has ended, however it did."""
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    parent = multiprocessing.parent_process()
    if parent is not None:
        threading.Thread(target=_end_with, args=[parent], daemon=True).start()


def _end_with(parent: BaseProcess) -> None:
    connection.wait([parent.sentinel])
    os._exit(1)


@contextlib.contextmanager
def _deaf_to_interrupts() -> Iterator[None]:
    """Ignore Ctrl-C for a moment: processes that are started now inherit that from their birth."""
    if threading.current_thread() is not threading.main_thread():
        yield
        return
    before = signal.signal(signal.SIGINT, signal.SIG_IGN)
    try:
        yield
    finally:
        signal.signal(signal.SIGINT, before)
