"""Undoing in subscriptions an operation on a tag."""

from datetime import datetime
from typing import Any

from django.db.models import QuerySet

from signup.models import Announcement, ConsentRecord, Event, SignupPage, State, Subscriber, Subscription
from signup.services.history import locked, note


def stored_selections() -> list[QuerySet[Any]]:
    """Return what holds selections that name tags."""
    return [Subscription.objects.order_by("subscriber_id", "pk"), SignupPage.objects.all(), Announcement.objects.unsent()]


def note_restored(pk: int, replaced: str) -> None:
    """Note in the subscriber's history that a subscription selects again what it did before."""
    for subscription in Subscription.objects.filter(pk=pk):
        held = locked(subscription.subscriber)
        note(held, Event.CHANGED, f"{replaced} → {subscription.expression}", subscription)


def restore_removed(rows: dict[int, dict[str, Any]], since: datetime, until: datetime) -> None:
    """Restore subscriptions that became one with another of their subscriber, who has asked for nothing else meanwhile."""
    for pk, row in sorted(rows.items()):
        subscriber = Subscriber.objects.filter(pk=row["subscriber_id"], state=State.CONFIRMED).first()
        if subscriber is None or ConsentRecord.objects.filter(subscriber=subscriber, at__gt=since, at__lt=until).exists():
            continue
        subscription = Subscription(pk=pk, **row)
        if Subscription.objects.like(subscription).exists():
            continue
        subscription.save(force_insert=True)
        note(locked(subscriber), Event.CHANGED, f"✕ → {subscription.expression}", subscription)
