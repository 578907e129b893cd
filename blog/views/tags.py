"""Every tag with its count; and the tags that go with some."""

from heapq import nlargest

from django.http import HttpRequest, HttpResponse, HttpResponseBase
from django.shortcuts import redirect
from django.utils.translation import ngettext

from blog.addressing import Elsewhere, check_known
from blog.answers import public
from blog.cloud import cloud, cloud_address
from blog.numbers import number
from blog.reading import query
from blog.selection import Selection
from blog.sites import index_of
from blog.views.errors import helpful
from blog.views.fragments import cloud_items
from blog.views.pages import fill_page

BY_COUNT = "count"
NAMED = 12  # tags, where the page is quoted


@public
@helpful
def tags(request: HttpRequest) -> HttpResponseBase:
    """The cloud of tags, by name or by count; `?with=a+b` narrows it to tags that go with these."""
    index = index_of(request)
    within = Selection.parse(request.GET.get("with", ""))
    by_count = request.GET.get("by") == BY_COUNT
    try:
        check_known(within, index)
    except Elsewhere as elsewhere:
        return redirect(cloud_address(elsewhere.selection), permanent=True)
    kept = {"with": within.expression} if within else {}
    found = cloud(index, within, by_count)
    counted = ngettext("%(count)s tag", "%(count)s tags", len(found)) % {"count": number(len(found))}
    most_used = nlargest(NAMED, found, key=lambda tag: tag.count)
    words = {
        "within": " + ".join(within.wanted),
        "description": "" if within else ", ".join([counted, *(tag.name for tag in most_used)]),
        "found": counted,
        "cloud": cloud_items(found),
        "name_address": "/tags/" + query(kept),
        "count_address": "/tags/" + query(kept, {"by": BY_COUNT}),
        "canonical": "/tags/",
    }
    return HttpResponse(fill_page(request, "blog/tags.html", words, by_count=by_count, here="tags", noindex=bool(within)))
