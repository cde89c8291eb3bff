"""Settings: what is read is documented, and nonsense is refused at start."""

import os
import re
import subprocess
import sys
from pathlib import Path

import pytest

from config.database import database_from_environment

ROOT = Path(__file__).parent.parent
# os.environ.get("X"), os.environ["X"], _flag("X"), _count("X", 2) and the like; X ?= in make.
READ_IN_PYTHON = re.compile(r'(?:environ(?:\.get)?[(\[]|\b_[a-z]+\()"([A-Z_]+)"(?!\] =)')
READ_BY_MAKE = re.compile(r"^([A-Z_]+) \?=", re.MULTILINE)


def read_anywhere():
    names = set(READ_BY_MAKE.findall((ROOT / "Makefile").read_text()))
    for path in (ROOT / "config").rglob("*.py"):
        names |= set(READ_IN_PYTHON.findall(path.read_text()))
    return names


def documented():
    text = (ROOT / "docs/settings.md").read_text()
    return set(re.findall(r"^\| `([A-Z_]+)`", text, re.MULTILINE))


def test_settings_read_and_settings_documented_are_the_same():
    assert {"SECRET_KEY", "DATABASE_URL", "PARALLAX_DATA", "PORT", "PYTHON"} <= read_anywhere()
    assert documented() == read_anywhere()


@pytest.mark.parametrize(
    ("name", "value", "said"),
    [
        ("DEBUG", "maybe", "DEBUG is 'maybe'; use 1 or 0"),
        ("HTTPS", "2", "HTTPS is '2'; use 1 or 0"),
        ("ALLOWED_HOSTS", "https://parallax.example/", "use names such as"),
        ("CSRF_TRUSTED_ORIGINS", "parallax.example", "begin it with https://"),
        ("DATABASE_URL", "mysql://someone:hush@localhost/parallax", "must be like postgresql://"),
        ("PREPARED_STATEMENTS", "yes", "PREPARED_STATEMENTS is 'yes'; use 1 or 0"),
        ("PARALLAX_DATA", "/dev/null/var", "Cannot keep data in /dev/null/var"),
        ("REFETCH_PAUSE", "soon", "REFETCH_PAUSE is 'soon'; use a number of seconds"),
        ("API_PER_MINUTE", "0", "API_PER_MINUTE is '0'; use a number from 1"),
        ("WEB_CONCURRENCY", "many", "WEB_CONCURRENCY is 'many'; use a number from 1"),
        ("THREADS", "0", "THREADS is '0'; use a number from 1"),
    ],
)
def test_nonsense_is_refused_at_start(name, value, said):
    ended = subprocess.run(
        [sys.executable, "-c", "import config.gunicorn, config.settings"],
        env=os.environ | {name: value},
        cwd=ROOT,
        capture_output=True,
        text=True,
        check=False,
    )
    assert ended.returncode == 1
    assert said in ended.stderr
    assert "hush" not in ended.stderr


def test_database_url_says_all_that_libpq_understands(monkeypatch, tmp_path):
    url = "postgresql://ada:p%40ss@db.example:6432/par%20allax?sslmode=require"
    monkeypatch.setenv("DATABASE_URL", url)
    monkeypatch.setenv("PREPARED_STATEMENTS", "0")
    database = database_from_environment(tmp_path)
    assert database["ENGINE"] == "django.db.backends.postgresql"
    assert [database[key] for key in ("NAME", "USER", "PASSWORD", "HOST", "PORT", "OPTIONS")] == [
        "par allax", "ada", "p@ss", "db.example", "6432", {"sslmode": "require"},
    ]  # fmt: skip


def test_database_url_may_name_a_socket(monkeypatch, tmp_path):
    monkeypatch.setenv("DATABASE_URL", "postgresql:///parallax?host=/run/postgresql")
    database = database_from_environment(tmp_path)
    assert (database["NAME"], database["HOST"]) == ("parallax", "/run/postgresql")


@pytest.mark.parametrize("url", ["postgresql://localhost", "postgresql://localhost:port/x"])
def test_incomplete_database_url_is_refused(monkeypatch, tmp_path, url):
    monkeypatch.setenv("DATABASE_URL", url)
    with pytest.raises(ValueError, match="DATABASE_URL must be like"):
        database_from_environment(tmp_path)


def test_without_database_url_the_database_lies_in_the_data_folder(monkeypatch, tmp_path):
    monkeypatch.delenv("DATABASE_URL", raising=False)
    assert database_from_environment(tmp_path)["EMBEDDED_DIR"] == tmp_path / "postgres"
