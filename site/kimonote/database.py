"""Whether the database is ready for this version of the site."""

import time

from django.db import connection
from django.db.migrations.executor import MigrationExecutor

PATIENCE = 0.5  # seconds between two looks


def is_behind() -> bool:
    """Say whether there are migrations that the database lacks."""
    executor = MigrationExecutor(connection)
    return bool(executor.migration_plan(executor.loader.graph.leaf_nodes()))


def wait_until_prepared() -> None:
    """Return when the database has every migration: `manage.py prepare` may be about to run them."""
    while is_behind():
        connection.close()
        time.sleep(PATIENCE)
