"""What every change of a subscription begins and ends with: the row as it is now, held, and a note of what was done."""

from signup.models.subscribers import ConsentRecord, Event, Subscriber

DETAIL_LENGTH = 500  # characters


def hold(subscriber: Subscriber) -> Subscriber:
    """The subscriber as the database has it now, held until the transaction ends."""
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
