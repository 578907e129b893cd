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

from signup import outbox
from signup.models import Mail, MailState, Reason, State
from signup.models.outbox import Kind
from signup.sending import Sender
from tests.signup.outbox_factories import make_subscriber, put_test, send_to
from tests.signup.sink import Sink

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("blog")]


@pytest.fixture
def sink(settings: Settings) -> Iterator[Sink]:
    with Sink() as sink:
        send_to(settings, sink)
        yield sink


def outcome(mail: Mail) -> tuple[str, int, str]:
    mail.refresh_from_db()
    return mail.state, mail.attempts, mail.answer


def test_mails_go_out_over_one_connection_each_to_one_recipient(sink: Sink) -> None:
    mails = [put_test(f"reader-{number}@example.org") for number in range(3)]
    assert Sender().send_due() == 3
    assert [(mail.recipients, mail.message["Message-ID"]) for mail in sink.mails] == [
        ([mail.to], mail.message_id) for mail in mails
    ]
    assert sink.connections == 1
    assert [outcome(mail) for mail in mails] == [(MailState.SENT, 1, f"250 OK kept as number {number}") for number in (1, 2, 3)]


def test_recipient_refused_for_good_is_a_hard_bounce(sink: Sink) -> None:
    sink.refuse = {"gone@example.org": "550 5.1.1 No such user"}
    subscriber = make_subscriber("gone@example.org")
    mail = outbox.put("already:1", Kind.ALREADY, subscriber.address, subscriber)
    other = put_test()
    assert Sender().send_due() == 1
    assert outcome(mail) == (MailState.REFUSED, 1, "550 5.1.1 No such user")
    assert outcome(other)[0] == MailState.SENT
    subscriber.refresh_from_db()
    assert (subscriber.state, subscriber.suppressed_because) == (State.SUPPRESSED, Reason.BOUNCE)


def test_recipient_refused_for_now_is_tried_later(sink: Sink) -> None:
    sink.refuse = {"ada@example.org": "451 4.7.1 Greylisted, come back"}
    mail, sender = put_test(), Sender()
    assert sender.send_due() == 0
    assert outcome(mail) == (MailState.WAITING, 1, "451 4.7.1 Greylisted, come back")
    assert not sender.paused
    sink.refuse = {}
    Mail.objects.update(due=timezone.now())
    assert sender.send_due() == 1
    assert outcome(mail)[:2] == (MailState.SENT, 2)


def test_content_refused_for_good_is_stuck_and_no_bounce(sink: Sink) -> None:
    sink.answers = {"BODY": ["554 5.7.1 This looks like spam"]}
    subscriber = make_subscriber()
    mail = outbox.put("already:1", Kind.ALREADY, subscriber.address, subscriber)
    assert Sender().send_due() == 0
    assert outcome(mail) == (MailState.STUCK, 0, "554 5.7.1 This looks like spam")
    subscriber.refresh_from_db()
    assert subscriber.state == State.CONFIRMED


@pytest.mark.parametrize("command", ["MAIL", "RCPT"])
def test_dropped_connection_pauses_and_costs_no_attempt(sink: Sink, command: str) -> None:
    sink.hang_up = command
    mail, other, sender = put_test(), put_test(), Sender()
    assert sender.send_due() == 0
    assert sender.paused
    assert [outcome(each)[:2] for each in (mail, other)] == [(MailState.WAITING, 0)] * 2
    assert outbox.candidates(timezone.now(), 10) == [other.pk, mail.pk]


@pytest.mark.parametrize("command", ["DATA", "BODY", "421"])
def test_mail_at_which_the_server_always_breaks_down_is_stuck_at_last(sink: Sink, command: str) -> None:
    sink.hang_up = command
    mail, sender, waits = put_test(), Sender(), []
    while outcome(mail)[0] == MailState.WAITING:
        if command == "421":
            sink.answers = {"BODY": ["421 4.3.0 Something is wrong with this one"]}
        Mail.objects.update(due=timezone.now())
        assert sender.send_due() == 0
        assert not sender.paused
        waits.append(round((Mail.objects.get().due - timezone.now()).total_seconds()))
    assert outcome(mail)[:2] == (MailState.STUCK, outbox.ATTEMPTS)
    assert waits[:4] == [2, 180, 540, 1620]


def test_server_that_ends_while_it_is_given_a_mail_gets_it_again_under_the_same_message_id(sink: Sink) -> None:
    mail = put_test()
    sink.hang_up = "BODY"
    assert Sender().send_due() == 0
    sink.hang_up = ""
    Mail.objects.update(due=timezone.now())
    assert Sender().send_due() == 1
    assert outcome(mail)[:2] == (MailState.SENT, 2)
    assert [received.message["Message-ID"] for received in sink.mails] == [mail.message_id] * 2


