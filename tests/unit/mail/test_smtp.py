"""The backend's session with a server on a real socket: who is refused, what is retried, what is told apart."""

import socket

import pytest
from anymail.exceptions import AnymailRecipientsRefused
from anymail.message import AnymailMessage

from mail.smtp.replies import RecipientsRefused, Reply, ServerUnavailable
from tests.support.smtp_sending import backend, message
from tests.support.smtp_server import SMTPServer

pytestmark = pytest.mark.sockets

GONE = "550 5.1.1 Nobody of that name"
FULL = "452 4.2.2 Mailbox full"


def statuses(sent: AnymailMessage) -> dict[str, tuple[str, str]]:
    return {address: (status.status, str(status.reply)) for address, status in sent.anymail_status.recipients.items()}


def test_status_of_each_recipient_with_the_servers_words() -> None:
    sent = message(to=["ben@example.net", "gone@example.net"], cc=["full@example.net"])
    with SMTPServer(refuse={"gone@example.net": GONE, "full@example.net": FULL}) as smtp_server:
        assert backend(smtp_server).send_messages([sent]) == 1
    assert statuses(sent) == {
        "ben@example.net": ("queued", "250 OK kept as number 1"),
        "gone@example.net": ("rejected", GONE),
        "full@example.net": ("failed", FULL),
    }
    assert [mail.recipients for mail in smtp_server.mails] == [["ben@example.net"]]
    assert sent.anymail_status.recipients["gone@example.net"].reply == Reply("RCPT", 550, "5.1.1 Nobody of that name")


def test_every_recipient_refused_raises_with_each_answer() -> None:
    sent = message(to=["gone@example.net", "full@example.net"])
    with (
        SMTPServer(refuse={"gone@example.net": GONE, "full@example.net": FULL}) as smtp_server,
        pytest.raises(RecipientsRefused) as caught,
    ):
        backend(smtp_server).send_messages([sent])
    assert isinstance(caught.value, AnymailRecipientsRefused)
    assert {address: str(reply) for address, reply in caught.value.replies.items()} == {
        "gone@example.net": GONE,
        "full@example.net": FULL,
    }
    assert caught.value.temporary
    assert GONE in str(caught.value)
    assert smtp_server.mails == []


@pytest.mark.parametrize(("answer", "status", "temporary"), [(GONE, "rejected", False), (FULL, "failed", True)])
def test_only_recipient_refused_is_permanent_or_temporary(answer: str, status: str, temporary: bool) -> None:
    sent = message()
    with SMTPServer(refuse={"ben@example.net": answer}) as smtp_server, pytest.raises(RecipientsRefused) as caught:
        backend(smtp_server).send_messages([sent])
    assert caught.value.temporary is temporary
    assert caught.value.replies["ben@example.net"].about_recipient
    assert statuses(sent) == {"ben@example.net": (status, answer)}


@pytest.mark.parametrize(
    ("command", "answer"),
    [("MAIL", "550 5.7.1 Not from you"), ("BODY", "554 5.6.0 Looks like spam"), ("BODY", "451 4.3.0 Scanner asleep")],
)
def test_refused_message_is_no_fault_of_the_recipient(command: str, answer: str) -> None:
    sent = message()
    with SMTPServer(answers={command: [answer]}) as smtp_server, pytest.raises(RecipientsRefused) as caught:
        backend(smtp_server).send_messages([sent])
    (reply,) = caught.value.replies.values()
    assert (str(reply), reply.about_recipient, reply.temporary) == (answer, False, answer.startswith("4"))


def test_refused_message_leaves_the_connection_for_the_next() -> None:
    with SMTPServer(answers={"MAIL": ["550 No"], "BODY": ["554 No"]}, refuse={"gone@example.net": GONE}) as smtp_server:
        connection = backend(smtp_server)
        connection.open()
        for sent in (message(), message(), message(to=["gone@example.net"])):
            with pytest.raises(RecipientsRefused):
                connection.send_messages([sent])
        assert connection.send_messages([message()]) == 1
        connection.close()
        assert (len(smtp_server.mails), smtp_server.connections) == (1, 1)


def test_one_connection_serves_many_messages() -> None:
    with SMTPServer() as smtp_server:
        assert backend(smtp_server).send_messages([message(), message(), message()]) == 3
        assert len({mail.peer for mail in smtp_server.mails}) == 1


