"""Receives a returned message: finds the delivery it is about and sends Anymail's `tracking` signal, as webhooks do."""

import logging

from anymail.signals import AnymailTrackingEvent, EventType, RejectReason, tracking
from django.conf import settings
from django.utils import timezone

from mail.bounces import Bounce, Kind, parse, read_verp, unsubscribing_token
from mail.models import Delivery
from mail.signals import unsubscribing

logger = logging.getLogger(__name__)
ESP_NAME = "SMTP"
EVENTS = {
    Kind.HARD: (EventType.BOUNCED, RejectReason.BOUNCED),
    Kind.SOFT: (EventType.BOUNCED, RejectReason.OTHER),
    Kind.COMPLAINT: (EventType.COMPLAINED, RejectReason.SPAM),
    Kind.VACATION: (EventType.AUTORESPONDED, None),
}


def receive(raw: bytes) -> Kind | None:
    """Send the tracking signal for what a message reports, and return its kind; None when it is no report on our mail.

    An email that unsubscribes holds the token of its List-Unsubscribe header.

    Only the return address decides whom a report is about: anyone can write a report, but only we can make that address.
    """
    if token := unsubscribing_token(raw):
        responses = unsubscribing.send(sender=receive, token=token)
        return Kind.UNSUBSCRIBE if any(taken for _receiver, taken in responses) else None
    bounce = parse(raw)
    if bounce is None:
        return None
    delivery = _delivery_of(bounce)
    if delivery is None:
        logger.info("A report (%s) names no mail of ours; it changes nothing.", bounce.kind)
        return None
    if bounce.kind in EVENTS:
        tracking.send(sender=receive, event=_event(bounce, delivery), esp_name=ESP_NAME)
    return bounce.kind


def _delivery_of(bounce: Bounce) -> Delivery | None:
    keys = [str(key) for key in (settings.SECRET_KEY, *settings.SECRET_KEY_FALLBACKS)]
    numbers = (read_verp(address, *keys) for address in bounce.returned_to)
    number = next((number for number in numbers if number is not None), None)
    return None if number is None else Delivery.objects.filter(pk=number).first()


def _event(bounce: Bounce, delivery: Delivery) -> AnymailTrackingEvent:
    """Return the report as an event. Its recipient is the address we wrote to, wherever that was forwarded."""
    event_type, reason = EVENTS[bounce.kind]
    return AnymailTrackingEvent(
        event_type=event_type,
        timestamp=timezone.now(),
        message_id=delivery.message_id,
        recipient=delivery.to,
        reject_reason=reason,
        description=f"{bounce.kind.value} {bounce.status}" if bounce.status else bounce.kind.value,
        mta_response=bounce.reply or None,
        metadata={"delivery": delivery.pk},
        esp_event=bounce,
    )
