"""`manage.py prepare`: all that stands between a fresh checkout or an upgrade and a site that can be served. Safe to repeat."""

import socket
from argparse import ArgumentParser
from typing import Any

from django.conf import settings
from django.core.management import call_command
from django.core.management.base import BaseCommand, CommandError
from django.db import connection
from django.db.migrations.executor import MigrationExecutor

from blog.demo import fill_site
from blog.foundation import found_blog


class Command(BaseCommand):
    help = "Bring the database up to date and give an empty one its blog page; with --demo, posts and an editor's account too."
    requires_system_checks = []  # it runs at every start

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("--demo", action="store_true", help="fill an empty site with posts that are its guide")
        parser.add_argument("--port", type=int, help="refuse at once when something listens at this port already")

    def handle(self, *, demo: bool, port: int | None, **options: Any) -> None:
        if port:
            refuse_taken(port)
        if is_behind():
            self.stdout.write("Bringing the database up to date …")
            call_command("migrate", interactive=False, verbosity=0)
        blog = found_blog(settings.SITE_URL, settings.WAGTAIL_SITE_NAME)
        password = fill_site(blog) if demo else None
        self.stdout.write(f"The site:  {settings.SITE_URL}/\nTo write:  {settings.SITE_URL}/admin/")
        if password:
            self.stdout.write(f"           as “editor” with the password {password} (shown this once)")


def is_behind() -> bool:
    """Say whether there are migrations that the database lacks."""
    executor = MigrationExecutor(connection)
    return bool(executor.migration_plan(executor.loader.graph.leaf_nodes()))


def refuse_taken(port: int) -> None:
    """Raise CommandError when a program listens at this port of 127.0.0.1, or the port is none."""
    try:
        with socket.socket() as probe:
            probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
            probe.bind(("127.0.0.1", port))
    except (OSError, OverflowError) as error:
        raise CommandError(
            f"Port {port} of 127.0.0.1 cannot be used ({error}): stop the program that listens there, "
            "or choose another port, as in `make run PORT=8001`."
        ) from error
