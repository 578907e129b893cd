"""Processes of the project on a test's own database, which publish or read while others do.

They are forked from one that has loaded Django, take commands through a pipe, and answer, in JSON. What each does is a
function of this module or of `editor_process`: `write`, `read`, `run_edits`, `compare`, `save`, `save_until_stopped`,
`import_posts`, `do`, `give_code`.
"""

import json
import multiprocessing
import random
import sqlite3
import time
from collections.abc import Callable, Iterator
from contextlib import ExitStack, closing, contextmanager
from datetime import UTC, datetime, timedelta
from multiprocessing.connection import Connection
from pathlib import Path
from typing import Any

TAGS = ("a", "b", "c", "d")
FIRST = datetime(2018, 1, 1, tzinfo=UTC)

Seen = dict[str, list[Any]]  # by post: when published, and with what tags

context = multiprocessing.get_context("forkserver")
context.set_forkserver_preload(["tests.support.loaded_site"])
test: Connection  # in a process: its end of the pipe


@contextmanager
def processes(kinds: list[list[str]], folder: Path) -> Iterator[list[Connection]]:
    """Start processes on the database of this test, and give the pipes to them; each has said that it is ready."""
    with ExitStack() as stack:
        database = shared_database(folder)
        started = [stack.enter_context(_process(arguments, database)) for arguments in kinds]
        for process in started:
            assert hear(process) == "ready"
        yield started


@contextmanager
def _process(arguments: list[str], database: str) -> Iterator[Connection]:
    ours, theirs = context.Pipe()
    process = context.Process(target=_run, args=(theirs, database, *arguments), daemon=True)
    with ours:
        process.start()
        theirs.close()
        try:
            yield ours
        finally:
            process.kill()
            process.join()


def shared_database(folder: Path) -> str:
    """Return the name by which other processes reach the test's database; of SQLite's, which is in memory, a copy."""
    from django.db import connection

    if connection.vendor == "postgresql":
        return str(connection.settings_dict["NAME"])
    path = folder / "shared.sqlite3"
    connection.ensure_connection()
    with closing(sqlite3.connect(path)) as copy:
        connection.connection.backup(copy)
        copy.execute("PRAGMA journal_mode=WAL")  # as the site's is: of several that ask for it at once SQLite refuses some
    return str(path)


def tell(process: Connection, what: Any) -> None:
    process.send(json.dumps(what))


def hear(process: Connection) -> Any:
    try:
        return json.loads(process.recv())
    except EOFError:
        raise AssertionError("The process ended: its reason stands above.") from None


def say(what: Any) -> None:
    test.send(json.dumps(what))


def read_command() -> Any:
    """Return the next command of the test; None when there is no more."""
    try:
        return json.loads(test.recv())
    except EOFError:
        return None


def seen(index: Any) -> Seen:
    """Everything a reader can come by, asked for by pages of every tag, each way round."""
    from blog.selections.selection import Selection

    found: dict[int, list[Any]] = {}
    for tag, _ in index.tags():
        chosen = index.select(Selection.of([tag.slug]))
        ids = list(index.ids(chosen))
        assert ids == _by_pages(index, chosen)
        for post in ids:
            found.setdefault(post, []).append(tag.slug)
    everything = list(index.ids(index.all_positions))
    assert len(everything) == len(set(everything)) == len(index)
    return {
        str(post): [index.cursor(index.position(post)).published, sorted(found.get(post, []))] for post in sorted(everything)
    }


def _by_pages(index: Any, chosen: Any) -> list[int]:
    page = index.page(chosen, 3)
    ids = list(page.ids)
    while page.older:
        page = index.page(chosen, 3, before=page.older)
        ids += page.ids
    return ids


def read(path: str) -> None:
    """Until the next command, list and note: when it began, the revision that was seen, and once for each what was seen."""
    from blog.tagindex import store

    say("ready")
    listings: list[list[float]] = []
    contents: dict[int, Seen] = {}
    while not test.poll():
        began = time.monotonic()
        index = store.snapshot(path)
        listings.append([began, index.revision])
        found = seen(index)
        assert contents.setdefault(index.revision, found) == found
        time.sleep(0.01)  # the editors need a processor, too
    say({"listings": listings, "contents": contents})


def write(path: str, number: str) -> None:
    """Publish and so on, as often as the command says; note after each commit its revision and what it should show."""
    from blog.models.revision import revision_locked_by_first_write
    from blog.tagindex.store import read_revision

    editor = Editor(path, int(number))
    say("ready")
    commits = []
    for _ in range(read_command()):
        time.sleep(0.01)  # the other editor wants the database, too
        try:
            with revision_locked_by_first_write():  # as every write in the admin
                revision = read_revision()
                editor.act()
                risen = read_revision() > revision
                revision = read_revision()
                if editor.chance.random() < 0.1:
                    raise Undone
        except Undone:
            editor.recall()
        else:
            editor.remember()
            if risen:
                commits.append([time.monotonic(), revision, dict(editor.visible)])
    say(commits)


def save(*posts: str) -> None:
    """Publish these posts in turn for the command's number of seconds, at least once; then report how many, and the errors."""
    from blog.models import PostPage

    say("ready")
    end = time.monotonic() + read_command()
    saved, failed = 0, list[str]()
    while not saved or time.monotonic() < end:
        try:
            PostPage.objects.get(pk=posts[saved % len(posts)]).save_revision().publish()
        except Exception as error:
            failed.append(repr(error))
        saved += 1
    say([saved, failed])


