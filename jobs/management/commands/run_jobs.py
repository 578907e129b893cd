"""`manage.py run_jobs`: do the jobs that wait; the worker runs it when there are some."""

from typing import Any

from django.core.management.base import BaseCommand

from jobs.running import run_pending


class Command(BaseCommand):
    help = "Do what was started in the admin and waits, as the worker does by itself: docs/jobs.md."
    requires_system_checks = []

    def handle(self, **options: Any) -> None:
        self.stdout.write(f"Jobs done: {run_pending()}.")
