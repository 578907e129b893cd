"""Makes a backup while the site serves: whole, read back, and only then under its name; older generations are deleted."""

import os
import tempfile
from contextlib import suppress
from pathlib import Path

from django.conf import settings
from django.db import connection
from django.utils import timezone
from pyrage.x25519 import Identity, Recipient

from kimonote.backup import archive, databases, swapping
from kimonote.backup.archive import Manifest, Progress
from kimonote.backup.encryption import decrypting, encrypting
from kimonote.backup.errors import BackupError

PATTERN = "kimonote-????????T??????Z.tar.gz*"
PARTIAL = ".partial"


def make(folder: Path, recipients: list[Recipient], progress: Progress) -> Path:
    """Write a backup into a folder and return its path; raise BackupError, leaving nothing, where it fails."""
    if swapping.is_unfinished():
        raise BackupError(
            "A restore is running, or was killed: run `manage.py prepare` first, which completes it or takes it back."
        )
    name = f"kimonote-{timezone.now():%Y%m%dT%H%M%SZ}.tar.gz{'.age' if recipients else ''}"
    partial = folder / f"{name}{PARTIAL}"
    reader = Identity.generate()  # for reading it back, and for nothing else
    try:
        with os.fdopen(os.open(partial, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "wb") as file:  # for its owner alone
            with encrypting(file, [*recipients, reader.to_public()] if recipients else []) as target:
                migrations = [list(migration) for migration in sorted(databases.applied_migrations())]
                manifest = Manifest(timezone.now().isoformat(), connection.vendor, migrations)
                archive.write(target, manifest, Path(settings.MEDIA_ROOT), databases.dump, progress)
            file.flush()
            os.fsync(file.fileno())
        check(partial, reader, progress)
        partial.rename(folder / name)
    except OSError as error:
        raise BackupError(f"No backup was made in {folder}: {error.strerror or error}.") from error
    finally:
        with suppress(OSError):
            partial.unlink()
    return folder / name


def check(path: Path, identity: Identity | None, progress: Progress) -> Manifest:
    """Read a backup to its end and return its manifest; raise BackupError where it could not be restored."""
    with tempfile.TemporaryDirectory(prefix="kimonote-backup-") as folder:
        with path.open("rb") as file, decrypting(file, identity) as content:
            manifest = archive.read(content, Path(folder), progress, with_media=False)
        if manifest.vendor == connection.vendor:  # another's copy cannot be read here
            databases.check(Path(folder) / archive.DATABASE)
    return manifest


def delete_old(folder: Path, keep: int) -> list[Path]:
    """Delete all but the newest backups in a folder, and return which."""
    old = sorted(path for path in folder.glob(PATTERN) if path.suffix != PARTIAL)[:-keep]
    for path in old:
        path.unlink()
    return old
