"""A proxy's part in purging, for tests: an HTTP server that notes which addresses it was told to forget."""

import threading
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

import pytest


class PurgeServer(ThreadingHTTPServer):
    """Answers PURGE with `status`, and notes host and address of each."""

    daemon_threads = True

    def __init__(self) -> None:
        super().__init__(("127.0.0.1", 0), _Handler)
        self.status = 200
        self.noted: list[str] = []
        self.connections = 0

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.server_address[1]}"

    def told(self) -> list[str]:
        """What was noted since the last time, sorted."""
        noted, self.noted = sorted(self.noted), []
        return noted


class _Handler(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    server: PurgeServer

    def setup(self) -> None:
        super().setup()
        self.server.connections += 1

    def do_PURGE(self) -> None:
        if self.server.status == 200:
            self.server.noted.append(self.headers["Host"] + self.path)
        self.send_response(self.server.status)
        self.send_header("Content-Length", "0")
        self.end_headers()

    def log_message(self, *args: Any) -> None:
        """Say nothing."""


@pytest.fixture
def proxy(settings) -> Iterator[PurgeServer]:
    """The proxy that PURGE_URL names."""
    with PurgeServer() as server:
        thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.05})
        thread.start()
        settings.PURGE_URL = server.url
        settings.WAGTAILFRONTENDCACHE = {"default": {"BACKEND": "kimonote.proxy.Proxy", "LOCATION": server.url}}
        try:
            yield server
        finally:
            server.shutdown()
            thread.join()
