"""Time limits on the database for processes that serve requests: none of their threads waits longer than DATABASE_TIMEOUT."""

import select
import time
from typing import Any

import psycopg2
from django.conf import settings
from django.db.backends.base.base import BaseDatabaseWrapper
from django.db.backends.signals import connection_created
from psycopg2 import extensions

from blog.availability import longest_wait


def limit_waits() -> None:
    """Limit every wait for the database in this process to DATABASE_TIMEOUT seconds.

    PostgreSQL ends what takes longer by `statement_timeout`. A server that is stopped, or unreachable without a word, does
    not: so psycopg2's wait callback gives up by itself, which closes the connection. SQLite waits that long for a lock.
    """
    extensions.set_wait_callback(_wait)
    connection_created.connect(_limit_statements, dispatch_uid="kimonote.time_limits")


def _limit_statements(sender: type[BaseDatabaseWrapper], connection: BaseDatabaseWrapper, **options: Any) -> None:
    milliseconds = settings.DATABASE_TIMEOUT * 1000
    limit = "PRAGMA busy_timeout = %d" if connection.vendor == "sqlite" else "SET statement_timeout = %d"
    with connection.cursor() as cursor:
        cursor.execute(limit % milliseconds)


def _wait(connection: Any) -> None:
    """Wait until a connection is ready; raise psycopg2.OperationalError after the limit.

    Source: psycopg2's documentation, "Support for coroutine libraries".
    """
    seconds = longest_wait()
    deadline = time.monotonic() + seconds
    while (state := connection.poll()) != extensions.POLL_OK:
        ready = select.poll()
        ready.register(connection.fileno(), select.POLLIN if state == extensions.POLL_READ else select.POLLOUT)
        if not ready.poll(max(0, deadline - time.monotonic()) * 1000):
            raise psycopg2.OperationalError(f"no response within {seconds:g} seconds")
