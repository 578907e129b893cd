"""Cards: the HTML of single posts in a listing."""

import re
from collections.abc import Collection, Iterable, Mapping, Sequence

from django.template.loader import get_template
from django.utils.translation import gettext as _
from markupsafe import Markup

from blog.rendering.post import PostView
from blog.search import ExcerptPart

EMPTY_TAGS = re.compile(r'<p class="tags meta">\s*(?=</article>)')
AUTHOR = r'<a class="p-author h-card" href="[^"]*">[^<]*</a>'
AUTHORS = re.compile(rf" · {AUTHOR}(?:, {AUTHOR})*")
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


def without_tags(html: str, paths: Collection[str]) -> str:
    """Return cards without their links to the tags at these paths: those of the listing that they stand in.

    >>> card = '<p class="tags meta"><a class="p-category" href="/tags/a/">A</a> <a class="p-category" href="/tags/b/">B</a> '
    >>> without_tags(card, ["/tags/a/"])
    '<p class="tags meta"><a class="p-category" href="/tags/b/">B</a> '
    """
    if not paths:
        return html
    link = rf'<a class="p-category" href="(?:{"|".join(map(re.escape, paths))})">[^<]*</a> '
    return EMPTY_TAGS.sub("", re.sub(link, "", html))


def without_author(html: str, path: str) -> str:
    """Return cards without the author at this path, whose listing they stand in; of several, they name the others.

    For programs, which take a post's authors from its card, that one is still among these.
    """

    def others(found: re.Match[str]) -> str:
        links: list[str] = re.findall(AUTHOR, found[0])
        own = [link for link in links if f'href="{path}"' in link]
        if not own or own == links:
            return "" if own else found[0]
        named = ", ".join(link for link in links if link not in own)
        return " · " + _("with %s") % named + own[0].replace('">', '" hidden>', 1)

    return AUTHORS.sub(others, html)


def with_selection(cards: str, selection_query: str) -> Markup:
    """Return cards with `selection_query` (`?in=…` or empty) in place of the placeholder in their links."""
    return Markup(cards.replace(SELECTION, selection_query))  # noqa: S704 (what was rendered is escaped; so is the query)
