"""`make run` as a newcomer meets it: a fresh clone, no terminal, no settings."""

import re
import signal
import socket
import stat
import sys
from collections.abc import Iterator
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path

import pytest

from tests.support.checkout import TIMEOUT, Running, answers, checkout, free_port, get, start, stop, wait_for

__all__ = ["checkout"]

pytestmark = [pytest.mark.once, pytest.mark.skipif(sys.platform != "linux", reason="Only Linux tells what runs in a folder.")]
MEGABYTE = 1_000_000


@dataclass
class Start:
    """What was seen of one start and its end."""

    output: str
    status: int
    statuses: dict[str, int]
    cookies: list[str]
    hostile: dict[str, int]
    left: list[str]
    mode: int
    env: str


PATHS = [
    "/",
    "/tags/feeds+reading/",
    "/tags/feeds+reading/feed.rss",
    "/tags/feeds+reading/feed.atom",
    "/tags/feeds+reading/feed.json",
    "/start-here/",
    "/start-here.md",
    "/tags/",
    "/streams/",
    "/tags/mail/?order=oldest&view=full",
    "/sitemap.xml",
    "/robots.txt",
    "/_util/health/",
]


@pytest.fixture(scope="module")
def first(checkout: Path) -> Start:
    """The first start in a fresh clone, ended by Ctrl-C."""
    port = free_port()
    running = start(checkout, "make", "run", PORT=str(port))
    try:
        wait_for(lambda: answers(port) and "at work" in running.output, running)
        got = {path: get(port, path)[0] for path in PATHS}
        hostile = {name: send(port, head) for name, head in HOSTILE.items()}
        running.signal(signal.SIGINT, everyone=True)
        return Start(
            status=running.end(),
            output=running.output,
            statuses={path: answer.status for path, answer in got.items()},
            cookies=[value for answer in got.values() for value in answer.headers.get_all("Set-Cookie", [])],
            hostile=hostile,
            left=list(running.others().values()),
            mode=stat.S_IMODE((checkout / ".env").stat().st_mode),
            env=(checkout / ".env").read_text(),
        )
    finally:
        stop(running)


HOSTILE = {
    "an address of 1 MB": b"GET /" + b"a" * MEGABYTE + b" HTTP/1.1\r\nHost: 127.0.0.1\r\n\r\n",
    "a query of 1 MB": b"GET /?q=" + b"a" * MEGABYTE + b" HTTP/1.1\r\nHost: 127.0.0.1\r\n\r\n",
    "a header of 1 MB": b"GET / HTTP/1.1\r\nHost: 127.0.0.1\r\nCookie: " + b"a" * MEGABYTE + b"\r\n\r\n",
    "60 kB": b"GET /" + b"a" * 60_000 + b" HTTP/1.1\r\nHost: 127.0.0.1\r\n\r\n",
    "a NUL": b"GET /\0 HTTP/1.1\r\nHost: 127.0.0.1\r\n\r\n",
    "bytes that are no UTF-8": b"GET /\xff\xfe/ HTTP/1.1\r\nHost: 127.0.0.1\r\n\r\n",
    "a foreign host": b"GET / HTTP/1.1\r\nHost: evil.example\r\n\r\n",
    "no host": b"GET / HTTP/1.1\r\n\r\n",
}


def send(port: int, head: bytes) -> int:
    """Send these bytes as a request; gives the status of the answer."""
    with socket.create_connection(("127.0.0.1", port), timeout=TIMEOUT) as connection:
        with suppress(OSError):  # the server has read enough
            connection.sendall(head)
        return int(connection.recv(100).split()[1])


def test_first_start_serves_the_demo(first: Start) -> None:
    assert first.statuses == dict.fromkeys(PATHS, 200)
    assert first.cookies == []


def test_first_start_prints_the_account_once_and_no_colour(first: Start) -> None:
    assert len(re.findall(r"“editor” with the password [0-9a-f]{4}(-[0-9a-f]{4}){3} \(shown this once\)", first.output)) == 1
    assert "\033" not in first.output
    assert "Traceback" not in first.output


def test_first_start_writes_settings_that_only_the_owner_reads(first: Start) -> None:
    assert first.mode == 0o600
    assert re.fullmatch(r"DEVELOPMENT=true\nSECRET_KEY=\S{50,}\n", first.env)


def test_ctrl_c_stops_everything(first: Start) -> None:
    assert first.left == []
    assert first.status != 0


def test_hostile_requests_are_refused_without_harm(first: Start) -> None:
    assert {name: status for name, status in first.hostile.items() if status not in (400, 404, 414, 431)} == {}


@pytest.fixture
def again(checkout: Path, first: Start) -> Iterator[tuple[Running, int]]:
    """A later start, up and running, with its port."""
    port = free_port()
    running = start(checkout, "make", "run", PORT=str(port))
    try:
        wait_for(lambda: answers(port) and "at work" in running.output, running)
        yield running, port
    finally:
        stop(running)


def only(running: Running, words: str) -> int:
    """The number of the first process whose command line begins with these words."""
    return min(pid for pid, line in running.others().items() if line.startswith(words))


