"""`manage.py doctor`: examine the site, and say of each fault in a sentence what it is and how it is cured."""

import sys
from argparse import ArgumentParser
from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand

from kimonote.doctor import examine
from mail.deliverability.findings import as_json, has_errors
from mail.management.report import report


class Command(BaseCommand):
    help = (
        "Examine settings, disk, database, worker, outbox, public address and mail; the exit status is 1 if there are errors."
    )
    requires_system_checks = []  # they are among its findings

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("--offline", action="store_true", help="ask nothing of the network: no DNS, TLS or mail server")
        parser.add_argument("--json", action="store_true", help="print the findings as JSON")

    def handle(self, *, offline: bool, json: bool, **options: Any) -> None:
        findings = list(examine(network=not offline))
        self.stdout.write(as_json(findings) if json else report(f"The site {settings.SITE_URL}:", findings, self.style))
        if has_errors(findings):
            sys.exit(1)
