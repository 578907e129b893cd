"""Feeds of a listing: RSS 2.0, Atom (RFC 4287) and JSON Feed 1.1, with full content, paged by RFC 5005's links."""

import json
import re
from collections.abc import Callable
from datetime import datetime
from functools import lru_cache
from typing import Any, NamedTuple
from xml.sax.saxutils import escape  # which leaves quotes alone: texts are full of them

from django.http import HttpRequest, HttpResponse
from django.utils.feedgenerator import rfc2822_date
from django.utils.safestring import SafeString
from django.utils.translation import gettext as _

from blog.around import tags_of
from blog.listing import Listing
from blog.models.wholes import Whole, read_wholes
from blog.selection import quoted
from blog.sites import base_of
from blog.stencils import fill, fill_each
from blog.tagindex import Cursor

FEED_LENGTH = 20  # posts
FORMS = ("rss", "atom", "json")
CONTENT_TYPES = {
    "rss": "application/rss+xml; charset=utf-8",
    "atom": "application/atom+xml; charset=utf-8",
    "json": "application/feed+json; charset=utf-8",
}
TYPES = {form: content_type.partition(";")[0] for form, content_type in CONTENT_TYPES.items()}
TOLD = 10_000  # dates, and tags as XML, that are kept as they were told
DATES: dict[str, Callable[[datetime], str]] = {
    "rss": lru_cache(TOLD)(rfc2822_date),
    "atom": datetime.isoformat,
    "json": datetime.isoformat,
}
CATEGORIES = {"rss": "<category>{}</category>\n", "atom": '<category term="{}"/>\n'}
NAMES = {"rss": "RSS", "atom": "Atom", "json": "JSON Feed"}
NO_XML = bytes(sorted({*range(32)} - {9, 10, 13}))  # beside U+FFFE and U+FFFF: XML 1.0, section 2.2
QUOTE = {'"': "&quot;"}
CHOICES = re.compile(r'</?picture>|<source [^>]*>|(<img [^>]*?) srcset="[^"]*" sizes="[^"]*"')
OWN_ADDRESS = re.compile(r'(<[^>]+?\s(?:href|src)=")(/(?!/)|#)')


class FeedLink(NamedTuple):
    """A feed of a listing, as a page links to it."""

    name: str
    type: str
    address: str


class Entry(NamedTuple):
    """A post as every feed tells of it; addresses are absolute."""

    id: str
    title: str
    address: str
    content: str  # HTML
    summary: str
    published: str
    updated: str
    author: str
    tags: tuple[str, ...]
    about: str  # the address an external post is about


class Channel(NamedTuple):
    """A feed: itself, its page, and its older part where there is one."""

    title: str
    site: str
    page: str
    itself: str
    older: str | None
    updated: str
    author: str
    language: str
    entries: list[Entry]


def file_name(form: str) -> str:
    """What a feed's address ends in; nothing for the page itself."""
    return f"feed.{form}" if form in FORMS else ""


def links(listing: Listing) -> list[FeedLink]:
    """The three feeds of a listing, whatever its order or view."""
    return links_below(listing.path, _query(listing))


def links_below(path: str, query: str = "") -> list[FeedLink]:
    """The three feeds of what is at an address."""
    return [FeedLink(NAMES[form], TYPES[form], path + file_name(form) + query) for form in FORMS]


def answer(request: HttpRequest, listing: Listing, form: str, title: str) -> HttpResponse:
    """Answer with one of the three feeds."""
    return written(_channel(request, listing, form, title), form)


def written(channel: Channel, form: str) -> HttpResponse:
    """Write a feed in one of the three forms."""
    return HttpResponse(_json(channel) if form == "json" else _xml(channel, form), content_type=CONTENT_TYPES[form])


def _query(listing: Listing, **place: str | None) -> str:
    """The query of a feed's address: newest first whatever the listing's order, from the start or from a place."""
    return listing.query(order=None, view=None, contents=None, **place)


