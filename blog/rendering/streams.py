"""View models of streams: what each is for, how much is in it, its latest posts, and how to follow it."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime

from markupsafe import Markup

from blog.markdown.references import expand
from blog.models import PostPage, Stream
from blog.models.tags import Order
from blog.paths import post_path, stream_path, stream_sign_up_url
from blog.rendering.describe import notes
from blog.rendering.feed_links import FeedLink, feeds_below
from blog.selections.query import OLDEST, stream_query
from blog.tagindex import TagIndex

LATEST = 3  # posts


@dataclass(frozen=True, slots=True)
class LatestPost:
    """Title, address and publication time of one of a stream's latest posts."""

    title: str
    address: str
    published: datetime


@dataclass(frozen=True, slots=True)
class StreamView:
    """A stream as the page of all streams shows it."""

    name: str
    address: str
    count: str
    oldest_first: bool
    introduction: Markup
    latest: list[LatestPost]
    feeds: list[FeedLink]
    sign_up: str


def stream_views(streams: Iterable[Stream], index: TagIndex) -> list[StreamView]:
    """Return the view models of streams; one query for the titles of all."""
    found = [(stream, index.select(stream.selection), stream_path(stream.slug)) for stream in streams]
    introductions = expand([stream.introduction_html for stream, _, _ in found], [path for _, _, path in found])
    latest = {stream.pk: index.page(chosen, LATEST).ids for stream, chosen, _ in found}
    titles = PostPage.objects.titles(sorted({id_ for ids in latest.values() for id_ in ids}))
    return [
        StreamView(
            name=stream.name,
            address=path,
            count=notes(len(chosen)),
            oldest_first=Order.of_listing(stream.order) == OLDEST,
            introduction=Markup(introduction),  # noqa: S704 (sanitised when it was saved)
            latest=[_latest(*titles[id_], stream.slug, index, id_) for id_ in latest[stream.pk] if id_ in titles],
            feeds=feeds_below(path),
            sign_up=stream_sign_up_url(stream.slug),
        )
        for (stream, chosen, path), introduction in zip(found, introductions, strict=True)
    ]


def _latest(slug: str, title: str, stream: str, index: TagIndex, id_: int) -> LatestPost:
    published = index.cursor(index.position(id_) or 0).moment
    return LatestPost(title, post_path(slug) + stream_query(stream), published)
