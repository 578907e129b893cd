"""Sample sites: the demo, and blogs of no post, of one, of very many, with very long words; with a server or without.

The fixtures `sample_sites` and `sample_server` live for a file of tests, in a transaction; mark such tests django_db.
"""

import shutil
import sqlite3
from collections.abc import Iterator
from contextlib import closing, contextmanager
from datetime import UTC, datetime
from functools import partial
from pathlib import Path

import pytest
from django.core.cache import cache
from django.db import connection, transaction
from django.test import override_settings
from pytest_django import DjangoDbBlocker
from pytest_django.live_server_helper import LiveServer
from wagtail.models import PageViewRestriction

from blog.demo import fill_site
from blog.models import Author, BlogPage, PostPage, PostTag, Stream, Tag
from blog.models.comments import LONGEST_COMMENT
from blog.models.comments import LONGEST_NAME as LONGEST_AUTHOR
from blog.models.revision import raise_revision
from blog.search import analyze_tables
from tests.support.browser import serving
from tests.support.comment_factories import make_comment
from tests.support.factories import make_blog, make_post
from tests.support.images import make_versions
from tests.support.made_once import made_once
from tests.support.sample_customised_site import fill_customised
from tests.support.sample_sizes import fill_many, fill_one

DEMO, NAME = "127.0.0.1", "Kimonote"
# Chromium takes these for this machine.
EMPTY, ONE, MANY, LONG, CLOUD = (f"{name}.localhost" for name in ("empty", "one", "many", "long", "cloud"))
LOCKED = "password"  # the slug of a post that asks for one
CLOSED = "closed"  # and of one that takes no comments
MANY_TAGS, VERY_MANY_TAGS = 40, 2_000
LONGEST_TITLE, LONGEST_NAME, LONGEST_TAG, LONGEST_HANDLE = 255, 200, 100, 50  # characters, by the fields that keep them
LONG_NAME = "A notebook about everything that happened between the harbour and the lighthouse"
LONG_TITLE = ("On titles that go on for longer than anybody would have thought possible, " * 4)[:LONGEST_TITLE]
LONG_WORD = "Donaudampfschifffahrtselektrizitätenhauptbetriebswerkbauunterbeamtengesellschaft"
HEBREW = "זהו טקסט מימין לשמאל, עם מילה אחת ב-English.\n\n1. אחת\n2. שתיים"
LONG_TEXT = f"""
{LONG_WORD * 4}

```
{"x" * 300}
```

| {" | ".join(f"Column {number}" for number in range(12))} |
|{"---|" * 12}
| {" | ".join("a few words" for _ in range(12))} |

$$
{" + ".join(f"x_{{{number}}}^{{{number}}}" for number in range(60))}
$$

- one
    - two
        - three
            - four
                - five {LONG_WORD}

> > > {LONG_WORD}

## {LONG_WORD} {LONG_WORD}

### Third

#### Fourth

## Second
"""