def test_open_and_close_keep_one_connection_over_several_sends() -> None:
    with SMTPServer() as smtp_server:
        connection = backend(smtp_server)
        assert (connection.open(), connection.open()) == (True, False)
        connection.send_messages([message()])
        connection.send_messages([message()])
        connection.close()
        connection.send_messages([message()])
        assert smtp_server.connections == 2
        assert len(smtp_server.mails) == 3


@pytest.mark.parametrize("answer", ["421 4.7.0 Too many messages in this connection", "hang up"])
def test_connection_that_the_server_ended_is_made_anew(answer: str) -> None:
    with SMTPServer() as smtp_server:
        connection = backend(smtp_server)
        connection.open()
        connection.send_messages([message()])
        if answer == "hang up":
            smtp_server.stop()
            smtp_server.start()
        else:
            smtp_server.answers = {"MAIL": [answer]}
        assert connection.send_messages([message()]) == 1
        assert len(smtp_server.mails) == 2
        connection.close()


def test_server_not_running_is_unavailable() -> None:
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = taken.getsockname()[1]
    smtp_server = SMTPServer(port=port)
    with pytest.raises(ServerUnavailable, match=f"The mail server 127.0.0.1:{port} cannot be used: .*refused") as caught:
        backend(smtp_server).send_messages([message()])
    assert not caught.value.in_doubt
    with smtp_server:
        assert backend(smtp_server).send_messages([message()]) == 1


def test_server_that_never_greets_is_unavailable() -> None:
    with socket.create_server(("127.0.0.1", 0)) as silent:
        url = f"smtp://127.0.0.1:{silent.getsockname()[1]}/?timeout=1"
        with pytest.raises(ServerUnavailable, match="timed out"):
            backend(SMTPServer(), url=url).open()


@pytest.mark.parametrize(("command", "in_doubt"), [("MAIL", False), ("RCPT", False), ("DATA", False), ("BODY", True)])
def test_server_that_hangs_up_is_unavailable(command: str, in_doubt: bool) -> None:
    sent = message()
    with SMTPServer(hang_up=command) as smtp_server, pytest.raises(ServerUnavailable) as caught:
        backend(smtp_server).send_messages([sent])
    assert caught.value.in_doubt is in_doubt
    assert sent.anymail_status.status is None


@pytest.mark.parametrize(
    ("command", "answer"), [("MAIL", "421 Closing"), ("RCPT", "421 Closing"), ("MAIL", "452 Disk full"), ("MAIL", "530 Log in")]
)
def test_server_that_takes_no_mail_is_unavailable(command: str, answer: str) -> None:
    with SMTPServer(answers={command: [answer]}) as smtp_server, pytest.raises(ServerUnavailable, match=answer):
        backend(smtp_server).send_messages([message()])


def test_message_after_an_unavailable_server_needs_open() -> None:
    with SMTPServer(hang_up="BODY") as smtp_server:
        connection = backend(smtp_server)
        connection.open()
        with pytest.raises(ServerUnavailable):
            connection.send_messages([message()])
        smtp_server.hang_up = ""
        assert connection.open()
        assert connection.send_messages([message()]) == 1
        connection.close()


def test_fail_silently_raises_nothing() -> None:
    with SMTPServer(refuse={"ben@example.net": GONE}) as smtp_server, pytest.warns(DeprecationWarning, match="fail_silently"):
        assert backend(smtp_server, fail_silently=True).send_messages([message(), message(to=["eve@example.net"])]) == 1
    with pytest.warns(DeprecationWarning, match="fail_silently"):
        assert backend(smtp_server, fail_silently=True).send_messages([message()]) == 0


def test_no_recipient_is_nothing_sent() -> None:
    with SMTPServer() as smtp_server:
        assert backend(smtp_server).send_messages([message(to=[])]) == 0
        assert backend(smtp_server).send_messages([]) == 0
    assert smtp_server.mails == []


def test_server_answers_are_the_response_of_the_status() -> None:
    sent = message(headers={"Message-ID": "<1@example.org>"})
    with SMTPServer() as smtp_server:
        backend(smtp_server).send_messages([sent])
    replies = {"ben@example.net": Reply("BODY", 250, "OK kept as number 1")}
    assert sent.anymail_status.esp_response == ("<1@example.org>", replies)
