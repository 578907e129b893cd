"""Putting jobs into the queue."""

from pathlib import Path
from typing import Any
from uuid import uuid4

from django.core.files.uploadedfile import UploadedFile

from jobs.files import UPLOAD, work_files
from jobs.models import Job


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
    if taken_from:
        _take_files(job, taken_from)
    if upload:
        work_files().save(job.file_name(f"{UPLOAD}/{Path(upload.name or UPLOAD).name}"), upload)
    job.save()
    return job


def _take_files(job: Job, other: Job) -> None:
    """Give a job the key of another, and thereby its files; the other has none then."""
    if not Job.objects.filter(pk=other.pk, key=other.key, has_files=True).update(key=uuid4()):
        raise FileNotFoundError(f"The files of job {other.pk} are another's, or have been deleted.")
    job.key = other.key
