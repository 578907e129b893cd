"""Copies of the whole database in a file, made while others write: by SQLite's backup API, or by pg_dump and pg_restore."""

import os
import shutil
import sqlite3
import subprocess
from contextlib import closing
from pathlib import Path

from django.contrib.auth.models import User
from django.db import connection
from django.db.migrations.recorder import MigrationRecorder
from psycopg2.extensions import make_dsn

from kimonote.backup.errors import BackupError


def dump(path: Path) -> None:
    """Write a copy of the database, as of one moment."""
    connection.ensure_connection()
    if connection.vendor == "sqlite":
        with closing(sqlite3.connect(path)) as copy:
            connection.connection.backup(copy)
    else:
        _run("pg_dump", "--format=custom", "--no-owner", "--no-privileges", f"--file={path}")


def check(path: Path) -> None:
    """Read a copy; raise BackupError where it is damaged."""
    if connection.vendor == "sqlite":
        with closing(sqlite3.connect(path)) as copy:
            try:
                found = copy.execute("PRAGMA integrity_check(1)").fetchone()[0]
            except sqlite3.DatabaseError as error:
                found = str(error)
        if found != "ok":
            raise BackupError(f"The database in the backup is damaged: {found}.")
    else:
        _run("pg_restore", "--list", str(path), connected=False)


def load(path: Path) -> None:
    """Put a copy in place of the database, in one transaction."""
    connection.ensure_connection()
    if connection.vendor == "sqlite":
        with closing(sqlite3.connect(path)) as copy:
            copy.backup(connection.connection)
    else:
        options = ("--clean", "--if-exists", "--single-transaction", "--exit-on-error", "--no-owner", "--no-privileges")
        connection.close()
        _run("pg_restore", *options, str(path))
    connection.close()


def applied_migrations() -> set[tuple[str, str]]:
    """Return the migrations that this database has had, as (app, name)."""
    return set(MigrationRecorder(connection).applied_migrations())


def holds_something() -> bool:
    """Return whether the database has an account: before that there is nothing to lose."""
    return User._meta.db_table in connection.introspection.table_names() and User.objects.exists()


def _run(program: str, *options: str, connected: bool = True) -> None:
    """Run a program of PostgreSQL's, on the site's database if `connected`; raise BackupError with its words where it fails."""
    path = shutil.which(program)
    if path is None:
        raise BackupError(f"{program} was not found: install PostgreSQL's client (Debian: postgresql-client).")
    left_out = ("cursor_factory", "password")  # the first is none of libpq's; the second a list of processes would show
    parameters = connection.get_connection_params()
    dsn = make_dsn(**{name: value for name, value in parameters.items() if name not in left_out})
    where = [f"--dbname={dsn}"] if connected else []
    secret = {"PGPASSWORD": parameters["password"]} if "password" in parameters else {}
    command = [path, *where, *options]
    done = subprocess.run(  # noqa: S603
        command, env=os.environ | secret, capture_output=True, text=True, check=False, close_fds=False
    )
    if done.returncode:
        raise BackupError(f"{program} failed: {done.stderr.strip() or done.returncode}")
