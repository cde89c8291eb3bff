"""Pages are fetched from the public web and from nowhere else. The servers here are real."""

import gzip
import shutil
import socket
import ssl
import subprocess
import threading
import time
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from types import SimpleNamespace

import pytest

from sources.fetching import (
    FetchFailed,
    FetchRefused,
    NotModified,
    Validators,
    fetch,
    fetch_if_changed,
)

MODIFIED = "Mon, 02 Nov 2026 10:00:00 GMT"
PAGE = "<p>The talks end at “nine”.</p>".encode()


class Site(BaseHTTPRequestHandler):
    """Answers by path; what it was asked stands in `server.asked`."""

    def do_GET(self):
        self.server.asked.append((self.path, dict(self.headers)))
        answer = getattr(self, "answer_" + self.path.strip("/").split("/")[0].split("?")[0], None)
        if answer is None:
            self.send_error(404)
        else:
            answer()

    def reply(self, body, *, status=200, **headers):
        self.send_response(status)
        headers = {"Content_Type": "text/html; charset=utf-8", **headers}
        for name, value in headers.items():
            self.send_header(name.replace("_", "-"), value)
        self.end_headers()
        self.wfile.write(body)

    def answer_page(self):
        self.reply(PAGE)

    def answer_packed(self):
        self.reply(gzip.compress(PAGE), Content_Encoding="gzip")

    def answer_bomb(self):
        self.reply(gzip.compress(b"0" * 5_000_000), Content_Encoding="gzip")

    def answer_large(self):
        self.reply(b"0" * 2_000_000)

    def answer_picture(self):
        self.reply(b"\x89PNG", Content_Type="image/png")

    def answer_brotli(self):
        self.reply(b"x", Content_Encoding="br")

    def answer_cut(self):
        self.reply(b"half", Content_Length="100")

    def answer_hop(self):
        left = int(self.path.rsplit("/", 1)[1])
        self.reply(b"", status=302, Location=f"/hop/{left - 1}" if left > 1 else "/page")

    def answer_away(self):
        self.reply(b"", status=301, Location=self.server.away)

    def answer_tagged(self):
        if '"one"' in self.headers.values() or MODIFIED in self.headers.values():
            self.reply(b"", status=304)
        else:
            self.reply(PAGE, ETag='"one"', Last_Modified=MODIFIED)

    def answer_mistagged(self):
        self.reply(PAGE, ETag=f'"{"x" * 600}"', Last_Modified="ma\xf1ana")

    def answer_later(self):
        self.reply(b"", status=503, Retry_After=self.server.later)

    def drip(self, chunk):
        try:
            for _ in range(100):
                self.wfile.write(chunk)
                time.sleep(0.1)
        except OSError:
            pass

    def answer_drip(self):
        self.reply(b"")
        self.drip(b"x")

    def answer_headers(self):
        self.wfile.write(b"HTTP/1.0 200 OK\r\n")
        self.drip(b"X-Header: more\r\n")

    def log_message(self, *args):
        pass


@pytest.fixture
def site():
    server = ThreadingHTTPServer(("127.0.0.1", 0), Site)
    server.asked, server.away, server.daemon_threads = [], "", True
    thread = threading.Thread(target=server.serve_forever, args=(0.02,))
    thread.start()
    port = server.server_port

    def get(path, **limits):
        limits = {"is_allowed": lambda address: True, "ports": {port}, "max_seconds": 5} | limits
        return fetch(f"http://localhost:{port}{path}", **limits)

    def again(path, known):
        limits = {"is_allowed": lambda address: True, "ports": {port}, "max_seconds": 5}
        return fetch_if_changed(f"http://localhost:{port}{path}", known, **limits)

    yield SimpleNamespace(get=get, again=again, server=server, port=port)
    server.shutdown()
    thread.join()
    server.server_close()


def test_page_is_fetched_with_its_charset(site):
    fetched = site.get("/page?q=a b#part")
    assert (fetched.data, fetched.media_type, fetched.charset) == (PAGE, "text/html", "utf-8")
    assert fetched.url == f"http://localhost:{site.port}/page?q=a%20b"
    path, headers = site.server.asked[0]
    assert (path, headers["Host"]) == ("/page?q=a%20b", f"localhost:{site.port}")


def test_packed_page_is_unpacked(site):
    assert site.get("/packed").data == PAGE


def test_redirect_to_the_own_machine_is_refused(site):
    site.server.away = f"http://127.0.0.1:{site.port}/page"
    asked = []

    def only_the_first(address):
        asked.append(address)
        return len(asked) <= first

    first = len(socket.getaddrinfo("localhost", site.port, type=socket.SOCK_STREAM))
    with pytest.raises(FetchRefused, match=r"127\.0\.0\.1 is not on the public internet"):
        site.get("/away", is_allowed=only_the_first)
    assert [path for path, _ in site.server.asked] == ["/away"]


@pytest.mark.parametrize(
    "away", ["file:///etc/passwd", "http://u:p@localhost/", "http://localhost:1/"]
)
def test_redirect_is_checked_like_the_first_address(site, away):
    site.server.away = away
    with pytest.raises(FetchRefused):
        site.get("/away")


def resolving_to(monkeypatch, *hosts):
    """Let every name stand for `hosts`; return the list of names that were asked for."""
    real, asked = socket.getaddrinfo, []

    def getaddrinfo(name, port, *args, **options):
        asked.append(name)
        return [entry for host in hosts for entry in real(host, port, *args, **options)]

    monkeypatch.setattr(socket, "getaddrinfo", getaddrinfo)
    return asked


