"""The lock of a job: one process has it, and loses it when it ends, in whatever way.

So no time has to pass before a job goes on whose process was killed. On PostgreSQL, where workers may be on several machines,
it is a lock of the database (advisory, of a transaction on a connection of its own, which a pooler keeps on one server); on
SQLite one of the operating system on a file in the job's folder. No process that this one starts or forks has it.
"""

import fcntl
from collections.abc import Iterator
from contextlib import closing, contextmanager, suppress

from django.db import Error, connection

from jobs.models import Job

NAME = "lock"


@contextmanager
def locked(job: Job) -> Iterator[bool]:
    """Lock a job, and give whether that was possible."""
    with (_locked_in_database if connection.vendor == "postgresql" else _locked_by_file)(job) as mine:
        yield mine


@contextmanager
def _locked_in_database(job: Job) -> Iterator[bool]:
    with closing(connection.copy()) as own:
        own.set_autocommit(False)
        with own.cursor() as cursor:
            cursor.execute("SET LOCAL idle_in_transaction_session_timeout = 0")
            cursor.execute("SELECT pg_try_advisory_xact_lock(hashtextextended(%s, 0))", [f"{Job._meta.db_table} {job.pk}"])
            (mine,) = cursor.fetchone()
        try:
            yield mine
        finally:
            with suppress(Error):  # a connection that is lost has no lock
                own.rollback()  # closing it alone releases the lock some time later


@contextmanager
def _locked_by_file(job: Job) -> Iterator[bool]:
    """Lock a file: the lock is of the process, not of the open file."""
    job.folder.mkdir(mode=0o700, parents=True, exist_ok=True)
    with (job.folder / NAME).open("ab") as file:
        try:
            fcntl.lockf(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except OSError:
            yield False
            return
        yield True  # closing the file unlocks it
