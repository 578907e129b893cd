"""Composes the message of a delivery: the kind's composer writes it, what every email needs is added here."""

from collections.abc import Callable, Hashable, Iterator, Mapping
from contextlib import contextmanager
from contextvars import ContextVar
from dataclasses import dataclass, field
from email.headerregistry import Address
from email.utils import format_datetime, parseaddr
from typing import TYPE_CHECKING, Any, TypeVar

from anymail.exceptions import AnymailInvalidAddress
from anymail.message import AnymailMessage
from anymail.utils import parse_address_list
from django.conf import settings
from django.utils import timezone

from mail.bounces import verp_address
from mail.models import BULK, KINDS, Delivery

if TYPE_CHECKING:
    from django_stubs_ext import StrOrPromise

TEST = "test"  # the kind that `manage.py check_mail --send` sends
LINE_LENGTH = 200  # characters of a subject, or of a sender's name


class Unwanted(Exception):
    """The email should not be sent any more; the message says why."""


@dataclass(frozen=True, slots=True)
class Email:
    """What a composer returns: the texts, the sender's name where DEFAULT_FROM_EMAIL has none, further headers."""

    subject: str
    text: str
    html: str
    sender_name: str = ""
    headers: Mapping[str, str] = field(default_factory=dict)


Composer = Callable[[Delivery], Email]  # raises Unwanted when the email should not be sent any more
COMPOSERS: dict[str, Composer] = {}  # by kind
Read = TypeVar("Read")
_read: ContextVar[dict[Hashable, Any] | None] = ContextVar("what the emails of a batch have in common", default=None)


def register(kind: str, label: "StrOrPromise", composer: Composer, *, bulk: bool = False) -> None:
    """Let an app send a kind of email: its name in the admin, and the function that composes it.

    What is `bulk` goes to many at once, at the pace of `mail.pace`, after everything that somebody waits for.
    """
    KINDS[kind], COMPOSERS[kind] = label, composer
    if bulk:
        BULK.add(kind)


@contextmanager
def batch() -> Iterator[None]:
    """Let composers read `once` what all the emails composed in the block have in common."""
    token = _read.set({})
    try:
        yield
    finally:
        _read.reset(token)


def once(key: Hashable, read: Callable[[], Read]) -> Read:
    """Return what `read` returns, in a batch what it returned the first time: for texts and names, never for consent."""
    found = _read.get()
    if found is None:
        return read()
    if key not in found:
        found[key] = read()
    known: Read = found[key]
    return known


def compose(delivery: Delivery) -> AnymailMessage:
    """Return the message of a delivery as things stand now; raises Unwanted when it should not be sent any more."""
    check_address(delivery.to)
    email = COMPOSERS[delivery.kind](delivery)
    headers = {**headers_of(delivery), **email.headers}
    message = AnymailMessage(email.subject, email.text, sender(email.sender_name), [delivery.to], headers=headers)
    if settings.MAIL_REPLY_TO:
        message.reply_to = [settings.MAIL_REPLY_TO]
    message.attach_alternative(email.html, "text/html")
    if settings.BOUNCE_DOMAIN:  # empty where a mail service takes what comes back
        message.envelope_sender = verp_address(delivery.pk, settings.BOUNCE_DOMAIN, settings.SECRET_KEY)
    return message


def check_address(address: str) -> None:
    """Raise AnymailInvalidAddress unless this is one bare address: each address of a list would be written to."""
    parsed = parse_address_list([address])
    if [one.addr_spec for one in parsed] != [address]:
        raise AnymailInvalidAddress(f"{address[:100]!r} is not one address: correct it, or cancel this mail.")


def headers_of(delivery: Delivery) -> dict[str, str]:
    """Return the headers of every kind of email: its fixed Message-ID, and that no machine shall answer (RFC 3834)."""
    return {
        "Message-ID": delivery.message_id,
        "Date": format_datetime(timezone.now()),
        "Auto-Submitted": "auto-generated",
        "X-Auto-Response-Suppress": "All",  # Exchange reads this in place of RFC 3834's
    }


def sender(name: str) -> str:
    """Return DEFAULT_FROM_EMAIL, under this name when it has none of its own."""
    own_name, address = parseaddr(settings.DEFAULT_FROM_EMAIL)
    return str(Address(one_line(own_name or name), addr_spec=address))


def one_line(text: str) -> str:
    """Return a text as one line of printable characters, so that no header can follow it."""
    return " ".join("".join(sign if sign.isprintable() else " " for sign in text).split())[:LINE_LENGTH]
