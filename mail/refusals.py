"""Domains that refuse our mail: where mail to many readers of one comes back within an hour, nobody is suppressed for it."""

import logging
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta

from mail.bounces import without_addresses
from mail.mailboxes import domain_of
from mail.models import Delivery, DeliveryState, RecentBounce, address_hmacs

HOUR = timedelta(hours=1)
MAX_READERS = 10  # of a domain whose mail may come back within an hour, and still counts for each of them
SHARE = 10  # where more was sent to the domain within a day, one in so many
SHOWN = timedelta(days=2)  # how long the admin says so
RETENTION = timedelta(days=7)
ANSWER_LENGTH = 500  # characters

logger = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class RefusingDomain:
    """A domain that refuses our mail, the number of readers concerned, and its server's latest words."""

    name: str
    readers: int
    answer: str


def record(address: str, when: datetime, answer: str) -> bool:
    """Note that mail to an address came back, and return whether its domain refuses our mail."""
    domain = domain_of(address)
    RecentBounce.objects.create(
        domain=domain,
        address_hmac=address_hmacs(address)[0],
        at=when,
        answer=without_addresses(answer)[:ANSWER_LENGTH],
    )
    return refuses(domain, when)


def refuses(domain: str, when: datetime) -> bool:
    """Return whether more readers of a domain were hit within the hour before `when` than mailboxes vanish."""
    readers = RecentBounce.objects.of_domain(domain, when - HOUR).readers()
    return readers > MAX_READERS and readers > _sent(domain, when - timedelta(days=1)) // SHARE


def ignore_bounces(address: str, when: datetime) -> list[str]:
    """Return the HMACs of addresses whose bounces within an hour no longer count, as the domain refuses our mail; else none."""
    domain = domain_of(address)
    if not refuses(domain, when):
        return []
    told = RecentBounce.objects.of_domain(domain, when - SHOWN).filter(ignored=True).exists()
    rows = RecentBounce.objects.of_domain(domain, when - HOUR).filter(ignored=False)
    hmacs = list(dict.fromkeys(rows.order_by("pk").values_list("address_hmac", flat=True)))
    answer = rows.order_by("-at", "-pk").values_list("answer", flat=True).first()
    RecentBounce.objects.filter(pk__in=list(rows.values_list("pk", flat=True))).update(ignored=True)
    if not told:
        logger.error("%s refuses our mail: %s Nobody is suppressed for it; see docs/mail.md.", domain, answer or "(no words).")
    return hmacs


def refusing(now: datetime) -> Iterator[RefusingDomain]:
    """Yield the domains that refused our mail lately, for the operator."""
    lately = RecentBounce.objects.filter(ignored=True, at__gt=now - SHOWN)
    for domain in lately.order_by("domain").values_list("domain", flat=True).distinct():
        rows = lately.filter(domain=domain)
        yield RefusingDomain(domain, rows.readers(), rows.order_by("-at", "-pk").values_list("answer", flat=True)[0])


def forget(hmacs: list[str]) -> None:
    """Delete what is kept of an address."""
    RecentBounce.objects.filter(address_hmac__in=hmacs).delete()


def clear(now: datetime) -> int:
    """Delete what is older than RETENTION; return the number."""
    return RecentBounce.objects.filter(at__lt=now - RETENTION).delete()[0]


def _sent(domain: str, since: datetime) -> int:
    return Delivery.objects.filter(state=DeliveryState.SENT, ended__gt=since, domain=domain).count()
