"""The state of a request: the blog at the root of its Wagtail site, and a snapshot of the posts visible to its reader.

A blog is cached until the revision rises.
"""

import time
from collections.abc import Iterator
from dataclasses import dataclass, replace
from datetime import date, datetime, timedelta
from typing import NamedTuple, TypeVar
from urllib.parse import urlsplit

from django.conf import settings
from django.contrib.auth import get_user
from django.contrib.auth.models import User
from django.db.models import Q, Value, prefetch_related_objects
from django.http import Http404, HttpRequest
from django.middleware.csrf import get_token
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from wagtail.models import Page, PageViewRestriction, Site

from blog.markdown.references import expand, stale_at
from blog.models import Appearance, BlogPage, Stream, Tag
from blog.models.rows import PostRow, read_row
from blog.models.site_settings import INDIGO
from blog.models.tags import Order
from blog.paths import selection_path, stream_path, web_url
from blog.replica import require
from blog.selections.selection import Selection
from blog.tagindex import TagIndex
from blog.tagindex.store import PUBLIC, read_revision, snapshot
from blog.theming import sheet


class Profile(NamedTuple):
    """A link to the owner's profile on another site."""

    address: str
    label: str


class Series(NamedTuple):
    """A selection whose posts are parts of a whole, the oldest first."""

    name: str
    selection: Selection
    address: str  # the path of its listing


class MenuItem(NamedTuple):
    """A public page in the navigation."""

    id: int
    title: str
    address: str  # the path of its URL


@dataclass(frozen=True, slots=True)
class Blog:
    """The values of a blog shown on every page."""

    id: int
    path: str  # in Wagtail's tree
    title: str
    introduction: str  # HTML
    posts_per_page: int
    language: str  # BCP 47
    accent: str  # a colour, on a light ground
    style: str  # CSS, beside the sheet's own
    footer: str  # HTML
    profiles: tuple[Profile, ...]
    comments_allowed: bool
    menu: tuple[MenuItem, ...]  # after notes, tags and streams
    series: tuple[Series, ...]
    stale_at: float | None  # seconds since 1970: when a page expires that the menu or a text of the blog's links to


ADMIN_ACCESS = "wagtailadmin.access_admin"
MAX_HOSTS = 1000  # hosts in the cache


@dataclass(frozen=True, slots=True)
class RequestState:
    """The blog and one snapshot, created once per request, so that a response is consistent."""

    blog: Blog
    base: str  # the URL of the site as it was asked for, without a path
    snapshot: TagIndex  # of the posts that the reader may see
    editor: User | None = None  # who is signed in, if they may enter the admin
    sign_out: str = ""  # the CSRF token of the button that signs out, where somebody is signed in
    today: date | None = None  # in the site's time zone, where the response depends on it

    @property
    def stale_at(self) -> float | None:
        """Return the time of the next expiry in it, or of the day's end, in seconds since 1970; None where nothing expires."""
        times = (self.blog.stale_at, self.snapshot.stale_at, self._midnight)
        return min((time for time in times if time is not None), default=None)

    @property
    def _midnight(self) -> float | None:
        """Return the end of the day that the response depends on, in seconds since 1970."""
        if self.today is None:
            return None
        return timezone.make_aware(datetime.combine(self.today + timedelta(days=1), datetime.min.time())).timestamp()


def public_state(request: HttpRequest, revision: int | None = None) -> RequestState | None:
    """Return the state of a request without a session, by default at the current revision; None for hosts without a blog."""
    return _make_state(request, read_revision() if revision is None else revision, PUBLIC)


def find_state(request: HttpRequest) -> RequestState | None:
    """Return the state for this request's reader as of now; None where no blog is at this host."""
    revision = read_revision()
    if is_public(request):
        return _make_state(request, revision, PUBLIC)
    state = _make_state(request, revision, _read_audience(request))
    user = getattr(request, "user", None)
    editor = user if isinstance(user, User) and user.has_perm(ADMIN_ACCESS) else None
    return replace(state, editor=editor, sign_out=sign_out_token(request)) if state else None


def state_of(request: HttpRequest) -> RequestState:
    """Return the state for this request's reader as of now; raise Http404 where no blog is at this host."""
    return _or_404(find_state(request))


def find_post(state: RequestState, slug: str) -> PostRow | None:
    """Return the post of this slug; None where there is none that this reader may see."""
    found = read_row(state.blog.path, slug)
    return found if found and state.snapshot.position(found.pk) is not None else None


def post_of(state: RequestState, slug: str) -> PostRow:
    """Return the post of this slug; raise Http404 where there is none that this reader may see."""
    found = find_post(state, slug)
    if found is None:
        raise Http404(_("There is no note “%s”.") % slug)
    return found


def latest_snapshot(request: HttpRequest, state: RequestState) -> TagIndex:
    """Return a current snapshot for this request's reader, whose permissions are read again."""
    revision = read_revision()
    if is_public(request):
        return snapshot(state.blog.path, PUBLIC, revision)
    request.user = get_user(request)
    return snapshot(state.blog.path, _read_audience(request), revision)


