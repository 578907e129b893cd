"""Renaming, merging and deleting a tag, saving an author, moderating and importing, while another process saves the posts.

On PostgreSQL two transactions that lock the same rows in different orders end in a deadlock: one of them is lost.
"""

import time
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from tempfile import TemporaryDirectory
from threading import Event

import pytest
from django.contrib.auth.models import User
from django.core.management import call_command
from django.db import connection, transaction
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from wagtail.models import Page

from blog.demo import fill_site
from blog.models import Author, BlogPage, IndexRevision, PostPage, Stream, Tag
from blog.models.revision import locked_revision, raise_revision, revision_locked_by_first_write
from blog.services import tags
from blog.services.tags import delete_tag, split_tag
from blog.services.undo import undo
from tests.support.editors import client_of, member_of
from tests.support.factories import make_author, make_blog, make_post, make_posts, rename_tag
from tests.support.publishing_processes import hear, processes, tell
from tests.support.signup_factories import make_subscriber, make_subscription

POSTS = 40
SECONDS = 1.5  # that the other process saves posts

pytestmark = pytest.mark.django_db(transaction=True)
on_postgresql = pytest.mark.skipif(connection.vendor == "sqlite", reason="SQLite lets one transaction write at a time")


@pytest.fixture
def blog(transactional_db: None) -> BlogPage:
    return make_blog()


def rename() -> None:
    rename_tag(Tag.objects.get(slug="a"), "renamed", "renamed")


def merge() -> None:
    tags.merge(Tag.objects.get(slug="a"), Tag.objects.get(slug="b"))


def delete() -> None:
    delete_tag(Tag.objects.get(slug="a"))


def delete_several() -> None:
    Tag.objects.filter(slug__in=["a", "b"]).delete()


def save_author() -> None:
    author = Author.objects.get()
    author.name = "Ada Byron"
    author.save()


VERBS = {"rename": rename, "merge": merge, "delete": delete, "delete several": delete_several, "author": save_author}


