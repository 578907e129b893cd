"""Short ways to make what tests of sign-up need: subscribers in any state, forms as a visitor sends them."""

from datetime import datetime, timedelta
from itertools import count
from typing import Any
from unittest.mock import patch

from django.core import signing
from django.test import Client
from django.utils import timezone

from mail import suppression
from mail.models import SuppressionReason, address_hmacs
from signup.models import State, Subscriber, Subscription
from web import addresses, antispam

numbers = count(1)


def make_subscriber(address: str = "", **fields: Any) -> Subscriber:
    """A confirmed subscriber, by default to everything; without a subscription where `expression` is None."""
    address = addresses.normalise(address or f"reader{next(numbers)}@example.org", smtputf8=True).text
    state = fields.setdefault("state", State.CONFIRMED)
    if state == State.CONFIRMED:
        fields.setdefault("confirmed_at", timezone.now())
    score = fields.pop("bounce_score", 0)
    subscriber = subscribe(address, fields)
    for _bounce in range(score):
        suppression.count_bounce(address, "soft", timezone.now())
    if state == State.SUPPRESSED:
        suppression.suppress(address, fields.get("suppressed_because") or SuppressionReason.EDITOR)
    return subscriber


def subscribe(address: str, fields: dict[str, Any]) -> Subscriber:
    """A subscriber with one subscription, which is as confirmed as the subscriber."""
    names = ("expression", "rhythm", "texts", "hour", "weekday", "stream", "paused_until")
    what = {name: fields.pop(name) for name in names if name in fields}
    subscriber = Subscriber.objects.create(address=address, address_hmac=address_hmacs(address)[0], **fields)
    if what.setdefault("expression", "") is not None:
        make_subscription(subscriber, **what)
    return subscriber


def make_subscription(subscriber: Subscriber, expression: str = "", **fields: Any) -> Subscription:
    """A subscription, by default of the subscriber's site, and confirmed when the subscriber was."""
    fields = {"site": subscriber.site, "confirmed_at": subscriber.confirmed_at, **fields}
    return Subscription.objects.create(subscriber=subscriber, expression=expression, **fields)


def selections_of(**fields: Any) -> list[str]:
    """What subscriptions select, the oldest first."""
    return list(Subscription.objects.filter(**fields).order_by("pk").values_list("expression", flat=True))


def stamp(age: timedelta = timedelta(minutes=1)) -> str:
    """The stamp of a form that was shown so long ago."""
    return signed_at(timezone.now() - age, antispam.stamp)


def signed_at(moment: datetime, sign: Any) -> Any:
    """What `sign` signs at another time: Django's signer looks at no clock but `time.time`."""
    with patch.object(signing.time, "time", moment.timestamp):
        return sign()


def sign_up(client: Client, email: str = "ada@example.org", **more: str) -> Any:
    """Send the form as someone does who took a minute over it."""
    return client.post("/signup/", {"email": email, "tags": "", "stamp": stamp(), **more})
