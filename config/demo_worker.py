"""The demo's own worker: a process beside the web server that ends when the demo does.

It is forked, which saves it the start, and leads a session of its own: Ctrl-C is for the demo,
which then stops it. After a kill -9 of the demo it notices that it is an orphan.
"""

import os
import signal
import sys
import threading
import time
import traceback
from contextlib import suppress

from config.embedded.server import leave_all

LOOK_SECONDS = 0.5  # between two looks for the demo
GRACE_SECONDS = 3  # for what is being done; what is cut off is taken up again at the next start


def start() -> int:
    """Fork the worker and return its process id. There must be no open connection and no thread."""
    demo = os.getpid()
    if worker := os.fork():
        return worker
    status = 1
    try:
        os.setsid()
        _work(demo)
        status = 0
    except SystemExit:
        status = 0
    except BaseException:  # noqa: BLE001 - nobody else would tell of it
        traceback.print_exc()
    finally:
        leave_all()
        sys.stdout.flush()
        sys.stderr.flush()
        # What the demo has to do at its end is not for its copy.
        os._exit(status)


def stop(worker: int) -> None:
    """End the worker, by force if it takes long; return when it is gone."""
    deadline = time.monotonic() + GRACE_SECONDS
    with suppress(ChildProcessError):  # gunicorn's master may see its end before us
        if os.waitpid(worker, os.WNOHANG)[0]:
            return
        os.kill(worker, signal.SIGTERM)
        while time.monotonic() < deadline:
            if os.waitpid(worker, os.WNOHANG)[0]:
                return
            time.sleep(0.05)
        os.kill(worker, signal.SIGKILL)
        os.waitpid(worker, 0)


def _work(demo: int) -> None:
    from procrastinate.contrib.django import app
    from procrastinate.contrib.django.django_connector import DjangoConnector

    threading.Thread(target=_end_with, args=(demo,), daemon=True).start()
    with app.replace_connector(DjangoConnector().get_worker_connector()):
        app.run_worker(shutdown_graceful_timeout=GRACE_SECONDS)


def _end_with(demo: int) -> None:
    """Stop this process when the demo, its parent, is gone."""
    while os.getppid() == demo:
        time.sleep(LOOK_SECONDS)
    os.kill(os.getpid(), signal.SIGTERM)
    time.sleep(GRACE_SECONDS)
    os._exit(1)
