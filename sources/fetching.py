"""Fetch a page from the public web, and from nowhere else.

A server that fetches what strangers ask for is asked for its neighbours: the database, the
router, the cloud's metadata service. So the name is resolved once, every address it has is
checked, and the connection goes to the very address that was checked: a name that resolves
otherwise a moment later (DNS rebinding) changes nothing. Redirects start again from the top.
Proxies in the environment are not used.

`fetch` is for a page that a person asks for, `fetch_if_changed` for one that we have already.
"""

import http.client
import re
import socket
import ssl
import threading
import time
import zlib
from collections.abc import Callable, Collection
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from dataclasses import dataclass
from datetime import UTC, datetime
from email.utils import parsedate_to_datetime
from ipaddress import IPv4Address, IPv6Address, IPv6Network, ip_address
from urllib.parse import SplitResult, quote, urljoin, urlsplit, urlunsplit

MAX_PAGE_BYTES = 8 * 1024 * 1024
MAX_SECONDS = 15.0
MAX_REDIRECTS = 5
WEB_PORTS = frozenset({80, 443, 8080, 8443})
MEDIA_TYPES = frozenset({"text/html", "text/plain", "application/xhtml+xml"})
# Feeds and sitemaps, under all the names that servers have for them, and pages that name them.
LISTING_TYPES = MEDIA_TYPES | {
    *("application/rss+xml", "application/atom+xml", "application/rdf+xml", "application/xml"),
    *("text/xml", "application/gzip", "application/x-gzip", "application/octet-stream"),
}

_PASTE = "Open the page in your browser and paste the text instead."
_CHUNK = 64 * 1024
_REDIRECTS = {301, 302, 303, 307, 308}
_COME_BACK_LATER = {429, 503}
_LONGEST_ETAG, _LONGEST_DATE = 500, 100  # characters that we remember
_UNICAST = IPv6Network("2000::/3")
# IPv6 addresses that lead to an IPv4 address of the sender's choice: Teredo and 6to4. The
# IPv4-mapped and NAT64 ranges, which do so too, lie outside `_UNICAST`.
_TUNNELS = (IPv6Network("2001::/32"), IPv6Network("2002::/16"))
USER_AGENT = "Parallax"  # the token that robots.txt knows us by
_HEADERS = {
    "User-Agent": f"{USER_AGENT} (article import)",
    "Accept": "text/html, application/xhtml+xml, text/plain;q=0.8",
    "Accept-Encoding": "gzip",
    "Connection": "close",
}

Address = IPv4Address | IPv6Address


class FetchProblem(Exception):
    """The page was not fetched; the message says why and what to do."""


class FetchRefused(FetchProblem):
    """We do not ask for such an address."""


class FetchFailed(FetchProblem):
    """We asked, and got no page that we can use.

    `status` is the site's, or None if there was no answer to speak of. `wait` is for how many
    seconds a site that has no time now asks to be left alone.
    """

    def __init__(self, message: str, *, status: int | None = None, wait: float = 0) -> None:
        super().__init__(message)
        self.status = status
        self.wait = wait


@dataclass(frozen=True, slots=True)
class Validators:
    """What a site said of a page so that one can ask whether it has changed (RFC 9110, 8.8)."""

    etag: str = ""
    last_modified: str = ""


@dataclass(frozen=True, slots=True)
class Fetched:
    """A page. `url` is where the redirects ended; `charset` is "" if none was declared."""

    url: str
    data: bytes
    media_type: str
    charset: str
    validators: Validators = Validators()


@dataclass(frozen=True, slots=True)
class NotModified:
    """The site says that the page is still the one whose validators it was shown."""


def is_public(address: Address) -> bool:
    """Tell whether `address` belongs to the public internet.

    Not private, loopback, link-local, shared (CGNAT), multicast, reserved or documentation
    addresses, and no IPv6 address that stands for an IPv4 one.
    """
    if isinstance(address, IPv6Address):
        tunnelled = any(address in network for network in _TUNNELS)
        return address in _UNICAST and address.is_global and not tunnelled
    return address.is_global and not address.is_multicast and not address.is_reserved


