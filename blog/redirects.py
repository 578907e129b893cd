"""Redirects of old addresses: Wagtail's, without those that would disclose a page which the reader may not open.

Addresses of listings and feeds as other systems have them lead to what they meant, where nothing else has that address.
"""

import re
from dataclasses import replace
from http import HTTPStatus
from urllib.parse import urlsplit

from django.http import HttpRequest, HttpResponseBase, HttpResponsePermanentRedirect, HttpResponseRedirect
from django.utils import timezone
from django.utils.deprecation import MiddlewareMixin
from wagtail.contrib.redirects.middleware import get_redirect
from wagtail.contrib.redirects.models import Redirect
from wagtail.models import Page

from blog.paths import selection_path
from blog.rendering.feed_links import file_name
from blog.request import find_state, is_public
from blog.resolve import CanonicalRedirect, UnknownTags, find
from blog.selections.errors import SelectionError
from blog.selections.former_addresses import FormerAddress
from blog.selections.query import query
from blog.selections.selection import Selection
from blog.tagindex import TagIndex


class RedirectMiddleware(MiddlewareMixin):
    """Redirects where the address is unknown; the address of a page that the reader may not open stays unknown."""

    def process_response(self, request: HttpRequest, response: HttpResponseBase) -> HttpResponseBase:
        is_unknown = response.status_code == HTTPStatus.NOT_FOUND
        if not is_unknown and not (response.status_code == HTTPStatus.OK and _names_a_page_by_number(request)):
            return response
        redirect = _find_redirect(request)
        if redirect and redirect.link is not None and _may_follow(request, redirect):
            respond = HttpResponsePermanentRedirect if redirect.is_permanent else HttpResponseRedirect
            return respond(redirect.link)
        if is_unknown and request.method in ("GET", "HEAD") and (listing := _former_listing(request)):
            return HttpResponsePermanentRedirect(listing)
        return response


def _find_redirect(request: HttpRequest) -> Redirect | None:
    """Return the redirect of an address, or else of its path, as Wagtail's own middleware does."""
    path = Redirect.normalise_path(request.get_full_path(), decode_unicode=False)
    without_query = urlsplit(path).path
    found: Redirect | None = get_redirect(request, path)
    return found if found or path == without_query else get_redirect(request, without_query)


def _former_listing(request: HttpRequest) -> str | None:
    """Return the URL of the listing or feed that an address of another system meant, if this reader finds notes in it."""
    former = FormerAddress.parse(request.path_info)
    state = find_state(request) if former else None
    if former is None or state is None:
        return None
    named = (_known(tag, former.author, state.snapshot) for tag in dict.fromkeys((former.typed, former.tag)))
    selection = next((found for found in named if found is not None), None)
    if selection is None:
        return None
    selection = replace(selection, year=former.year, month=former.month)
    is_there = former.is_of_all or len(state.snapshot.select(selection)) > 0
    return selection_path(selection) + file_name(former.form) + query(selection.parameters) if is_there else None


def _known(tag: str, author: str, index: TagIndex) -> Selection | None:
    """Return the selection of a tag and an author; None where this reader finds no such."""
    try:
        return find(tag, author, index)
    except CanonicalRedirect as renamed:
        return renamed.selection
    except (SelectionError, UnknownTags):
        return None


def _names_a_page_by_number(request: HttpRequest) -> bool:
    """Return whether an address is one of WordPress's, such as `/?p=12` or `/?page_id=3`: of a path that there is, too."""
    return bool(re.fullmatch(r"(?:p|page_id)=\d{1,12}", request.META.get("QUERY_STRING", "")))


def _may_follow(request: HttpRequest, redirect: Redirect) -> bool:
    return redirect.redirect_page is None or _may_open(request, redirect.redirect_page)


def _may_open(request: HttpRequest, page: Page) -> bool:
    """Return whether a page is live and the reader passes its view restrictions, and those of the pages above it."""
    if not page.live or (page.expire_at and page.expire_at <= timezone.now()):
        return False
    restrictions = page.get_view_restrictions()
    if is_public(request):
        return not restrictions.exists()
    return all(restriction.accept_request(request) for restriction in restrictions)
