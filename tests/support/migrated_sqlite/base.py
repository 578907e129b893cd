"""A backend of SQLite whose test databases begin as copies of one that was migrated once."""

import sqlite3
from contextlib import closing
from typing import Any

from django.db.backends.sqlite3 import base, creation

from tests.support.migrated_once import CACHE, kept_name


class DatabaseCreation(creation.DatabaseCreation):
    def create_test_db(self, *args: Any, **options: Any) -> str:
        """Create the test database; the first process to come keeps it for others, which wait."""
        with kept_name() as kept:
            self.kept = CACHE / f"{kept}.sqlite3"
            name: str = super().create_test_db(*args, **options)
            if not self.kept.exists():
                unfinished = self.kept.with_suffix(".unfinished")
                unfinished.unlink(missing_ok=True)
                with self.connection.cursor() as cursor:
                    cursor.execute("VACUUM INTO %s", [str(unfinished)])
                unfinished.replace(self.kept)
        return name

    def _create_test_db(self, *args: Any, **options: Any) -> str:
        """Create the test database, and fill it from the kept one if there is one."""
        name: str = super()._create_test_db(*args, **options)  # type: ignore[misc]
        if self.kept.exists():
            with closing(sqlite3.connect(self.kept)) as source:
                self.filled = sqlite3.connect(name, uri=True)  # open: a database in memory lasts as long as a connection
                source.backup(self.filled)
        return name


class DatabaseWrapper(base.DatabaseWrapper):
    creation_class = DatabaseCreation
