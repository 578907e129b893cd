"""The file of a backup: a compressed tar with `database`, `media/…` and, last, `manifest.json` with the SHA-256 sum of each.

Files of media are never overwritten, so that those from before the copy of the database and those added while it was made are
together all that it names.
"""

import hashlib
import io
import json
import os
import tarfile
import tempfile
import zlib
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import asdict, dataclass, field
from datetime import datetime
from gzip import BadGzipFile, GzipFile
from pathlib import Path
from typing import IO, BinaryIO

from kimonote.backup.errors import BackupError

DATABASE = "database"
MEDIA = "media/"
MANIFEST = "manifest.json"
FORMAT = 1
MAX_MANIFEST = 500_000_000  # bytes
BLOCK = 1 << 20  # bytes read at once

Progress = Callable[[str], object]  # called with the name of each file


@dataclass
class Manifest:
    """What a backup holds. `vendor` is Django's name of the database; `sums` are those of its files, by name."""

    created: str
    vendor: str
    migrations: list[list[str]]
    sums: dict[str, str] = field(default_factory=dict)
    format: int = FORMAT

    @property
    def made(self) -> datetime:
        return datetime.fromisoformat(self.created)


class _Hashed:
    """A file whose content is hashed while it is read."""

    def __init__(self, file: IO[bytes]) -> None:
        self._file = file
        self.sha256 = hashlib.sha256()

    def read(self, size: int = -1) -> bytes:
        content = self._file.read(size)
        self.sha256.update(content)
        return content


def write(file: BinaryIO, manifest: Manifest, media: Path, dump: Callable[[Path], None], progress: Progress) -> None:
    """Write a backup, and into the manifest what it holds. The database is copied by `dump` while media are being read."""
    with GzipFile(fileobj=file, mode="wb", compresslevel=1) as packed, tarfile.open(fileobj=packed, mode="w|") as tar:
        _add_folder(tar, media, manifest, progress)
        with tempfile.TemporaryDirectory(prefix="kimonote-backup-") as folder:
            copy = Path(folder) / DATABASE
            dump(copy)
            _add(tar, copy, DATABASE, manifest)
        _add_folder(tar, media, manifest, progress)
        content = json.dumps(asdict(manifest)).encode()
        info = tarfile.TarInfo(MANIFEST)
        info.size = len(content)
        tar.addfile(info, io.BytesIO(content))


def _add_folder(tar: tarfile.TarFile, media: Path, manifest: Manifest, progress: Progress) -> None:
    """Add the files of a folder that are not there yet; one that is deleted meanwhile was not needed."""
    for path in sorted(path for path in media.rglob("*") if path.is_file() and not path.is_symlink()):
        name = f"{MEDIA}{path.relative_to(media).as_posix()}"
        if name not in manifest.sums:
            try:
                _add(tar, path, name, manifest)
            except FileNotFoundError:
                continue
            progress(name)


def _add(tar: tarfile.TarFile, path: Path, name: str, manifest: Manifest) -> None:
    with path.open("rb") as content:
        info = tar.gettarinfo(arcname=name, fileobj=content)
        info.uid = info.gid = 0
        info.uname = info.gname = ""
        hashed = _Hashed(content)
        tar.addfile(info, hashed)  # it only reads
    manifest.sums[name] = hashed.sha256.hexdigest()


def read(file: BinaryIO, folder: Path, progress: Progress, *, with_media: bool) -> Manifest:
    """Unpack a backup into a folder and return its manifest; raise BackupError where anything is missing or differs.

    Without media, their sums are compared all the same, and nothing of them is written.
    """
    sums: dict[str, str] = {}
    manifest = None
    with _readable(file) as tar:
        for member in tar:
            content = tar.extractfile(member) if member.isfile() else None
            if content is None or manifest or not _is_expected(member.name):
                raise BackupError(f"The file is no backup of Kimonote: it holds {member.name!r}.")
            if member.name == MANIFEST:
                manifest = _parsed(content.read(MAX_MANIFEST))
                continue
            target = folder / member.name if with_media or member.name == DATABASE else Path(os.devnull)
            sums[member.name] = _unpack(content, target, member.mode)
            progress(member.name)
    if manifest is None:
        raise BackupError("The backup is incomplete: it ends before its manifest.")
    different = sorted(name for name in manifest.sums.keys() | sums.keys() if manifest.sums.get(name) != sums.get(name))
    if different:
        raise BackupError(f"The backup is damaged: {len(different)} files differ from their sums, such as {different[0]!r}.")
    return manifest


@contextmanager
def _readable(file: BinaryIO) -> Iterator[tarfile.TarFile]:
    """Open a backup as a tar, and read to its end, past what the tar needs; raise BackupError where it is none."""
    try:
        with GzipFile(fileobj=file, mode="rb") as packed:
            with tarfile.open(fileobj=packed, mode="r|") as tar:
                yield tar
            while packed.read(BLOCK):
                pass
        while file.read(BLOCK):
            pass
    except (tarfile.TarError, EOFError, BadGzipFile, zlib.error) as error:
        raise BackupError(f"The file is no backup of Kimonote, or is damaged: {error}.") from error


def _is_expected(name: str) -> bool:
    """Return whether a member of the tar may have this name, which never leads out of the folder."""
    return name in (DATABASE, MANIFEST) or (name.startswith(MEDIA) and not {"", ".", ".."} & set(name.split("/")))


def _unpack(content: IO[bytes], path: Path, mode: int) -> str:
    """Write a file and return its sum."""
    path.parent.mkdir(parents=True, exist_ok=True)
    hashed = _Hashed(content)
    with path.open("wb") as target:
        while chunk := hashed.read(BLOCK):
            target.write(chunk)
    if path.is_file():
        path.chmod(mode & 0o666)
    return hashed.sha256.hexdigest()


def _parsed(text: bytes) -> Manifest:
    try:
        manifest = Manifest(**json.loads(text))
    except (ValueError, TypeError) as error:
        raise BackupError(f"The manifest of the backup cannot be read: {error}.") from error
    if manifest.format != FORMAT:
        raise BackupError(f"The backup has the format {manifest.format}; this version reads {FORMAT}.")
    return manifest
