"""Two subscribers, and a report on a mail to one of them, for the tests of bounces."""

import pytest
from django.conf import settings

from mail import outbox
from mail.bounces import verp_address
from mail.models import Delivery
from signup.models import State, Subscriber
from tests.support import bounce_samples as samples
from tests.support.signup_factories import subscribe


def subscribed(address: str) -> Subscriber:
    return subscribe(address, {"state": State.CONFIRMED})


def mail_to(subscriber: Subscriber, key: str = "a mail") -> Delivery:
    return outbox.put(f"{key} {subscriber.pk}", "digest", subscriber.address, {"subscriber": subscriber.pk})


def return_address(mail: Delivery) -> str:
    return verp_address(mail.pk, "notes.example", settings.SECRET_KEY)


def states() -> dict[str, str]:
    return {subscriber.address: subscriber.state for subscriber in Subscriber.objects.all()}


@pytest.fixture
def ada(db: None) -> Subscriber:
    """Ada, who is subscribed, as is Bob."""
    subscribed("bob@example.org")
    return subscribed("ada@example.org")


@pytest.fixture
def hard(ada: Subscriber) -> bytes:
    """The report that Ada's mailbox is gone; she had her mail forwarded."""
    return samples.exim("550 5.1.1 no such user", to="forwarded@elsewhere.example", verp=return_address(mail_to(ada)))
