"""Hosts of Wagtail sites without a blog: there Wagtail serves every URL, with its hooks."""

from collections.abc import Callable, Iterable
from functools import wraps
from typing import Any

from django.http import Http404, HttpRequest, HttpResponseBase
from django.urls import URLPattern

from blog.caching.public_view import PublicView, serve_page
from blog.request import find_blog

View = Callable[..., HttpResponseBase]


def on_blog_sites(patterns: Iterable[URLPattern]) -> list[URLPattern]:
    """Return the URL patterns with views that respond on a blog's hosts only."""
    return [URLPattern(entry.pattern, on_blog_site(entry.callback), entry.default_args, entry.name) for entry in patterns]


def on_blog_site(view: View) -> View:
    """Wrap a view to respond where a blog is the site's root page; elsewhere Wagtail serves the URL."""
    if isinstance(view, PublicView):  # it does so itself
        return view

    @wraps(view)
    def respond(request: HttpRequest, /, *args: Any, **kwargs: Any) -> HttpResponseBase:
        return view(request, *args, **kwargs) if find_blog(request) else serve_page(request)

    return respond


def or_page(view: View) -> View:
    """Let Wagtail serve the page at a URL, such as `/about/comment/`, where the view found no post."""

    @wraps(view)
    def respond(request: HttpRequest, /, *args: Any, **kwargs: Any) -> HttpResponseBase:
        try:
            return view(request, *args, **kwargs)
        except Http404 as reason:
            try:
                return serve_page(request)
            except Http404:
                raise reason from None

    return respond
