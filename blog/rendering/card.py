"""Cards: the HTML of single posts in a listing."""

from collections.abc import Iterable, Mapping, Sequence

from django.template.loader import get_template
from markupsafe import Markup

from blog.rendering.post import PostView
from blog.search import ExcerptPart

SELECTION = Markup("\ue000")  # placeholder (a private-use character) in a card's links for `?in=` and the selection


def render_cards(
    posts: Iterable[PostView], *, anchored: bool = False, excerpts: Mapping[int, Sequence[ExcerptPart]] | None = None
) -> dict[int, Markup]:
    """Return the cards of posts, by id.

    `anchored` gives each an id for the table of contents; `excerpts`, by id, replace the beginnings of posts.
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


def with_selection(cards: Iterable[str], selection_query: str) -> Markup:
    """Return cards joined, with `selection_query` (`?in=…` or empty) in place of the placeholder in their links."""
    return Markup("\n".join(cards).replace(SELECTION, selection_query))  # noqa: S704 (what was rendered is escaped; so is the query)
