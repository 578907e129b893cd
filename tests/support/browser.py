"""A browser for tests: headless Chromium by Playwright, as the fixtures `browser` (one a session) and `tab` (one a test).

Without Chromium such tests are skipped with a line that says so; where CI is set, its absence fails them.
"""

import os
import shutil
import time
from collections.abc import Iterator
from contextlib import contextmanager
from weakref import WeakKeyDictionary

import pytest
from django.db import connection
from playwright.sync_api import Browser, Page, Request, expect, sync_playwright
from pytest_django.live_server_helper import LiveServer

from tests.support.live_server import separate_requests

# The shell first: the same engine without the windows of a browser, whose drawing takes a fifth of the processor time.
NAMES = ("chromium-headless-shell", "chromium", "chromium-browser", "google-chrome", "google-chrome-stable")
QUIET = (
    "--no-sandbox",
    "--disable-gpu",
    "--no-first-run",
    "--disable-dev-shm-usage",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
)
TIMEOUT = 300_000  # milliseconds: a limit for what hangs, far beyond what a busy machine needs

PENDING: WeakKeyDictionary[Page, set[Request]] = WeakKeyDictionary()  # what each tab waits for


def find_chromium() -> str | None:
    """Where Chromium is: what CHROMIUM names, else what is on the PATH."""
    return next((path for path in map(shutil.which, (os.environ.get("CHROMIUM", ""), *NAMES)) if path), None)


def is_required() -> bool:
    """Return whether the absence of Chromium is a failure."""
    return os.environ.get("CI", "").lower() not in ("", "0", "false")


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    for item in items:
        if {"browser", "tab"} & set(getattr(item, "fixturenames", ())):
            item.add_marker("browser")


@contextmanager
def serving() -> Iterator[LiveServer]:
    """A server in this process, on the connection of the test or module that runs.

    A browser may keep its end of a connection open after the server's end: the thread that served it lets go of the database
    only then, and may.
    """
    server = LiveServer("127.0.0.1")
    separate_requests(server)
    try:
        yield server
    finally:
        server.stop()
        if connection.vendor == "sqlite":
            connection.inc_thread_sharing()


@pytest.fixture(scope="session")
def browser() -> Iterator[Browser]:
    """Chromium, started once."""
    path = find_chromium()
    if path is None:
        absence = "There is no Chromium on the PATH: install Debian's chromium-headless-shell, or set CHROMIUM to its path."
        pytest.fail(absence) if is_required() else pytest.skip(absence)
    # Playwright's loop stands still in this thread between its calls, which Django would take for an async caller.
    os.environ["DJANGO_ALLOW_ASYNC_UNSAFE"] = "true"
    with sync_playwright() as playwright:
        expect.set_options(timeout=TIMEOUT)
        chromium = playwright.chromium.launch(executable_path=path, args=list(QUIET))
        yield chromium
        chromium.close()


@pytest.fixture
def tab(browser: Browser) -> Iterator[Page]:
    """An empty page in a browsing context of its own (no cookies, no cache), 1280 × 800."""
    context = browser.new_context(viewport={"width": 1280, "height": 800}, locale="en-GB")
    context.set_default_timeout(TIMEOUT)
    tab = context.new_page()
    watch_requests(tab)
    yield tab
    context.close()


def watch_requests(tab: Page) -> None:
    """Note what a tab asks for from now on, and what has been responded to."""
    pending = PENDING[tab] = set()
    tab.on("request", lambda request: pending.add(request))  # noqa: PLW0108 (Playwright takes no built-in)
    for ended in ("requestfinished", "requestfailed"):
        tab.on(ended, lambda request: pending.discard(request))  # type: ignore[call-overload]  # noqa: PLW0108


def wait_for_responses(tab: Page) -> None:
    """Wait for what a page has asked for.

    Playwright's "networkidle" never comes where the page took another's place before that had all it asked for.
    """
    tab.wait_for_load_state()
    deadline = time.monotonic() + TIMEOUT / 1000
    while PENDING[tab]:
        assert time.monotonic() < deadline, f"No response: {[request.url for request in PENDING[tab]]}"
        tab.wait_for_timeout(20)  # milliseconds, in which what was responded is noted
