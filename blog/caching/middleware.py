"""The page cache of requests without a session."""

from collections.abc import Callable
from dataclasses import replace
from typing import Any, Final

from django.conf import settings
from django.core.handlers.exception import response_for_exception
from django.db import Error
from django.http import HttpRequest, HttpResponse, HttpResponseBase
from django.urls import Resolver404, ResolverMatch, resolve
from django.utils import timezone
from django.utils.module_loading import import_string
from django.utils.translation import gettext as _

from blog import availability
from blog.caching.compression import compress
from blog.caching.public_view import PublicView
from blog.caching.response import CachedResponse, Key, response_cache
from blog.replica import read
from blog.request import RequestState, is_public, public_state
from blog.tagindex.store import read_revision

LONGEST_ADDRESS: Final = 8_000  # characters; RFC 9110, section 4.1, asks for at least this much


class PageCacheMiddleware:
    """Respond to requests without a session from the cache, or by a `PublicView`, whose response is cached for the revision.

    It is outermost. A public view is called from here, bypassing the middleware of sessions and forms, which would take longer
    than a listing's facets; the middleware that such a response still passes is in `settings.PUBLIC_MIDDLEWARE`.
    Every other request goes the usual way.
    """

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponseBase]) -> None:
        self.get_response = get_response
        passed: list[Any] = [import_string(name)(get_response) for name in settings.PUBLIC_MIDDLEWARE]
        self._request_hooks = [each.process_request for each in passed if hasattr(each, "process_request")]
        self._response_hooks = [each.process_response for each in reversed(passed) if hasattr(each, "process_response")]

    def __call__(self, request: HttpRequest) -> HttpResponseBase:
        if len(request.META.get("PATH_INFO", "")) + len(request.META.get("QUERY_STRING", "")) > LONGEST_ADDRESS:
            return HttpResponse(_("The address is too long.") + "\n", status=414, content_type="text/plain; charset=utf-8")
        if request.method not in ("GET", "HEAD") or not is_public(request):
            return self.get_response(request)
        key = Key.of(request)
        cached = response_cache.get(key)
        if cached is None:
            return self._respond(request, key)
        try:
            revision = read_revision()
        except Error as error:
            if not (availability.is_unavailable(error) and availability.database.may_send_stale and cached.is_unexpired()):
                raise
            return cached.respond_stale(request)
        if not cached.is_fresh(revision):
            return self._respond(request, key, revision)
        if cached.coding:
            cached = cached.recompressed()
            response_cache.put(key, cached)
        return cached.respond(request)

    def _respond(self, request: HttpRequest, key: Key, revision: int | None = None) -> HttpResponseBase:
        """Call the view; cache the response if it is public."""
        match = _resolve(request)
        if match is None or not isinstance(match.func, PublicView):
            return self.get_response(request)
        state = None
        request.resolver_match = match
        try:
            response = self._early_response(request)
            if response is None:
                state, response = read(lambda: _call(request, match, revision))
        except Exception as error:
            response, state = response_for_exception(request, error), None
        if response is None:
            return self.get_response(request)
        sent = response
        for process_response in self._response_hooks:
            sent = process_response(request, sent)
        return _keep(sent, request, key, state) if state and sent is response else sent

    def _early_response(self, request: HttpRequest) -> HttpResponseBase | None:
        """Return the response of a middleware instead of the view's, such as a redirect to HTTPS."""
        return next(filter(None, (process_request(request) for process_request in self._request_hooks)), None)


def _call(
    request: HttpRequest, match: ResolverMatch, revision: int | None
) -> tuple[RequestState | None, HttpResponseBase | None]:
    """Return the state of a request for a public view, and its response; None where Wagtail is to serve a page."""
    state, view = public_state(request, revision), match.func
    assert isinstance(view, PublicView)
    if state and view.daily:
        state = replace(state, today=timezone.localdate())
    return state, view.respond(request, state, *match.args, **match.kwargs) if state else None


def _resolve(request: HttpRequest) -> ResolverMatch | None:
    try:
        return resolve(request.path_info)
    except Resolver404:
        return None


def _keep(response: HttpResponseBase, request: HttpRequest, key: Key, state: RequestState) -> HttpResponseBase:
    """Compress a public response and cache it, unless it sets a cookie, is streamed, responds to HEAD, or is a 304."""
    compress(response, key.coding)
    if not isinstance(response, HttpResponse) or response.cookies or response.status_code == 304:
        return response
    cached = CachedResponse.of(response, state)
    if request.method == "GET":
        response_cache.put(key, cached)
    return cached.respond(request)
