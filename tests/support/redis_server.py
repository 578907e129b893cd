"""A Redis server of the tests' own, at a socket in a temporary folder."""

import os
import shutil
import subprocess
import tempfile
from collections.abc import Iterator
from contextlib import suppress
from pathlib import Path

import pytest
import redis

from tests.support.worker_processes import until


class RedisServer:
    """Keeps nothing on the disk: what was in it is gone once it is stopped."""

    def __init__(self, program: str, folder: Path) -> None:
        self.socket = folder / "redis.sock"
        self.url = f"unix://{self.socket}"
        self.command = [program, "--port", "0", "--unixsocket", str(self.socket), "--dir", str(folder), "--save", ""]
        self.process: subprocess.Popen[bytes] | None = None

    def start(self) -> None:
        self.process = subprocess.Popen(self.command, stdout=subprocess.DEVNULL)
        until(self.is_answering, "Redis answers")

    def stop(self) -> None:
        if self.process:
            self.process.terminate()
            self.process.wait()

    def is_answering(self) -> bool:
        with suppress(redis.ConnectionError), redis.Redis(unix_socket_path=str(self.socket)) as client:
            return bool(client.ping())
        return False


@pytest.fixture(scope="session")
def _redis_server() -> Iterator[RedisServer]:
    program = shutil.which("redis-server") or shutil.which("valkey-server")
    if not program and not os.environ.get("CI"):
        pytest.skip("There is no Redis: install Debian's redis-server.")
    assert program, "There is no Redis, and CI needs it: install Debian's redis-server."
    with tempfile.TemporaryDirectory(prefix="kimonote-redis-") as folder:  # of a short path, as a socket's must be
        server = RedisServer(program, Path(folder))
        yield server
        server.stop()


@pytest.fixture
def redis_server(_redis_server: RedisServer) -> RedisServer:
    """A server that answers."""
    if not _redis_server.is_answering():
        _redis_server.start()
    return _redis_server
