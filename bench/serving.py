"""The production server, for benches that ask over HTTP."""

import contextlib
import os
import socket
import subprocess
import sys
import time
from collections.abc import Iterator

import world

WAIT_SECONDS = 60


@contextlib.contextmanager
def server(workers: int = 2, threads: int | None = None) -> Iterator[tuple[int, int]]:
    """Run the production server with the floor's view beside the product's.

    Yield its port, and its master's process number. `threads` are those of each worker.
    """
    with socket.socket() as chosen:
        chosen.bind(("127.0.0.1", 0))
        port = chosen.getsockname()[1]
    environment = os.environ | {
        "BIND": f"127.0.0.1:{port}",
        "DJANGO_SETTINGS_MODULE": "floor_settings",
        "PYTHONPATH": os.pathsep.join([str(world.ROOT), str(world.ROOT / "bench")]),
        "WEB_CONCURRENCY": str(workers),
    }
    if threads:
        environment["THREADS"] = str(threads)
    command = [sys.executable, "-m", "gunicorn", "--config", "python:config.gunicorn"]
    command += ["--log-level", "warning", "config.wsgi"]
    process = subprocess.Popen(command, env=environment, cwd=world.ROOT)
    try:
        _await(port, process)
        yield port, process.pid
    finally:
        process.terminate()
        process.wait(timeout=WAIT_SECONDS)


def _await(port: int, process: subprocess.Popen) -> None:
    deadline = time.monotonic() + WAIT_SECONDS
    while True:
        try:
            socket.create_connection(("127.0.0.1", port), timeout=1).close()
            return
        except OSError:
            if process.poll() is not None or time.monotonic() > deadline:
                raise
            time.sleep(0.1)
