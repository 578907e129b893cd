"""Previews of an unsaved post in the admin: its page, or its card in a listing."""

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render

from blog.language import in_site_language
from blog.models import PostPage
from blog.models.rows import PostRow
from blog.rendering.card import render_cards, with_selection
from blog.rendering.post import post_view
from blog.selections.slugs import in_order

CARD = "card"
UNPUBLISHED_CONTEXT = {  # of a post that has no neighbours yet
    "cover": None,
    "json_ld": "",
    "neighbour_links": (),
    "related": (),
    "pairs": (),
    "comments": (),
    "write_address": "",
    "comment_feeds": (),
    "comments_title": "",
}


def preview(request: HttpRequest, post: PostPage, mode: str) -> HttpResponse:
    """Return the page of an unsaved post with rendered text, in the site's language."""
    row = PostRow.of(post)
    tags = sorted(post.tags.all(), key=lambda tag: in_order(tag.name))
    with in_site_language():
        shown = post_view(row, tags)
        if mode == CARD:
            card = with_selection(render_cards([shown])[shown.row.pk], "")
            return render(request, "blog/card_preview.html", {"card": card, "noindex": True})
        return render(request, "blog/post.html", {"post": shown, "noindex": True, **UNPUBLISHED_CONTEXT})
