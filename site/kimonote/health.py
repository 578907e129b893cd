"""`/_util/health/` and `/readyz`: whether this process can use the database and the disk, for a load balancer or a monitor."""

import os
from pathlib import Path
from typing import Final

from django.conf import settings
from django.db import Error, connection
from django.http import HttpRequest, HttpResponse
from django.views.decorators.cache import never_cache

from blog.availability import summary, time_limit
from blog.models import IndexRevision
from kimonote.database import missing
from kimonote.replica import examine_replica

LONGEST_WAIT: Final = 1.0  # seconds for the database
LEAST_FREE: Final = 50_000_000  # bytes on the disk; with fewer, uploads and SQLite's writes soon fail


@never_cache
def health(request: HttpRequest) -> HttpResponse:
    """Respond with 200, the revision and how the replica does, or with 503 and a line for each part that fails."""
    revision, faults = _look()
    replica = examine_replica()  # where it cannot be used, the primary is: no fault
    return _respond(f"ok, revision {revision}" + (f"\nreplica: {replica}" if replica else ""), faults)


@never_cache
def ready(request: HttpRequest) -> HttpResponse:
    """Respond as `health`; with 503 also while the database is not prepared for this version of the site."""
    _revision, faults = _look()
    if not faults and (lack := missing()):
        faults = [f"database: {lack}."]
    return _respond("ready", faults)


def _look() -> tuple[int, list[str]]:
    """Return the revision, and a line for each part that fails."""
    revision = 0
    faults = []
    try:
        with time_limit(LONGEST_WAIT):
            revision = IndexRevision.objects.values_list("number", flat=True).first() or 0
            if is_read_only():
                faults.append("database: read-only.")
    except Error as error:
        connection.close()
        faults.append(f"database: unavailable ({summary(error)}).")
    if fault := disk_fault(settings.VAR):
        faults.append(f"disk: {fault}.")
    return revision, faults


def _respond(well: str, faults: list[str]) -> HttpResponse:
    text, status = ("\n".join(faults), 503) if faults else (well, 200)
    return HttpResponse(text + "\n", status=status, content_type="text/plain; charset=utf-8")


def disk_fault(folder: Path) -> str:
    """Return why nothing can be written into a folder; "" where something can."""
    try:
        disk = os.statvfs(folder)
    except OSError as error:
        return f"{folder} cannot be read ({error.strerror})"
    if disk.f_flag & os.ST_RDONLY or not os.access(folder, os.W_OK):
        return f"{folder} is read-only"
    free = disk.f_bavail * disk.f_frsize
    return f"full, {free / 1e6:.0f} MB are free in {folder}" if free < LEAST_FREE else ""


def is_read_only() -> bool:
    """Return whether the database refuses writes."""
    if connection.vendor == "sqlite":  # its file is on the disk
        return False
    with connection.cursor() as cursor:
        cursor.execute("SELECT current_setting('transaction_read_only') = 'on'")
        return bool(cursor.fetchone()[0])
