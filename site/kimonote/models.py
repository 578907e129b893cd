"""Leases of periodic tasks that only one of several workers runs at a time, and the workers' heartbeats."""

from datetime import datetime, timedelta

from django.db import models

SLACK = timedelta(hours=1)  # between the clocks of two workers, and for summer time


class Lease(models.Model):
    """The time before which no worker runs a task. Whoever moves `until` on, by compare-and-set, runs it once."""

    task = models.CharField(max_length=50, primary_key=True)
    until = models.DateTimeField()

    def __str__(self) -> str:
        return f"{self.task} until {self.until:%Y-%m-%d %H:%M:%S}"


class WorkerProcess(models.Model):
    """A worker, as host:pid: when it was last seen, and the task that it has been at since when; "" between two tasks."""

    process = models.CharField(max_length=100, primary_key=True)
    seen = models.DateTimeField()
    task = models.CharField(max_length=50, blank=True)
    since = models.DateTimeField()

    def __str__(self) -> str:
        return f"{self.process}, seen {self.seen:%Y-%m-%d %H:%M:%S}"


def last_heartbeat() -> datetime | None:
    """Return when any worker was last seen."""
    last: datetime | None = WorkerProcess.objects.aggregate(last=models.Max("seen"))["last"]
    return last


def acquire_lease(task: str, now: datetime, until: datetime, first: datetime) -> bool:
    """Lease a task until then if it is due, and return whether it was; a task without a lease is due at `first`.

    A lease that is far longer than this one was made while the clock was fast: it binds nobody.
    """
    due = models.Q(until__lte=now) | models.Q(until__gt=until + SLACK)
    if Lease.objects.filter(due, pk=task).update(until=until):
        return True
    if not Lease.objects.filter(pk=task).exists():
        Lease.objects.bulk_create([Lease(task=task, until=first)], ignore_conflicts=True)
    return False
