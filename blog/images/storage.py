"""Where images are stored: versions that anybody may see as files of the web server's, all else behind a view.

In the media folder, `images/` holds the versions that anybody may see, and the web server gives them away; `private/images/`
holds the others, and `original_images/` what was uploaded. Those two are sent by `blog.views.media` to whom may see them. The
address of a version holds a random token: nobody can guess it, and while its file is in the private folder, it is none.
"""

from pathlib import Path, PurePosixPath
from typing import Any, Final

from django.core.files.storage import FileSystemStorage
from django.utils.crypto import get_random_string

PRIVATE: Final = "private/"
ORIGINALS: Final = "original_images/"
UNSERVED: Final = (PRIVATE, ORIGINALS, "documents/")  # folders that the web server gives nothing away from
TOKEN_LENGTH: Final = 16  # characters of 62: 95 bits


class WholeFileStorage(FileSystemStorage):
    """Files on the disk, each whole or not there: what was written until the disk was full is deleted."""

    def _save(self, name: str, content: Any) -> str:
        try:
            saved: str = super()._save(name, content)  # type: ignore[misc]  # the stubs lack it
        except OSError:
            Path(self.path(name)).unlink(missing_ok=True)
            raise
        return saved


class MediaStorage(WholeFileStorage):
    """Uploaded files. The address of an original is that of the view."""

    def url(self, name: str | None) -> str:
        address: str = super().url(f"{PRIVATE}{name}" if name and name.startswith(ORIGINALS) else name)
        return address


class VersionStorage(WholeFileStorage):
    """Versions of images, private until `services.image_files` has placed them."""

    def get_available_name(self, name: str, max_length: int | None = None) -> str:
        path = PurePosixPath(name)
        stem, _, rest = path.name.partition(".")
        named = path.with_name(f"{stem}.{get_random_string(TOKEN_LENGTH)}.{rest}")
        available: str = super().get_available_name(f"{PRIVATE}{named}", max_length)
        return available


def public_name(name: str) -> str:
    """Return the name of a version's file while anybody may see it.

    >>> public_name("private/images/sea.x.webp"), public_name("images/sea.x.webp")
    ('images/sea.x.webp', 'images/sea.x.webp')
    """
    return name.removeprefix(PRIVATE)


def private_name(name: str) -> str:
    """Return the name of a version's file while not everybody may see it."""
    return PRIVATE + public_name(name)
