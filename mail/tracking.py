"""Receives Anymail's tracking events, from returned mail and from services' webhooks, and sends mail's own signals."""

import re
from collections.abc import Mapping
from typing import Any

from anymail.signals import AnymailTrackingEvent, EventType, RejectReason, tracking
from django.dispatch import receiver
from django.utils import timezone

from mail import signals
from mail.bounces import Kind, speaks_of_sender
from mail.mailboxes import domain_of
from mail.models import Counted, MailCount, Result

TEMPORARY = re.compile(r"soft|transient|undetermined|temporary|full", re.IGNORECASE)  # services' words for a soft bounce
TYPE_FIELDS = ("event", "type", "Type", "bounce_type")  # where services say which bounce it was
PERMANENT = (RejectReason.BOUNCED, RejectReason.INVALID)


@receiver(tracking, dispatch_uid="mail.track")
def track(event: AnymailTrackingEvent, **_unused: Any) -> None:
    """Report a bounce, a complaint or an unsubscription; every other event changes nothing."""
    if not event.recipient:
        return
    kind = kind_of(event)
    if kind is not None:
        detail = event.mta_response or event.description or ""
        when = event.timestamp or timezone.now()
        result = Result.COMPLAINED if kind is Kind.COMPLAINT else Result.BOUNCED
        MailCount.objects.add({Counted(domain_of(event.recipient), result, False): 1}, timezone.now())
        signals.bounced.send(sender=track, address=event.recipient, kind=kind, when=when, detail=detail)
    elif event.event_type == EventType.UNSUBSCRIBED:
        signals.unsubscribed.send(sender=track, address=event.recipient)


def kind_of(event: AnymailTrackingEvent) -> Kind | None:
    """Return what an event means for its recipient; None when nothing.

    Anymail has one type for hard and soft bounces: the service's own name for the event distinguishes them, and the refusing
    server's words, where the service passes them on, count more.
    """
    if event.event_type == EventType.COMPLAINED:
        return Kind.COMPLAINT
    if event.event_type == EventType.REJECTED:  # by the service's own list of suppressed addresses
        return {RejectReason.SPAM: Kind.COMPLAINT, **dict.fromkeys(PERMANENT, Kind.HARD)}.get(event.reject_reason)
    if event.event_type == EventType.BOUNCED:
        permanent = event.reject_reason in PERMANENT and not TEMPORARY.search(_service_name(event))
        return Kind.HARD if permanent and not speaks_of_sender(event.mta_response or "") else Kind.SOFT
    return None


def _service_name(event: AnymailTrackingEvent) -> str:
    """Return the words by which the service named the event."""
    fields = event.esp_event if isinstance(event.esp_event, Mapping) else {}
    return " ".join(str(word) for word in (event.description, *(fields.get(name, "") for name in TYPE_FIELDS)))
