"""What is not the blog's: on the hosts of other Wagtail sites, Wagtail serves every URL, with its hooks."""

from collections.abc import Callable, Iterable
from functools import wraps
from typing import Any

from django.http import Http404, HttpRequest, HttpResponseBase
from django.urls import URLPattern
from wagtail.views import serve

from blog.answers import answered_first_by, short_way
from blog.sites import find_blog

View = Callable[..., HttpResponseBase]


def on_blog_sites(patterns: Iterable[URLPattern]) -> list[URLPattern]:
    """Return the URL patterns with views that answer on a blog's hosts alone."""
    return [URLPattern(entry.pattern, on_blog_site(entry.callback), entry.default_args, entry.name) for entry in patterns]


def on_blog_site(view: View) -> View:
    """Let a view answer where a blog is the site's root page; elsewhere Wagtail serves the URL."""

    @wraps(view)
    def answer(request: HttpRequest, /, *args: Any, **kwargs: Any) -> HttpResponseBase:
        return view(request, *args, **kwargs) if find_blog(request) else serve_page(request)

    short = short_way(view)
    if short is None:
        return answer

    def answer_first(request: HttpRequest, /, *args: Any, **kwargs: Any) -> HttpResponseBase | None:
        return short(request, *args, **kwargs) if find_blog(request) else None

    return answered_first_by(answer_first)(answer)


def or_page(view: View) -> View:
    """Let Wagtail serve the page at a URL, such as `/about/comment/`, where a view knows no post."""

    @wraps(view)
    def answer(request: HttpRequest, /, *args: Any, **kwargs: Any) -> HttpResponseBase:
        try:
            return view(request, *args, **kwargs)
        except Http404 as reason:
            try:
                return serve_page(request)
            except Http404:
                raise reason from None

    return answer


def serve_page(request: HttpRequest) -> HttpResponseBase:
    """Serve the URL as Wagtail does; raise Http404 where it has no page."""
    response: HttpResponseBase = serve(request, request.path_info.removeprefix("/"))
    return response
