"""Where events on sent mail come in, from our own bounces and from any service's webhook: to the subscriber they are about."""

import re
from collections.abc import Mapping
from typing import Any

from anymail.signals import AnymailTrackingEvent, EventType, RejectReason, tracking
from django.dispatch import receiver
from django.utils import timezone

from signup import subscriptions, suppression
from signup.bounces import Kind
from signup.models import Subscriber

PASSING = re.compile(r"soft|transient|undetermined|temporary|full", re.IGNORECASE)  # services' words for a soft bounce
TYPE_FIELDS = ("event", "type", "Type", "bounce_type")  # where services say which bounce it was
GONE = (RejectReason.BOUNCED, RejectReason.INVALID)


@receiver(tracking, dispatch_uid="signup.record_bounce")
def record(event: AnymailTrackingEvent, **_unused: Any) -> None:
    """Record a bounce, a complaint or a departure with its subscriber; every other event changes nothing."""
    kind = kind_of(event)
    if kind is not None and event.recipient:
        detail = event.mta_response or event.description or ""
        suppression.record_bounce(event.recipient, kind.value, event.timestamp or timezone.now(), detail)
    elif event.event_type == EventType.UNSUBSCRIBED and event.recipient:
        for subscriber in Subscriber.objects.known_as(event.recipient):
            subscriptions.leave(subscriber)


def kind_of(event: AnymailTrackingEvent) -> Kind | None:
    """What an event means for its recipient; None when nothing.

    Anymail has one type for hard and soft bounces: what the service called it tells them apart.
    """
    if event.event_type == EventType.COMPLAINED:
        return Kind.COMPLAINT
    if event.event_type == EventType.REJECTED:  # by a service's own list of whom it does not write to
        return {RejectReason.SPAM: Kind.COMPLAINT, **dict.fromkeys(GONE, Kind.HARD)}.get(event.reject_reason)
    if event.event_type == EventType.BOUNCED:
        lasting = event.reject_reason in GONE and not PASSING.search(_called(event))
        return Kind.HARD if lasting else Kind.SOFT
    return None


def _called(event: AnymailTrackingEvent) -> str:
    fields = event.esp_event if isinstance(event.esp_event, Mapping) else {}
    return " ".join(str(word) for word in (event.description, *(fields.get(name, "") for name in TYPE_FIELDS)))
