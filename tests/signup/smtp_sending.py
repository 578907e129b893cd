"""Short ways to send through the site's own backend in tests."""

from typing import Any

from anymail.message import AnymailMessage
from django.core.mail import EmailMessage, get_connection

from signup.smtp import EmailBackend
from tests.signup.sink import ReceivedMail, Sink


def backend(sink: Sink, **options: Any) -> EmailBackend:
    return get_connection("signup.smtp.EmailBackend", **{"url": sink.url, **options})


def message(**fields: Any) -> AnymailMessage:
    """A short message from ada@example.org to ben@example.net, changed by these fields."""
    usual = {"subject": "Hello", "body": "A text.", "from_email": "ada@example.org", "to": ["ben@example.net"]}
    return AnymailMessage(**{**usual, **fields})


def receive(sent: EmailMessage, **options: Any) -> list[ReceivedMail]:
    """What arrives of a message at a sink that takes everything."""
    with Sink() as sink:
        backend(sink, **options).send_messages([sent])
        return sink.mails


def receive_one(**fields: Any) -> ReceivedMail:
    (mail,) = receive(message(**fields))
    return mail
