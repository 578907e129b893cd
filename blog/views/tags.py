"""Every tag with its count; and the tags that go with some."""

from django.http import HttpRequest, HttpResponseBase

from blog.addressing import check_known
from blog.answers import public
from blog.cloud import cloud
from blog.reading import query
from blog.selection import Selection
from blog.sites import index_of
from blog.views.errors import helpful
from blog.views.pages import page

BY_NAME, BY_COUNT = "name", "count"


@public
@helpful
def tags(request: HttpRequest) -> HttpResponseBase:
    """The cloud of tags, by name or by count; `?with=a+b` narrows it to tags that go with these."""
    index = index_of(request)
    within = Selection.parse(request.GET.get("with", ""))
    check_known(within, index)
    by = BY_COUNT if request.GET.get("by") == BY_COUNT else BY_NAME
    kept = {"with": within.expression} if within else {}
    return page(
        request,
        "blog/tags.html",
        cloud=cloud(index, within, by == BY_COUNT),
        by=by,
        by_name="/tags/" + query(kept),
        by_count="/tags/" + query(kept, {"by": BY_COUNT}),
        within=within,
        canonical="/tags/",
        here="tags",
        noindex=bool(within),
    )
