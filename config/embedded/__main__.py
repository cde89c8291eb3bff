"""Run one of PostgreSQL's own programs against the embedded server.

    python -m config.embedded pg_dump --format=custom --file=parallax.dump
    python -m config.embedded psql

The program finds the database by its environment; the server is started if it is not running.
"""

import os
import subprocess
import sys

from config.embedded.account import EmbeddedError
from config.embedded.server import SUPERUSER, installation, join


def main(arguments: list[str]) -> int:
    """Run `arguments` and return the program's exit code."""
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "config.settings")
    from django.conf import settings  # reads the environment set above

    database = settings.DATABASES["default"]
    programs = sorted(path.name for path in (installation() / "bin").iterdir())
    if "EMBEDDED_DIR" not in database:
        sys.exit("DATABASE_URL is set: use that server's own programs.")
    if not arguments or arguments[0] not in programs:
        sys.exit(f"Usage: python -m config.embedded PROGRAM …\nPrograms: {' '.join(programs)}")
    try:
        host = join(database["EMBEDDED_DIR"], database["EMBEDDED_NAME"])
    except EmbeddedError as error:
        sys.exit(str(error))
    environment = os.environ | {
        "PGHOST": str(host),
        "PGPORT": "5432",
        "PGUSER": SUPERUSER,
        "PGDATABASE": database["EMBEDDED_NAME"],
    }
    program, *rest = arguments
    command = [str(installation() / "bin" / program), *rest]
    return subprocess.run(command, env=environment, check=False).returncode


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
