"""Feeds of a listing: RSS 2.0, Atom (RFC 4287) and JSON Feed 1.1, with full content, paged by RFC 5005's links."""

from dataclasses import dataclass

from django.conf import settings
from django.http import HttpResponse
from django.template.loader import render_to_string
from django.utils.translation import gettext as _
from markupsafe import Markup

from blog.caching.fragments import FragmentCache, Told
from blog.entries import DATES, dumps, tell_of_posts
from blog.listing import Listing
from blog.request import RequestState
from blog.tagindex import Cursor

FEED_LENGTH = 20  # posts
FORMS = ("rss", "atom", "json")
CONTENT_TYPES = {
    "rss": "application/rss+xml; charset=utf-8",
    "atom": "application/atom+xml; charset=utf-8",
    "json": "application/feed+json; charset=utf-8",
}
TYPES = {form: content_type.partition(";")[0] for form, content_type in CONTENT_TYPES.items()}
NAMES = {"rss": "RSS", "atom": "Atom", "json": "JSON Feed"}
NO_XML = bytes(sorted({*range(32)} - {9, 10, 13}))  # beside U+FFFE and U+FFFF: XML 1.0, section 2.2

entries_told: FragmentCache[Told] = FragmentCache(settings.FRAGMENT_CACHE_BYTES)


@dataclass(frozen=True, slots=True)
class FeedLink:
    """A feed of a listing, as a page links to it."""

    name: str
    type: str
    address: str


@dataclass(frozen=True, slots=True)
class Channel:
    """A feed: itself, its page, and its older part where there is one."""

    title: str
    site: str
    page: str
    itself: str
    older: str | None
    updated: str
    author: str
    language: str
    entries: list[str]  # as told in its form


def file_name(form: str) -> str:
    """What a feed's address ends in; nothing for the page itself."""
    return f"feed.{form}" if form in FORMS else ""


def links(listing: Listing) -> list[FeedLink]:
    """The three feeds of a listing, whatever its order or view."""
    return links_below(listing.path, _query(listing))


def links_below(path: str, query: str = "") -> list[FeedLink]:
    """The three feeds of what is at an address."""
    return [FeedLink(NAMES[form], TYPES[form], path + file_name(form) + query) for form in FORMS]


def answer(state: RequestState, listing: Listing, form: str, title: str) -> HttpResponse:
    """Answer with one of the three feeds."""
    return written(_channel(state, listing, form, title), form)


def written(channel: Channel, form: str) -> HttpResponse:
    """Write a feed in one of the three forms."""
    return HttpResponse(_json(channel) if form == "json" else _xml(channel, form), content_type=CONTENT_TYPES[form])


def _query(listing: Listing, **place: str | None) -> str:
    """The query of a feed's address: newest first whatever the listing's order, from the start or from a place."""
    return listing.query(order=None, view=None, contents=None, **place)


def _channel(state: RequestState, listing: Listing, form: str, title: str) -> Channel:
    site = state.base
    feed = site + listing.path + file_name(form)
    blog, index, reading = listing.blog, listing.index, listing.reading
    page = index.page(listing.chosen, FEED_LENGTH, before=reading.before, after=reading.after)
    told = entries_told.get(index, page.ids, lambda ids: tell_of_posts(ids, index, blog, site, form), blog.id, site, form)
    return Channel(
        title=f"{blog.title}: {title}" if listing.selection else blog.title,
        site=site,
        page=site + listing.address(),
        itself=feed + _query(listing, before=_text(reading.before), after=_text(reading.after)),
        older=feed + _query(listing, before=str(page.older)) if page.older else None,
        updated=DATES[form](max((part.updated for part in told.values()), default=index.changed)),
        author=blog.title,
        language=blog.language,
        entries=[part.text for part in told.values()],
    )


def _text(place: Cursor | None) -> str | None:
    return str(place) if place else None


def explanation() -> str:
    """What a feed says to whoever opens it in a browser, which shows its source."""
    return _("This is a feed: give its address to a feed reader, which then tells you what is new. To read it here, see below.")


def _xml(channel: Channel, form: str) -> bytes:
    """RSS or Atom."""
    entries = Markup("".join(channel.entries))  # noqa: S704 (each was rendered)
    return encode(render_to_string(f"blog/feed.{form}", {"feed": channel, "entries": entries, "explanation": explanation()}))


def encode(xml: str) -> bytes:
    """Encode XML without what it cannot hold, as names and texts may."""
    return xml.encode().translate(None, NO_XML).replace("\ufffe".encode(), b"").replace("\uffff".encode(), b"")


def _json(channel: Channel) -> str:
    """JSON Feed 1.1, jsonfeed.org/version/1.1."""
    feed = {
        "version": "https://jsonfeed.org/version/1.1",
        "title": channel.title,
        "user_comment": explanation(),
        "home_page_url": channel.page,
        "feed_url": channel.itself,
        "language": channel.language,
        **({"next_url": channel.older} if channel.older else {}),
    }
    return f'{dumps(feed)[:-1]},"items":[{",".join(channel.entries)}]}}'
