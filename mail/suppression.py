"""Addresses that are never written to: suppressed for a reason, or by too many soft bounces in a row.

Stored by HMAC, so that an address stays suppressed after everything else about it was erased.
"""

from datetime import datetime, timedelta

from django.db import transaction

from mail import refusals
from mail.bounces import Kind
from mail.models import Suppression, SuppressionReason, address_hmacs, mailbox_hmacs

MAX_SOFT_BOUNCES = 5  # in a row, each within SOFT_BOUNCE_MEMORY of the one before
SOFT_BOUNCE_MEMORY = timedelta(days=30)
BY_OWNER = (SuppressionReason.REFUSED, SuppressionReason.COMPLAINT)  # reasons that hold for the whole mailbox, and for good


def is_suppressed(address: str) -> bool:
    """Return whether nothing may be written to an address; "never write to me" holds for its whole mailbox."""
    return Suppression.objects.of_mailbox(address).active().exists()


def is_barred(address: str) -> bool:
    """Return whether not even a new sign-up may be confirmed: an erased address may come back."""
    return Suppression.objects.of_mailbox(address).active().exclude(reason=SuppressionReason.ERASED).exists()


def find(address: str) -> Suppression | None:
    """Return what is stored about an address, None where nothing is."""
    return Suppression.objects.of(address).order_by("pk").first()


@transaction.atomic
def count_bounce(address: str, kind: str, when: datetime, answer: str = "") -> SuppressionReason | None:
    """Count a bounce, and return the reason to suppress the address for, None while it may be written to.

    A complaint is no bounce and is not counted, nor is a bounce from a domain that refuses our mail altogether.
    A bounce more than SOFT_BOUNCE_MEMORY after the last begins a new count.
    """
    if kind == Kind.COMPLAINT:
        return SuppressionReason.COMPLAINT
    if refusals.record(address, when, answer):
        return None
    held = _locked(address)
    in_a_row = held.bounced_at is not None and when - held.bounced_at < SOFT_BOUNCE_MEMORY
    held.bounce_score = held.bounce_score + 1 if in_a_row else 1
    held.bounced_at = when
    held.save(update_fields=["bounce_score", "bounced_at"])
    return SuppressionReason.BOUNCE if kind == Kind.HARD or held.bounce_score >= MAX_SOFT_BOUNCES else None


@transaction.atomic
def withdraw_bounce(address_hmac: str) -> None:
    """Count an address's latest bounce no longer, nor the suppression for it."""
    held = Suppression.objects.select_for_update().filter(address_hmac=address_hmac).first()
    if held is not None and held.reason in ("", SuppressionReason.BOUNCE):
        held.reason, held.bounce_score = "", max(held.bounce_score - 1, 0)
        held.save(update_fields=["reason", "bounce_score"])


def reset_count(address: str) -> None:
    """Begin a new count of bounces: the address has shown that mail reaches it."""
    Suppression.objects.of(address).update(bounce_score=0)


@transaction.atomic
def suppress(address: str, reason: SuppressionReason) -> str:
    """Never write to an address again, and return the HMAC by which it is known; the first reason stays."""
    held = _locked(address)
    if not held.reason:
        held.reason = reason
        held.mailbox_hmac = mailbox_hmacs(address)[0] if reason in BY_OWNER else ""
        held.save(update_fields=["reason", "mailbox_hmac"])
    return held.address_hmac


@transaction.atomic
def erase(address: str) -> str:
    """Keep of an address nothing but its HMAC, suppressed; return that HMAC. Who said never to write stays so known."""
    held = _locked(address)
    held.reason = held.reason if held.reason in BY_OWNER else SuppressionReason.ERASED
    held.bounce_score, held.bounced_at = 0, None
    held.save()
    refusals.forget(address_hmacs(address))
    return held.address_hmac


def lift(address: str) -> None:
    """Allow mail to an address again, and forget its bounces."""
    Suppression.objects.of(address).delete()


def lift_erased_address(address: str) -> None:
    """Allow mail again to an erased address whose owner confirmed a new subscription."""
    Suppression.objects.of(address).filter(reason=SuppressionReason.ERASED).delete()


def lift_erased(address_hmac: str) -> None:
    """Allow mail to an erased address again; then not even its HMAC is kept."""
    Suppression.objects.filter(address_hmac=address_hmac).delete()


def _locked(address: str) -> Suppression:
    """Return the address's row, locked until the transaction ends; a new one where there is none."""
    found = Suppression.objects.select_for_update().of(address).order_by("pk").first()
    if found is None:
        Suppression.objects.bulk_create([Suppression(address_hmac=address_hmacs(address)[0])], ignore_conflicts=True)
        found = Suppression.objects.select_for_update().of(address).order_by("pk")[0]
    return found
