import logging
import socket
from collections.abc import Iterator
from datetime import timedelta

import pytest
from anymail.exceptions import AnymailAPIError
from anymail.signals import pre_send
from django.core import mail as django_mail
from django.core.mail import EmailMessage
from django.utils import timezone
from pytest_django.fixtures import Settings

from mail import outbox
from mail.models import Delivery, DeliveryState, SuppressionReason
from mail.worker import Sender
from signup.kinds import Kind
from signup.models import State
from tests.support.outbox_factories import make_subscriber, put_test, send_to
from tests.support.smtp_server import SMTPServer

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("blog")]


@pytest.fixture
def smtp_server(settings: Settings) -> Iterator[SMTPServer]:
    with SMTPServer() as smtp_server:
        send_to(settings, smtp_server)
        yield smtp_server


def outcome(mail: Delivery) -> tuple[str, int, str]:
    mail.refresh_from_db()
    return mail.state, mail.attempts, mail.answer


def test_mails_go_out_over_one_connection_each_to_one_recipient(smtp_server: SMTPServer) -> None:
    mails = [put_test(f"reader-{number}@example.org") for number in range(3)]
    assert Sender().send_due() == 3
    assert [(mail.recipients, mail.message["Message-ID"]) for mail in smtp_server.mails] == [
        ([mail.to], mail.message_id) for mail in mails
    ]
    assert smtp_server.connections == 1
    assert [outcome(mail) for mail in mails] == [
        (DeliveryState.SENT, 1, f"250 OK kept as number {number}") for number in (1, 2, 3)
    ]


def test_recipient_refused_for_good_is_a_hard_bounce(smtp_server: SMTPServer) -> None:
    smtp_server.refuse = {"gone@example.org": "550 5.1.1 No such user"}
    subscriber = make_subscriber("gone@example.org")
    mail = outbox.put("already:1", Kind.ALREADY, subscriber.address, {"subscriber": subscriber.pk})
    other = put_test()
    assert Sender().send_due() == 1
    assert outcome(mail) == (DeliveryState.REFUSED, 1, "550 5.1.1 No such user")
    assert outcome(other)[0] == DeliveryState.SENT
    subscriber.refresh_from_db()
    assert (subscriber.state, subscriber.suppressed_because) == (State.SUPPRESSED, SuppressionReason.BOUNCE)


def test_recipient_refused_for_now_is_tried_later(smtp_server: SMTPServer) -> None:
    smtp_server.refuse = {"ada@example.org": "451 4.7.1 Greylisted, come back"}
    mail, sender = put_test(), Sender()
    assert sender.send_due() == 0
    assert outcome(mail) == (DeliveryState.WAITING, 1, "451 4.7.1 Greylisted, come back")
    assert not sender.paused
    smtp_server.refuse = {}
    Delivery.objects.update(due=timezone.now())
    assert sender.send_due() == 1
    assert outcome(mail)[:2] == (DeliveryState.SENT, 2)


def test_content_refused_for_good_is_stuck_and_no_bounce(smtp_server: SMTPServer) -> None:
    smtp_server.answers = {"BODY": ["554 5.7.1 This looks like spam"]}
    subscriber = make_subscriber()
    mail = outbox.put("already:1", Kind.ALREADY, subscriber.address, {"subscriber": subscriber.pk})
    assert Sender().send_due() == 0
    assert outcome(mail) == (DeliveryState.STUCK, 0, "554 5.7.1 This looks like spam")
    subscriber.refresh_from_db()
    assert subscriber.state == State.CONFIRMED


@pytest.mark.parametrize("command", ["MAIL", "RCPT"])
def test_dropped_connection_pauses_and_costs_no_attempt(smtp_server: SMTPServer, command: str) -> None:
    smtp_server.hang_up = command
    mail, other, sender = put_test(), put_test(), Sender()
    assert sender.send_due() == 0
    assert sender.paused
    assert [outcome(each)[:2] for each in (mail, other)] == [(DeliveryState.WAITING, 0)] * 2
    assert outbox.candidates(timezone.now(), 10) == [other.pk, mail.pk]


