"""The table of jobs, and the folder of each."""

import shutil
import uuid
from datetime import datetime, timedelta
from math import inf
from pathlib import Path
from typing import Any, Final

from django.conf import settings
from django.core.serializers.json import DjangoJSONEncoder
from django.db import models
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from jobs import kinds
from jobs.files import FOLDER, work_files

KEEP: Final = timedelta(days=30)  # after its end, a job with its log and result
KEEP_FILES: Final = timedelta(days=1)  # after its end, what it wrote or was given: exports hold drafts


class JobState(models.TextChoices):
    WAITING = "waiting", _("waiting")
    RUNNING = "running", _("running")
    DONE = "done", _("done")
    FAILED = "failed", _("failed")
    CANCELLED = "cancelled", _("cancelled")


PENDING: Final = (JobState.WAITING, JobState.RUNNING)


class JobQuerySet(models.QuerySet["Job"]):
    def pending(self) -> "JobQuerySet":
        """Return those that are to be done: also of running ones the process may have ended."""
        return self.filter(state__in=PENDING).order_by("pk")

    def of(self, user: Any) -> "JobQuerySet":
        """Return those that a user may see: their own, or for a superuser all."""
        return self.all() if user.is_superuser else self.filter(started_by=user)

    def cancel(self, pk: int) -> None:
        """Cancel a job: one that waits at once, one that runs at its next step."""
        job = self.filter(pk=pk)
        if not job.filter(state=JobState.WAITING).update(state=JobState.CANCELLED, finished=timezone.now()):
            job.filter(state=JobState.RUNNING).update(cancel_asked=True)

    def forget_old(self, now: datetime) -> None:
        """Delete files and jobs that have been kept long enough."""
        for job in self.filter(finished__lt=now - KEEP_FILES, has_files=True):
            job.delete_files()
        self.filter(finished__lt=now - KEEP).delete()
        self._forget_unknown((now - KEEP_FILES).timestamp())

    def _forget_unknown(self, before: float) -> None:
        """Delete old files of no job: of requests that were rolled back, and of workers that were killed."""
        known = set(map(str, self.filter(has_files=True).values_list("key", flat=True)))
        for name in list(work_files().names(FOLDER, before)):
            if name.split("/")[1] not in known:
                work_files().delete(name)
        for folder in jobs_folder().glob("*-*"):
            if folder.name not in known and folder.stat().st_mtime < before:
                shutil.rmtree(folder, ignore_errors=True)


class Job(models.Model):
    """One piece of long work: what is to be done, how far it is, and what came of it."""

    key = models.UUIDField(default=uuid.uuid4, unique=True, editable=False)  # the name of its folder
    kind = models.CharField(_("kind"), max_length=50)
    parameters = models.JSONField(default=dict, encoder=DjangoJSONEncoder)
    state = models.CharField(_("state"), max_length=10, choices=JobState, default=JobState.WAITING)
    started_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.SET_NULL, null=True, verbose_name=_("started by"), related_name="+"
    )
    created = models.DateTimeField(_("asked for"), default=timezone.now)
    finished = models.DateTimeField(_("finished"), null=True)
    done = models.PositiveIntegerField(default=0)
    total = models.PositiveIntegerField(default=0)  # 0: not known
    attempts = models.PositiveSmallIntegerField(default=0)  # processes that have worked on it
    position = models.JSONField(null=True, encoder=DjangoJSONEncoder)  # where the next process goes on
    cancel_asked = models.BooleanField(default=False)
    log = models.TextField(_("log"), blank=True)
    result: "models.JSONField[Any, Any]" = models.JSONField(null=True, encoder=DjangoJSONEncoder)
    has_files = models.BooleanField(default=True)

    objects = JobQuerySet.as_manager()

    class Meta:
        verbose_name = _("job")
        verbose_name_plural = _("jobs")
        ordering = ["-pk"]
        indexes = [models.Index(fields=["state"], name="jobs_job_state")]

    def __str__(self) -> str:
        return str(kinds.kind_of(self.kind).label)

    @property
    def folder(self) -> Path:
        """Return where a worker has its files, in a folder that nobody else may open; it need not be there."""
        return jobs_folder() / str(self.key)

    def file_name(self, name: str) -> str:
        """Return how the storage knows a file of its folder."""
        return f"{FOLDER}/{self.key}/{name}"

    @property
    def is_pending(self) -> bool:
        return self.state in PENDING

    @property
    def can_be_cancelled(self) -> bool:
        return self.is_pending and not self.cancel_asked

    @property
    def progress(self) -> str:
        """Return how far it is, in figures."""
        return f"{self.done:,} / {self.total:,}" if self.total else f"{self.done:,}" if self.done else ""

    def file(self, name: str) -> Any:
        """Return one of its files, opened; None where it is not there, or no longer."""
        try:
            return work_files().open(self.file_name(name)) if self.has_files else None
        except FileNotFoundError:
            return None

    def files(self, folder: str = "") -> list[str]:
        """Return the storage's names of its files, or of those below one of its folders."""
        return list(work_files().names(self.file_name(folder), inf)) if self.has_files else []

    def delete_files(self) -> None:
        for name in self.files():
            work_files().delete(name)
        shutil.rmtree(self.folder, ignore_errors=True)
        type(self).objects.filter(pk=self.pk).update(has_files=False)


def jobs_folder() -> Path:
    return Path(settings.VAR) / FOLDER
