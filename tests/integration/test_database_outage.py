"""The site while PostgreSQL is stopped, restarted or silent: what readers, editors and monitors get, and for how long."""

import os
import sys
import time
from collections.abc import Iterator, Mapping
from concurrent.futures import ThreadPoolExecutor
from http.client import HTTPConnection, HTTPMessage
from types import MappingProxyType

import pytest

from tests.support.checkout import ROOT, answers, free_port, start, stop, wait_for
from tests.support.database_proxy import DatabaseProxy, postgresql_behind_a_proxy

pytestmark = [pytest.mark.processes, pytest.mark.once]

PATIENCE = 60  # seconds: far beyond the site's own limits
LONGEST_WAIT = 5.0  # seconds in which a thread comes back, and all is well again
KEPT, NOT_KEPT = "/tags/", "/signup/"


@pytest.fixture(scope="module")
def site(tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[DatabaseProxy, int]]:
    """An empty blog, served from PostgreSQL behind a proxy by one process of four threads; and its port."""
    folder = tmp_path_factory.mktemp("outage")
    with postgresql_behind_a_proxy() as proxy:
        port = free_port()
        variables = {
            "DATABASE_URL": proxy.url,
            "DJANGO_SETTINGS_MODULE": "tests.settings",
            "VAR_DIR": str(folder / "var"),
            "DEVELOPMENT": "true",
            "PORT": str(port),
            "ENV_FILE": os.devnull,
            "PYTHONPATH": f"{ROOT}:{ROOT / 'site'}",
        }
        manage = [sys.executable, str(ROOT / "manage.py")]
        assert start(folder, *manage, "prepare", **variables).end() == 0
        running = start(folder, *manage, "serve", "--processes=1", "--port", str(port), **variables)
        try:
            wait_for(lambda: answers(port), running)
            yield proxy, port
        finally:
            stop(running)


@pytest.fixture
def proxy(site: tuple[DatabaseProxy, int]) -> Iterator[DatabaseProxy]:
    yield site[0]
    site[0].resume()


@pytest.fixture
def port(site: tuple[DatabaseProxy, int], proxy: DatabaseProxy) -> int:
    """The port of the site, which keeps KEPT in memory."""
    recovery(site[1])
    assert get(site[1], KEPT)[0] == 200
    return site[1]


def get(port: int, path: str, session: Mapping[str, str] = MappingProxyType({})) -> tuple[int, HTTPMessage, str, float]:
    """The status, headers and text of a response, and the seconds until it came."""
    begun = time.monotonic()
    connection = HTTPConnection("127.0.0.1", port, timeout=PATIENCE)
    try:
        connection.request("GET", path, headers={"Accept-Encoding": "identity", **session})
        response = connection.getresponse()
        return response.status, response.headers, response.read().decode(), time.monotonic() - begun
    finally:
        connection.close()


def recovery(port: int) -> float:
    """Seconds until every kind of page is there again."""
    begun = time.monotonic()
    while {get(port, path)[0] for path in (NOT_KEPT, "/admin/login/", "/_util/health/")} != {200}:
        assert time.monotonic() - begun < PATIENCE
        time.sleep(0.1)
    return time.monotonic() - begun


def assert_outage(port: int) -> None:
    """What everyone gets once the site has noticed."""
    status, headers, text, _ = get(port, KEPT)
    assert (status, headers["Cache-Control"]) == (200, "no-store")
    assert "database-unavailable" in headers["Cache-Status"]
    assert "<h1>" in text
    for path, session in ((NOT_KEPT, {}), ("/feeds/", {}), ("/admin/", {"Cookie": "sessionid=abc"})):
        status, headers, text, _ = get(port, path, session)
        assert (status, headers["Retry-After"]) == (503, "5")
        assert "The site&#39;s database does not respond" in text
        assert "Traceback" not in text
    status, _, text, _ = get(port, "/_util/health/")
    assert status == 503
    assert text.startswith("database: unavailable (")


def test_stopped_database(proxy: DatabaseProxy, port: int) -> None:
    proxy.stop()
    assert get(port, NOT_KEPT)[0] == 503
    assert_outage(port)
    proxy.start()
    assert recovery(port) < LONGEST_WAIT


def test_twenty_restarts(proxy: DatabaseProxy, port: int) -> None:
    for _ in range(20):
        proxy.stop()
        assert get(port, KEPT)[0] == 200
        proxy.start()
        assert recovery(port) < LONGEST_WAIT


def test_silent_database(proxy: DatabaseProxy, port: int) -> None:
    proxy.drop_packets()
    with ThreadPoolExecutor(4) as readers:  # as many as there are threads
        first = list(readers.map(lambda _: get(port, NOT_KEPT), range(4)))
    assert {each[0] for each in first} == {503}
    assert max(each[3] for each in first) < LONGEST_WAIT
    assert_outage(port)
    with ThreadPoolExecutor(16) as readers:  # now one waits, and the others are refused at once
        taken = sorted(each[3] for each in readers.map(lambda _: get(port, NOT_KEPT), range(48)))
    assert taken[len(taken) // 2] < taken[-1] / 2 or taken[-1] < 1
    proxy.resume()
    assert recovery(port) < LONGEST_WAIT
