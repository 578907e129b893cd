"""Subscriptions that are sent posts at once, and of whose selections no news is: their marks move, many in one statement."""

from datetime import datetime

from django.db import transaction

from blog.batches import batched
from signup.digests.matching import Matcher
from signup.models import Subscription
from signup.models.subscriptions import SELECTION

BATCH_SIZE = 5_000  # subscriptions read at a time
STATEMENT_SIZE = 500  # subscriptions in one statement
MARK = ("site_id", SELECTION, "edition")  # what subscriptions select, and the last edition of which everything was sent


def pass_over(matcher: Matcher, now: datetime) -> None:
    """Move the marks of subscriptions that have none of the news.

    Left alone are readers of whom a run remembers posts, sent or missed: what these become is told by all their subscriptions.
    """
    due = Subscription.objects.due(matcher.last, now).at_once().nothing_remembered()
    unconcerned = {mark for mark in due.order_by().values_list(*MARK).distinct() if not matcher.has_news(*mark)}
    rows = due.order_by("pk").values_list("pk", *MARK)
    after = 0
    while unconcerned and (batch := list(rows.filter(pk__gt=after)[:BATCH_SIZE])):
        for unmatched in batched((pk for pk, *mark in batch if tuple(mark) in unconcerned), STATEMENT_SIZE):
            _move(unmatched, matcher.last)
        after = batch[-1][0]


@transaction.atomic
def _move(subscriptions: list[int], last: int) -> None:
    """Move marks, but for those of rows that another transaction holds: whoever holds several waits for none of ours."""
    found = Subscription.objects.filter(pk__in=subscriptions, edition__lt=last)
    free = list(found.select_for_update(skip_locked=True).values_list("pk", flat=True))
    Subscription.objects.filter(pk__in=free).update(edition=last)
