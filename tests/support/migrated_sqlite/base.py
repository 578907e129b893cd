"""A backend of SQLite whose test databases begin as copies of one that was migrated once.

Wagtail's 178 migrations take 20 s of processor time, in each process that runs tests. The first of them keeps what they
leave in pytest's cache, under a name that changes with the migrations and the pinned packages. `migrate` runs in any case,
and does what is left to do.
"""

import fcntl
import hashlib
import sqlite3
from contextlib import closing
from pathlib import Path
from typing import Any

from django.db.backends.sqlite3 import base, creation

ROOT = Path(__file__).parents[3]
CACHE = ROOT / ".pytest_cache"


def _kept() -> Path:
    """Return the file that holds, or will hold, the migrated database."""
    sources = [*sorted(ROOT.glob("*/migrations/*.py")), ROOT / "requirements.txt"]
    digest = hashlib.sha256(b"\0".join(source.read_bytes() for source in sources))
    return CACHE / f"migrated-{digest.hexdigest()[:16]}.sqlite3"


class DatabaseCreation(creation.DatabaseCreation):
    def create_test_db(self, *args: Any, **options: Any) -> str:
        """Create the test database; the first process to come keeps it for others, which wait."""
        CACHE.mkdir(exist_ok=True)
        self.kept = _kept()  # before the migrations are read: whoever edits one meanwhile gets another file
        with (CACHE / "migrated.lock").open("w") as lock:
            fcntl.flock(lock, fcntl.LOCK_EX)
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
