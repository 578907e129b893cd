"""Handles one returned message from standard input, for a mail server that delivers bounces into a pipe.

The exit status is 0 whatever the message is, and 75 (try again later) when the database is down.
"""

import os
import sys
from argparse import ArgumentParser
from typing import Any

from django.core.management.base import BaseCommand
from django.db import InterfaceError, OperationalError

from mail.bounces.reading import MAX_BYTES
from mail.receiving import receive


class Command(BaseCommand):
    help = "Handle one returned message, read from standard input, as a pipe of the mail server gives it."
    requires_system_checks: list[str] = []  # a second for each bounce

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("file", nargs="?", help="a file to read instead of standard input")

    def handle(self, *, file: str | None = None, **options: Any) -> None:
        raw = _read(file)
        try:
            kind = receive(raw)
        except (OperationalError, InterfaceError) as error:
            self.stderr.write(f"The database is down ({error}); the message is to be delivered again later.")
            sys.exit(os.EX_TEMPFAIL)
        self.stdout.write(f"A report: {kind.value}." if kind else "No report on a mail of this site; nothing is changed.")


def _read(file: str | None) -> bytes:
    """Return the message's beginning; the rest of a pipe is read too, so that its writer does not fail."""
    if file is not None:
        with open(file, "rb") as message:
            return message.read(MAX_BYTES)
    raw = sys.stdin.buffer.read(MAX_BYTES)
    while sys.stdin.buffer.read(MAX_BYTES):
        pass
    return raw
