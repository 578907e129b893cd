"""`manage.py make_backup_key FILE`: write a private key that opens encrypted backups, and print the public one."""

import os
from argparse import ArgumentParser
from functools import partial
from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandError
from pyrage.x25519 import Identity


class Command(BaseCommand):
    help = "Write a private key that opens encrypted backups into a file, and print the public key for `backup --encrypt-to`."
    requires_system_checks = []

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("file", type=Path, help="where the private key goes; keep it elsewhere than on this machine")

    def handle(self, *, file: Path, **options: Any) -> None:
        identity = Identity.generate()
        try:
            with open(file, "x", opener=partial(os.open, mode=0o600)) as target:
                target.write(f"# public key: {identity.to_public()}\n{identity}\n")
        except OSError as error:
            raise CommandError(f"{file} cannot be created ({error.strerror}); an existing key is never overwritten.") from error
        self.stdout.write(str(identity.to_public()))
