"""Headers of every response; a check that the database is available; language and transactions of the admin."""

from collections.abc import Callable, Iterator
from functools import cache
from typing import Any

from django.conf import settings
from django.db import transaction
from django.http import FileResponse, HttpRequest, HttpResponse, HttpResponseBase, StreamingHttpResponse
from django.urls import reverse
from django.utils import translation
from django.utils.deprecation import MiddlewareMixin

from blog.caching.content_security import ADMIN_POLICY, PUBLIC_POLICY, allowing, policy
from blog.markdown import caching_renders
from blog.models.revision import revision_locked_by_first_write
from blog.paths import route
from blog.request import find_blog, is_public
from blog.tagindex.store import read_revision
from wagtail_actions.users import language_of

BAD_REQUEST = 400
SERVER_ERROR = 500  # and above
SAFE_METHODS = ("GET", "HEAD", "OPTIONS")


# What an editor previews is a public page in a frame of the admin.
UNFRAMED, FRAMED = "frame-ancestors 'none'", "frame-ancestors 'self'"
# An uploaded SVG or HTML file is shown, but nothing in it runs, as this site least of all; browsers show no PDF in a sandbox.
FILE_POLICY = policy(default_src="'none'", style_src="'unsafe-inline'", img_src="'self' data:", frame_ancestors="'none'")
PICTURE_POLICY = (
    policy(default_src="'none'", style_src="'unsafe-inline'", img_src="data:", frame_ancestors="'none'") + "; sandbox"
)

PERMISSIONS_POLICY = "camera=(), microphone=(), geolocation=(), browsing-topics=()"


class SecurityHeaders(MiddlewareMixin):
    """Set the headers that Django's SecurityMiddleware does not; a response's own policy is preserved."""

    def process_response(self, request: HttpRequest, response: HttpResponseBase) -> HttpResponseBase:
        wanted = response.headers.get("Content-Security-Policy") or _policy_of(request, response)
        if is_of_admin(request):
            wanted = wanted.replace(UNFRAMED, FRAMED)
        response.headers["Content-Security-Policy"] = wanted
        response.headers.setdefault("Permissions-Policy", PERMISSIONS_POLICY)
        if response.status_code >= BAD_REQUEST:
            response.headers.setdefault("Cache-Control", "no-store")  # what is missing now may be published in a moment
        return response


def _policy_of(request: HttpRequest, response: HttpResponseBase) -> str:
    """Return the policy for a response; a page of a blog may hold the rules for the accent that an editor chose.

    Pages for what cannot be read (400) and for failures are made without the blog.
    """
    policy = policy_for(request.path_info)
    is_empty = isinstance(response, HttpResponse) and not response.content  # as for a method that is not allowed
    is_page = not is_empty and response.headers.get("Content-Type", "").startswith("text/html")
    if policy != PUBLIC_POLICY or not is_page or response.status_code == BAD_REQUEST or response.status_code >= SERVER_ERROR:
        return policy
    blog = find_blog(request)
    return allowing(blog.style) if blog and blog.style else policy


def policy_for(path: str) -> str:
    """Return the policy for a path."""
    return _policies().get(_folder(path), PUBLIC_POLICY)


@cache
def _policies() -> dict[str, str]:
    """Return the policies that are not those of public pages, by folder."""
    documents = _folder(reverse("wagtaildocs_serve", args=[0, "-"]))
    return {route("wagtailadmin_home"): ADMIN_POLICY, settings.MEDIA_URL: PICTURE_POLICY, documents: FILE_POLICY}


def _folder(path: str) -> str:
    return path[: path.find("/", 1) + 1]


def is_of_admin(request: HttpRequest) -> bool:
    """Return whether a request is for the admin."""
    return request.path_info.startswith(route("wagtailadmin_home"))


class DatabaseCheck(MiddlewareMixin):
    """Read the revision before a session, so that a request ends at once while the database is known to be unavailable.

    Requests without a session read it themselves, if they need the database at all; the health checks have their own query.
    """

    def process_request(self, request: HttpRequest) -> None:
        if not is_public(request) and request.path_info not in (route("health"), route("ready")):
            read_revision()


class AdminLanguage:
    """Respond in the admin in the language that a member chose, also where Wagtail does not.

    It leaves that language before it refuses anything, and before a streamed response, such as an export, is written.
    """

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponseBase]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponseBase:
        if not is_of_admin(request):
            return self.get_response(request)
        language = language_of(request.user)
        with translation.override(language):
            response = self.get_response(request)
        if isinstance(response, StreamingHttpResponse) and not isinstance(response, FileResponse):
            response.streaming_content = _in_language(language, iter(response))
        return response


def _in_language(language: str, pieces: Iterator[bytes]) -> Iterator[bytes]:
    """Yield pieces, each made in a language: between two of them the thread has its own."""
    while True:
        with translation.override(language):
            piece = next(pieces, None)
        if piece is None:
            return
        yield piece


class AtomicAdmin(MiddlewareMixin):
    """Run every write in the admin as one transaction, so that an editor's change and the revision are atomic.

    It is the innermost middleware, so that Django's CSRF check runs before the view, which is called here.
    """

    def process_view(
        self, request: HttpRequest, view: Callable[..., HttpResponseBase], args: list[Any], kwargs: dict[str, Any]
    ) -> HttpResponseBase | None:
        if request.method in SAFE_METHODS or not is_of_admin(request):
            return None
        with revision_locked_by_first_write(), caching_renders():
            response = view(request, *args, **kwargs)
            if response.status_code >= SERVER_ERROR:
                transaction.set_rollback(True)
        return response
