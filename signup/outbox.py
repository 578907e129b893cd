"""The outbox's verbs: put a mail in with what caused it; claim it, hold it and end it from a worker; retry it by hand."""

import secrets
import time
from collections.abc import Callable
from datetime import datetime, timedelta
from email.utils import parseaddr
from typing import Any

from django.conf import settings
from django.db import InterfaceError, OperationalError, connection
from django.utils import timezone
from django.utils.translation import gettext as _

from signup.models.outbox import Mail, MailQuerySet, MailState, kinds
from signup.models.subscribers import Subscriber

FIRST_DELAY = timedelta(minutes=1)  # after the first attempt that failed; each further one waits three times as long
LONGEST_DELAY = timedelta(days=1)
ATTEMPTS = 10  # over about five days, as RFC 5321, 4.5.4.1, advises; then the mail is stuck
ANSWER_LENGTH = 2000  # characters kept of a server's words
RETRIES = (0.1, 1, 5, 10)  # seconds to wait for a database that went away
RETRIABLE = (MailState.STUCK, MailState.REFUSED, MailState.WAITING)  # by hand
WITHDRAWABLE = (MailState.STUCK, MailState.WAITING)


def put(
    key: str,
    kind: str,
    to: str,
    subscriber: Subscriber | None = None,
    context: dict[str, Any] | None = None,
    *,
    due: datetime | None = None,
) -> Mail:
    """Write a mail into the outbox within the present transaction; one with the same key is there but once."""
    if kind not in dict(kinds()):
        raise ValueError(f"{kind!r} is no kind of mail: it is one of {', '.join(dict(kinds()))}.")
    fields = {
        "kind": kind,
        "to": to,
        "subscriber": subscriber,
        "context": context or {},
        "due": due or timezone.now(),
        "message_id": make_message_id(),
    }
    return Mail.objects.get_or_create(key=key, defaults=fields)[0]


def make_message_id() -> str:
    """A Message-ID (RFC 5322, 3.6.4) of the sender's domain, telling nothing of the recipient."""
    domain = parseaddr(settings.DEFAULT_FROM_EMAIL)[1].rpartition("@")[2] or "localhost"
    return f"<{secrets.token_hex(16)}@{domain.encode('idna').decode()}>"


def lease() -> timedelta:
    """How long a worker may be silent before its mail is someone else's."""
    return timedelta(seconds=settings.OUTBOX_LEASE)


def claim(worker: str, now: datetime, among: list[int] | None = None) -> Mail | None:
    """Claim the mail that is due first, or the first of those still free; None when there is none.

    A compare-and-set: however many workers try, one UPDATE finds the row free.
    """
    for pk in list(candidates(now, 10)) if among is None else among:
        if Mail.objects.take(pk, worker, now, now + lease()):
            return Mail.objects.select_related("subscriber__site").get(pk=pk)
    return None


def candidates(now: datetime, limit: int) -> list[int]:
    """The mails that may be claimed, those longest due first."""
    return list(Mail.objects.due(now).order_by("due", "pk").values_list("pk", flat=True)[:limit])


def renew(worker: str, now: datetime) -> int:
    """Hold on to what this worker has claimed."""
    return Mail.objects.held(worker).update(due=now + lease())


def sent(mail: Mail, answer: str = "") -> None:
    """Record that the server took the mail."""
    _surely(lambda: _held(mail).end(MailState.SENT, answer[:ANSWER_LENGTH], attempts=mail.attempts + 1, context={}))


def refused(mail: Mail, answer: str) -> None:
    """Record that the server will never take a mail for this recipient."""
    _surely(lambda: _held(mail).end(MailState.REFUSED, answer[:ANSWER_LENGTH], attempts=mail.attempts + 1))


def cancel(mail: Mail, reason: str) -> None:
    """Give a mail up that nobody wants any more."""
    _held(mail).end(MailState.CANCELLED, reason)


def stick(mail: Mail, answer: str) -> None:
    """Set a mail aside until someone looks at it."""
    _surely(lambda: _held(mail).end(MailState.STUCK, answer[:ANSWER_LENGTH]))


def postpone(mail: Mail, answer: str, now: datetime, wait: timedelta | None = None) -> None:
    """Try again later, by default after a delay that grows with each attempt; after the last the mail is stuck."""
    mail.attempts += 1
    if mail.attempts >= ATTEMPTS:
        Mail.objects.held(mail.worker).filter(pk=mail.pk).update(attempts=mail.attempts)
        return stick(mail, answer)
    _held(mail).update(
        state=MailState.WAITING,
        worker="",
        attempts=mail.attempts,
        due=now + (delay(mail.attempts) if wait is None else wait),
        answer=answer[:ANSWER_LENGTH],
    )


def release(mail: Mail, answer: str, now: datetime) -> None:
    """Give a claimed mail back, behind the others that are due: the server, not the mail, was at fault."""
    _held(mail).update(state=MailState.WAITING, worker="", due=now, answer=answer[:ANSWER_LENGTH])


def delay(attempts: int) -> timedelta:
    """How long to wait after so many attempts.

    >>> [str(delay(number)) for number in (1, 2, 3, 7, 9)]
    ['0:01:00', '0:03:00', '0:09:00', '12:09:00', '1 day, 0:00:00']
    """
    growth: int = 3 ** (attempts - 1)
    return min(FIRST_DELAY * growth, LONGEST_DELAY)


def retry(mail: Mail) -> bool:
    """Send a stuck, refused or waiting mail now, its attempts counted anew; False when that is no use any more."""
    idle = Mail.objects.filter(pk=mail.pk, state__in=RETRIABLE)
    return idle.update(state=MailState.WAITING, attempts=0, due=timezone.now(), ended=None) == 1


def withdraw(mail: Mail, reason: str = "") -> bool:
    """Cancel a mail by hand; False when a worker is sending it or it has ended."""
    idle = Mail.objects.filter(pk=mail.pk, state__in=WITHDRAWABLE)
    return idle.end(MailState.CANCELLED, reason or _("Cancelled in the admin.")) == 1


def clear(older_than: datetime | None = None) -> int:
    """Delete what was sent, refused or cancelled before this time; by default OUTBOX_KEEP days ago."""
    moment = older_than or timezone.now() - timedelta(days=settings.OUTBOX_KEEP)
    return Mail.objects.ended_before(moment).delete()[0]


def _held(mail: Mail) -> MailQuerySet:
    """The mail's row, if the worker that claimed it holds it still."""
    return Mail.objects.held(mail.worker).filter(pk=mail.pk)


def _surely(write: Callable[[], object]) -> None:
    """Write what became of a mail even if the connection to the database breaks: forgotten, the mail would go out twice."""
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
