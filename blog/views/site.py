"""Views for crawlers, feed readers and browsers: robots.txt, sitemaps, OPML, the icon; help, and a random post."""

from datetime import datetime
from random import choice
from typing import Any
from urllib.parse import unquote

from django.contrib.sitemaps import Sitemap
from django.contrib.sitemaps import views as sitemaps
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseBase
from django.shortcuts import redirect
from django.template.loader import render_to_string
from django.templatetags.static import static
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from wagtail.query import PageQuerySet

from blog.caching.public_view import public_view
from blog.feeds.entries import allowed_in_xml
from blog.models import PlainPage, PostPage, Stream
from blog.paths import post_path, route, tag_path
from blog.rendering.neighbours import Way
from blog.rendering.post import Link
from blog.request import Blog, RequestState, state_of
from blog.resolve import came_by
from blog.search import search
from blog.selections.errors import SelectionError, explain
from blog.selections.query import Reading
from blog.selections.selection import Selection
from blog.tagindex import Facet, TagIndex
from blog.views.pages import page, page_context

XML = "application/xml; charset=utf-8"
SITEMAP_LENGTH = 10_000  # URLs in one file; the protocol allows 50,000


class PostSitemap(Sitemap[int]):
    """The sitemap of public posts, newest first."""

    limit = SITEMAP_LENGTH

    def __init__(self, index: TagIndex) -> None:
        self._ids = index.page(index.select(Selection()), max(len(index), 1)).ids

    def items(self) -> list[int]:
        return self._ids

    def _urls(self, page: int, protocol: str, domain: str) -> list[dict[str, Any]]:
        ids = self.paginator.page(page).object_list
        posts = PostPage.objects.filter(pk__in=ids).values_list("slug", "last_published_at")
        return [{"location": f"{protocol}://{domain}{post_path(slug)}", "lastmod": changed} for slug, changed in posts]


class PlainPageSitemap(Sitemap[PlainPage]):
    """The sitemap of the blog's public plain pages."""

    limit = SITEMAP_LENGTH

    def __init__(self, request: HttpRequest, blog: Blog) -> None:
        self._request = request
        self._blog = blog

    def items(self) -> PageQuerySet:
        """Return the plain pages in the order of Wagtail's tree."""
        return PlainPage.objects.readable_below(self._blog.path)

    def location(self, item: PlainPage) -> str:
        parts = item.get_url_parts(self._request)
        return str(parts[2]) if parts else ""

    def lastmod(self, item: PlainPage) -> datetime | None:
        moment: datetime | None = item.last_published_at
        return moment


class TagSitemap(Sitemap[Facet]):
    """The sitemap of listings with a single tag; robots.txt disallows combinations of tags."""

    limit = SITEMAP_LENGTH

    def __init__(self, index: TagIndex) -> None:
        self._index = index

    def items(self) -> list[Facet]:
        return self._index.tags()

    def location(self, item: Facet) -> str:
        return unquote(tag_path(item.tag.slug))


@public_view
def robots(request: HttpRequest, state: RequestState) -> HttpResponse:
    """Return robots.txt (RFC 9309), which disallows combinations of tags."""
    written = render_to_string("robots.txt", {"base": state.base})
    return HttpResponse(written, content_type="text/plain; charset=utf-8")


def favicon(request: HttpRequest) -> HttpResponse:
    """Redirect /favicon.ico to the icon's URL."""
    return redirect(static("favicon.svg"), permanent=True)


def _sections(request: HttpRequest, state: RequestState) -> dict[str, Sitemap[Any] | type[Sitemap[Any]]]:
    pages = PlainPageSitemap(request, state.blog)
    return {"posts": PostSitemap(state.snapshot), "pages": pages, "tags": TagSitemap(state.snapshot)}


@public_view
def sitemap_index(request: HttpRequest, state: RequestState) -> HttpResponseBase:
    """Return the sitemap index (sitemaps.org)."""
    sections = _sections(request, state)
    return sitemaps.index(request, sections, content_type=XML, sitemap_url_name="sitemap").render()


@public_view
def sitemap(request: HttpRequest, state: RequestState, section: str) -> HttpResponseBase:
    """Return one sitemap; `?p=` is its page."""
    return sitemaps.sitemap(request, _sections(request, state), section, content_type=XML).render()


@public_view
def opml(request: HttpRequest, state: RequestState) -> HttpResponse:
    """Return the blog's feeds (all notes, streams, tags) as OPML 2.0, for import into a feed reader."""
    tags = [Link(tag.name, tag_path(tag.slug)) for tag, _count in state.snapshot.tags()]
    context = page_context(state, tags=tags, streams=Stream.objects.filter(blog_id=state.blog.id))
    return HttpResponse(allowed_in_xml(render_to_string("blog/feeds.opml", context)), content_type="text/x-opml; charset=utf-8")


@public_view
def about_feeds(request: HttpRequest, state: RequestState) -> HttpResponse:
    """Return the help page on URLs and feeds, with the address of the most used tag as an example."""
    commonest = state.snapshot.tags()[:1]
    example = tag_path(commonest[0].tag.slug) if commonest else route("listing")
    return page(state, "blog/feeds.html", canonical=route("feeds"), example=example)


@never_cache
def random(request: HttpRequest) -> HttpResponse:
    """Redirect to a random post of the selection `?in=` or the stream `?stream=`, with the search terms `?q=`."""
    state = state_of(request)
    index = state.snapshot
    try:
        way = Way.of(came_by(request.GET, state.blog.id, index), index)
        terms = Reading.parse(request.GET).q
    except SelectionError as error:
        return page(state, "400.html", status=400, reason=explain(error))
    chosen = index.select(way.selection, search(index, terms) if terms else None)
    post = int(index.post_ids[choice(chosen)]) if chosen else None  # noqa: S311 (not used for security)
    slug = PostPage.objects.filter(pk=post).values_list("slug", flat=True).first()  # None if it has just been deleted
    if slug is None:
        raise Http404(_("There is no note to choose from."))
    return redirect(post_path(slug) + way.query)
