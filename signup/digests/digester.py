"""Digests: the new posts of a reader's subscriptions, in one email for each time at which they are due, no post ever twice.

A post is news once: when it is first seen to be visible to everyone, in an edition (`signup.digests.editions`). A
subscription's mark, `edition`, moves from edition to edition in the transaction that puts the email into the outbox. Readers
are taken a few at a time, each few in one transaction: whatever ends a run, the next goes on where it ended.
"""

import time
from collections.abc import Callable
from datetime import datetime
from itertools import groupby

from django.db import transaction
from django.db.models import Min
from django.utils import timezone

from blog.batches import batched
from blog.tagindex.store import read_revision
from mail import outbox
from mail.models import Delivery
from signup.digests import editions
from signup.digests.matching import Matcher
from signup.digests.reader_digests import Reader, ReaderDigest, by_schedule, read_readers
from signup.digests.unmatched import pass_over
from signup.kinds import Kind
from signup.models import Subscriber, Subscription
from signup.models.digests import News
from signup.models.schedule import next_due, zone_named
from signup.models.subscriptions import SubscriptionQuerySet

BATCH_SIZE = 500  # readers in one transaction
RUN_TIME = 10.0  # seconds, after which the worker turns to its other tasks: nobody's confirmation waits for a long run


class Digester:
    """Writes digests; reads the posts only when the revision, or what is held, has changed since the last time."""

    def __init__(self, stopping: Callable[[], bool] = lambda: False) -> None:
        self.seen: object = None  # the revision, and what is held
        self.stopping = stopping

    def send_due(self, now: datetime | None = None) -> int:
        """Note what is new, and put the digests that are due into the outbox; return the number of emails.

        Stopped, or after RUN_TIME, it leaves the rest to the next call.
        """
        now = now or timezone.now()
        revision = read_revision()
        seen = revision, editions.held_posts()
        if seen != self.seen:
            editions.publish(now, revision)
            self.seen = seen
        schedule_new(now)
        end = time.monotonic() + RUN_TIME
        return send(editions.last_settled(now), now, lambda: self.stopping() or time.monotonic() > end)


def schedule_new(now: datetime) -> None:
    """Set the time of the next email where there is none: of new subscriptions, and of those that were changed."""
    names = ("rhythm", "hour", "weekday", "subscriber__time_zone", "paused_until")
    rows = Subscription.objects.unscheduled().order_by(*names).values_list(*names, "pk")
    for (rhythm, hour, weekday, zone, paused_until), group in groupby(rows, lambda row: row[:5]):
        moment = next_due(rhythm, hour, weekday, zone_named(zone), max(now, paused_until or now))
        found = Subscription.objects.filter(next_at=None, rhythm=rhythm, hour=hour, weekday=weekday)
        for some in batched((row[5] for row in group), BATCH_SIZE):
            found.filter(pk__in=some).update(next_at=moment)


def send(last: int, now: datetime, stopping: Callable[[], bool] = lambda: False) -> int:
    """Write what is due of the news up to an edition, until it is done or to stop; return the number of emails."""
    due = Subscription.objects.due(last, now)
    least = due.aggregate(least=Min("edition"))["least"]
    if least is None:
        return 0
    matcher, written, after = Matcher(least, last), 0, 0
    pass_over(matcher, now)
    while not stopping() and (readers := _next_readers(due, after)):
        written += _send_to(readers, matcher, now)
        after = readers[-1]
    return written


def _next_readers(due: SubscriptionQuerySet, after: int) -> list[int]:
    found = due.filter(subscriber__gt=after).order_by("subscriber").values_list("subscriber", flat=True)
    return list(found.distinct()[:BATCH_SIZE])


@transaction.atomic
def _send_to(readers: list[int], matcher: Matcher, now: datetime) -> int:
    """Move the marks of these readers' subscriptions on, and write the emails that they call for.

    Readers are locked as when they change something: whoever leaves or is erased meanwhile is sent nothing. Those who are
    locked already are left to the next run: a verb that holds several, such as merging tags, waits for none of ours.
    """
    free = Subscriber.objects.select_for_update(of=("self",), skip_locked=True).filter(pk__in=readers)
    found = read_readers(list(free.order_by("pk").values_list("pk", flat=True)), matcher, now)
    _move(found, matcher, now)
    digests = [digest for reader in found for digest in reader.digests]
    outbox.put_many(_delivery(digest, matcher.last) for digest in digests)
    Subscriber.objects.filter(pk__in=[digest.subscriber for digest in digests]).update(last_digest_at=now)
    return len(digests)


def _move(readers: list[Reader], matcher: Matcher, now: datetime) -> None:
    """Move the marks; note what was hidden, and so missed; remember what was sent where another subscription may bring it."""
    groups = by_schedule(moved for reader in readers for moved in reader.moved)
    for (rhythm, hour, weekday, zone, missed), subscriptions in groups.items():
        next_at = next_due(rhythm, hour, weekday, zone_named(zone), now)
        Subscription.objects.filter(pk__in=subscriptions).update(edition=matcher.last, next_at=next_at, missed=list(missed))
    missed_now = {post for *_schedule, missed in groups for post in missed}
    if hidden := missed_now.intersection(post.pk for post in matcher.hidden):
        News.objects.filter(pk__in=hidden).update(hidden=True)
    for reader in readers:
        if reader.told is not None:
            Subscriber.objects.filter(pk=reader.pk).update(told=reader.told)


def _delivery(digest: ReaderDigest, last: int) -> Delivery:
    """Return the delivery of an email: a subscription's mark moves to an edition once."""
    context = {"subscriber": digest.subscriber, "site": digest.site, "posts": digest.posts}
    context["subscriptions"] = digest.subscriptions
    return outbox.make(f"digest:{min(digest.subscriptions)}:{last}", Kind.DIGEST, digest.address, context)
