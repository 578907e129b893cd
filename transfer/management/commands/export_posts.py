"""`manage.py export_posts`: write a blog into a folder of Markdown, which Jekyll, Hugo and `import_posts` read."""

from argparse import ArgumentParser, RawDescriptionHelpFormatter
from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandError
from tqdm import tqdm

from transfer.exporting.export import Export
from transfer.management.commands.import_posts import find_blog

HELP = """Write a blog into the folder DIR: a Markdown file for each post and plain page, with front matter in YAML, the
images and documents that they show, comments, tags with descriptions and old names, streams, authors and redirects.

Jekyll and Hugo build the folder as it is, and `manage.py import_posts DIR` gives an empty site the same pages and feeds.

Drafts, private, scheduled and expired posts are in it too, for you alone: the files can be read by your account only. With
--public-only they are not. No e-mail address is in it, no account, no subscriber: `manage.py backup` keeps those.
"""
EXAMPLES = """examples:
  manage.py export_posts ~/my-blog
  manage.py export_posts ~/public --public-only
"""


class Command(BaseCommand):
    help = HELP

    def create_parser(self, *args: Any, **kwargs: Any) -> Any:
        return super().create_parser(*args, epilog=EXAMPLES, formatter_class=RawDescriptionHelpFormatter, **kwargs)

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("folder", type=Path, metavar="DIR", help="where to write; it is created, or must be empty")
        parser.add_argument("--public-only", action="store_true", help="leave out what not everybody may read now")
        parser.add_argument(
            "--force", action="store_true", help="write into a folder that is not empty; other files stay there"
        )
        parser.add_argument("--blog", metavar="SLUG", help="the blog to export, by its slug or number, if there are several")
        parser.add_argument("--site", metavar="HOST", help="the same, by the host name of its site")

    def handle(self, **options: Any) -> None:
        folder: Path = options["folder"]
        export = Export(find_blog(options["blog"], options["site"]), folder, public_only=options["public_only"])
        try:
            if folder.exists() and any(folder.iterdir()) and not options["force"]:
                raise CommandError(f"{folder} is not empty: name another folder, or write into it with --force.")
            with tqdm(total=export.total, unit=" posts", disable=None) as bar:
                export.run(bar.update)
        except OSError as error:
            raise CommandError(f"{error.filename or folder} cannot be written: {error.strerror}.") from error
        for name in export.missing:
            self.stderr.write(f"file not found: {name}")
        written = ", ".join(f"{kind} {count:,}" for kind, count in export.counts.items()) or "a blog without posts"
        self.stdout.write(f"Written into {folder}: {written}.")
        if not options["public_only"] and export.counts["drafts, private and expired posts"]:
            self.stdout.write("Not everybody may read all of it: keep the folder to yourself, or export with --public-only.")
