"""Sends what is due in the outbox, one email at a time, over one connection to the mail server."""

import logging
import os
import secrets
import socket
import threading
import time
from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import datetime, timedelta

from anymail.exceptions import AnymailRecipientsRefused
from django.core.mail import get_connection
from django.core.mail.backends.base import BaseEmailBackend
from django.db import Error, connection
from django.utils import timezone
from django.utils.translation import gettext as _

from mail import compose, outbox, outcomes, signals
from mail.bounces import classify, without_addresses
from mail.models import Counted, Delivery, MailCount, Result
from mail.outcomes import Outcome, Verdict

PER_CONNECTION = 100  # mails, after which the worker reconnects: servers close longer connections
BATCH_TIME = 15.0  # seconds, after which the worker turns to its other tasks
FIRST_PAUSE = timedelta(seconds=2)  # after the server could not be reached; each further one is twice as long
LONGEST_PAUSE = timedelta(minutes=5)
YIELD_TIME = 1.0  # seconds, after which bulk mail lets pass what somebody waits for
RESULTS = {
    Verdict.SENT: Result.ACCEPTED,
    Verdict.LATER: Result.DEFERRED,
    Verdict.IN_DOUBT: Result.DEFERRED,
    Verdict.REFUSED: Result.BOUNCED,
}

log = logging.getLogger(__name__)


def worker_name() -> str:
    """Return a name that no other worker has or will have."""
    return f"{socket.gethostname()[:60]}:{os.getpid()}:{secrets.token_hex(4)}"


class Sender:
    """Sends for one worker, and pauses when the mail server cannot be reached."""

    def __init__(self, stopping: Callable[[], bool] = lambda: False) -> None:
        self.worker = worker_name()
        self.stopping = stopping
        self.sent = 0
        self.pauses = 0
        self.paused_until: datetime | None = None

    def send_due(self) -> int:
        """Send what is due, until nothing is left, the server cannot be reached or it is to stop; return the number sent."""
        before = self.sent
        while self.send_batch():
            pass
        return self.sent - before

    def send_batch(self) -> bool:
        """Send some of what is due; return whether there may be more to send at once."""
        if self.paused or self.stopping():
            return False
        due = outbox.candidates(timezone.now(), PER_CONNECTION)
        if due:
            self._send(due)
        return bool(due) and not self.paused

    @property
    def paused(self) -> bool:
        return self.paused_until is not None and timezone.now() < self.paused_until

    def _send(self, due: list[int]) -> None:
        """Send these deliveries, unless other workers have claimed them, over one connection and for BATCH_TIME at most."""
        server, end = get_connection(), time.monotonic() + BATCH_TIME
        attempts: list[tuple[Delivery, Result]] = []
        urgent = UrgentMailCheck()
        try:
            with leases_renewed(self.worker), compose.batch():
                read = Delivery.objects.in_bulk(due)
                for delivery in (read[pk] for pk in due if pk in read):
                    if self.stopping() or self.paused or time.monotonic() > end:
                        break
                    if outbox.claim_read(delivery, self.worker, timezone.now()):
                        outcome = self._attempt(delivery, server)
                        self._record(delivery, outcome)
                        if result := RESULTS.get(outcome.verdict):
                            attempts.append((delivery, result))
                        if delivery.is_bulk and urgent.is_due():
                            break
        finally:
            _close(server)
            _count(attempts)

    def _attempt(self, delivery: Delivery, server: BaseEmailBackend) -> Outcome:
        """Compose an email and give it to the server."""
        if delivery.attempts >= outbox.ATTEMPTS:
            return Outcome(Verdict.NEVER, _("The worker broke down at every attempt to send this mail."))
        try:
            message = compose.compose(delivery)
            server.open()
            return outcomes.of_status(message, server.send_messages([message]) or 0)
        except compose.Unwanted as reason:
            return Outcome(Verdict.CANCELLED, str(reason))
        except Error:  # the database's: nothing is known about the mail, and its lease will end
            raise
        except Exception as error:
            outcome = outcomes.of_error(error)
            if isinstance(error, AnymailRecipientsRefused):
                log.info("Mail %s: its recipient was refused%s.", delivery.pk, _codes(error))
            else:
                level = logging.WARNING if outcome.verdict is not Verdict.LATER else logging.ERROR
                words = without_addresses(outcome.words)
                log.log(level, "Mail %s could not be sent (%s).", delivery.pk, words, exc_info=level == logging.ERROR)
            return outcome

    def _record(self, delivery: Delivery, outcome: Outcome) -> None:
        match outcome.verdict:
            case Verdict.SENT:
                outbox.sent(delivery, outcome.words)
                self.sent += 1
            case Verdict.REFUSED:
                _refuse(delivery, outcome.words)
            case Verdict.LATER:
                outbox.postpone(delivery, outcome.words, timezone.now())
            case Verdict.IN_DOUBT:
                outbox.postpone(delivery, outcome.words, timezone.now(), None if delivery.attempts else FIRST_PAUSE)
            case Verdict.NEVER:
                outbox.stick(delivery, outcome.words)
            case Verdict.CANCELLED:
                outbox.cancel(delivery, outcome.words)
            case Verdict.PAUSE:
                self._pause()
                outbox.release(delivery, outcome.words, timezone.now())
        if outcome.verdict is not Verdict.PAUSE:
            self.pauses, self.paused_until = 0, None

    def _pause(self) -> None:
        """Pause, for twice as long each time."""
        pause = min(FIRST_PAUSE * 2**self.pauses, LONGEST_PAUSE)
        self.pauses += 1
        self.paused_until = timezone.now() + pause
        log.warning("The mail server is out of reach: the next attempt is in %d seconds.", pause.total_seconds())


