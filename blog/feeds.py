"""Feeds of a listing: RSS 2.0, Atom (RFC 4287) and JSON Feed 1.1, with full content, paged by RFC 5005's links."""

import json
import re
from collections.abc import Callable
from datetime import datetime
from typing import Any, NamedTuple
from urllib.parse import quote

from django.http import HttpRequest, HttpResponse
from django.utils.feedgenerator import Atom1Feed, Rss201rev2Feed
from django.utils.xmlutils import SimplerXMLGenerator

from blog.around import tags_of
from blog.listing import Listing
from blog.models import PostPage
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
NOT_XML = re.compile(r"[^\t\n\r\u0020-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")  # XML 1.0, section 2.2
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
    published: datetime
    updated: datetime
    author: str
    tags: list[str]
    about: str  # the address an external post is about


class Channel(NamedTuple):
    """A feed: itself, its page, and its older part where there is one."""

    title: str
    site: str
    page: str
    itself: str
    older: str | None
    updated: datetime
    language: str
    entries: list[Entry]


def file_name(form: str) -> str:
    """What a feed's address ends in; nothing for the page itself."""
    return f"feed.{form}" if form in FORMS else ""


def links(listing: Listing) -> list[FeedLink]:
    """The three feeds of a listing, whatever its order or view."""
    query = _query(listing)
    return [FeedLink(NAMES[form], TYPES[form], listing.path + file_name(form) + query) for form in FORMS]


def answer(request: HttpRequest, listing: Listing, form: str, title: str) -> HttpResponse:
    """Answer with one of the three feeds."""
    channel = _channel(request, listing, form, title)
    writers: dict[str, Callable[[Channel], str]] = {"rss": _rss, "atom": _atom, "json": _json}
    return HttpResponse(writers[form](channel), content_type=CONTENT_TYPES[form])


def _query(listing: Listing, **place: str | None) -> str:
    """The query of a feed's address: newest first whatever the listing's order, from the start or from a place."""
    return listing.query(order=None, view=None, contents=None, **place)


def _channel(request: HttpRequest, listing: Listing, form: str, title: str) -> Channel:
    site = f"{request.scheme}://{request.get_host()}"
    feed = site + listing.path + file_name(form)
    index, reading = listing.index, listing.reading
    page = index.page(listing.chosen, FEED_LENGTH, before=reading.before, after=reading.after)
    posts = PostPage.objects.whole().in_bulk(page.ids)
    entries = [_entry(posts[id_], listing, site) for id_ in page.ids if id_ in posts]
    return Channel(
        title=_clean(f"{listing.blog.title}: {title}" if listing.selection else listing.blog.title),
        site=site,
        page=site + listing.address(),
        itself=feed + _query(listing, before=_text(reading.before), after=_text(reading.after)),
        older=feed + _query(listing, before=str(page.older)) if page.older else None,
        updated=max((entry.updated for entry in entries), default=index.changed),
        language=listing.blog.language,
        entries=entries,
    )


def _text(place: Cursor | None) -> str | None:
    return str(place) if place else None


def _entry(post: PostPage, listing: Listing, site: str) -> Entry:
    address = f"{site}/{quote(post.slug)}/"
    published = post.published or post.first_published_at
    return Entry(
        id=f"urn:uuid:{post.translation_key}",
        title=_clean(post.title),
        address=address,
        content=_clean(absolute(post.html, site, address)),
        summary=_clean(post.excerpt),
        published=published,
        updated=max(published, post.last_published_at or published),
        author=_clean(post.author.name if post.author else listing.blog.title),
        tags=[_clean(tag.name) for tag in tags_of(listing.index, post)],
        about=post.link,
    )


def absolute(html: str, site: str, address: str) -> str:
    """Make the addresses of a post's links and images whole, since a feed is read elsewhere.

    >>> absolute('<a href="/tags/a/">a</a> <a href="#b">b</a>', "https://x.example", "https://x.example/p/")
    '<a href="https://x.example/tags/a/">a</a> <a href="https://x.example/p/#b">b</a>'
    """
    return OWN_ADDRESS.sub(lambda found: found[1] + (address + "#" if found[2] == "#" else site + "/"), html)


def _clean(text: str) -> str:
    """Take out what XML cannot hold."""
    return NOT_XML.sub("", text)


class _FullContent:
    """What both XML formats get beyond Django's: the pages of the feed, and each post's whole text."""

    feed: dict[str, Any]
    link_element: str

    def add_root_elements(self, handler: SimplerXMLGenerator) -> None:
        super().add_root_elements(handler)  # type: ignore[misc]
        if self.feed["older"]:
            handler.addQuickElement(self.link_element, None, {"rel": "next", "href": self.feed["older"]})


class _Rss(_FullContent, Rss201rev2Feed):
    link_element = "atom:link"

    def rss_attributes(self) -> dict[str, str]:
        return {**super().rss_attributes(), "xmlns:content": "http://purl.org/rss/1.0/modules/content/"}

    def add_item_elements(self, handler: SimplerXMLGenerator, item: dict[str, Any]) -> None:
        super().add_item_elements(handler, item)
        handler.addQuickElement("content:encoded", item["content"])


class _Atom(_FullContent, Atom1Feed):
    link_element = "link"

    def add_item_elements(self, handler: SimplerXMLGenerator, item: dict[str, Any]) -> None:
        super().add_item_elements(handler, item)
        handler.addQuickElement("content", item["content"], {"type": "html"})
        if item["about"]:
            handler.addQuickElement("link", None, {"rel": "related", "href": item["about"]})


def _xml(kind: type[_Rss] | type[_Atom], channel: Channel) -> str:
    feed = kind(
        channel.title,
        channel.page,
        channel.title,
        language=channel.language,
        feed_url=channel.itself,
        older=channel.older,
        subtitle=None,
        author_name=channel.entries[0].author if channel.entries else channel.title,
    )
    feed.latest_post_date = lambda: channel.updated
    for entry in channel.entries:
        feed.add_item(
            entry.title,
            entry.address,
            entry.summary,
            author_name=entry.author,
            pubdate=entry.published,
            updateddate=entry.updated,
            unique_id=entry.id,
            unique_id_is_permalink=False,
            categories=entry.tags,
            content=entry.content,
            about=entry.about,
        )
    return str(feed.writeString("utf-8"))


def _rss(channel: Channel) -> str:
    return _xml(_Rss, channel)


def _atom(channel: Channel) -> str:
    return _xml(_Atom, channel)


def _json(channel: Channel) -> str:
    """JSON Feed 1.1, jsonfeed.org/version/1.1."""
    feed = {
        "version": "https://jsonfeed.org/version/1.1",
        "title": channel.title,
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
        "date_published": entry.published.isoformat(),
        "date_modified": entry.updated.isoformat(),
        "authors": [{"name": entry.author}],
        "tags": entry.tags,
    }