def find_blog(request: HttpRequest) -> Blog | None:
    """Return the blog at this request's host; None where there is none."""
    return _blog_at(request, read_revision())


def blog_of(request: HttpRequest) -> Blog:
    """Return the blog at this request's host; raise Http404 where there is none."""
    return _or_404(find_blog(request))


def base_of(request: HttpRequest) -> str:
    """Return the URL of the site as it was asked for, without a path."""
    return f"{request.scheme}://{request.get_host()}"


def is_public(request: HttpRequest) -> bool:
    """Return whether the request has no session, so that the response is the same for everyone."""
    return "HTTP_COOKIE" not in request.META or settings.SESSION_COOKIE_NAME not in request.COOKIES


def sign_out_token(request: HttpRequest) -> str:
    """Return the CSRF token for the button that signs out; empty where nobody is signed in, and in previews."""
    is_signed_in = not is_public(request) and isinstance(getattr(request, "user", None), User)
    return get_token(request) if is_signed_in and not getattr(request, "is_preview", False) else ""


def clear() -> None:
    """Clear the cache of blogs."""
    global _blogs  # noqa: PLW0603 (swapped whole)
    _blogs = (-1, {})


Found = TypeVar("Found")


def _or_404(found: Found | None) -> Found:
    if found is None:
        raise Http404(_("There is no blog at this address yet."))
    return found


def _make_state(request: HttpRequest, revision: int, audience: frozenset[int]) -> RequestState | None:
    require(revision)
    blog = _blog_at(request, revision)
    if blog is None:
        return None
    posts = snapshot(blog.path, audience, revision)
    if posts.revision > revision:  # it rose meanwhile: the blog may be another by now
        return _make_state(request, posts.revision, audience)
    return RequestState(blog, base_of(request), posts)


_blogs: tuple[int, dict[str, Blog | None]] = (-1, {})  # the revision they were read under, and by host


def _blog_at(request: HttpRequest, revision: int) -> Blog | None:
    global _blogs  # noqa: PLW0603 (swapped whole, as the index is)
    known, blogs = _blogs
    if known != revision or len(blogs) > MAX_HOSTS:
        blogs = {}
        _blogs = (revision, blogs)
    host = request.get_host()
    blog = blogs.get(host)
    if host not in blogs or (blog and blog.stale_at and blog.stale_at <= time.time()):
        blog = blogs[host] = _read(request)
    return blog


def _read_audience(request: HttpRequest) -> frozenset[int]:
    restrictions = list(PageViewRestriction.objects.prefetch_related("groups"))
    if request.user.is_authenticated and any(one.restriction_type == PageViewRestriction.GROUPS for one in restrictions):
        prefetch_related_objects([request.user], "groups")  # else each restriction asks for them
    return frozenset(restriction.pk for restriction in restrictions if restriction.accept_request(request))


def _read(request: HttpRequest) -> Blog | None:
    site = Site.find_for_request(request)
    page = BlogPage.objects.live().filter(pk=site.root_page_id).first() if site else None
    if page is None:
        return None
    appearance = Appearance.of(site)
    menu = _read_menu(page)
    texts = [page.introduction_html, appearance.footer_html]
    introduction, footer = expand(texts)
    expiries = [stale_at(texts), *(item.expire_at.timestamp() for item in menu if item.expire_at)]
    return Blog(
        id=page.pk,
        path=page.path,
        title=appearance.name or page.title,
        introduction=introduction,
        posts_per_page=page.posts_per_page,
        language=settings.LANGUAGE_CODE,
        accent=appearance.legible_accent,
        style="" if appearance.accent == INDIGO else sheet(appearance.accent),
        footer=footer,
        profiles=tuple(
            Profile(address, urlsplit(address)._replace(scheme="").geturl().strip("/"))
            for address in filter(None, map(web_url, appearance.profiles))
        ),
        comments_allowed=appearance.comments_allowed,
        menu=tuple(MenuItem(item.pk, item.title, reverse("wagtail_serve", args=[f"{item.slug}/"])) for item in menu),
        series=tuple(_read_series(page)),
        stale_at=min((moment for moment in expiries if moment is not None), default=None),
    )


def _read_menu(blog: BlogPage) -> list[Page]:
    """Return the public pages directly below the blog that are shown in menus."""
    unexpired = Q(expire_at=None) | Q(expire_at__gt=timezone.now())
    return list(Page.objects.child_of(blog).live().in_menu().public().filter(unexpired))


def _read_series(blog: BlogPage) -> Iterator[Series]:
    """Yield the tags and the blog's streams whose posts are parts of a series; one query."""
    streams = Stream.objects.filter(blog=blog, order=Order.SERIES).values_list("name", "slug", "expression", Value(True))
    tags = Tag.objects.filter(order=Order.SERIES).values_list("name", "slug", "slug", Value(False))
    for name, slug, expression, is_stream in tags.order_by().union(streams.order_by(), all=True).order_by():
        selection = Selection.stored(expression)
        yield Series(name, selection, stream_path(slug) if is_stream else selection_path(selection))