def save_until_stopped(*posts: str) -> None:
    """Publish these posts in turn until the next command; then report when each save ended, and the errors."""
    from blog.models import PostPage

    say("ready")
    ended, failed = list[float](), list[str]()
    while not test.poll(0.01):
        try:
            PostPage.objects.get(pk=posts[len(ended) % len(posts)]).save_revision().publish()
        except Exception as error:
            failed.append(repr(error))
        ended.append(time.monotonic())
    say([ended, failed])


def import_posts(path: str, folder: str, posts: str) -> None:
    """At a command, import a folder, so many posts a transaction; report when it began and ended, and how many it imported."""
    from blog.models import BlogPage
    from tests.support.importing import run_import
    from transfer.importing import chunk_size

    chunk_size.FIRST_CHUNK = chunk_size.MIN_CHUNK = chunk_size.MAX_CHUNK = int(posts)
    say("ready")
    read_command()
    began = time.monotonic()
    report = run_import(BlogPage.objects.get(path=path), Path(folder))
    say([began, time.monotonic(), report.imported])


def do() -> None:
    """Run the command, one of the verbs of `tests.integration.test_lock_order`; reply with the error, if any."""
    from tests.integration.test_lock_order import VERBS

    say("ready")
    verb = read_command()
    try:
        VERBS[verb]()
    except Exception as error:
        say(repr(error))
    else:
        say(None)


def give_code(username: str) -> None:
    """Give the password, then the code of the command; reply whether that signed in."""
    from django.contrib.auth.models import User
    from django.urls import reverse

    from tests.support.second_factor import give_password
    from tests.support.signing_in import is_signed_in

    client = give_password(User.objects.get(username=username))
    say("ready")
    client.post(reverse("accounts_second_factor"), {"code": read_command()})
    say(is_signed_in(client))


class Undone(Exception):
    """An editor's act that is rolled back."""


class Editor:
    """Does to some posts of its own what editors do, and keeps what should be seen of them."""

    def __init__(self, path: str, number: int) -> None:
        from blog.models import BlogPage, PostPage

        self.blog = BlogPage.objects.get(path=path)
        self.chance = random.Random(number)
        self.visible: Seen = {}
        own = PostPage.objects.child_of(self.blog).filter(slug__startswith=f"editor-{number}-")
        self.posts = [post.pk for post in own.order_by("pk")]
        self.hidden = set[int]()
        self.remember()

    def remember(self) -> None:
        self.kept = dict(self.visible), list(self.posts), set(self.hidden)

    def recall(self) -> None:
        visible, posts, hidden = self.kept
        self.visible, self.posts, self.hidden = dict(visible), list(posts), set(hidden)

    def act(self) -> None:
        """Do one thing to one post, or two to two: none is to be seen without the other."""
        from blog.models import PostPage

        for _ in range(self.chance.choice((1, 1, 2))):
            post = PostPage.objects.get(pk=self.chance.choice(self.posts))
            self.chance.choice((self.publish, self.publish, self.unpublish, self.hide, self.free, self.replace))(post)

    def publish(self, post: Any) -> None:
        post.published = FIRST + timedelta(microseconds=self.chance.randrange(10**13))
        post.tags.set(self.chance.sample(TAGS, self.chance.randint(0, 3)))
        post.save_revision().publish()
        self._show(post)

    def _show(self, post: Any) -> None:
        post.refresh_from_db()
        if post.live and post.pk not in self.hidden:
            published = (post.published - datetime(1970, 1, 1, tzinfo=UTC)) // timedelta(microseconds=1)
            self.visible[str(post.pk)] = [published, sorted(post.tags.values_list("slug", flat=True))]

    def unpublish(self, post: Any) -> None:
        from wagtail.models import Page

        self.chance.choice((post, Page.objects.get(pk=post.pk))).unpublish()
        self.visible.pop(str(post.pk), None)

    def hide(self, post: Any) -> None:
        from wagtail.models import PageViewRestriction

        PageViewRestriction.objects.create(page=post, restriction_type=PageViewRestriction.LOGIN)
        self.hidden.add(post.pk)
        self.visible.pop(str(post.pk), None)

    def free(self, post: Any) -> None:
        for restriction in post.view_restrictions.all():
            restriction.delete()
        self.hidden.discard(post.pk)
        self._show(post)

    def replace(self, post: Any) -> None:
        """Delete a post and write another."""
        from blog.models import PostPage

        slug = post.slug.rpartition("-")[0]
        self.posts.remove(post.pk)
        self.hidden.discard(post.pk)
        self.visible.pop(str(post.pk), None)
        post.delete()
        written = PostPage(title="Another", slug=f"{slug}-{self.chance.randrange(10**9)}", published=FIRST)
        written.tags.add(self.chance.choice(TAGS))
        self.blog.refresh_from_db()
        self.blog.add_child(instance=written)
        self.posts.append(written.pk)
        self._show(written)


def _run(pipe: Connection, database: str, kind: str, *arguments: str) -> None:
    """Be one of these processes."""
    global test  # noqa: PLW0603 (a process has one)
    from django.db import connections

    from tests.support.editor_process import compare, run_edits

    test = pipe
    connections.databases["default"]["NAME"] = database
    kinds: dict[str, Callable[..., None]] = {
        "read": read,
        "write": write,
        "compare": compare,
        "run_edits": run_edits,
        "save": save,
        "save_until_stopped": save_until_stopped,
        "import_posts": import_posts,
        "do": do,
        "give_code": give_code,
    }
    kinds[kind](*arguments)
