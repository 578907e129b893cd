"""Cards: the entries of posts in a listing, rendered when the listing is made."""

from collections.abc import Iterable, Mapping, Sequence

from django.template.loader import get_template
from markupsafe import Markup

from blog.rendering.post import PostView
from blog.search import ExcerptPart

SELECTION = Markup("\ue000")  # a private-use sign in a card's links: there a listing puts `?in=` and its selection


def render_cards(
    posts: Iterable[PostView], *, anchored: bool = False, excerpts: Mapping[int, Sequence[ExcerptPart]] | None = None
) -> dict[int, Markup]:
    """Return the cards of posts, by id.

    `anchored` makes each a place that a table of contents leads to; `excerpts`, by id, stand instead of how a post begins.
    """
    template, found = get_template("blog/card.html"), excerpts or {}
    return {
        post.row.pk: Markup(  # noqa: S704 (a template escapes)
            template.render(
                {
                    "post": post,
                    "anchor": f"note-{post.row.slug}" if anchored else "",
                    "excerpt": found.get(post.row.pk, ()),
                    "selection": SELECTION,
                }
            )
        )
        for post in posts
    }


def with_selection(cards: Iterable[str], came_from: str) -> Markup:
    """Put cards one below the other, their links leading to posts as part of a selection: `came_from` is a query, or empty."""
    return Markup("\n".join(cards).replace(SELECTION, came_from))  # noqa: S704 (what was rendered is escaped; so is the query)
