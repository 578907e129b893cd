"""Readers beside someone who guesses passwords: `python -m benchmarks.signing_in [--seconds 60] [--limits LIMITS]`.

A reader asks for ten pages a second; then as long again while eight wrong passwords a second are sent to one account. The
site is served as the Procfile serves it, with production's hasher. Prints both p99, their ratio, and what the guesser got.
"""

import sys
import tempfile
import time
from argparse import ArgumentParser, Namespace
from collections import Counter
from concurrent.futures import ThreadPoolExecutor
from contextlib import closing
from http.client import HTTPConnection
from pathlib import Path
from statistics import median
from threading import Lock
from urllib.parse import urlencode

from benchmarks.crawler import READER_RATE, Reader, every
from benchmarks.machine import machine
from benchmarks.servers import Server, manage, site, site_environment
from benchmarks.tables import figure, percentile, times

GUESS_RATE = 8  # wrong passwords a second
SECONDS = 60
MOST_MORE = 100  # milliseconds that a reader's p99 may rise by
TIMEOUT = 60  # seconds
NAME, PASSWORD = "bench-owner", "a passphrase for measuring"


class Guesser:
    """Sends wrong passwords with the CSRF token of a form, as a browser has it."""

    def __init__(self, port: int) -> None:
        self._port = port
        self._lock = Lock()
        self.statuses: Counter[int] = Counter()
        with closing(HTTPConnection("127.0.0.1", port, timeout=TIMEOUT)) as connection:
            connection.request("GET", "/admin/login/")
            response = connection.getresponse()
            response.read()
            cookie = response.headers["Set-Cookie"].partition(";")[0]
        self._cookie, self._token = cookie, cookie.partition("=")[2]

    def step(self) -> None:
        status = self.send("wrong")
        with self._lock:
            self.statuses[status] += 1

    def send(self, password: str) -> int:
        """Send the form; return the status of the response."""
        form = urlencode({"csrfmiddlewaretoken": self._token, "username": NAME, "password": password})
        headers = {"Cookie": self._cookie, "Content-Type": "application/x-www-form-urlencoded"}
        with closing(HTTPConnection("127.0.0.1", self._port, timeout=TIMEOUT)) as connection:
            connection.request("POST", "/admin/login/", form, headers)
            response = connection.getresponse()
            response.read()
            return response.status


def main() -> int:
    options = _options()
    with tempfile.TemporaryDirectory(prefix="kimonote-bench-", ignore_cleanup_errors=True) as name:
        folder = Path(name)
        database = f"sqlite:///{folder / 'site.sqlite3'}"
        _prepare(database, folder)
        with site(database, folder, LOGIN_LIMITS=options.limits) as server:
            alone, beside, guesser, used = _measure(server, options.seconds)
    print(machine(), *_report(alone, beside, guesser, used / options.seconds), sep="\n")
    return int(percentile(beside, 0.99) - percentile(alone, 0.99) >= MOST_MORE)


def _prepare(database: str, folder: Path) -> None:
    environment = site_environment(database, folder)
    manage("prepare", "--demo", **environment)
    manage("collectstatic", "--noinput", **environment)
    manage(
        "createsuperuser",
        "--noinput",
        **environment,
        DJANGO_SUPERUSER_USERNAME=NAME,
        DJANGO_SUPERUSER_EMAIL="owner@notes.example",
        DJANGO_SUPERUSER_PASSWORD=PASSWORD,
    )


def _measure(server: Server, seconds: int) -> tuple[list[float], list[float], Guesser, float]:
    """Return the reader's times alone and beside the guesser, in milliseconds, and the processor's seconds meanwhile."""
    reader, guesser = Reader(server.port), Guesser(server.port)
    every(1 / READER_RATE, reader.step, READER_RATE)  # each process has its index
    reader.taken = []
    every(1 / READER_RATE, reader.step, seconds * READER_RATE)
    alone, reader.taken = reader.taken, []
    before = server.processor()
    with ThreadPoolExecutor(1) as background:
        reading = background.submit(every, 1 / READER_RATE, reader.step, seconds * READER_RATE)
        every(1 / GUESS_RATE, guesser.step, seconds * GUESS_RATE)
        reading.result()
    time.sleep(1)
    return alone, reader.taken, guesser, server.processor() - before


def _report(alone: list[float], beside: list[float], guesser: Guesser, processor: float) -> list[str]:
    quiet, loud = percentile(alone, 0.99), percentile(beside, 0.99)
    got = ", ".join(f"{number} of status {status}" for status, number in sorted(guesser.statuses.items()))
    return [
        f"- {sum(guesser.statuses.values())} wrong passwords, {GUESS_RATE} a second: {got}",
        f"- the reader alone: median {figure(median(alone))} ms, p99 {figure(quiet)} ms, of {len(alone)} pages",
        f"- the reader beside them: median {figure(median(beside))} ms, p99 {figure(loud)} ms, of {len(beside)} pages",
        f"- the server: {processor:.0%} of one core",
        f"- {'met' if loud - quiet < MOST_MORE else 'MISSED'}: p99 {times(loud / quiet)} (under {MOST_MORE} ms more)",
    ]


def _options() -> Namespace:
    parser = ArgumentParser(prog="python -m benchmarks.signing_in", description=__doc__)
    parser.add_argument("--seconds", type=int, default=SECONDS, help=f"of each half ({SECONDS})")
    parser.add_argument("--limits", default="network:20/hour account:10/hour all:500/hour", help="LOGIN_LIMITS of the site")
    return parser.parse_args()


if __name__ == "__main__":
    sys.exit(main())
