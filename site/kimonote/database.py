"""Whether the database is ready for this version of the site."""

import logging
import time
from itertools import count
from sqlite3 import SQLITE_BUSY, SQLITE_LOCKED

from django.db import InterfaceError, OperationalError, connection
from django.db.migrations.executor import MigrationExecutor

from blog.models import BlogPage

POLL_INTERVAL = 0.5  # seconds between two attempts to connect
SILENT_LOOKS = 20  # before a word on what is being waited for
PRIMARY_CODE = 0xFF  # the bits of an SQLite error code that name its kind
UNAVAILABLE_STATES = (
    "08",
    "53",
    "55P03",
    "57P0",
)  # PostgreSQL: no connection, no resources, a lock, a server that stops or starts

log = logging.getLogger(__name__)


def connect(seconds: float) -> None:
    """Open the connection; retry for so many seconds while the database is unavailable."""
    deadline = time.monotonic() + seconds
    while True:
        try:
            return connection.ensure_connection()
        except (OperationalError, InterfaceError) as error:
            if not is_unavailable(error) or time.monotonic() > deadline:
                raise
        time.sleep(POLL_INTERVAL)


def is_behind() -> bool:
    """Return whether there are unapplied migrations."""
    executor = MigrationExecutor(connection)
    return bool(executor.migration_plan(executor.loader.graph.leaf_nodes()))


def is_unavailable(error: BaseException) -> bool:
    """Return whether an error is transient: the database is locked, out of connections, or unreachable."""
    if isinstance(error, InterfaceError):  # the connection was lost
        return True
    if not isinstance(error, OperationalError):
        return False
    code = getattr(error.__cause__, "sqlite_errorcode", None)
    if code is not None:
        return code & PRIMARY_CODE in (SQLITE_BUSY, SQLITE_LOCKED)
    state = getattr(error.__cause__, "pgcode", None)  # None: there was no connection that could have given one
    return state is None or state.startswith(UNAVAILABLE_STATES)


def summary(error: BaseException) -> str:
    """Return the first line of an error's message."""
    return str(error).strip().partition("\n")[0]


def wait_until_prepared() -> None:
    """Wait until `manage.py prepare` has prepared the database: every migration is applied, and there is a blog."""
    for look in count():
        missing = _missing()
        if not missing:
            return
        if look == SILENT_LOOKS:
            log.warning("%s: nothing is done until `manage.py prepare` has run.", missing)
        connection.close()
        time.sleep(POLL_INTERVAL)


def _missing() -> str | None:
    """Return what the database lacks; None when it is prepared."""
    try:
        if is_behind():
            return "The database lacks migrations"
        return None if BlogPage.objects.exists() else "The database has no blog page"
    except (OperationalError, InterfaceError) as error:
        if not is_unavailable(error):
            raise
        return f"The database cannot be used ({summary(error)})"
