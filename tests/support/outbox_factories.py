"""Short ways to make subscribers, mails, and the settings under which they are sent."""

from datetime import UTC, datetime
from itertools import count
from typing import Any

from django.utils import timezone
from pytest_django.fixtures import Settings

from mail import compose, outbox, suppression
from mail.models import Delivery, SuppressionReason
from signup.models import State, Subscriber
from tests.support.signup_factories import subscribe
from tests.support.smtp_server import SMTPServer

numbers = count(1)
CONFIRMED_AT = datetime(2018, 1, 1, tzinfo=UTC)


def make_subscriber(address: str = "", state: str = State.CONFIRMED, **fields: Any) -> Subscriber:
    """A subscriber, confirmed on the first of January 2018."""
    address = address or f"reader-{next(numbers)}@example.org"
    confirmed_at = CONFIRMED_AT if state == State.CONFIRMED else None
    fields = {"confirmed_at": confirmed_at, **fields}
    subscriber = subscribe(address, {"state": state, **fields})
    if state == State.SUPPRESSED:
        suppression.suppress(address, SuppressionReason.EDITOR)
    return subscriber


def put_test(to: str = "ada@example.org", **more: Any) -> Delivery:
    """A test mail in the outbox, due now."""
    return outbox.put(f"test:{next(numbers)}", compose.TEST, to, **more)


def claim(mail: Delivery, worker: str = "worker") -> Delivery:
    """The mail, claimed by a worker now."""
    claimed = outbox.claim(worker, timezone.now(), [mail.pk])
    assert claimed is not None
    return claimed


def send_to(settings: Settings, smtp_server: SMTPServer) -> None:
    settings.EMAIL_BACKEND = "mail.smtp.EmailBackend"
    settings.EMAIL_URL = smtp_server.url