def fetch(
    url: str,
    *,
    is_allowed: Callable[[Address], bool] = is_public,
    ports: Collection[int] = WEB_PORTS,
    max_bytes: int = MAX_PAGE_BYTES,
    max_seconds: float = MAX_SECONDS,
    media_types: Collection[str] = MEDIA_TYPES,
) -> Fetched:
    """Return the page at `url`, after at most MAX_REDIRECTS redirects.

    `max_seconds` is the time for everything together, names and redirects included;
    `max_bytes` is the size after decompression; no `media_types` are all of them. Raises
    FetchRefused for an address that we do not ask, and FetchFailed for an answer that is late,
    too large, an error, or of another type.
    """
    limits = _Limits(is_allowed, ports, max_bytes, max_seconds, media_types)
    # Some servers refuse with 406 what was not asked for by name.
    answer = _followed(url, limits, {} if media_types == MEDIA_TYPES else {"Accept": "*/*"})
    if isinstance(answer, NotModified):
        raise FetchFailed(f"The site answered 304 to a question that we did not ask. {_PASTE}")
    return answer


def fetch_if_changed(
    url: str,
    known: Validators,
    *,
    is_allowed: Callable[[Address], bool] = is_public,
    ports: Collection[int] = WEB_PORTS,
    max_bytes: int = MAX_PAGE_BYTES,
    max_seconds: float = MAX_SECONDS,
) -> Fetched | NotModified:
    """Return the page as `fetch` does, unless it is still the one that had the `known` validators.

    With none known the page is fetched. Raises as `fetch` does.
    """
    asked = {"If-None-Match": known.etag, "If-Modified-Since": known.last_modified}
    conditions = {name: value for name, value in asked.items() if value}
    limits = _Limits(is_allowed, ports, max_bytes, max_seconds, MEDIA_TYPES)
    return _followed(url, limits, conditions)


def origin_of(url: str) -> str:
    """Return the site of an address, such as https://times.example:8443; whom we would ask.

    Raises FetchRefused for an address that is none of the web's.
    """
    parts = _checked(url, None)
    return f"{parts.scheme}://{parts.netloc}"


@dataclass(frozen=True, slots=True)
class _Limits:
    is_allowed: Callable[[Address], bool]
    ports: Collection[int]
    max_bytes: int
    max_seconds: float
    media_types: Collection[str]


def _followed(url: str, limits: _Limits, conditions: dict[str, str]) -> Fetched | NotModified:
    deadline = time.monotonic() + limits.max_seconds
    for _ in range(MAX_REDIRECTS + 1):
        parts = _checked(url, limits.ports)
        addresses = _resolved(parts, deadline)
        if not all(limits.is_allowed(address) for address in addresses):
            raise FetchRefused(
                f"{parts.hostname} is not on the public internet, so we do not ask it. {_PASTE}"
            )
        answer = _ask(parts, addresses, deadline, limits, conditions)
        if not isinstance(answer, str):
            return answer
        url = urljoin(urlunsplit(parts), answer)
    raise FetchFailed(f"The address redirects more than {MAX_REDIRECTS} times. {_PASTE}")


