"""The table of jobs, and the folder of each."""

import shutil
import uuid
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any, Final

from django.conf import settings
from django.core.serializers.json import DjangoJSONEncoder
from django.db import models
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from jobs import kinds

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

    def forget_old(self, now: datetime) -> None:
        """Delete files and jobs that have been kept long enough."""
        for job in self.filter(finished__lt=now - KEEP_FILES, has_files=True):
            job.delete_files()
        self.filter(finished__lt=now - KEEP).delete()
        known = set(map(str, self.values_list("key", flat=True)))
        for folder in jobs_folder().glob("*-*"):  # of requests that were rolled back
            if folder.name not in known and folder.stat().st_mtime < (now - KEEP_FILES).timestamp():
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
        """Return the folder of its files, which nobody else may open; it need not be there."""
        return jobs_folder() / str(self.key)

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

    def file(self, name: str) -> Path | None:
        """Return a file in its folder; None where it is not there, or no longer."""
        path = self.folder / name
        return path if self.has_files and path.is_file() else None

    def delete_files(self) -> None:
        shutil.rmtree(self.folder, ignore_errors=True)
        type(self).objects.filter(pk=self.pk).update(has_files=False)


def jobs_folder() -> Path:
    return Path(settings.VAR) / "jobs"
