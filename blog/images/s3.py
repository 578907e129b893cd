"""Media in an S3-compatible bucket, by django-storages: private objects, all of them sent by `blog.views.media`.

Addresses are the site's own, as with files on a disk: nothing that is stored or shown depends on where the files are.
"""

import os
import shutil
import time
from collections.abc import Iterator
from contextlib import contextmanager
from math import inf
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any, Final
from urllib.parse import urljoin
from zlib import crc32

import boto3
from botocore import UNSIGNED
from botocore.config import Config
from botocore.exceptions import BotoCoreError, ClientError
from django.conf import settings
from django.utils.encoding import filepath_to_uri
from storages.backends.s3 import S3Storage

from blog.images.storage import OriginalsBehindView, PrivateWithToken, StorageUnavailable

GONE: Final = ("404", "NoSuchKey", "NotFound")  # error codes


@contextmanager
def _errors_of_a_disk(name: str) -> Iterator[None]:
    """Raise FileNotFoundError for an object that is not there, and StorageUnavailable for what else the bucket says."""
    try:
        yield
    except ClientError as error:
        is_gone = error.response["Error"]["Code"] in GONE
        raise (FileNotFoundError if is_gone else StorageUnavailable)(f"{name}: {error}") from error
    except BotoCoreError as error:
        raise StorageUnavailable(f"{name}: {error}") from error


class BucketStorage(S3Storage):
    """Objects of a bucket as `MediaFiles`; where it does not respond, the errors are those of a disk (OSError)."""

    is_local = False

    def url(self, name: str, *arguments: Any, **options: Any) -> str:
        return urljoin(settings.MEDIA_URL, filepath_to_uri(name) or "")

    def exists(self, name: str) -> bool:
        with _errors_of_a_disk(name):
            return bool(super().exists(name))

    def _open(self, name: str, mode: str = "rb") -> Any:
        with _errors_of_a_disk(name):
            return super()._open(name, mode)

    def _save(self, name: str, content: Any) -> str:
        with _errors_of_a_disk(name):
            return str(super()._save(name, content))

    def delete(self, name: str) -> None:
        with _errors_of_a_disk(name):
            super().delete(name)

    def move(self, before: str, after: str) -> bool:
        source = {"Bucket": self.bucket_name, "Key": self._key(before)}
        try:
            with _errors_of_a_disk(before):
                self.bucket.Object(self._key(after)).copy_from(CopySource=source)
        except FileNotFoundError:
            return self.exists(after)
        self.delete(before)
        return True

    def replace(self, name: str, content: bytes) -> None:
        with _errors_of_a_disk(name):
            self.bucket.Object(self._key(name)).put(Body=content, **self._get_write_parameters(name, content))

    def names(self, folder: str, before: float) -> Iterator[str]:
        start = len(self._key(""))
        with _errors_of_a_disk(folder):
            for found in self.bucket.objects.filter(Prefix=self._key(folder)):
                if found.last_modified.timestamp() < before:
                    yield found.key[start:].lstrip("/")

    def is_public(self, name: str) -> bool:
        """Return whether anybody can read a file by its name, without a key."""
        options = {"endpoint_url": self.endpoint_url, "region_name": self.region_name}
        anybody = boto3.client("s3", config=Config(signature_version=UNSIGNED), **options)
        try:
            anybody.get_object(Bucket=self.bucket_name, Key=self._key(name))
        except ClientError:  # refused, as it should be
            return False
        return True

    def _key(self, name: str) -> str:
        return "/".join(part for part in (self.location.strip("/"), name) if part)


class MediaStorage(OriginalsBehindView, BucketStorage):
    """Uploaded files, in a bucket."""


class VersionStorage(PrivateWithToken, BucketStorage):
    """Versions of images, in a bucket."""


class WorkFiles(BucketStorage):
    """Files that processes hand to each other, in a bucket, and copies of them below VAR_DIR, on machines that use them."""

    def __init__(self, **options: Any) -> None:
        super().__init__(**options)
        self.compared: dict[str, float] = {}  # when, by name

    def fetch(self, name: str, age: float = 0) -> Path:
        """Return where a copy of a file is, after making it anew if it is another; one compared `age` seconds ago will do."""
        now, path = time.monotonic(), self._copy(name)
        if now - self.compared.get(name, -inf) >= age:
            with _errors_of_a_disk(name):
                found = self.bucket.Object(self._key(name))
                if not (path.exists() and path.stat().st_mtime_ns == _time_of(found)):
                    _download(found, path)
            self.compared[name] = now
        return path

    def put(self, name: str) -> None:
        """Store a file that was written where `fetch` has it."""
        path, found = self._copy(name), self.bucket.Object(self._key(name))
        with _errors_of_a_disk(name), path.open("rb") as content:
            found.upload_fileobj(content)
            _set_time(path, found)

    def drop_copies(self, folder: str) -> None:
        shutil.rmtree(self._copy(folder), ignore_errors=True)

    def _copy(self, name: str) -> Path:
        return Path(settings.VAR) / name


def _download(found: Any, path: Path) -> None:
    """Copy an object, whole or not at all."""
    path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
    with TemporaryDirectory(dir=path.parent) as folder:
        partial = Path(folder) / "partial"
        with partial.open("wb") as file:
            found.download_fileobj(file)
        _set_time(partial, found)
        partial.replace(path)


def _set_time(path: Path, found: Any) -> None:
    """Have a copy tell by its time of which object it is."""
    time_ = _time_of(found)
    os.utime(path, ns=(time_, time_))


def _time_of(found: Any) -> int:
    """Return about when an object was stored, in nanoseconds: in S3's seconds, less a part of one by its content (ETag)."""
    return int(found.last_modified.timestamp()) * 10**9 - crc32(found.e_tag.encode()) % 10**9