def _count(attempts: list[tuple[Delivery, Result]]) -> None:
    """Count what became of some deliveries, and tell the apps of bulk mail what became of theirs."""
    counted = Counter(Counted(delivery.domain, result, delivery.is_bulk) for delivery, result in attempts)
    MailCount.objects.add(counted, timezone.now())
    if bulk := [(delivery, result) for delivery, result in attempts if delivery.is_bulk]:
        signals.attempted.send(sender=Sender, results=bulk)


class UrgentMailCheck:
    """Looks every YIELD_TIME whether mail is due that must not wait behind bulk mail."""

    def __init__(self) -> None:
        self.next = time.monotonic() + YIELD_TIME

    def is_due(self) -> bool:
        if time.monotonic() < self.next:
            return False
        self.next = time.monotonic() + YIELD_TIME
        return outbox.is_awaited(timezone.now())


def _codes(error: AnymailRecipientsRefused) -> str:
    """Return the codes of a server's refusals in words, without what they say: that names the recipient."""
    codes = sorted({reply.code for reply in getattr(error, "replies", {}).values()})
    return f" ({', '.join(map(str, codes))})" if codes else ""


def _refuse(delivery: Delivery, words: str) -> None:
    """End a delivery that the recipient's server refused: a bounce, hard or soft by the server's words.

    Its receivers lock their rows before those of deliveries, so its own is written last, in no transaction with theirs.
    """
    kind, _detail = classify(None, words)
    signals.bounced.send(sender=Sender, address=delivery.to, kind=kind, when=timezone.now(), detail=words)
    outbox.refused(delivery, words)


def _close(server: BaseEmailBackend) -> None:
    """End the connection; whether the server answers QUIT changes nothing any more."""
    try:
        server.close()
    except Exception:
        log.info("The mail server did not answer QUIT.", exc_info=True)


@contextmanager
def leases_renewed(worker: str) -> Iterator[None]:
    """Renew this worker's leases from another thread while the block runs."""
    done = threading.Event()
    thread = threading.Thread(target=_renew, args=(worker, done), daemon=True, name="leases")
    thread.start()
    try:
        yield
    finally:
        done.set()
        thread.join()


def _renew(worker: str, done: threading.Event) -> None:
    try:
        while not done.wait(outbox.lease().total_seconds() / 3):
            try:
                outbox.renew(worker, timezone.now())
            except Error:
                log.warning("The leases could not be renewed; trying again.", exc_info=True)
                connection.close()
    finally:
        connection.close()
