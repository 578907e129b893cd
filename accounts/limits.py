"""Limits on attempts by password (LOGIN_LIMITS): per network, per account and in all, counted in the database.

Attempts from a network that its owner has signed in from are counted by themselves, per account: so others' attempts on
an account, from anywhere else, never keep its owner out.
"""

import logging
from dataclasses import dataclass
from datetime import datetime

from django.conf import settings
from django.db import transaction
from django.utils.crypto import salted_hmac

from accounts.models import AttemptKind
from web import limits
from web.rates import ACCOUNT, ALL, NETWORK, Limit

logger = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class Attempt:
    """What is counted: of which kind, on which account (or restriction), from where; is the account known there?"""

    kind: AttemptKind
    name: str
    network: str
    known: bool = False

    @property
    def values(self) -> dict[str, str]:
        """Return the values of the counters, by scope; of a name only its HMAC."""
        account = salted_hmac("accounts.limits", self.name.casefold(), algorithm="sha256").hexdigest()
        own = f"@{self.network}" if self.known or self.kind in (AttemptKind.PAGE, AttemptKind.DOCUMENTS) else ""
        return {
            NETWORK: f"{self.kind}:{self.network}",
            ACCOUNT: f"{self.kind}:{account}{own}",
            ALL: str(self.kind),
        }

    @property
    def rules(self) -> tuple[Limit, ...]:
        return tuple(rule for rule in settings.LOGIN_LIMITS if rule.scope == ACCOUNT or not self.known)


@dataclass(frozen=True, slots=True)
class LimitResult:
    """Whether an attempt is allowed, and until when no further one is, if that is so."""

    allowed: bool
    until: datetime | None


def take(attempt: Attempt, now: datetime) -> LimitResult:
    """Count an attempt that the limits allow. One that they refuse costs one query."""
    until = limits.reached_until(attempt.values, now, attempt.rules)
    if until:
        return LimitResult(False, until)
    with transaction.atomic():
        allowed = limits.take(attempt.values, now, attempt.rules)
        return LimitResult(allowed, limits.reached_until(attempt.values, now, attempt.rules))


def give_back(attempt: Attempt, now: datetime) -> None:
    """Subtract an attempt from the counters: it succeeded, or was not made."""
    with transaction.atomic():
        limits.give_back(attempt.values, now, attempt.rules)


def report(attempt: Attempt, until: datetime) -> None:
    """Write to the log that this attempt was the last that a limit allows."""
    logger.warning(
        "LOGIN_LIMITS: %s, no further attempt like the last from %s until %s.",
        attempt.kind,
        attempt.network or "an unknown network",
        until.isoformat(timespec="seconds"),
    )
