"""Digests of a listing as feeds: an entry for each day, week or month that has ended, with its posts' titles and excerpts."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from itertools import groupby, islice
from uuid import NAMESPACE_URL, uuid5

from django.http import HttpResponse
from django.template.loader import render_to_string
from django.utils import timezone
from django.utils.translation import gettext as _

from blog.feeds.entries import DATES, Entry, serialise
from blog.feeds.listing import FEED_LENGTH, Channel, titled, written
from blog.models.rows import PostRow, read_rows
from blog.paths import post_path
from blog.rendering.feed_links import file_name
from blog.rendering.formats import day as day_name
from blog.rendering.formats import month_name
from blog.rendering.listing import Listing
from blog.request import RequestState

POSTS = 50  # of a period that an entry names; of more, it gives the number
CHUNK = 200  # posts looked at together


@dataclass(frozen=True, slots=True)
class Rhythm:
    """The periods of a digest: the first day of the one that a day lies in, the first day of the next, and their names."""

    key: str
    first: Callable[[date], date]
    next: Callable[[date], date]
    name: Callable[[date], str]
    title: Callable[[], str]


RHYTHMS = {
    "daily": Rhythm(
        "day",
        lambda day: day,
        lambda first: first + timedelta(days=1),
        lambda first: day_name(_midnight(first)),
        lambda: _("day by day"),
    ),
    "weekly": Rhythm(
        "week",
        lambda day: day - timedelta(days=day.weekday()),
        lambda first: first + timedelta(days=7),
        lambda first: _("Week from %s") % day_name(_midnight(first)),
        lambda: _("week by week"),
    ),
    "monthly": Rhythm(
        "month",
        lambda day: day.replace(day=1),
        lambda first: (first.replace(day=28) + timedelta(days=4)).replace(day=1),
        lambda first: month_name(first.year, first.month),
        lambda: _("month by month"),
    ),
}


@dataclass(frozen=True, slots=True)
class Period:
    """The posts of a listing within a period that has ended, newest first."""

    first: date
    posts: list[int]


def respond(state: RequestState, listing: Listing, form: str, title: str) -> HttpResponse:
    """Respond with a listing's digest feed; `form` is as `weekly.atom`."""
    name, _dot, form_name = form.partition(".")
    rhythm, today = RHYTHMS[name], state.today or timezone.localdate()
    found = list(islice(finished(listing, rhythm, today), FEED_LENGTH))
    rows = read_rows([post for period in found for post in period.posts[:POSTS]], texts=False)
    entries = [_entry(state, listing, rhythm, period, rows, form_name) for period in found]
    date_of = DATES[form_name]
    channel = Channel(
        title=f"{titled(listing, title)} ({rhythm.title()})",
        page=state.base + listing.address(),
        self_url=state.base + listing.path + file_name(form) + listing.query(order=None, view=None, contents=None),
        updated=date_of(_midnight(rhythm.next(found[0].first)) if found else listing.index.changed),
        author=listing.blog.title,
        language=listing.blog.language,
        entries=serialise(entries, form_name),
    )
    return written(channel, form_name)


def finished(listing: Listing, rhythm: Rhythm, today: date) -> Iterator[Period]:
    """Yield the periods before the present one in which the listing has posts, the latest first."""
    present = rhythm.first(today)
    for first, posts in groupby(_dated(listing), lambda found: rhythm.first(found[1])):
        if first < present:
            yield Period(first, [post for post, _day in posts])


def _dated(listing: Listing) -> Iterator[tuple[int, date]]:
    """Yield the listing's posts, newest first, with their days in the site's time zone."""
    chosen, index = listing.chosen, listing.index
    for end in range(len(chosen), 0, -CHUNK):
        for position in reversed(list(chosen[max(0, end - CHUNK) : end])):
            cursor = index.cursor(position)
            yield cursor.id, timezone.localtime(cursor.moment).date()


def _entry(state: RequestState, listing: Listing, rhythm: Rhythm, period: Period, rows: dict[int, PostRow], form: str) -> Entry:
    shown = [rows[post] for post in period.posts[:POSTS] if post in rows]
    page, ended = state.base + listing.address(), DATES[form](_midnight(rhythm.next(period.first)))
    posts = [(state.base + post_path(row.slug), row) for row in shown]
    context = {"posts": posts, "more": len(period.posts) - len(shown), "page": page}
    key = f"kimonote {listing.blog.id} {listing.address()} {rhythm.key} {period.first}"
    return Entry(
        id=uuid5(NAMESPACE_URL, key).urn,
        title=rhythm.name(period.first),
        address=page,
        content=render_to_string("blog/digest_entry.html", context),
        summary=", ".join(row.title for row in shown),
        published=ended,
        updated=ended,
        authors=(listing.blog.title,),
    )


def _midnight(day: date) -> datetime:
    """Return the beginning of a day in the site's time zone."""
    return timezone.make_aware(datetime.combine(day, time()))
