"""The outbox: deliveries are put in with what causes them, claimed, renewed and ended by a worker, retried by hand."""

import secrets
import time
from collections.abc import Callable, Iterable
from datetime import datetime, timedelta
from email.utils import parseaddr
from functools import lru_cache
from typing import Any

from django.conf import settings
from django.db import InterfaceError, OperationalError, connection
from django.utils import timezone
from django.utils.translation import gettext as _

from mail import pace
from mail.models import KINDS, Delivery, DeliveryQuerySet, DeliveryState
from mail.models.deliveries import OPEN

FIRST_DELAY = timedelta(minutes=1)  # after the first attempt that failed; each further one waits three times as long
LONGEST_DELAY = timedelta(days=1)
ATTEMPTS = 10  # over about five days, as RFC 5321, 4.5.4.1, advises; then the mail is stuck
BATCH_SIZE = 500  # deliveries written in one statement
ANSWER_LENGTH = 2000  # characters kept of a server's words
RETRIES = (0.1, 1, 5, 10)  # seconds to wait for a database that went away
RETRIABLE = (DeliveryState.STUCK, DeliveryState.REFUSED, DeliveryState.WAITING)  # by hand
WITHDRAWABLE = (DeliveryState.STUCK, DeliveryState.WAITING)


def put(
    key: str,
    kind: str,
    to: str,
    context: dict[str, Any] | None = None,
    *,
    due: datetime | None = None,
) -> Delivery:
    """Write a delivery within the present transaction and return it; where there is one with this key, return that."""
    new = make(key, kind, to, context, due=due)
    fields = {name: getattr(new, name) for name in ("kind", "to", "context", "due", "message_id")}
    return Delivery.objects.get_or_create(key=key, defaults=fields)[0]


def make(key: str, kind: str, to: str, context: dict[str, Any] | None = None, *, due: datetime | None = None) -> Delivery:
    """Return a delivery that is not written yet."""
    if kind not in KINDS:
        raise ValueError(f"{kind!r} is no kind of email that an app registered: known are {', '.join(KINDS)}.")
    return Delivery(key=key, kind=kind, to=to, context=context or {}, due=due or timezone.now(), message_id=make_message_id())


def put_many(deliveries: Iterable[Delivery]) -> None:
    """Write deliveries within the present transaction, but for those whose key there is already."""
    Delivery.objects.bulk_create(deliveries, BATCH_SIZE, ignore_conflicts=True)


def make_message_id() -> str:
    """Return a new Message-ID (RFC 5322, 3.6.4) of the sender's domain, without anything about the recipient."""
    return f"<{secrets.token_hex(16)}@{_sender_domain(settings.DEFAULT_FROM_EMAIL)}>"


@lru_cache(maxsize=8)
def _sender_domain(address: str) -> str:
    domain = parseaddr(address)[1].rpartition("@")[2] or "localhost"
    return domain.encode("idna").decode()


def lease() -> timedelta:
    """Return the time after which what a silent worker has claimed may be claimed by another."""
    return timedelta(seconds=settings.OUTBOX_LEASE)


def claim(worker: str, now: datetime, among: list[int] | None = None) -> Delivery | None:
    """Claim the delivery that is due first, or the first of `among` still free; return None when there is none."""
    for pk in list(candidates(now, 10)) if among is None else among:
        delivery = Delivery.objects.filter(pk=pk).first()
        if delivery is not None and claim_read(delivery, worker, now):
            return delivery
    return None


def claim_read(delivery: Delivery, worker: str, now: datetime) -> bool:
    """Claim a delivery as it was read, unless it was claimed, tried or deleted since; return whether it was claimed.

    A compare-and-set: however many workers try, one UPDATE finds the row unchanged.
    """
    if not delivery.is_due(now):
        return False
    attempts = delivery.attempts + (delivery.state == DeliveryState.SENDING)  # by a worker that died
    claimed = {"state": DeliveryState.SENDING, "worker": worker, "due": now + lease(), "attempts": attempts}
    if not Delivery.objects.unchanged(delivery).update(**claimed):
        return False
    for name, value in claimed.items():
        setattr(delivery, name, value)
    return True


def candidates(now: datetime, limit: int) -> list[int]:
    """Return the primary keys of deliveries that may be claimed, longest due first; bulk mail when nothing else is due."""
    urgent = Delivery.objects.due(now).urgent().order_by("due", "pk")
    return list(urgent.values_list("pk", flat=True)[:limit]) or pace.admitted(now, limit)


