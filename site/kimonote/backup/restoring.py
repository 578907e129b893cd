"""Restores a backup: it is unpacked and checked whole before anything of the site is touched.

The database is replaced in one transaction. Whether that has happened decides what becomes of a restore that was killed: before
the media are swapped, the former database gets a mark.
"""

import secrets
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

from django.conf import settings
from django.core.management import call_command
from django.db import connection
from django.db.migrations.loader import MigrationLoader
from django.utils import timezone
from pyrage.x25519 import Identity

from blog.models import IndexRevision
from blog.models.revision import raise_revision
from kimonote.backup import archive, databases, swapping
from kimonote.backup.archive import Manifest, Progress
from kimonote.backup.encryption import decrypting
from kimonote.backup.errors import BackupError
from kimonote.backup.swapping import Journal
from kimonote.models import Lease
from mail import outbox


@dataclass(frozen=True)
class Restored:
    """What was restored: the backup's manifest, and the number of mails that wait for a decision."""

    manifest: Manifest
    held: int


def restore(path: Path, identity: Identity | None, progress: Progress, *, overwrite: bool) -> Restored:
    """Put a backup in place of the database and the media; raise BackupError, with everything as it was, where it cannot be.

    Mail that was waiting is held: it may have been sent after the backup was made.
    """
    with swapping.exclusively():
        _recover()
        if databases.holds_something() and not overwrite:
            raise BackupError(
                "The database holds a site already: restore into an empty one, or say --overwrite to lose what it has."
            )
        try:
            manifest = _unpack(path, identity, progress)
            swapping.swap(_marked(manifest))
            databases.load(swapping.folder() / archive.DATABASE)
        except BaseException:
            _recover()
            raise
        held = _recover()
    call_command("prepare", verbosity=0)
    return Restored(manifest, held or 0)


def recover() -> None:
    """After a restore that was killed, complete it if the database is the backup's already; else put everything back."""
    if swapping.is_unfinished():
        with swapping.exclusively():
            _recover()


def _unpack(path: Path, identity: Identity | None, progress: Progress) -> Manifest:
    """Unpack a backup beside the media, and check all of it."""
    new = swapping.begin()
    with path.open("rb") as file, decrypting(file, identity) as content:
        manifest = archive.read(content, new, progress, with_media=True)
    _check_versions(manifest)
    if settings.MEDIA_STORAGE and any(name.startswith(archive.MEDIA) for name in manifest.sums):
        raise BackupError(
            "The backup holds media, and this site's are in a bucket (MEDIA_STORAGE): restore it without that setting, "
            "and copy the media folder into the bucket."
        )
    databases.check(new / archive.DATABASE)
    (new / archive.MEDIA).mkdir(exist_ok=True)
    return manifest


def _marked(manifest: Manifest) -> Journal:
    """Mark the database as the one to be replaced."""
    journal = Journal(f"restore {secrets.token_hex(8)}", _revision(), manifest.created)
    if _has_leases():
        Lease.objects.create(task=journal.mark, until=timezone.now())
    return journal


def _recover() -> int | None:
    """Complete a restore or roll it back, as `recover` does; return the number of mails held if it was completed."""
    held = None
    journal = swapping.journal()
    if journal and _has_leases() and not Lease.objects.filter(task=journal.mark).exists():  # it is the backup's
        held = _complete(journal)
    elif swapping.is_unfinished():
        swapping.swap_back()
        if _has_leases():
            Lease.objects.filter(task__startswith="restore ").delete()
    swapping.end()
    return held


def _complete(journal: Journal) -> int:
    call_command("migrate", interactive=False, verbosity=0)
    IndexRevision.objects.filter(number__lt=journal.revision).update(
        number=journal.revision
    )  # no process takes one for another
    raise_revision()
    made = datetime.fromisoformat(journal.made)
    return outbox.hold_all(f"Restored from the backup of {made:%Y-%m-%d %H:%M} UTC.")


def _has_leases() -> bool:
    return Lease._meta.db_table in connection.introspection.table_names()


def _check_versions(manifest: Manifest) -> None:
    """Raise BackupError where the backup is of another kind of database, or of a newer version of the site."""
    if manifest.vendor != connection.vendor:
        raise BackupError(f"The backup is of {manifest.vendor}, DATABASE_URL names {connection.vendor}: set it accordingly.")
    known = MigrationLoader(None, ignore_no_migrations=True).disk_migrations
    unknown = sorted(".".join(migration) for migration in map(tuple, manifest.migrations) if migration not in known)
    if unknown:
        raise BackupError(f"The backup was made by another version of the site: this one does not know {unknown[0]}.")
    added = databases.applied_migrations() - {(app, name) for app, name in manifest.migrations}
    if added and connection.vendor == "postgresql":
        raise BackupError("The database is of a newer version than the backup: restore into an empty one, then run `prepare`.")


def _revision() -> int:
    if IndexRevision._meta.db_table not in connection.introspection.table_names():
        return 0
    return IndexRevision.objects.values_list("number", flat=True).first() or 0
