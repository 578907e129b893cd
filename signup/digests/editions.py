"""Editions: the posts that became visible to everyone since the last check, each stored once."""

from datetime import UTC, datetime, timedelta

import numpy as np
from django.db import IntegrityError, transaction
from django.db.models import Max

from blog.models import BlogPage
from blog.tagindex import TagIndex
from blog.tagindex.store import PUBLIC, read_revision, snapshot
from signup.models.digests import Edition, News

SETTLING = timedelta(minutes=5)  # in which an editor may hide a post again, or correct its tags, before anyone is sent it
MARGIN = timedelta(seconds=30)  # before that ends, in which no news is deleted: another worker may be about to send it
ARCHIVE_AGE = timedelta(days=14)  # between a post's date and its appearance: such a post comes from an archive and is not news
MICROSECOND = timedelta(microseconds=1)
EPOCH = datetime(1970, 1, 1, tzinfo=UTC)


def publish(now: datetime, revision: int | None = None) -> int:
    """Store what has become visible as a new edition and return its number of posts; of two workers one writes it."""
    wanted = read_revision() if revision is None else revision
    indexes = [snapshot(path, PUBLIC, wanted) for path in BlogPage.objects.values_list("path", flat=True)]
    _delete_hidden(indexes, now)
    try:
        return _write([news for index in indexes for news in _unseen(index, now)], now)
    except IntegrityError:  # another worker wrote this edition; what it did not see is seen at the next look
        return publish(now, revision)


def last_settled(now: datetime) -> int:
    """Return the number of the last edition that may be sent; 0 when there is none."""
    return Edition.objects.filter(seen__lte=now - SETTLING).aggregate(last=Max("number"))["last"] or 0


def _delete_hidden(indexes: list[TagIndex], now: datetime) -> None:
    """Delete news that was hidden again before it could be sent: it will be news when it is shown for good."""
    settling = News.objects.filter(edition__seen__gt=now - SETTLING + MARGIN).values_list("pk", flat=True)
    hidden = [post for post in settling if all(index.position(post) is None for index in indexes)]
    News.objects.filter(pk__in=hidden).delete()


def _unseen(index: TagIndex, now: datetime) -> list[News]:
    """Return the index's posts that have never been news."""
    seen = np.fromiter(News.objects.values_list("pk", flat=True).iterator(), np.int64)
    fresh = index.among(np.setdiff1d(index.sorted_ids, seen))
    return [_news(int(index.post_ids[position]), int(index.published[position]), now) for position in fresh]


def _news(post: int, published: int, now: datetime) -> News:
    date = EPOCH + published * MICROSECOND
    return News(post_id=post, published=date if date > now - ARCHIVE_AGE else None)


@transaction.atomic
def _write(news: list[News], now: datetime) -> int:
    if news:
        number = (Edition.objects.aggregate(last=Max("number"))["last"] or 0) + 1
        edition = Edition.objects.create(number=number, seen=now)
        for one in news:
            one.edition = edition
        News.objects.bulk_create(news, batch_size=500)
    return len(news)
