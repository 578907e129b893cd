"""What machines ask a site for: robots.txt, the site map, the icon."""

from typing import Any
from urllib.parse import quote

from django.contrib.sitemaps import Sitemap
from django.contrib.sitemaps import views as sitemaps
from django.http import HttpRequest, HttpResponse, HttpResponseBase
from django.shortcuts import redirect, render
from django.templatetags.static import static

from blog.answers import public
from blog.models import PostPage
from blog.selection import Selection
from blog.sites import index_of
from blog.tagindex import Facet, TagIndex

SITEMAP_LENGTH = 10_000  # addresses in one file; the protocol allows 50,000


class PostSitemap(Sitemap):
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


class TagSitemap(Sitemap):
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


def _sections(request: HttpRequest) -> dict[str, Sitemap]:
    index = index_of(request)
    return {"posts": PostSitemap(index), "tags": TagSitemap(index)}


@public
def sitemap_index(request: HttpRequest) -> HttpResponseBase:
    """The index of site maps (sitemaps.org)."""
    return sitemaps.index(request, _sections(request), sitemap_url_name="sitemap").render()


@public
def sitemap(request: HttpRequest, section: str) -> HttpResponseBase:
    """One site map; `?p=` is its part."""
    return sitemaps.sitemap(request, _sections(request), section).render()
