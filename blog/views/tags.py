"""Views of the tag cloud: all tags with counts, and the tags that co-occur with some."""

from typing import Any

from django.http import Http404, HttpRequest, HttpResponseBase
from django.shortcuts import redirect
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from blog.caching.public_view import public_view
from blog.paths import cloud_url, route
from blog.rendering.formats import number
from blog.rendering.navigation import Pager
from blog.rendering.tag_cloud import Cloud, cloud
from blog.request import RequestState
from blog.resolve import CanonicalRedirect, check_known, read
from blog.selections.query import MAX_QUERY, query, read_page
from blog.views import pages
from blog.views.errors import helpful

BY_COUNT = "count"
NAMED = 12  # tags named in the meta description


@public_view
@helpful
def tags(request: HttpRequest, state: RequestState) -> HttpResponseBase:
    """Return the tag cloud, by name or by count.

    `?with=a+b` limits it to tags that co-occur with these, `?find=` to those whose names contain a text.
    """
    index = state.snapshot
    within = read(request.GET.get("with", ""), index)
    by_count = request.GET.get("by") == BY_COUNT
    page = read_page(request.GET)
    try:
        check_known(within, index)
    except CanonicalRedirect as redirected:
        return redirect(cloud_url(redirected.selection), permanent=True)
    sought = " ".join(request.GET.get("find", "").replace("\0", " ").split())[:MAX_QUERY]
    found = cloud(index, within, by_count, page, sought)
    if page > 1 and not found.tags:
        raise Http404(_("The tags end before page %s.") % page)
    within_parameter = {"with": within.expression} if within else {}
    within_query = {**within_parameter, **({"find": sought} if sought else {})}
    order = {"by": BY_COUNT} if by_count else {}
    path = route("tags")
    context: dict[str, Any] = {
        "within": " + ".join(within.wanted),
        "description": "" if within or sought or page > 1 else _description(found),
        "found": _found(found),
        "cloud": found.tags,
        "initials": {} if by_count else found.initials,
        "sought": sought,
        "is_similar": found.is_similar,
        "hidden": {**within_parameter, **order},
        "name_address": path + query(within_query),
        "count_address": path + query(within_query, {"by": BY_COUNT}),
        "pages": Pager(
            path + query(within_query, order, {"page": str(page - 1)} if page > 2 else {}) if page > 1 else None,
            path + query(within_query, order, {"page": str(page + 1)}) if found.first + len(found.tags) < found.found else None,
        ),
        "canonical": path + query({"page": str(page)} if page > 1 else {}),
    }
    return pages.page(state, "blog/tags.html", **context, by_count=by_count, here="tags", noindex=bool(within or sought))


def _counted(found: Cloud) -> str:
    return ngettext("%(count)s tag", "%(count)s tags", found.found) % {"count": number(found.found)}


def _found(found: Cloud) -> str:
    """Return the sentence on the number of tags and the range on this page."""
    counted = _counted(found)
    if found.found == len(found.tags):
        return counted
    places = {"first": number(found.first + 1), "last": number(found.first + len(found.tags))}
    return f"{counted}, " + _("here places %(first)s to %(last)s by use") % places


def _description(found: Cloud) -> str:
    """Return the meta description: the number of tags, and the most used ones."""
    most_used = sorted(found.tags, key=lambda tag: -tag.count)[:NAMED]
    return ", ".join([_counted(found), *(tag.name for tag in most_used)])
