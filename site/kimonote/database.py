"""Whether the database is ready for this version of the site."""

import logging
import time
from itertools import count

from django.db import InterfaceError, OperationalError, connection
from django.db.migrations.executor import MigrationExecutor

from blog.availability import is_unavailable, summary
from blog.models import BlogPage
from kimonote.backup.swapping import is_unfinished

POLL_INTERVAL = 0.5  # seconds between two attempts to connect
SILENT_LOOKS = 20  # before a word on what is being waited for

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


def wait_until_prepared() -> None:
    """Wait until `manage.py prepare` has prepared the database: every migration is applied, and there is a blog."""
    for look in count():
        lack = missing()
        if not lack:
            return
        if look == SILENT_LOOKS:
            log.warning("%s: nothing is done until `manage.py prepare` has run.", lack)
        connection.close()
        time.sleep(POLL_INTERVAL)


def missing() -> str | None:
    """Return what the database lacks; None when it is prepared."""
    if is_unfinished():
        return "A restore is running, or was interrupted"
    try:
        if is_behind():
            return "The database lacks migrations"
        return None if BlogPage.objects.exists() else "The database has no blog page"
    except (OperationalError, InterfaceError) as error:
        if not is_unavailable(error):
            raise
        return f"The database cannot be used ({summary(error)})"
