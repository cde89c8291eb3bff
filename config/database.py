"""The database: DATABASE_URL, or an embedded PostgreSQL in the data folder."""

import os
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import psycopg
from psycopg.conninfo import conninfo_to_dict

EXPECTED = "DATABASE_URL must be like postgresql://user:password@host:5432/name"


def database_from_environment(data_dir: Path) -> dict[str, Any]:
    """Return Django's settings for the one database.

    Connections live as long as their thread: to open one per request costs two thirds of the
    throughput. DATABASE_URL may say all that libpq understands, such as `?sslmode=require`.
    Raises ValueError for a DATABASE_URL that is not PostgreSQL's, without repeating it: it
    holds a password.
    """
    lasting = {"CONN_MAX_AGE": None, "CONN_HEALTH_CHECKS": True}
    url = os.environ.get("DATABASE_URL", "").strip()
    if not url:
        return lasting | {
            "ENGINE": "config.embedded",
            "NAME": "parallax",
            "USER": "postgres",
            "EMBEDDED_DIR": data_dir / "postgres",
            "EMBEDDED_NAME": "parallax",
            "OPTIONS": _prepared(),
        }
    if urlsplit(url).scheme not in {"postgres", "postgresql"}:
        raise ValueError(EXPECTED)
    try:
        said = conninfo_to_dict(url)
        int(said.get("port") or 5432)
    except (psycopg.ProgrammingError, ValueError):
        raise ValueError(EXPECTED) from None
    if not said.get("dbname"):
        raise ValueError(f"{EXPECTED}; the name is missing")
    words = ("user", "password", "host", "port")
    return (
        lasting
        | {"ENGINE": "django.db.backends.postgresql"}
        | {"NAME": said.pop("dbname")}
        | {word.upper(): said.pop(word) for word in words if word in said}
        | {"OPTIONS": said | _prepared()}
    )


def _prepared() -> dict[str, Any]:
    """Return the options for prepared statements: to plan a join takes longer than to run it.

    PREPARED_STATEMENTS=0 is for a pooler that hands each transaction another connection.
    """
    wanted = os.environ.get("PREPARED_STATEMENTS", "").strip() or "1"
    if wanted not in {"0", "1"}:
        raise ValueError(f"PREPARED_STATEMENTS is {wanted!r}; use 1 or 0")
    # After three runs of the same statement on a connection.
    return {"server_side_binding": True, "prepare_threshold": 3} if wanted == "1" else {}
