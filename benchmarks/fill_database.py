"""Fill an empty database with posts in the shape of a real blog's tags: straight into the tables, as nobody edits them.

`DATABASE_URL=… python -m benchmarks.fill_database 14000`
"""

import os
import sys
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from itertools import islice
from typing import Any

FIRST, YEARS = datetime(2003, 1, 1, tzinfo=UTC), 22
LENGTH = int(os.environ.get("LENGTH", "20"))  # of a post, in sentences
BODY = "Words enough for a post of this kind. " * LENGTH
AUTHORS = 60
BATCH_SIZE = 5_000  # rows
WITH_SEQUENCES = ("blog_tag", "wagtailcore_page", "blog_posttag", "blog_author", "blog_postauthor")
CACHE = 500_000  # KB that SQLite may use while it is filled: tables of a million rows have indexes in every order

Rows = Iterator[tuple[Any, ...]]


def start_django() -> None:
    """Set up the project on DATABASE_URL, for measuring."""
    os.environ.setdefault("DEVELOPMENT", "true")
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "kimonote.settings")
    sys.path.insert(0, "site")
    import django

    django.setup()


def fill(size: int) -> str:
    """Make the tables and fill them; gives the tree path of the blog page."""
    from django.core.management import call_command
    from wagtail.models import Page, Site

    from blog.models import BlogPage
    from blog.models.revision import raise_revision

    call_command("migrate", verbosity=0)
    Site.objects.all().delete()
    Page.objects.filter(depth=2).delete()
    blog = Page.objects.get(depth=1).add_child(instance=BlogPage(title="Benchmark", slug="benchmark"))
    Site.objects.create(hostname="localhost", root_page=blog, is_default_site=True)
    with _many_rows() as cursor:
        _insert_all(cursor, blog, size)
    Page.objects.filter(pk=blog.pk).update(numchild=size)
    raise_revision()
    return str(blog.path)


@contextmanager
def _many_rows() -> Iterator[Any]:
    """A cursor to insert very many rows by; afterwards the database knows its ids and the sizes of its tables."""
    from django.db import connection

    with connection.cursor() as cursor:
        if connection.vendor == "sqlite":
            for statement in ("PRAGMA synchronous=OFF", f"PRAGMA cache_size={-CACHE}", "BEGIN"):
                cursor.execute(statement)
        yield cursor
        if connection.vendor == "postgresql":
            for table in WITH_SEQUENCES:
                cursor.execute(f"SELECT setval(pg_get_serial_sequence('{table}', 'id'), (SELECT MAX(id) FROM {table}))")
            cursor.execute("VACUUM ANALYZE")
        else:
            cursor.execute("COMMIT")
            cursor.execute("ANALYZE")


def _insert_all(cursor: Any, blog: Any, size: int) -> None:
    """Insert the posts below a blog page, with their tags and authors."""
    from benchmarks.tag_graph import items

    tags: dict[str, int] = {}
    post_tags: list[tuple[int, int]] = []
    first = blog.pk + 1
    posts = []
    for number, item in enumerate(items(size)):
        posts.append(item.external)
        post_tags += [(first + number, tags.setdefault(tag, len(tags) + 1)) for tag in item.tags]
    insert(cursor, "blog_tag", _tags(tags))
    insert(cursor, "wagtailcore_page", _pages(blog, first, size))
    insert(cursor, "blog_postpage", _posts(first, posts))
    insert(cursor, "blog_posttag", ({"content_object_id": post, "tag_id": tag} for post, tag in post_tags))
    insert(cursor, "blog_author", _authors())
    insert(cursor, "blog_postauthor", _post_authors(first, size))


def _tags(tags: dict[str, int]) -> Iterator[dict[str, Any]]:
    from blog.models import Tag

    for name, number in tags.items():
        yield {**_new_row(Tag(name=name, slug=name)), "id": number}


