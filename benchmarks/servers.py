"""The servers that are measured: each a tree of processes at a loopback port, with what it takes of processor and memory."""

import os
import socket
import subprocess
import sys
import time
from collections.abc import Iterator, Mapping, Sequence
from contextlib import closing, contextmanager
from dataclasses import dataclass
from http.client import HTTPConnection, HTTPException, HTTPMessage
from pathlib import Path

ROOT = Path(__file__).resolve().parents[1]
TICKS = os.sysconf("SC_CLK_TCK")  # of a process's clock, in a second
TIMEOUT = 60  # seconds that a server may take to answer first
KEY = "a key for measuring alone, of no use elsewhere"
MALLOC = {"MALLOC_ARENA_MAX": "2", "MALLOC_MMAP_THRESHOLD_": "1048576", "MALLOC_TRIM_THRESHOLD_": "8388608"}  # as the Procfile


@dataclass(frozen=True)
class Server:
    """A server that runs."""

    pid: int
    port: int

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.port}"

    def processor(self) -> float:
        """Seconds of processor that its processes have used."""
        return sum(map(_processor, family(self.pid)))

    def memory(self) -> float:
        """Megabytes that its processes hold; what they share is counted once."""
        return sum(map(_memory, family(self.pid))) / 1000


def family(pid: int) -> list[int]:
    """A process and all below it."""
    try:
        children = " ".join(path.read_text() for path in Path(f"/proc/{pid}/task").glob("*/children")).split()
    except OSError:
        return []
    return [pid, *(below for child in children for below in family(int(child)))]


def _processor(pid: int) -> float:
    """Seconds that a process has used, with those of its children that have ended: else these would be missing afterwards."""
    try:
        fields = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()
    except OSError:
        return 0.0
    return sum(map(int, fields[11:15])) / TICKS  # utime, stime, cutime and cstime, proc_pid_stat(5)


def _memory(pid: int) -> int:
    """Kilobytes of its own, without mapped files; what is shared, divided by the number of processes that share it."""
    try:
        lines = Path(f"/proc/{pid}/smaps_rollup").read_text().splitlines()
    except OSError:
        return 0
    return next((int(line.split()[1]) for line in lines if line.startswith("Pss_Anon:")), 0)


def free_port() -> int:
    with socket.socket() as listener:
        listener.bind(("127.0.0.1", 0))
        port: int = listener.getsockname()[1]
    return port


@contextmanager
def run(command: Sequence[str], port: int, path: str = "/", **environment: str) -> Iterator[Server]:
    """Run a server until the block ends; it is there once it answers at `path`."""
    variables = {**os.environ, "ENV_FILE": os.devnull, "PYTHONUNBUFFERED": "1", **environment}
    process = subprocess.Popen(command, cwd=ROOT, env=variables, stdout=subprocess.DEVNULL)
    try:
        _await_answer(process, port, path)
        yield Server(process.pid, port)
    finally:
        process.terminate()
        try:
            process.wait(15)
        except subprocess.TimeoutExpired:
            process.kill()
            process.wait()


def ask(port: int, path: str, headers: Mapping[str, str] | None = None) -> tuple[int, HTTPMessage, bytes]:
    """Ask once, over a connection of its own; gives status, headers and body."""
    with closing(HTTPConnection("127.0.0.1", port, timeout=TIMEOUT)) as connection:
        connection.request("GET", path, headers=dict(headers or {}))
        response = connection.getresponse()
        return response.status, response.headers, response.read()


def _await_answer(process: "subprocess.Popen[bytes]", port: int, path: str) -> None:
    end = time.monotonic() + TIMEOUT
    while time.monotonic() < end:
        if process.poll() is not None:
            raise RuntimeError(f"{process.args!r} ended with status {process.returncode} before it answered.")
        try:
            status, _headers, _body = ask(port, path)
        except (OSError, HTTPException):
            time.sleep(0.1)
            continue
        if status < 500:
            return
        raise RuntimeError(f"{process.args!r} answered {path} with status {status}.")
    raise RuntimeError(f"{process.args!r} did not answer within {TIMEOUT} seconds.")


def site_environment(database: str, folder: Path, port: int = 8000, **environment: str) -> dict[str, str]:
    """The variables of a site in production, but for TLS."""
    return {
        "DJANGO_SETTINGS_MODULE": "kimonote.settings",
        "SECRET_KEY": KEY,
        "DEVELOPMENT": "false",
        "SITE_URL": f"http://127.0.0.1:{port}",
        "DATABASE_URL": database,
        "VAR_DIR": str(folder),
        "LOG_LEVEL": "WARNING",
        **MALLOC,
        **environment,
    }


def manage(*arguments: str, **environment: str) -> None:
    """Run a management command of the site."""
    command = [sys.executable, "manage.py", *arguments]
    subprocess.run(
        command, cwd=ROOT, env={**os.environ, "ENV_FILE": os.devnull, **environment}, check=True, stdout=subprocess.DEVNULL
    )


@contextmanager
def site(database: str, folder: Path, path: str = "/", **environment: str) -> Iterator[Server]:
    """The site as its Procfile runs it, on a database that is filled, its static files collected in `folder`."""
    port = free_port()
    command = [sys.executable, "manage.py", "serve", "--port", str(port)]
    with run(command, port, path, **site_environment(database, folder, port, **environment)) as server:
        yield server


@contextmanager
def project(settings: str, path: str = "/", **environment: str) -> Iterator[Server]:
    """Another Django project, by the same server with the same processes and threads."""
    port = free_port()
    command = [sys.executable, "-m", "benchmarks.serve_project", settings, str(port)]
    with run(command, port, path, **environment) as server:
        yield server
