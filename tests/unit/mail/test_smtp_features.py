"""Anymail's features, one by one: each done as it says, or refused aloud."""

from datetime import UTC, datetime
from typing import Any

import pytest
from anymail.exceptions import AnymailCancelSend, AnymailSerializationError, AnymailUnsupportedFeature
from anymail.message import AnymailMessage
from anymail.signals import post_send, pre_send
from django.utils.translation import gettext_lazy
from pytest_django import Settings

from mail.smtp.replies import BadHeader, RecipientsRefused
from tests.support.smtp_sending import backend, message, receive, receive_one
from tests.support.smtp_server import SMTPServer

pytestmark = pytest.mark.sockets

BOTH = ["ben@example.net", "Cleo <cleo@example.net>"]


def test_envelope_sender_is_where_bounces_go() -> None:
    mail = receive_one(envelope_sender="bounces+7-ab@bounces.example.org")
    assert (mail.sender, mail.message["From"]) == ("bounces+7-ab@bounces.example.org", "ada@example.org")


def test_from_header_makes_from_email_the_envelope_sender() -> None:
    mail = receive_one(from_email="bounces@example.org", headers={"From": "Ada <ada@example.org>"})
    assert (mail.sender, mail.message["From"]) == ("bounces@example.org", "Ada <ada@example.org>")


def test_tags_and_metadata_travel_in_headers() -> None:
    mail = receive_one(tags=["sign-up", gettext_lazy("grün")], metadata={"mail": 7, "note": "a\r\nb"})
    assert mail.message["X-Tags"] == '["sign-up", "gr\\u00fcn"]'
    assert mail.message["X-Metadata"] == '{"mail": 7, "note": "a\\r\\nb"}'


@pytest.mark.parametrize("fields", [{"metadata": {"when": datetime(2018, 9, 1, tzinfo=UTC)}}, {"tags": [object()]}])
def test_metadata_that_json_cannot_say_are_refused(fields: dict[str, Any]) -> None:
    with pytest.raises(AnymailSerializationError):
        receive_one(**fields)


@pytest.mark.parametrize(
    ("fields", "feature"),
    [
        ({"template_id": "welcome"}, "template_id"),
        ({"send_at": datetime(2030, 1, 1, tzinfo=UTC)}, "send_at"),
        ({"track_clicks": True}, "track_clicks"),
        ({"track_opens": True}, "track_opens"),
        ({"from_email": "ada@example.org, ben@example.org"}, "multiple from emails"),
        ({"esp_extra": {"pool": "a"}}, "esp_extra 'pool': it knows mail_options and rcpt_options"),
        ({"merge_data": {"ben@example.net": {"name": "Ben"}}}, "merge_data"),
        ({"merge_global_data": {"site": "Notes"}}, "merge_global_data"),
        ({"merge_headers": {"ben@example.net": {"X-Note": "a"}}}, "merge_headers"),
        ({"merge_metadata": {"ben@example.net": {"row": 9}}}, "merge_metadata"),
    ],
)
def test_feature_without_meaning_here_is_refused(fields: dict[str, Any], feature: str, settings: Settings) -> None:
    with SMTPServer() as smtp_server, pytest.raises(AnymailUnsupportedFeature, match=f"SMTP does not support {feature}"):
        backend(smtp_server).send_messages([message(**fields)])
    assert smtp_server.mails == []
    settings.ANYMAIL = {"IGNORE_UNSUPPORTED_FEATURES": True}
    assert {mail.message["Subject"] for mail in receive(message(**fields))} == {"Hello"}


def test_tracking_that_is_off_is_no_feature() -> None:
    assert receive_one(track_clicks=False, track_opens=False).message["Subject"] == "Hello"


def test_esp_extra_gives_smtps_own_parameters() -> None:
    assert "BODY=8BITMIME" in receive_one(esp_extra={"mail_options": ["BODY=8BITMIME"]}).mail_options


@pytest.mark.parametrize("option", ["RET=HDRS SIZE=1", "NOTIFY=NEVER>\r\nRCPT", "é"])
def test_esp_extra_that_is_no_parameter_is_refused(option: str) -> None:
    with pytest.raises(BadHeader, match="KEYWORD=value"):
        receive_one(esp_extra={"rcpt_options": [option]})


def test_braces_in_a_text_are_kept() -> None:
    assert receive_one(body="{{ name }}").message.get_content() == "{{ name }}\r\n"


