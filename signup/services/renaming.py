"""Subscriptions follow tags that are renamed, merged or deleted, and streams that are deleted."""

from blog.models import Stream
from blog.models.revision import locked_revision
from signup.models import AnyOf, Event, Subscription
from signup.services.history import locked, note


@locked_revision()
def leave_stream(stream: Stream) -> None:
    """Let subscriptions to a stream that is deleted select what it selected at last."""
    for subscription in Subscription.objects.filter(stream=stream).order_by("subscriber_id"):
        subscription.stream = None
        select(subscription, str(AnyOf.parse(stream.expression)), f"{stream.name} ✕")


def select(subscription: Subscription, expression: str, detail: str) -> None:
    """Give a subscription another selection, and note that; where its subscriber has that already, the two become one."""
    held = locked(subscription.subscriber)
    subscription.expression = expression
    for other in Subscription.objects.like(subscription).exclude(pk=subscription.pk):
        if other.confirmed_at and (subscription.confirmed_at is None or other.confirmed_at <= subscription.confirmed_at):
            subscription.delete()
            return
        other.delete()
    subscription.save(update_fields=["expression", "stream"])
    note(held, Event.CHANGED, detail, subscription)
