"""Putting jobs into the queue."""

from pathlib import Path
from typing import Any, Final

from django.core.files.uploadedfile import UploadedFile

from jobs.models import Job

UPLOAD: Final = "upload"  # the folder, in a job's own, of the file that it was given


def start(
    kind: str,
    user: Any,
    parameters: dict[str, Any],
    upload: "UploadedFile[bytes] | None" = None,
    *,
    taken_from: Job | None = None,
) -> Job:
    """Put a job into the queue, with a file, or with that of another job.

    Raise FileNotFoundError where that job no longer has it.
    """
    job = Job(kind=kind, started_by=user, parameters=parameters)
    folder = job.folder / UPLOAD
    job.folder.mkdir(mode=0o700, parents=True)
    if taken_from:
        (taken_from.folder / UPLOAD).rename(folder)
    if upload:
        folder.mkdir()
        with (folder / Path(upload.name or UPLOAD).name).open("wb") as file:
            for chunk in upload.chunks():
                file.write(chunk)
    job.save()
    return job
