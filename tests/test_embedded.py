"""The embedded server, through processes that come, go, and are killed."""

import contextlib
import os
import shutil
import signal
import subprocess
import sys
import tempfile
from pathlib import Path

import psutil
import pytest

ROOT = Path(__file__).parent.parent
# A user of the server: says where it is, and leaves when its input ends.
USER = """
import sys
from pathlib import Path
from config.embedded.account import EmbeddedError
from config.embedded.server import join
try:
    print(join(Path(sys.argv[1]), "parallax", {"fsync": "off"}), flush=True)
except EmbeddedError as error:
    sys.exit(str(error))
sys.stdin.read()
"""


class User:
    """A process that uses the server of a folder."""

    def __init__(self, folder, program=USER):
        self.process = subprocess.Popen(
            [sys.executable, "-c", program, str(folder)],
            cwd=ROOT,
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            text=True,
        )

    def joined(self):
        """Return the socket folder once it is said."""
        return Path(self.process.stdout.readline().rstrip("\n"))

    def leave(self):
        """End the process in good order; return its exit code and what it complained of."""
        _, errors = self.process.communicate(timeout=60)
        return self.process.returncode, errors

    def kill(self):
        self.process.kill()
        self.leave()


@contextlib.contextmanager
def open_folder():
    """Make a folder that the server's account may enter; pytest's are for its own user only."""
    with tempfile.TemporaryDirectory(prefix="parallax-test-") as made:
        Path(made).chmod(0o755)
        yield Path(made)


@pytest.fixture
def place():
    """An empty data folder."""
    with open_folder() as made:
        yield made


@pytest.fixture(scope="module")
def pattern():
    """A complete cluster, to copy: to make one takes longer than all else here."""
    with open_folder() as made:
        assert User(made / "postgres").leave() == (0, "")
        yield made / "postgres"


@pytest.fixture
def folder(pattern, place):
    """A cluster that does not run; what still runs afterwards is stopped."""
    subprocess.run(["cp", "-a", pattern, place / "postgres"], check=True)
    yield place / "postgres"
    if runs(place / "postgres"):
        os.kill(postmaster(place / "postgres"), signal.SIGQUIT)


def postmaster(folder):
    return int((folder / "postmaster.pid").read_text().split()[0])


def runs(folder):
    return (folder / "postmaster.pid").exists() and psutil.pid_exists(postmaster(folder))


def test_last_process_to_leave_stops_the_server(folder):
    first, second = User(folder), User(folder)
    assert first.joined() == second.joined()
    assert first.leave() == (0, "")
    assert runs(folder)
    assert second.leave() == (0, "")
    assert not runs(folder)


def test_killed_process_is_no_longer_a_user(folder):
    killed, other = User(folder), User(folder)
    assert killed.joined() == other.joined()
    killed.kill()
    assert runs(folder)
    other.leave()
    assert not runs(folder)


def test_server_of_killed_processes_is_taken_over_and_stopped(folder):
    user = User(folder)
    user.joined()
    user.kill()
    left = postmaster(folder)
    heir = User(folder)
    heir.joined()
    assert postmaster(folder) == left
    heir.leave()
    assert not runs(folder)


def test_process_id_of_somebody_else_is_not_taken_for_the_server(folder):
    user = User(folder)
    socket = user.joined()
    noted = (folder / "postmaster.pid").read_text().splitlines()
    os.kill(postmaster(folder), signal.SIGKILL)
    user.kill()
    recycled = [str(os.getpid()), *noted[1:]]
    (folder / "postmaster.pid").write_text("\n".join(recycled))
    (socket / ".s.PGSQL.5432.lock").write_text("\n".join(recycled))
    heir = User(folder)
    assert heir.joined() == socket
    assert heir.leave() == (0, "")


def test_empty_process_file_of_a_power_cut_is_no_obstacle(folder):
    (folder / "postmaster.pid").touch()
    user = User(folder)
    user.joined()
    assert user.leave() == (0, "")


