"""Reading files ahead in other processes: what comes is what reading one after another gives."""

import os
import signal
import subprocess
import sys
import time
from concurrent.futures import ProcessPoolExecutor
from contextlib import closing
from pathlib import Path

import pytest

from sources import reading_ahead
from sources.reading_ahead import FEWEST, read_file, read_files
from tests.test_archives import packed
from tests.test_cleaning import LEAD, MORE
from tests.test_webpages import PAGE

LIMIT = 100_000  # bytes
ROOT = Path(__file__).parent.parent


@pytest.fixture(scope="module")
def files(tmp_path_factory):
    """As many files as are read ahead: pages and texts, and each kind of trouble in between."""
    folder = tmp_path_factory.mktemp("files")
    (folder / "03.txt").touch()
    (folder / "07.html").write_bytes(b"<html><body> </body></html>")
    (folder / "11.txt").write_bytes(f"café {MORE}".encode("latin-1"))
    (folder / "13.txt").write_bytes(bytes(range(256)) * 8)
    (folder / "17.zip").write_bytes(packed([("a.txt", LEAD.encode()), ("x.exe", b"x")]))
    (folder / "19.csv").write_text(f'text\n"{LEAD}"\n""\n"{MORE}"\n')
    (folder / "23.txt").write_text("x" * 70_000)
    (folder / "29.txt").write_text("x" * (LIMIT + 1))
    (folder / "31.txt").mkdir()
    for n in range(FEWEST + 6):
        if not list(folder.glob(f"{n:02}.*")) and n != 37:
            page = PAGE if n % 2 else f"Headline {n}\n{LEAD}\n{MORE}"
            (folder / f"{n:02}.{'html' if n % 2 else 'txt'}").write_text(page)
    return sorted([*folder.iterdir(), folder / "37.html"])


def told(reads):
    """Return all that an import takes from what was read."""
    return [
        (
            [(r.original, r.filename, r.media_type, r.charset, r.text) for r in read.readings],
            list(read.proposed),
            list(read.problems),
        )
        for read in reads
    ]


@pytest.fixture(scope="module")
def in_turn(files):
    return told(read_file(path, limit=LIMIT) for path in files)


def test_files_come_in_their_order_as_when_they_are_read_one_by_one(files, in_turn):
    assert told(read_files(files, processes=2, limit=LIMIT)) == in_turn
    assert sum(bool(problems) for _, _, problems in in_turn) >= 6
    assert told(read_files(files, processes=0, limit=LIMIT)) == in_turn


def test_large_file_is_read_at_its_turn(files, monkeypatch):
    monkeypatch.setattr(reading_ahead, "LARGEST", 50_000)
    with ProcessPoolExecutor(1) as pool:
        sent = [reading_ahead._sent(pool, path, LIMIT) for path in files if path.stem == "23"]
    assert [future for _, future in sent] == [None]


def test_few_files_start_no_process(files, monkeypatch):
    monkeypatch.delattr(reading_ahead, "ProcessPoolExecutor")
    few = files[: FEWEST - 1]
    assert len(list(read_files(few, processes=4, limit=LIMIT))) == len(few)


def children():
    path = Path(f"/proc/{os.getpid()}/task")
    found = [one for task in path.glob("*/children") for one in task.read_text().split()]
    return {int(one) for one in found if b"spawn_main" in Path(f"/proc/{one}/cmdline").read_bytes()}


linux = pytest.mark.skipif(sys.platform != "linux", reason="looks into /proc")


@linux
def test_rest_is_read_here_if_a_process_is_killed(files, in_turn):
    reads = read_files(files, processes=1, limit=LIMIT)
    came = [next(reads)]
    (worker,) = children()
    os.kill(worker, signal.SIGKILL)
    assert told([*came, *reads]) == in_turn
    assert not children()


@linux
def test_iterator_that_is_closed_leaves_no_process(files):
    with closing(read_files(files, processes=2, limit=LIMIT)) as reads:
        next(reads)
        assert children()
    assert not children()


SCRIPT = """
import os
import sys
from pathlib import Path
from sources.reading_ahead import read_files
reads = read_files(sorted(Path(sys.argv[1]).iterdir()), processes=1, limit=10_000_000)
next(reads)
print(os.getpid(), flush=True)
sys.stdin.read()
"""


@linux
@pytest.mark.parametrize("sent", [signal.SIGINT, signal.SIGKILL])
def test_no_process_outlives_the_one_that_asked(files, sent):
    asked = subprocess.Popen(
        [sys.executable, "-c", SCRIPT, files[0].parent],
        cwd=ROOT, stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.PIPE,
        start_new_session=True,
    )  # fmt: skip
    asked.stdout.readline()
    tasks = Path(f"/proc/{asked.pid}/task").glob("*/children")
    started = {one for task in tasks for one in task.read_text().split()}
    (os.killpg if sent == signal.SIGINT else os.kill)(asked.pid, sent)
    said = asked.communicate(timeout=20)[1]
    deadline = time.monotonic() + 10
    while any(Path(f"/proc/{one}").exists() for one in started) and time.monotonic() < deadline:
        time.sleep(0.05)
    assert started
    assert not [one for one in started if Path(f"/proc/{one}").exists()]
    assert said.count(b"Traceback") == (sent == signal.SIGINT)
