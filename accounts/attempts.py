"""Records attempts by password: in the database for 90 days, in the log as one line each, without full addresses.

Those that the limits refuse are counted, per hour, account and network: however many come, there are few rows.
"""

import logging
from datetime import datetime, timedelta
from typing import Any

from django.contrib.auth import get_user_model
from django.contrib.auth.models import User
from django.contrib.auth.signals import user_logged_in, user_login_failed
from django.db.models import F
from django.http import HttpRequest
from django.utils import timezone
from django.utils.text import Truncator

from accounts import second_factor_sign_in
from accounts.models import AttemptKind, SignInAttempt
from web.client import network_of

RETENTION = timedelta(days=90)
NAME_SHOWN = 3  # characters of a name that no account has: people type their password there
NAME_LENGTH = 40  # characters
REFUSED_SPAN = timedelta(hours=1)  # that one row counts
REFUSED_ROWS = 200  # in such a span; beyond them, those of one account are counted together, whatever their network

logger = logging.getLogger(__name__)


def connect() -> None:
    """Record what Django signals, whichever view it comes from."""
    user_logged_in.connect(_succeeded, dispatch_uid="accounts.attempts")
    user_login_failed.connect(_failed, dispatch_uid="accounts.attempts")


def record(kind: AttemptKind, name: str, network: str, *, success: bool, user: User | None = None) -> None:
    """Store an attempt, and write it to the log."""
    line = "%s of %r %s from %s.", kind, name, "succeeded" if success else "failed", network or "an unknown network"
    logger.log(logging.INFO if success else logging.WARNING, *line)
    SignInAttempt.objects.create(kind=kind, name=name[:NAME_LENGTH], network=network, success=success, user=user)


def count_refused(kind: AttemptKind, name: str, network: str, user: User | None = None) -> None:
    """Count an attempt that the limits refused."""
    now = timezone.now()
    rows = SignInAttempt.objects.filter(refused__gt=0, at__gt=now - REFUSED_SPAN)
    key = {"kind": kind, "name": name[:NAME_LENGTH], "user": user}
    if rows.filter(**key, network=network).update(refused=F("refused") + 1):
        return
    if rows.count() >= REFUSED_ROWS:
        network = ""
        if rows.filter(**key, network=network).update(refused=F("refused") + 1):
            return
    SignInAttempt.objects.create(**key, network=network, success=False, refused=1, at=now)


def account_called(name: str) -> User | None:
    """Return the account with this very name."""
    accounts = get_user_model()
    found: User | None = (
        accounts._default_manager.filter(**{accounts.USERNAME_FIELD: name}).first() if "\0" not in name else None
    )
    return found


def is_known(network: str, **user: str) -> bool:
    """Return whether the account with these fields was signed in to from this network, as far back as is remembered."""
    if not network or any("\0" in value for value in user.values()):  # which PostgreSQL refuses
        return False
    account = {f"user__{field}": value for field, value in user.items()}
    return SignInAttempt.objects.filter(kind=AttemptKind.SIGN_IN, success=True, network=network, **account).exists()


def shortened(name: str) -> str:
    """Return the beginning of a name that no account has.

    >>> shortened("correct horse"), shortened("al")
    ('cor…', 'al')
    """
    return Truncator("".join(sign if sign.isprintable() else " " for sign in name)).chars(NAME_SHOWN + 1)


def forget(now: datetime) -> int:
    """Delete what is older than 90 days; return the number."""
    return SignInAttempt.objects.filter(at__lt=now - RETENTION).delete()[0]


def _succeeded(sender: object, request: HttpRequest | None, user: User, **kwargs: Any) -> None:
    if request is None or not second_factor_sign_in.is_pending(request):  # else the code is to come
        record(AttemptKind.SIGN_IN, user.get_username(), _network(request), success=True, user=user)


def _failed(sender: object, credentials: dict[str, Any], request: HttpRequest | None = None, **kwargs: Any) -> None:
    typed = str(credentials.get("username") or credentials.get(get_user_model().USERNAME_FIELD) or "")
    user = account_called(typed)
    record(AttemptKind.SIGN_IN, user.get_username() if user else shortened(typed), _network(request), success=False, user=user)


def _network(request: HttpRequest | None) -> str:
    return network_of(request) if request else ""
