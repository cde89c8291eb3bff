"""Real workers for the tests: in this process until the queue is empty, or one to be killed."""

import os
import subprocess
import sys
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

from django.db import connection
from django.db.models import Q
from django.utils import timezone
from procrastinate.contrib.django import app

ROOT = Path(__file__).parent.parent


def work_off():
    """Run what waits in the queue, and what comes to wait there meanwhile."""
    keeps = connection.settings_dict["CONN_MAX_AGE"]
    # A thread's connection that outlives its job would keep the test database from being dropped.
    connection.settings_dict["CONN_MAX_AGE"] = 0
    try:
        # A thread of its own: Playwright's event loop may run in this one.
        with ThreadPoolExecutor(max_workers=1) as thread:
            while waits():
                thread.submit(_run_worker).result()
    finally:
        connection.settings_dict["CONN_MAX_AGE"] = keeps


def _run_worker():
    with app.replace_connector(app.connector.get_worker_connector()):
        app.run_worker(wait=False, install_signal_handlers=False, listen_notify=False)


def waits():
    """Tell whether there is a job to run now."""
    from procrastinate.contrib.django.models import ProcrastinateJob

    now = Q(scheduled_at=None) | Q(scheduled_at__lte=timezone.now())
    return ProcrastinateJob.objects.filter(now, status="todo").exists()


def empty_queue():
    """Delete all jobs and workers: Django does not flush the tables of Procrastinate."""
    with connection.cursor() as cursor:
        for table in ("periodic_defers", "events", "jobs", "workers"):
            cursor.execute(f"DELETE FROM procrastinate_{table}")


def let_workers_look_dead():
    """Make it half a minute since the last sign of life of each worker."""
    with connection.cursor() as cursor:
        cursor.execute("UPDATE procrastinate_workers SET last_heartbeat = now() - interval '40 s'")


def start_worker(port):
    """Start a worker of its own process on the test database, which may ask this `port`."""
    command = [sys.executable, "-m", "tests.workers", connection.settings_dict["NAME"], str(port)]
    return subprocess.Popen(command, cwd=ROOT, env=os.environ | {"REFETCH_PAUSE": "0"})


def main(database, port):
    """Be that process: everything as in production but for the database and the port."""
    os.environ["DJANGO_SETTINGS_MODULE"] = "tests.settings"
    import django
    from django.conf import settings

    settings.DATABASES["default"]["NAME"] = database
    django.setup()
    from tests.newspaper import let_in

    let_in(int(port), setattr, max_seconds=60)
    with app.replace_connector(app.connector.get_worker_connector()):
        app.run_worker(wait=True)


if __name__ == "__main__":
    main(*sys.argv[1:])
