"""Cards: a post's entry in a listing, rendered when the post is saved."""

from typing import TYPE_CHECKING

from django.template.loader import render_to_string

from blog.slugs import fold

if TYPE_CHECKING:
    from blog.models import PostPage

IN_MARK = "\ue000"  # a private-use sign in each card's link, which a listing replaces by `?in=` and its selection


def render_card(post: "PostPage") -> str:
    """Render a post's entry in a compact listing."""
    tags = sorted(post.tags.all(), key=lambda tag: fold(tag.name))
    return render_to_string("blog/card.html", {"post": post, "tags": tags, "in_mark": IN_MARK})
