"""`manage.py load_demo`: fill an empty site with the posts that are its guide, and make an editor's account."""

from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand

from blog.demo import fill_site
from blog.services.bootstrap import found_blog
from blog.services.image_files import VersionMaker


class Command(BaseCommand):
    help = "Fill an empty site with the posts that are its guide; a site that has posts is left as it is."

    def handle(self, **options: Any) -> None:
        blog = found_blog(settings.SITE_URL, settings.WAGTAIL_SITE_NAME)
        password = fill_site(blog)
        VersionMaker().make_all()
        self.stdout.write(f"{blog.get_children().count()} posts are on the site.")
        if password:
            self.stdout.write(f"The account “editor” has the password {password} (shown this once).")
