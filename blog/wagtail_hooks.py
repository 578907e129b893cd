"""Wagtail hooks: serving of posts and plain pages; those of the admin are in `blog.admin.hooks`."""

from collections.abc import Callable
from typing import Any

from django.contrib.auth.models import User
from django.http import Http404, HttpRequest, HttpResponseBase
from django.template.response import TemplateResponse
from django.utils import timezone
from django.utils.cache import patch_cache_control
from wagtail import hooks
from wagtail.models import Page

from blog.admin import hooks as admin_hooks  # noqa: F401  (registers itself)
from blog.caching.public_view import mark_personal
from blog.models import BlogPage, PlainPage, PostPage
from blog.models.pages import PREVIEW_HOOK
from blog.request import is_public
from blog.views import editor_links, media, posts, previews

OUTERMOST, LATER, INNERMOST = -1, 10, 1000  # Wagtail's own hooks, checks of restrictions and methods too, are of order 0

hooks.register("before_serve_document", media.check_document, order=LATER)  # after Wagtail's own, which asks to sign in

Serve = Callable[[Page, HttpRequest, list[Any], dict[str, Any]], HttpResponseBase]


def check_expiry(page: Page, request: HttpRequest, args: list[Any], kwargs: dict[str, Any]) -> None:
    """Raise Http404 for a page that has expired, whatever the method: Wagtail leaves that to its next periodic task."""
    if page.expire_at and page.expire_at <= timezone.now():
        raise Http404


def serve_post(next_serve: Serve) -> Serve:
    """Respond with a post's page after Wagtail's permission check; a blog is the root of its site."""

    def serve(page: Page, request: HttpRequest, args: list[Any], kwargs: dict[str, Any]) -> HttpResponseBase:
        if isinstance(page, PostPage):
            return posts.personal(request, page)
        if isinstance(page, BlogPage):
            raise Http404
        if isinstance(page, PlainPage):
            return serve_plain_page(next_serve, page, request, args, kwargs)
        return next_serve(page, request, args, kwargs)

    return serve


def serve_plain_page(
    next_serve: Serve, page: PlainPage, request: HttpRequest, args: list[Any], kwargs: dict[str, Any]
) -> HttpResponseBase:
    """Respond with a plain page, which caches may keep if it is public; with a link to edit it, if the reader may."""
    response = next_serve(page, request, args, kwargs)
    if is_public(request):
        patch_cache_control(response, public=True, no_cache=True)
        return response
    if isinstance(response, TemplateResponse) and isinstance(request.user, User):
        links = editor_links.of_page(request.user, page)
        response.context_data = {**(response.context_data or {}), "editor_links": links}
    return mark_personal(response)


hooks.register("before_serve_page", check_expiry, order=OUTERMOST)
hooks.register("on_serve_page", serve_post, order=INNERMOST)
hooks.register(PREVIEW_HOOK, previews.preview)
