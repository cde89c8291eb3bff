"""Run the demo: `python -m config.demo`, or rather `make demo`.

Starts the embedded database, migrates, loads the sample story and serves it with gunicorn, as
production would, with a worker beside it. Everything lies in the data folder; a second start
keeps it.
"""

import errno
import hashlib
import os
import signal
import socket
import sys
import time
from pathlib import Path
from typing import Any

from django.core.exceptions import ImproperlyConfigured
from gunicorn.app.base import BaseApplication

from config import demo_worker
from config.embedded.account import EmbeddedError
from config.embedded.server import join

HOST = "127.0.0.1"
# After a kill -9 of the demo its workers need a moment to notice and let go of the port.
PATIENCE_SECONDS = 5
# The demo's accounts have a known password, and it answers on loopback by plain HTTP only.
# What a shell exports for a real installation must not lead it there.
FOREIGN = ("DATABASE_URL", "HTTPS", "DEBUG", "ALLOWED_HOSTS", "CSRF_TRUSTED_ORIGINS")

PASSWORD = "parallax-demo"  # noqa: S105 - printed for everybody; the demo answers on loopback only
# As load_sample makes them; a test logs in as each.
ACCOUNTS = f"""
  ada, ben   reviewers
  mira       moderator
  admin      administrator
  password of all: {PASSWORD}
"""


class Demo(BaseApplication):
    """Gunicorn with the settings of production, except for the address and the noise."""

    def __init__(self, port: int) -> None:
        self.port = port
        super().__init__()

    def load_config(self) -> None:
        """Take over the names of config.gunicorn that gunicorn knows."""
        from config import gunicorn

        for name, value in vars(gunicorn).items():
            if name in self.cfg.settings:
                self.cfg.set(name, value)
        self.cfg.set("bind", f"{HOST}:{self.port}")
        self.cfg.set("loglevel", "warning")
        self.cfg.set("graceful_timeout", 3)
        self.cfg.set("post_worker_init", self.announce)

    def load(self) -> Any:
        """Return the WSGI application."""
        from config.wsgi import application

        return application

    def announce(self, worker: Any) -> None:
        """Join the database and, as the first worker that can answer, say where the demo is.

        Once they all are its users, the last worker stops it also after a kill -9 of the demo.
        """
        # Ctrl-C reaches the whole group; gunicorn's master passes on what the workers need.
        signal.signal(signal.SIGINT, signal.SIG_IGN)
        join_database()
        if worker.age == 1:
            say(f"\nParallax is ready: http://localhost:{self.port}\n{ACCOUNTS}")
            say("Ctrl-C stops it; the next start keeps everything.\n")


def main() -> int:
    """Serve until a signal ends us; return 0, or 1 if it could not start."""
    # Until gunicorn takes the signals over, SIGTERM ends us as Ctrl-C does: by unwinding.
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(0))
    try:
        port = chosen_port()
        await_port(port)
        prepare()
        serve(port)
    except KeyboardInterrupt:
        return 0
    except (DemoError, EmbeddedError, ImproperlyConfigured) as error:
        sys.stderr.write(f"{error}\n")
        return 1
    return 0


def serve(port: int) -> None:
    """Answer requests, with a worker beside, until gunicorn raises SystemExit."""
    demo = os.getpid()
    worker = demo_worker.start()
    try:
        Demo(port).run()
    finally:
        # gunicorn's workers are forked inside, and leave by the same way.
        if os.getpid() == demo:
            demo_worker.stop(worker)


class DemoError(Exception):
    """The demo cannot start; the message is for a person."""


def chosen_port() -> int:
    """Return PORT, or 8000."""
    value = os.environ.get("PORT") or "8000"
    if not value.isdigit() or not 1 <= int(value) <= 65535:
        raise DemoError(f"PORT is {value!r}; use a number from 1 to 65535")
    return int(value)


def await_port(port: int) -> None:
    """Return when `port` can be bound; raise DemoError if it stays taken."""
    deadline = time.monotonic() + PATIENCE_SECONDS
    while True:
        with socket.socket() as probe:
            probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
            try:
                probe.bind((HOST, port))
            except OSError as error:
                if error.errno != errno.EADDRINUSE:
                    raise DemoError(f"Cannot use port {port}: {error.strerror}") from error
            else:
                return
        if time.monotonic() > deadline:
            raise DemoError(f"Port {port} is taken. Choose another: PORT={port + 1} make demo")
        time.sleep(0.2)


def prepare() -> None:
    """Bring the database, the collected static files and the sample story up to date."""
    for name in FOREIGN:
        if os.environ.pop(name, None):
            say(f"The demo ignores {name}.")
    os.environ["DJANGO_SETTINGS_MODULE"] = "config.settings"

    import django
    from django.conf import settings
    from django.core.management import call_command
    from django.db import connections

    say(f"Data folder: {settings.DATA_DIR}")
    join_database()
    django.setup()
    call_command("migrate", verbosity=0)
    collect_static()
    call_command("load_sample", password=PASSWORD, verbosity=0)
    # The workers are forked from here, and a connection must not be shared.
    connections.close_all()


def join_database() -> None:
    """Become a user of the embedded server, which runs until its last user ends."""
    from django.conf import settings

    database = settings.DATABASES["default"]
    join(database["EMBEDDED_DIR"], database["EMBEDDED_NAME"])


def collect_static() -> None:
    """Collect the static files if any has changed: to hash and compress them takes seconds."""
    from django.conf import settings
    from django.contrib.staticfiles.finders import get_finders
    from django.core.management import call_command

    found = []
    for finder in get_finders():
        for name, storage in finder.list([]):
            path = Path(storage.path(name))
            found.append(f"{path} {path.stat().st_mtime_ns} {path.stat().st_size}")
    fingerprint = hashlib.sha256("\n".join(sorted(found)).encode()).hexdigest()
    stamp = settings.STATIC_ROOT / "collected"
    if stamp.exists() and stamp.read_text() == fingerprint:
        return
    # From scratch, because a file that a kill left half copied looks new enough to keep.
    call_command("collectstatic", interactive=False, clear=True, verbosity=0)
    stamp.write_text(fingerprint)


def say(text: str) -> None:
    """Print at once, also into a pipe."""
    print(text, flush=True)


if __name__ == "__main__":
    sys.exit(main())
