"""Subscriptions that are sent posts at once, and of whose selections no news is: their marks move, many in one statement."""

from datetime import datetime
from typing import NamedTuple

from django.db import transaction

from signup.digests.matching import Matcher
from signup.models import Subscription

BATCH_SIZE = 5_000  # subscriptions read at a time
STATEMENT_SIZE = 500  # subscriptions in one statement
FIELDS = ("site_id", "expression", "stream__expression", "edition")


class Mark(NamedTuple):
    """What subscriptions select, and the last edition of which everything was sent."""

    site: int | None
    expression: str
    stream: str | None
    edition: int

    def has_news(self, matcher: Matcher) -> bool:
        return matcher.has_news(self.site, self.expression if self.stream is None else self.stream, self.edition)


def pass_over(matcher: Matcher, now: datetime) -> int:
    """Move the marks of subscriptions that have none of the news; return their number.

    Left alone are readers of whom a run remembers posts, sent or missed: what these become is told by all their subscriptions.
    """
    due = Subscription.objects.due(matcher.last, now).at_once().nothing_remembered()
    marks = map(Mark._make, due.order_by().values_list(*FIELDS).distinct())
    unconcerned = {mark for mark in marks if not mark.has_news(matcher)}
    rows = due.order_by("pk").values_list("pk", *FIELDS)
    moved, after = 0, 0
    while unconcerned and (batch := list(rows.filter(pk__gt=after)[:BATCH_SIZE])):
        unmatched = [pk for pk, *mark in batch if Mark._make(mark) in unconcerned]
        for start in range(0, len(unmatched), STATEMENT_SIZE):
            moved += _move(unmatched[start : start + STATEMENT_SIZE], matcher.last)
        after = batch[-1][0]
    return moved


@transaction.atomic
def _move(subscriptions: list[int], last: int) -> int:
    """Move marks, but for those of rows that another transaction holds: whoever holds several waits for none of ours."""
    found = Subscription.objects.filter(pk__in=subscriptions, edition__lt=last)
    free = list(found.select_for_update(skip_locked=True).values_list("pk", flat=True))
    return Subscription.objects.filter(pk__in=free).update(edition=last)
