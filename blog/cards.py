"""Cards: a post's entry in a listing, rendered when the post is saved. Twenty stand on a page: their HTML is spare."""

import re
from typing import TYPE_CHECKING

from django.template.loader import render_to_string
from django.utils.text import Truncator

from blog.language import in_site_language
from blog.slugs import in_order

if TYPE_CHECKING:
    from blog.models import PostPage

EXCERPT = 34  # words
SUMMARY = re.compile(r'<p class="?p-summary"?>.*?</p>\n', re.DOTALL)
IN_MARK = "\ue000"  # a private-use sign in each card's link, which a listing replaces by `?in=` and its selection


def render_card(post: "PostPage") -> str:
    """Render a post's entry in a compact listing."""
    tags = sorted(post.tags.all(), key=lambda tag: in_order(tag.name))
    excerpt = Truncator(post.excerpt).words(EXCERPT, truncate=" …")
    context = {"post": post, "tags": tags, "excerpt": excerpt, "comments": post.comment_count, "in_mark": IN_MARK}
    with in_site_language():
        return render_to_string("blog/card.html", context).strip()


def with_anchor(card: str, slug: str) -> str:
    """The card as a place that a table of contents can lead to."""
    return card.replace("<article ", f'<article id="note-{slug}" ', 1)


def with_excerpt(card: str, excerpt: str) -> str:
    """The card with the place where the words sought stand, instead of how the post begins."""
    if not excerpt:
        return card
    head, _, foot = SUMMARY.sub("", card).partition("</p>")
    return f"{head}</p>\n<p class=p-summary>{excerpt}</p>{foot}"
