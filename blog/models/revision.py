"""The revision: one number that rises, in the same transaction, with every change that a reader could see.

**Lock order.** A transaction that changes more than one row locks the revision row first, before it writes to or locks any
other row, and raises the number last. So two transactions can never wait for each other. Three ways lead there:

- a verb of ours runs in `with locked_revision():`, with its Markdown rendered before; whatever it calls notes the posts that it
  changes, and the number rises once, as the block's last step;
- a write in the admin runs in `with revision_locked_by_first_write():`, so that its form is checked (and rendered) before;
- what Wagtail or Django writes by itself is locked by the receivers of `pre_save` and `pre_delete` in `blog.signals`, or at
  the methods wrapped there.

A transaction that only locks rows which no such verb touches (the outbox, a session) needs no revision.
"""

from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from typing import Any

from django.db import connection, models, transaction
from django.dispatch import Signal
from django.utils import timezone
from wagtail.models import COMMENTS_RELATION_NAME

from blog.replica import read_connection

EVERY_POST = 0  # noted as changed: any post may have; no post has this id
MAX_REVISIONS = 10_000  # whose changes are stored: a process further behind reads all rows
MAX_CHANGED_POSTS = 1_000  # beyond which a process clears its caches instead of reading which posts changed

CHANGED = """
SELECT DISTINCT post_id, EXISTS (SELECT 1 FROM wagtailcore_page WHERE id = post_id)
  AND NOT EXISTS (SELECT 1 FROM blog_postpage WHERE page_ptr_id = post_id)
FROM blog_change WHERE revision > %s AND revision <= %s LIMIT %s
"""

UNSEEN_FIELDS = frozenset(  # of a page: what Wagtail saves of it, every few seconds, while a draft is being written
    {COMMENTS_RELATION_NAME, "latest_revision", "latest_revision_created_at", "draft_title", "has_unpublished_changes"}
)


class IndexRevision(models.Model):
    """A single row (id 1). A row orders commits, which a sequence does not: its lock is held until the commit."""

    ROW = 1

    number = models.PositiveBigIntegerField(default=0)
    changed = models.DateTimeField(default=timezone.now)

    def __str__(self) -> str:
        return str(self.number)


class Change(models.Model):
    """A post that changed under a revision, so that an index may be brought up to date without a rebuild.

    `EVERY_POST` says that any may have; a blog's own id, that what all its pages show has changed, and no post.
    """

    revision = models.PositiveBigIntegerField(db_index=True)
    post_id = models.PositiveBigIntegerField()  # no foreign key: the post may be gone

    def __str__(self) -> str:
        return f"post {self.post_id} in revision {self.revision}"


revision_raised = Signal()  # in the transaction that raised it

_noted: ContextVar[list[set[int]] | None] = ContextVar("noted", default=None)  # changed posts, within `locked_revision`


class Uncommitted:
    """Marks a transaction that has raised the revision: what is read in it is uncommitted and may be rolled back.

    It is registered as an `on_commit` callback, since a rollback, also to a savepoint, discards those.
    """

    def __init__(self) -> None:
        self.cache: dict[Any, Any] = {}  # snapshots read after that raise, of this transaction alone

    def __call__(self) -> None:
        """Do nothing at the commit."""


def uncommitted() -> Uncommitted | None:
    """Return the mark of the last raise in the current transaction; None where there was none."""
    marks = (call[1] for call in reversed(connection.run_on_commit) if isinstance(call[1], Uncommitted))
    return next(marks, None)


def may_be_seen(update_fields: Iterable[str] | None) -> bool:
    """Return whether saving these fields of a page (None: all) may change what readers see."""
    return update_fields is None or not UNSEEN_FIELDS.issuperset(update_fields)


def raise_revision(posts: Iterable[int] | None = None) -> None:
    """Raise the revision, and note the posts concerned (None: any post may be).

    Call it as the last step of the transaction that makes the change: outside of one it opens its own. Within
    `locked_revision` it rises at the end of the block.
    """
    concerned = {EVERY_POST} if posts is None else set(posts)
    if (noted := _noted.get()) is None:
        with transaction.atomic(savepoint=False):
            _raise_for(concerned)
    else:
        noted.append(concerned)
        transaction.on_commit(Uncommitted())


