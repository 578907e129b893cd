"""Pages that links in emails lead to: following the link changes nothing, a button on the page does."""

from collections.abc import Callable
from functools import wraps

from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.utils.cache import patch_cache_control
from django.views.decorators.csrf import csrf_exempt
from django.views.decorators.http import require_http_methods

Page = Callable[[HttpRequest, str], HttpResponse]  # a view of a request and a token


class SeeOther(HttpResponseRedirect):
    """Redirect a POST to a page that is read with GET (RFC 9110, 15.4.4)."""

    status_code = 303


def behind_a_link(page: Page) -> Page:
    """Decorate the view of a link with a token.

    No cookie and no CSRF token are needed: who has the URL may do what its button does (RFC 8058, 3.2).
    """

    @csrf_exempt
    @require_http_methods(["GET", "HEAD", "POST"])
    @wraps(page)
    def view(request: HttpRequest, token: str) -> HttpResponse:
        return keep_private(page(request, token))

    return view


def keep_private(response: HttpResponse) -> HttpResponse:
    """Keep a URL with a token out of caches, Referer headers and search engines."""
    patch_cache_control(response, private=True, no_store=True)
    response["Referrer-Policy"] = "no-referrer"
    response["X-Robots-Tag"] = "noindex"
    return response
