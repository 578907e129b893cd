"""Suppressing subscribers, and lifting that: the subscription's state and history beside mail's own list of addresses."""

from datetime import datetime

from django.conf import settings
from django.db import connection, transaction
from django.utils import timezone

from blog.models import Comment
from blog.models.revision import locked_revision
from mail import maildir, refusals, suppression
from mail.mailboxes import domain_of
from mail.models import Delivery, SuppressionReason, address_hmacs
from signup.models.subscribers import Event, State, Subscriber
from signup.services.history import locked, note

STATES_AFTER: dict[str, State] = {
    Event.REQUESTED: State.PENDING,
    Event.RESENT: State.PENDING,
    Event.UNSUBSCRIBED: State.UNSUBSCRIBED,
}


def record_bounce(whom: Subscriber | str, kind: str, when: datetime | None = None, detail: str = "") -> Subscriber | None:
    """Note that mail to someone came back. Hard bounces and complaints suppress, soft ones when there are too many in a row.

    `whom` may be an address; None is returned where nobody has it. `kind` is one of mail.bounces.Kind's first three.
    Where the address's domain refuses our mail, what came back from it within the hour counts for nobody.
    """
    moment = when or timezone.now()
    held = _record_bounce(whom, kind, moment, detail)
    if held is not None and held.address:
        for address_hmac in refusals.ignore_bounces(held.address, moment):
            _withdraw_bounce(address_hmac, domain_of(held.address))
        held.refresh_from_db()
    return held


@transaction.atomic
def _record_bounce(whom: Subscriber | str, kind: str, when: datetime, detail: str) -> Subscriber | None:
    found = Subscriber.objects.known_as(whom).first() if isinstance(whom, str) else whom
    if found is None:
        return None
    held = locked(found)
    if held.erased:
        return held
    reason = suppression.count_bounce(held.address, kind, when, detail)
    if reason != SuppressionReason.COMPLAINT:
        note(held, Event.BOUNCED, f"{kind}: {detail}")
    return _suppress(held, reason, detail=detail) if reason else held


@transaction.atomic
def _withdraw_bounce(address_hmac: str, domain: str) -> None:
    """Let a subscription go on whose mail came back because the domain refuses our mail."""
    held = Subscriber.objects.select_for_update(of=("self",)).filter(address_hmac=address_hmac).first()
    suppression.withdraw_bounce(address_hmac)
    if held is not None and held.suppressed_because == SuppressionReason.BOUNCE:
        held.state = _state_before(held)
        held.suppressed_because = ""
        held.save()
        note(held, Event.LIFTED, f"{domain} refuses our mail")


def _state_before(subscriber: Subscriber) -> State:
    """Return the state that a suppressed subscriber had, by what they did last."""
    if subscriber.confirmed_at is not None:
        return State.CONFIRMED
    last = subscriber.consents.filter(event__in=STATES_AFTER).first()
    return STATES_AFTER[Event(last.event)] if last else State.CONFIRMED


@transaction.atomic
def suppress(subscriber: Subscriber, reason: SuppressionReason, actor: str = "", network: str = "") -> Subscriber:
    """Never write to this address again, nor to anyone who signs up with it."""
    return _suppress(locked(subscriber), reason, actor=actor, network=network)


@transaction.atomic
def suppress_address(address: str, reason: SuppressionReason, network: str = "") -> None:
    """Suppress an address with which nobody may have signed up; editors then find it among the subscribers."""
    new = Subscriber(address=address, address_hmac=address_hmacs(address)[0], state=State.UNSUBSCRIBED)
    Subscriber.objects.bulk_create([new], ignore_conflicts=True)
    suppress(Subscriber.objects.known_as(address)[0], reason, network=network)


@transaction.atomic
def lift(subscriber: Subscriber, actor: str) -> None:
    """Allow emails again. Where mail had only come back, a confirmed subscription goes on; otherwise its owner has to
    sign up anew. Of an erased address not even the HMAC is kept then."""
    held = locked(subscriber)
    if held.erased:
        suppression.lift_erased(held.address_hmac)
        held.delete()
    elif held.state == State.SUPPRESSED:
        editable = (SuppressionReason.BOUNCE, SuppressionReason.EDITOR)
        goes_on = held.confirmed_at is not None and held.suppressed_because in editable
        suppression.lift(held.address)
        held.state = State.CONFIRMED if goes_on else State.UNSUBSCRIBED
        held.suppressed_because = ""
        held.save()
        note(held, Event.LIFTED, actor=actor)


@locked_revision()
def erase(subscriber: Subscriber) -> None:
    """Delete everything held about a subscriber, emails and history too, but the HMAC, which keeps the address suppressed.

    Comments that readers see stay, without the address.
    """
    held = locked(subscriber)
    address_hmac = held.address_hmac
    if held.address:
        Comment.objects.from_address(held.address).forget_address()
        deliveries = Delivery.objects.to_address(held.address)
        traces = held.address, list(deliveries.values_list("pk", flat=True))
        deliveries.delete()
        address_hmac = suppression.erase(held.address)
        transaction.on_commit(lambda: _erase_traces(*traces))
    for relation in Subscriber._meta.related_objects:
        relation.related_model._base_manager.filter(**{relation.field.name: held}).delete()
    left = {"address_hmac": address_hmac, "state": State.SUPPRESSED, "suppressed_because": SuppressionReason.ERASED}
    Subscriber(pk=held.pk, **left).save(force_update=True)  # whoever waits for the row finds it


def _erase_traces(address: str, deliveries: list[int]) -> None:
    """Delete returned mail of an erased address, and what SQLite keeps of it beside the database until a checkpoint."""
    if settings.BOUNCE_MAILDIR:
        maildir.erase(settings.BOUNCE_MAILDIR, address, deliveries)
    if connection.vendor == "sqlite":
        with connection.cursor() as cursor:
            cursor.execute("PRAGMA wal_checkpoint(TRUNCATE)")


def _suppress(held: Subscriber, reason: SuppressionReason, detail: str = "", actor: str = "", network: str = "") -> Subscriber:
    """Suppress a locked subscriber; one that is suppressed already keeps the first reason."""
    if held.state != State.SUPPRESSED:
        suppression.suppress(held.address, reason)
        held.state, held.suppressed_because = State.SUPPRESSED, reason
        held.save()
        note(held, Event.SUPPRESSED, detail, actor=actor, network=network)
    return held
