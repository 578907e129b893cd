"""Copy the site's posts into the usual blog's empty database: the same titles, texts, dates and tags.

`USUAL_DATABASE_URL=… DATABASE_URL=… python -m benchmarks.usual.copy_posts`, the second being the site's.
"""

import os
from collections.abc import Iterator
from typing import Any

import dj_database_url
import django

BLOG_DEPTH = 2
ROWS = 2_000  # at once


def start_django() -> None:
    os.environ["DJANGO_SETTINGS_MODULE"] = "benchmarks.usual.settings"
    from django.conf import settings

    settings.DATABASES["site"] = dj_database_url.parse(os.environ["DATABASE_URL"])
    django.setup()


def copy() -> None:
    """Make the tables and fill them."""
    from django.core.management import call_command
    from django.db import connection
    from wagtail.models import Page, Site

    from benchmarks.fill_database import insert
    from benchmarks.usual.models import BlogIndexPage, BlogPage

    if connection.vendor == "sqlite":
        connection.cursor().execute("PRAGMA synchronous=OFF")
    call_command("migrate", verbosity=0)
    Site.objects.all().delete()
    Page.objects.filter(depth=BLOG_DEPTH).delete()
    blog = Page.objects.get(depth=1).add_child(instance=BlogIndexPage(title="Benchmark", slug="benchmark"))
    Site.objects.create(hostname="127.0.0.1", root_page=blog, is_default_site=True)
    content_type = _content_type(BlogPage)
    with connection.cursor() as cursor:
        pages = _rows(f"SELECT * FROM wagtailcore_page WHERE depth = {BLOG_DEPTH + 1}")
        insert(cursor, "wagtailcore_page", (_moved(page, blog, content_type) for page in pages))
        insert(cursor, "usual_blogpage", _rows("SELECT page_ptr_id, published AS date, link, html AS body FROM blog_postpage"))
        insert(cursor, "taggit_tag", _rows("SELECT id, name, slug FROM blog_tag"))
        insert(cursor, "usual_blogpagetag", _rows("SELECT id, content_object_id, tag_id FROM blog_posttag"))
        cursor.execute("VACUUM ANALYZE" if connection.vendor == "postgresql" else "ANALYZE")
    Page.objects.filter(pk=blog.pk).update(numchild=BlogPage.objects.count())


def _content_type(model: Any) -> int:
    from django.contrib.contenttypes.models import ContentType

    return int(ContentType.objects.get_for_model(model).pk)


def _rows(statement: str) -> Iterator[dict[str, Any]]:
    from django.db import connections

    with connections["site"].cursor() as cursor:
        cursor.execute(statement)
        columns = [column[0] for column in cursor.description]
        while rows := cursor.fetchmany(ROWS):
            yield from (dict(zip(columns, row, strict=True)) for row in rows)


def _moved(page: dict[str, Any], blog: Any, content_type: int) -> dict[str, Any]:
    below = page["path"][BLOG_DEPTH * 4 :]
    return {
        **page,
        "path": blog.path + below,
        "url_path": f"{blog.url_path}{page['slug']}/",
        "content_type_id": content_type,
        "locale_id": blog.locale_id,
        "latest_revision_id": None,
        "live_revision_id": None,
    }


if __name__ == "__main__":
    start_django()
    copy()
