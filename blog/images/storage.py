"""Where images are stored: versions that anybody may see as files of the web server's, all else behind a view.

In the media folder, `images/` holds the versions that anybody may see, and the web server gives them away; `private/images/`
holds the others, and `original_images/` what was uploaded. Those two are sent by `blog.views.media` to whom may see them. The
address of a version holds a random token: nobody can guess it, and while its file is in the private folder, it is none.

The files are on a disk, or in an S3-compatible bucket (MEDIA_STORAGE, `s3`), which gives nothing to anybody but the site:
`blog.views.media` then sends all of them, but for what processes hand to each
other (`WorkFiles`). What is done with files beside Django's storage API is a verb of `MediaFiles`.
"""

from collections.abc import Iterator
from pathlib import Path, PurePosixPath
from typing import Any, Final, Protocol

from django.conf import settings
from django.core.files.storage import FileSystemStorage
from django.utils.crypto import get_random_string

PRIVATE: Final = "private/"
ORIGINALS: Final = "original_images/"
UNSERVED: Final = (PRIVATE, ORIGINALS, "documents/")  # folders that the web server gives nothing away from
TOKEN_LENGTH: Final = 16  # characters of 62: 95 bits


class StorageUnavailable(OSError):
    """The bucket does not respond, or refuses."""


class MediaFiles(Protocol):
    """Files by name, on a disk or in a bucket."""

    is_local: bool  # a web server on this machine can send them

    def exists(self, name: str) -> bool: ...

    def open(self, name: str) -> Any: ...

    def delete(self, name: str) -> None: ...

    def move(self, before: str, after: str) -> bool:
        """Give a file another name, in place of what has it; return whether there is a file of that name then."""

    def replace(self, name: str, content: bytes) -> None:
        """Write a file, whole or not at all, in place of what has its name."""

    def names(self, folder: str, before: float) -> Iterator[str]:
        """Yield the files below a folder that were last written before a time, in seconds since 1970."""


class WholeFileStorage(FileSystemStorage):
    """Files on the disk, each whole or not there: what was written until the disk was full is deleted."""

    is_local = True

    def _save(self, name: str, content: Any) -> str:
        try:
            saved: str = super()._save(name, content)  # type: ignore[misc]  # the stubs lack it
        except OSError:
            Path(self.path(name)).unlink(missing_ok=True)
            raise
        return saved

    def move(self, before: str, after: str) -> bool:
        source, target = Path(self.path(before)), Path(self.path(after))
        target.parent.mkdir(parents=True, exist_ok=True)
        try:
            source.rename(target)
        except FileNotFoundError:
            return target.exists()
        return True

    def replace(self, name: str, content: bytes) -> None:
        path = Path(self.path(name))
        path.parent.mkdir(parents=True, exist_ok=True)
        partial = path.with_suffix(".part")
        partial.write_bytes(content)
        partial.replace(path)

    def names(self, folder: str, before: float) -> Iterator[str]:
        root = Path(self.path(""))
        for file in (root / folder).rglob("*"):
            if file.is_file() and file.stat().st_mtime < before:
                yield file.relative_to(root).as_posix()


class OriginalsBehindView:
    """Mixed into a storage: the address of an original is that of the view."""

    def url(self, name: str | None) -> str:
        address: str = super().url(f"{PRIVATE}{name}" if name and name.startswith(ORIGINALS) else name)  # type: ignore[misc]
        return address


class PrivateWithToken:
    """Mixed into a storage: versions of images, private until `services.image_files` has placed them."""

    def get_available_name(self, name: str, max_length: int | None = None) -> str:
        path = PurePosixPath(name)
        stem, _, rest = path.name.partition(".")
        named = path.with_name(f"{stem}.{get_random_string(TOKEN_LENGTH)}.{rest}")
        available: str = super().get_available_name(f"{PRIVATE}{named}", max_length)  # type: ignore[misc]
        return available


class MediaStorage(OriginalsBehindView, WholeFileStorage):
    """Uploaded files, on the disk."""


class VersionStorage(PrivateWithToken, WholeFileStorage):
    """Versions of images, on the disk."""


class WorkFiles(WholeFileStorage):
    """Files that processes hand to each other, below VAR_DIR: those of jobs, and what is learnt to suggest tags."""

    def __init__(self) -> None:
        super().__init__(file_permissions_mode=0o600, directory_permissions_mode=0o700)

    @property
    def location(self) -> str:
        return str(settings.VAR)

    def fetch(self, name: str, age: float = 0) -> Path:
        """Return where a file is, on this machine's disk. A copy that was compared less than `age` seconds ago will do."""
        return Path(self.path(name))

    def put(self, name: str) -> None:
        """Hand over a file that was written where `fetch` has it: on the disk it is in its place."""

    def drop_copies(self, folder: str) -> None:
        """Delete what `fetch` has copied: on the disk nothing."""


def public_name(name: str) -> str:
    """Return the name of a version's file while anybody may see it.

    >>> public_name("private/images/sea.x.webp"), public_name("images/sea.x.webp")
    ('images/sea.x.webp', 'images/sea.x.webp')
    """
    return name.removeprefix(PRIVATE)


def private_name(name: str) -> str:
    """Return the name of a version's file while not everybody may see it."""
    return PRIVATE + public_name(name)