@pytest.mark.parametrize("victim", ["manage.py worker", "manage.py serve"])
def test_both_end_when_one_is_killed_and_the_status_says_so(again: tuple[Running, int], victim: str) -> None:
    running, _ = again
    start(running.folder, "kill", "-KILL", str(only(running, f".venv/bin/python {victim}"))).end()
    assert running.end() != 0
    wait_for(lambda: not running.others())


def test_second_start_loses_nothing_prints_no_secret_and_ends_with_makes_child(
    checkout: Path, first: Start, again: tuple[Running, int]
) -> None:
    running, port = again
    assert (checkout / ".env").read_text() == first.env
    assert "password" not in running.output
    assert "up to date …" not in running.output
    assert get(port, "/start-here/")[0].status == 200
    assert f"http://127.0.0.1:{port}/sitemap-posts.xml".encode() in get(port, "/sitemap.xml")[1]
    honcho = min(pid for pid, line in running.others().items() if "honcho" in line)
    start(running.folder, "kill", "-TERM", str(honcho)).end()
    assert running.end() != 0
    wait_for(lambda: not running.others())


def test_port_in_use_is_said_in_a_sentence(checkout: Path, first: Start) -> None:
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = taken.getsockname()[1]
        running = start(checkout, "make", "run", PORT=str(port))
        assert running.end() == 2
    assert running.output.splitlines()[0] == (
        f"Port {port} of 127.0.0.1 cannot be used (Address already in use): stop the program that listens there, "
        "or choose another, as in `make run PORT=8001`."
    )


def test_port_that_is_none_is_said_in_a_sentence(checkout: Path, first: Start) -> None:
    running = start(checkout, "make", "run", PORT="http")
    assert running.end() == 2
    assert running.output.startswith("PORT is 'http': it must be a number from 1 to 65535")


def python_that(folder: Path, script: str) -> str:
    path = folder / "python-for-a-test"
    path.write_text(f"#!/bin/sh\n{script}\n")
    path.chmod(0o755)
    return str(path)


def empty_clone(checkout: Path, tmp_path: Path) -> Path:
    for name in ("Makefile", "requirements.txt"):
        (tmp_path / name).write_bytes((checkout / name).read_bytes())
    return tmp_path


def test_old_python_is_said_in_a_sentence(checkout: Path, tmp_path: Path) -> None:
    folder = empty_clone(checkout, tmp_path)
    running = start(folder, "make", "install", f"PYTHON={python_that(folder, 'exit 1')}")
    assert running.end() == 2
    assert running.output.splitlines()[0] == (
        "Kimonote needs Python 3.11 or later: name one, as in `make run PYTHON=python3.12`."
    )


def test_python_without_venv_is_said_in_a_sentence(checkout: Path, tmp_path: Path) -> None:
    folder = empty_clone(checkout, tmp_path)
    script = python_that(folder, '[ "$1" = -c ]')  # its version is right, and that is all
    running = start(folder, "make", "install", f"PYTHON={script}")
    assert running.end() == 2
    assert running.output.splitlines()[0] == (
        "Python could not make an environment in .venv: on Debian, install the package python3-venv."
    )


def test_help_lists_every_target(checkout: Path) -> None:
    running = start(checkout, "make")
    assert running.end() == 0
    listed = [line.split()[1] for line in running.output.splitlines()]
    testing = ["test", "test-fast", "lint", "test-next", "test-faults", "test-fuzz", "test-guide", "test-desk", "audit", "sbom"]
    assert listed == ["help", "install", "run", *testing, "bench", "lighthouse", "messages", "pin", "clean"]


@pytest.mark.parametrize(("target", "written"), [("test-next", "next.in"), ("sbom", "sbom.json")])
def test_target_that_writes_into_var_does_so_in_a_fresh_clone(
    checkout: Path, tmp_path: Path, target: str, written: str
) -> None:
    """With a uv that makes the file named last, and no registry."""
    folder = empty_clone(checkout, tmp_path)
    for path in checkout.glob("requirements*.in"):
        (folder / path.name).write_bytes(path.read_bytes())
    (folder / "bin").mkdir()
    (folder / "bin" / "uv").symlink_to(
        python_that(folder, 'for last; do :; done; case "$last" in var/*.json) touch "$last";; esac')
    )
    start(folder, "make", "-o", ".venv/.dev-installed", "BIN=bin", target).end()
    assert (folder / "var" / written).exists()


def test_newest_packages_are_all_that_are_wanted_without_a_limit(checkout: Path) -> None:
    start(checkout, "make", "-o", ".venv/.dev-installed", "BIN=nowhere", "test-next").end()
    names = [line.partition("#")[0].strip() for line in (checkout / "var" / "next.in").read_text().splitlines()]
    wanted = {name for name in names if name}
    assert {"django", "wagtail", "pytest", "django-storages", "scikit-learn"} <= wanted
    assert [name for name in wanted if not re.fullmatch(r"[A-Za-z0-9.-]+(\[\w+\])?", name)] == []
