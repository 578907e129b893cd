"""Where the blog joins Wagtail: posts that Wagtail lets a reader open, and the editor's lists."""

from typing import Any

from django.http import HttpRequest, HttpResponseBase
from wagtail import hooks
from wagtail.models import Page

from blog.models import PostPage
from blog.views import posts

AFTER_PRIVACY = 100  # Wagtail's own check of view restrictions has order 0


@hooks.register("before_serve_page", order=AFTER_PRIVACY)
def serve_post(page: Page, request: HttpRequest, serve_args: Any, serve_kwargs: Any) -> HttpResponseBase | None:
    """Answer with our page of a post once Wagtail has said that this reader may open it."""
    return posts.personal(request, page) if isinstance(page, PostPage) else None
