"""Gunicorn's settings: `gunicorn --config python:config.gunicorn config.wsgi`.

Threads, because a request waits for the database most of its time, and because Django keeps one
connection per thread: workers x threads is the number of database connections.
"""

import gc
import os


def _count(name: str, default: int) -> int:
    value = os.environ.get(name) or str(default)
    if not value.isdigit() or not int(value):
        raise ValueError(f"{name} is {value!r}; use a number from 1")
    return int(value)


bind = os.environ.get("BIND") or "127.0.0.1:8000"
workers = _count("WEB_CONCURRENCY", 2)
threads = _count("THREADS", 4)
worker_class = "gthread"
# Load the application once, then fork: workers start at once and share its memory.
preload_app = True
# A worker that is stopped gets this long to answer what it has begun.
graceful_timeout = 20
# An upload of the largest size on a slow line, or a long export, takes its time.
timeout = 120
# A remote control that nobody asked for.
control_socket_disable = True


def post_fork(_server: object, _worker: object) -> None:
    """Leave what the workers share out of the collector's rounds, and make these rarer.

    A tag allocates some thousand small objects; by default that is a round in every request,
    over an application of a million that never go away.
    """
    gc.freeze()
    gc.set_threshold(50_000, 20, 20)
