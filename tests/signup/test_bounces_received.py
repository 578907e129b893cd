"""What a returned message does to its subscriber, whichever way it comes in: Maildir, pipe, or a service's webhook."""

import io
import os
import subprocess
import sys
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path
from threading import Barrier, Thread
from typing import Any

import pytest
from anymail.signals import AnymailTrackingEvent, EventType, RejectReason, tracking
from django.conf import settings
from django.core.management import call_command
from django.db import OperationalError

from signup import outbox
from signup.bounces import Kind, verp_address
from signup.maildir import KEPT, Swept, sweep
from signup.models import State, Subscriber
from signup.models.outbox import Mail
from signup.models.subscribers import address_hmacs
from signup.receiving import receive
from signup.signals import kind_of
from tests.signup import bounce_samples as samples

NOW = datetime(2026, 1, 31, tzinfo=UTC)


def subscribed(address: str) -> Subscriber:
    return Subscriber.objects.create(address=address, address_hmac=address_hmacs(address)[0], state=State.CONFIRMED)


def mail_to(subscriber: Subscriber, key: str = "a mail") -> Mail:
    return outbox.put(f"{key} {subscriber.pk}", "digest", subscriber.address, subscriber)


def return_address(mail: Mail) -> str:
    return verp_address(mail.pk, "notes.example", settings.SECRET_KEY)


def states() -> dict[str, str]:
    return {subscriber.address: subscriber.state for subscriber in Subscriber.objects.all()}


@pytest.fixture
def ada(db: None) -> Subscriber:
    """Ada, who is subscribed, as is Bob."""
    subscribed("bob@example.org")
    return subscribed("ada@example.org")


@pytest.fixture
def hard(ada: Subscriber) -> bytes:
    """The report that Ada's mailbox is gone; she had her mail forwarded."""
    return samples.exim("550 5.1.1 no such user", to="forwarded@elsewhere.example", verp=return_address(mail_to(ada)))


def test_a_hard_bounce_suppresses_its_subscriber_alone(hard: bytes) -> None:
    assert receive(hard) is Kind.HARD
    assert states() == {"ada@example.org": State.SUPPRESSED, "bob@example.org": State.CONFIRMED}


def test_a_complaint_suppresses(ada: Subscriber) -> None:
    assert receive(samples.complaint(mail_from=return_address(mail_to(ada)))) is Kind.COMPLAINT
    assert states()["ada@example.org"] == State.SUPPRESSED


def test_soft_bounces_score_and_suppress_when_they_do_not_end(ada: Subscriber) -> None:
    raw = samples.exim("552 5.2.2 mailbox full", verp=return_address(mail_to(ada)))
    kinds = {receive(raw) for _ in range(4)}
    ada.refresh_from_db()
    assert (kinds, ada.state, ada.bounce_score) == ({Kind.SOFT}, State.CONFIRMED, 4)
    receive(raw)
    assert states() == {"ada@example.org": State.SUPPRESSED, "bob@example.org": State.CONFIRMED}


def test_a_vacation_and_a_delay_change_nothing(ada: Subscriber) -> None:
    verp = return_address(mail_to(ada))
    vacation = samples.vacation("Auto-Submitted: auto-replied").replace(samples.VERP.encode(), verp.encode())
    delay = samples.postfix("4.4.1", "timed out", action="delayed").replace(samples.VERP.encode(), verp.encode())
    before = Subscriber.objects.values().get(pk=ada.pk)
    assert [receive(vacation), receive(delay)] == [Kind.VACATION, Kind.NOTICE]
    assert Subscriber.objects.values().get(pk=ada.pk) == before


@pytest.mark.parametrize("address", ["forged", "other key", "other mail", "none"])
def test_a_forged_return_address_changes_nothing(ada: Subscriber, address: str) -> None:
    mail = mail_to(ada)
    forged = {
        "forged": f"bounces+{mail.pk}-{'0' * 20}@notes.example",
        "other key": verp_address(mail.pk, "notes.example", "guessed"),
        "other mail": verp_address(mail.pk + 1, "notes.example", settings.SECRET_KEY),
        "none": "ada@example.org",
    }[address]
    assert receive(samples.exim("550 5.1.1 no such user", verp=forged)) is None
    assert set(states().values()) == {State.CONFIRMED}


def test_a_return_address_holds_after_the_key_has_changed(hard: bytes, settings: Any) -> None:
    settings.SECRET_KEY_FALLBACKS = [settings.SECRET_KEY]
    settings.SECRET_KEY = "a newer one"
    assert receive(hard) is Kind.HARD


