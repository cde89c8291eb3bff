"""Import from an address: public pages only, and what is fetched waits as a draft."""

import functools
import http.server
import threading

import pytest
from django.urls import reverse

from annotations.forms import imports as forms
from sources.fetching import fetch
from sources.models import Draft
from tests.conftest import HARBOUR as TEXT

pytestmark = pytest.mark.django_db


@pytest.fixture
def member(client_of, cast):
    return client_of(cast.reviewer)


@pytest.fixture
def url(story):
    return reverse("article_import", args=["press", story.pk])


@pytest.mark.parametrize(
    "address", ["http://127.0.0.1/x", "http://10.0.0.1/", "ftp://a.example/x", "not an address"]
)
def test_address_that_is_not_on_the_public_web_is_refused(member, url, address):
    response = member.post(url, {"way": "address", "url": address})
    assert response.status_code == 422
    assert response.context["address_form"].errors
    assert not Draft.objects.exists()


@pytest.fixture
def site(monkeypatch):
    """A web site on this machine that the form may ask, other than by default."""

    class Pages(http.server.BaseHTTPRequestHandler):
        def do_GET(self):
            paragraphs = "".join(f"<p>{line}</p>" for line in TEXT.split("\n\n"))
            page = f"<html><body><article>{paragraphs}</article></body></html>".encode()
            self.send_response(200)
            self.send_header("Content-Type", "text/html; charset=utf-8")
            self.send_header("Content-Length", str(len(page)))
            self.end_headers()
            self.wfile.write(page)

        def log_message(self, *args):
            pass

    with http.server.ThreadingHTTPServer(("127.0.0.1", 0), Pages) as server:
        threading.Thread(target=server.serve_forever, daemon=True).start()
        port = server.server_port
        allowing = functools.partial(fetch, is_allowed=lambda address: True, ports={port})
        monkeypatch.setattr(forms, "fetch", allowing)
        yield f"http://127.0.0.1:{port}"
        server.shutdown()


def test_fetched_page_waits_as_a_draft_with_its_address(member, url, site):
    member.post(url, {"way": "address", "url": f"{site}/accord"})
    draft = Draft.objects.get()
    assert draft.url == f"{site}/accord"
    assert "signed the harbour accord" in draft.text
