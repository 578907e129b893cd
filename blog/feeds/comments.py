"""Feeds of comments in RSS 2.0, Atom and JSON Feed: the comments on one post, and the latest of a blog."""

from collections.abc import Callable
from datetime import datetime

from django.http import HttpResponse
from django.utils.translation import gettext as _

from blog.feeds import listing as listing_feeds
from blog.feeds.entries import DATES, Entry, content_of, serialise
from blog.feeds.listing import Channel
from blog.models import Comment
from blog.models.rows import PostRow
from blog.paths import post_path, route
from blog.rendering.comments import address_of, title_of
from blog.rendering.feed_links import file_name
from blog.request import RequestState


def of_post(state: RequestState, post: PostRow, comments: list[Comment], form: str) -> HttpResponse:
    """Return the feed of a post's comments, the last approved first."""
    newest = sorted(comments, key=_approved, reverse=True)[: listing_feeds.FEED_LENGTH]
    path = post_path(post.slug)
    entries = [(comment, post.slug, post.title) for comment in newest]
    return _respond(state, title_of(post.title), path, f"{path}#comments", entries, form)


def of_blog(state: RequestState, comments: list[Comment], form: str) -> HttpResponse:
    """Return the feed of comments on several posts, in the order given."""
    entries = [(comment, comment.post.slug, comment.post.title) for comment in comments]
    path = route("comments")
    return _respond(state, _("Latest comments"), path, path, entries, form)


def _respond(
    state: RequestState, title: str, path: str, page: str, comments: list[tuple[Comment, str, str]], form: str
) -> HttpResponse:
    blog, site, date = state.blog, state.base, DATES[form]
    entries = [_entry(comment, site, slug, post, date) for comment, slug, post in comments]
    last = max((_approved(comment) for comment, _slug, _post in comments), default=state.snapshot.changed)
    channel = Channel(
        title=f"{blog.title}: {title}",
        page=site + page,
        self_url=site + path + file_name(form),
        updated=date(last),
        author=blog.title,
        language=blog.language,
        entries=serialise(entries, form),
    )
    return listing_feeds.written(channel, form)


def _entry(comment: Comment, site: str, slug: str, post: str, date: Callable[[datetime], str]) -> Entry:
    address = site + address_of(comment, slug)
    return Entry(
        id=comment.key.urn,
        title=_("%(name)s on “%(post)s”") % {"name": comment.shown_name, "post": post},
        address=address,
        content=content_of(comment.html_on(slug), address),
        summary="",
        published=date(comment.sent),
        updated=date(_approved(comment)),
        authors=(comment.shown_name,),
    )


def _approved(comment: Comment) -> datetime:
    return comment.decided or comment.sent
