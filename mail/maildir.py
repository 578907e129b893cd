"""Handles the returned messages in the Maildir that the mail server delivers them to, each once, by any number of workers.

A message handled is in `cur/` and flagged S (seen); one that was not understood is flagged F besides, for a person to look at.
"""

import fcntl
import logging
import os
import re
import stat
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime, timedelta
from pathlib import Path
from re import Pattern
from typing import BinaryIO

import idna
from django.db import InterfaceError, OperationalError
from django.utils import timezone

from mail.bounces.reading import MAX_BYTES, texts_of
from mail.receiving import receive

logger = logging.getLogger(__name__)
DATABASE_DOWN = (OperationalError, InterfaceError)
RETENTION = timedelta(days=30)  # handled messages, which hold addresses
BATCH = 500  # messages in one sweep: a worker has other things to do


@dataclass
class Swept:
    """What one sweep did; `strange` are messages that reported nothing."""

    handled: int = 0
    strange: int = 0
    left: int = 0
    deleted: int = 0


def sweep(
    path: str | Path,
    handle: Callable[[bytes], object] = receive,
    now: datetime | None = None,
    batch: int = BATCH,
) -> Swept:
    """Call `handle` with each message not yet handled; it returns None for one that it does not understand.

    No message stops the sweep, except that when the database is down it is left, with the rest, for the next one.
    Deletes what was handled longer than RETENTION ago.
    """
    swept = Swept()
    folder = Path(path)
    if not _is_usable(folder):
        return swept
    for file in _files(folder):
        if "S" in _flags(file):
            swept.deleted += _delete_old(file, (now or timezone.now()) - RETENTION)
        elif swept.handled + swept.strange < batch:
            _sweep_one(file, handle, swept)
    return swept


def erase(path: str | Path, address: str, deliveries: Iterable[int] = ()) -> int:
    """Delete the messages that name an address, or came back for one of these deliveries; return their number."""
    folder = Path(path)
    if not folder.is_dir():
        return 0
    named = _pattern_of(address, deliveries)
    return sum(_delete_naming(file, named) for file in _files(folder))


def _pattern_of(address: str, deliveries: Iterable[int]) -> Pattern[str]:
    """Return what finds an address that is no part of a longer one, also as another's VERP has it, and these deliveries."""
    local, _at, domain = address.lower().rpartition("@")
    local, domain = re.escape(local), "|".join(map(re.escape, _spellings(domain)))
    numbers = "|".join(map(str, deliveries))
    whole = rf"(?<![\w.+-])(?<!\w'){local}@(?:{domain})(?!\.?[\w-])"
    return re.compile(rf"{whole}|[+-]{local}=(?:{domain})@|bounces\+(?:{numbers})-")


def _spellings(domain: str) -> set[str]:
    """Return a domain as it is, in ASCII and in Unicode (RFC 5891)."""
    try:
        ascii_form = idna.encode(domain, uts46=True).decode()
        return {domain, ascii_form, idna.decode(ascii_form)}
    except idna.IDNAError:
        return {domain}


def _delete_naming(file: Path, named: Pattern[str]) -> bool:
    try:
        raw = file.read_bytes()
        if not any(named.search(text.lower()) for text in texts_of(raw)):
            return False
        file.unlink()
    except OSError:
        return False
    return True


def _is_usable(folder: Path) -> bool:
    """Return whether messages can be moved: what cannot be flagged would be handled again and again."""
    if not folder.is_dir():
        return False  # nothing has come back yet
    usable = all(os.access(folder / name, os.R_OK | os.W_OK | os.X_OK) for name in ("new", "cur"))
    if not usable:
        logger.error("BOUNCE_MAILDIR is %s, whose new/ and cur/ this user may not write: give them to it.", folder)
    return usable


def _sweep_one(file: Path, handle: Callable[[bytes], object], swept: Swept) -> None:
    try:
        with _locked(file) as message:
            if message is None:
                return
            understood = _handle(message.read(MAX_BYTES), handle, file)
            file.replace(_handled_name(file, "S" if understood else "FS"))
    except FileNotFoundError:
        return  # another worker was quicker
    except OSError as error:
        logger.warning(
            "%s cannot be read (%s): only files that the user of the site may read belong there.", file, error.strerror
        )
        swept.left += 1
        return
    swept.handled += understood
    swept.strange += not understood


def _handle(raw: bytes, handle: Callable[[bytes], object], file: Path) -> bool:
    try:
        return handle(raw) is not None
    except DATABASE_DOWN:
        raise
    except Exception:
        logger.exception("The returned message %s could not be handled; it is flagged F.", file)
        return False


@contextmanager
def _locked(file: Path) -> Iterator[BinaryIO | None]:
    """Return the open message, locked; None when it is no file, or another worker has it or had it already."""
    descriptor = os.open(file, os.O_RDONLY | os.O_NONBLOCK | os.O_NOFOLLOW | os.O_CLOEXEC)
    with open(descriptor, "rb") as message:
        yield message if _is_ours(message, file) else None


def _is_ours(message: BinaryIO, file: Path) -> bool:
    if not stat.S_ISREG(os.fstat(message.fileno()).st_mode):
        return False
    try:
        fcntl.flock(message, fcntl.LOCK_EX | fcntl.LOCK_NB)
        return os.path.samestat(os.fstat(message.fileno()), file.stat())
    except (BlockingIOError, FileNotFoundError):
        return False


def _files(folder: Path) -> list[Path]:
    """Return the messages, new ones first, each folder's by name."""
    found = [file for name in ("new", "cur") for file in sorted((folder / name).iterdir())]
    return [file for file in found if not file.name.startswith(".")]


def _flags(file: Path) -> str:
    return file.name.partition(":2,")[2] if file.parent.name == "cur" else ""


def _handled_name(file: Path, flags: str) -> Path:
    """Return where a handled message goes; flags are in the alphabet's order."""
    together = "".join(sorted({*flags, *_flags(file)}))
    return file.parent.parent / "cur" / f"{file.name.partition(':2,')[0]}:2,{together}"


def _delete_old(file: Path, before: datetime) -> bool:
    """Delete a handled message that arrived before then."""
    try:
        if file.stat().st_mtime >= before.timestamp():
            return False
        file.unlink()
    except OSError:
        return False
    return True
