"""Cards: the HTML of single posts in a listing.

A card is cached for all listings, so what depends on the listing stands in it as a placeholder (a private-use character).
"""

from collections.abc import Collection, Iterable, Mapping, Sequence
from sys import intern

from django.template.loader import get_template
from markupsafe import Markup

from blog.caching.fragments import Card
from blog.rendering.post import PostView
from blog.search import ExcerptPart

SELECTION = Markup("\ue000")  # in a card's links, for `?in=` and the selection
EXCERPT = Markup("\ue001")  # for the excerpt; and the end of one
TAG = "\ue002"  # before and after the line of tags, and between its parts: what begins it, each tag's path, and its link


def render_cards(
    posts: Iterable[PostView], *, anchored: bool = False, author: str = "", excerpted: bool = False
) -> dict[int, Card]:
    """Return the cards of posts, by id.

    `anchored` gives each an id for the table of contents; `author` is the path of the author in whose listing they stand;
    `excerpted` puts a placeholder in place of the beginning of the text.
    """
    template = get_template("blog/card.html")
    return {
        post.row.pk: _in_parts(
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


def _in_parts(html: str) -> Card:
    text, *tags = html.split(TAG)
    texts, formulas = tuple(text.split(SELECTION)), "<math" in text
    if not tags:
        return Card(texts, formulas=formulas)
    beginning, *links, end = map(intern, tags)  # the same in many cards
    return Card(texts, beginning, dict(zip(links[::2], links[1::2], strict=True)), end, formulas)


def with_excerpts(cards: Mapping[int, Card], excerpts: Mapping[int, Sequence[ExcerptPart]]) -> dict[int, Card]:
    """Return cards with their excerpts, both by id, in place of the placeholder."""
    if not cards:
        return {}
    rendered = get_template("blog/excerpt.html").render({"excerpts": [excerpts[id_] for id_ in cards], "end": EXCERPT})
    shown = (part.strip("\n") for part in rendered.split(EXCERPT))
    return {
        id_: card._replace(texts=tuple(text.replace(EXCERPT, excerpt) for text in card.texts))
        for (id_, card), excerpt in zip(cards.items(), shown, strict=False)
    }


def completed(card: Card, selection_query: str = "", own_tags: Collection[str] = ()) -> str:
    """Return a card's HTML with `selection_query` (`?in=…` or empty) in its links, without the tags at the listing's paths."""
    texts, beginning, tags, end, _formulas = card
    links = dict(tags)
    for path in own_tags:
        links.pop(path, None)
    text = selection_query.join(texts)
    return "".join([text, beginning, *links.values(), end]) if links else text + end
