"""A server of pictures on loopback, for tests of fetching: good, too large, slow, cut short, of a wrong type, elsewhere."""

import threading
import time
from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from io import BytesIO

from PIL import Image


def png(colour: str = "navy") -> bytes:
    buffer = BytesIO()
    Image.new("RGB", (40, 30), colour).save(buffer, "PNG")
    return buffer.getvalue()


class ImageServer(ThreadingHTTPServer):
    """Counts its requests by path."""

    daemon_threads = True

    def __init__(self) -> None:
        super().__init__(("127.0.0.1", 0), _Handler)
        self.requests: Counter[str] = Counter()
        self.locations: dict[str, str] = {}  # of redirects, by path
        self.stopping = threading.Event()

    def url(self, path: str) -> str:
        return f"http://127.0.0.1:{self.server_port}{path}"


class _Handler(BaseHTTPRequestHandler):
    server: ImageServer

    def do_GET(self) -> None:
        self.server.requests[self.path] += 1
        name = self.path.strip("/").partition(".")[0].partition("/")[0]
        getattr(self, f"send_{name}", self.send_missing)()

    def _start(self, content_type: str, length: int | None = None, status: int = 200) -> None:
        self.send_response(status)
        self.send_header("Content-Type", content_type)
        if length is not None:
            self.send_header("Content-Length", str(length))
        self.end_headers()

    def send_missing(self) -> None:
        self._start("text/html", 0, 404)

    def send_good(self) -> None:
        self._start("image/png", len(png()))
        self.wfile.write(png())

    def send_html(self) -> None:
        self._start("text/html; charset=utf-8", 4)
        self.wfile.write(b"<p>x")

    def send_liar(self) -> None:
        """HTML under the name of a picture."""
        self._start("image/png", 4)
        self.wfile.write(b"<p>x")

    def send_large(self) -> None:
        self._start("image/png", 1 << 40)

    def send_endless(self) -> None:
        self._start("image/png")
        while not self.server.stopping.is_set():
            try:
                self.wfile.write(b"x" * 65_536)
            except OSError:
                return

    def send_slow(self) -> None:
        """A byte now and then."""
        self._start("image/png")
        while not self.server.stopping.is_set():
            try:
                self.wfile.write(b"x")
            except OSError:
                return
            time.sleep(0.05)

    def send_short(self) -> None:
        self._start("image/png", len(png()) + 10)
        self.wfile.write(png())

    def send_redirect(self) -> None:
        self.send_response(302)
        self.send_header("Location", self.server.locations[self.path])
        self.end_headers()

    def log_message(self, format: str, *args: object) -> None:
        pass


@contextmanager
def image_server() -> Iterator[ImageServer]:
    with ImageServer() as server:
        thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.05})
        thread.start()
        try:
            yield server
        finally:
            server.stopping.set()
            server.shutdown()
            thread.join()
