"""`manage.py receive_bounce`, at the end of a mail server's pipe."""

import io
import os
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest
from django.conf import settings
from django.core.management import call_command

from mail.bounces import verp_address
from signup.models import State, Subscriber
from tests.support import bounce_samples as samples
from tests.support.bounce_fixtures import states


@pytest.fixture
def stdin(monkeypatch: pytest.MonkeyPatch) -> Iterator[io.BytesIO]:
    buffer = io.BytesIO()
    monkeypatch.setattr(sys, "stdin", io.TextIOWrapper(buffer))
    return buffer


def pipe(stdin: io.BytesIO, raw: bytes) -> str:
    stdin.write(raw)
    stdin.seek(0)
    out = io.StringIO()
    call_command("receive_bounce", stdout=out)
    return out.getvalue()


def test_receive_bounce_handles_a_report(stdin: io.BytesIO, hard: bytes) -> None:
    assert pipe(stdin, hard) == "A report: hard.\n"
    assert states()["ada@example.org"] == State.SUPPRESSED


@pytest.mark.parametrize("raw", [b"", b"\xff" * 3_000_000])
def test_receive_bounce_takes_garbage_to_its_end(stdin: io.BytesIO, ada: Subscriber, raw: bytes) -> None:
    assert pipe(stdin, raw) == "No report on a mail of this site; nothing is changed.\n"
    assert stdin.read() == b""


def test_receive_bounce_reads_a_file(tmp_path: Path, hard: bytes) -> None:
    file = tmp_path / "bounce.eml"
    file.write_bytes(hard)
    out = io.StringIO()
    call_command("receive_bounce", str(file), stdout=out)
    assert out.getvalue() == "A report: hard.\n"


def receive_in_a_process(raw: bytes, database: str) -> subprocess.CompletedProcess[str]:
    environment = {**os.environ, "DATABASE_URL": database, "DJANGO_SETTINGS_MODULE": "kimonote.settings", "DEVELOPMENT": "true"}
    command = [sys.executable, "manage.py", "receive_bounce"]
    done = subprocess.run(command, input=raw, env=environment, capture_output=True, check=False)
    return subprocess.CompletedProcess(command, done.returncode, done.stdout.decode(), done.stderr.decode())


@pytest.mark.processes
@pytest.mark.once
def test_receive_bounce_asks_the_server_to_try_again_when_the_database_is_down(tmp_path: Path) -> None:
    raw = samples.exim("550 5.1.1 no such user", verp=verp_address(1, "notes.example", settings.SECRET_KEY))
    done = receive_in_a_process(raw, f"sqlite:///{tmp_path}/none/none.sqlite3")
    assert (done.returncode, done.stdout) == (os.EX_TEMPFAIL, "")
    assert "is to be delivered again later" in done.stderr


@pytest.mark.processes
@pytest.mark.once
def test_receive_bounce_ends_well_with_garbage_even_then(tmp_path: Path) -> None:
    done = receive_in_a_process(b"garbage", f"sqlite:///{tmp_path}/none/none.sqlite3")
    assert (done.returncode, done.stderr) == (0, "")