def _channel(request: HttpRequest, listing: Listing, form: str, title: str) -> Channel:
    site = base_of(request)
    feed = site + listing.path + file_name(form)
    index, reading = listing.index, listing.reading
    page = index.page(listing.chosen, FEED_LENGTH, before=reading.before, after=reading.after)
    posts = read_wholes(page.ids)
    entries = [_entry(posts[id_], listing, site, DATES[form]) for id_ in page.ids if id_ in posts]
    title = f"{listing.blog.title}: {title}" if listing.selection else listing.blog.title
    return Channel(
        title=title,
        site=site,
        page=site + listing.address(),
        itself=feed + _query(listing, before=_text(reading.before), after=_text(reading.after)),
        older=feed + _query(listing, before=str(page.older)) if page.older else None,
        updated=DATES[form](max((post.updated for post in posts.values()), default=index.changed)),
        author=entries[0].author if entries else title,
        language=listing.blog.language,
        entries=entries,
    )


def _text(place: Cursor | None) -> str | None:
    return str(place) if place else None


def _entry(post: Whole, listing: Listing, site: str, date: Callable[[datetime], str]) -> Entry:
    address, published = f"{site}/{quoted(post.slug)}/", date(post.published)
    return Entry(
        id=_urn(post.key),
        title=post.title,
        address=address,
        content=absolute(post.html, site, address),
        summary=post.excerpt,
        published=published,
        updated=published if post.updated == post.published else date(post.updated),
        author=post.author or listing.blog.title,
        tags=tuple(tag.name for tag in tags_of(listing.index, post.pk)),
        about=post.link,
    )


def _urn(key: str) -> str:
    """The name of a UUID of 32 hexadecimal digits (RFC 9562, section 4)."""
    return f"urn:uuid:{key[:8]}-{key[8:12]}-{key[12:16]}-{key[16:20]}-{key[20:]}"


def absolute(html: str, site: str, address: str) -> str:
    """Make the addresses of a post's links and images whole, since a feed is read elsewhere; of an image, one is enough.

    >>> absolute('<a href="/tags/a/">a</a> <a href="#b">b</a>', "https://x.example", "https://x.example/p/")
    '<a href="https://x.example/tags/a/">a</a> <a href="https://x.example/p/#b">b</a>'
    """
    if "srcset=" in html:
        html = CHOICES.sub(lambda found: found[1] or "", html)
    if '="/' not in html and '="#' not in html:  # seen at once, where the pattern takes its time
        return html
    return OWN_ADDRESS.sub(lambda found: found[1] + (address + "#" if found[2] == "#" else site + "/"), html)


def explanation() -> str:
    """What a feed says to whoever opens it in a browser, which shows its source."""
    return _("This is a feed: give its address to a feed reader, which then tells you what is new. To read it here, see below.")


def _xml(channel: Channel, form: str) -> bytes:
    """RSS or Atom."""
    entries = [_as_xml(entry, form) for entry in channel.entries]
    words = {
        **channel._asdict(),
        "explanation": explanation(),
        "entries": SafeString("".join(fill_each(f"blog/entry.{form}", entries))),
    }
    return encode(fill(f"blog/feed.{form}", words))


def encode(xml: str) -> bytes:
    """Encode XML without what it cannot hold, as names and texts may."""
    return xml.encode().translate(None, NO_XML).replace("\ufffe".encode(), b"").replace("\uffff".encode(), b"")


def _as_xml(entry: Entry, form: str) -> dict[str, str]:
    """An entry's words. RSS takes its description for HTML, which a summary is not; in Atom that is a plain text."""
    return {
        **entry._asdict(),
        "content": SafeString(escape(entry.content)),
        "summary": escape(entry.summary) if form == "rss" else entry.summary,
        "tags": SafeString("".join([_category(tag, form) for tag in entry.tags])),
        **{name: SafeString(getattr(entry, name)) for name in ("id", "address", "published", "updated")},  # hold no such sign
    }


@lru_cache(TOLD)
def _category(tag: str, form: str) -> str:
    return CATEGORIES[form].format(escape(tag, QUOTE))


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
        "items": [_json_item(entry) for entry in channel.entries],
    }
    return json.dumps(feed, ensure_ascii=False, separators=(",", ":"))


def _json_item(entry: Entry) -> dict[str, Any]:
    return {
        "id": entry.id,
        "url": entry.address,
        **({"external_url": entry.about} if entry.about else {}),
        "title": entry.title,
        "content_html": entry.content,
        "summary": entry.summary,
        "date_published": entry.published,
        "date_modified": entry.updated,
        "authors": [{"name": entry.author}],
        "tags": entry.tags,
    }
