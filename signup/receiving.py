"""What to do with a message that came back: find the mail it is about and tell of it where services' webhooks do too.

An event at Anymail's `tracking` signal; `signup.signals` takes it from there.
"""

import logging

from anymail.signals import AnymailTrackingEvent, EventType, RejectReason, tracking
from django.conf import settings
from django.utils import timezone

from signup.bounces import Bounce, Kind, parse, read_verp
from signup.models.outbox import Mail

logger = logging.getLogger(__name__)
ESP_NAME = "SMTP"
EVENTS = {
    Kind.HARD: (EventType.BOUNCED, RejectReason.BOUNCED),
    Kind.SOFT: (EventType.BOUNCED, RejectReason.OTHER),
    Kind.COMPLAINT: (EventType.COMPLAINED, RejectReason.SPAM),
    Kind.VACATION: (EventType.AUTORESPONDED, None),
}


def receive(raw: bytes) -> Kind | None:
    """Tell of what a message reports, and say what it was; None when it is no report on a mail of ours.

    Only the return address tells whom a report is about: anyone can write a report, nobody else that address.
    """
    bounce = parse(raw)
    if bounce is None:
        return None
    mail = _mail_of(bounce)
    if mail is None:
        logger.info("A report (%s) names no mail of ours; it changes nothing.", bounce.kind)
        return None
    if bounce.kind in EVENTS:
        tracking.send(sender=receive, event=_event(bounce, mail), esp_name=ESP_NAME)
    return bounce.kind


def _mail_of(bounce: Bounce) -> Mail | None:
    keys = [str(key) for key in (settings.SECRET_KEY, *settings.SECRET_KEY_FALLBACKS)]
    numbers = (read_verp(address, *keys) for address in bounce.returned_to)
    number = next((number for number in numbers if number is not None), None)
    return None if number is None else Mail.objects.filter(pk=number).first()


def _event(bounce: Bounce, mail: Mail) -> AnymailTrackingEvent:
    """The report as an event. The recipient is whom we wrote to, wherever that was forwarded."""
    event_type, reason = EVENTS[bounce.kind]
    return AnymailTrackingEvent(
        event_type=event_type,
        timestamp=timezone.now(),
        message_id=mail.message_id,
        recipient=mail.to,
        reject_reason=reason,
        description=f"{bounce.kind.value} {bounce.status}" if bounce.status else bounce.kind.value,
        mta_response=bounce.reply or None,
        metadata={"mail": mail.pk},
        esp_event=bounce,
    )
