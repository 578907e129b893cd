"""Subscriptions that are sent posts at once, and of whose selections no news is: their marks move, many in one statement."""

from datetime import datetime
from typing import NamedTuple

from django.db import transaction

from signup.digests.matching import Matcher
from signup.models import Subscription

BATCH_SIZE = 5_000  # subscriptions read at a time
STATEMENT_SIZE = 500  # subscriptions in one statement
FIELDS = ("pk", "site_id", "expression", "stream__expression", "edition")


class Mark(NamedTuple):
    """What a subscription selects, and the last edition of which everything was sent."""

    pk: int
    site: int | None
    expression: str
    stream: str | None
    edition: int


def pass_over(matcher: Matcher, now: datetime) -> int:
    """Move the marks of subscriptions that have none of the news; return their number.

    Left alone are readers of whom a run remembers posts, sent or missed: what these become is told by all their subscriptions.
    """
    due = Subscription.objects.due(matcher.last, now).at_once().nothing_remembered().order_by("pk")
    concerned: dict[tuple[int | None, str, int], bool] = {}
    moved, after = 0, 0
    while marks := [Mark._make(row) for row in due.filter(pk__gt=after).values_list(*FIELDS)[:BATCH_SIZE]]:
        unmatched = []
        for pk, site, expression, stream, edition in marks:
            key = site, expression if stream is None else stream, edition
            if key not in concerned:
                concerned[key] = matcher.has_news(*key)
            if not concerned[key]:
                unmatched.append(pk)
        for start in range(0, len(unmatched), STATEMENT_SIZE):
            moved += _move(unmatched[start : start + STATEMENT_SIZE], matcher.last)
        after = marks[-1].pk
    return moved


@transaction.atomic
def _move(subscriptions: list[int], last: int) -> int:
    """Move marks, but for those of rows that another transaction holds: whoever holds several waits for none of ours."""
    found = Subscription.objects.filter(pk__in=subscriptions, edition__lt=last)
    free = list(found.select_for_update(skip_locked=True).values_list("pk", flat=True))
    return Subscription.objects.filter(pk__in=free).update(edition=last)
