"""The scheduler of a worker process: runs periodic tasks, one at a time, each again when it is due."""

import logging
import threading
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from django.db import connections
from django.utils import timezone

from blog.availability import is_unavailable, summary
from kimonote.models import acquire_lease

LONGEST_DELAY = timedelta(minutes=1)  # between two tries of a task that keeps failing, unless its interval is longer

log = logging.getLogger(__name__)


@dataclass(frozen=True)
class PeriodicTask:
    """A periodic task. `run` may return True: there is more to do immediately.

    `exclusive`: of all workers only one runs it, at the time that `next_run` gives (by default, `every` later).
    `separate`: it only starts a process of its own, which a worker that runs once does not wait for.
    """

    name: str
    every: timedelta
    run: Callable[[], object]
    exclusive: bool = False
    next_run: Callable[[datetime], datetime] | None = None
    separate: bool = False

    def acquire(self, now: datetime) -> bool:
        """Return whether this worker is to run it now; of an exclusive task, acquire the lease."""
        if not self.exclusive:
            return True
        first = self.next_run(now) if self.next_run else now
        until = self.next_run(now) if self.next_run else now + self.every
        return acquire_lease(self.name, now, until, first)


class Scheduler:
    """Runs tasks until it is stopped. A failed task is retried with growing delay, and does not stop others."""

    def __init__(self, tasks: Sequence[PeriodicTask], stop: threading.Event) -> None:
        self.tasks = tasks
        self.stop = stop
        self.next_at = dict.fromkeys((task.name for task in tasks), 0.0)  # on the monotonic clock
        self.failures = dict.fromkeys(self.next_at, 0)
        self.current: tuple[str, datetime] | None = None  # the task that is being run, and since when

    def run(self) -> None:
        """Run the tasks that are due and wait for the next, until stopped."""
        while not self.stop.is_set():
            for task in self.tasks:
                if not self.stop.is_set() and time.monotonic() >= self.next_at[task.name]:
                    self.next_at[task.name] = time.monotonic() + self._pause_after(task, self.run_task(task))
            self.stop.wait(max(0, min(self.next_at.values()) - time.monotonic()))
        _drop_connections()

    def run_once(self) -> bool:
        """Run every task but those at a time of day or separate until none has more to do; return whether none failed."""
        for task in self.tasks:
            while (
                task.next_run is None and not task.separate and not self.stop.is_set() and self.run_task(task, regardless=True)
            ):
                pass
        return not any(self.failures.values())

    def run_task(self, task: PeriodicTask, *, regardless: bool = False) -> bool:
        """Run a task that is this worker's to run, or `regardless` of leases; return whether there is more to do now."""
        _renew_connections()
        self.current = (task.name, timezone.now())
        try:
            more = task.run() if regardless or task.acquire(timezone.now()) else False
        except Exception as error:
            if is_unavailable(error):
                log.warning("The task “%s” waits for the database: %s", task.name, summary(error))
            else:
                log.exception("The task “%s” failed; it will be tried again.", task.name)
            self.failures[task.name] += 1
            _drop_connections()
            return False
        finally:
            self.current = None
        self.failures[task.name] = 0
        return more is True

    def _pause_after(self, task: PeriodicTask, more: bool) -> float:
        """Return the seconds until the task's next run."""
        if more:
            return 0
        pause = task.every.total_seconds()
        if failures := self.failures[task.name]:
            return max(pause, min(pause * 2.0 ** min(failures, 10), LONGEST_DELAY.total_seconds()))
        return pause


def _renew_connections() -> None:
    """Close connections that failed or are too old; as `close_old_connections`, but never within a transaction."""
    for connection in connections.all(initialized_only=True):
        if not connection.in_atomic_block:
            connection.close_if_unusable_or_obsolete()


def _drop_connections() -> None:
    """Close connections, whatever state a failed task left them in."""
    for connection in connections.all(initialized_only=True):
        if not connection.in_atomic_block:
            connection.close()
