"""Examines a running site from inside and by its public address: findings are sentences with cures; `manage.py doctor`."""

from collections.abc import Iterator

from django.conf import settings

from kimonote.doctor.address import address_findings
from kimonote.doctor.machine import disk_findings, settings_findings
from kimonote.doctor.services import cache_findings, database_findings, outbox_findings, replica_findings, worker_findings
from mail.admin.check import checked
from mail.deliverability.findings import Finding, Level, not_checked

IN_DEVELOPMENT = not_checked("mail", "Whether mail arrives", f"in development it goes to {settings.EMAIL_URL}")


def examine(*, network: bool) -> Iterator[Finding]:
    """Yield every finding, those about the mail and the public address only with `network`."""
    yield from settings_findings()
    yield from disk_findings()
    yield from cache_findings()
    database = list(database_findings())
    yield from database
    if all(finding.level is not Level.ERROR for finding in database):  # else those would only repeat it
        yield from replica_findings()
        yield from worker_findings()
        yield from outbox_findings()
    if network:
        yield from address_findings()
        yield from checked("")[1] if not settings.DEVELOPMENT else [IN_DEVELOPMENT]
