"""The revision: one number that rises, in the same transaction, with every change that a reader could see."""

from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from typing import Any

from django.db import connection, models, transaction
from django.utils import timezone
from wagtail.models import COMMENTS_RELATION_NAME

KEPT_REVISIONS = 10_000  # of which the changes are kept: a process further behind reads everything anew


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

    A blog's own id says that what all its pages show has changed, and no post.
    """

    revision = models.PositiveBigIntegerField(db_index=True)
    post_id = models.PositiveBigIntegerField()  # no foreign key: the post may be gone

    def __str__(self) -> str:
        return f"post {self.post_id} in revision {self.revision}"


class Uncommitted:
    """That this transaction has raised the revision: what is read in it now is nobody else's to see, and may never be.

    It stands among the calls that await the commit, since a rollback, to a savepoint too, takes those away.
    """

    def __init__(self) -> None:
        self.kept: dict[Any, Any] = {}  # what was read after that raise

    def __call__(self) -> None:
        """Nothing is to be done at the commit."""


def uncommitted() -> Uncommitted | None:
    """Give the mark of the last raise in the transaction that is going on; None where there was none."""
    marks = (call[1] for call in reversed(connection.run_on_commit) if isinstance(call[1], Uncommitted))
    return next(marks, None)


def may_be_seen(update_fields: Iterable[str] | None) -> bool:
    """Say whether a page saved with these fields alone (None: all) may look different to a reader."""
    return update_fields is None or not UNSEEN_FIELDS.issuperset(update_fields)


def bump(posts: Iterable[int] | None = None) -> int:
    """Raise the revision and note the posts concerned; None when any post may be. Gives the new number.

    Call it as the last step of the transaction that makes the change: outside of one it opens its own.
    """
    with transaction.atomic(savepoint=False):
        number = _raise()
        if number is None:
            IndexRevision.objects.bulk_create([IndexRevision(pk=IndexRevision.ROW)], ignore_conflicts=True)
            number = _raise()
            assert number is not None
        concerned = [0] if posts is None else posts  # 0 is nobody's id: read everything anew
        Change.objects.bulk_create([Change(revision=number, post_id=post) for post in concerned])
        transaction.on_commit(Uncommitted())
    return number


def _raise() -> int | None:
    """Raise the number, in one statement: a publish does this some eight times. None where the row is still missing."""
    changed = connection.ops.adapt_datetimefield_value(timezone.now())
    with connection.cursor() as cursor:
        cursor.execute(
            "UPDATE blog_indexrevision SET number = number + 1, changed = %s WHERE id = %s RETURNING number",
            [changed, IndexRevision.ROW],
        )
        row = cursor.fetchone()
    return row[0] if row else None


@contextmanager
def one_change() -> Iterator[None]:
    """One transaction for several changes, which waits for others of the kind at its start: not half-way, in a circle.

    Where two transactions raise the revision and also change the same pages, either may come to wait for the other.
    """
    with transaction.atomic():
        IndexRevision.objects.select_for_update().filter(pk=IndexRevision.ROW).first()
        yield


def forget_old_changes() -> int:
    """Delete the changes of all but the last revisions; gives their number."""
    number = IndexRevision.objects.filter(pk=IndexRevision.ROW).values_list("number", flat=True).first() or 0
    deleted, _ = Change.objects.filter(revision__lte=number - KEPT_REVISIONS).delete()
    return deleted
