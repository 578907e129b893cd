"""The backend's conversation with a server on a real socket: who is refused, what is retried, what is told apart."""

import socket

import pytest
from anymail.exceptions import AnymailRecipientsRefused
from anymail.message import AnymailMessage

from signup.smtp_replies import RecipientsRefused, Reply, ServerUnavailable
from tests.signup.sink import Sink
from tests.signup.smtp_sending import backend, message

GONE = "550 5.1.1 Nobody of that name"
FULL = "452 4.2.2 Mailbox full"


def statuses(sent: AnymailMessage) -> dict[str, tuple[str, str]]:
    return {address: (status.status, str(status.reply)) for address, status in sent.anymail_status.recipients.items()}


def test_status_of_each_recipient_with_the_servers_words() -> None:
    sent = message(to=["ben@example.net", "gone@example.net"], cc=["full@example.net"])
    with Sink(refuse={"gone@example.net": GONE, "full@example.net": FULL}) as sink:
        assert backend(sink).send_messages([sent]) == 1
    assert statuses(sent) == {
        "ben@example.net": ("queued", "250 OK kept as number 1"),
        "gone@example.net": ("rejected", GONE),
        "full@example.net": ("failed", FULL),
    }
    assert [mail.recipients for mail in sink.mails] == [["ben@example.net"]]
    assert sent.anymail_status.recipients["gone@example.net"].reply == Reply("RCPT", 550, "5.1.1 Nobody of that name")


def test_every_recipient_refused_raises_with_each_answer() -> None:
    sent = message(to=["gone@example.net", "full@example.net"])
    with Sink(refuse={"gone@example.net": GONE, "full@example.net": FULL}) as sink, pytest.raises(RecipientsRefused) as caught:
        backend(sink).send_messages([sent])
    assert isinstance(caught.value, AnymailRecipientsRefused)
    assert {address: str(reply) for address, reply in caught.value.replies.items()} == {
        "gone@example.net": GONE,
        "full@example.net": FULL,
    }
    assert caught.value.temporary
    assert GONE in str(caught.value)
    assert sink.mails == []


@pytest.mark.parametrize(("answer", "status", "temporary"), [(GONE, "rejected", False), (FULL, "failed", True)])
def test_only_recipient_refused_tells_for_good_from_for_now(answer: str, status: str, temporary: bool) -> None:
    sent = message()
    with Sink(refuse={"ben@example.net": answer}) as sink, pytest.raises(RecipientsRefused) as caught:
        backend(sink).send_messages([sent])
    assert caught.value.temporary is temporary
    assert caught.value.replies["ben@example.net"].about_recipient
    assert statuses(sent) == {"ben@example.net": (status, answer)}


@pytest.mark.parametrize(
    ("command", "answer"),
    [("MAIL", "550 5.7.1 Not from you"), ("BODY", "554 5.6.0 Looks like spam"), ("BODY", "451 4.3.0 Scanner asleep")],
)
def test_refused_message_is_no_fault_of_the_recipient(command: str, answer: str) -> None:
    sent = message()
    with Sink(answers={command: [answer]}) as sink, pytest.raises(RecipientsRefused) as caught:
        backend(sink).send_messages([sent])
    (reply,) = caught.value.replies.values()
    assert (str(reply), reply.about_recipient, reply.temporary) == (answer, False, answer.startswith("4"))


def test_refused_message_leaves_the_connection_for_the_next() -> None:
    with Sink(answers={"MAIL": ["550 No"], "BODY": ["554 No"]}, refuse={"gone@example.net": GONE}) as sink:
        connection = backend(sink)
        connection.open()
        for sent in (message(), message(), message(to=["gone@example.net"])):
            with pytest.raises(RecipientsRefused):
                connection.send_messages([sent])
        assert connection.send_messages([message()]) == 1
        connection.close()
        assert (len(sink.mails), sink.connections) == (1, 1)


def test_one_connection_serves_many_messages() -> None:
    with Sink() as sink:
        assert backend(sink).send_messages([message(), message(), message()]) == 3
        assert len({mail.peer for mail in sink.mails}) == 1


