"""Puts the media of a backup in place of the site's, in steps of which each can be rolled back or completed after a crash.

All of it is in a folder among the media, whose group what is moved from there inherits: MEDIA and DATABASE of the backup, the
JOURNAL, and what was there before, in MOVING until all of it is there, then in REPLACED.
"""

import fcntl
import json
import os
import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import asdict, dataclass
from pathlib import Path

from django.conf import settings

from kimonote.backup import archive
from kimonote.backup.errors import BackupError

FOLDER, DONE = ".restore", ".restore-done"  # DONE: to be deleted, nothing more
JOURNAL, MOVING, REPLACED = "restore.json", "moving", "replaced"


@dataclass(frozen=True)
class Journal:
    """What completing a restore needs: `mark` is in the database that it replaces; that had this `revision`."""

    mark: str
    revision: int
    made: str


def folder() -> Path:
    """Return where a restore works; it exists only while one is running, or after one was killed."""
    return Path(settings.MEDIA_ROOT) / FOLDER


def is_unfinished() -> bool:
    """Return whether a restore is running, or was killed."""
    return folder().is_dir()


@contextmanager
def exclusively() -> Iterator[None]:
    """Let no other restore run; raise BackupError where one does. Programs that are started meanwhile belong to it."""
    media = Path(settings.MEDIA_ROOT)
    media.mkdir(parents=True, exist_ok=True)
    descriptor = os.open(media, os.O_RDONLY)
    try:
        os.set_inheritable(descriptor, True)  # a pg_restore that outlives this process goes on holding the lock
        fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
        yield
    except BlockingIOError as error:
        raise BackupError("Another restore is running: wait for its end.") from error
    finally:
        os.close(descriptor)


def begin() -> Path:
    """Return the folder, new and for this user alone."""
    folder().mkdir(mode=0o700)
    return folder()


def swap(journal: Journal) -> None:
    """Move the media aside, and the backup's in their place."""
    work = folder()
    (work / JOURNAL).write_text(json.dumps(asdict(journal)))
    os.sync()  # what was unpacked outlives a power failure, too
    (work / MOVING).mkdir()
    _move(work.parent, work / MOVING)
    (work / MOVING).rename(work / REPLACED)
    _move(work / archive.MEDIA, work.parent)


def journal() -> Journal | None:
    """Return the journal once all former media are aside: before that, the restore has changed nothing else."""
    work = folder()
    return Journal(**json.loads((work / JOURNAL).read_text())) if (work / REPLACED).is_dir() else None


def swap_back() -> None:
    """Put the former media back, wherever `swap` has got to."""
    work = folder()
    if (work / REPLACED).is_dir():
        _move(work.parent, work / archive.MEDIA)
        (work / REPLACED).rename(work / MOVING)
    if (work / MOVING).is_dir():
        _move(work / MOVING, work.parent)


def end() -> None:
    """Delete the folder, and with it what is not in place."""
    done = folder().with_name(DONE)
    shutil.rmtree(done, ignore_errors=True)
    if is_unfinished():
        folder().rename(done)
        shutil.rmtree(done, ignore_errors=True)


def _move(source: Path, target: Path) -> None:
    for path in list(source.iterdir()):
        if path.name not in (FOLDER, DONE):
            path.rename(target / path.name)