def test_server_closing_pauses_and_costs_no_attempt(sink: Sink) -> None:
    sink.answers = {"MAIL": ["421 4.3.2 Shutting down"]}
    mail, sender = put_test(), Sender()
    assert sender.send_due() == 0
    assert sender.paused
    state, attempts, answer = outcome(mail)
    assert (state, attempts) == (MailState.WAITING, 0)
    assert "421 4.3.2 Shutting down" in answer


def test_server_down_pauses_longer_each_time_and_is_forgiven(settings: Settings) -> None:
    sink = Sink()
    sink.start()
    send_to(settings, sink)
    sink.stop()
    mail, sender, pauses = put_test(), Sender(), []
    for _attempt in range(10):
        sender.paused_until = None
        assert sender.send_due() == 0
        assert sender.paused_until is not None
        pauses.append(round((sender.paused_until - timezone.now()).total_seconds()))
    assert pauses == [2, 4, 8, 16, 32, 64, 128, 256, 300, 300]
    assert outcome(mail)[:2] == (MailState.WAITING, 0)
    with sink:
        sender.paused_until = None
        assert sender.send_due() == 1
    assert (sender.pauses, sender.paused) == (0, False)
    assert outcome(mail)[:2] == (MailState.SENT, 1)


def test_paused_sender_does_not_try(sink: Sink) -> None:
    put_test()
    sender = Sender()
    sender.paused_until = timezone.now() + timedelta(minutes=1)
    assert sender.send_due() == 0
    assert sink.connections == 0


def test_stopping_sender_finishes_the_present_mail(sink: Sink) -> None:
    for _number in range(3):
        put_test()
    sender = Sender(stopping=lambda: bool(sink.mails))
    assert sender.send_due() == 1
    assert sorted(Mail.objects.values_list("state", flat=True)) == [MailState.SENT, MailState.WAITING, MailState.WAITING]


def test_mail_that_nobody_wants_any_more_is_cancelled(sink: Sink) -> None:
    subscriber = make_subscriber(state=State.UNSUBSCRIBED)
    mail = outbox.put("digest:1", Kind.DIGEST, subscriber.address, subscriber, {"posts": []})
    assert Sender().send_due() == 0
    assert outcome(mail) == (MailState.CANCELLED, 0, "The subscription has ended.")
    assert sink.mails == []


@pytest.mark.parametrize("address", ["ada@example.org\nBcc: eve@example.org", "ada@example.org, eve@example.org", "ada", ""])
def test_address_that_is_none_is_stuck_and_reaches_nobody(sink: Sink, address: str) -> None:
    mail, other = put_test(address), put_test("bob@example.org")
    assert Sender().send_due() == 1
    assert outcome(mail)[0] == MailState.STUCK
    assert outcome(other)[0] == MailState.SENT
    assert [received.recipients for received in sink.mails] == [["bob@example.org"]]


def test_mail_at_which_workers_broke_down_is_stuck_at_last(sink: Sink) -> None:
    mail = put_test()
    Mail.objects.update(state=MailState.SENDING, worker="dead", attempts=outbox.ATTEMPTS - 1)
    assert Sender().send_due() == 0
    assert outcome(mail)[:2] == (MailState.STUCK, outbox.ATTEMPTS)
    assert sink.mails == []


def test_error_in_one_mail_stops_no_other(sink: Sink, settings: Settings, caplog: pytest.LogCaptureFixture) -> None:
    subscriber = make_subscriber()
    broken = outbox.put("digest:1", Kind.DIGEST, subscriber.address, subscriber, {})
    other = put_test()
    assert Sender().send_due() == 1
    assert outcome(broken) == (MailState.WAITING, 1, "KeyError: 'posts'")
    assert outcome(other)[0] == MailState.SENT
    assert f"Mail {broken.pk} could not be sent" in caplog.text


def test_another_anymail_backend_is_a_matter_of_settings(settings: Settings) -> None:
    settings.EMAIL_BACKEND = "anymail.backends.test.EmailBackend"
    mail = put_test()
    assert Sender().send_due() == 1
    assert outcome(mail) == (MailState.SENT, 1, "sent")
    assert [(sent.to, sent.extra_headers["Message-ID"]) for sent in django_mail.outbox] == [([mail.to], mail.message_id)]


@pytest.mark.parametrize(
    ("status", "state", "attempts", "paused"), [(503, MailState.WAITING, 0, True), (400, MailState.WAITING, 1, False)]
)
def test_services_error_pauses_when_it_is_the_service_that_is_down(
    settings: Settings, status: int, state: MailState, attempts: int, paused: bool
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
        settings.EMAIL_BACKEND = "signup.smtp.EmailBackend"
        settings.EMAIL_URL = f"smtp://127.0.0.1:{silent.getsockname()[1]}?timeout=1"
        mail, sender = put_test(), Sender()
        assert sender.send_due() == 0
    assert sender.paused
    assert outcome(mail)[:2] == (MailState.WAITING, 0)
