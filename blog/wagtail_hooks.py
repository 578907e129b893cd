"""Where the blog joins Wagtail: posts that Wagtail lets a reader open, and the editor's lists."""

from collections.abc import Callable
from typing import Any

from django.http import HttpRequest, HttpResponseBase
from wagtail import hooks
from wagtail.models import Page
from wagtail.snippets.models import register_snippet

from blog.admin import defaults, images  # noqa: F401  (connects them)
from blog.admin.lists import BlogViewSetGroup
from blog.admin.merging import MergeTags
from blog.markdown import preview
from blog.models import PostPage
from blog.views import posts

INNERMOST = 1000  # Wagtail's own check of view restrictions, of order 0, is further out

register_snippet(BlogViewSetGroup)
hooks.register("register_bulk_action", MergeTags)
hooks.register("register_admin_urls", preview.urls)
hooks.register("insert_global_admin_js", preview.script)
hooks.register("insert_global_admin_css", preview.style)

Serve = Callable[[Page, HttpRequest, list[Any], dict[str, Any]], HttpResponseBase]


def serve_post(next_serve: Serve) -> Serve:
    """Answer with our page of a post once Wagtail has said that this reader may open it."""

    def serve(page: Page, request: HttpRequest, args: list[Any], kwargs: dict[str, Any]) -> HttpResponseBase:
        return posts.personal(request, page) if isinstance(page, PostPage) else next_serve(page, request, args, kwargs)

    return serve


hooks.register("on_serve_page", serve_post, order=INNERMOST)
