"""The sweep of the Maildir that bounces come to."""

import os
from datetime import UTC, datetime, timedelta
from email.header import Header
from email.message import EmailMessage
from email.mime.message import MIMEMessage
from email.mime.multipart import MIMEMultipart
from pathlib import Path
from threading import Barrier, Thread

import pytest
from django.db import OperationalError

from mail import maildir as maildirs
from mail.maildir import RETENTION, Swept, sweep
from signup.models import State
from tests.support.bounce_fixtures import states

NOW = datetime(2026, 1, 31, tzinfo=UTC)


@pytest.fixture
def maildir(tmp_path: Path) -> Path:
    folder = tmp_path / "bounces"
    for name in ("new", "cur", "tmp"):
        (folder / name).mkdir(parents=True)
    return folder


def names(maildir: Path) -> dict[str, list[str]]:
    return {name: sorted(file.name for file in (maildir / name).iterdir()) for name in ("new", "cur")}


def test_a_sweep_handles_what_is_new_and_what_was_left_and_flags_it(maildir: Path, hard: bytes) -> None:
    (maildir / "new" / "1.a.host").write_bytes(hard)
    (maildir / "new" / "2.b.host").write_bytes(b"garbage")
    (maildir / "cur" / "3.c.host:2,R").write_bytes(hard)
    (maildir / "cur" / "4.d.host:2,S").write_bytes(hard)
    assert sweep(maildir) == Swept(handled=2, strange=1)
    assert names(maildir) == {"new": [], "cur": ["1.a.host:2,S", "2.b.host:2,FS", "3.c.host:2,RS", "4.d.host:2,S"]}
    assert states()["ada@example.org"] == State.SUPPRESSED
    assert sweep(maildir) == Swept()


def test_no_garbage_stops_a_sweep(maildir: Path, hard: bytes) -> None:
    new = maildir / "new"
    (new / "0.empty").write_bytes(b"")
    (new / "1.huge").write_bytes(b"\xff\x00" * 3_000_000)
    (new / "2.nested").write_bytes(b"Content-Type: message/rfc822\n\n" * 10_000)
    (new / "3.folder").mkdir()
    os.mkfifo(new / "4.pipe")
    (new / "5.link").symlink_to("/etc/hostname")
    (new / "6.dead").symlink_to("nowhere")
    (new / ".hidden").write_bytes(hard)
    (new / "9.real").write_bytes(hard)
    assert sweep(maildir) == Swept(handled=1, strange=3, left=3)
    assert names(maildir)["cur"] == ["0.empty:2,FS", "1.huge:2,FS", "2.nested:2,FS", "9.real:2,S"]


def test_a_message_that_cannot_be_handled_is_set_aside(maildir: Path, caplog: pytest.LogCaptureFixture) -> None:
    (maildir / "new" / "1.a").write_bytes(b"x")
    (maildir / "new" / "2.b").write_bytes(b"y")

    def handle(raw: bytes) -> object:
        return raw if raw == b"y" else 1 / 0

    assert sweep(maildir, handle) == Swept(handled=1, strange=1)
    assert names(maildir) == {"new": [], "cur": ["1.a:2,FS", "2.b:2,S"]}
    assert "1.a could not be handled" in caplog.text


def test_messages_wait_while_the_database_is_down(maildir: Path) -> None:
    (maildir / "new" / "1.a").write_bytes(b"x")

    def handle(raw: bytes) -> object:
        raise OperationalError("down")

    with pytest.raises(OperationalError, match="down"):
        sweep(maildir, handle)
    assert names(maildir) == {"new": ["1.a"], "cur": []}


def test_old_handled_messages_are_deleted_and_others_kept(maildir: Path) -> None:
    for name, age in {"old:2,S": RETENTION + timedelta(days=1), "young:2,S": RETENTION - timedelta(days=1)}.items():
        file = maildir / "cur" / name
        file.write_bytes(b"x")
        os.utime(file, ((NOW - age).timestamp(),) * 2)
    assert sweep(maildir, now=NOW) == Swept(deleted=1)
    assert names(maildir)["cur"] == ["young:2,S"]


def test_a_sweep_stops_after_a_batch_and_goes_on_the_next_time(maildir: Path) -> None:
    for number in range(5):
        (maildir / "new" / str(number)).write_bytes(b"x")
    handled: list[bytes] = []

    def handle(raw: bytes) -> object:
        handled.append(raw)
        return raw

    assert [sweep(maildir, handle, batch=3).handled for _ in range(3)] == [3, 2, 0]


def test_a_maildir_that_does_not_exist_yet_is_swept_without_a_word(tmp_path: Path, caplog: pytest.LogCaptureFixture) -> None:
    assert sweep(tmp_path / "none") == Swept()
    assert caplog.text == ""


def test_a_maildir_of_the_wrong_form_is_named(tmp_path: Path, caplog: pytest.LogCaptureFixture) -> None:
    assert sweep(tmp_path) == Swept()
    assert f"BOUNCE_MAILDIR is {tmp_path}, whose new/ and cur/ this user may not write" in caplog.text


