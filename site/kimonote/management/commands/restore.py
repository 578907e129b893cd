"""`manage.py restore FILE`: put a backup in place of the database and the media, all or nothing."""

from argparse import ArgumentParser
from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandError
from tqdm import tqdm

from kimonote.backup.archive import Manifest
from kimonote.backup.encryption import read_identity
from kimonote.backup.making import check
from kimonote.backup.restoring import restore


class Command(BaseCommand):
    help = "Restore a backup into an empty site; stop the site's services first."
    requires_system_checks = []

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("file", type=Path, help="what `manage.py backup` wrote")
        parser.add_argument("--identity", type=Path, metavar="KEY", help="the file of the private key, for an encrypted backup")
        parser.add_argument("--dry-run", action="store_true", help="read the backup to its end, and change nothing")
        parser.add_argument("--overwrite", action="store_true", help="in place of a site that is there, which is lost")

    def handle(self, *, file: Path, identity: Path | None, dry_run: bool, overwrite: bool, **options: Any) -> None:
        if not file.is_file():
            raise CommandError(f"{file} is no file.")
        with tqdm(unit=" files", disable=None) as bar:
            key = read_identity(identity) if identity else None
            if dry_run:
                manifest = check(file, key, lambda name: bar.update())
            else:
                done = restore(file, key, lambda name: bar.update(), overwrite=overwrite)
        if dry_run:
            self.stdout.write(f"{_summary(manifest)} It can be restored.")
            return
        self.stdout.write(f"{_summary(done.manifest)} It has been restored.")
        if done.held:
            self.stdout.write(
                f"{done.held} mails that were waiting are held, since they may have been sent since: see Outbox in the admin, "
                "where they can be sent or cancelled."
            )


def _summary(manifest: Manifest) -> str:
    return f"A backup of {manifest.made:%Y-%m-%d %H:%M} UTC: {manifest.vendor}, {len(manifest.sums) - 1} files."
