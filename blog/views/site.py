"""What machines ask a site for: robots.txt, the site map, the icon."""

from datetime import datetime
from random import choice
from typing import Any
from urllib.parse import quote

from django.conf import settings
from django.contrib.sitemaps import Sitemap
from django.contrib.sitemaps import views as sitemaps
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseBase
from django.shortcuts import redirect, render
from django.template.loader import render_to_string
from django.templatetags.static import static
from django.utils.cache import add_never_cache_headers
from django.utils.translation import gettext as _
from wagtail.query import PageQuerySet

from blog import feeds
from blog.answers import public
from blog.models import PlainPage, PostPage, Stream
from blog.reading import came_from
from blog.selection import Selection, SelectionError
from blog.sites import blog_of, index_of
from blog.tagindex import Facet, TagIndex
from blog.views.pages import page, page_context
from blog.wording import explain

SITEMAP_LENGTH = 10_000  # addresses in one file; the protocol allows 50,000


class PostSitemap(Sitemap[int]):
    """Every post anyone may read, newest first."""

    limit = SITEMAP_LENGTH

    def __init__(self, index: TagIndex) -> None:
        self._ids = index.page(index.select(Selection()), max(len(index), 1)).ids

    def items(self) -> list[int]:
        return self._ids

    def _urls(self, page: int, protocol: str, domain: str) -> list[dict[str, Any]]:
        ids = self.paginator.page(page).object_list
        posts = PostPage.objects.filter(pk__in=ids).values_list("slug", "last_published_at")
        return [{"location": f"{protocol}://{domain}/{quote(slug)}/", "lastmod": changed} for slug, changed in posts]


class PlainPageSitemap(Sitemap[PlainPage]):
    """Every plain page of the blog that anyone may read."""

    limit = SITEMAP_LENGTH

    def __init__(self, request: HttpRequest) -> None:
        self._request = request

    def items(self) -> PageQuerySet:
        """Return them in the order of Wagtail's tree."""
        return PlainPage.objects.readable_below(blog_of(self._request).path)

    def location(self, item: PlainPage) -> str:
        parts = item.get_url_parts(self._request)
        return str(parts[2]) if parts else ""

    def lastmod(self, item: PlainPage) -> datetime | None:
        moment: datetime | None = item.last_published_at
        return moment


class TagSitemap(Sitemap[Facet]):
    """The addresses of single tags: of the others, robots are asked to keep off."""

    limit = SITEMAP_LENGTH

    def __init__(self, index: TagIndex) -> None:
        self._index = index

    def items(self) -> list[Facet]:
        return self._index.tags()

    def location(self, item: Facet) -> str:
        return Selection.of([item.tag.slug]).path


@public
def robots(request: HttpRequest) -> HttpResponse:
    """Ask robots to keep off combinations of tags (RFC 9309)."""
    return render(request, "robots.txt", {"base": request.build_absolute_uri("/")}, content_type="text/plain; charset=utf-8")


def favicon(request: HttpRequest) -> HttpResponse:
    """Lead whoever asks for the icon by habit to where it is."""
    return redirect(static("favicon.svg"), permanent=True)


def _sections(request: HttpRequest) -> dict[str, Sitemap[Any] | type[Sitemap[Any]]]:
    index = index_of(request)
    return {"posts": PostSitemap(index), "pages": PlainPageSitemap(request), "tags": TagSitemap(index)}


@public
def sitemap_index(request: HttpRequest) -> HttpResponseBase:
    """The index of site maps (sitemaps.org)."""
    return sitemaps.index(request, _sections(request), sitemap_url_name="sitemap").render()


@public
def sitemap(request: HttpRequest, section: str) -> HttpResponseBase:
    """One site map; `?p=` is its part."""
    return sitemaps.sitemap(request, _sections(request), section).render()


@public
def opml(request: HttpRequest) -> HttpResponse:
    """Every feed of the blog in one file (OPML 2.0), for a feed reader to take in: all notes, streams, tags."""
    index, blog = index_of(request), blog_of(request)
    context = page_context(request, tags=index.tags(), streams=Stream.objects.filter(blog_id=blog.id))
    return HttpResponse(feeds.encode(render_to_string("blog/feeds.opml", context)), content_type="text/x-opml; charset=utf-8")


@public
def about_feeds(request: HttpRequest) -> HttpResponse:
    """A page that explains the addresses and the feeds."""
    return page(request, "blog/feeds.html", canonical="/feeds/")


def random(request: HttpRequest) -> HttpResponse:
    """Lead to any post of the selection `?in=`, another each time."""
    try:
        within = Selection.parse(request.GET.get("in", ""), settings.TAG_LIMIT)
    except SelectionError as error:
        return render(request, "400.html", {"reason": explain(error)}, status=400)
    index = index_of(request)
    chosen = index.select(within)
    post = int(index.post_ids[choice(chosen)]) if chosen else None  # noqa: S311 (nothing is kept secret by it)
    slug = PostPage.objects.filter(pk=post).values_list("slug", flat=True).first()  # none where it was deleted just now
    if slug is None:
        raise Http404(_("There is no note to choose from."))
    response = redirect(f"/{quote(slug)}/{came_from(within)}")
    add_never_cache_headers(response)
    return response
