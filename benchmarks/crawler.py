"""A crawler on loopback, and a reader measured beside it: `python -m benchmarks.crawler [--url URL --pid PID]`.

It ignores robots.txt and nofollow, and follows every link to tags it finds. Without a URL it fills and serves a site.
"""

import html
import random
import re
import sys
import tempfile
import time
from argparse import ArgumentParser, Namespace
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack
from http.client import HTTPException
from ipaddress import ip_address
from pathlib import Path
from statistics import median
from threading import Event, Lock
from urllib.parse import quote, urlsplit

from benchmarks.figure_files import write_figures
from benchmarks.machine import machine
from benchmarks.servers import Server, ask, manage, site, site_environment
from benchmarks.tables import figure, percentile

RATE, ADDRESSES, LONGEST = 20, 10_000, 900  # requests a second, addresses, seconds
READER_RATE = 10  # requests a second
ALONE = 10  # seconds that the reader is measured before the crawler comes
SIZE = "14000"  # posts of a site of its own
MOST_P99 = 100  # milliseconds
LOOKS = 10  # at the server's memory
PAGE_CACHE = "16000000"  # bytes: full after a fifth of the way, so that nothing hides what else would grow
LINK = re.compile(r'<a\b[^>]* href="([^"#]+)')
RESERVED = "!#$%&'()*+,/:;=?@[]~"  # what a browser leaves as it is when it encodes a link's other signs
BROWSER = {"Accept-Encoding": "br"}
THREADS = 8


class Crawler:
    """Asks for one address after another, each once, chosen by chance among those it has seen links to."""

    def __init__(self, port: int, chance: random.Random) -> None:
        self._port, self._chance = port, chance
        self._waiting = ["/tags/"]
        self._seen = {"/tags/"}
        self._lock = Lock()
        self.answers: dict[int, int] = {}  # by status; 0 for none

    def step(self) -> None:
        with self._lock:
            if not self._waiting:
                return
            place = self._chance.randrange(len(self._waiting))
            self._waiting[place], self._waiting[-1] = self._waiting[-1], self._waiting[place]
            path = self._waiting.pop()
        try:
            status, _headers, body = ask(self._port, quote(path, safe=RESERVED))
        except (OSError, HTTPException):
            status, body = 0, b""
        with self._lock:
            self.answers[status] = self.answers.get(status, 0) + 1
            for found in map(html.unescape, LINK.findall(body.decode())):
                if found.startswith("/tags/") and found not in self._seen and len(self._seen) < 20 * ADDRESSES:
                    self._seen.add(found)
                    self._waiting.append(found)


class Reader:
    """Reads a few pages again and again, and notes how long each took to come."""

    def __init__(self, port: int) -> None:
        self._port = port
        links = LINK.findall(ask(port, "/")[2].decode())
        posts = [
            link
            for link in map(html.unescape, links)
            if re.fullmatch(r"/[\w-]+/", link) and link not in ("/tags/", "/streams/", "/random/")
        ]
        tags = [link for link in map(html.unescape, links) if re.fullmatch(r"/tags/[^+/]+/", link)]
        self._paths = ["/", *posts[:5], *tags[:5]]
        self._turn = 0
        self.taken: list[float] = []  # milliseconds

    def step(self) -> None:
        self._turn += 1
        start = time.perf_counter()
        status, _headers, _body = ask(self._port, self._paths[self._turn % len(self._paths)], BROWSER)
        self.taken.append((time.perf_counter() - start) * 1000)
        if status != 200:
            raise RuntimeError(f"A reader got an answer of status {status}.")


def main() -> int:
    options = _options()
    with ExitStack() as stack:
        server = _server(options, stack)
        crawler, reader = Crawler(server.port, random.Random(1)), Reader(server.port)
        every(1 / READER_RATE, reader.step, ALONE * READER_RATE)
        alone, reader.taken = reader.taken, []
        before, used = server.memory(), server.processor()
        start = time.monotonic()
        held: list[float] = []  # megabytes
        _beside(crawler, reader, options, lambda: held.append(server.memory()))
        taken = time.monotonic() - start
        lines = [*_report(crawler, alone, reader.taken)]
        lines.append(f"- the server: {(server.processor() - used) / taken:.0%} of one core over {figure(taken)} s")
        if options.url is None or options.pid:
            lines.append(f"- its memory: {figure(before)} MB before, then {', '.join(map(figure, held))} MB")
    p99 = percentile(reader.taken, 0.99)
    verdict = "met" if p99 < MOST_P99 else "MISSED"
    lines.append(f"- {verdict}: the reader's p99 beside the crawler: {figure(p99)} ms (under {MOST_P99} ms)")
    print(*lines, sep="\n")
    if options.keep:
        heading = f"## A crawler\n\n{machine()} {options.posts} posts on SQLite, PAGE_CACHE_BYTES={options.page_cache}."
        write_figures("crawler", "\n".join([heading, "", *lines]))
    return int(p99 >= MOST_P99)


