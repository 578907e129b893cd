"""Cards: the entries of posts in a listing, rendered when the listing is made. Twenty stand on a page: their HTML is spare."""

from collections.abc import Iterable, Mapping
from typing import TYPE_CHECKING

from django.utils.safestring import SafeString

from blog.models.rows import PostRow, read_rows
from blog.notes import note
from blog.post_tags import tags_of
from blog.searching import excerpt
from blog.stencils import Word, fill_each
from blog.tagindex import IndexedTag, TagIndex

if TYPE_CHECKING:
    from blog.models import Tag

SELECTION = SafeString("\ue000")  # a private-use sign in a card's links: there a listing puts `?in=` and its selection


def render_cards(
    posts: Iterable[tuple[PostRow, "Iterable[IndexedTag | Tag]"]],
    *,
    anchored: bool = False,
    excerpts: Mapping[int, str] | None = None,
) -> list[SafeString]:
    """Render the cards of posts with their tags.

    `anchored` makes each a place that a table of contents leads to; `excerpts` (HTML by id) stand instead of how a post begins.
    """
    return list(fill_each("blog/card.html", (_words(row, tags, anchored, excerpts or {}) for row, tags in posts)))


def read_cards(ids: list[int], index: TagIndex, *, anchored: bool = False) -> dict[int, str]:
    """Return the cards of these posts, by id: one query."""
    rows = read_rows(ids, texts=False)
    cards = render_cards(((row, tags_of(index, row.pk)) for row in rows.values()), anchored=anchored)
    return dict(zip(rows, cards, strict=True))


def read_cards_found(ids: list[int], index: TagIndex, words: str, *, anchored: bool = False) -> dict[int, str]:
    """Return the cards of these posts, by id, each with the place in its text where the words sought stand: one query."""
    rows = read_rows(ids)
    excerpts = {id_: found for id_, row in rows.items() if (found := excerpt(row.html, words))}
    cards = render_cards(((row, tags_of(index, row.pk)) for row in rows.values()), anchored=anchored, excerpts=excerpts)
    return dict(zip(rows, cards, strict=True))


def of_selection(cards: Iterable[str], came_from: str) -> SafeString:
    """Put cards one below the other, their links leading to posts as part of a selection: `came_from` is a query, or empty."""
    return SafeString("\n".join(cards).replace(SELECTION, came_from))  # what was rendered is escaped; so is a query of ours


def without_selection(card: str) -> SafeString:
    """Return a card whose links tell of no selection."""
    return of_selection([card], "")


def _words(row: PostRow, tags: "Iterable[IndexedTag | Tag]", anchored: bool, excerpts: Mapping[int, str]) -> dict[str, Word]:
    post = note(row, tags)
    found = excerpts.get(row.pk)
    return {
        "post": post._replace(html=SafeString(), toc=SafeString()),
        "anchor": f"note-{row.slug}" if anchored else "",
        "date": post.moment[: len("2018-01-24")],
        "summary": SafeString(found) if found else post.description,
        "selection": SELECTION,
    }
