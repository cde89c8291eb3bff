"""Export 100, 10,000 and 100,000 annotations, against psql's \\copy of the same joined rows.

Then the largest number again after every article got a note on top, so that each row is carried
to a newer text, and is checked there too. Target: memory flat from 100 to 100,000 rows. The floor's
rows are neither checked against their text nor made safe for spreadsheets.
"""

import os
import subprocess
import sys
import time

import world
from django.db import connection

from annotations.export.exporting import export_annotations
from annotations.export.tables import ANNOTATION_TABLE
from config.embedded.server import installation

SIZES = (100, 10_000, 100_000)
RUNS = 3
# Linux counts to a process what the one had that started it: so that has to be a small one.
MEASURE = """
import os, subprocess, sys
process = subprocess.Popen(sys.argv[1:], stdout=sys.stderr, stderr=subprocess.DEVNULL)
_, status, used = os.wait4(process.pid, 0)
print(used.ru_maxrss)
sys.exit(status != 0)
"""
OURS, FLOOR = world.FOLDER / "ours.csv", world.FOLDER / "floor.csv"


def peak_megabytes() -> float:
    """Export by the command, in a process of its own; return the most memory that it had."""
    command = [sys.executable, "manage.py", "export_annotations", "--study=bench", f"--out={OURS}"]
    small = [sys.executable, "-c", MEASURE, *command]
    said = subprocess.run(small, cwd=world.ROOT, stdout=subprocess.PIPE, check=True).stdout
    return int(said) / (1024 if sys.platform == "linux" else 1024 * 1024)


def ours(study, *, lossless: bool) -> float:
    """Export the study's annotations; return the seconds that it took."""
    begun = time.perf_counter()
    with OURS.open("wb") as file:
        export_annotations(study.annotations.standing(), file, lossless=lossless)
    return time.perf_counter() - begun


def floor(study) -> float:
    """Copy the same columns of the same rows with psql; return the seconds that it took."""
    values = ", ".join(column.value for column in ANNOTATION_TABLE.columns)
    select = ANNOTATION_TABLE.source.format(
        chosen="SELECT id FROM annotations_annotation WHERE removed_at IS NULL "
        f"AND study_id = {study.pk}",
        cells=values, order=ANNOTATION_TABLE.order, closed="", gold_in="true",
    )  # fmt: skip
    said = connection.get_connection_params()
    environment = os.environ | {
        "PGHOST": said["host"], "PGUSER": said["user"], "PGDATABASE": said["dbname"],
        "PGTZ": "UTC",
    }  # fmt: skip
    copy = f"\\copy ({' '.join(select.split())}) TO '{FLOOR}' WITH (FORMAT csv, HEADER)"
    begun = time.perf_counter()
    command = [installation() / "bin" / "psql", "--quiet", "--command", copy]
    subprocess.run(command, env=environment, check=True)
    return time.perf_counter() - begun


NOTE = "A note on top.\n\n"
REVISE = """
    INSERT INTO sources_revision
        (article_id, number, headline, text, sha256, word_count, original_id, way)
    SELECT article_id, 2, headline, %s || text,
        encode(sha256(convert_to(%s || text, 'UTF8')), 'hex'), word_count + 4, original_id, way
    FROM sources_revision
"""
CARRY = """
    INSERT INTO annotations_carry (study_id, span_id, revision_id, origin_id, outcome, score,
        ruling, start, "end", exact, version)
    SELECT %s, span.id, newer.id, older.id, 'kept', 1,
        '', span.start + length(%s), span."end" + length(%s), span.exact, 0
    FROM annotations_span span
    JOIN sources_revision older ON older.id = span.revision_id
    JOIN sources_revision newer ON newer.article_id = older.article_id AND newer.number = 2
"""


def carry_all(study) -> None:
    """Give each article a second text, and carry all spans to it."""
    with connection.cursor() as cursor:
        cursor.execute(REVISE, [NOTE, NOTE])
        cursor.execute(CARRY, [study.pk, NOTE, NOTE])


def measure(study, said: str, size: int) -> None:
    """Print rows per second, the ratio to the floor, and the peak memory."""
    world.finish_world()
    ours(study, lossless=False)
    safe = min(ours(study, lossless=False) for _ in range(RUNS))
    lossless = min(ours(study, lossless=True) for _ in range(RUNS))
    least = min(floor(study) for _ in range(RUNS))
    print(
        f"{said}  {size / safe:>7,.0f}/s safe, {size / lossless:>7,.0f}/s lossless, "
        f"floor {size / least:>7,.0f}/s: {least / safe:.2f} x, {least / lossless:.2f} x; "
        f"peak memory {peak_megabytes():.0f} MB"
    )


def main() -> None:
    """Measure each size, and the last one with carries."""
    study, reviewer = world.build_world()
    revisions = [one for n in range(50) for one in world.build_story(study, 6, 700, n)]
    there = 0
    for size in SIZES:
        world.annotate(study, reviewer, revisions, size - there)
        there = size
        measure(study, f"{size:>7,} rows", size)
    carry_all(study)
    measure(study, "all carried ", there)
    print(world.conditions())


if __name__ == "__main__":
    main()
