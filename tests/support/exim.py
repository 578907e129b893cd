"""A real exim4 on loopback for the time of a `with`: takes the site's mail, signs it, gives it on, keeps bounces in a Maildir.

Runs as root (as in CI) under Debian's own user for it, otherwise as whoever runs the tests.
"""

import getpass
import grp
import os
import pwd
import shutil
import socket
import subprocess
import tempfile
import time
from collections.abc import Sequence
from pathlib import Path
from types import TracebackType
from typing import Self

EXIM = Path("/usr/sbin/exim4")
CONFIGURATION = Path(__file__).with_name("exim4.conf")
WHY_NOT = "exim4 is not installed: apt-get install exim4-daemon-light"
WAIT = 300  # seconds for exim to listen, and for a mail to come


class Exim:
    """`next_port` is where all mail that is not a bounce goes on to; `arguments` are more of exim's own."""

    def __init__(
        self, next_port: int, key: Path | None = None, mail_domain: str = "notes.example", arguments: Sequence[str] = ()
    ) -> None:
        self.arguments = arguments
        self.folder = Path(tempfile.mkdtemp(prefix="kimonote-exim-"))
        self.mail_domain = mail_domain
        self.bounce_domain = f"bounces.{mail_domain}"
        self.port = free_port()
        self.next_port = next_port
        self.user = pwd.getpwnam("Debian-exim" if os.geteuid() == 0 else getpass.getuser())
        self._write_configuration(key)

    @property
    def maildir(self) -> Path:
        return self.folder / "Maildir"

    @property
    def url(self) -> str:
        return f"smtp://127.0.0.1:{self.port}"

    def bounces(self, number: int) -> list[bytes]:
        """The first bounces in the Maildir; waits for that many."""
        until = time.monotonic() + WAIT
        while len(files := sorted(self.maildir.glob("new/*"))) < number:
            assert time.monotonic() < until, f"{len(files)} of {number} bounces came back.\n{self.log()}"
            time.sleep(0.02)
        return [file.read_bytes() for file in files]

    def log(self) -> str:
        return "".join(file.read_text() for file in sorted((self.folder / "log").glob("*log")))

    def _write_configuration(self, key: Path | None) -> None:
        for name in ("spool", "log"):
            (self.folder / name).mkdir()
        if key:
            shutil.copy(key, self.folder / "dkim.pem")
        macros = {
            "DIR": self.folder,
            "USER": self.user.pw_name,
            "GROUP": grp.getgrgid(self.user.pw_gid).gr_name,
            "PORT": self.port,
            "NEXT_PORT": self.next_port,
            "MAIL_DOMAIN": self.mail_domain,
            "BOUNCE_DOMAIN": self.bounce_domain,
            "SELECTOR": "s1",
            "KEY": self.folder / "dkim.pem" if key else "false",
        }
        head = "".join(f"{name} = {value}\n" for name, value in sorted(macros.items(), key=lambda macro: -len(macro[0])))
        self.configuration = self.folder / "exim4.conf"
        self.configuration.write_text(head + CONFIGURATION.read_text())
        for path in (self.folder, *self.folder.rglob("*")):
            if path != self.configuration:
                os.chown(path, self.user.pw_uid, self.user.pw_gid)
        self.folder.chmod(0o755)

    def __enter__(self) -> Self:
        command = [str(EXIM), "-C", str(self.configuration), "-bdf", *(self.arguments or ("-q1m",))]
        with (self.folder / "log" / "said.log").open("wb") as said:
            self._process = subprocess.Popen(command, stdout=said, stderr=said)
        until = time.monotonic() + WAIT
        while not answers(self.port):
            if self._process.poll() is not None or time.monotonic() > until:
                said_all = self.log()
                self.__exit__(None, None, None)
                raise AssertionError(f"exim4 did not start: {said_all}")
            time.sleep(0.02)
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None) -> None:
        self._end()
        shutil.rmtree(self.folder, ignore_errors=True)

    def _end(self) -> None:
        if self._process.poll() is None:
            self._process.terminate()
        self._process.wait(WAIT)


def answers(port: int) -> bool:
    try:
        socket.create_connection(("127.0.0.1", port), 1).close()
    except OSError:
        return False
    return True


def free_port() -> int:
    with socket.create_server(("127.0.0.1", 0)) as server:
        return int(server.getsockname()[1])
