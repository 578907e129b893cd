"""The worker: everything that is done beside requests, one chore after another, each again when its time has come."""

import logging
import threading
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from django.db import connections
from django.utils import timezone

from kimonote.database import is_unavailable, summary
from kimonote.models import take_turn

LONGEST_DELAY = timedelta(minutes=1)  # of a chore that fails again and again, unless it is rarer anyway

log = logging.getLogger(__name__)


@dataclass(frozen=True)
class Chore:
    """Something to do every so often. `do` may answer True: there is more to do at once.

    `alone`: of all workers only one does it, at the time that `next_turn` gives (by default, `every` later).
    """

    name: str
    every: timedelta
    do: Callable[[], object]
    alone: bool = False
    next_turn: Callable[[datetime], datetime] | None = None

    def turn_after(self, now: datetime) -> datetime:
        return self.next_turn(now) if self.next_turn else now + self.every

    def is_ours(self, now: datetime) -> bool:
        """Say whether this worker is to do it now."""
        first = self.next_turn(now) if self.next_turn else now
        return not self.alone or take_turn(self.name, now, self.turn_after(now), first)


class Worker:
    """Does chores until it is told to stop. A chore that fails is tried again, later each time, and stops no other."""

    def __init__(self, chores: Sequence[Chore], stop: threading.Event) -> None:
        self.chores = chores
        self.stop = stop
        self.next_at = dict.fromkeys((chore.name for chore in chores), 0.0)  # on the monotonic clock
        self.failures = dict.fromkeys(self.next_at, 0)

    def run(self) -> None:
        """Do what is due, wait, begin again."""
        while not self.stop.is_set():
            for chore in self.chores:
                if not self.stop.is_set() and time.monotonic() >= self.next_at[chore.name]:
                    self.next_at[chore.name] = time.monotonic() + self._pause_after(chore, self.do(chore))
            self.stop.wait(max(0, min(self.next_at.values()) - time.monotonic()))
        _drop_connections()

    def run_once(self) -> bool:
        """Do every chore that has no time of its own, until there is no more to do; say whether all went well."""
        for chore in self.chores:
            while chore.next_turn is None and not self.stop.is_set() and self.do(chore, regardless=True):
                pass
        return not any(self.failures.values())

    def do(self, chore: Chore, *, regardless: bool = False) -> bool:
        """Do a chore if it is ours; say whether there is more to do at once."""
        _renew_connections()
        try:
            more = chore.do() if regardless or chore.is_ours(timezone.now()) else False
        except Exception as error:
            if is_unavailable(error):
                log.warning("The chore “%s” waits for the database: %s", chore.name, summary(error))
            else:
                log.exception("The chore “%s” failed; it will be tried again.", chore.name)
            self.failures[chore.name] += 1
            _drop_connections()
            return False
        self.failures[chore.name] = 0
        return more is True

    def _pause_after(self, chore: Chore, more: bool) -> float:
        """Seconds until the chore's next time."""
        if more:
            return 0
        pause = chore.every.total_seconds()
        if failures := self.failures[chore.name]:
            return max(pause, min(pause * 2.0 ** min(failures, 10), LONGEST_DELAY.total_seconds()))
        return pause


def _renew_connections() -> None:
    """Drop connections that failed, or have lived long enough; as `close_old_connections`, but never within a transaction."""
    for connection in connections.all(initialized_only=True):
        if not connection.in_atomic_block:
            connection.close_if_unusable_or_obsolete()


def _drop_connections() -> None:
    """Begin the next chore on a new connection, whatever the failed one left behind."""
    for connection in connections.all(initialized_only=True):
        if not connection.in_atomic_block:
            connection.close()
