"""Short ways to make subscribers, mails, and the settings under which they are sent."""

from datetime import UTC, datetime
from itertools import count
from typing import Any

from django.utils import timezone
from pytest_django.fixtures import Settings

from signup import outbox
from signup.models import Mail, State, Subscriber
from signup.models.outbox import Kind
from signup.models.subscribers import address_hmacs
from tests.signup.sink import Sink

numbers = count(1)
CONFIRMED_AT = datetime(2018, 1, 1, tzinfo=UTC)


def make_subscriber(address: str = "", state: str = State.CONFIRMED, **fields: Any) -> Subscriber:
    """A subscriber, confirmed on the first of January 2018."""
    address = address or f"reader-{next(numbers)}@example.org"
    confirmed_at = CONFIRMED_AT if state == State.CONFIRMED else None
    fields = {"confirmed_at": confirmed_at, **fields}
    return Subscriber.objects.create(address=address, address_hmac=address_hmacs(address)[0], state=state, **fields)


def put_test(to: str = "ada@example.org", **more: Any) -> Mail:
    """A test mail in the outbox, due now."""
    return outbox.put(f"test:{next(numbers)}", Kind.TEST, to, **more)


def claim(mail: Mail, worker: str = "worker") -> Mail:
    """The mail, claimed by a worker now."""
    claimed = outbox.claim(worker, timezone.now(), [mail.pk])
    assert claimed is not None
    return claimed


def send_to(settings: Settings, sink: Sink) -> None:
    settings.EMAIL_BACKEND = "signup.smtp.EmailBackend"
    settings.EMAIL_URL = sink.url