def _checked(url: str, ports: Collection[int] | None) -> SplitResult:
    """Return the parts of `url` in ASCII, without user, fragment and default port.

    `ports` None are all of them.
    """
    try:
        parts = urlsplit(url.strip())
        port = parts.port
        host = (parts.hostname or "").encode("idna").decode("ascii")
    except ValueError:
        raise FetchRefused("This is not a web address. Copy it from the browser again.") from None
    if parts.scheme not in {"http", "https"} or not host:
        raise FetchRefused("Only addresses that begin with http:// or https:// are fetched.")
    if parts.username is not None or parts.password is not None:
        raise FetchRefused("Addresses with a user name or password are not fetched.")
    default = 443 if parts.scheme == "https" else 80
    if ports is not None and (port if port is not None else default) not in ports:
        raise FetchRefused(f"Port {port} is not one that web sites use. {_PASTE}")
    netloc = f"[{host}]" if ":" in host else host
    netloc += f":{port}" if port not in {None, default} else ""
    path = quote(parts.path or "/", safe="%/:@!$&'()*+,;=~")
    return SplitResult(parts.scheme, netloc, path, quote(parts.query, safe="%/:@!$&'()*+,;=~?"), "")


def _port(parts: SplitResult) -> int:
    return parts.port or (443 if parts.scheme == "https" else 80)


def _resolved(parts: SplitResult, deadline: float) -> list[Address]:
    """Return every address of the host, in time: the system's resolver knows no deadline."""
    resolver = ThreadPoolExecutor(max_workers=1)
    try:
        asked = resolver.submit(
            socket.getaddrinfo, parts.hostname, _port(parts), type=socket.SOCK_STREAM
        )
        found = asked.result(timeout=max(deadline - time.monotonic(), 0.01))
    except (OSError, UnicodeError):
        raise FetchFailed(f"There is no site called {parts.hostname}. Check the address.") from None
    except TimeoutError:
        raise _too_slow() from None
    finally:
        resolver.shutdown(wait=False)
    # A link-local address carries its interface behind a percent sign.
    return list(dict.fromkeys(ip_address(str(entry[4][0])) for entry in found))


def _too_slow() -> FetchFailed:
    return FetchFailed(f"The site takes too long to answer. Try again later. {_PASTE}")


def _ask(
    parts: SplitResult,
    addresses: list[Address],
    deadline: float,
    limits: _Limits,
    conditions: dict[str, str],
) -> Fetched | NotModified | str:
    """Return the page, or where its site redirects to."""
    plain = _connected(addresses, _port(parts), parts, deadline)
    # One recv that answers in time says nothing of a thousand that each bring one byte: at the
    # deadline the line is cut below TLS and HTTP, whatever they wait for.
    expired = threading.Event()
    line = plain.dup()

    def cut() -> None:
        expired.set()
        with suppress(OSError):  # the site may have hung up before us
            line.shutdown(socket.SHUT_RDWR)

    watch = threading.Timer(max(deadline - time.monotonic(), 0.01), cut)
    watch.daemon = True
    watch.start()
    try:
        answer = _exchange(parts, plain, limits, conditions)
    except ssl.SSLCertVerificationError as error:
        raise FetchFailed(
            f"The site's certificate is not valid ({error.verify_message}). {_PASTE}"
        ) from None
    except (OSError, http.client.HTTPException, zlib.error, ValueError) as error:
        if expired.is_set():
            raise _too_slow() from None
        raise FetchFailed(f"The connection broke ({type(error).__name__}). {_PASTE}") from None
    finally:
        watch.cancel()
        line.close()
        plain.close()
    if expired.is_set():
        raise _too_slow()
    return answer


def _connected(
    addresses: list[Address], port: int, parts: SplitResult, deadline: float
) -> socket.socket:
    for address in addresses:
        left = deadline - time.monotonic()
        if left <= 0:
            raise _too_slow()
        try:
            return socket.create_connection((str(address), port), timeout=left)
        except TimeoutError:
            raise _too_slow() from None
        except OSError:
            continue
    raise FetchFailed(f"{parts.hostname} does not answer. Check the address, or try again later.")


