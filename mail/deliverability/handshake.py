"""The handshake with the mail server (connection, EHLO, STARTTLS, login), without a mail: its name, extensions and refusals."""

import smtplib
import socket
import ssl
from collections.abc import Callable
from dataclasses import dataclass, field, replace
from threading import Thread
from typing import Any, TypeVar
from urllib.request import HTTPRedirectHandler, build_opener

from mail.config.connection import connect, trusted, words_of
from mail.config.email_url import MailServer
from mail.deliverability.words import _

ROUTE_HINTS = (("192.0.2.1", socket.AF_INET), ("2001:db8::1", socket.AF_INET6))  # nothing is sent there
PROBE = 3.0  # seconds
MAX_TEXT = 64 * 1024  # bytes
SMTP_PORT = 25
T = TypeVar("T")


@dataclass(frozen=True, slots=True)
class Handshake:
    """How a mail server responded; `trouble` is the first thing that went wrong, `stage` when."""

    greeting: str = ""  # the server's own name
    offered: frozenset[str] = field(default_factory=frozenset)  # extensions, before encryption
    offered_inside: frozenset[str] = field(default_factory=frozenset)  # and after it; the same where there is none
    encrypted: bool = False
    stage: str = ""  # connect, starttls, tls, login
    trouble: str = ""


class _Trouble(Exception):
    def __init__(self, stage: str, error: Exception | str) -> None:
        super().__init__(str(error) or type(error).__name__)
        self.stage = stage


def try_handshake(server: MailServer, timeout: float) -> Handshake:
    """Connect, encrypt and log in as EMAIL_URL says, and leave again; never an exception, whatever the server does."""
    handshake = within(timeout, lambda: _try_handshake(server, timeout))
    return handshake or Handshake(stage="connect", trouble=_("no answer within %g seconds") % timeout)


def _try_handshake(server: MailServer, timeout: float) -> Handshake:
    handshake = Handshake()
    try:
        with _connect(server, timeout) as smtp:
            words = smtp.ehlo()[1]
            greeting, offered = words.split()[0].decode("ascii", "replace"), frozenset(map(str.upper, smtp.esmtp_features))
            handshake = Handshake(greeting.lower(), offered, offered, server.tls)
            if server.starttls:
                _encrypt(smtp, server, offered)
                inside = frozenset(map(str.upper, smtp.esmtp_features))
                handshake = replace(handshake, offered_inside=inside, encrypted=True)
            if server.username:
                _log_in(smtp, server)
        return handshake
    except _Trouble as trouble:
        return replace(handshake, stage=trouble.stage, trouble=str(trouble))
    except (OSError, smtplib.SMTPException, IndexError) as error:
        return replace(handshake, stage="connect", trouble=words_of(error))


def _connect(server: MailServer, timeout: float) -> smtplib.SMTP:
    try:
        return connect(server, timeout)
    except ssl.SSLError as error:
        raise _Trouble("tls", error) from error
    except (OSError, smtplib.SMTPException) as error:
        raise _Trouble("connect", words_of(error)) from error


def _encrypt(smtp: smtplib.SMTP, server: MailServer, offered: frozenset[str]) -> None:
    if "STARTTLS" not in offered:
        raise _Trouble("starttls", _("it does not offer STARTTLS"))
    try:
        smtp.starttls(context=trusted(server))
    except (ssl.SSLError, smtplib.SMTPException) as error:
        raise _Trouble("tls", words_of(error)) from error
    smtp.ehlo()


def _log_in(smtp: smtplib.SMTP, server: MailServer) -> None:
    try:
        smtp.login(server.username, server.password)
    except smtplib.SMTPException as error:
        raise _Trouble("login", words_of(error)) from error


def probe(address: str) -> str:
    """Return a clause that says that the mail server at an address refuses connections; "" otherwise, or when unknown.

    Many networks block outgoing connections to port 25: a time-out does not show anything about the server.
    """
    try:
        socket.create_connection((address, SMTP_PORT), timeout=PROBE).close()
    except ConnectionRefusedError:
        return _("refuses connections at %(address)s, port %(port)d") % {"address": address, "port": SMTP_PORT}
    except OSError:
        return ""
    return ""


def fetch(url: str, seconds: float) -> str:
    """Return a text by HTTPS; raises OSError with the reason. Redirects are not followed (RFC 8461, 3.3)."""
    with build_opener(NoRedirect).open(url, timeout=seconds) as response:
        text: bytes = response.read(MAX_TEXT)
    return text.decode("utf-8", "replace")


class NoRedirect(HTTPRedirectHandler):
    """Takes a redirect for an error."""

    def redirect_request(self, *_unused: Any) -> None:
        return None


def outgoing_addresses() -> list[str]:
    """Return the addresses from which this machine connects, by its routes; behind NAT they are private ones."""
    found = []
    for hint, family in ROUTE_HINTS:
        try:
            with socket.socket(family, socket.SOCK_DGRAM) as outgoing:
                outgoing.connect((hint, 9))
                found.append(str(outgoing.getsockname()[0]))
        except OSError:
            continue
    return found


def within(seconds: float, work: Callable[[], T]) -> T | None:
    """Return the work's result; None when it takes longer: its thread then ends by itself and delays nobody."""
    result: list[T] = []
    thread = Thread(target=lambda: result.append(work()), daemon=True)
    thread.start()
    thread.join(seconds)
    return result[0] if result else None
