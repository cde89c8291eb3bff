"""The demo as a person runs it: started, used, stopped, and killed."""

import json
import os
import re
import signal
import socket
import subprocess
import sys
import tempfile
import time
from http.cookiejar import CookieJar
from pathlib import Path
from urllib.parse import urlencode
from urllib.request import HTTPCookieProcessor, build_opener

import psutil
import pytest

ROOT = Path(__file__).parent.parent
# One data folder for all, so one process: only the first start is slow. A start takes seconds, so
# a test that leaves its demo running hands it on to the next.
pytestmark = pytest.mark.xdist_group("demo")


class Demo:
    """The demo in a process group of its own, as a shell starts it."""

    def __init__(self, folder, port, **environment):
        self.folder, self.port = folder, port
        self.process = subprocess.Popen(
            [sys.executable, "-m", "config.demo"],
            cwd=ROOT,
            env=os.environ | {"PARALLAX_DATA": str(folder), "PORT": str(port)} | environment,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
            start_new_session=True,
        )
        self.said = ""

    def ready(self):
        """Read up to the line that says how to stop it."""
        for line in self.process.stdout:
            self.said += line
            if "Ctrl-C" in line:
                return self
        raise AssertionError(self.said)

    def stop(self, number=signal.SIGINT):
        """Send the whole group a signal, as Ctrl-C does; return the exit code."""
        os.killpg(self.process.pid, number)
        self.said += self.process.communicate(timeout=30)[0]
        return self.process.returncode

    def get(self, path, browser=None):
        """Return the answer to a request; urllib raises unless it is a success."""
        return (browser or build_opener()).open(f"http://localhost:{self.port}{path}", timeout=10)

    def database_runs(self):
        noted = self.folder / "postgres" / "postmaster.pid"
        return noted.exists() and psutil.pid_exists(int(noted.read_text().split()[0]))


@pytest.fixture(scope="module")
def started():
    """A folder in which a demo was started once, and the demos that a test left running."""
    with tempfile.TemporaryDirectory(prefix="parallax-demo-") as made:
        folder, running = Path(made), []
        folder.chmod(0o755)
        running.append(Demo(folder, free_port()).ready())
        yield folder, running
        stop_all(running)


def stop_all(running):
    while running:
        demo = running.pop()
        if demo.process.poll() is None:
            demo.stop()
        demo.process.stdout.close()


@pytest.fixture
def demo(started):
    """A demo that runs: the one the test before left, or else a new one."""
    folder, running = started
    if not running:
        running.append(Demo(folder, free_port()).ready())
    yield running[0]
    if running[0].process.poll() is not None:
        stop_all(running)


@pytest.fixture
def folder(started):
    """The folder, in which no demo runs."""
    folder, running = started
    stop_all(running)
    return folder


def free_port():
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return probe.getsockname()[1]


def log_in(demo, name, password):
    """Return the page that the user lands on."""
    browser = build_opener(HTTPCookieProcessor(CookieJar()))
    page = demo.get("/login/", browser).read().decode()
    token = re.search(r'name="csrfmiddlewaretoken" value="(\w+)"', page)[1]
    form = {"csrfmiddlewaretoken": token, "username": name, "password": password}
    url = f"http://localhost:{demo.port}/login/"
    return browser.open(url, urlencode(form).encode(), timeout=10)


def test_printed_accounts_can_log_in_at_the_printed_address(demo):
    assert f"http://localhost:{demo.port}" in demo.said
    password = re.search(r"password of all: (\S+)", demo.said)[1]
    for name in ("ada", "ben", "mira", "admin"):
        assert name in demo.said
        landed = log_in(demo, name, password)
        assert landed.status == 200
        assert not landed.url.endswith("/login/")


def test_static_files_have_hashed_names_and_are_kept_by_the_browser(demo):
    page = demo.get("/login/").read().decode()
    named = re.findall(r'(?:href|src)="(/static/[^"]+)"', page)
    modules = json.loads(re.search(r'<script type="importmap"[^>]*>(.*?)</script>', page)[1])
    addresses = {*named, *modules["imports"].values()}
    assert len(addresses) > 3
    for address in addresses:
        assert re.search(r"\.[0-9a-f]{12}\.\w+$", address), address
        assert "immutable" in demo.get(address).headers["Cache-Control"]


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM])
def test_signal_stops_server_and_database_cleanly(demo, number):
    assert demo.database_runs()
    assert demo.stop(number) == 0
    assert not (demo.folder / "postgres" / "postmaster.pid").exists()
    assert "Traceback" not in demo.said


def test_second_start_is_quick_and_keeps_everything(folder):
    key = (folder / "secret-key").read_text()
    made = (folder / "postgres" / "PG_VERSION").stat().st_ino
    started = time.monotonic()
    Demo(folder, free_port()).ready().stop()
    assert time.monotonic() - started < 10
    assert (folder / "secret-key").read_text() == key
    assert (folder / "postgres" / "PG_VERSION").stat().st_ino == made


def test_signal_to_the_demo_alone_stops_all(demo):
    worker = worker_beside(demo)
    demo.process.terminate()
    assert demo.process.wait(timeout=30) == 0
    assert not (demo.folder / "postgres" / "postmaster.pid").exists()
    assert psutil.wait_procs([worker], timeout=15)[0] == [worker]


def worker_beside(demo):
    """Return the one worker, which leads a session of its own, out of Ctrl-C's reach."""
    children = psutil.Process(demo.process.pid).children()
    (worker,) = [child for child in children if os.getsid(child.pid) == child.pid]
    return worker


@pytest.mark.parametrize("victim", ["demo", "group", "group and database"])
def test_start_after_a_kill_recovers_on_the_same_port(demo, victim):
    worker = worker_beside(demo)
    database = int((demo.folder / "postgres" / "postmaster.pid").read_text().split()[0])
    if victim == "demo":
        demo.process.kill()
    else:
        os.killpg(demo.process.pid, signal.SIGKILL)
    if victim == "group and database":
        os.kill(database, signal.SIGKILL)
    demo.process.wait()
    assert psutil.wait_procs([worker], timeout=15)[0] == [worker]
    again = Demo(demo.folder, demo.port).ready()
    assert again.get("/login/").status == 200
    assert again.stop() == 0
    assert not again.database_runs()


def test_taken_port_is_refused_with_another_to_try(folder):
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        taken.listen()
        port = taken.getsockname()[1]
        second = Demo(folder, port)
        said, _ = second.process.communicate(timeout=30)
    assert second.process.returncode == 1
    assert said == f"Port {port} is taken. Choose another: PORT={port + 1} make demo\n"


def test_demo_stays_out_of_a_real_installation(folder):
    real = {"DATABASE_URL": "postgresql://nobody@127.0.0.1:1/real", "HTTPS": "1"}
    demo = Demo(folder, free_port(), **real).ready()
    assert demo.get("/login/").status == 200
    assert demo.stop() == 0
    assert "The demo ignores DATABASE_URL." in demo.said