@pytest.mark.parametrize("verb", VERBS)
def test_verb_and_saves_of_its_posts_both_succeed(blog: BlogPage, tmp_path: Path, verb: str) -> None:
    """Both are processes of the project, on production's own path, at the same time."""
    posts = [post.pk for post in make_posts(blog, ["a b", "a"] * (POSTS // 2), authors=[make_author()])]
    with processes([["save", *map(str, posts)], ["do"]], tmp_path) as (saving, doing):
        tell(saving, SECONDS)
        time.sleep(0.15)
        tell(doing, verb)
        assert hear(doing) is None
        saved, failed = hear(saving)
    assert (saved > 0, failed) == (True, [])


@on_postgresql
@pytest.mark.parametrize("verb", VERBS)
def test_verb_waits_for_the_revision_before_it_locks_anything_else(blog: BlogPage, verb: str) -> None:
    """While a post's saving holds the revision row, a verb holds no row that the saving may still need."""
    post = make_post(blog, "a b", authors=[make_author()])
    saved, began = Event(), Event()

    def act() -> None:
        began.set()
        VERBS[verb]()
        connection.close()

    with ThreadPoolExecutor(1) as thread:
        with locked_revision():
            done = thread.submit(act)
            began.wait()
            time.sleep(0.3)
            PostPage.objects.select_for_update(of=("self",)).get(pk=post.pk)
            Tag.objects.select_for_update().get(slug="a")
            Author.objects.select_for_update().get()
            raise_revision([post.pk])
            saved.set()
        done.result()
    assert saved.is_set()


def delete_a_stream_with_readers(post: PostPage) -> None:
    stream = Stream.objects.create(blog=BlogPage.objects.get(), name="A", slug="a", expression="a")
    make_subscription(make_subscriber("ada@example.org"), stream=stream)
    stream.delete()


def restore_an_export(post: PostPage) -> None:
    with TemporaryDirectory() as folder:
        call_command("export_posts", folder)
        post.delete()
        call_command("import_posts", folder)


def fill_with_the_demo(post: PostPage) -> None:
    post.delete()
    fill_site(BlogPage.objects.get())


WRITES: dict[str, Callable[[PostPage], object]] = {
    "publishing": lambda post: post.save_revision().publish(),
    "unpublishing": lambda post: post.unpublish(),
    "unpublishing the bare page": lambda post: Page.objects.get(pk=post.pk).unpublish(),
    "deleting the bare page": lambda post: Page.objects.get(pk=post.pk).delete(),
    "adding": lambda post: make_post(BlogPage.objects.get(), "c"),
    "moving": lambda post: Page.objects.get(pk=post.pk).move(Page.objects.get(depth=1), "last-child"),
    "restricting": lambda post: post.view_restrictions.create(restriction_type="login"),
    "renaming": lambda post: rename(),
    "merging": lambda post: merge(),
    "deleting the tag": lambda post: delete(),
    "splitting": lambda post: split_tag(Tag.objects.get(slug="a"), "half", [post.pk]),
    "undoing a merge": lambda post: undo(tags.merge(Tag.objects.get(slug="a"), Tag.objects.get(slug="b"))),
    "saving the author": lambda post: save_author(),
    "deleting the author": lambda post: Author.objects.get().delete(),
    "deleting a stream with readers": delete_a_stream_with_readers,
    "restoring an export": restore_an_export,
    "the demo": fill_with_the_demo,
}


@on_postgresql
@pytest.mark.parametrize("write", WRITES)
def test_every_transaction_that_raises_the_revision_locks_it_first(blog: BlogPage, write: str) -> None:
    post = make_post(blog, "a b", authors=[make_author()])
    with CaptureQueriesContext(connection) as captured:
        WRITES[write](post)
    for statements in transactions(captured):
        if any("UPDATE blog_indexrevision" in sql for sql in statements):
            assert '"blog_indexrevision"' in statements[0], statements


def transactions(captured: CaptureQueriesContext) -> list[list[str]]:
    """Give the statements of each transaction that write or lock rows."""
    found: list[list[str]] = [[]]
    for sql in (query["sql"] for query in captured):
        if sql in ("BEGIN", "COMMIT", "ROLLBACK"):
            found.append([])
        elif not sql.startswith(("SAVEPOINT", "RELEASE")) and (not sql.startswith("SELECT") or "FOR UPDATE" in sql):
            found[-1].append(sql)
    return found


@on_postgresql
def test_admin_locks_the_revision_before_its_first_write_and_not_before(blog: BlogPage) -> None:
    moderator = client_of(member_of("Moderators"))
    make_post(blog, "a")
    tag = Tag.objects.get()
    form = {"name": "B", "slug": "b", "order": "newest", "description": ""}
    pins = {f"pins-{name}_FORMS": "0" for name in ("TOTAL", "INITIAL", "MIN_NUM", "MAX_NUM")}
    with CaptureQueriesContext(connection) as captured:
        answer = moderator.post(reverse("wagtailsnippets_blog_tag:edit", args=(tag.pk,)), {**form, **pins})
    assert answer.status_code == 302
    (writing,) = [found for found in transactions(captured) if any("UPDATE blog_indexrevision" in sql for sql in found)]
    assert '"blog_indexrevision"' in writing[0]


@on_postgresql
def test_lock_given_back_with_a_savepoint_is_taken_again(blog: BlogPage) -> None:
    author = make_author()
    with CaptureQueriesContext(connection) as captured, revision_locked_by_first_write():
        try:
            with transaction.atomic():
                Author.objects.filter(pk=author.pk).update(name="One")
                raise ValueError
        except ValueError:
            User.objects.create(username="two")
    locks = [query["sql"] for query in captured if "blog_indexrevision" in query["sql"] and "FOR UPDATE" in query["sql"]]
    assert len(locks) == 2


def test_first_revision_is_locked_though_there_is_no_row_yet(db: None) -> None:
    IndexRevision.objects.all().delete()
    with locked_revision():
        raise_revision(())
    assert IndexRevision.objects.get().number == 1
