"""A web site on this machine whose pages a test sets, and that refetches may ask."""

import functools
import threading
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

from sources import courtesy, harvesting, refetching
from sources.fetching import fetch, fetch_if_changed


@dataclass
class Answer:
    """What the site says at a path; `meanwhile` is called before it does."""

    body: str = ""
    status: int = 200
    headers: dict[str, str] = field(default_factory=dict)
    meanwhile: object = None


class Newspaper:
    """`pages` are its answers by path, `asked` the requests as (path, headers)."""

    def __init__(self, port):
        self.port, self.pages, self.asked = port, {}, []

    def address(self, path="/accord"):
        return f"http://localhost:{self.port}{path}"

    def publish(self, text, path="/accord", *, status=200, **headers):
        """Put a text on a page, a paragraph to a line."""
        lines = "".join(f"<p>{line}</p>" for line in text.split("\n") if line)
        html = f"<html><body><article>{lines}</article></body></html>"
        headers = {name.replace("_", "-"): value for name, value in headers.items()}
        self.pages[path] = Answer(html, status, headers)

    def say(self, path, body="", *, status=200, meanwhile=None, **headers):
        """Answer `path` as told, by default with an empty page."""
        headers = {name.replace("_", "-"): value for name, value in headers.items()}
        self.pages[path] = Answer(body, status, headers, meanwhile)

    def paths(self):
        return [path for path, _ in self.asked]


class Handler(BaseHTTPRequestHandler):
    def do_GET(self):
        paper = self.server.paper
        paper.asked.append((self.path, dict(self.headers)))
        answer = paper.pages.get(self.path, Answer(status=404))
        if answer.meanwhile:
            answer.meanwhile()
        etag = answer.headers.get("ETag")
        unchanged = etag and self.headers.get("If-None-Match") == etag
        body = b"" if unchanged else answer.body.encode()
        self.send_response(304 if unchanged else answer.status)
        for name, value in {"Content-Type": "text/html", **answer.headers}.items():
            self.send_header(name, value)
        if not unchanged:
            self.send_header("Content-Length", str(len(body)))
        with suppress(BrokenPipeError):  # who asked may have been killed
            self.end_headers()
            self.wfile.write(body)

    def log_message(self, *args):
        pass


@contextmanager
def printed():
    """Run a newspaper."""
    with ThreadingHTTPServer(("127.0.0.1", 0), Handler) as server:
        server.daemon_threads = True
        server.paper = Newspaper(server.server_port)
        threading.Thread(target=server.serve_forever, args=(0.02,), daemon=True).start()
        yield server.paper
        server.shutdown()


def let_in(port, set_attribute, *, max_seconds=5):
    """Let refetches and harvests ask this machine at `port`, which they refuse to otherwise."""
    limits = {"is_allowed": lambda address: True, "ports": {port}, "max_seconds": max_seconds}
    for module in (courtesy, harvesting):
        set_attribute(module, "fetch", functools.partial(fetch, **limits))
    set_attribute(refetching, "fetch_if_changed", functools.partial(fetch_if_changed, **limits))
