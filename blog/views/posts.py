"""A post's page and its Markdown; who may read which is the index's word, or Wagtail's for whoever is signed in."""

from typing import Any

from django.http import Http404, HttpRequest, HttpResponse, HttpResponseBase
from django.utils import timezone
from django.utils.translation import gettext as _
from wagtail.views import serve

from blog.answers import mark_personal, public
from blog.around import around, pairs, tags_of
from blog.exporting import as_markdown
from blog.models import PostPage
from blog.selection import Selection, SelectionError
from blog.sites import blog_of, index_of, is_public
from blog.views.pages import page

COVER = "width-1216|format-webp"  # twice the column's 38rem, for dense screens


def post(request: HttpRequest, slug: str) -> HttpResponseBase:
    """A post that anyone may read; every other page, and every signed-in reader, is Wagtail's to answer."""
    if is_public(request) and request.method in ("GET", "HEAD"):
        found = PostPage.objects.of_blog(blog_of(request).path).whole().filter(slug=slug).first()
        if found and index_of(request).position(found.pk) is not None:
            return public(show)(request, found)
    answered: HttpResponseBase = serve(request, f"{slug}/")
    return answered


def personal(request: HttpRequest, found: PostPage) -> HttpResponseBase:
    """A post that Wagtail lets this reader open: never kept anywhere. Wagtail leaves expiry to its next chore."""
    if found.expire_at and found.expire_at <= timezone.now():
        raise Http404(_("There is no note “%s”.") % found.slug)
    return mark_personal(show(request, found))


def show(request: HttpRequest, found: PostPage) -> HttpResponse:
    """The page of a post, with what lies around it."""
    index = index_of(request)
    position = index.position(found.pk)
    within = _came_from(request)
    context: dict[str, Any] = {
        "post": found,
        "tags": tags_of(index, found),
        "canonical": f"/{found.slug}/",
        "cover": found.cover.get_rendition(COVER) if found.cover else None,
        "around": [],
        "pairs": [],
    }
    if position is not None:
        context |= {"around": around(index, position, within), "pairs": pairs(index, position)}
    return page(request, "blog/post.html", **context)


@public
def markdown(request: HttpRequest, slug: str) -> HttpResponse:
    """A post's Markdown, as `import_posts` reads it; RFC 7763."""
    found = PostPage.objects.of_blog(blog_of(request).path).filter(slug=slug).select_related("author").first()
    if found is None or index_of(request).position(found.pk) is None:
        raise Http404(_("There is no note “%s”.") % slug)
    return HttpResponse(as_markdown(found), content_type="text/markdown; charset=utf-8")


def _came_from(request: HttpRequest) -> Selection | None:
    """The selection whose listing led here; None when there was none, or it names what this reader may not know."""
    try:
        within = Selection.parse(request.GET.get("in", ""))
    except SelectionError:
        return None
    return within if within and not index_of(request).unknown(within) else None
