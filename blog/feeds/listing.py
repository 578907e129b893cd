"""Feeds of a listing: RSS 2.0, Atom (RFC 4287) and JSON Feed 1.1, with full content, paged by RFC 5005's links."""

from dataclasses import dataclass
from functools import cache

from django.conf import settings
from django.http import HttpResponse
from django.template.loader import render_to_string
from django.utils.translation import gettext as _
from markupsafe import Markup

from blog.caching.fragments import FeedEntry, FragmentCache
from blog.feeds.entries import DATES, allowed_in_xml, dumps, serialise_posts
from blog.feeds.series import part_lines
from blog.rendering.feed_links import CONTENT_TYPES, feed_query, file_name
from blog.rendering.listing import Listing
from blog.request import Blog, RequestState
from blog.tagindex import Cursor, TagIndex

FEED_LENGTH = 20  # posts
ENTRIES = Markup("<!-- the entries -->")  # placeholder for them in an XML feed

entry_fragments: FragmentCache[FeedEntry] = FragmentCache(settings.FRAGMENT_CACHE_BYTES)


@dataclass(frozen=True, slots=True)
class Channel:
    """A feed: its URL, the URL of its page, and that of the next older page, if any (RFC 5005)."""

    title: str
    page: str
    self_url: str
    updated: str
    author: str
    language: str
    entries: list[str]  # rendered in the feed format
    older: str | None = None


def respond(state: RequestState, listing: Listing, form: str, title: str) -> HttpResponse:
    """Respond with a listing's feed in one of the three formats."""
    return written(_channel(state, listing, form, title), form)


def written(channel: Channel, form: str) -> HttpResponse:
    """Return a response with a channel in one of the three formats."""
    return HttpResponse(_json(channel) if form == "json" else _xml(channel, form), content_type=CONTENT_TYPES[form])


def _channel(state: RequestState, listing: Listing, form: str, title: str) -> Channel:
    site = state.base
    feed = site + listing.path + file_name(form)
    blog, index, reading = listing.blog, listing.index, listing.reading
    page = index.page(listing.chosen, FEED_LENGTH, before=reading.before, after=reading.after)
    fragments = _entries(page.ids, index, blog, site, form)
    return Channel(
        title=titled(listing, title),
        page=site + listing.address(),
        self_url=feed + feed_query(listing, before=_text(reading.before), after=_text(reading.after)),
        older=feed + feed_query(listing, before=str(page.older)) if page.older else None,
        updated=DATES[form](max((part.updated for part in fragments.values()), default=index.changed)),
        author=blog.title,
        language=blog.language,
        entries=[part.text for part in fragments.values()],
    )


def _entries(ids: list[int], index: TagIndex, blog: Blog, site: str, form: str) -> dict[int, FeedEntry]:
    """Return the entries of these posts, by id, in their order: at most two queries.

    What part of a series a post is depends on the others, so an entry is cached for the line that says it.
    """
    lines = part_lines(ids, index, blog.series, site)
    parts = cache(lambda: serialise_posts([*lines], index, blog, site, form, lines))
    others = [id_ for id_ in ids if id_ not in lines]
    found = entry_fragments.get(
        index, others, lambda ids: serialise_posts(ids, index, blog, site, form), blog.id, site, form, ""
    )
    for id_, line in lines.items():
        found |= entry_fragments.get(
            index, [id_], lambda ids: {id_: parts()[id_] for id_ in ids if id_ in parts()}, blog.id, site, form, line
        )
    return {id_: found[id_] for id_ in ids if id_ in found}


def titled(listing: Listing, title: str) -> str:
    """Return the feed's title: the blog's, with the selection's or stream's and the search terms."""
    is_all = not (listing.selection or listing.stream or listing.reading.q)
    words = " " + _("with “%(q)s”") % {"q": listing.reading.q} if listing.reading.q else ""
    return listing.blog.title if is_all else f"{listing.blog.title}: {title}{words}"


def _text(place: Cursor | None) -> str | None:
    return str(place) if place else None


def explanation() -> str:
    """Return the text that explains a feed to readers who open it in a browser, which shows its source."""
    return _("This is a feed: give its address to a feed reader, which then tells you what is new. To read it here, see below.")


def _xml(channel: Channel, form: str) -> str:
    """Return the channel as RSS 2.0 or Atom."""
    context = {"feed": channel, "entries": ENTRIES, "explanation": explanation()}
    before, _place, after = allowed_in_xml(render_to_string(f"blog/feed.{form}", context)).partition(ENTRIES)
    return "".join([before, *channel.entries, after])


def _json(channel: Channel) -> str:
    """Return the channel as JSON Feed 1.1 (jsonfeed.org/version/1.1)."""
    feed = {
        "version": "https://jsonfeed.org/version/1.1",
        "title": channel.title,
        "user_comment": explanation(),
        "home_page_url": channel.page,
        "feed_url": channel.self_url,
        "language": channel.language,
        **({"next_url": channel.older} if channel.older else {}),
    }
    return f'{dumps(feed)[:-1]},"items":[{",".join(channel.entries)}]}}'
