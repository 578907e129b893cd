"""Whether a subscriber still wants what a delivery is for."""

from django.utils.translation import gettext as _

from mail.compose import Unwanted
from mail.models import Delivery
from signup.kinds import Kind
from signup.models import State, Subscriber


def wanted_by(delivery: Delivery) -> Subscriber:
    """Return the subscriber that a delivery is for; raises Unwanted when the subscription's state excludes its kind."""
    found = Subscriber.objects.filter(pk=delivery.context["subscriber"]).first()
    return check_wanted(found, delivery.kind)


def check_wanted(found: Subscriber | None, kind: str) -> Subscriber:
    """Return a subscriber as wanted_by does."""
    if found is None or found.erased or found.state == State.SUPPRESSED:
        raise Unwanted(_("The address must not be written to any more."))
    if kind in (Kind.DIGEST, Kind.ADD, Kind.ALREADY, Kind.ANNOUNCEMENT) and found.state != State.CONFIRMED:
        raise Unwanted(_("The subscription has ended."))
    return found
