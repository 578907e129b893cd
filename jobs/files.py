"""The files of jobs, what they were given and what they make: a web process and a worker may be on different machines.

The storage `work` keeps them: on the disk, or with MEDIA_STORAGE in the bucket, closed to everybody but the site. A job's
folder is where a worker has them while it does the job; on the disk that is where the storage keeps them, too.
"""

from collections.abc import Iterator
from pathlib import Path
from typing import Any, Final, Protocol

from django.core.files.storage import storages

FOLDER: Final = "jobs"  # in the storage, and below VAR_DIR; in it a folder for each job
UPLOAD: Final = "upload"  # the folder, in a job's own, of the file that it was given


class WorkFiles(Protocol):
    """Files by name that processes hand to each other."""

    def open(self, name: str) -> Any: ...

    def save(self, name: str, content: Any) -> str: ...

    def delete(self, name: str) -> None: ...

    def names(self, folder: str, before: float) -> Iterator[str]:
        """Yield the files below a folder that were last written before a time, in seconds since 1970."""

    def fetch(self, name: str) -> Path:
        """Return where a file is on this machine's disk, after copying it there if need be."""

    def put(self, name: str) -> None:
        """Hand over a file that was written where `fetch` has it."""

    def drop_copies(self, folder: str) -> None:
        """Delete what `fetch` has copied, and all else that this machine alone has in a folder."""


def work_files() -> WorkFiles:
    files: WorkFiles = storages["work"]  # type: ignore[assignment]
    return files