@pytest.mark.parametrize("command", ["DATA", "BODY", "421"])
def test_mail_at_which_the_server_always_breaks_down_is_stuck_at_last(smtp_server: SMTPServer, command: str) -> None:
    smtp_server.hang_up = command
    mail, sender, waits = put_test(), Sender(), []
    while outcome(mail)[0] == DeliveryState.WAITING:
        if command == "421":
            smtp_server.answers = {"BODY": ["421 4.3.0 Something is wrong with this one"]}
        Delivery.objects.update(due=timezone.now())
        assert sender.send_due() == 0
        assert not sender.paused
        waits.append(round((Delivery.objects.get().due - timezone.now()).total_seconds()))
    assert outcome(mail)[:2] == (DeliveryState.STUCK, outbox.ATTEMPTS)
    assert waits[:4] == [2, 180, 540, 1620]


def test_server_that_ends_while_it_is_given_a_mail_gets_it_again_under_the_same_message_id(smtp_server: SMTPServer) -> None:
    mail = put_test()
    smtp_server.hang_up = "BODY"
    assert Sender().send_due() == 0
    smtp_server.hang_up = ""
    Delivery.objects.update(due=timezone.now())
    assert Sender().send_due() == 1
    assert outcome(mail)[:2] == (DeliveryState.SENT, 2)
    assert [received.message["Message-ID"] for received in smtp_server.mails] == [mail.message_id] * 2


def test_server_closing_pauses_and_costs_no_attempt(smtp_server: SMTPServer) -> None:
    smtp_server.answers = {"MAIL": ["421 4.3.2 Shutting down"]}
    mail, sender = put_test(), Sender()
    assert sender.send_due() == 0
    assert sender.paused
    state, attempts, answer = outcome(mail)
    assert (state, attempts) == (DeliveryState.WAITING, 0)
    assert "421 4.3.2 Shutting down" in answer


def test_server_down_pauses_longer_each_time_and_is_forgiven(settings: Settings) -> None:
    smtp_server = SMTPServer()
    smtp_server.start()
    send_to(settings, smtp_server)
    smtp_server.stop()
    mail, sender, pauses = put_test(), Sender(), []
    for _attempt in range(10):
        sender.paused_until = None
        assert sender.send_due() == 0
        assert sender.paused_until is not None
        pauses.append(round((sender.paused_until - timezone.now()).total_seconds()))
    assert pauses == [2, 4, 8, 16, 32, 64, 128, 256, 300, 300]
    assert outcome(mail)[:2] == (DeliveryState.WAITING, 0)
    with smtp_server:
        sender.paused_until = None
        assert sender.send_due() == 1
    assert (sender.pauses, sender.paused) == (0, False)
    assert outcome(mail)[:2] == (DeliveryState.SENT, 1)


def test_paused_sender_does_not_try(smtp_server: SMTPServer) -> None:
    put_test()
    sender = Sender()
    sender.paused_until = timezone.now() + timedelta(minutes=1)
    assert sender.send_due() == 0
    assert smtp_server.connections == 0


def test_stopping_sender_finishes_the_present_mail(smtp_server: SMTPServer) -> None:
    for _number in range(3):
        put_test()
    sender = Sender(stopping=lambda: bool(smtp_server.mails))
    assert sender.send_due() == 1
    assert sorted(Delivery.objects.values_list("state", flat=True)) == [
        DeliveryState.SENT,
        DeliveryState.WAITING,
        DeliveryState.WAITING,
    ]


def test_mail_that_nobody_wants_any_more_is_cancelled(smtp_server: SMTPServer) -> None:
    subscriber = make_subscriber(state=State.UNSUBSCRIBED)
    mail = outbox.put("digest:1", Kind.DIGEST, subscriber.address, {"subscriber": subscriber.pk, "posts": []})
    assert Sender().send_due() == 0
    assert outcome(mail) == (DeliveryState.CANCELLED, 0, "The subscription has ended.")
    assert smtp_server.mails == []


