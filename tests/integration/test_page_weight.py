"""What a first visit weighs in Chromium: every byte that the server sends, headers too, and every request."""

import select
import shutil
import socket
import socketserver
import threading
from collections.abc import Iterator
from pathlib import Path
from urllib.request import urlopen

import pytest
from playwright.sync_api import Page

from benchmarks.servers import Server, site
from tests.support.checkout import static_files
from tests.support.demo_site import DATABASE

__all__ = ["static_files"]

pytestmark = [pytest.mark.processes, pytest.mark.django_db, pytest.mark.once]

MOST_ON_THE_WIRE = 14_600  # bytes: ten packets of 1,460, what a server may send before it hears back (RFC 6928)
MOST_REQUESTS = 3
MOST_HTML = 24_000  # bytes, as the browser reads them
LISTING, POSTS = "/", 20  # the demo's, with the number of posts on a page
TIMEOUT = 600  # seconds that a connection may be silent


class CountingProxy(socketserver.ThreadingTCPServer):
    """A TCP proxy in front of a server that counts the bytes of its responses."""

    daemon_threads = True

    def __init__(self, server: int) -> None:
        super().__init__(("127.0.0.1", 0), ProxiedConnection)
        self.server = server  # its port
        self.received = 0
        threading.Thread(target=self.serve_forever, args=(0.05,), daemon=True).start()

    @property
    def port(self) -> int:
        return int(self.server_address[1])


class ProxiedConnection(socketserver.BaseRequestHandler):
    """One connection, until either side ends it."""

    server: CountingProxy

    def handle(self) -> None:
        with socket.create_connection(("127.0.0.1", self.server.server)) as there:
            while True:
                ready, _, _ = select.select([self.request, there], [], [], TIMEOUT)
                for source in ready:
                    part = source.recv(65_536)
                    if not part:
                        return
                    self.server.received += len(part) if source is there else 0
                    (self.request if source is there else there).sendall(part)
                if not ready:
                    return


@pytest.fixture
def proxy(demo: Server) -> Iterator[CountingProxy]:
    with CountingProxy(demo.port) as counting:
        yield counting
        counting.shutdown()


@pytest.fixture(scope="module")
def demo(demo_site: Path, static_files: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Server]:
    """The demo as visitors get it: by granian, its static files collected and compressed."""
    folder = shutil.copytree(demo_site, tmp_path_factory.mktemp("demo") / "var")
    (folder / "static").symlink_to(static_files)
    with site(f"sqlite:///{folder / DATABASE}", folder) as server:
        yield server


def test_first_visit_fits_into_one_flight_of_packets(proxy: CountingProxy, tab: Page) -> None:
    asked: list[str] = []
    tab.on("request", lambda request: asked.append(request.url))
    tab.goto(f"http://127.0.0.1:{proxy.port}{LISTING}", wait_until="networkidle")
    assert tab.locator("article").count() == POSTS
    icon = tab.locator("link[rel=icon]").evaluate("link => link.href")
    if icon not in asked:  # headless, Chromium has no place to show it
        tab.goto(icon)
    tab.context.close()
    assert len(asked) <= MOST_REQUESTS, asked
    assert 0 < proxy.received <= MOST_ON_THE_WIRE


def test_html_of_a_listing_is_small(demo: Server) -> None:
    with urlopen(demo.url + LISTING) as response:
        html = response.read()
    assert html.count(b"</article>") == POSTS
    assert len(html) <= MOST_HTML
