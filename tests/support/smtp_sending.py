"""Short ways to send through the site's own backend in tests."""

from typing import Any

from anymail.message import AnymailMessage
from django.core.mail import EmailMessage, get_connection

from mail.smtp.backend import EmailBackend
from tests.support.smtp_server import ReceivedMail, SMTPServer


def backend(smtp_server: SMTPServer, **options: Any) -> EmailBackend:
    return get_connection("mail.smtp.EmailBackend", **{"url": smtp_server.url, **options})


def message(**fields: Any) -> AnymailMessage:
    """A short message from ada@example.org to ben@example.net, changed by these fields."""
    usual = {"subject": "Hello", "body": "A text.", "from_email": "ada@example.org", "to": ["ben@example.net"]}
    return AnymailMessage(**{**usual, **fields})


def receive(sent: EmailMessage, **options: Any) -> list[ReceivedMail]:
    """What arrives of a message at an SMTP server that accepts everything."""
    with SMTPServer() as smtp_server:
        backend(smtp_server, **options).send_messages([sent])
        return smtp_server.mails


def receive_one(**fields: Any) -> ReceivedMail:
    (mail,) = receive(message(**fields))
    return mail
