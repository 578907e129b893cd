"""Archives of exports and sites, unpacked into a temporary folder: nothing outside of it, no links, within limits."""

import os
import stat
import time
import zipfile
import zlib
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path, PurePosixPath
from tempfile import TemporaryDirectory

from transfer.importing.source import Refusal
from transfer.importing.words import _

MAX_FILES = 100_000
MAX_BYTES = 4_000_000_000  # unpacked
MAX_RATIO = 200  # bytes unpacked for one packed; text packs to a tenth
FREE_BYTES = 50_000_000  # unpacked, whatever the ratio
CHUNK = 1 << 20  # bytes
ENCRYPTED = 0x1  # bit of a file's flags


def is_archive(path: Path) -> bool:
    return path.is_file() and path.suffix.lower() == ".zip"


@contextmanager
def unpacked(path: Path) -> Iterator[Path]:
    """Unpack a ZIP archive into a folder that is deleted in the end. Raise Refusal for one that is broken or hostile."""
    with TemporaryDirectory(prefix="import-") as folder:
        try:
            with zipfile.ZipFile(path) as archive:
                _unpack(archive, Path(folder).resolve())
        except (zipfile.BadZipFile, NotImplementedError, RuntimeError, EOFError, ValueError, OSError, zlib.error) as error:
            if isinstance(error, Refusal):
                raise
            what = getattr(error, "strerror", None) or error  # without the folder's path
            raise Refusal(_("The archive cannot be unpacked: %(error)s.") % {"error": what}) from error
        yield Path(folder).resolve()


def _unpack(archive: zipfile.ZipFile, folder: Path) -> None:
    members = archive.infolist()
    if len(members) > MAX_FILES:
        raise Refusal(
            _("The archive holds %(count)s files: it may hold %(max_files)s.")
            % {"count": f"{len(members):,}", "max_files": f"{MAX_FILES:,}"}
        )
    for member in members:
        _check_name(member)
    budget = min(MAX_BYTES, max(FREE_BYTES, MAX_RATIO * sum(member.compress_size for member in members)))
    for member in members:
        if not member.is_dir():
            try:
                budget = _unpack_file(archive, member, folder / member.filename, budget)
            except OSError as error:
                raise _unpackable(member, error) from error


def _check_name(member: zipfile.ZipInfo) -> None:
    """Raise Refusal for a file that would lie outside of the folder, for a link, and for one with a password."""
    path = PurePosixPath(member.filename.replace("\\", "/"))
    if path.is_absolute() or ".." in path.parts or ":" in path.parts[0:1] or "\0" in member.filename or not path.parts:
        raise Refusal(_("The archive has a file outside of its folder: “%(filename)s”.") % {"filename": member.filename[:100]})
    if member.flag_bits & ENCRYPTED:
        raise Refusal(_("The archive has a password: pack it without one."))
    kind = stat.S_IFMT(member.external_attr >> 16)
    if kind not in (0, stat.S_IFREG, stat.S_IFDIR):
        raise Refusal(_("The archive has a link or special file: “%(filename)s”.") % {"filename": member.filename[:100]})


def _unpackable(member: zipfile.ZipInfo, error: OSError) -> Refusal:
    """Return why a file cannot be unpacked, in words without the folder's path."""
    name = member.filename[:100]
    if isinstance(error, FileExistsError | NotADirectoryError):
        return Refusal(_("The archive has two files of one name, or one below another: “%(filename)s”.") % {"filename": name})
    words = _("The archive cannot be unpacked: “%(filename)s”: %(reason)s.")
    return Refusal(words % {"filename": name, "reason": error.strerror})


def _unpack_file(archive: zipfile.ZipFile, member: zipfile.ZipInfo, path: Path, budget: int) -> int:
    """Unpack a file; return how many bytes may still be unpacked. The size that the archive says is not believed."""
    path.parent.mkdir(parents=True, exist_ok=True)
    with archive.open(member) as packed, path.open("xb") as file:
        while chunk := packed.read(CHUNK):
            budget -= len(chunk)
            if budget < 0:
                raise Refusal(
                    _("The archive is larger than it may be, unpacked: %(max_ratio)s times its size, or %(max_bytes)s bytes.")
                    % {"max_ratio": MAX_RATIO, "max_bytes": f"{MAX_BYTES:,}"}
                )
            file.write(chunk)
    with suppress(ValueError, OverflowError):  # a time that is none
        changed = time.mktime((*member.date_time, 0, 0, -1))
        os.utime(path, (changed, changed))
    return budget