@pytest.fixture(scope="module")
def sample_sites(
    django_db_setup: Path | None, django_db_blocker: DjangoDbBlocker, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[BlogPage]:
    """The six blogs, without a server. On SQLite they are made once for all files and workers, and copied."""
    with django_db_blocker.unblock(), override_settings(ALLOWED_HOSTS=["*"]):
        assert "test" in str(connection.settings_dict["NAME"]) or connection.is_in_memory_db(), "Mark the tests with django_db."
        if django_db_setup is None:
            with transaction.atomic():
                yield _fill()
                transaction.set_rollback(True)
            return
        made = made_once(tmp_path_factory, "sample-sites", partial(_keep, django_db_setup))
        media = shutil.copytree(made / "media", tmp_path_factory.mktemp("sample") / "media")
        with override_settings(MEDIA_ROOT=media), _database_from(made / "site.sqlite3", django_db_setup), transaction.atomic():
            yield BlogPage.objects.get(title=NAME)
            transaction.set_rollback(True)


def _keep(migrated: Path, folder: Path) -> None:
    """Fill the test database, and leave it in this folder, with the files of its images."""
    with override_settings(MEDIA_ROOT=folder / "media"), _database_from(migrated, migrated):
        with transaction.atomic():
            _fill()
        with connection.cursor() as cursor:
            cursor.execute("VACUUM INTO %s", [str(folder / "site.sqlite3")])


@contextmanager
def _database_from(file: Path, afterwards: Path) -> Iterator[None]:
    """Let the test database have the content of one file, and afterwards that of another."""
    _copy_into_database(file)
    yield
    _copy_into_database(afterwards)


def _copy_into_database(file: Path) -> None:
    connection.ensure_connection()
    with closing(sqlite3.connect(file)) as source:
        source.backup(connection.connection)
    cache.clear()  # where Wagtail remembers root pages and renditions, by ids that come again


def _fill() -> BlogPage:
    blog = make_blog(DEMO, NAME)
    fill_site(blog)
    locked = make_post(blog, "reading", title="For who knows the word", slug=LOCKED)
    PageViewRestriction.objects.create(page=locked, restriction_type=PageViewRestriction.PASSWORD, password="word")
    make_blog(EMPTY, "Empty", default=False)
    _fill_long(make_blog(LONG, LONG_NAME, default=False))
    _fill_cloud(make_blog(CLOUD, "Cloud", default=False))
    fill_customised()
    make_versions()
    fill_one(make_blog(ONE, "One", default=False))
    fill_many(make_blog(MANY, "Many", default=False))
    connection.check_constraints()  # once, not after each test: PostgreSQL keeps what it has to check till then
    analyze_tables()  # a database that takes large tables for empty ones joins them row by row
    return blog


@pytest.fixture(scope="module")
def sample_server(sample_sites: BlogPage) -> Iterator[LiveServer]:
    """The six blogs behind a server in this process."""
    if connection.vendor != "sqlite":
        pytest.skip("Only a SQLite database in memory can be shared with the server while its transaction is open.")
    with override_settings(ROOT_URLCONF="tests.support.sample_urls"), serving() as server:
        yield server


def _fill_long(blog: BlogPage) -> None:
    """All too much: of words, of tags, of an author's name."""
    author = Author.objects.create(name=f"Prof. Dr. {LONG_WORD} of the {LONG_NAME}"[:LONGEST_NAME], handle="a" * LONGEST_HANDLE)
    tags, link = " ".join([(LONG_WORD * 2)[:LONGEST_TAG], *many_tags()]), f"https://{'a' * 60}.example.org/"
    make_post(blog, tags, title=LONG_TITLE, slug="long", authors=[author], body=LONG_TEXT, link=link)
    make_post(blog, "tag-1", title=LONG_WORD * 3, slug="word", summary=LONG_WORD * 10, authors=[author])
    make_post(blog, "tag-1 שלום", title="שלום עולם", slug="rtl", body=HEBREW)
    make_post(blog, "tag-1", title="Alone in its year", published=datetime(2001, 1, 1, tzinfo=UTC))
    make_post(blog, "tag-1", title=LONG_TITLE, slug=CLOSED, comments_allowed=False)
    _let_comment(PostPage.objects.get(slug="long"), author)
    Stream.objects.create(blog=blog, name=f"{LONG_NAME}, {LONG_WORD}"[:LONGEST_NAME], slug="long", expression="tag-1")


def _let_comment(post: PostPage, author: Author) -> None:
    """Names and texts of every length, direction and depth."""
    first = make_comment(post, f"{LONG_WORD * 3}\n\n{LONG_TEXT}"[:LONGEST_COMMENT], name=LONG_WORD[:LONGEST_AUTHOR])
    reply = make_comment(post, HEBREW, name="דנה", reply_to=first)
    make_comment(post, f"> {LONG_NAME}\n\nx", name=author.name[:LONGEST_AUTHOR], author=author, reply_to=reply)


def many_tags() -> list[str]:
    """Tags of the long blog's longest post, of all lengths."""
    return [f"tag-{'x' * (number % 17)}{number}" for number in range(MANY_TAGS - 1)]


def _fill_cloud(blog: BlogPage) -> None:
    """Very many tags, of which several posts have a few; straight into the tables, to lose no time."""
    posts: list[PostPage] = [make_post(blog, title=f"Bearer {number}", slug=f"bearer-{number}") for number in range(5)]
    tags = Tag.objects.bulk_create(Tag(name=f"word {number}", slug=f"word-{number}") for number in range(VERY_MANY_TAGS))
    post_tags = [(post, tag) for number, post in enumerate(posts) for tag in tags[:: 7**number]]
    PostTag.objects.bulk_create(PostTag(content_object=post, tag=tag) for post, tag in post_tags)
    raise_revision()