def is_awaited(now: datetime) -> bool:
    """Return whether an email is due that must not wait behind bulk mail."""
    return Delivery.objects.due(now).urgent().exists()


def renew(worker: str, now: datetime) -> int:
    """Renew this worker's leases; return their number."""
    return Delivery.objects.held(worker).update(due=now + lease())


def sent(delivery: Delivery, answer: str = "") -> None:
    """Record that the server accepted the email; what it was composed from is deleted."""
    _write_surely(
        lambda: _held(delivery).end(DeliveryState.SENT, answer[:ANSWER_LENGTH], attempts=delivery.attempts + 1, context={})
    )


def refused(delivery: Delivery, answer: str) -> None:
    """Record that the server will never accept an email for this recipient."""
    _write_surely(lambda: _held(delivery).end(DeliveryState.REFUSED, answer[:ANSWER_LENGTH], attempts=delivery.attempts + 1))


def cancel(delivery: Delivery, reason: str) -> None:
    """End a delivery that is not wanted any more."""
    _held(delivery).end(DeliveryState.CANCELLED, reason)


def stick(delivery: Delivery, answer: str) -> None:
    """Leave a delivery until an editor retries or cancels it."""
    _write_surely(lambda: _held(delivery).end(DeliveryState.STUCK, answer[:ANSWER_LENGTH]))


def postpone(delivery: Delivery, answer: str, now: datetime, wait: timedelta | None = None) -> None:
    """Try again later, by default after a delay that grows with each attempt; after the last it is stuck."""
    delivery.attempts += 1
    if delivery.attempts >= ATTEMPTS:
        Delivery.objects.held(delivery.worker).filter(pk=delivery.pk).update(attempts=delivery.attempts)
        return stick(delivery, answer)
    _held(delivery).update(
        state=DeliveryState.WAITING,
        worker="",
        attempts=delivery.attempts,
        due=now + (delay(delivery.attempts) if wait is None else wait),
        answer=answer[:ANSWER_LENGTH],
    )


def release(delivery: Delivery, answer: str, now: datetime) -> None:
    """Release a claim, behind the others that are due: the fault is the server's, and costs no attempt."""
    _held(delivery).update(state=DeliveryState.WAITING, worker="", due=now, answer=answer[:ANSWER_LENGTH])


def delay(attempts: int) -> timedelta:
    """Return the time to wait after so many attempts.

    >>> [str(delay(number)) for number in (1, 2, 3, 7, 9)]
    ['0:01:00', '0:03:00', '0:09:00', '12:09:00', '1 day, 0:00:00']
    """
    growth: int = 3 ** (attempts - 1)
    return min(FIRST_DELAY * growth, LONGEST_DELAY)


def retry(delivery: Delivery) -> bool:
    """Make a stuck, refused or waiting delivery due now, without its past attempts; return False for one in another state."""
    idle = Delivery.objects.filter(pk=delivery.pk, state__in=RETRIABLE)
    return idle.update(state=DeliveryState.WAITING, attempts=0, due=timezone.now(), ended=None) == 1


def withdraw(delivery: Delivery, reason: str = "") -> bool:
    """Cancel a delivery by hand; return False when a worker is sending it or it has ended."""
    idle = Delivery.objects.filter(pk=delivery.pk, state__in=WITHDRAWABLE)
    return idle.end(DeliveryState.CANCELLED, reason or _("Cancelled in the admin.")) == 1


def hold_all(reason: str) -> int:
    """Leave all that waits, or was being sent, until an editor retries or cancels it; return the number."""
    return Delivery.objects.filter(state__in=OPEN).end(DeliveryState.STUCK, reason)


def clear() -> int:
    """Delete what was sent, refused or cancelled more than OUTBOX_KEEP days ago; return the number."""
    return Delivery.objects.ended_before(timezone.now() - timedelta(days=settings.OUTBOX_KEEP)).delete()[0]


def _held(delivery: Delivery) -> DeliveryQuerySet:
    """Return the delivery's row, if the worker that claimed it still holds it."""
    return Delivery.objects.held(delivery.worker).filter(pk=delivery.pk)


def _write_surely(write: Callable[[], object]) -> None:
    """Write an outcome even if the connection to the database breaks: lost, the email would be sent twice."""
    for wait in RETRIES:
        try:
            write()
            return
        except (InterfaceError, OperationalError):
            if connection.in_atomic_block:
                raise
            connection.close()
            time.sleep(wait)
    write()