def _exchange(
    parts: SplitResult, plain: socket.socket, limits: _Limits, conditions: dict[str, str]
) -> Fetched | NotModified | str:
    connection = http.client.HTTPConnection(parts.hostname or "", _port(parts))
    connection.sock = plain
    if parts.scheme == "https":
        context = ssl.create_default_context()
        connection.sock = context.wrap_socket(plain, server_hostname=parts.hostname)
    try:
        target = parts.path + (f"?{parts.query}" if parts.query else "")
        # The Host header comes from the address; http.client would name a default port.
        connection.putrequest("GET", target, skip_host=True, skip_accept_encoding=True)
        for name, value in {"Host": parts.netloc, **_HEADERS, **conditions}.items():
            connection.putheader(name, value)
        connection.endheaders()
        with connection.getresponse() as response:
            if response.status in _REDIRECTS and (location := response.getheader("Location")):
                return location
            if response.status == 304 and conditions:
                return NotModified()
            if response.status != 200:
                raise _error(response)
            media_type, charset = _media_type(response, limits.media_types)
            data = _body(response, limits.max_bytes)
            validators = _validators(response)
    finally:
        connection.close()
    return Fetched(urlunsplit(parts), data, media_type, charset, validators)


def _error(response: http.client.HTTPResponse) -> FetchFailed:
    reason = f"{response.status} {response.reason}".strip()
    wait = _wait(response) if response.status in _COME_BACK_LATER else 0
    return FetchFailed(f"The site answered {reason}. {_PASTE}", status=response.status, wait=wait)


def _wait(response: http.client.HTTPResponse) -> float:
    """Return the seconds of Retry-After, which may be a number or a date; 0 if neither."""
    value = (response.getheader("Retry-After") or "").strip()
    if re.fullmatch("[0-9]{1,9}", value):
        return float(value)
    try:
        until = parsedate_to_datetime(value)
    except ValueError:
        return 0
    # RFC 9110 has it in GMT; one that says nothing of its zone is taken at its word.
    until = until if until.tzinfo else until.replace(tzinfo=UTC)
    return max((until - datetime.now(UTC)).total_seconds(), 0)


def _validators(response: http.client.HTTPResponse) -> Validators:
    """Return the validators that can be sent back as they came: printable and not too long."""
    etag = (response.getheader("ETag") or "").strip()
    modified = (response.getheader("Last-Modified") or "").strip()
    return Validators(
        etag if re.fullmatch(f"[!-~]{{1,{_LONGEST_ETAG}}}", etag) else "",
        modified if re.fullmatch(f"[ -~]{{1,{_LONGEST_DATE}}}", modified) else "",
    )


def _media_type(response: http.client.HTTPResponse, expected: Collection[str]) -> tuple[str, str]:
    media_type = response.headers.get_content_type()
    if "Content-Type" not in response.headers:
        media_type = "text/html"  # as browsers do; text that is none is refused by the reader
    if expected and media_type not in expected:
        raise FetchFailed(f"The address leads to {media_type}, not to a page of text. {_PASTE}")
    charset = str(response.headers.get_param("charset", "") or "")
    return media_type, charset if re.fullmatch(r"[\w.:-]{1,40}", charset) else ""


def _body(response: http.client.HTTPResponse, max_bytes: int) -> bytes:
    """Return the body, decompressed. Stops as soon as it is larger than `max_bytes`."""
    encoding = (response.getheader("Content-Encoding") or "identity").strip().lower()
    if encoding not in {"identity", "gzip", "x-gzip"}:
        raise FetchFailed(f"The site packs its pages in a way that we do not read. {_PASTE}")
    unpack = zlib.decompressobj(wbits=31) if encoding.endswith("gzip") else None
    body = bytearray()
    while chunk := response.read1(_CHUNK):
        while chunk:
            body += unpack.decompress(chunk, _CHUNK) if unpack else chunk
            chunk = unpack.unconsumed_tail if unpack else b""
            if len(body) > max_bytes:
                size = max_bytes // 1024 // 1024
                raise FetchFailed(f"The page has more than {size} MB. {_PASTE}")
    if (unpack and not unpack.eof) or (not unpack and response.length):
        raise http.client.IncompleteRead(bytes(body))
    return bytes(body)
