"""Import annotations, and export them in every format: rows per second, and peak memory.

The import is the command's, in a process of its own, of annotations.csv and JSON lines as we write
them, into an empty study with the same articles: all checks, 10,000 and 100,000 rows. Then it is
run again, which finds everything, and once more, killed in the middle and run again, which goes on.
Target: 5,000 rows/s at 100,000, memory flat.

Peers, seen on two cores with 2,000 articles: 100,000 spans are exported by doccano at 4,200/s
(JSON lines, 2 GB of memory), by Label Studio at 8,100/s (JSON within CSV), by Potato at 1,700/s.
None of them imports spans for a text that is there already, or checks their words.
"""

import signal
import subprocess
import sys
import time
from collections.abc import Sequence

import world
from django.contrib.auth.models import User
from django.db import connection

from annotations.export.documents import dataset_of, documents
from annotations.export.exporting import export_annotations
from annotations.interchange.formats import FORMATS
from annotations.models import Annotation, Membership, Role, Study

SIZES = (10_000, 100_000)
ARTICLES, WORDS = 300, 700
# Linux counts to a process what the one had that started it: so that has to be a small one.
MEASURE = """
import os, subprocess, sys, time
begun = time.perf_counter()
process = subprocess.Popen(sys.argv[1:], stdout=sys.stderr, stderr=subprocess.DEVNULL)
_, status, used = os.wait4(process.pid, 0)
print(used.ru_maxrss, time.perf_counter() - begun)
sys.exit(status != 0)
"""


def run(command: Sequence[str]) -> tuple[float, float]:
    """Run a command of manage.py; return the most memory that it had, in MB, and the seconds."""
    small = [sys.executable, "-c", MEASURE, sys.executable, "manage.py", *command]
    said = subprocess.run(small, cwd=world.ROOT, stdout=subprocess.PIPE, check=True).stdout
    memory, seconds = said.split()
    return int(memory) / (1024 if sys.platform == "linux" else 1024 * 1024), float(seconds)


def write_files(study: Study) -> None:
    """Write the study's annotations as CSV and JSON lines."""
    tags = study.annotations.standing()
    with (world.FOLDER / "tags.csv").open("wb") as file:
        export_annotations(tags, file, lossless=True)
    with (world.FOLDER / "tags.jsonl").open("wb") as file:
        FORMATS["jsonl"].write(documents(study, tags), file, dataset_of(study))


def empty() -> None:
    """Forget all annotations, so that the same file can be imported anew."""
    with connection.cursor() as cursor:
        cursor.execute(
            "TRUNCATE annotations_annotation, annotations_span, annotations_change CASCADE"
        )
    world.finish_world()


def importing(name: str) -> list[str]:
    return ["import_annotations", str(world.FOLDER / name), "--study=bench"]


def measure_import(name: str, size: int, start: float) -> None:
    """Print how fast a file is imported, without the seconds that any command takes to start."""
    empty()
    memory, seconds = run(importing(name))
    assert Annotation.objects.count() == size
    _, again = run(importing(name))
    assert Annotation.objects.count() == size
    print(
        f"{size:>7,} rows of {name:<11}  {size / (seconds - start):>7,.0f}/s, again "
        f"{size / (again - start):>7,.0f}/s; peak memory {memory:.0f} MB"
    )


def measure_breaking_off(size: int) -> None:
    """Print how much is there after Ctrl-C in the middle, and after the same command again."""
    empty()
    signal.signal(signal.SIGINT, signal.default_int_handler)  # background jobs of a shell ignore it
    command = [sys.executable, "manage.py", *importing("tags.csv")]
    process = subprocess.Popen(
        command, cwd=world.ROOT, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL
    )
    while process.poll() is None and Annotation.objects.count() < size // 3:
        time.sleep(0.05)
    process.send_signal(signal.SIGINT)
    status, there = process.wait(), Annotation.objects.count()
    run(importing("tags.csv"))
    print(f"Ctrl-C: exit {status}, {there:,} there; again: {Annotation.objects.count():,}")


def measure_export(size: int) -> None:
    """Print how fast the command writes each format."""
    for key in ("csv", *(key for key, kind in FORMATS.items() if kind.write)):
        out = world.FOLDER / f"out-{key}"
        command = ["export_annotations", "--study=bench", f"--format={key}", f"--out={out}"]
        memory, seconds = run(command)
        print(
            f"{size:>7,} rows to {key:<13} {size / seconds:>7,.0f}/s, "
            f"{out.stat().st_size / 1e6:.0f} MB; peak memory {memory:.0f} MB"
        )


def main() -> None:
    """Measure each size."""
    study, reviewer = world.build_world()
    revisions = [one for n in range(ARTICLES // 6) for one in world.build_story(study, 6, WORDS, n)]
    colleague = User.objects.create_user("colleague")
    Membership.objects.create(study=study, user=colleague, role=Role.REVIEWER)
    start = min(run(["check"])[1] for _ in range(3))
    for size in SIZES:
        empty()
        world.annotate(study, reviewer, revisions, size * 6 // 10)
        world.annotate(study, colleague, revisions, size * 4 // 10)
        world.finish_world()
        write_files(study)
        for name in ("tags.csv", "tags.jsonl"):
            measure_import(name, size, start)
    measure_breaking_off(size)
    measure_export(size)
    print(world.conditions())


if __name__ == "__main__":
    main()
