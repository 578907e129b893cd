"""Entries of feeds: a post or a comment in RSS 2.0, Atom (RFC 4287) or JSON Feed 1.1."""

import json
import re
from collections.abc import Callable, Iterable, Mapping
from datetime import datetime
from functools import lru_cache
from typing import Any, NamedTuple
from uuid import UUID

from django.template.loader import get_template
from django.utils.feedgenerator import rfc2822_date

from blog.caching.fragments import FeedEntry
from blog.markdown.addresses import absolute
from blog.models.rows import PostRow, read_rows
from blog.paths import post_path
from blog.rendering.post_tags import tags_of
from blog.request import Blog
from blog.tagindex import TagIndex

REMEMBERED = 10_000  # dates
NO_XML = bytes(sorted({*range(32)} - {9, 10, 13}))  # beside U+FFFE and U+FFFF: XML 1.0, section 2.2
DATES: dict[str, Callable[[datetime], str]] = {
    "rss": lru_cache(REMEMBERED)(rfc2822_date),
    "atom": datetime.isoformat,
    "json": datetime.isoformat,
}
CHOICES = re.compile("</?picture>|<source [^>]*>")


class Entry(NamedTuple):
    """The fields of a feed entry, common to the three formats; URLs are absolute."""

    id: str
    title: str
    address: str
    content: str  # HTML
    summary: str
    published: str
    updated: str
    authors: tuple[str, ...]
    tags: tuple[str, ...] = ()
    about: str = ""  # the URL that an external post links to


def serialise_posts(
    ids: list[int], index: TagIndex, blog: Blog, site: str, form: str, lines: Mapping[int, str] | None = None
) -> dict[int, FeedEntry]:
    """Return posts as entries in a feed format, by id, the content of some below a line of HTML: one query."""
    posts, lines = read_rows(ids), lines or {}
    entries = [_entry(post, index, blog, site, DATES[form], lines.get(post.pk, "")) for post in posts.values()]
    return {id_: FeedEntry(text, posts[id_].updated) for id_, text in zip(posts, serialise(entries, form), strict=True)}


def serialise(entries: Iterable[Entry], form: str) -> list[str]:
    """Return entries rendered in a feed format."""
    if form == "json":
        return [dumps(_as_json(entry)) for entry in entries]
    template = get_template(f"blog/entry.{form}")
    return [allowed_in_xml(template.render({"entry": entry})) for entry in entries]


def allowed_in_xml(text: str) -> str:
    """Return XML without the characters that XML 1.0 forbids, which names and texts may contain."""
    return text.encode().translate(None, NO_XML).decode().replace("\ufffe", "").replace("\uffff", "")


def dumps(value: dict[str, Any]) -> str:
    """Return compact JSON, without spaces between tokens."""
    return json.dumps(value, ensure_ascii=False, separators=(",", ":"))


def _entry(post: PostRow, index: TagIndex, blog: Blog, site: str, date: Callable[[datetime], str], line: str) -> Entry:
    address, published = site + post_path(post.slug), date(post.published)
    return Entry(
        id=UUID(post.key).urn,
        title=post.title,
        address=address,
        content=line + content_of(post.html, address),
        summary=post.excerpt,
        published=published,
        updated=published if post.updated == post.published else date(post.updated),
        authors=tuple(author.name for author in post.authors) or (blog.title,),
        tags=tuple(tag.name for tag in tags_of(index, post.pk)),
        about=post.link,
    )


def content_of(html: str, address: str) -> str:
    """Return a text as feeds carry it: its URLs absolute, without the choice of AVIF, which few feed readers know."""
    return absolute(CHOICES.sub("", html), address)


def _as_json(entry: Entry) -> dict[str, Any]:
    return {
        "id": entry.id,
        "url": entry.address,
        **({"external_url": entry.about} if entry.about else {}),
        "title": entry.title,
        "content_html": entry.content,
        "summary": entry.summary,
        "date_published": entry.published,
        "date_modified": entry.updated,
        "authors": [{"name": author} for author in entry.authors],
        "tags": entry.tags,
    }