def test_two_first_starts_at_once_make_one_server(place):
    users = [User(place / "postgres") for _ in range(2)]
    assert {user.joined() for user in users} == {place / "postgres"}
    assert [user.leave()[0] for user in users] == [0, 0]
    assert not runs(place / "postgres")


def test_remains_of_a_killed_initdb_are_replaced(place):
    (place / "postgres.new" / "base").mkdir(parents=True)
    (place / "postgres.new" / "PG_VERSION").write_text("18\n")
    user = User(place / "postgres")
    assert user.joined() == place / "postgres"
    assert user.leave()[0] == 0
    assert not (place / "postgres.new").exists()


def test_folder_of_something_else_is_left_alone(place):
    (place / "postgres").mkdir()
    (place / "postgres" / "thesis.txt").write_text("three years")
    code, said = User(place / "postgres").leave()
    assert code == 1
    assert "holds something that is no database" in said
    assert (place / "postgres" / "thesis.txt").read_text() == "three years"


def test_folder_of_another_release_is_refused(folder):
    (folder / "PG_VERSION").write_text("17\n")
    code, said = User(folder).leave()
    assert code == 1
    assert "was made by PostgreSQL 17, this is 18" in said


def test_folder_that_cannot_be_made_is_named():
    code, said = User("/dev/null/var/postgres").leave()
    assert code == 1
    assert "Cannot keep the database in /dev/null/var" in said
    assert "PARALLAX_DATA" in said


def test_long_path_gets_a_short_socket_that_goes_with_the_server(folder):
    deep = folder.parent / ("x" * 120)
    deep.mkdir()
    shutil.move(folder, deep / "postgres")
    user = User(deep / "postgres")
    socket = user.joined()
    assert len(os.fsencode(socket)) < 90
    assert user.leave()[0] == 0
    assert not socket.exists()


def test_path_with_quotes_and_a_dollar_is_only_a_path(folder):
    odd = folder.parent / """it's "$HOME" `x`"""
    odd.mkdir()
    shutil.move(folder, odd / "postgres")
    user = User(odd / "postgres")
    assert user.joined() == odd / "postgres"
    assert user.leave() == (0, "")


def test_child_of_a_fork_is_no_user_until_it_joins(folder):
    program = USER.replace(
        "sys.stdin.read()", "import os\nif os.fork(): os.wait(), sys.stdin.read()"
    )
    user = User(folder, program)
    user.joined()
    assert runs(folder)
    user.leave()
    assert not runs(folder)


def test_connection_is_made_again_after_the_server_died(folder):
    program = """
import os, signal, sys
from pathlib import Path
from config.embedded.base import DatabaseWrapper
from django.conf import settings
folder = Path(sys.argv[1])
settings.configure(DATABASES={"default": {"ENGINE": "config.embedded", "NAME": "parallax",
    "USER": "postgres", "EMBEDDED_DIR": folder, "EMBEDDED_NAME": "parallax",
    "CONN_MAX_AGE": None, "CONN_HEALTH_CHECKS": True}})
import django
django.setup()
from django.db import connection
connection.cursor().execute("SELECT 1")
os.kill(int((folder / "postmaster.pid").read_text().split()[0]), signal.SIGKILL)
connection.close()
connection.cursor().execute("SELECT 1")
"""
    assert User(folder, program).leave() == (0, "")
    assert not runs(folder)


def test_check_does_not_start_the_server(place):
    environment = {key: value for key, value in os.environ.items() if key != "DATABASE_URL"}
    subprocess.run(
        [sys.executable, "manage.py", "check"],
        env=environment
        | {"PARALLAX_DATA": str(place), "DJANGO_SETTINGS_MODULE": "config.settings"},
        cwd=ROOT,
        check=True,
        capture_output=True,
    )
    assert [path.name for path in place.iterdir()] == ["secret-key"]
