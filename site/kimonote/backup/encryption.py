"""Encryption of a backup by age (age-encryption.org/v1): for whoever holds the private key of one of the recipients.

A backup is read back before it counts as made, by a key that is generated for that alone and never stored.
"""

import os
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from pathlib import Path
from typing import BinaryIO

import pyrage
from pyrage.x25519 import Identity, Recipient

from kimonote.backup.errors import BackupError

MAGIC = b"age-encryption.org/v1"


def parse_recipient(text: str) -> Recipient:
    """Return a public key; raise BackupError where it is none."""
    try:
        return Recipient.from_str(text)
    except pyrage.RecipientError as error:
        raise BackupError(f"{text!r} is no public key of age: it begins with age1 (`manage.py make_backup_key`).") from error


def read_identity(path: Path) -> Identity:
    """Return the private key in a file, as `age-keygen` writes it too; raise BackupError where there is none."""
    try:
        lines = path.read_text("ascii").splitlines()
    except (OSError, UnicodeError) as error:
        raise BackupError(f"The private key {path} cannot be read: {error}.") from error
    for line in lines:
        if line.startswith("AGE-SECRET-KEY-"):
            return Identity.from_str(line.strip())
    raise BackupError(f"{path} holds no private key of age, a line that begins with AGE-SECRET-KEY-.")


@contextmanager
def encrypting(file: BinaryIO, recipients: list[Recipient]) -> Iterator[BinaryIO]:
    """Give a file to write to, whose content goes encrypted into another; without recipients, that one itself."""
    if not recipients:
        yield file
        return
    source, target = _pipe()
    with _beside(lambda: _closing(source, lambda: pyrage.encrypt_io(source, file, recipients))), target:
        yield target


@contextmanager
def decrypting(file: BinaryIO, identity: Identity | None) -> Iterator[BinaryIO]:
    """Give the content of a file that may be encrypted; raise BackupError where it is, and this key does not open it."""
    encrypted = file.read(len(MAGIC)) == MAGIC
    file.seek(0)
    if not encrypted:
        yield file
        return
    if identity is None:
        raise BackupError("The backup is encrypted: name the file of the private key by --identity.")
    source, target = _pipe()
    try:
        with _beside(lambda: _closing(target, lambda: pyrage.decrypt_io(file, target, [identity]))), source:
            yield source
    except (pyrage.DecryptError, OSError) as error:  # of a damaged file it is an OSError
        raise BackupError(f"The backup cannot be decrypted by this key, or is damaged ({error}).") from error


def _pipe() -> tuple[BinaryIO, BinaryIO]:
    reader, writer = os.pipe()
    return os.fdopen(reader, "rb"), os.fdopen(writer, "wb")


def _closing(end: BinaryIO, work: Callable[[], object]) -> None:
    """Do the work at one end of a pipe and close that, so that the other end never waits."""
    with end:
        work()


@contextmanager
def _beside(work: Callable[[], object]) -> Iterator[None]:
    """Do the work in a thread beside the block; where both fail, raise the error of the work, which is the cause."""
    with ThreadPoolExecutor(1) as pool:
        future = pool.submit(work)
        try:
            yield
        except Exception:
            error = future.exception()
            if error and not isinstance(error, BrokenPipeError):
                raise error from None
            raise
        future.result()
