"""A real Chromium for the journeys.

A journey takes `page` (1440 x 900) or `phone` (390 x 844, touch), `live_server`, `log_in` and,
once per page it visits, `axe`. It fails on any console error, page error or refused policy, so
a journey that provokes an answer of 400 or more on purpose says so:
`@pytest.mark.expects_http_status(422)`. One that unplugs the network expects
"ERR_INTERNET_DISCONNECTED".
"""

import re
from collections.abc import Callable, Iterator

import pytest
from axe_playwright_python.sync_playwright import Axe
from django.contrib.auth.models import User
from django.test import Client
from playwright.sync_api import Browser, BrowserContext, Page, sync_playwright

from tests.browser import chromium

DESKTOP = {"viewport": {"width": 1440, "height": 900}}
PHONE = {
    "viewport": {"width": 390, "height": 844},
    "device_scale_factor": 2,
    "has_touch": True,
    "is_mobile": True,
}
# --no-sandbox: as root Chromium refuses to start without it; the pages are our own.
CHROMIUM_ARGS = [
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
]
HTTP_ERROR = re.compile(
    r"the server responded with a status of (\d{3})|net::(ERR_INTERNET_DISCONNECTED)"
)


@pytest.fixture(scope="session")
def browser() -> Iterator[Browser]:
    """One Chromium per test process: the system's, or else Playwright's own.

    Playwright leaves an event loop running in this thread for as long as it lives, which Django
    takes for asynchronous code and refuses to query in; hence the variable.
    """
    patch = pytest.MonkeyPatch()
    patch.setenv("DJANGO_ALLOW_ASYNC_UNSAFE", "1")
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=chromium.find(), args=CHROMIUM_ARGS)
        yield browser
        browser.close()
    patch.undo()


def settle(page: Page) -> None:
    """Let the page's requests come to their end: a late one would meet an emptied database."""
    for _ in range(100):
        if not page.evaluate("document.querySelector('.htmx-request') !== null"):
            return
        page.wait_for_timeout(50)


@pytest.fixture
def new_context(browser: Browser, request: pytest.FixtureRequest) -> Iterator[Callable]:
    """Return a context as `browser.new_context` makes it, watched for errors: new_context(**PHONE).

    For journeys of two people: each has a context, so each has cookies.
    """
    marker = request.node.get_closest_marker("expects_http_status")
    allowed = {str(status) for status in marker.args} if marker else set()
    errors: list[str] = []
    contexts: list[BrowserContext] = []

    def heard(kind: str, text: str) -> None:
        status = HTTP_ERROR.search(text)
        if not (status and (status[1] or status[2]) in allowed):
            errors.append(f"{kind}: {text}")

    def new_context(**options) -> BrowserContext:
        context = browser.new_context(**options)
        context.set_default_timeout(10_000)
        context.on("console", lambda said: said.type == "error" and heard("console", said.text))
        context.on("weberror", lambda raised: heard("page", str(raised.error)))
        contexts.append(context)
        return context

    yield new_context
    for context in contexts:
        for page in context.pages:
            settle(page)
        context.close()
    assert not errors, "errors in the browser:\n" + "\n".join(errors)


@pytest.fixture
def page(new_context: Callable, live_server) -> Page:
    """A desktop window with its own cookies; `page.goto("/path")` is relative to the server."""
    return new_context(base_url=live_server.url, **DESKTOP).new_page()


@pytest.fixture
def phone(new_context: Callable, live_server) -> Page:
    """A telephone's screen with touch, otherwise as `page`."""
    return new_context(base_url=live_server.url, **PHONE).new_page()


@pytest.fixture
def log_in(live_server) -> Callable[[Page, User], None]:
    """Log a user in by cookie, without the form: log_in(page, cast.reviewer)."""

    def log_in(page: Page, user: User) -> None:
        client = Client()
        client.force_login(user)
        page.context.add_cookies(
            [{"name": name, "value": morsel.value, "url": live_server.url}
             for name, morsel in client.cookies.items()]
        )  # fmt: skip

    return log_in


@pytest.fixture
def axe() -> Callable[[Page], None]:
    """Assert that axe-core finds nothing serious or critical on a page: axe(page)."""

    def axe(page: Page) -> None:
        found = Axe().run(page).response["violations"]
        grave = [
            f"{violation['impact']} {violation['id']}: {violation['help']}\n    "
            + "\n    ".join(node["html"] for node in violation["nodes"][:5])
            for violation in found
            if violation["impact"] in {"serious", "critical"}
        ]
        assert not grave, f"axe on {page.url}:\n" + "\n".join(grave)

    return axe
