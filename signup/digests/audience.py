"""Whom a post would be mailed to: the readers whose selections have it, by the time at which their emails are written."""

from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from typing import NamedTuple

from django.utils import timezone
from wagtail.models import Site

from blog.models import PostPage
from blog.selections.selection import Selection
from signup.models import AnyOf, Subscription
from signup.models.schedule import next_due, zone_named
from signup.models.subscriptions import SELECTION

FIELDS = ("subscriber", "site", SELECTION, "rhythm", "hour", "weekday", "subscriber__time_zone")


@dataclass(frozen=True, slots=True)
class Audience:
    """The number of readers who would be sent a post at once, and of those at each later time; nobody is counted twice."""

    at_once: int
    later: tuple[tuple[datetime, int], ...]  # the soonest first

    @property
    def total(self) -> int:
        return self.at_once + sum(number for _moment, number in self.later)


class Schedule(NamedTuple):
    rhythm: str
    hour: int
    weekday: int
    zone: str

    def next(self, now: datetime) -> datetime | None:
        """Return when the next email is written; None for at once."""
        return next_due(self.rhythm, self.hour, self.weekday, zone_named(self.zone), now)


@dataclass(frozen=True, slots=True)
class Facts:
    """What of a post, saved or not, selections look at."""

    tags: frozenset[str]
    authors: frozenset[str]
    source: str
    published: datetime  # in the site's time zone, as the index has years

    @classmethod
    def of(cls, post: PostPage) -> "Facts":
        moment = post.published or post.first_published_at or timezone.now()
        return cls(
            tags=frozenset(tag.slug for tag in post.tags.all()),
            authors=frozenset(author.handle for author in post.authors),
            source="external" if post.link else "internal",
            published=moment.astimezone(timezone.get_default_timezone()),
        )

    def are_in(self, selection: Selection) -> bool:
        return (
            self.tags.issuperset(selection.wanted)
            and self.tags.isdisjoint(selection.unwanted)
            and (selection.author is None or selection.author in self.authors)
            and selection.source in (None, self.source)
            and selection.year in (None, self.published.year)
            and selection.month in (None, self.published.month)
        )


def audience_of(post: PostPage, now: datetime) -> Audience:
    """Return who would be sent a post that appeared now; each distinct selection is evaluated once."""
    facts, sites = Facts.of(post), _sites_of(post)
    found: dict[str, bool] = {}
    schedules: dict[Schedule, datetime | None] = {}
    moments: dict[int, datetime | None] = {}  # by reader; None: at once
    rows = Subscription.objects.current().order_by().values_list(*FIELDS)
    for reader, site, selection, *when in rows.iterator():
        if site not in sites or moments.get(reader, now) is None:
            continue
        if selection not in found:
            found[selection] = any(map(facts.are_in, AnyOf.parse(selection).choices))
        if not found[selection]:
            continue
        schedule = Schedule(*when)
        if schedule not in schedules:
            schedules[schedule] = schedule.next(now)
        moment = schedules[schedule]
        earlier = moments.get(reader, moment)
        moments[reader] = None if moment is None or earlier is None else min(moment, earlier)
    return _counted(moments.values())


def _counted(moments: Iterable[datetime | None]) -> Audience:
    numbers = Counter(moments)
    at_once = numbers.pop(None, 0)
    return Audience(at_once, tuple(sorted((moment, number) for moment, number in numbers.items() if moment)))


def _sites_of(post: PostPage) -> set[int | None]:
    """Return the sites whose subscribers a post is mailed to: those of its blog; None with the default one."""
    parent = post.get_parent()
    sites = Site.objects.filter(root_page=parent).values_list("pk", "is_default_site")
    return {pk for pk, _default in sites} | ({None} if any(default for _pk, default in sites) else set())
