"""What an editor sees of a post before it is saved: its page, or its card in a listing."""

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render

from blog.cards import render_cards, without_selection
from blog.language import in_site_language
from blog.models import PostPage
from blog.models.rows import PostRow
from blog.notes import note
from blog.slugs import in_order

CARD = "card"


def preview(request: HttpRequest, post: PostPage, mode: str) -> HttpResponse:
    """Show a post at hand, whose text is rendered, in the site's language."""
    row = PostRow.of(post)
    tags = sorted(post.tags.all(), key=lambda tag: in_order(tag.name))
    with in_site_language():
        if mode == CARD:
            (card,) = render_cards([(row, tags)])
            return render(request, "blog/card_preview.html", {"cards": without_selection(card), "noindex": True})
        return render(request, "blog/post.html", {"post": note(row, tags), "noindex": True})
