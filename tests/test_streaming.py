"""Long exports: sent while they are written, and broken off for all to see if a row is wrong."""

import contextlib
import http.client
import os
import socket
import subprocess
import sys
import time
from urllib.parse import quote

import pytest
from django.db import connection

from annotations.export import exporting
from annotations.models import Annotation
from annotations.views import export

PAGE = "/studies/press/export/"
ANNOTATIONS = f"{PAGE}annotations.csv"
GUNICORN = {"SERVER_SOFTWARE": "gunicorn/26", "SERVER_PROTOCOL": "HTTP/1.1"}
# The production server, for which more than no row is long.
SERVE = """
import django
django.setup()
from annotations.views import export
export.LONG = 0
from gunicorn.app.wsgiapp import run
run()
"""


@pytest.fixture
def tags(tag, revision):
    return [tag(revision, words) for words in ("Monday", "strait", "harbour accord")]


@pytest.fixture
def short(monkeypatch):
    """More than one row is long, and each row is a piece."""
    monkeypatch.setattr(export, "LONG", 1)
    monkeypatch.setattr(exporting, "CHUNK_BYTES", 1)


def change_text():
    with connection.cursor() as cursor:
        cursor.execute("UPDATE sources_revision SET text = replace(text, 'strait', 'STRAIT')")


@pytest.mark.django_db
def test_long_export_has_the_bytes_of_a_short_one_and_no_length(
    study, cast, client_of, tags, monkeypatch
):
    client = client_of(cast.reviewer)
    whole = client.get(ANNOTATIONS, **GUNICORN)
    monkeypatch.setattr(export, "LONG", 1)
    streamed = client.get(ANNOTATIONS, **GUNICORN)
    assert "Content-Length" in whole.headers
    assert "Content-Length" not in streamed.headers
    assert b"".join(streamed) == b"".join(whole)
    for header in ("Content-Disposition", "Content-Type", "Cache-Control"):
        assert streamed.headers[header] == whole.headers[header]


@pytest.mark.django_db
@pytest.mark.parametrize(
    "server", [GUNICORN | {"SERVER_PROTOCOL": "HTTP/1.0"}, {"SERVER_SOFTWARE": "WSGIServer/0.2"}]
)
def test_export_is_whole_before_it_is_sent_where_no_break_would_show(
    study, cast, client_of, tags, short, server
):
    response = client_of(cast.reviewer).get(ANNOTATIONS, **server)
    assert int(response.headers["Content-Length"]) == len(b"".join(response))


@pytest.mark.django_db
def test_header_is_sent_before_any_row_is_asked_for(study, tags, django_assert_num_queries):
    pieces = exporting.stream_annotations(Annotation.objects.in_study(study))
    with django_assert_num_queries(0):
        assert next(pieces).startswith("\ufeffrow_safe,".encode())


@pytest.mark.django_db
def test_head_of_a_long_export_asks_for_no_row(study, cast, client_of, tags, short):
    change_text()
    response = client_of(cast.reviewer).head(ANNOTATIONS, **GUNICORN)
    assert (response.status_code, b"".join(response)) == (200, b"")


@pytest.mark.django_db(transaction=True)
def test_reader_who_goes_away_ends_the_query(study, cast, client_of, tags, short):
    response = client_of(cast.reviewer).get(ANNOTATIONS, **GUNICORN)
    pieces = iter(response)
    next(pieces), next(pieces)
    response.close()
    with connection.cursor() as cursor:
        cursor.execute("SELECT count(*) FROM annotations_annotation")
        assert cursor.fetchone() == (3,)


@pytest.mark.django_db
def test_page_tells_once_why_a_download_broke_off(study, cast, client_of, tags, short):
    change_text()
    client = client_of(cast.reviewer)
    pieces = iter(client.get(ANNOTATIONS, **GUNICORN))
    with pytest.raises(exporting.ExportMismatch):
        list(pieces)
    page = client.get(PAGE).content.decode()
    assert "The download broke off there" in page
    assert any(str(tag.pk) in page for tag in tags)
    assert "The download broke off there" not in client.get(PAGE).content.decode()


@pytest.mark.django_db(transaction=True)
def test_broken_off_download_is_not_taken_for_the_whole(study, cast, client_of, tags):
    change_text()
    cookie = client_of(cast.reviewer).cookies["sessionid"].value
    with socket.socket() as chosen:
        chosen.bind(("127.0.0.1", 0))
        port = chosen.getsockname()[1]
    server = _serve(port)
    try:
        _await(port, server)
        asked = http.client.HTTPConnection("127.0.0.1", port, timeout=30)
        asked.request("GET", ANNOTATIONS, headers={"Cookie": f"sessionid={cookie}"})
        response = asked.getresponse()
        assert (response.status, response.getheader("Transfer-Encoding")) == (200, "chunked")
        with contextlib.closing(asked), pytest.raises(http.client.IncompleteRead):
            response.read()
    finally:
        server.terminate()
        server.wait(timeout=30)


def _serve(port: int) -> subprocess.Popen:
    """Start the production server on the test's own database."""
    said = connection.get_connection_params()
    words = [word for word in ("host", "port", "user") if word in said]
    given = "&".join(f"{word}={quote(str(said[word]))}" for word in words)
    environment = os.environ | {
        "BIND": f"127.0.0.1:{port}",
        "WEB_CONCURRENCY": "1",
        "DATABASE_URL": f"postgresql:///{connection.settings_dict['NAME']}?{given}",
        "DJANGO_SETTINGS_MODULE": "tests.settings",
    }
    command = [sys.executable, "-c", SERVE, "--config", "python:config.gunicorn", "config.wsgi"]
    return subprocess.Popen(command, env=environment)


def _await(port: int, server: subprocess.Popen) -> None:
    """Wait until the server listens."""
    for _ in range(300):
        try:
            socket.create_connection(("127.0.0.1", port), timeout=1).close()
        except OSError:
            assert server.poll() is None
            time.sleep(0.1)
        else:
            return
    raise TimeoutError("The server does not listen.")
