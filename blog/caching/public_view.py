"""Views whose response is the same for everyone who has no session."""

from collections.abc import Callable
from functools import update_wrapper
from typing import Any

from django.http import HttpRequest, HttpResponse, HttpResponseBase, HttpResponseNotAllowed, HttpResponseNotModified
from django.utils.cache import patch_cache_control, patch_vary_headers
from django.views.decorators.csrf import csrf_protect
from wagtail.models import Page
from wagtail.views import serve

from blog.caching.conditional import is_conditional, is_current, validators
from blog.caching.content_security import PUBLIC_POLICY, allowing
from blog.request import RequestState, find_state

READING = ("GET", "HEAD")
SAFE_METHODS = (*READING, "OPTIONS")

View = Callable[..., HttpResponseBase]
PageOrNone = Callable[..., HttpResponseBase | None]


class PublicView:
    """A view of a blog: a function of the request, its state and the URL's arguments.

    `PageCacheMiddleware` calls `respond` for requests without a session and caches the result. Other requests pass the
    whole middleware chain; so do the URLs of hosts without a blog, which are Wagtail's to serve.
    """

    csrf_exempt = True  # nothing is written here; what Wagtail serves instead is checked by serve_page

    def __init__(self, view: PageOrNone, *, or_page: bool = False, daily: bool = False) -> None:
        """Wrap a function; with `or_page` Wagtail serves the URL where it returns None, and for every unsafe method.

        What it returns depends on the date if it is `daily`: then it is cached until the day ends.
        """
        self.view = view
        self.daily = daily
        self.or_page = or_page
        update_wrapper(self, view)

    def respond(self, request: HttpRequest, state: RequestState, *args: Any, **kwargs: Any) -> HttpResponseBase | None:
        """Return the response to a request without a session; None where Wagtail is to serve a page."""
        if is_conditional(request) and is_current(request, *validators(state.snapshot, state.today)):
            return mark_public(HttpResponseNotModified(), state)
        response = self.view(request, state, *args, **kwargs)
        return response and mark_public(response, state)

    def __call__(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponseBase:
        """Return the response for this reader, which must not be cached."""
        state = find_state(request)
        if state is None or (self.or_page and request.method not in READING):
            return serve_page(request)
        if request.method == "OPTIONS":
            return HttpResponse(headers={"Allow": ", ".join(SAFE_METHODS)})
        if request.method not in READING:
            return HttpResponseNotAllowed(SAFE_METHODS)
        response = self.view(request, state, *args, **kwargs)
        return serve_page(request) if response is None else mark_personal(response)


def public_view(view: View) -> PublicView:
    """Decorate a function as a public view."""
    return PublicView(view)


def public_view_or_page(view: PageOrNone) -> PublicView:
    """Decorate a function as a public view that shares URLs with Wagtail's pages; where it returns None, Wagtail serves one."""
    return PublicView(view, or_page=True)


def serve_page(request: HttpRequest) -> HttpResponseBase:
    """Serve the URL as Wagtail does, with its hooks; raise Http404 where it has no page.

    Django's CSRF check is for pages that accept the method; to the others a token would make no difference: 405.
    """
    path = request.path_info.removeprefix("/")
    found = Page.route_for_request(request, path)
    is_accepted = found is not None and request.method in found.page.allowed_http_method_names()
    response: HttpResponseBase = (csrf_protect(serve) if is_accepted else serve)(request, path)
    return response


def mark_public(response: HttpResponseBase, state: RequestState) -> HttpResponseBase:
    """Set headers for shared caches, with revalidation at each request; allow the blog's own style element (CSP)."""
    response.headers.setdefault("Cache-Control", "public, no-cache")
    patch_vary_headers(response, ["Accept-Encoding"])
    if response.status_code in (200, 304):
        response["ETag"], last_modified = validators(state.snapshot, state.today)
        if last_modified:
            response["Last-Modified"] = last_modified
    response.headers.setdefault("Content-Security-Policy", allowing(state.blog.style) if state.blog.style else PUBLIC_POLICY)
    return response


def mark_personal(response: HttpResponseBase) -> HttpResponseBase:
    """Set headers that forbid caching."""
    patch_cache_control(response, private=True, no_store=True)
    patch_vary_headers(response, ["Cookie"])
    return response
