"""What some readers are to be sent, and how that moves the marks of their subscriptions; nothing is written here."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from itertools import groupby
from typing import NamedTuple

from django.db.models import BooleanField, ExpressionWrapper
from django.db.models.functions import Coalesce, Greatest

from signup.digests.matching import Matcher, NewPost
from signup.models import Subscription
from signup.models.subscriptions import SELECTION, is_due

FIELDS: dict[str, str | Coalesce] = {  # of a Row, and where each is read from
    "pk": "pk",
    "subscriber": "subscriber_id",
    "site": "site_id",
    "selection": SELECTION,
    "rhythm": "rhythm",
    "hour": "hour",
    "weekday": "weekday",
    "begins": "begins",
    "is_due": "due",
    "edition": "edition",
    "missed": "missed",
    "address": "subscriber__address",
    "zone": "subscriber__time_zone",
    "told": "subscriber__told",
}


class Row(NamedTuple):
    """A subscription and its subscriber, as a run needs them."""

    pk: int
    subscriber: int
    site: int | None
    selection: str
    rhythm: str
    hour: int
    weekday: int
    begins: datetime  # the time from which on it is sent what appears
    is_due: bool
    edition: int
    missed: list[int]
    address: str
    zone: str
    told: dict[str, int]

    def is_new(self, post: NewPost, last: int) -> bool:
        """Return whether a post is to be sent: new since the mark, or shown again since its email was written without it."""
        if post.appeared <= self.begins:
            return False
        return post.edition > self.edition or (post.pk in self.missed and self.edition < post.returned <= last)


@dataclass(frozen=True, slots=True)
class ReaderDigest:
    """An email to be written: its posts, newest first, and the subscriptions that bring them."""

    subscriber: int
    address: str
    site: int | None
    posts: list[int]
    subscriptions: list[int]


@dataclass(frozen=True, slots=True)
class Moved:
    """A subscription whose mark moves, and the posts it has missed then."""

    row: Row
    missed: tuple[int, ...]


@dataclass(frozen=True, slots=True)
class Reader:
    """A reader's emails, the subscriptions that move, and the posts to remember as sent."""

    pk: int
    digests: list[ReaderDigest]
    moved: list[Moved]
    told: dict[str, int] | None  # None: as it was


def read_readers(readers: list[int], matcher: Matcher, now: datetime) -> list[Reader]:
    """Return what each of these readers is to be sent now."""
    begins = Greatest("confirmed_at", Coalesce("subscriber__confirmed_at", "confirmed_at"))
    due = ExpressionWrapper(is_due(matcher.last, now), BooleanField())
    found = Subscription.objects.current().filter(subscriber__in=readers).annotate(begins=begins, due=due)
    rows = map(Row._make, found.order_by("subscriber_id", "pk").values_list(*FIELDS.values()))
    return [_reader(pk, list(theirs), matcher) for pk, theirs in groupby(rows, lambda row: row.subscriber)]


def _reader(pk: int, rows: list[Row], matcher: Matcher) -> Reader:
    due = [row for row in rows if row.is_due]
    told = dict(rows[0].told)
    chosen: dict[int | None, dict[int, list[int]]] = {}  # by site, subscription and post
    sent: dict[str, int] = {}
    for row in due:
        for post in matcher.matching(row.site, row.selection):
            if str(post.pk) not in told and row.is_new(post, matcher.last):
                chosen.setdefault(row.site, {}).setdefault(row.pk, []).append(post.pk)
                sent[str(post.pk)] = post.edition
    digests = [
        ReaderDigest(pk, rows[0].address, site, matcher.newest_first(site, set().union(*by.values())), list(by))
        for site, by in chosen.items()
    ]
    told |= sent
    moved = [Moved(row, _missed(row, told, matcher)) for row in due]
    return Reader(pk, digests, moved, _to_remember(rows, moved, told, matcher.last))


def _missed(row: Row, told: dict[str, int], matcher: Matcher) -> tuple[int, ...]:
    """Return the posts that a subscription whose email is written now misses: hidden, and not sent by another one."""
    shown = {post for post in row.missed if matcher.was_shown_again(post, row.edition)}
    hidden = (post.pk for post in matcher.hidden if post.edition > row.edition and post.appeared > row.begins)
    return tuple(sorted({post for post in {*row.missed, *hidden} if post not in shown and str(post) not in told}))


def _to_remember(rows: list[Row], moved: list[Moved], told: dict[str, int], last: int) -> dict[str, int] | None:
    """Return the posts sent that another subscription of the reader's may still bring; None where nothing changes."""
    missed = {one.row.pk: one.missed for one in moved}
    marks = [last if row.pk in missed else row.edition for row in rows]
    waiting = {post for row in rows for post in missed.get(row.pk, row.missed)}
    kept = {post: edition for post, edition in told.items() if edition > min(marks) or int(post) in waiting}
    return None if kept == rows[0].told else kept


def by_schedule(moved: Iterable[Moved]) -> dict[tuple[str, int, int, str, tuple[int, ...]], list[int]]:
    """Return the subscriptions that move, by rhythm, hour, weekday, time zone, and what they have missed."""
    found: dict[tuple[str, int, int, str, tuple[int, ...]], list[int]] = {}
    for one in moved:
        row = one.row
        found.setdefault((row.rhythm, row.hour, row.weekday, row.zone, one.missed), []).append(row.pk)
    return found
