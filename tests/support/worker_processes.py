"""A database that other processes can open, and workers on it that can be started and killed."""

import json
import os
import signal
import socket
import sqlite3
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path
from types import TracebackType
from typing import Any
from urllib.parse import urlsplit, urlunsplit

from django.db import connection

ROOT = Path(__file__).resolve().parents[2]
TIMEOUT = 300.0  # seconds, after which something is wrong


def until(true: Callable[[], object], what: str, seconds: float = TIMEOUT) -> None:
    """Wait until something is true."""
    end = time.monotonic() + seconds
    while not true():
        assert time.monotonic() < end, f"It did not come to pass within {seconds} seconds that {what}."
        time.sleep(0.01)


class ForkServer:
    """The process that forks workers."""

    def __init__(self, log: Path) -> None:
        self.log = log
        environment = {**os.environ, "DATABASE_URL": database_url("sqlite://:memory:"), "DEVELOPMENT": "true"}
        command, pipe = [sys.executable, "-m", "tests.support.fork_server"], subprocess.PIPE
        with log.open("ab") as output:
            self.process = subprocess.Popen(
                command, cwd=ROOT, env=environment, stdin=pipe, stdout=pipe, stderr=output, text=True
            )

    def start(self, database: str, port: int = 0, granian: bool = False, **settings: object) -> int:
        """Fork a worker, or the site at a port; give its process id."""
        assert self.process.stdin is not None
        assert self.process.stdout is not None
        self.process.stdin.write(
            json.dumps({"database": database, "settings": settings, "port": port, "granian": granian}) + "\n"
        )
        self.process.stdin.flush()
        return int(self.process.stdout.readline())

    def close(self) -> None:
        self.process.communicate(timeout=TIMEOUT)


class WorkerProcesses:
    """The test's database as it is now: on SQLite a copy in a file, on PostgreSQL itself; and workers that use it."""

    def __init__(self, fork_server: ForkServer, folder: Path, **settings: object) -> None:
        self.fork_server = fork_server
        self.settings = settings
        self.file = folder / "copy.sqlite3" if connection.vendor == "sqlite" else None
        self.pids: list[int] = []
        if self.file:
            with connection.cursor() as cursor:
                cursor.execute("VACUUM INTO %s", [str(self.file)])
            self.rows("PRAGMA journal_mode=WAL")  # as the site's is: several who ask for it at once are turned away

    def __enter__(self) -> "WorkerProcesses":
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None) -> None:
        for pid in self.pids:
            self.kill(pid)
        until(lambda: not any(map(is_alive, self.pids)), "every worker has ended")

    @property
    def database(self) -> str:
        return str(self.file or connection.settings_dict["NAME"])

    @property
    def environment(self) -> dict[str, str]:
        """What a worker started by hand needs."""
        named = {"DATABASE_URL": database_url(f"sqlite:///{self.file}"), "DEVELOPMENT": "true", "SITE_URL": "http://testserver"}
        return {**os.environ, **named, **{name: str(value) for name, value in self.settings.items()}}

    def start_worker(self) -> int:
        pid = self.fork_server.start(self.database, **self.settings)
        self.pids.append(pid)
        return pid

    def start_site(self) -> str:
        """Serve the site; give its address, once it answers."""
        with socket.create_server(("127.0.0.1", 0)) as free:
            port = free.getsockname()[1]
        self.pids.append(self.fork_server.start(self.database, port, **self.settings))
        until(lambda: is_answering(port), "the site answers")
        return f"http://127.0.0.1:{port}"

    def kill(self, pid: int, number: int = signal.SIGKILL) -> None:
        if is_alive(pid):
            os.kill(pid, number)

    def rows(self, sql: str) -> list[tuple[Any, ...]]:
        """What a SELECT gives now."""
        if self.file:
            database = sqlite3.connect(self.file, timeout=20)
            found = database.execute(sql).fetchall()
            database.close()
            return found
        with connection.cursor() as cursor:
            cursor.execute(sql)
            return list(cursor.fetchall())

    def states(self) -> set[str]:
        return {state for (state,) in self.rows("SELECT DISTINCT state FROM mail_delivery")}


def database_url(sqlite: str) -> str:
    """The address of the test's database; `sqlite` where it is in memory."""
    if connection.vendor == "sqlite":
        return sqlite
    parts = urlsplit(os.environ["DATABASE_URL"])
    return urlunsplit(parts._replace(path=f"/{connection.settings_dict['NAME']}"))


def is_answering(port: int) -> bool:
    try:
        socket.create_connection(("127.0.0.1", port)).close()
    except ConnectionRefusedError:
        return False
    return True


def is_alive(pid: int) -> bool:
    try:
        os.kill(pid, 0)
    except ProcessLookupError:
        return False
    return True
