"""Whether the database is ready for this version of the site."""

import logging
import time
from itertools import count

from django.db import connection
from django.db.migrations.executor import MigrationExecutor

PATIENCE = 0.5  # seconds between two looks
SILENT_LOOKS = 20  # before a word on what is being waited for

log = logging.getLogger(__name__)


def is_behind() -> bool:
    """Say whether there are migrations that the database lacks."""
    executor = MigrationExecutor(connection)
    return bool(executor.migration_plan(executor.loader.graph.leaf_nodes()))


def wait_until_prepared() -> None:
    """Return when the database has every migration: `manage.py prepare` may be about to run them."""
    for look in count():
        if not is_behind():
            return
        if look == SILENT_LOOKS:
            log.warning("The database lacks migrations: nothing is done until `manage.py migrate` has run them.")
        connection.close()
        time.sleep(PATIENCE)
