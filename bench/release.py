"""Make and verify a release of 100,000 annotations, and compare it with the database.

Printed are seconds, the size of the file, and the most memory that each had in a process of its
own. Memory is to be flat but for what the agreement needs; so the making is measured with a single
coder too, who agrees with nobody.
"""

import os
import subprocess
import sys
import time

import world
from django.contrib.auth.models import User
from export import MEASURE

from annotations.models import Membership, Role

SIZES = (10_000, 100_000)
OUT = world.FOLDER / "release.zip"
MAKE = ("make_release", "--study=bench", f"--out={OUT}")
VERIFY = ("verify_release", str(OUT))


def peak_of(*command: str) -> float:
    """Run a command of ours; return the most memory that it had, in MB."""
    small = [sys.executable, "-c", MEASURE, sys.executable, "manage.py", *command]
    said = subprocess.run(small, cwd=world.ROOT, stdout=subprocess.PIPE, check=True).stdout
    return int(said) / (1024 if sys.platform == "linux" else 1024 * 1024)


def measure(said: str, size: int, command: tuple[str, ...]) -> None:
    """Run a command in a process of its own and print what it took."""
    begun = time.perf_counter()
    memory = peak_of(*command)
    took = time.perf_counter() - begun
    print(
        f"{said:<34} {size:>7,} tags {took:6.1f} s {size / took:>8,.0f}/s, peak {memory:.0f} MB, "
        f"file {OUT.stat().st_size / 1024 / 1024:.1f} MB"
    )


def main() -> None:
    """Measure one coder, then two, at each size."""
    study, reviewer = world.build_world()
    study.texts_released = True
    study.save(update_fields=["texts_released"])
    colleague = User.objects.create_user("colleague")
    Membership.objects.create(study=study, user=colleague, role=Role.REVIEWER)
    revisions = [one for n in range(50) for one in world.build_story(study, 6, 700, n)]
    there = 0
    for size in SIZES:
        world.annotate(study, reviewer, revisions, size // 2 - there)
        world.finish_world()
        measure("make, one coder", size // 2, MAKE)
        there = size // 2
    world.annotate(study, colleague, revisions, size - there)
    world.finish_world()
    measure("make, two coders, with agreement", size, MAKE)
    measure("verify the file", size, VERIFY)
    measure("verify, and make again to compare", size, (*VERIFY, "--study=bench"))
    print(world.conditions())


if __name__ == "__main__":
    os.chdir(world.ROOT)
    sys.exit(main())
