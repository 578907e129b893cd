"""Digests: the new posts of a subscriber's selection, in one email for each period of their rhythm, no post ever twice.

A post is news once: when it is first seen to be visible to everyone, in an edition (`signup.digests.editions`). A
subscriber's mark moves from edition to edition in the transaction that puts the email into the outbox.
"""

import logging
from collections.abc import Iterable, Iterator
from datetime import datetime, timedelta

from django.db import transaction
from django.utils import timezone

from blog.selections.errors import SelectionError
from blog.tagindex.store import PUBLIC, read_revision, snapshot
from mail import outbox
from signup.digests import editions
from signup.kinds import Kind
from signup.models import Rhythm, Subscriber
from signup.models.digests import DigestMark, News
from signup.models.subscribers import SubscriberQuerySet
from signup.sites import site_of_subscriber

HOUR = 6  # of the site's time zone, at which daily and weekly digests are written
BATCH_SIZE = 500  # subscribers passed over in one statement

log = logging.getLogger(__name__)


class Digester:
    """Writes digests; reads the posts only when the revision has risen since the last time."""

    def __init__(self) -> None:
        self.revision = -1

    def send_due(self, now: datetime | None = None) -> int:
        """Note what is new, and put every digest that is due into the outbox; return the number of emails."""
        now = now or timezone.now()
        revision = read_revision()
        if revision != self.revision:
            editions.publish(now, revision)
            self.revision = revision
        last = editions.last_settled(now)
        return sum(_send(rhythm, NewsReader(last), now) for rhythm in Rhythm)


class NewsReader:
    """The news up to one edition, read once for all who are sent them."""

    def __init__(self, last: int) -> None:
        self.last = last
        self._since: dict[int, list[tuple[int, datetime | None]]] = {}

    def posts_for(self, subscriber: Subscriber) -> list[int]:
        """Return the new posts of a subscriber's selection since their mark, dated after they confirmed."""
        confirmed = subscriber.confirmed_at
        since = self._news_since(subscriber.digest_mark.edition)
        news = [post for post, published in since if confirmed and published and published > confirmed]
        if not news:
            return []
        index = snapshot(site_of_subscriber(subscriber).root_page.path, PUBLIC)
        try:
            selection = subscriber.selection
        except SelectionError as error:  # of a wider limit once; one subscriber's selection stops nobody's digest
            log.warning("Subscriber %s has a selection that cannot be read: %s", subscriber.pk, error)
            return []
        return list(index.ids(index.select(selection, index.among(news))))

    def _news_since(self, edition: int) -> list[tuple[int, datetime | None]]:
        if edition not in self._since:
            news = News.objects.between(edition, self.last).fresh()
            self._since[edition] = list(news.values_list("post_id", "published"))
        return self._since[edition]


def period_of(rhythm: str, last: int, now: datetime) -> str:
    """Return the period that digests of a rhythm belong to now: an edition, a day from HOUR on, or such a week from Monday on.

    >>> from datetime import UTC
    >>> [period_of(rhythm, 7, datetime(2018, 1, 1, 5, 59, tzinfo=UTC)) for rhythm in ("each", "daily", "weekly")]
    ['e7', '2017-12-31', '2017-W52']
    """
    if rhythm == Rhythm.EACH:
        return f"e{last}"
    day = timezone.localtime(now) - timedelta(hours=HOUR)
    return f"{day:%G-W%V}" if rhythm == Rhythm.WEEKLY else f"{day:%Y-%m-%d}"


def _send(rhythm: Rhythm, news: NewsReader, now: datetime) -> int:
    """Write the digests of a rhythm to every subscriber whose mark is not of this period yet."""
    period = period_of(rhythm, news.last, now)
    subscribers = Subscriber.objects.confirmed().filter(rhythm=rhythm)
    _begin_marks(subscribers.filter(digest_mark=None).values_list("pk", flat=True), "" if rhythm == Rhythm.EACH else period)
    written, without_news = 0, []
    for subscriber in _waiting(subscribers, period):
        if posts := news.posts_for(subscriber):
            written += _write(subscriber, posts, news.last, period, now)
        else:
            without_news.append(subscriber.pk)
    _pass_over(without_news, news.last, period)
    return written


def _waiting(subscribers: SubscriberQuerySet, period: str) -> Iterator[Subscriber]:
    """Yield the subscribers whose mark is not of this period, read a few at a time: the marks move meanwhile."""
    found = subscribers.exclude(digest_mark__period=period).select_related("site__root_page", "digest_mark")
    after = 0
    while chunk := list(found.filter(pk__gt=after).order_by("pk")[:BATCH_SIZE]):
        yield from chunk
        after = chunk[-1].pk


def _begin_marks(new: Iterable[int], period: str) -> None:
    """Begin a mark for those who have confirmed since the last time: their first digest comes with the next period."""
    marks = [DigestMark(subscriber_id=pk, period=period) for pk in new]
    DigestMark.objects.bulk_create(marks, BATCH_SIZE, ignore_conflicts=True)


@transaction.atomic
def _write(subscriber: Subscriber, posts: list[int], last: int, period: str, now: datetime) -> int:
    """Move a subscriber's mark on; whichever worker moves it writes the email."""
    mark: DigestMark = subscriber.digest_mark
    if not DigestMark.objects.filter(pk=mark.pk, edition=mark.edition, period=mark.period).update(edition=last, period=period):
        return 0
    outbox.put(f"digest:{subscriber.pk}:{last}", Kind.DIGEST, subscriber.address, {"subscriber": subscriber.pk, "posts": posts})
    Subscriber.objects.filter(pk=subscriber.pk).update(last_digest_at=now)
    return 1


def _pass_over(without_news: list[int], last: int, period: str) -> None:
    """Move the marks of those for whom there is nothing new; never back behind where another worker set them."""
    for start in range(0, len(without_news), BATCH_SIZE):
        marks = DigestMark.objects.filter(pk__in=without_news[start : start + BATCH_SIZE], edition__lte=last)
        marks.update(edition=last, period=period)