@pytest.mark.parametrize("address", ["ada@example.org\nBcc: eve@example.org", "ada@example.org, eve@example.org", "ada", ""])
def test_address_that_is_none_is_stuck_and_reaches_nobody(smtp_server: SMTPServer, address: str) -> None:
    mail, other = put_test(address), put_test("bob@example.org")
    assert Sender().send_due() == 1
    assert outcome(mail)[0] == DeliveryState.STUCK
    assert outcome(other)[0] == DeliveryState.SENT
    assert [received.recipients for received in smtp_server.mails] == [["bob@example.org"]]


def test_mail_at_which_workers_broke_down_is_stuck_at_last(smtp_server: SMTPServer) -> None:
    mail = put_test()
    Delivery.objects.update(state=DeliveryState.SENDING, worker="dead", attempts=outbox.ATTEMPTS - 1)
    assert Sender().send_due() == 0
    assert outcome(mail)[:2] == (DeliveryState.STUCK, outbox.ATTEMPTS)
    assert smtp_server.mails == []


@pytest.mark.parametrize(
    ("answer", "code"), [("451 4.7.1 <ada@example.org>: come back", 451), ("550 <ada@example.org> no", 550)]
)
def test_a_refused_recipient_is_one_line_without_the_address(
    smtp_server: SMTPServer, caplog: pytest.LogCaptureFixture, answer: str, code: int
) -> None:
    smtp_server.refuse = {"ada@example.org": answer}
    mail = put_test("ada@example.org")
    with caplog.at_level(logging.INFO):
        Sender().send_due()
    lines = [
        (record.levelname, record.getMessage(), record.exc_info) for record in caplog.records if record.name == "mail.worker"
    ]
    assert lines == [("INFO", f"Mail {mail.pk}: its recipient was refused ({code}).", None)]


def test_error_in_one_mail_stops_no_other(
    smtp_server: SMTPServer, settings: Settings, caplog: pytest.LogCaptureFixture
) -> None:
    subscriber = make_subscriber()
    broken = outbox.put("digest:1", Kind.DIGEST, subscriber.address, {"subscriber": subscriber.pk})
    other = put_test()
    assert Sender().send_due() == 1
    assert outcome(broken) == (DeliveryState.WAITING, 1, "KeyError: 'posts'")
    assert outcome(other)[0] == DeliveryState.SENT
    assert f"Mail {broken.pk} could not be sent" in caplog.text


def test_another_anymail_backend_is_a_matter_of_settings(settings: Settings) -> None:
    settings.EMAIL_BACKEND = "anymail.backends.test.EmailBackend"
    mail = put_test()
    assert Sender().send_due() == 1
    assert outcome(mail) == (DeliveryState.SENT, 1, "sent")
    assert [(sent.to, sent.extra_headers["Message-ID"]) for sent in django_mail.outbox] == [([mail.to], mail.message_id)]


@pytest.mark.parametrize(
    ("status", "state", "attempts", "paused"), [(503, DeliveryState.WAITING, 0, True), (400, DeliveryState.WAITING, 1, False)]
)
def test_services_error_pauses_when_it_is_the_service_that_is_down(
    settings: Settings, status: int, state: DeliveryState, attempts: int, paused: bool
) -> None:
    settings.EMAIL_BACKEND = "anymail.backends.test.EmailBackend"

    def fail(sender: object, message: EmailMessage, **more: object) -> None:
        error = AnymailAPIError("no")
        error.status_code, error.describe_response = status, lambda: None  # no requests.Response to describe
        message.anymail_test_response = error

    mail, sender = put_test(), Sender()
    pre_send.connect(fail)
    try:
        assert sender.send_due() == 0
    finally:
        pre_send.disconnect(fail)
    assert outcome(mail)[:2] == (state, attempts)
    assert sender.paused == paused


def test_connection_that_is_never_answered_is_a_pause(settings: Settings) -> None:
    with socket.create_server(("127.0.0.1", 0)) as silent:
        settings.EMAIL_BACKEND = "mail.smtp.EmailBackend"
        settings.EMAIL_URL = f"smtp://127.0.0.1:{silent.getsockname()[1]}?timeout=1"
        mail, sender = put_test(), Sender()
        assert sender.send_due() == 0
    assert sender.paused
    assert outcome(mail)[:2] == (DeliveryState.WAITING, 0)
