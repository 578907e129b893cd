"""The lock of a job: one process has it, and loses it when it ends, in whatever way.

A lock of the operating system on a file in the job's folder, so that no time has to pass before a job goes on whose process
was killed. It is of the process, not of the open file: no process that this one starts or forks has it.
"""

import fcntl
from collections.abc import Iterator
from contextlib import contextmanager

from jobs.models import Job

NAME = "lock"


@contextmanager
def locked(job: Job) -> Iterator[bool]:
    """Lock a job, and give whether that was possible."""
    job.folder.mkdir(mode=0o700, parents=True, exist_ok=True)
    with (job.folder / NAME).open("ab") as file:
        try:
            fcntl.lockf(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except OSError:
            yield False
            return
        yield True  # closing the file unlocks it