def _raise_for(posts: set[int]) -> None:
    number = _raise()
    if number is None:
        _make_row()
        number = _raise()
        assert number is not None
    Change.objects.bulk_create([Change(revision=number, post_id=post) for post in posts])
    transaction.on_commit(Uncommitted())
    revision_raised.send(sender=IndexRevision)


def _raise() -> int | None:
    """Raise the number, in one statement. None where the row is still missing."""
    changed = connection.ops.adapt_datetimefield_value(timezone.now())
    with connection.cursor() as cursor:
        cursor.execute(
            "UPDATE blog_indexrevision SET number = number + 1, changed = %s WHERE id = %s RETURNING number",
            [changed, IndexRevision.ROW],
        )
        row = cursor.fetchone()
    return row[0] if row else None


def _make_row() -> None:
    IndexRevision.objects.bulk_create([IndexRevision(pk=IndexRevision.ROW)], ignore_conflicts=True)


def lock_revision() -> None:
    """Lock the revision row until the current transaction ends, waiting for other holders."""
    if _noted.get() is not None or not connection.features.has_select_for_update:  # SQLite: no other transaction writes
        return
    row = IndexRevision.objects.select_for_update().filter(pk=IndexRevision.ROW).values_list("pk")
    if not row:
        _make_row()
        list(row.all())


@contextmanager
def locked_revision() -> Iterator[None]:
    """Run the block in one transaction that first locks the revision row and raises the number last, if anything asked for it.

    A block within another is a savepoint of it: what it noted before it is rolled back stays noted.
    """
    with transaction.atomic():
        if _noted.get() is not None:
            yield
            return
        lock_revision()
        noted: list[set[int]] = []
        token = _noted.set(noted)
        try:
            yield
        finally:
            _noted.reset(token)
        if noted and not transaction.get_rollback():
            _raise_for(set().union(*noted))


@contextmanager
def revision_locked_by_first_write() -> Iterator[None]:
    """Run the block in one transaction that locks the revision row before its first write or lock, if any.

    Until then others go on: an editor's form is checked, and its Markdown rendered, without keeping anybody waiting.
    """
    with transaction.atomic(), connection.execute_wrapper(_LockBeforeWrite()):
        yield


class _LockBeforeWrite:
    """Lock the revision row before the first statement that is not a mere SELECT."""

    def __init__(self) -> None:
        self.is_locked = False

    def __call__(self, execute: Callable[..., Any], sql: str, params: Any, many: bool, context: dict[str, Any]) -> Any:
        statement = str(sql).lstrip(" (\n").upper()
        if statement.startswith("ROLLBACK TO"):  # gives back locks taken since
            self.is_locked = False
        elif not self.is_locked and _is_write(statement):
            self.is_locked = True  # before the locking itself comes here
            lock_revision()
        return execute(sql, params, many, context)


def _is_write(statement: str) -> bool:
    if statement.startswith(("SELECT", "WITH")):
        return " FOR " in statement and ("FOR UPDATE" in statement or "FOR NO KEY UPDATE" in statement)
    return not statement.startswith(("SAVEPOINT", "RELEASE", "EXPLAIN", "SET ", "SHOW", "PRAGMA"))


def changed_posts(since: int, until: int) -> frozenset[int] | None:
    """Return the posts noted in the revisions after `since`, up to `until`; None where any post may have changed.

    So it may when a change was noted for every post or for what is no post (a blog, whose name or site is another now), when
    there are more than MAX_CHANGED_POSTS, and when the changes are no longer stored.
    """
    with read_connection().cursor() as cursor:
        cursor.execute(CHANGED, [since, until, MAX_CHANGED_POSTS + 1])
        noted = cursor.fetchall()
        cursor.execute("SELECT number FROM blog_indexrevision WHERE id = %s", [IndexRevision.ROW])
        number = cursor.fetchone()
    is_known = number is not None and number[0] - since <= MAX_REVISIONS and len(noted) <= MAX_CHANGED_POSTS
    if not is_known or any(post == EVERY_POST or is_no_post for post, is_no_post in noted):
        return None
    return frozenset(post for post, _ in noted)


def forget_old_changes() -> int:
    """Delete the changes of all but the last revisions; return their number."""
    number = IndexRevision.objects.filter(pk=IndexRevision.ROW).values_list("number", flat=True).first() or 0
    deleted, _ = Change.objects.filter(revision__lte=number - MAX_REVISIONS).delete()
    return deleted