def _authors() -> Iterator[dict[str, Any]]:
    from blog.models import Author

    for number in range(1, AUTHORS + 1):
        yield {**_blank(Author), "id": number, "name": f"Author {number}", "handle": f"author-{number}"}


def _post_authors(first: int, size: int) -> Iterator[dict[str, Any]]:
    """Every third post has two authors."""
    for number in range(size):
        for place in range(2 if number % 3 == 0 else 1):
            author = (number * 7 + place * (1 + number % 11)) % AUTHORS + 1
            yield {"post_id": first + number, "author_id": author, "sort_order": place}


def _pages(blog: Any, first: int, size: int) -> Iterator[dict[str, Any]]:
    from django.contrib.contenttypes.models import ContentType
    from wagtail.models import Page

    from blog.models import PostPage

    blank = _blank(Page)
    same = {"depth": blog.depth + 1, "live": True, "locale_id": blog.locale_id, "numchild": 0}
    content_type = ContentType.objects.get_for_model(PostPage).pk
    for number in range(size):
        yield {
            **blank,
            **same,
            "id": first + number,
            "content_type_id": content_type,
            "translation_key": f"{number:032x}",
            "path": Page._get_path(blog.path, blog.depth + 1, number + 1),
            "title": f"Post {number} of the benchmark",
            "draft_title": f"Post {number} of the benchmark",
            "slug": f"post-{number}",
            "url_path": f"{blog.url_path}post-{number}/",
            "first_published_at": _moment(number, size),
            "last_published_at": _moment(number, size),
        }


def _posts(first: int, external: list[bool]) -> Iterator[dict[str, Any]]:
    from blog.models import PostPage

    blank = _blank(PostPage, local=True)
    for number, is_external in enumerate(external):
        yield {
            **blank,
            "page_ptr_id": first + number,
            "published": _moment(number, len(external)),
            "link": f"https://example.org/{number}" if is_external else "",
            "body": BODY,
            "html": BODY,
        }


def _moment(number: int, size: int) -> datetime:
    return FIRST + timedelta(days=365.25 * YEARS) * (number / size)


def _blank(model: type[Any], local: bool = False) -> dict[str, Any]:
    """What a new row of a model holds, by column."""
    return _new_row(model(), local)


def _new_row(instance: Any, local: bool = False) -> dict[str, Any]:
    """What the row of a model's new instance holds, by column, with the fields that follow from others."""
    from django.db import connection

    fields = instance._meta.local_concrete_fields if local else instance._meta.concrete_fields
    values = {field.column: field.get_db_prep_save(field.pre_save(instance, add=True), connection) for field in fields}
    return {column: value for column, value in values.items() if column != "id"}


def insert(cursor: Any, table: str, rows: Iterable[dict[str, Any]]) -> None:
    """Insert rows that have the same columns, each with values of one type."""
    remaining = iter(rows)
    while some := list(islice(remaining, BATCH_SIZE)):
        columns = ", ".join(f'"{column}"' for column in some[0])
        if cursor.db.vendor == "postgresql":
            from psycopg2.extras import execute_values

            values = [tuple(row.values()) for row in some]
            execute_values(cursor.cursor, f"INSERT INTO {table} ({columns}) VALUES %s", values, page_size=BATCH_SIZE)
        else:
            marks = ", ".join("?" * len(some[0]))
            moments = [column for column, value in some[0].items() if isinstance(value, datetime)]
            values = [tuple(_without_zone(row, moments).values()) for row in some]
            cursor.connection.executemany(f"INSERT INTO {table} ({columns}) VALUES ({marks})", values)


def _without_zone(row: dict[str, Any], moments: list[str]) -> dict[str, Any]:
    """The row with its moments as Django stores them in SQLite."""
    for column in moments:
        row[column] = row[column].replace(tzinfo=None).isoformat(" ")
    return row


if __name__ == "__main__":
    start_django()
    print(fill(int(sys.argv[1])))
