"""`manage.py export_subscribers`: all subscribers with their subscriptions and consent, as CSV, streamed."""

import csv
import sys
from typing import Any

from django.core.management.base import BaseCommand

from signup.models import Subscription

COLUMNS = {
    "address": "subscriber__address",
    "state": "subscriber__state",
    "tags": "expression",
    "stream": "stream__slug",
    "rhythm": "rhythm",
    "texts": "texts",
    "language": "subscriber__language",
    "site": "site__hostname",
    "asked": "created",
    "consented": "confirmed_at",
}
CHUNK = 1000  # rows read together


class Command(BaseCommand):
    help = (
        "Write all subscriptions to standard output as CSV, one a line, erased subscribers left out. "
        "Spreadsheets may take a cell that begins with = for a formula: open the file as text."
    )

    def handle(self, **options: Any) -> None:
        writer = csv.writer(getattr(self.stdout, "_out", sys.stdout))
        writer.writerow(COLUMNS)
        rows = Subscription.objects.exclude(subscriber__address="").order_by("pk").values_list(*COLUMNS.values())
        for row in rows.iterator(CHUNK):
            writer.writerow(["" if cell is None else getattr(cell, "isoformat", lambda cell=cell: cell)() for cell in row])