def test_name_with_one_private_address_among_public_ones_is_refused(monkeypatch):
    resolving_to(monkeypatch, "93.184.216.34", "10.0.0.1")
    with pytest.raises(FetchRefused, match=r"times\.example is not on the public internet"):
        fetch("http://times.example/")


def test_connection_goes_to_the_address_that_was_checked(site, monkeypatch):
    """The name is asked for once, so that a second answer cannot lead elsewhere."""
    checked = []
    asked = resolving_to(monkeypatch, "127.0.0.1")
    url = f"http://times.example:{site.port}/page"
    fetch(url, is_allowed=lambda address: not checked.append(address), ports={site.port})
    # The connection itself is made to a number, which the resolver is not asked to look up.
    assert [name for name in asked if name != "127.0.0.1"] == ["times.example"]
    assert [str(address) for address in checked] == ["127.0.0.1"]
    assert site.server.asked[0][1]["Host"] == f"times.example:{site.port}"


def test_five_redirects_are_followed_and_no_more(site):
    assert site.get("/hop/5").url.endswith("/page")
    with pytest.raises(FetchFailed, match="more than 5 times"):
        site.get("/hop/6")


@pytest.mark.parametrize("path", ["/large", "/bomb"])
def test_page_is_not_read_beyond_the_limit(site, path):
    with pytest.raises(FetchFailed, match="more than 1 MB"):
        site.get(path, max_bytes=1024 * 1024)


@pytest.mark.parametrize("path", ["/drip", "/headers"])
def test_page_that_drips_is_given_up_in_time(site, path):
    begun = time.monotonic()
    with pytest.raises(FetchFailed, match="too long"):
        site.get(path, max_seconds=0.5)
    assert time.monotonic() - begun < 2


@pytest.mark.parametrize(
    ("path", "word"),
    [
        ("/missing", "404"),
        ("/picture", "image/png"),
        ("/brotli", "packs"),
        ("/cut", "connection broke"),
    ],
)
def test_answer_that_is_no_page_is_told_with_what_to_do(site, path, word):
    with pytest.raises(FetchFailed, match=word) as failure:
        site.get(path)
    assert "paste the text" in str(failure.value)


def test_site_that_does_not_exist_is_told():
    with pytest.raises(FetchFailed, match="There is no site called"):
        fetch("http://no-such-site.invalid/")


def test_site_that_does_not_listen_is_told():
    with socket.socket() as closed:
        closed.bind(("127.0.0.1", 0))
        port = closed.getsockname()[1]
    with pytest.raises(FetchFailed, match="does not answer"):
        fetch(f"http://127.0.0.1:{port}/", is_allowed=lambda address: True, ports={port})


@pytest.fixture
def unsigned(tmp_path):
    """A server's side of TLS, with a certificate for localhost that nobody signed."""
    if not shutil.which("openssl"):
        pytest.skip("needs openssl to make a certificate")
    key, certificate = tmp_path / "key.pem", tmp_path / "certificate.pem"
    request = "openssl req -x509 -newkey rsa:2048 -nodes -subj /CN=localhost"
    name = ["-addext", "subjectAltName=DNS:localhost", "-keyout", key, "-out", certificate]
    subprocess.run([*request.split(), *name], check=True, capture_output=True)
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(certificate, key)
    return context


def test_certificate_that_nobody_signed_is_refused(site, unsigned):
    site.server.socket = unsigned.wrap_socket(site.server.socket, server_side=True)
    limits = {"is_allowed": lambda address: True, "ports": {site.port}}
    with pytest.raises(FetchFailed, match="certificate is not valid"):
        fetch(f"https://localhost:{site.port}/page", **limits)
    assert site.server.asked == []


def test_certificate_that_is_trusted_is_accepted(site, unsigned, tmp_path, monkeypatch):
    monkeypatch.setenv("SSL_CERT_FILE", str(tmp_path / "certificate.pem"))
    site.server.socket = unsigned.wrap_socket(site.server.socket, server_side=True)
    limits = {"is_allowed": lambda address: True, "ports": {site.port}}
    assert fetch(f"https://localhost:{site.port}/page", **limits).data == PAGE
    with pytest.raises(FetchFailed, match="certificate is not valid"):
        fetch(f"https://127.0.0.1:{site.port}/page", **limits)


def test_page_tells_how_to_ask_for_it_again(site):
    assert site.get("/tagged").validators == Validators('"one"', MODIFIED)
    assert site.get("/page").validators == Validators()


def test_unchanged_page_is_not_sent_again(site):
    assert site.again("/tagged", Validators('"one"')) == NotModified()
    assert site.again("/tagged", Validators(last_modified=MODIFIED)) == NotModified()
    assert site.again("/tagged", Validators('"two"')).data == PAGE
    assert site.again("/page", Validators()).data == PAGE
    assert "If-None-Match" not in site.server.asked[-1][1]


def test_validators_that_cannot_be_sent_back_are_forgotten(site):
    assert site.get("/mistagged").validators == Validators()


@pytest.mark.parametrize(
    ("said", "least", "most"),
    [
        ("120", 120, 120),
        ("Wed, 21 Oct 2099 07:28:00 GMT", 10**8, 10**10),
        ("Wed, 21 Oct 2015 07:28:00 GMT", 0, 0),
        ("soon", 0, 0),
        ("", 0, 0),
        ("9" * 40, 0, 0),
    ],
)
def test_site_says_when_to_come_back(site, said, least, most):
    site.server.later = said
    with pytest.raises(FetchFailed, match="503") as failure:
        site.get("/later")
    assert failure.value.status == 503
    assert least <= failure.value.wait <= most
