"""`manage.py backup FOLDER`: write the database and the media into one file, read it back, and delete older ones."""

from argparse import ArgumentParser
from pathlib import Path
from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand, CommandError
from tqdm import tqdm

from kimonote.backup import making
from kimonote.backup.encryption import parse_recipient


class Command(BaseCommand):
    help = "Write a backup of the database and the media into one file while the site serves, and read it back."
    requires_system_checks = []

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("folder", type=Path, help="where backups are kept, on another disk if there is one")
        parser.add_argument(
            "--keep", type=int, default=0, metavar="N", help="delete all but the newest N there (default: keep all)"
        )
        parser.add_argument(
            "--encrypt-to",
            action="append",
            default=[],
            metavar="age1…",
            help="a public key of `make_backup_key` or age-keygen; several may be named",
        )

    def handle(self, *, folder: Path, keep: int, encrypt_to: list[str], verbosity: int, **options: Any) -> None:
        if keep < 0:
            raise CommandError(f"--keep is {keep}: name the number of backups to keep, 1 or more.")
        if not folder.is_dir():
            raise CommandError(f"{folder} is no folder: create it first, with the mode 700.")
        with tqdm(unit=" files", disable=None) as bar:
            path = making.make(folder, [parse_recipient(key) for key in encrypt_to], lambda name: bar.update())
        self.stdout.write(f"{path} ({path.stat().st_size / 1e6:.1f} MB) was written and read back.")
        if settings.MEDIA_STORAGE:
            bucket = settings.MEDIA_STORAGE.partition("?")[0]
            self.stdout.write(f"It holds the database alone: media are in {bucket}. Have the bucket keep versions, or copy it.")
        for old in making.delete_old(folder, keep) if keep else []:
            self.stdout.write(f"{old} was deleted.")