def test_open_and_close_keep_one_connection_over_several_sends() -> None:
    with Sink() as sink:
        connection = backend(sink)
        assert (connection.open(), connection.open()) == (True, False)
        connection.send_messages([message()])
        connection.send_messages([message()])
        connection.close()
        connection.send_messages([message()])
        assert sink.connections == 2
        assert len(sink.mails) == 3


@pytest.mark.parametrize("answer", ["421 4.7.0 Too many messages in this connection", "hang up"])
def test_connection_that_the_server_ended_is_made_anew(answer: str) -> None:
    with Sink() as sink:
        connection = backend(sink)
        connection.open()
        connection.send_messages([message()])
        if answer == "hang up":
            sink.stop()
            sink.start()
        else:
            sink.answers = {"MAIL": [answer]}
        assert connection.send_messages([message()]) == 1
        assert len(sink.mails) == 2
        connection.close()


def test_server_not_running_is_unavailable() -> None:
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = taken.getsockname()[1]
    sink = Sink(port=port)
    with pytest.raises(ServerUnavailable, match=f"The mail server 127.0.0.1:{port} cannot be used: .*refused") as caught:
        backend(sink).send_messages([message()])
    assert not caught.value.in_doubt
    with sink:
        assert backend(sink).send_messages([message()]) == 1


def test_server_that_never_greets_is_unavailable() -> None:
    with socket.create_server(("127.0.0.1", 0)) as silent:
        url = f"smtp://127.0.0.1:{silent.getsockname()[1]}/?timeout=1"
        with pytest.raises(ServerUnavailable, match="timed out"):
            backend(Sink(), url=url).open()


@pytest.mark.parametrize(("command", "in_doubt"), [("MAIL", False), ("RCPT", False), ("DATA", False), ("BODY", True)])
def test_server_that_hangs_up_is_unavailable(command: str, in_doubt: bool) -> None:
    sent = message()
    with Sink(hang_up=command) as sink, pytest.raises(ServerUnavailable) as caught:
        backend(sink).send_messages([sent])
    assert caught.value.in_doubt is in_doubt
    assert sent.anymail_status.status is None


@pytest.mark.parametrize(
    ("command", "answer"), [("MAIL", "421 Closing"), ("RCPT", "421 Closing"), ("MAIL", "452 Disk full"), ("MAIL", "530 Log in")]
)
def test_server_that_takes_no_mail_is_unavailable(command: str, answer: str) -> None:
    with Sink(answers={command: [answer]}) as sink, pytest.raises(ServerUnavailable, match=answer):
        backend(sink).send_messages([message()])


def test_message_after_an_unavailable_server_needs_open() -> None:
    with Sink(hang_up="BODY") as sink:
        connection = backend(sink)
        connection.open()
        with pytest.raises(ServerUnavailable):
            connection.send_messages([message()])
        sink.hang_up = ""
        assert connection.open()
        assert connection.send_messages([message()]) == 1
        connection.close()


def test_fail_silently_raises_nothing() -> None:
    with Sink(refuse={"ben@example.net": GONE}) as sink, pytest.warns(DeprecationWarning, match="fail_silently"):
        assert backend(sink, fail_silently=True).send_messages([message(), message(to=["eve@example.net"])]) == 1
    with pytest.warns(DeprecationWarning, match="fail_silently"):
        assert backend(sink, fail_silently=True).send_messages([message()]) == 0


def test_no_recipient_is_nothing_sent() -> None:
    with Sink() as sink:
        assert backend(sink).send_messages([message(to=[])]) == 0
        assert backend(sink).send_messages([]) == 0
    assert sink.mails == []


def test_server_answers_are_the_response_of_the_status() -> None:
    sent = message(headers={"Message-ID": "<1@example.org>"})
    with Sink() as sink:
        backend(sink).send_messages([sent])
    assert sent.anymail_status.esp_response == [
        ("<1@example.org>", {"ben@example.net": Reply("BODY", 250, "OK kept as number 1")})
    ]
