"""Locking a subscriber for a change, and recording the change in the subscriber's history."""

from signup.models.subscribers import ConsentRecord, Event, Subscriber

DETAIL_LENGTH = 500  # characters


def hold(subscriber: Subscriber) -> Subscriber:
    """Return the subscriber as the database has it now, locked until the transaction ends."""
    return Subscriber.objects.select_for_update(of=("self",)).get(pk=subscriber.pk)


def note(subscriber: Subscriber, event: Event, detail: str = "", **more: str) -> ConsentRecord:
    """Add to a subscriber's history: what was done, by whom, from which network, and what it left them with."""
    return ConsentRecord.objects.create(
        subscriber=subscriber,
        event=event,
        expression=subscriber.expression,
        rhythm=subscriber.rhythm,
        detail=detail[:DETAIL_LENGTH],
        **more,
    )