def test_send_defaults_are_under_what_the_message_says(settings: Settings) -> None:
    settings.ANYMAIL = {
        "SEND_DEFAULTS": {"tags": ["never"], "metadata": {"from": "all"}},
        "SMTP_SEND_DEFAULTS": {
            "tags": ["usual"],
            "envelope_sender": "bounces@example.org",
            "metadata": {"a": 1, "b": 1},
            "reply_to": ["reply@example.org"],
            "esp_extra": {"mail_options": ["BODY=8BITMIME"]},
        },
    }
    mail = receive_one(tags=["own"], metadata={"b": 2})
    assert mail.sender == "bounces@example.org"
    assert [mail.message[name] for name in ("X-Tags", "X-Metadata", "Reply-To")] == [
        '["usual", "own"]',
        '{"a": 1, "b": 2}',
        "reply@example.org",
    ]
    assert "BODY=8BITMIME" in mail.mail_options


def test_lazy_texts_become_text() -> None:
    sent = message(subject=gettext_lazy("Subject"), body=gettext_lazy("Body"), headers={"X-Note": gettext_lazy("Note")})
    (mail,) = receive(sent)
    assert (mail.message["Subject"], mail.message["X-Note"], mail.message.get_content()) == ("Subject", "Note", "Body\r\n")


class Receiver:
    """A receiver of Anymail's signals that keeps what it was told."""

    def __init__(self, error: Exception | None = None) -> None:
        self.error = error
        self.calls: list[dict[str, Any]] = []

    def __call__(self, **call: Any) -> None:
        self.calls.append(call)
        if self.error:
            raise self.error


@pytest.fixture
def connect():
    connected = []

    def _connect(signal: Any, receiver: Receiver) -> Receiver:
        signal.connect(receiver, weak=False)
        connected.append((signal, receiver))
        return receiver

    yield _connect
    for signal, receiver in connected:
        signal.disconnect(receiver)


def test_signals_are_sent_before_and_after_each_message(connect: Any) -> None:
    before, after = connect(pre_send, Receiver()), connect(post_send, Receiver())
    sent = message()
    with SMTPServer() as smtp_server:
        connection = backend(smtp_server)
        connection.send_messages([sent])
    assert [(call["message"], call["esp_name"], call["sender"]) for call in before.calls] == [(sent, "SMTP", type(connection))]
    assert [(call["message"], call["esp_name"]) for call in after.calls] == [(sent, "SMTP")]
    assert after.calls[0]["status"].recipients["ben@example.net"].status == "queued"
    assert after.calls[0]["status"].message_id == smtp_server.mails[0].message["Message-ID"]


def test_pre_send_may_change_a_message(connect: Any) -> None:
    def change(message: AnymailMessage, **call: Any) -> None:
        message.to = [address for address in message.to if not address.startswith("ben")]

    connect(pre_send, change)
    (mail,) = receive(message(to=BOTH))
    assert mail.recipients == ["cleo@example.net"]


def test_pre_send_may_cancel_a_message(connect: Any) -> None:
    connect(pre_send, Receiver(AnymailCancelSend("not today")))
    with SMTPServer() as smtp_server:
        assert backend(smtp_server).send_messages([message()]) == 0
    assert smtp_server.mails == []


def test_post_send_is_sent_before_a_refusal_is_raised(connect: Any) -> None:
    after = connect(post_send, Receiver())
    with SMTPServer(refuse={"ben@example.net": "550 No"}) as smtp_server, pytest.raises(RecipientsRefused):
        backend(smtp_server).send_messages([message()])
    assert [call["status"].status for call in after.calls] == [{"rejected"}]


def test_ignore_recipient_status_raises_nothing(settings: Settings) -> None:
    settings.ANYMAIL = {"IGNORE_RECIPIENT_STATUS": True}
    with SMTPServer(refuse={"ben@example.net": "550 No"}) as smtp_server:
        assert backend(smtp_server).send_messages([message()]) == 1


def test_error_names_only_refused_addresses() -> None:
    with pytest.raises(AnymailUnsupportedFeature) as caught:
        receive_one(template_id="welcome")
    assert "@" not in str(caught.value)


@pytest.mark.parametrize(("encoder", "domain"), [("idna2003", "fass.example"), ("idna2008", "xn--fa-hia.example")])
def test_idna_encoder_is_the_one_that_settings_name(settings: Settings, encoder: str, domain: str) -> None:
    settings.ANYMAIL = {"IDNA_ENCODER": encoder}
    mail = receive_one(to=["ben@faß.example"])
    assert (mail.recipients, mail.message["To"]) == ([f"ben@{domain}"], f"ben@{domain}")
