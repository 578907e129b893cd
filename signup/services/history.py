"""Locking a subscriber for a change, and recording the change in the subscriber's history."""

from signup.models.subscribers import ConsentRecord, Event, Subscriber
from signup.models.subscriptions import Subscription

DETAIL_LENGTH = 500  # characters


def locked(subscriber: Subscriber) -> Subscriber:
    """Return the subscriber as the database has it now, locked until the transaction ends.

    Whoever changes a subscription, or mail's rows of its subscriber, holds the subscriber first; of several subscribers the
    lowest primary key, or before them the revision row.
    """
    return Subscriber.objects.select_for_update(of=("self",)).get(pk=subscriber.pk)


def note(
    subscriber: Subscriber, event: Event, detail: str = "", subscription: Subscription | None = None, **more: str
) -> ConsentRecord:
    """Add to a subscriber's history: what was done to which subscription (None: to all), by whom, from which network."""
    what = {}
    if subscription is not None:
        what = {"expression": subscription.expression, "rhythm": subscription.rhythm}
        if subscription.stream:  # whose tags are not for everyone to know
            what |= {"expression": "", "stream": subscription.stream.name}
    return ConsentRecord.objects.create(
        subscriber=subscriber, subscription=subscription, event=event, detail=detail[:DETAIL_LENGTH], **what, **more
    )