def _beside(crawler: Crawler, reader: Reader, options: Namespace, look: Callable[[], None]) -> None:
    """Let both go at once, until the crawler has had its number of addresses or its time; look at each tenth of the way."""
    ended = Event()
    number = min(options.addresses, int(options.seconds * options.rate))

    def step(turn: int) -> None:
        crawler.step()
        if (turn + 1) % max(1, number // LOOKS) == 0:
            look()

    turns = iter(range(number))
    with ThreadPoolExecutor(1) as background:
        reading = background.submit(every, 1 / READER_RATE, reader.step, int(LONGEST * READER_RATE), ended)
        try:
            every(1 / options.rate, lambda: step(next(turns)), number)
        finally:
            ended.set()
        reading.result()


def every(interval: float, step: Callable[[], None], number: int, ended: Event | None = None) -> None:
    """Call a step at fixed moments, whether or not those before have come to an end."""
    with ThreadPoolExecutor(THREADS) as threads:
        start = time.monotonic()
        calls = []
        for turn in range(number):
            time.sleep(max(0.0, start + turn * interval - time.monotonic()))
            if ended and ended.is_set():
                break
            calls.append(threads.submit(step))
        for call in calls:
            call.result()


def _report(crawler: Crawler, alone: list[float], beside: list[float]) -> Iterator[str]:
    """Yield what the crawler got, and how long the reader waited."""
    answers = ", ".join(f"{number:,} of status {status}" for status, number in sorted(crawler.answers.items()))
    yield f"- the crawler: {sum(crawler.answers.values()):,} responses, {answers}"
    for name, taken in (("alone", alone), ("beside the crawler", beside)):
        p99 = percentile(taken, 0.99)
        yield f"- the reader {name}: median {figure(median(taken))} ms, p99 {figure(p99)} ms, of {len(taken):,} pages"


def _server(options: Namespace, stack: ExitStack) -> Server:
    if options.url:
        return Server(options.pid or 0, _loopback_port(options.url))
    folder = Path(stack.enter_context(tempfile.TemporaryDirectory(prefix="kimonote-crawl-", ignore_cleanup_errors=True)))
    database = f"sqlite:///{folder / 'site.sqlite3'}"
    _fill(database, folder, options.posts)
    return stack.enter_context(site(database, folder, PAGE_CACHE_BYTES=options.page_cache))


def _fill(database: str, folder: Path, posts: str) -> None:
    from benchmarks.__main__ import run_part

    environment = site_environment(database, folder)
    run_part("fill_database", posts, **environment, LENGTH="1")
    run_part("post_texts", **environment)
    manage("collectstatic", "--noinput", **environment)


def _loopback_port(url: str) -> int:
    """Return the port of a site on this machine. Raise SystemExit for any other, which would be flooded with requests."""
    parts = urlsplit(url)
    try:
        if parts.scheme == "http" and ip_address(parts.hostname or "") == ip_address("127.0.0.1"):
            return parts.port or 80
    except ValueError:
        pass
    raise SystemExit(f"{url} is not on this machine: the crawler asks only http://127.0.0.1:PORT.")


def _options() -> Namespace:
    parser = ArgumentParser(prog="python -m benchmarks.crawler", description=__doc__)
    parser.add_argument("--keep", action="store_true", help="write the figures to benchmarks/figures/crawler.md")
    parser.add_argument("--url", help="a site that is served on this machine; without, one is made")
    parser.add_argument("--pid", type=int, help="its first process, to see its memory")
    parser.add_argument("--posts", default=SIZE, help=f"of a site of its own ({SIZE})")
    parser.add_argument("--page-cache", default=PAGE_CACHE, help=f"its PAGE_CACHE_BYTES ({PAGE_CACHE})")
    parser.add_argument("--addresses", type=int, default=ADDRESSES, help=f"to ask for, at most ({ADDRESSES})")
    parser.add_argument("--rate", type=float, default=RATE, help=f"of them in a second ({RATE})")
    parser.add_argument("--seconds", type=float, default=LONGEST, help=f"to go on for, at most ({LONGEST})")
    options = parser.parse_args()
    options.seconds = min(options.seconds, LONGEST)
    return options


if __name__ == "__main__":
    sys.exit(main())
