"""What every answer carries (Content-Security-Policy, Permissions-Policy); a short way for readers; whole acts for editors."""

from base64 import b64encode
from collections.abc import Callable
from functools import lru_cache
from hashlib import sha256
from typing import Any

from django.db import transaction
from django.http import HttpRequest, HttpResponseBase
from django.urls import Resolver404, resolve

from blog.answers import short_way
from blog.markdown import rendered_once
from blog.models.revision import revision_locked_by_first_write
from blog.sites import Blog, is_public

SERVER_ERROR = 500  # and above
SAFE_METHODS = ("GET", "HEAD", "OPTIONS")
ADMIN = "/admin/"


def policy(**directives: str) -> str:
    """Spell a Content-Security-Policy.

    >>> policy(default_src="'none'", img_src="'self' https:")
    "default-src 'none'; img-src 'self' https:"
    """
    return "; ".join(f"{name.replace('_', '-')} {sources}" for name, sources in directives.items())


# No script at all. Pictures from elsewhere: imported posts show them, and an editor chose each.
PUBLIC_POLICY = policy(
    default_src="'none'",
    style_src="'self'",
    img_src="'self' data: https:",
    media_src="'self' https:",
    font_src="'self'",
    connect_src="'self'",  # for a browser's own tools: Lighthouse asks for robots.txt from within the page
    form_action="'self'",
    base_uri="'none'",
    frame_ancestors="'none'",
)
# What an editor previews is a public page in a frame of the admin.
UNFRAMED, FRAMED = "frame-ancestors 'none'", "frame-ancestors 'self'"
PREVIEW_POLICY = PUBLIC_POLICY.replace(UNFRAMED, FRAMED)
# Wagtail's admin writes styles into its pages, previews in frames, and a few of its pages still hold a script of their own.
ADMIN_POLICY = policy(
    default_src="'self'",
    script_src="'self' 'unsafe-inline'",
    style_src="'self' 'unsafe-inline'",
    img_src="'self' data: blob: https:",
    font_src="'self' data:",
    connect_src="'self' https://releases.wagtail.org",
    object_src="'none'",
    form_action="'self'",
    base_uri="'self'",
    frame_ancestors="'self'",
)
# An uploaded SVG or HTML file is shown, but nothing in it runs, as this site least of all.
FILE_POLICY = policy(default_src="'none'", style_src="'unsafe-inline'", img_src="'self' data:")
POLICIES = {ADMIN: ADMIN_POLICY, "/media/": FILE_POLICY, "/documents/": FILE_POLICY}

PERMISSIONS_POLICY = "camera=(), microphone=(), geolocation=(), browsing-topics=()"


class SecurityHeaders:
    """Adds the headers that Django's SecurityMiddleware does not know; a view's own policy stands."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponseBase]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponseBase:
        response = self.get_response(request)
        wanted = response.headers.get("Content-Security-Policy") or policy_of(request)
        if request.path_info.startswith(ADMIN):
            wanted = wanted.replace(UNFRAMED, FRAMED)
        response.headers["Content-Security-Policy"] = wanted
        response.headers.setdefault("Permissions-Policy", PERMISSIONS_POLICY)
        return response


def policy_of(request: HttpRequest) -> str:
    """The policy for an answer: where it knew of a blog, it may hold the rules for the accent that an editor chose."""
    policy = policy_for(request.path_info)
    blog: Blog | None = getattr(request, "blog", None)
    return allowing(blog.style) if blog and blog.style and policy == PUBLIC_POLICY else policy


@lru_cache(100)
def allowing(style: str) -> str:
    """The public policy that allows this very style element too (CSP 3, section 8.3)."""
    digest = b64encode(sha256(style.encode()).digest()).decode()
    return PUBLIC_POLICY.replace("style-src 'self'", f"style-src 'self' 'sha256-{digest}'")


def policy_for(path: str) -> str:
    """The policy for what stands at this path."""
    room = path[: path.find("/", 1) + 1]
    return POLICIES.get(room, PUBLIC_POLICY)


class ShortWay:
    """Answers a reader without a session by the view alone, where the answer is the same for everyone.

    What stands after it serves sessions, forms and messages, and would take longer over a listing than its facets do.
    """

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponseBase]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponseBase:
        if request.method in ("GET", "HEAD") and is_public(request):
            try:
                match = resolve(request.path_info)
            except Resolver404:
                return self.get_response(request)
            short = short_way(match.func)
            if short:
                request.resolver_match = match
                return short(request, *match.args, **match.kwargs) or self.get_response(request)
        return self.get_response(request)


class AtomicAdmin:
    """Runs every write in the admin as one transaction: what an editor does is done whole, with the revision, or not at all.

    Stands last, so that Django's check for forged requests comes before the view that is called here.
    """

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponseBase]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponseBase:
        return self.get_response(request)

    def process_view(
        self, request: HttpRequest, view: Callable[..., HttpResponseBase], args: list[Any], kwargs: dict[str, Any]
    ) -> HttpResponseBase | None:
        if request.method in SAFE_METHODS or not request.path_info.startswith(ADMIN):
            return None
        with revision_locked_by_first_write(), rendered_once():
            response = view(request, *args, **kwargs)
            if response.status_code >= SERVER_ERROR:
                transaction.set_rollback(True)
        return response
