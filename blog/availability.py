"""Whether the database and the disk can be used: what an error says of them, and a circuit breaker for the database.

While it is unavailable, one request a second queries it; the others are refused at once, so that no thread waits.
"""

import errno
import logging
import threading
import time
from collections.abc import Iterator
from contextlib import AbstractContextManager, contextmanager
from logging import LogRecord
from sqlite3 import SQLITE_BUSY, SQLITE_FULL, SQLITE_IOERR, SQLITE_LOCKED, SQLITE_READONLY
from types import TracebackType
from typing import Final

from django.conf import settings
from django.db import Error, InterfaceError, OperationalError

RETRY_AFTER: Final = 1.0  # seconds between two queries while the database is unavailable
STALE_FOR: Final = 60.0  # seconds after the last successful query for which cached pages are sent
PRIMARY_CODE: Final = 0xFF  # the bits of an SQLite error code that name its kind
# PostgreSQL: no connection, no resources, a lock, a cancelled statement, a server that stops or starts
UNAVAILABLE_STATES: Final = ("08", "53", "55P03", "57P0", "57014")
NOT_WRITABLE_STATES: Final = ("53100", "25006")  # PostgreSQL: the disk is full; the transaction is read-only
NOT_WRITABLE_CODES: Final = (SQLITE_FULL, SQLITE_READONLY, SQLITE_IOERR)
NOT_WRITABLE_ERRNOS: Final = (errno.ENOSPC, errno.EDQUOT, errno.EROFS)

log = logging.getLogger(__name__)


class DatabaseUnavailable(OperationalError):
    """The database was unavailable a moment ago, and has not been queried again."""


def is_unavailable(error: BaseException) -> bool:
    """Return whether an error is transient: the database is locked, out of connections, silent or unreachable."""
    if isinstance(error, InterfaceError):  # the connection was lost
        return True
    if not isinstance(error, OperationalError) or cannot_write(error):
        return False
    code = getattr(error.__cause__, "sqlite_errorcode", None)
    if code is not None:
        return code & PRIMARY_CODE in (SQLITE_BUSY, SQLITE_LOCKED)
    state = getattr(error.__cause__, "pgcode", None)  # None: there was no connection that could have given one
    return state is None or state.startswith(UNAVAILABLE_STATES)


def cannot_write(error: BaseException) -> bool:
    """Return whether an error means that the disk is full, or that it or the database is read-only."""
    if isinstance(error, OSError):
        return error.errno in NOT_WRITABLE_ERRNOS
    if not isinstance(error, Error):
        return False
    code = getattr(error.__cause__, "sqlite_errorcode", None)
    if code is not None:
        return code & PRIMARY_CODE in NOT_WRITABLE_CODES
    return getattr(error.__cause__, "pgcode", None) in NOT_WRITABLE_STATES


def summary(error: BaseException) -> str:
    """Return the first line of an error's message."""
    return str(error).strip().partition("\n")[0]


_limit = threading.local()


@contextmanager
def time_limit(seconds: float) -> Iterator[None]:
    """Let no wait of this thread for PostgreSQL take longer, where `kimonote.time_limits.limit_waits` was called."""
    outer, _limit.seconds = getattr(_limit, "seconds", None), seconds
    try:
        yield
    finally:
        _limit.seconds = outer


def longest_wait() -> float:
    """Return the seconds that this thread may wait for PostgreSQL."""
    seconds: float = getattr(_limit, "seconds", None) or settings.DATABASE_TIMEOUT
    return seconds


class CircuitBreaker(AbstractContextManager[None]):
    """Guards a query: open after one that found the database unavailable, closed by one that succeeds.

    Source: M. Nygard, *Release It!*, "Circuit Breaker".
    """

    def __init__(self, guarded: str = "The database", retry_after: float = RETRY_AFTER) -> None:
        self.guarded, self.retry_after = guarded, retry_after
        self._lock = threading.Lock()
        self._succeeded_at = time.monotonic()
        self._retry_at: float | None = None  # None: closed

    @property
    def may_send_stale(self) -> bool:
        """Return whether the database was available so recently that what was cached then may be sent."""
        return time.monotonic() - self._succeeded_at < STALE_FOR

    def __enter__(self) -> None:
        """Raise DatabaseUnavailable while open, but once every `retry_after` seconds."""
        if self._retry_at is None:
            return
        with self._lock:
            if self._retry_at is not None and time.monotonic() < self._retry_at:
                raise DatabaseUnavailable(f"{self.guarded} is unavailable.")
            self._retry_at = float("inf")  # others are refused until this query has ended

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None) -> None:
        if error is not None:
            self.open(error) if is_unavailable(error) else self.close()
            return
        self._succeeded_at = time.monotonic()
        if self._retry_at is not None:
            self.close()

    def open(self, error: BaseException) -> None:
        """Refuse queries from now on; log the first error."""
        if isinstance(error, DatabaseUnavailable):
            return
        with self._lock:
            if self._retry_at is None:
                log.error("%s is unavailable: %s", self.guarded, summary(error))
            self._retry_at = time.monotonic() + self.retry_after

    def close(self) -> None:
        """Let queries through; log that they are, if they were refused."""
        with self._lock:
            if self._retry_at is not None:
                log.warning("%s is available again.", self.guarded)
            self._retry_at = None


database = CircuitBreaker()


def without_outages(record: LogRecord) -> bool:
    """Filter log records: a traceback for each request during an outage says nothing that the breaker has not logged."""
    error = record.exc_info[1] if isinstance(record.exc_info, tuple) else None
    return error is None or not is_unavailable(error)
