"""A copy of the project in an empty folder, with make and servers started in it: for tests of whole starts."""

import os
import shutil
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from http.client import HTTPConnection, HTTPResponse
from pathlib import Path

import pytest

from tests.support.made_once import made_once

ROOT = Path(__file__).parents[2]
TIMEOUT = 600  # seconds: a limit for what hangs, far beyond what a busy machine needs
OURS = ("PATH", "HOME", "LANG", "TMPDIR")  # variables that a newcomer has too


@dataclass
class Running:
    """A program started in a folder: what it printed so far, and how it ended."""

    process: subprocess.Popen[bytes]
    folder: Path
    log: Path

    @property
    def output(self) -> str:
        return self.log.read_text(errors="replace")

    def signal(self, number: int, everyone: bool = False) -> None:
        """Send a signal to the program; to `everyone` in its process group, as Ctrl-C in a terminal does."""
        (os.killpg if everyone else os.kill)(self.process.pid, number)

    def end(self) -> int:
        """Wait for its end; gives the exit status."""
        return self.process.wait(TIMEOUT)

    def others(self) -> dict[int, str]:
        """The command lines of all processes at work in the folder, by number; Linux alone tells."""
        return {pid: words for pid, words in commands(self.folder) if pid != self.process.pid}


def commands(folder: Path) -> Iterator[tuple[int, str]]:
    for entry in Path("/proc").iterdir():
        try:
            if entry.name.isdigit() and (entry / "cwd").readlink().is_relative_to(folder):
                yield int(entry.name), (entry / "cmdline").read_bytes().replace(b"\0", b" ").decode(errors="replace").strip()
        except OSError:  # it ended meanwhile, or is not ours to see
            continue


def start(folder: Path, *command: str, **variables: str) -> Running:
    """Start a command without a terminal, in a session of its own."""
    log = folder / f"{time.monotonic_ns()}.log"
    environment = {name: os.environ[name] for name in OURS if name in os.environ} | variables
    with log.open("wb") as output:
        process = subprocess.Popen(
            command, cwd=folder, env=environment, stdin=subprocess.DEVNULL, stdout=output, stderr=output, start_new_session=True
        )
    return Running(process, folder, log)


def wait_for(what: Callable[[], bool], running: Running | None = None) -> None:
    """Return when it is so; fail with what was printed when it takes too long, or the program has ended."""
    deadline = time.monotonic() + TIMEOUT
    while not what():
        ended = running is not None and running.process.poll() is not None
        if ended or time.monotonic() > deadline:
            pytest.fail(running.output if running else "It did not happen in time.")
        time.sleep(0.1)


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


def get(port: int, path: str = "/", **headers: str) -> tuple[HTTPResponse, bytes]:
    """One GET to a server on this machine."""
    connection = HTTPConnection("127.0.0.1", port, timeout=TIMEOUT)
    try:
        connection.request("GET", path, headers={name.replace("_", "-"): value for name, value in headers.items()})
        answer = connection.getresponse()
        return answer, answer.read()
    finally:
        connection.close()


def answers(port: int) -> bool:
    """Return whether the site at this port is up."""
    try:
        return get(port, "/_util/health/")[0].status in (200, 301, 400)
    except OSError:
        return False


@pytest.fixture(scope="session")
def checkout(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The project's files as git knows them, with an environment that is installed already."""
    folder = tmp_path_factory.mktemp("clone") / "kimonote"
    listed = subprocess.run(["git", "ls-files", "-z", "-co", "--exclude-standard"], cwd=ROOT, capture_output=True, check=True)
    for name in filter(None, listed.stdout.decode().split("\0")):
        if (ROOT / name).is_file():
            (folder / name).parent.mkdir(parents=True, exist_ok=True)
            shutil.copy2(ROOT / name, folder / name)
    (folder / ".venv").mkdir()
    for name in ("bin", "lib", "pyvenv.cfg"):  # this very environment, as if make had installed it there
        (folder / ".venv" / name).symlink_to(Path(sys.prefix) / name)
    (folder / ".venv" / ".installed").touch()
    return folder


@pytest.fixture(scope="session")
def static_files(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The folder of static files as collectstatic leaves it for production: made once for all of xdist's workers."""
    return made_once(tmp_path_factory, "collected", _collect) / "static"


def _collect(folder: Path) -> None:
    environment = {**os.environ, "ENV_FILE": os.devnull, "DEVELOPMENT": "true", "VAR_DIR": str(folder)}
    environment["DJANGO_SETTINGS_MODULE"] = "kimonote.settings"
    command = [sys.executable, "manage.py", "collectstatic", "--noinput", "--verbosity", "0"]
    subprocess.run(command, cwd=ROOT, env=environment, check=True)


def stop(running: Running) -> None:
    """End whatever is left."""
    for pid in [*running.others(), running.process.pid]:
        try:
            os.kill(pid, signal.SIGKILL)
        except ProcessLookupError:
            continue
    running.process.wait(TIMEOUT)
