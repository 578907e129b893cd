"""Views of comments: the latest of a blog, and feeds of these and of one post's."""

from django.http import HttpRequest, HttpResponse

from blog.caching.public_view import public_view
from blog.feeds import comments as comment_feeds
from blog.feeds.listing import FEED_LENGTH
from blog.paths import route
from blog.rendering.comments import latest, shown_under, views_with_titles
from blog.rendering.feed_links import feeds_below
from blog.request import RequestState, post_of
from blog.views.pages import page

PAGE_LENGTH = 50  # comments


@public_view
def latest_page(request: HttpRequest, state: RequestState) -> HttpResponse:
    """Return the page of the comments approved last."""
    return page(
        state,
        "blog/comments.html",
        comments=views_with_titles(latest(state.blog.path, state.snapshot, PAGE_LENGTH)),
        feeds=feeds_below(route("comments")),
        canonical=route("comments"),
    )


@public_view
def latest_feed(request: HttpRequest, state: RequestState, form: str) -> HttpResponse:
    return comment_feeds.of_blog(state, latest(state.blog.path, state.snapshot, FEED_LENGTH), form)


@public_view
def feed_of_post(request: HttpRequest, state: RequestState, slug: str, form: str) -> HttpResponse:
    """Return the feed of a visible post's comments."""
    found = post_of(state, slug)
    return comment_feeds.of_post(state, found, shown_under(found.pk), form)