def test_two_workers_handle_each_message_once(maildir: Path) -> None:
    count = 300
    for number in range(count):
        (maildir / "new" / f"{number:03}").write_bytes(str(number).encode())
    handled: list[bytes] = []
    start = Barrier(4)

    def handle(raw: bytes) -> object:
        handled.append(raw)
        return raw

    def work() -> None:
        start.wait()
        sweep(maildir, handle)

    workers = [Thread(target=work) for _ in range(4)]
    for worker in workers:
        worker.start()
    for worker in workers:
        worker.join()
    assert sorted(handled) == sorted(str(number).encode() for number in range(count))
    assert len(names(maildir)["cur"]) == count


def test_erase_deletes_what_names_an_address_or_its_deliveries(tmp_path: Path) -> None:
    for name in ("new", "cur"):
        (tmp_path / name).mkdir()
    (tmp_path / "new" / "1").write_bytes(b"To: bounces+7-0@notes.example\n\n")
    (tmp_path / "cur" / "2:2,S").write_bytes(b"Final-Recipient: rfc822; ADA@example.org\n\n")
    (tmp_path / "cur" / "3:2,S").write_bytes(b"Final-Recipient: rfc822; bob@example.org\nTo: bounces+77-0@notes.example\n\n")
    assert maildirs.erase(tmp_path, "Ada@example.org", [7]) == 2
    assert [file.name for file in (tmp_path / "cur").iterdir()] == ["3:2,S"]
    assert maildirs.erase(tmp_path / "nowhere", "ada@example.org") == 0


@pytest.mark.parametrize(
    ("text", "is_deleted"),
    [
        ("Final-Recipient: rfc822;a@example.org", True),
        ("To: Ann <A@Example.org>", True),
        ("'a@example.org': no such user", True),
        ("“a@example.org”: no such user", True),
        ("There is no a@example.org. We are sorry.", True),
        ("mailto:a@example.org?subject=x", True),
        ("Return-Path: <list+a=example.org@lists.example>", True),
        ("To: ada@example.org", False),
        ("To: ad.a@example.org", False),
        ("To: ad+a@example.org", False),
        ("To: d'a@example.org", False),
        ("To: éa@example.org", False),
        ("To: a@example.org.uk", False),
        ("To: a@example.org-chart.example", False),
        ("To: a@exampleXorg", False),
        ("Return-Path: <list+ada=example.org@lists.example>", False),
    ],
)
def test_erase_leaves_what_names_a_longer_address(tmp_path: Path, text: str, is_deleted: bool) -> None:
    for name in ("new", "cur"):
        (tmp_path / name).mkdir()
    (tmp_path / "new" / "1").write_text(f"Subject: returned\n\n{text}\n", encoding="utf-8")
    assert maildirs.erase(tmp_path, "A@example.org") == is_deleted
    assert (tmp_path / "new" / "1").exists() is not is_deleted


def encoded(body: str, cte: str, charset: str = "utf-8") -> bytes:
    """Return a message whose body has this content transfer encoding."""
    message = EmailMessage()
    message.set_content(body, cte=cte, charset=charset)
    return message.as_bytes()


LONG_LINE = "x" * 70  # behind which quoted-printable breaks the line


@pytest.mark.parametrize(
    ("raw", "is_deleted"),
    [
        (encoded("No such user: bjørn+list@bücher.example", "base64"), True),
        (encoded("No such user: bjørn+list@bücher.example", "quoted-printable", "iso-8859-1"), True),
        (encoded(f"{LONG_LINE} bjørn+list@xn--bcher-kva.example", "quoted-printable"), True),
        (encoded("No such user: bjørn+other@bücher.example", "base64"), False),
        ("Final-Recipient: utf-8; bjørn+list@xn--bcher-kva.example\n\n".encode(), True),
        (b"Final-Recipient: utf-8; bj\\x{F8}rn+2Blist@xn--bcher-kva.example\n\n", True),
        (b"Final-Recipient: utf-8; bj\\x{F8}rn+2Blist@bcher.example\n\n", False),
        (f"Subject: {Header('Returned: bjørn+list@bücher.example', 'utf-8').encode()}\n\n".encode(), True),
        (b"Return-Path: <notes+bj\\x{F8}rn+2Blist=xn--bcher-kva.example@notes.example>\n\n", True),
        (b"Subject: =?utf-8?b?!!!?= =?nonsense?q?x?=\nContent-Transfer-Encoding: base64\n\n\xff\xfe!!!\n", False),
        (b"Content-Type: text/plain; charset=nonsense\n\nNobody.\n", False),
    ],
)
def test_erase_reads_what_is_encoded(tmp_path: Path, raw: bytes, is_deleted: bool) -> None:
    for name in ("new", "cur"):
        (tmp_path / name).mkdir()
    (tmp_path / "new" / "1").write_bytes(raw)
    for address in ("Bjørn+list@BÜCHER.example", "bjørn+list@xn--bcher-kva.example"):
        (tmp_path / "new" / "1").write_bytes(raw)
        assert maildirs.erase(tmp_path, address) == is_deleted


def test_erase_reads_the_report_within_a_message(tmp_path: Path) -> None:
    for name in ("new", "cur"):
        (tmp_path / name).mkdir()
    returned = MIMEMultipart("report")
    inner = EmailMessage()
    inner.set_content("To the reader: ada@example.org", cte="base64")
    returned.attach(MIMEMessage(inner))
    (tmp_path / "new" / "1").write_bytes(returned.as_bytes())
    assert maildirs.erase(tmp_path, "ada@example.org") == 1
