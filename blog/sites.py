"""Which blog a request is for: the one at the root of its Wagtail site. Remembered until the revision rises."""

import time
from dataclasses import dataclass
from typing import NamedTuple
from urllib.parse import quote, urlsplit

from django.conf import settings
from django.contrib.auth import get_user
from django.db.models import Q
from django.http import Http404, HttpRequest
from django.utils import timezone
from django.utils.translation import gettext as _
from wagtail.models import Page, PageViewRestriction, Site

from blog.colours import sheet
from blog.models import Appearance, BlogPage
from blog.models.appearance import INDIGO
from blog.snapshots import PUBLIC, read_revision, snapshot
from blog.tagindex import TagIndex


class Profile(NamedTuple):
    """Its owner's, elsewhere."""

    address: str
    label: str


class MenuItem(NamedTuple):
    """A page in the navigation, which anyone may open."""

    id: int
    title: str
    address: str  # the path of its URL


@dataclass(frozen=True, slots=True)
class Blog:
    """What every page of a blog shows of it."""

    id: int
    path: str  # in Wagtail's tree
    title: str
    introduction: str  # HTML
    posts_per_page: int
    language: str  # BCP 47
    style: str  # CSS, beside the sheet's own
    footer: str  # HTML
    profiles: tuple[Profile, ...]
    comments_allowed: bool
    menu: tuple[MenuItem, ...]  # after notes, tags and streams
    stale_at: float | None  # seconds since 1970: when a page of the menu expires


_blogs: tuple[int, dict[str, Blog | None]] = (-1, {})  # the revision they were read under, and by host
MAX_HOSTS = 1000  # remembered at once


def blog_of(request: HttpRequest) -> Blog:
    """The blog that answers at this request's host; raises Http404 where there is none."""
    blog = find_blog(request)
    if blog is None:
        raise Http404(_("There is no blog at this address yet."))
    return blog


def find_blog(request: HttpRequest) -> Blog | None:
    """Return the blog that answers at this request's host; None where the site's root is another page, or there is no site."""
    if not hasattr(request, "blog"):
        request.blog = _find(request)  # type: ignore[attr-defined]
    blog: Blog | None = request.blog  # type: ignore[attr-defined]
    return blog


def _find(request: HttpRequest) -> Blog | None:
    global _blogs  # noqa: PLW0603 (swapped whole, as the index is)
    revision, blogs = _blogs
    if revision != revision_of(request) or len(blogs) > MAX_HOSTS:
        blogs = {}
        _blogs = (revision_of(request), blogs)
    host = request.get_host()
    blog = blogs.get(host)
    if host not in blogs or (blog and blog.stale_at and blog.stale_at <= time.time()):
        blog = blogs[host] = _read(request)
    return blog


def clear() -> None:
    """Forget every blog."""
    global _blogs  # noqa: PLW0603
    _blogs = (-1, {})


def revision_of(request: HttpRequest) -> int:
    """The revision this request was first seen under: it keeps one snapshot to its end."""
    if not hasattr(request, "revision"):
        request.revision = read_revision()  # type: ignore[attr-defined]
    return int(request.revision)  # type: ignore[attr-defined]


def index_of(request: HttpRequest) -> TagIndex:
    """The posts this request's reader may see, as an index: the same to the request's end."""
    if not hasattr(request, "index"):
        request.index = snapshot(blog_of(request).path, audience_of(request), revision_of(request))  # type: ignore[attr-defined]
    index: TagIndex = request.index  # type: ignore[attr-defined]
    return index


def latest_index_of(request: HttpRequest) -> TagIndex:
    """Return a snapshot of this moment, for what this request's reader may open by now: who they are is asked anew."""
    revision = read_revision()
    if is_public(request):
        return snapshot(blog_of(request).path, PUBLIC, revision)
    request.user = get_user(request)
    return snapshot(blog_of(request).path, _read_audience(request), revision)


def base_of(request: HttpRequest) -> str:
    """The site's address, without a path: where it was asked for."""
    return f"{request.scheme}://{request.get_host()}"


def audience_of(request: HttpRequest) -> frozenset[int]:
    """The view restrictions that this reader passes; none for whoever has no session."""
    if is_public(request):
        return PUBLIC
    if not hasattr(request, "audience"):
        request.audience = _read_audience(request)  # type: ignore[attr-defined]
    audience: frozenset[int] = request.audience  # type: ignore[attr-defined]
    return audience


def is_public(request: HttpRequest) -> bool:
    """Say whether the answer is the same for everyone: the request carries no session."""
    return settings.SESSION_COOKIE_NAME not in request.COOKIES


def _read_audience(request: HttpRequest) -> frozenset[int]:
    restrictions = PageViewRestriction.objects.prefetch_related("groups")
    return frozenset(restriction.pk for restriction in restrictions if restriction.accept_request(request))


def _read(request: HttpRequest) -> Blog | None:
    site = Site.find_for_request(request)
    page = BlogPage.objects.live().filter(pk=site.root_page_id).first() if site else None
    if page is None:
        return None
    appearance = Appearance.of(site)
    menu = _read_menu(page)
    return Blog(
        id=page.pk,
        path=page.path,
        title=appearance.name or page.title,
        introduction=page.introduction_html,
        posts_per_page=page.posts_per_page,
        language=settings.LANGUAGE_CODE,
        style="" if appearance.accent == INDIGO else sheet(appearance.accent),
        footer=appearance.footer_html,
        profiles=tuple(
            Profile(address, urlsplit(address)._replace(scheme="").geturl().strip("/")) for address in appearance.profiles
        ),
        comments_allowed=appearance.comments_allowed,
        menu=tuple(MenuItem(item.pk, item.title, f"/{quote(item.slug)}/") for item in menu),
        stale_at=min((item.expire_at.timestamp() for item in menu if item.expire_at), default=None),
    )


def _read_menu(blog: BlogPage) -> list[Page]:
    """Read the pages directly below the blog that its editors want in the navigation and anyone may open."""
    unexpired = Q(expire_at=None) | Q(expire_at__gt=timezone.now())
    return list(Page.objects.child_of(blog).live().in_menu().public().filter(unexpired))
