"""`manage.py prepare`: prepare the database and files after installation, upgrade or a killed restore. Idempotent."""

from argparse import ArgumentParser
from typing import Any

from django.conf import settings
from django.core.management import call_command
from django.core.management.base import BaseCommand
from django.db import transaction
from wagtail.models import Locale, Site

from blog.demo import EDITOR, fill_site
from blog.paths import route
from blog.search import analyze_tables
from blog.services.bootstrap import found_blog
from blog.services.image_files import VersionMaker
from kimonote.backup.restoring import recover
from kimonote.database import connect, is_behind

CONNECT_SECONDS = 60


class Command(BaseCommand):
    help = "Bring the database up to date and give an empty one its blog page; with --demo, posts and an editor's account too."
    requires_system_checks = []  # it runs at every start

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("--demo", action="store_true", help="fill an empty site with posts that are its guide")

    def handle(self, *, demo: bool, **options: Any) -> None:
        connect(CONNECT_SECONDS)  # the worker, started at the same time, may just be looking at a new SQLite file
        recover()
        if is_behind():
            self.stdout.write("Bringing the database up to date …")
            call_command("migrate", interactive=False, verbosity=0)
        _adopt_language()
        with transaction.atomic():  # the worker begins when there is a blog: not before the demo is complete
            blog = found_blog(settings.SITE_URL, settings.WAGTAIL_SITE_NAME)
            password = fill_site(blog) if demo else None
        VersionMaker().make_all()
        analyze_tables()
        self.stdout.write(f"The site:  {settings.SITE_URL}/\nTo write:  {settings.SITE_URL}{route('wagtailadmin_home')}")
        if password:
            self.stdout.write(f"           as “{EDITOR}” with the password {password} (shown this once)")
        self.stdout.flush()


def _adopt_language() -> None:
    """Set the pages' locale to LANGUAGE_CODE, and index the word forms of that language, if the setting has changed.

    Wagtail finds no locale once it has. Messages are translated when they are rendered.
    """
    if not Locale.all_objects.filter(language_code=settings.LANGUAGE_CODE).exists():
        of_pages = Site.objects.filter(is_default_site=True).values("root_page__locale")
        Locale.all_objects.filter(pk__in=of_pages).update(language_code=settings.LANGUAGE_CODE)
        call_command("update_index", verbosity=0)
