"""Which system account runs the server, and what it must be able to reach.

PostgreSQL refuses to run as root. An ordinary user runs it as themselves; root runs it as the
owner of the data folder, or else as the account `pgserver`, which is created.
"""

import os
import pwd
import shutil
import stat
import subprocess
import sys
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

ACCOUNT = "pgserver"


class EmbeddedError(Exception):
    """The embedded server cannot be had; the message tells a person why and what to do."""


def account_for(folder: Path) -> pwd.struct_passwd | None:
    """Return the account to switch to for the server of `folder`; None to stay who we are.

    Raises EmbeddedError if `folder` belongs to somebody else, or no account can be created.
    """
    owner = folder.stat().st_uid if folder.exists() else None
    if os.geteuid() != 0:
        if owner not in {None, os.geteuid()}:
            raise EmbeddedError(
                f"{folder} belongs to {_name(owner)}. Run as that user or as root, or choose"
                " another folder with PARALLAX_DATA."
            )
        return None
    if owner:
        return pwd.getpwuid(owner)
    try:
        return pwd.getpwnam(ACCOUNT)
    except KeyError:
        return _create_account()


def run_as(
    account: pwd.struct_passwd | None,
    command: Sequence[str | Path],
    cwd: Path,
    environment: Mapping[str, str] | None = None,
) -> subprocess.CompletedProcess[str]:
    """Run `command` to its end as `account`, out of the terminal's reach; return the result.

    A session of its own keeps Ctrl-C in the terminal from the server that the command leaves
    behind.
    """
    who: dict[str, Any] = {}
    if account:
        who = {"user": account.pw_uid, "group": account.pw_gid, "extra_groups": []}
    process = subprocess.Popen(
        command,
        cwd=cwd,
        env=environment,
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
        start_new_session=True,
        **who,
    )
    try:
        output, _ = process.communicate()
    except BaseException:
        # Ctrl-C for us: let it finish, because half a start is a server nobody knows of.
        process.communicate()
        raise
    return subprocess.CompletedProcess(command, process.returncode, output)


def make_reachable(path: Path, account: pwd.struct_passwd | None) -> None:
    """Let `account` pass through the folders above `path`, as root's home does not.

    Adds the right to search to each folder that lacks it, and says so; never the right to list.
    """
    if account is None:
        return
    for parent in path.resolve().parents:
        mode = parent.stat()
        right = stat.S_IXOTH
        if mode.st_uid == account.pw_uid:
            right = stat.S_IXUSR
        elif mode.st_gid == account.pw_gid:
            right = stat.S_IXGRP
        if not mode.st_mode & right:
            parent.chmod(stat.S_IMODE(mode.st_mode) | right)
            sys.stderr.write(f"Let {account.pw_name} pass through {parent}.\n")


def make_readable(installation: Path, account: pwd.struct_passwd | None) -> None:
    """Let `account` run the programs of `installation`, also where root's umask hid them."""
    make_reachable(installation / "bin", account)
    if account is None or (installation / "bin" / "postgres").stat().st_mode & stat.S_IXOTH:
        return
    for path in (installation, *installation.rglob("*")):
        mode = stat.S_IMODE(path.stat().st_mode)
        path.chmod(mode | stat.S_IROTH | (stat.S_IXOTH if mode & stat.S_IXUSR else 0))


def _name(uid: int) -> str:
    try:
        return pwd.getpwuid(uid).pw_name
    except KeyError:
        return f"the user with id {uid}"


def _create_account() -> pwd.struct_passwd:
    if not shutil.which("useradd"):
        raise EmbeddedError(
            f"PostgreSQL does not run as root. Create a system user {ACCOUNT!r}, or run Parallax"
            " as an ordinary user."
        )
    subprocess.run(
        ["useradd", "--system", "--no-create-home", "--shell", "/usr/sbin/nologin", ACCOUNT],
        check=False,  # another process may have been faster; the look-up decides
        capture_output=True,
    )
    return pwd.getpwnam(ACCOUNT)
