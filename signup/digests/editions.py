"""Editions: the posts that became visible to everyone since the last check, each stored once, and those that came back."""

from collections.abc import Iterable
from datetime import datetime, timedelta

import numpy as np
from django.db import IntegrityError, transaction
from django.db.models import Max

from blog.batches import batched
from blog.models import BlogPage, PostPage
from blog.tagindex import TagIndex
from blog.tagindex.store import PUBLIC, read_revision, snapshot
from signup.models.digests import Edition, News
from signup.models.mailings import HeldPost

SETTLING = timedelta(minutes=5)  # in which an editor may hide a post again, or correct its tags, before anyone is sent it
MARGIN = timedelta(seconds=30)  # before that ends, in which no news is deleted: another worker may be about to send it
BATCH_SIZE = 500  # posts in one statement


def publish(now: datetime, revision: int | None = None) -> int:
    """Store what has become visible as a new edition and return its number of posts; of two workers one writes it.

    What an editor holds is left out until it is released.
    """
    indexes, held = list(public_indexes(revision).values()), held_posts()
    _delete_hidden(indexes, held, now)
    seen = np.fromiter([*News.objects.values_list("pk", flat=True).iterator(), *held], np.int64)
    try:
        return _write([post for index in indexes for post in np.setdiff1d(index.sorted_ids, seen).tolist()], indexes, now)
    except IntegrityError:  # another worker wrote this edition; what it did not see is seen at the next look
        return publish(now, revision)


def held_posts() -> frozenset[int]:
    return frozenset(HeldPost.objects.values_list("pk", flat=True))


def public_indexes(revision: int | None = None) -> dict[str, TagIndex]:
    """Return the tag index of each blog's posts that everyone may read, by its path: nothing else is ever mailed."""
    wanted = read_revision() if revision is None else revision
    return {path: snapshot(path, PUBLIC, wanted) for path in BlogPage.objects.values_list("path", flat=True)}


def is_visible(post: int, indexes: Iterable[TagIndex]) -> bool:
    return any(index.position(post) is not None for index in indexes)


def last_settled(now: datetime) -> int:
    """Return the number of the last edition that may be sent; 0 when there is none."""
    return Edition.objects.filter(seen__lte=now - SETTLING).aggregate(last=Max("number"))["last"] or 0


def _delete_hidden(indexes: list[TagIndex], held: frozenset[int], now: datetime) -> None:
    """Delete news that was hidden again or held before it could be sent: it will be news when it is shown for good."""
    settling = News.objects.filter(edition__seen__gt=now - SETTLING + MARGIN).values_list("pk", flat=True)
    News.objects.filter(pk__in=[post for post in settling if post in held or not is_visible(post, indexes)]).delete()


@transaction.atomic
def _write(fresh: list[int], indexes: list[TagIndex], now: datetime) -> int:
    """Write an edition of fresh posts and of those that are shown again; note which older ones are hidden."""
    visible = np.unique(np.concatenate([index.sorted_ids for index in indexes])) if indexes else np.empty(0, np.int64)
    shown = dict(News.objects.values_list("pk", "hidden").iterator())
    gone = np.setdiff1d(np.fromiter((post for post, hidden in shown.items() if not hidden), np.int64), visible)
    back = np.intersect1d(np.fromiter((post for post, hidden in shown.items() if hidden), np.int64), visible)
    for posts in batched(gone.tolist(), BATCH_SIZE):
        News.objects.filter(pk__in=posts).update(hidden=True)
    if not fresh and not len(back):
        return 0
    before = Edition.objects.order_by("-number").first()
    edition = Edition.objects.create(number=before.number + 1 if before else 1, seen=now)
    for posts in batched(fresh, BATCH_SIZE):
        rows = PostPage.objects.filter(pk__in=posts).values_list("pk", "first_published_at", "last_published_at")
        dates = {post: published for post, *published in rows}
        since = before.seen if before else None
        moments = {post: _appeared(dates.get(post, []), since, now) for post in posts}
        News.objects.bulk_create(News(pk=post, edition=edition, appeared=moment) for post, moment in moments.items())
    for posts in batched(back.tolist(), BATCH_SIZE):
        News.objects.filter(pk__in=posts).update(hidden=False, returned=edition.number)
    return len(fresh)


def _appeared(dates: list[datetime | None], since: datetime | None, now: datetime) -> datetime:
    """Return when a post became visible between two looks: the first of its dates that is within, or else the later look."""
    within = (date for date in dates if date and date <= now and (since is None or date > since))
    return next(within, now)
