"""Cards: a post's entry in a listing, rendered when the post is saved."""

from typing import TYPE_CHECKING

from django.template.loader import render_to_string

if TYPE_CHECKING:
    from blog.models import PostPage


def render_card(post: "PostPage") -> str:
    """Render a post's entry in a compact listing."""
    return render_to_string("blog/card.html", {"post": post, "tags": post.tags.all()})
