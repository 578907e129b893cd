"""Asking one address again and again: by wrk where it is installed, else by a small generator of its own."""

import json
import os
import re
import shutil
import subprocess
import sys
import time
from collections.abc import Mapping
from concurrent.futures import ThreadPoolExecutor
from contextlib import closing
from http.client import HTTPConnection
from statistics import median, quantiles
from typing import NamedTuple
from urllib.parse import urlsplit

from benchmarks.servers import Server, ask

WRK = shutil.which("wrk") if not os.environ.get("NO_WRK") else None
UNITS = {"us": 0.001, "ms": 1.0, "s": 1000.0}  # in milliseconds


class Load(NamedTuple):
    """What came of it: answers a second, milliseconds until one, milliseconds of the server's processor for one."""

    rate: float
    p50: float
    p99: float
    processor: float


class Answers(NamedTuple):
    number: int
    seconds: float
    p50: float
    p99: float
    failed: int


def press(
    server: Server, path: str, seconds: float, headers: Mapping[str, str] | None = None, connections: int = 8, expect: int = 200
) -> Load:
    """Ask for a path over some connections for some seconds; every answer must have the expected status."""
    check(server, path, headers or {}, expect)
    before = server.processor()
    answers = (_by_wrk if WRK else _by_own)(server.url + path, seconds, headers or {}, connections)
    used = server.processor() - before
    if answers.failed:
        raise RuntimeError(f"{answers.failed} of {answers.number} answers to {server.url}{path} were failures.")
    return Load(answers.number / answers.seconds, answers.p50, answers.p99, used / answers.number * 1000)


def typical(loads: list[Load]) -> Load:
    """The median of each figure."""
    return Load(*map(median, zip(*loads, strict=True)))


def check(server: Server, path: str, headers: Mapping[str, str], expect: int) -> None:
    """Ask once; raises RuntimeError when the status is another than expected."""
    status, _headers, _body = ask(server.port, path, headers)
    if status != expect:
        raise RuntimeError(f"{server.url}{path} answered {status}, not {expect}.")


def _by_wrk(url: str, seconds: float, headers: Mapping[str, str], connections: int) -> Answers:
    """wrk counts its time in whole seconds, and 304 among its good answers."""
    given = [word for name, value in headers.items() for word in ("-H", f"{name}: {value}")]
    command = [str(WRK), "-t1", f"-c{connections}", f"-d{max(1, round(seconds))}s", "--latency", *given, url]
    said = subprocess.run(command, check=True, capture_output=True, text=True).stdout
    number, taken, unit = re.search(r"(\d+) requests in ([\d.]+)(us|ms|s)", said).groups()  # type: ignore[union-attr]
    failed = re.search(r"Non-2xx or 3xx responses: (\d+)", said)
    return Answers(
        int(number),
        float(taken) * UNITS[unit] / 1000,
        _percentile(said, 50),
        _percentile(said, 99),
        int(failed[1]) if failed else 0,
    )


def _percentile(said: str, which: int) -> float:
    """Milliseconds, from wrk's `99%    1.23ms`."""
    number, unit = re.search(rf"{which}%\s+([\d.]+)(us|ms|s)", said).groups()  # type: ignore[union-attr]
    return float(number) * UNITS[unit]


def _by_own(url: str, seconds: float, headers: Mapping[str, str], connections: int) -> Answers:
    """In a process of its own, so that it hinders nobody but by using processor."""
    order = json.dumps([url, seconds, dict(headers), connections])
    said = subprocess.run([sys.executable, "-m", "benchmarks.load", order], check=True, capture_output=True, text=True).stdout
    return Answers(*json.loads(said))


def _generate(url: str, seconds: float, headers: Mapping[str, str], connections: int) -> Answers:
    parts = urlsplit(url)
    path = f"{parts.path}?{parts.query}" if parts.query else parts.path
    end = time.perf_counter() + seconds

    def press_one(_number: int) -> tuple[list[float], int]:
        taken, failed = [], 0
        with closing(HTTPConnection(parts.hostname or "", parts.port, timeout=60)) as connection:
            while (start := time.perf_counter()) < end:
                connection.request("GET", path, headers=dict(headers))
                response = connection.getresponse()
                response.read()
                taken.append((time.perf_counter() - start) * 1000)
                failed += response.status >= 400
        return taken, failed

    start = time.perf_counter()
    with ThreadPoolExecutor(connections) as threads:
        found = list(threads.map(press_one, range(connections)))
    times = [time for taken, _failed in found for time in taken]
    return Answers(
        len(times),
        time.perf_counter() - start,
        median(times),
        quantiles(times, n=100)[98],
        sum(failed for _taken, failed in found),
    )


if __name__ == "__main__":
    print(json.dumps(_generate(*json.loads(sys.argv[1]))))
