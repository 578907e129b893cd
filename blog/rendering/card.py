"""Cards: the HTML of single posts in a listing.

A card is cached for all listings, so what depends on the listing stands in it as a placeholder (a private-use character).
"""

from collections.abc import Collection, Iterable, Mapping, Sequence

from django.template.loader import get_template
from markupsafe import Markup

from blog.rendering.post import PostView
from blog.search import ExcerptPart

SELECTION = Markup("\ue000")  # in a card's links, for `?in=` and the selection
EXCERPT = Markup("\ue001")  # for the excerpt; and the end of one
TAG = Markup(
    "\ue002"
)  # before and after the line of tags, and between its parts: what begins it, each tag's path, and its link


def render_cards(
    posts: Iterable[PostView], *, anchored: bool = False, author: str = "", excerpted: bool = False
) -> dict[int, Markup]:
    """Return the cards of posts, by id.

    `anchored` gives each an id for the table of contents; `author` is the path of the author in whose listing they stand;
    `excerpted` puts a placeholder in place of the beginning of the text.
    """
    template = get_template("blog/card.html")
    return {
        post.row.pk: Markup(  # noqa: S704 (a template escapes)
            template.render(
                {
                    "post": post,
                    "anchor": f"note-{post.row.slug}" if anchored else "",
                    "author": author,
                    "excerpt": EXCERPT if excerpted else "",
                    "selection": SELECTION,
                    "mark": TAG,
                }
            )
        )
        for post in posts
    }


def with_excerpts(cards: Mapping[int, str], excerpts: Mapping[int, Sequence[ExcerptPart]]) -> dict[int, str]:
    """Return cards with their excerpts, both by id, in place of the placeholder."""
    if not cards:
        return {}
    rendered = get_template("blog/excerpt.html").render({"excerpts": [excerpts[id_] for id_ in cards], "end": EXCERPT})
    shown = (Markup(part.strip("\n")) for part in rendered.split(EXCERPT))  # noqa: S704 (a template escapes)
    return {id_: card.replace(EXCERPT, excerpt) for (id_, card), excerpt in zip(cards.items(), shown, strict=False)}


def completed(card: str, selection_query: str = "", own_tags: Collection[str] = ()) -> Markup:
    """Return a card with `selection_query` (`?in=…` or empty) in its links, without the tags at the listing's own paths."""
    before, *tags = str.replace(card, SELECTION, selection_query).split(TAG)
    if tags:
        beginning, *links, after = tags
        shown = [link for path, link in zip(links[::2], links[1::2], strict=True) if path not in own_tags]
        before += "".join([beginning, *shown] if shown else []) + after
    return Markup(before)  # noqa: S704 (what was rendered is escaped; so is the query)
