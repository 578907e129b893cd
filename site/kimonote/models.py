"""Leases of periodic tasks that only one of several workers runs at a time."""

from datetime import datetime

from django.db import models


class Lease(models.Model):
    """The time before which no worker runs a task. Whoever moves `until` on, by compare-and-set, runs it once."""

    task = models.CharField(max_length=50, primary_key=True)
    until = models.DateTimeField()

    def __str__(self) -> str:
        return f"{self.task} until {self.until:%Y-%m-%d %H:%M:%S}"


def acquire_lease(task: str, now: datetime, until: datetime, first: datetime) -> bool:
    """Lease a task until then if it is due, and return whether it was; a task without a lease is due at `first`."""
    if Lease.objects.filter(pk=task, until__lte=now).update(until=until):
        return True
    if not Lease.objects.filter(pk=task).exists():
        Lease.objects.bulk_create([Lease(task=task, until=first)], ignore_conflicts=True)
    return False