def test_the_event_tells_what_a_services_webhook_would(ada: Subscriber, hard: bytes) -> None:
    heard: list[tuple[AnymailTrackingEvent, str]] = []

    def hear(event: AnymailTrackingEvent, esp_name: str, **more: Any) -> None:
        heard.append((event, esp_name))

    tracking.connect(hear)
    try:
        receive(hard)
    finally:
        tracking.disconnect(hear)
    mail = Mail.objects.get()
    [(event, name)] = heard
    told = (name, event.event_type, event.recipient, event.reject_reason, event.message_id, event.metadata, event.mta_response)
    expected = ("SMTP", "bounced", "ada@example.org", "bounced", mail.message_id, {"mail": mail.pk}, "550 5.1.1 no such user")
    assert told == expected


def event(event_type: str, reason: str | None = None, **more: Any) -> AnymailTrackingEvent:
    return AnymailTrackingEvent(event_type=event_type, reject_reason=reason, recipient="ada@example.org", **more)


@pytest.mark.parametrize(
    ("told", "kind"),
    [
        (event(EventType.BOUNCED, RejectReason.BOUNCED), Kind.HARD),
        (event(EventType.BOUNCED, RejectReason.INVALID), Kind.HARD),
        (event(EventType.BOUNCED, RejectReason.OTHER), Kind.SOFT),
        (event(EventType.BOUNCED, RejectReason.TIMED_OUT), Kind.SOFT),
        (event(EventType.BOUNCED, RejectReason.BOUNCED, esp_event={"Type": "SoftBounce"}), Kind.SOFT),
        (event(EventType.BOUNCED, RejectReason.BOUNCED, esp_event={"event": "soft_bounce"}), Kind.SOFT),
        (event(EventType.BOUNCED, RejectReason.BOUNCED, esp_event={"event": "hard_bounce"}), Kind.HARD),
        (event(EventType.BOUNCED, RejectReason.BOUNCED, description="Transient: MailboxFull"), Kind.SOFT),
        (event(EventType.REJECTED, RejectReason.BOUNCED), Kind.HARD),
        (event(EventType.REJECTED, RejectReason.SPAM), Kind.COMPLAINT),
        (event(EventType.REJECTED, RejectReason.BLOCKED), None),
        (event(EventType.COMPLAINED, RejectReason.SPAM), Kind.COMPLAINT),
        (event(EventType.DEFERRED), None),
        (event(EventType.AUTORESPONDED), None),
        (event(EventType.OPENED), None),
    ],
)
def test_a_services_event_means_what_the_service_called_it(told: AnymailTrackingEvent, kind: Kind | None) -> None:
    assert kind_of(told) == kind


def test_a_services_event_reaches_its_subscriber(ada: Subscriber) -> None:
    tracking.send(sender=None, event=event(EventType.COMPLAINED, RejectReason.SPAM), esp_name="Service")
    assert states() == {"ada@example.org": State.SUPPRESSED, "bob@example.org": State.CONFIRMED}


def test_leaving_at_a_service_is_leaving_here(ada: Subscriber) -> None:
    tracking.send(sender=None, event=event(EventType.UNSUBSCRIBED), esp_name="Service")
    assert states() == {"ada@example.org": State.UNSUBSCRIBED, "bob@example.org": State.CONFIRMED}


def test_an_event_about_a_stranger_changes_nothing(ada: Subscriber) -> None:
    told = AnymailTrackingEvent(event_type=EventType.BOUNCED, reject_reason=RejectReason.BOUNCED, recipient="eve@example.org")
    tracking.send(sender=None, event=told, esp_name="Service")
    assert set(states().values()) == {State.CONFIRMED}


# The Maildir


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
    for name, age in {"old:2,S": KEPT + timedelta(days=1), "young:2,S": KEPT - timedelta(days=1)}.items():
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


# The pipe


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


def test_receive_bounce_asks_the_server_to_try_again_when_the_database_is_down(tmp_path: Path) -> None:
    raw = samples.exim("550 5.1.1 no such user", verp=verp_address(1, "notes.example", settings.SECRET_KEY))
    done = receive_in_a_process(raw, f"sqlite:///{tmp_path}/none/none.sqlite3")
    assert (done.returncode, done.stdout) == (os.EX_TEMPFAIL, "")
    assert "is to be delivered again later" in done.stderr


def test_receive_bounce_ends_well_with_garbage_even_then(tmp_path: Path) -> None:
    done = receive_in_a_process(b"garbage", f"sqlite:///{tmp_path}/none/none.sqlite3")
    assert (done.returncode, done.stderr) == (0, "")
