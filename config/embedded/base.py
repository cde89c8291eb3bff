"""Django's database backend that starts the embedded server when first connected to.

Commands that never query (`check`, `makemigrations --check`) never start it.
"""

from collections.abc import Iterable
from pathlib import Path
from typing import Any

import psycopg
from django.core.exceptions import ImproperlyConfigured
from django.db.backends.postgresql import base, client

from config.embedded.account import EmbeddedError
from config.embedded.server import installation, join


class DatabaseClient(client.DatabaseClient):
    """`manage.py dbshell` with the wheel's own psql."""

    executable_name = str(installation() / "bin" / "psql")

    @classmethod
    def settings_to_cmd_args_env(
        cls, settings_dict: dict[str, Any], parameters: Iterable[str]
    ) -> tuple[list[str], dict[str, str] | None]:
        """Return psql's arguments and environment, once the server runs."""
        host = {"HOST": str(_socket_folder(settings_dict))}
        return super().settings_to_cmd_args_env(settings_dict | host, parameters)


class DatabaseWrapper(base.DatabaseWrapper):
    """PostgreSQL behind the socket of the embedded server."""

    client_class = DatabaseClient

    def get_connection_params(self) -> dict[str, Any]:
        """Return what to connect with, once the server runs."""
        host = {"host": str(_socket_folder(self.settings_dict))}
        return super().get_connection_params() | host

    def get_new_connection(self, conn_params: dict[str, Any]) -> psycopg.Connection:
        """Connect, and once more if the server had died since this process joined it."""
        try:
            return super().get_new_connection(conn_params)
        except psycopg.OperationalError:
            host = {"host": str(_socket_folder(self.settings_dict, again=True))}
            return super().get_new_connection(conn_params | host)


def _socket_folder(settings_dict: dict[str, Any], *, again: bool = False) -> Path:
    folder = settings_dict["EMBEDDED_DIR"]
    options = settings_dict.get("EMBEDDED_OPTIONS")
    try:
        return join(folder, settings_dict["EMBEDDED_NAME"], options, again=again)
    except EmbeddedError as error:
        raise ImproperlyConfigured(str(error)) from error
