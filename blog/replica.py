"""Reads from a streaming replica: of readers' pages alone, where its revision is that of the primary.

`read` runs what makes such a page. Its first query decides: a transaction on the replica reads the revision there, and if the
primary has the same one, every row of the page is read in that transaction, so from one state of the database. Otherwise,
and where the replica cannot be used, the primary is read, as by everything else. Whoever queries by hand takes the
connection from `read_connection`; the ORM asks `ReplicaRouter`.
"""

import time
from collections.abc import Callable
from contextlib import ExitStack
from contextvars import ContextVar
from datetime import datetime
from types import TracebackType
from typing import Any, Final, NamedTuple, Self, TypeVar

from django.db import DEFAULT_DB_ALIAS, Error, InterfaceError, OperationalError, connections, transaction
from django.db.backends.base.base import BaseDatabaseWrapper
from django.db.models import Model

from blog.availability import CircuitBreaker, time_limit

REPLICA: Final = "replica"  # the alias in settings.DATABASES
LONGEST_WAIT: Final = 1.0  # seconds for the replica to tell its revision
PAUSE: Final = 5.0  # seconds in which a replica that failed is not asked again

Read = TypeVar("Read")


class Stamp(NamedTuple):
    """A revision and its time, which distinguishes it from one before a backup was restored."""

    number: int
    changed: datetime | None


class ReplicaRouter:
    """Django's router (settings.DATABASE_ROUTERS): to the replica within `read`, else to the primary."""

    def db_for_read(self, model: type[Model], **hints: Any) -> str:
        return _alias()

    def db_for_write(self, model: type[Model], **hints: Any) -> str:
        return DEFAULT_DB_ALIAS

    def allow_relation(self, one: Model, other: Model, **hints: Any) -> bool:
        return True

    def allow_migrate(self, db: str, app_label: str, **hints: Any) -> bool:
        return db != REPLICA


def is_configured() -> bool:
    """Return whether there is a replica (REPLICA_DATABASE_URL)."""
    return REPLICA in connections.settings


def read_connection() -> BaseDatabaseWrapper:
    """Return the connection on which the present request reads."""
    return connections[_alias()]


def require(revision: int) -> None:
    """Let the present request read the primary from now on if what it has read of the replica is older than a revision."""
    reads = _reads.get()
    if reads is not None:
        reads.require(revision)


def read(function: Callable[[], Read]) -> Read:
    """Return what a function returns that reads, and does nothing else: where the replica fails, it is called once more."""
    if not is_configured():
        return function()
    reads = _Reads()
    token = _reads.set(reads)
    try:
        with reads:
            return function()
    except Error as error:
        if not reads.of_replica:
            raise
        breaker.open(error)
    finally:
        _reads.reset(token)
    return function()


def read_stamp(alias: str) -> Stamp:
    """Return the revision that a database has now."""
    with connections[alias].cursor() as cursor:
        cursor.execute("SELECT number, changed FROM blog_indexrevision")  # its only row
        row = cursor.fetchone()
    return Stamp(*row) if row else Stamp(0, None)


breaker = CircuitBreaker("The replica", PAUSE)


class _Reads:
    """The database that one request reads, decided when it first does; a context manager that ends the transaction on it."""

    def __init__(self) -> None:
        self._alias = ""  # until it is decided
        self._stamp = Stamp(0, None)  # of the replica, where that is read
        self._transaction = ExitStack()

    def __enter__(self) -> Self:
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None) -> None:
        self._transaction.__exit__(kind, error, trace)

    @property
    def alias(self) -> str:
        if not self._alias:
            self._alias = DEFAULT_DB_ALIAS
            primary = read_stamp(DEFAULT_DB_ALIAS)
            if self._begin():
                if primary == self._stamp:
                    self._alias = REPLICA
                else:  # it lags behind, or is ahead of a primary that has raised its revision since
                    self._transaction.close()
        return self._alias

    @property
    def of_replica(self) -> bool:
        return self._alias == REPLICA

    def require(self, revision: int) -> None:
        if self.of_replica and self._stamp.number < revision:
            self._alias = DEFAULT_DB_ALIAS

    def _begin(self) -> bool:
        """Begin a transaction on the replica, in which its revision is read; return whether that could be done."""
        begun = time.monotonic()
        try:
            with breaker, time_limit(LONGEST_WAIT):
                try:
                    self._enter()
                except (OperationalError, InterfaceError):  # the connection was lost, as after a restart
                    connections[REPLICA].close()
                    if time.monotonic() - begun > LONGEST_WAIT / 2:
                        raise
                    self._enter()
        except Error as error:
            breaker.open(error)
            return False
        return True

    def _enter(self) -> None:
        connections[REPLICA].health_check_done = True  # type: ignore[attr-defined]  # the stubs lack it
        with ExitStack() as stack:
            stack.enter_context(transaction.atomic(using=REPLICA))
            self._stamp = read_stamp(REPLICA)
            self._transaction = stack.pop_all()


_reads: ContextVar[_Reads | None] = ContextVar("reads", default=None)


def _alias() -> str:
    reads = _reads.get()
    return DEFAULT_DB_ALIAS if reads is None else reads.alias
