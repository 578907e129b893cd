"""Doing what waits: each job once, and one whose process ended from its last position on."""

import logging
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any, Final

from django.db import OperationalError
from django.utils import timezone, translation
from django.utils.module_loading import import_string
from django.utils.translation import gettext as _

from jobs.files import UPLOAD, work_files
from jobs.kinds import Cancelled, JobFailed, kind_of
from jobs.locks import locked
from jobs.models import Job, JobState
from jobs.pauses import Pauses
from wagtail_actions.users import language_of

MAX_ATTEMPTS: Final = 5  # processes that may end while they work on a job
MAX_LOG: Final = 500_000  # characters
EVERY: Final = 1.0  # seconds between two looks at the row

log = logging.getLogger(__name__)


def is_needed() -> bool:
    """Return whether a job waits that no process works on."""
    return any(_is_free(job) for job in Job.objects.pending())


def run_pending() -> int:
    """Do the jobs that wait, also those that are asked for meanwhile; return their number."""
    number = 0
    while done := sum(_run_if_free(job) for job in Job.objects.pending()):
        number += done
    return number


def _is_free(job: Job) -> bool:
    with locked(job) as mine:
        return mine


def _run_if_free(job: Job) -> bool:
    """Do a job unless another process does; return whether it is done."""
    with locked(job) as mine:
        if not mine:
            return False
        job.refresh_from_db()  # another process may just have done it
        if not job.is_pending:
            return False
        with translation.override(language_of(job.started_by)):
            _do(job)
    return True


def _do(job: Job) -> None:
    run = JobRun(job)
    if job.cancel_asked:
        return run.finish(JobState.CANCELLED)
    if job.started_by is None or not job.started_by.is_active:
        run.log(_("Whoever started this has no account any more."))
        return run.finish(JobState.FAILED)
    if not kind_of(job.kind).may_start(job.started_by):
        run.log(_("Whoever started this may no longer do so."))
        return run.finish(JobState.FAILED)
    if job.attempts >= MAX_ATTEMPTS:
        run.log(_("The process that did this ended %(count)d times: it is not tried again.") % {"count": job.attempts})
        return run.finish(JobState.FAILED)
    if job.attempts:
        run.log(_("The process that did this has ended. It goes on."))
    if not Job.objects.pending().filter(pk=job.pk).update(state=JobState.RUNNING, attempts=job.attempts + 1):
        return None  # cancelled meanwhile
    try:
        run.fetch_files()
        job.result = import_string(kind_of(job.kind).function)(run)
    except Cancelled:
        run.log(_("Cancelled."))
        run.finish(JobState.CANCELLED)
    except JobFailed as error:
        run.log(str(error))
        run.finish(JobState.FAILED)
    except OperationalError:
        raise  # the database fails, not the job: another process will go on
    except Exception as error:
        log.exception("The job %d (%s) failed.", job.pk, job.kind)
        run.log(_("It failed unexpectedly (%s); the server's log says more.") % type(error).__name__)
        run.finish(JobState.FAILED)
    else:
        run.finish(JobState.DONE)
    work_files().drop_copies(job.file_name(""))


@contextmanager
def _reachable() -> Iterator[None]:
    """Have a job fail in words where its files cannot be read or written."""
    try:
        yield
    except OSError as error:
        log.exception("The files of a job cannot be read or written.")
        raise JobFailed(_("The files of this job cannot be reached just now: try it again later.")) from error


class JobRun:
    """A job that this process works on: a `jobs.kinds.Run`."""

    def __init__(self, job: Job) -> None:
        self.job = job
        self.total = 0
        self.done = 0
        self._looked = self._stepped = time.monotonic()
        self._has_written = False  # since the last step
        self._pauses = Pauses()

    @property
    def parameters(self) -> dict[str, Any]:
        parameters: dict[str, Any] = self.job.parameters
        return parameters

    @property
    def position(self) -> Any:
        return self.job.position

    @property
    def folder(self) -> Path:
        return self.job.folder

    @property
    def user(self) -> Any:
        return self.job.started_by

    def step(self, count: int = 1) -> None:
        self.done += count
        if self._has_written:
            self._pauses.after(time.monotonic() - self._stepped)
        self._stepped, self._has_written = time.monotonic(), False
        if time.monotonic() - self._looked >= EVERY:
            self._looked = time.monotonic()
            self._write()
            if Job.objects.filter(pk=self.job.pk, cancel_asked=True).exists():
                raise Cancelled

    def log(self, line: str) -> None:
        if len(self.job.log) < MAX_LOG:
            self.job.log = f"{self.job.log}{line}\n"[:MAX_LOG]

    def fetch_files(self) -> None:
        """Have the job's folder, and in it what the job was given. Raise JobFailed where the storage does not respond."""
        with _reachable():
            self.folder.mkdir(mode=0o700, parents=True, exist_ok=True)
            for name in self.job.files(UPLOAD):
                work_files().fetch(name)

    def keep_file(self, name: str) -> None:
        with _reachable():
            work_files().put(self.job.file_name(name))

    def keep_position(self, position: Any) -> None:
        self.job.position, self._has_written = position, True
        Job.objects.filter(pk=self.job.pk).update(position=position, done=self.done, log=self.job.log)

    def finish(self, state: JobState) -> None:
        """Store what came of it."""
        self.job.cancel_asked = False
        self._write(state=state, result=self.job.result, finished=timezone.now(), cancel_asked=False)

    def _write(self, **more: Any) -> None:
        self.job.done, self.job.total = self.done, self.total
        Job.objects.filter(pk=self.job.pk).update(done=self.done, total=self.total, log=self.job.log, **more)
