"""Addresses that are never written to: how one comes to be such, by a bounce, a complaint or a wish, and how it ceases to."""

from datetime import datetime, timedelta

from django.db import transaction
from django.utils import timezone

from blog.models import Comment
from signup.history import hold, note
from signup.models.outbox import Mail
from signup.models.subscribers import Event, Reason, State, Subscriber, address_hmacs, make_nonce

HARD, SOFT, COMPLAINT = "hard", "soft", "complaint"
MAX_SOFT_BOUNCES = 5  # in a row, each within SOFT_BOUNCE_MEMORY of the one before
SOFT_BOUNCE_MEMORY = timedelta(days=30)


@transaction.atomic
def record_bounce(whom: Subscriber | str, kind: str, when: datetime | None = None, detail: str = "") -> Subscriber | None:
    """Note that mail to someone came back. Hard bounces and complaints suppress, soft ones when they do not end.

    `whom` may be an address; None is given back where nobody has it. `kind` is HARD, SOFT or COMPLAINT.
    """
    found = Subscriber.objects.known_as(whom).first() if isinstance(whom, str) else whom
    if found is None:
        return None
    held = hold(found)
    if held.erased:
        return held
    if kind == COMPLAINT:
        return _suppress(held, Reason.COMPLAINT, detail=detail)
    _score(held, when or timezone.now())
    note(held, Event.BOUNCED, f"{kind}: {detail}")
    if kind == HARD or held.bounce_score >= MAX_SOFT_BOUNCES:
        return _suppress(held, Reason.BOUNCE, detail=detail)
    return held


@transaction.atomic
def suppress(subscriber: Subscriber, reason: Reason, actor: str = "", detail: str = "", network: str = "") -> Subscriber:
    """Never write to this address again, nor to anyone who signs up with it."""
    return _suppress(hold(subscriber), reason, actor=actor, detail=detail, network=network)


@transaction.atomic
def suppress_address(address: str, reason: Reason, network: str = "") -> None:
    """The same for an address that need be nobody's who signed up."""
    new = Subscriber(address=address, address_hmac=address_hmacs(address)[0], state=State.UNSUBSCRIBED)
    Subscriber.objects.bulk_create([new], ignore_conflicts=True)
    suppress(Subscriber.objects.known_as(address)[0], reason, network=network)


def is_suppressed(address: str) -> bool:
    return Subscriber.objects.known_as(address).filter(state=State.SUPPRESSED).exists()


@transaction.atomic
def lift(subscriber: Subscriber, actor: str) -> None:
    """Allow letters again. Where mail had only come back, a confirmed subscription goes on; otherwise its owner has to
    sign up anew. Of an erased address not even the HMAC is kept then."""
    held = hold(subscriber)
    if held.erased:
        held.delete()
    elif held.state == State.SUPPRESSED:
        goes_on = held.confirmed_at is not None and held.suppressed_because in (Reason.BOUNCE, Reason.EDITOR)
        held.state = State.CONFIRMED if goes_on else State.UNSUBSCRIBED
        held.suppressed_because, held.bounce_score, held.bounced_at = "", 0, None
        held.save()
        note(held, Event.LIFTED, actor=actor)


@transaction.atomic
def erase(subscriber: Subscriber) -> None:
    """Delete everything held about a subscriber, letters and history too, but the HMAC, which keeps the address suppressed.

    Comments that readers see stay, without the address.
    """
    held = hold(subscriber)
    if held.address:
        Comment.objects.from_address(held.address).forget_address()
        Mail.objects.filter(to__iexact=held.address).delete()
    for relation in Subscriber._meta.related_objects:
        relation.related_model._base_manager.filter(**{relation.field.name: held}).delete()
    Subscriber.objects.filter(pk=held.pk).delete()
    Subscriber.objects.create(
        pk=held.pk,
        address_hmac=held.address_hmac,
        state=State.SUPPRESSED,
        suppressed_because=Reason.ERASED,
        nonce=make_nonce(),
    )


def _suppress(held: Subscriber, reason: Reason, **more: str) -> Subscriber:
    if held.state != State.SUPPRESSED:
        held.state, held.suppressed_because = State.SUPPRESSED, reason
        held.save()
        note(held, Event.SUPPRESSED, **more)
    return held


def _score(held: Subscriber, when: datetime) -> None:
    """Count a bounce; one long after the last begins a new count."""
    lasting = held.bounced_at is not None and when - held.bounced_at < SOFT_BOUNCE_MEMORY
    held.bounce_score = held.bounce_score + 1 if lasting else 1
    held.bounced_at = when
    held.save(update_fields=["bounce_score", "bounced_at"])
