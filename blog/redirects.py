"""Redirects of old addresses to pages: Wagtail's, without those that would disclose a page which the reader may not open."""

from urllib.parse import urlsplit

from django.http import HttpRequest, HttpResponseBase
from django.utils import timezone
from wagtail.contrib.redirects.middleware import RedirectMiddleware as WagtailRedirectMiddleware
from wagtail.contrib.redirects.middleware import get_redirect
from wagtail.contrib.redirects.models import Redirect
from wagtail.models import Page

from blog.request import is_public


class RedirectMiddleware(WagtailRedirectMiddleware):
    """Redirects where the address is unknown; the address of a page that the reader may not open stays unknown."""

    def process_response(self, request: HttpRequest, response: HttpResponseBase) -> HttpResponseBase:
        redirected: HttpResponseBase = super().process_response(request, response)
        if redirected is response or _may_follow(request):
            return redirected
        return response


def _may_follow(request: HttpRequest) -> bool:
    path = Redirect.normalise_path(request.get_full_path(), decode_unicode=False)
    redirect = get_redirect(request, path) or get_redirect(request, urlsplit(path).path)
    page = redirect.redirect_page if redirect else None
    return page is None or _may_open(request, page)


def _may_open(request: HttpRequest, page: Page) -> bool:
    """Return whether a page is live and the reader passes its view restrictions, and those of the pages above it."""
    if not page.live or (page.expire_at and page.expire_at <= timezone.now()):
        return False
    restrictions = page.get_view_restrictions()
    if is_public(request):
        return not restrictions.exists()
    return all(restriction.accept_request(request) for restriction in restrictions)
