"""Malformed HTTP, byte by byte, at the server as it runs: it answers or hangs up, never with a 5xx, and goes on serving."""

import socket
from collections import Counter
from collections.abc import Iterator
from contextlib import suppress
from pathlib import Path
from random import Random

import pytest

from tests.fuzz.mutations import raw
from tests.support.checkout import free_port, get
from tests.support.factories import make_blog, make_post
from tests.support.worker_processes import ForkServer, WorkerProcesses, is_answering, until

pytestmark = [pytest.mark.processes, pytest.mark.django_db(transaction=True)]

HEAD = b"Host: 127.0.0.1\r\nConnection: close\r\n"
SAMPLES = (
    b"GET /tags/sea/?view=full HTTP/1.1\r\n" + HEAD + b'Accept-Encoding: gzip, br\r\nIf-None-Match: W/"a"\r\n\r\n',
    b"POST /signup/ HTTP/1.1\r\n"
    + HEAD
    + b"Content-Type: application/x-www-form-urlencoded\r\nContent-Length: 7\r\n\r\nemail=a",
    b"POST /signup/ HTTP/1.1\r\n" + HEAD + b"Transfer-Encoding: chunked\r\n\r\n3\r\nabc\r\n0\r\n\r\n",
    b"POST / HTTP/1.1\r\n" + HEAD + b"Content-Length: 3\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\nGET /x HTTP/1.1\r\n\r\n",
    b"POST /signup/ HTTP/1.1\r\n" + HEAD + b"Content-Type: multipart/form-data; boundary=x\r\nContent-Length: 60\r\n\r\n--x\r\n"
    b'Content-Disposition: form-data; name="email"\r\n\r\na\r\n--x--\r\n',
    b"HEAD * HTTP/1.0\r\n\r\n",
    b"PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n",
)


@pytest.fixture
def port(django_db_setup: None, tmp_path: Path) -> Iterator[int]:
    """The port of a site with a post, served by one process."""
    make_post(make_blog(), "sea")
    server, port = ForkServer(tmp_path / "site.log"), free_port()
    with WorkerProcesses(server, tmp_path, EMAIL_URL="smtp://127.0.0.1:9") as site:
        site.pids.append(server.start(site.database, port, granian=True))
        until(lambda: is_answering(port), "the site answers")
        yield port
    server.close()


def send(port: int, message: bytes) -> bytes:
    """Return the first bytes of the response, or nothing where the server hangs up."""
    with socket.create_connection(("127.0.0.1", port), timeout=30) as connection:
        try:
            connection.sendall(message)
            with suppress(OSError):  # the server has hung up, perhaps after a response
                connection.shutdown(socket.SHUT_WR)
            return connection.recv(64)
        except ConnectionError:
            return b""


def test_malformed_messages(port: int, request: pytest.FixtureRequest, capsys: pytest.CaptureFixture[str]) -> None:
    chance, statuses = Random(int(request.config.getoption("--seed"))), Counter[str]()
    wrong: list[tuple[bytes, bytes]] = []
    for _ in range(int(request.config.getoption("--requests"))):
        message = raw(chance, SAMPLES)
        start = send(port, message)
        statuses[start[9:12].decode("ascii", "replace")] += 1
        if start[9:10] == b"5":
            wrong.append((message, start))
    with capsys.disabled():
        print(f"\nmalformed HTTP: {statuses.total()}, by status {dict(sorted(statuses.items()))} (none: hung up)")  # noqa: T201
    assert wrong == []
    assert get(port, "/tags/sea/", Host="127.0.0.1")[0].status in (200, 301, 400)
